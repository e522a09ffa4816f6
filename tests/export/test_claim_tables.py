"""Claims and codes leave as tables and come back without a difference; nothing in them is run."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from observation.core.interviews import Said, data_of, fold_interview
from observation.core.memos import from_one_cell, in_one_cell
from observation.core.spreadsheet import (
    CLAIM_COLUMNS,
    CODE_COLUMNS,
    LONGEST_CELL,
    pieces,
    shielded,
    unshielded,
)
from observation.export.claims import TABLE_FORMATS, claim_rows, code_rows, table_bytes
from tests.importing.study import MAPPING, MAXQDA, TAGUETTE, Place, sample_place, with_workload
from tests.recorder import Recorder


@pytest.fixture
def study() -> Place:
    study = with_workload(sample_place())
    study.take_in(TAGUETTE, MAPPING)
    study.take_in(MAXQDA, MAPPING)
    interview = study.interviews[0]
    recorder = Recorder("laptop", stream=interview.stream)
    for text in ("Een memo.\n* * *\nmet een regel", "=HYPERLINK()"):
        recorder.add(1, "memo-written", text=text, claim=interview.claims[0].id)
    recorder.add(2, "memo-written", text="Over het gesprek.")
    study.append(interview.stream, recorder.events)
    return study


def write(study: Place, folder: Path, format: str) -> tuple[Path, Path]:
    """Write claims and codes of a study in this format and return the paths."""
    ending = "xlsx" if format == "xlsx" else "csv"
    claims, codes = folder / f"claims.{ending}", folder / f"codes.{ending}"
    rows = claim_rows(study.heard, study.interviews, study.schools)
    claims.write_bytes(table_bytes(format, CLAIM_COLUMNS, rows))
    codes.write_bytes(table_bytes(format, CODE_COLUMNS, code_rows(study.codebook, "nl")))
    return claims, codes


def whole(study: Place) -> Any:
    """All that a study's interviews amount to, but for where they are kept."""
    interviews = sorted(
        (i.label, i.kind, i.school, i.date, i.topic_list, i.participants,
         tuple(memo.text for memo in i.memos), tuple(claim.id for claim in i.claims))
        for i in study.interviews
    )  # fmt: skip
    people = {
        (school.code, r.code, r.role, r.group)
        for school in study.schools
        for r in school.respondents.values()
        if r.code in study.heard.interviewed.get(school.code, ())
    }
    return study.claims, interviews, people, study.codebook.codes


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_exported_and_imported_into_an_empty_study_nothing_differs(
    study: Place, tmp_path: Path, format: str
) -> None:
    claims, codes = write(study, tmp_path, format)
    empty = Place(2)
    empty.take_in_codes(codes)
    empty.take_in(claims)
    assert whole(empty) == whole(study)
    assert empty.take_in(claims).counts["same"] == len(study.claims)
    assert empty.take_in_codes(codes) == 0


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_imported_where_it_came_from_it_changes_nothing(
    study: Place, tmp_path: Path, format: str
) -> None:
    claims, codes = write(study, tmp_path, format)
    before = {name: list(events) for name, events in study.streams.items()}
    study.take_in(claims)
    assert (study.streams, study.take_in_codes(codes)) == (before, 0)


def test_a_changed_row_becomes_a_revision(study: Place, tmp_path: Path) -> None:
    claims, _ = write(study, tmp_path, "csv-raw")
    changed = claims.read_bytes().replace(b"affirms,normative", b"denies,normative")
    claims.write_bytes(changed)
    assert study.take_in(claims).counts["changed"] == 1
    study.take_in(claims, revise=True)
    assert study.claims["R7-c2"][0].stance == "denies"


def test_a_version_of_the_codebook_comes_back_whole(study: Place, tmp_path: Path) -> None:
    recorder = Recorder("laptop-2", stream=f"study/{study.id}")
    changes = [
        {"change": "set", "code": "own.workload", "name": "drukte", "example": "=1+1"},
        {"change": "set", "code": "context.school.merger", "name": "samenvoeging"},
        {"change": "add", "code": "own.b", "name": "b", "parent": "own.workload"},
        {"change": "merge", "code": "context.school.relocation", "into": "own.b"},
    ]
    recorder.add(20, "codebook-changed", version="3", changes=changes)
    study.append(recorder.stream, recorder.events)
    _, codes = write(study, tmp_path, "csv")
    empty = Place(2)
    assert empty.take_in_codes(codes) == 4
    assert (empty.codebook.codes, empty.codebook.problems) == (study.codebook.codes, ())
    assert empty.codebook.find("fusie") == "context.school.merger"


def test_what_a_withdrawn_respondent_said_is_in_no_table(study: Place, tmp_path: Path) -> None:
    school = next(school for school in study.schools if "R7" in school.respondents)
    recorder = Recorder("laptop", stream=school.stream)
    recorder.add(9, "consent-withdrawn", respondent="R7", date="2018-05-01")
    study.append(school.stream, recorder.events)
    for format in ("csv", "csv-raw"):
        claims, _ = write(study, tmp_path, format)
        text = claims.read_text("utf-8-sig")
        assert ("R7" in text.replace("R6-R9", ""), "directie er af en toe" in text) == (
            False,
            False,
        )
    assert study.heard.withdrawn == {"A": 2}


