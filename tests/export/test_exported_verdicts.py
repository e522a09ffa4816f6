"""The verdicts leave the program: as JSON and CSV, for the researchers and for the school."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from observation.cli import main
from observation.core.sessions import observed_of
from observation.core.triangulation import triangulate
from observation.export.triangulation import cells_json
from observation.settings import Context, open_context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.evidence import Evidence
from observation.store.reading import read_stream
from tests.core.cases import CODEBOOK, INSTRUMENT
from tests.samples import BUNDLE

GOALS = "stimulating.teachers-set-goals"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert main(["--data", str(tmp_path / "data"), "sample"]) == 0
    return tmp_path / "data"


def exported(data: Path, *options: str) -> Any:
    """What the command writes as JSON."""
    target = data.parent / "cells"
    assert main(["--data", str(data), "export", "triangulation", "--output", str(target), *options]) == 0  # fmt: skip
    return json.loads(target.read_text(encoding="utf-8"))


def one(cells: list[dict[str, Any]], **wanted: str) -> dict[str, Any]:
    """The one cell with these fields."""
    (found,) = [c for c in cells if all(c[name] == value for name, value in wanted.items())]
    return found


class TestJson:
    def test_every_cell_of_every_school_is_there(self, data: Path) -> None:
        cells = exported(data)
        assert {each["school"] for each in cells} == {"A", "D"}
        rows = {(each["school"], each["code"], each["actor"]) for each in cells}
        assert sum(each["headline"] for each in cells) == len(rows)
        assert len({(*row, each["line"]) for each in cells for row in [(each["school"], each["code"], each["actor"])]}) == len(cells)  # fmt: skip

    def test_a_cell_says_what_it_rests_on(self, data: Path) -> None:
        cell = one(exported(data, "--school", "D"), code=GOALS)
        assert cell["claims"] == {"pattern": "D+~", "affirms": 1, "denies": 0, "sometimes": 1}
        assert cell["observation"] == {"pattern": "O±", "m": 1, "a": 1, "T": 2}
        assert (cell["verdict"], cell["provisional"]) == ("partly-corroborated", False)
        assert (cell["farmer"], cell["meta"]) == ("partial-agreement", "confirmation")
        assert cell["evidence"] == [
            {"label": "R23-c8", "what": "claim", "against": True},
            {"label": "S5-c5", "what": "claim", "against": False},
            {"label": "D-01", "what": "not-seen", "against": True},
            {"label": "D-01@08:40", "what": "counter", "against": True},
            {"label": "D-01-W2@08:40", "what": "counter", "against": True},
            {"label": "D-02@05:10", "what": "seen", "against": False},
        ]

    def test_a_report_tells_nothing_of_one_person(self, data: Path) -> None:
        cells = exported(data, "--audience", "report")
        assert {each["actor"] for each in cells} == {"team", "leadership"}
        text = json.dumps(cells)
        for respondent in ("S5", "R23", "self-report-only", '"single"'):
            assert respondent not in text
        goals = one(cells, school="D", code=GOALS)
        # The leader affirmed it outright and did not agree to a report; a teacher says sometimes.
        assert goals["claims"] == {"pattern": "D~", "affirms": 0, "denies": 0, "sometimes": "1-2"}
        assert goals["verdict"] == "corroborated"
        assert one(exported(data), school="D", code=GOALS)["verdict"] == "partly-corroborated"

    def test_a_leader_who_agreed_stands_in_a_report(self, data: Path) -> None:
        context = open_context(data)
        (school,) = [
            s for s in context.catalogue.evidence.schools(BUNDLE.study)[0] if s.code == "D"
        ]
        event = next(e for e in BUNDLE.events if e.stream == school.stream)
        consent = event.as_dict() | {
            "id": "0190a5b0-0000-7000-8000-0000000000c1", "kind": "consent-given", "seq": 900,
            "data": {"respondent": "S5", "date": "2018-04-01", "report": True, "replaces": list(school.consents["S5"].events)},
        }  # fmt: skip
        add(context, [type(event)(**consent)])
        cells = exported(data, "--audience", "report")
        assert {each["actor"] for each in cells} == {"team", "leadership", "L5"}

    def test_the_file_is_one_json_text_however_many_cells(self, data: Path, tmp_path: Path) -> None:
        for options in ([], ["--school", "A"]):
            cells = exported(data, *options)
            text = (data.parent / "cells").read_text(encoding="utf-8")
            assert text == json.dumps(cells, ensure_ascii=False, indent=1) + "\n"
        assert cells_json([], "internal") == b"[]\n"

    def test_only_what_is_asked_for(self, data: Path) -> None:
        assert {each["observation"]["T"] for each in exported(data, "--approved")} == {0}
        assert {each["school"] for each in exported(data, "--school", "A")} == {"A"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--school", "X"], "There is no school “X” in the register. Known: A, D."),
        (["--period", "spring"], "The study has no period “spring”. Known: voorjaar."),
    ],
)
def test_what_is_not_there_is_said(
    data: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    assert main(["--data", str(data), "export", "triangulation", *options]) == 1
    assert sentence in capsys.readouterr().err


def test_the_csv_says_the_same_as_the_json(data: Path) -> None:
    cells = exported(data)
    target = data.parent / "cells.csv"
    options = ["--format", "csv-raw", "--output", str(target)]
    assert main(["--data", str(data), "export", "triangulation", *options]) == 0
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert [(r["school"], r["code"], r["verdict"], int(r["m"]), r["claims"]) for r in rows] == [
        (c["school"], c["code"], c["verdict"], c["observation"]["m"], c["claims"]["pattern"])
        for c in cells
    ]
    goals = next(r for r in rows if (r["school"], r["code"]) == ("D", GOALS))
    assert goals["evidence"] == "!R23-c8 S5-c5 !○D-01 !×D-01@08:40 !×D-01-W2@08:40 D-02@05:10"


class TestEvidence:
    """What is kept for verdicts gives the same verdicts as the records themselves."""

    def test_a_case_without_words_has_the_verdicts_of_the_case_with_them(self, data: Path) -> None:
        evidence: Evidence = open_context(data).catalogue.evidence
        schools, damaged = evidence.schools(BUNDLE.study)
        assert damaged == []
        light = evidence.cases(BUNDLE.study, schools)
        for school in schools:
            whole = evidence.case(BUNDLE.study, school)
            assert all(claim.said.value.text for claim in whole.claims)
            assert not any(claim.said.value.text for claim in light[school.code].claims)
            assert told(whole) == told(light[school.code])

    def test_what_was_kept_is_what_the_observation_says(self, data: Path) -> None:
        context = open_context(data)
        kept = context.catalogue.evidence.look(BUNDLE.study)[0].values
        assert len(kept) == 4
        again = open_context(data).catalogue.evidence.look(BUNDLE.study)[0].values
        for stream, each in kept.items():
            record = context.catalogue.record(BUNDLE.study, stream)
            assert each == again[stream] == observed_of(record.observation, record.instrument)

    def test_a_new_claim_is_in_the_next_case(self, data: Path) -> None:
        context = open_context(data)
        evidence = context.catalogue.evidence
        schools, _ = evidence.schools(BUNDLE.study)
        before = len(evidence.cases(BUNDLE.study, schools)["D"].claims)
        said = next(e for e in BUNDLE.events if e.kind == "claim-recorded" and "R23" in e.data["respondents"])  # fmt: skip
        log = read_stream(context.store.events, BUNDLE.study, said.stream)
        more = said.as_dict() | {"id": "0190a5b0-0000-7000-8000-0000000000c2", "seq": len(log.kept) + 900}  # fmt: skip
        add(context, [type(said)(**more)])
        assert len(evidence.cases(BUNDLE.study, schools)["D"].claims) == before + 1


def add(context: Context, events: list[Any]) -> None:
    """Put events into the store."""
    receipt = Receipt("2018-05-01T08:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, events, receipt)


def told(case: Any) -> list[tuple[Any, ...]]:
    """All verdicts of a case, with who says what."""
    return [
        (c.behaviour, c.actor, c.line, c.verdict, c.positions, c.wish, c.flags, c.strength)
        for c in triangulate(case, INSTRUMENT, CODEBOOK).cells
    ]
