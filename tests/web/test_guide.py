"""The guide for observers calls everything what the screens call it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from observation.instruments import Instruments
from observation.instruments.confused import easily_confused
from observation.settings import open_context
from observation.web import create_app
from tests.samples import another_version

ROOT = Path(__file__).parents[2]
APPENDIX_4 = Instruments().newest()
GUIDE = ROOT / "templates" / "guide" / "observers.html"
NAME = re.compile(r'b\(_\("([^"]+)"')


def page(data: Path, language: str) -> str:
    client = create_app(open_context(data, "memory:")).test_client()
    return unescape(client.get(f"/guide?language={language}").get_data(as_text=True))


def test_every_name_in_the_guide_is_one_of_a_screen() -> None:
    names = NAME.findall(GUIDE.read_text())
    assert len(names) > 20
    others = [path for path in (ROOT / "templates").rglob("*.html") if path != GUIDE]
    source = "".join(path.read_text() for path in (*others, *(ROOT / "observation").rglob("*.py")))
    assert [name for name in names if f'_("{name}"' not in source] == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_easily_confused_stands_there_to_the_letter(tmp_path: Path, language: str) -> None:
    shown = page(tmp_path, language)
    pairs = easily_confused(APPENDIX_4)
    assert len(pairs) == 3
    for each in (indicator for pair in pairs for indicator in pair):
        assert f"<h3>{each.short[language]}</h3><p>{each.card.counts_when[language]}</p>" in shown


def test_the_guide_is_of_the_newest_version_of_the_schedule(tmp_path: Path) -> None:
    assert "version 1.0" in page(tmp_path, "en")
    another_version(tmp_path)
    assert "version 1.1" in page(tmp_path, "en")


def test_of_another_schedule_no_pairs_are_said() -> None:
    assert easily_confused(replace(APPENDIX_4, id="another")) == []