def test_conflicting_values_all_leave(study: Place, tmp_path: Path) -> None:
    (claim,) = [c for c in study.heard.claims if c.label == "R7-c1"]
    recorder = Recorder("laptop-2", stream=claim.interview)
    for stance in ("denies", "mixed"):
        data = {**data_of(claim.said.value), "stance": stance, "frequency": "sometimes"}
        recorder.add(9, "claim-recorded", **data, replaces=[claim.id])
    study.append(claim.interview, recorder.events)
    claims, _ = write(study, tmp_path, "csv")
    rows = [
        r
        for r in csv.DictReader(io.StringIO(claims.read_text("utf-8-sig")))
        if r["label"] == "R7-c1"
    ]
    assert [row["stance"] for row in rows] == ["denies", "mixed"]
    study.take_in(claims)
    assert len(study.claims) == 13


DANGER = ["=", "+", "-", "@", "\t", "\r", "'", "'=", "''", "\n=", " =", "{=", "_x0041_", "_x000D_"]
BITS = [
    *DANGER, "cmd|' /C calc'!A0", 'HYPERLINK("https://x")', "1+1", "https://example.org", "mailto:a@b",
    "\x00", "\x01", "\x0b", "\x1f", "\x7f", "\ufeff", "\u2028", "🙂", "é", "“", '"', ",", ";", "\r\n", "0012",
    "1e5", "TRUE", "2018-03-01", "#REF!", "&amp;", "<b>", "]]>", "\ufffe",
]  # fmt: skip


def hostile(number: int) -> list[str]:
    """Return so many texts that a spreadsheet might run, change or cut."""
    chance = random.Random(8)
    texts = ["".join(chance.choices(BITS, k=chance.randint(1, 6))) for _ in range(number - 4)]
    long = "=" + "é🙂" * 14_000
    return [*texts, long, "x" * 40_000, "-" * (LONGEST_CELL + 1), "a\U0001f642" * 11_000]


def study_of(texts: list[str]) -> Place:
    study = Place(5, A=["S1 school-leader"])
    recorder = Recorder("laptop", stream=f"interview/{study.id}")
    recorder.add(0, "interview-recorded", interview="i", kind="interview", school="A",
                 participants=["S1"])  # fmt: skip
    for number, text in enumerate(texts, 1):
        said = Said(("S1",), "quotation", text, ("learning.feedback",), "v", number=number)
        recorder.add(number, "claim-recorded", **data_of(said))
    study.append(recorder.stream, recorder.events)
    assert len(fold_interview(recorder.events).claims) == len(texts)
    return study


@pytest.fixture(scope="module")
def thousands() -> Place:
    return study_of(hostile(2000))


def test_2000_hostile_cells_are_no_formulas_in_a_workbook(thousands: Place, tmp_path: Path) -> None:
    claims, _ = write(thousands, tmp_path, "xlsx")
    cells = [cell for row in openpyxl.load_workbook(claims).active.iter_rows() for cell in row]
    assert len(cells) > 2000 * len(CLAIM_COLUMNS)
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert [cell for cell in cells if cell.hyperlink] == []


def test_2000_hostile_cells_begin_like_no_formula_in_a_safe_csv(
    thousands: Place, tmp_path: Path
) -> None:
    claims, _ = write(thousands, tmp_path, "csv")
    with claims.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) == 2001 * (len(CLAIM_COLUMNS) + 1)
    assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))] == []


@pytest.mark.parametrize("format", TABLE_FORMATS)
def test_2000_hostile_cells_come_back_without_one_lost_character(
    thousands: Place, tmp_path: Path, format: str
) -> None:
    claims, _ = write(thousands, tmp_path, format)
    empty = Place(6)
    empty.take_in(claims)
    there = {claim.id: claim.said.value.text for claim in empty.heard.claims}
    here = {claim.id: claim.said.value.text for claim in thousands.heard.claims}
    assert len(here) == 2000
    assert {id: (text, there.get(id)) for id, text in here.items() if there.get(id) != text} == {}


def test_shields_come_off_as_they_went_on() -> None:
    chance = random.Random(2)
    for _ in range(3000):
        text = "".join(chance.choices("'=+a\t\r-@", k=chance.randint(0, 5)))
        assert unshielded(shielded(text)) == text
        assert not shielded(text).startswith(tuple("=+-@\t\r"))


def test_pieces_are_as_long_as_may_be_and_cut_no_character() -> None:
    for text in ("", "a", "🙂" * 7, "a🙂" * 9, "abc🙂"):
        found = list(pieces(text, 4))
        assert "".join(found) == text
        assert all(len(piece.encode("utf-16-le")) <= 8 for piece in found)
        assert found


def test_memos_share_a_cell_and_come_apart_again() -> None:
    chance = random.Random(3)
    lines = ["* * *", "\\* * *", "\\\\* * *", "a", "* * * ", ""]
    for _ in range(500):
        texts = ["\n".join(chance.choices(lines, k=3)) for _ in range(chance.randint(1, 3))]
        assert from_one_cell(in_one_cell(texts)) == texts


def test_the_columns_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    part = " ".join(page.split("## Tables of claims")[1].split())
    assert [c for c in CLAIM_COLUMNS if f"`{c}`" not in part and c != "part"] == []
    assert ", ".join(CODE_COLUMNS) in part
