"""The comparison of schools as PDF: all of it there, legible, and without anybody in a report."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise

import pypdf
import pytest

from observation.core.cells import Triangulation
from observation.core.codebook import open_codebook
from observation.core.registers import fold_study
from observation.core.triangulation import triangulate
from observation.export.charts import Box, Label, saturation_chart
from observation.export.comparison import Comparison, Mark, Part, parts
from observation.export.pdf.comparison import comparison_print
from observation.instruments.codebooks import codebook_file
from tests.core.cases import CHECK, GOALS, INSTRUMENT, case, saw, says
from tests.samples import BUNDLE, triangulations

STUDY = fold_study(e for e in BUNDLE.events if e.stream.startswith("study/"))
CODEBOOK = open_codebook(codebook_file(INSTRUMENT.id), INSTRUMENT, STUDY.versions)


def compared(*found: Triangulation, language: str = "en", audience: str = "internal") -> Comparison:
    return Comparison(found, STUDY, INSTRUMENT, CODEBOOK, language, audience)


@cache
def sample(language: str = "en", audience: str = "internal") -> Comparison:
    return compared(*triangulations().values(), language=language, audience=audience)


def part(of: Comparison, id: str) -> Part:
    return next(each for each in parts(of) if each.id == id)


def texts(of: Part) -> list[list[str]]:
    """The words of each row of each figure."""
    return [
        [cell.word if isinstance(cell, Mark) else cell for cell in row.cells]
        for figure in of.figures
        for row in figure.table.rows
    ]


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_word_of_every_part_is_printed(language: str) -> None:
    found = sample(language)
    text = re.sub(r"\s", "", " ".join(pages(comparison_print([found]))))
    for each in parts(found):
        words = [each.title, each.text, *(f.name for f in each.figures)]
        words += [cell for row in texts(each) for cell in row]
        for word in words:
            if word != "geen gegevens" and word != "no data":
                assert re.sub(r"\s", "", word) in text, word
        for figure in each.figures:
            labels = (
                [s.text for s in figure.chart.shapes if hasattr(s, "text")] if figure.chart else []
            )
            assert all(re.sub(r"\s", "", label) in text for label in labels)


def test_the_same_data_gives_the_same_bytes_and_a_page_of_verdicts() -> None:
    content = comparison_print([sample()], stamp="0a1b2c3d", date="2018-04-06")
    assert content == comparison_print([sample()], stamp="0a1b2c3d", date="2018-04-06")
    first, second, *_ = pages(content)
    assert "Are moments for joint lesson design planned?" in first
    assert "How many verdicts of each kind" in second
    assert "data 0a1b2c3d" in first


def test_letters_are_nine_points_at_least_and_nothing_lies_outside_the_margins() -> None:
    many = [*triangulations().values()] * 4
    for page in pypdf.PdfReader(BytesIO(comparison_print([compared(*many)]))).pages:
        sizes: list[float] = []
        wide, high = float(page.mediabox.width), float(page.mediabox.height)

        def visit(text: str, _cm: list[float], tm: list[float], _font: object, size: float) -> None:
            if text.strip():
                sizes.append(size * tm[0])  # noqa: B023
                assert 30 < tm[4] < wide - 30  # noqa: B023
                assert 15 < tm[5] < high - 20  # noqa: B023

        page.extract_text(visitor_text=visit)
        assert min(sizes) >= 9


def test_a_report_names_no_respondent_and_says_one_as_1_2() -> None:
    text = " ".join(pages(comparison_print([sample("en", "report")])))
    assert not re.search(r"(?<!\w)[RS]\d+", text)
    assert "1-2/6" in text
    assert "Who spoke of what" not in text
    assert "leaders +" not in text
    assert "copy for the school" in text


def test_more_schools_than_fit_beside_each_other_follow() -> None:
    one = triangulate(
        case(saw("A-01", {CHECK: "seen"}), says("R1", "affirms")), INSTRUMENT, CODEBOOK
    )
    text = " ".join(pages(comparison_print([compared(one), compared(one)])))
    assert text.count("What was seen in which phase") == 2


def test_a_study_without_schools_says_so_little_and_prints() -> None:
    assert pages(comparison_print([compared()]))


class TestParts:
    def test_counts_are_of_behaviours_each_once(self) -> None:
        numbers = re.compile(r"(\d+)(?: \((\d+)\))?")
        rows = [row for row in texts(part(sample(), "counts")) if len(row) > 1]
        for code in "AD":
            own = [cell for name, *cells in rows for cell in cells if name == f"School {code}"]
            found = [numbers.fullmatch(cell) for cell in own if cell != "·"]
            assert sum(int(each[1]) for each in found if each) == 23

    def test_a_ruling_of_all_who_ruled_stands(self) -> None:
        first = texts(part(sample(), "verdicts"))[1]
        assert first[:3] == [
            "School leadership is present at board sessions",
            "provisionally not mentioned, not seen",
            "supplemented",
        ]

    def test_the_base_of_saturation_is_four_interviews(self) -> None:
        spoken = [
            says("R1", "affirms", code, interview=f"interview/{n}", label=f"R1-c{n}")
            for n, code in enumerate(
                ("context.staff.old-guard", "context.staff.old-guard", CHECK, "context.school.merger",
                 "context.school.merger", "context.school.competition"), 1)
        ]  # fmt: skip
        one = case(*spoken)
        held = {
            claim.interview: replace(
                one.interviews["interview/team"], day=f"2018-03-{n:02}", label=f"I{n}"
            )
            for n, claim in enumerate(spoken, 1)
        }
        found = triangulate(replace(one, interviews=held), INSTRUMENT, CODEBOOK)
        saturated = part(compared(found), "saturation")
        path = {code: CODEBOOK.path(f"context.{code}", "en") for code in ("staff.old-guard", "school.merger", "school.competition")}  # fmt: skip
        assert texts(saturated) == [
            ["1 · I1", path["staff.old-guard"], "1"],
            ["2 · I2", "–", "1"],
            ["3 · I3", "–", "1"],
            ["4 · I4", path["school.merger"], "2"],
            ["5 · I5", "–", "2"],
            ["6 · I6", path["school.competition"], "3"],
            ["I5 · I6", path["school.competition"], "1/2", "50%"],
        ]
        assert "No run reached it. Of all 720 orders" in saturated.text
        report = texts(part(compared(found, audience="report"), "saturation"))
        assert report[3:] == [["4", "1", "2"], ["5", "0", "2"], ["6", "1", "3"], ["5 · 6", "1", "1/2", "50%"]]  # fmt: skip

    @pytest.mark.parametrize("interviews", [1, 5, 33, 34, 150, 1500])
    def test_saturation_of_many_interviews_stays_on_the_page(self, interviews: int) -> None:
        drawn = saturation_chart("title", list(range(1, interviews + 1)))
        assert drawn.width <= 620
        boxes = [each for each in drawn.shapes if isinstance(each, Box)]
        assert len(boxes) == 2 * interviews
        assert all(each.width > 0 and each.x + each.width <= drawn.width for each in boxes)
        places = [s.x for s in drawn.shapes if isinstance(s, Label) and s.anchor == "middle"]
        assert places
        assert all(after - before >= 18 for before, after in pairwise(places))

    def test_self_view_and_team_view_stand_apart(self) -> None:
        one = case(
            saw("A-01", {GOALS: "seen"}), says("S1", "denies", GOALS), says("R1", "affirms", GOALS)
        )
        found = triangulate(one, INSTRUMENT, CODEBOOK)
        rows = {row[0]: row[1] for row in texts(part(compared(found), "views")) if len(row) > 1}
        assert rows[INSTRUMENT.indicator(GOALS).name["en"]] == "leaders −1\nteam +1\nseen 1/1"
