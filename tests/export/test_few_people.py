"""Every export that tells of people by role says where there are few; a report says 1-2 for one."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from observation.cli import main
from tests.web.visitor import Visitor


def text_of(content: bytes) -> str:
    return " ".join("\n".join(p.extract_text() for p in PdfReader(BytesIO(content)).pages).split())


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    from observation.settings import open_context
    from observation.web import create_app

    return Visitor(create_app(open_context(tmp_path, "memory:")).test_client())


def test_the_sheet_and_its_copy_for_the_school(visitor: Visitor) -> None:
    get = visitor.client.get
    sheet = text_of(get("/exports/triangulation.pdf?school=D&language=en").data)
    assert "Fewer than 5 people in a role: school leader 1." in sheet
    copy = text_of(get("/exports/triangulation.pdf?school=D&audience=report&language=en").data)
    assert "Fewer than 5 people in a role: school leaders 1-2." in copy
    assert "school leader 1." not in copy


def test_the_comparison_the_workbook_and_the_print_of_an_observation(visitor: Visitor) -> None:
    get = visitor.client.get
    assert "D: school leader 1. Whoever" in text_of(
        get("/exports/triangulation.pdf?language=en").data
    )
    book = load_workbook(BytesIO(get("/exports/triangulation.xlsx?language=en").data))
    guide = " ".join(str(cell.value) for row in book.worksheets[0] for cell in row)
    assert "in a role: school leader 1. Whoever" in guide
    observation = next(s for s in visitor.context.store.events.versions(
        next(iter(visitor.context.store.events.studies()))) if s.startswith("observation/"))  # fmt: skip
    export = get(f"/observations/{observation.partition('/')[2]}/export/pdf?language=en")
    assert "Whoever knows the school recognises them." in text_of(export.data)


def test_the_pages_say_it_before_a_download(visitor: Visitor) -> None:
    school = visitor.school("D").stream.partition("/")[2]
    for path in ("/triangulation", "/triangulation/comparison", "/interviews"):
        assert "D: schoolleider 1. Wie de school kent" in visitor.page(path, "nl"), path
    assert (
        "A: "
        not in visitor.page(f"/triangulation/schools/{school}", "nl").partition("Minder dan")[2][
            :80
        ]
    )


def test_the_command_says_it_of_tables(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["--data", str(tmp_path), "sample"])
    for what in (["claims"], ["triangulation", "--format", "csv"]):
        capfd.readouterr()
        assert main(["--data", str(tmp_path), "export", *what]) == 0
        assert "D: school leader 1. Whoever knows" in capfd.readouterr().err
