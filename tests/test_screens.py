"""Every screen that people see has its pictures, in every way of looking, and they stay small."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.exceptions import HTTPException

from observation.settings import open_context
from observation.web import create_app
from tests.browser.pages import PAGES

ROOT = Path(__file__).parents[1]
MAKER = runpy.run_path(str(ROOT / "scripts" / "make_screenshots.py"))
PICTURES = ROOT / "docs" / "screenshots"
MOST = 5_000_000  # bytes, all pictures together
# What is asked for by GET and is no screen: files, and what only programs read.
NO_SCREENS = {
    "exports.claims", "exports.codebook", "exports.file", "exports.sheet", "exports.triangulation",
    "imports.mapping_file", "instruments.instrument", "kit.interviews", "kit.show", "kit.stream",
    "observations.export", "offline.manifest", "offline.worker", "quarantine.events",
    "schedule.blank", "scripts.show", "static", "styles.show",
}  # fmt: skip
# Screens whose address is only known once somebody did something, by the state that shows them.
BY_STATE = {
    "quarantine.show": "tablets-set-aside",
    "imports.show": "import-mapping",
    "exports.made": "made",
}


def test_every_screen_is_among_those_that_are_looked_at(tmp_path: Path) -> None:
    app = create_app(open_context(tmp_path, "memory:"))
    shown = set()
    with app.test_request_context():
        addresses = app.url_map.bind("localhost")
        for page in PAGES:
            try:
                endpoint, _values = addresses.match(page.partition("#")[0].partition("?")[0])
            except HTTPException:
                pytest.fail(f"{page} is no page")
            shown.add(endpoint)
    asked = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert asked - shown - NO_SCREENS == set(BY_STATE), "add it to PAGES of pages.py"
    assert set(BY_STATE.values()) <= set(MAKER["STATES"])
    assert shown & NO_SCREENS == set()


def test_every_screen_has_a_picture_in_every_mode_and_stands_in_the_overview() -> None:
    page = (ROOT / "docs" / "screens.md").read_text()
    assert page == MAKER["overview"](), "run python scripts/make_screenshots.py"
    names = MAKER["all_names"]()
    assert len(names) > len(PAGES)
    for name in names:
        for mode, (width, height, _scheme) in MAKER["MODES"].items():
            with Image.open(PICTURES / f"{name}.{mode}.webp") as picture:
                assert picture.width == width // 2
                assert height // 2 <= picture.height <= MAKER["LONGEST"] * height // 2


def test_the_pictures_are_small_and_none_is_left_over() -> None:
    found = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert sum(found.values()) < MOST
    said = (ROOT / "docs" / "screens.md").read_text() + (ROOT / "README.md").read_text()
    assert [name for name in found if f"screenshots/{name}" not in said] == []


def test_a_picture_that_shows_the_same_is_left_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "screen.webp"
    picture = Image.new("RGB", (60, 40), "#fbfaf7")
    MAKER["_keep"](picture, target)
    before = target.read_bytes()
    picture.putpixel((5, 5), (248, 248, 246))
    MAKER["_keep"](picture, target)
    assert target.read_bytes() == before
    picture.paste((11, 90, 148), (10, 10, 20, 20))
    MAKER["_keep"](picture, target)
    assert target.read_bytes() != before
