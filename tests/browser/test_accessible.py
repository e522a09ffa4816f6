"""axe finds nothing on any page, however it is looked at, and nothing moves under a finger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, product
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from tests.browser.axe import problems_of
from tests.browser.pages import NOW, RUNNING, Place, study
from tests.browser.place import AnyDriver, Watch, WebKit, browser, press

pytestmark = pytest.mark.slow

LANGUAGES, THEMES, SIZES = (
    ("nl", "en"),
    ("light", "dark", "contrast"),
    ((1180, 820), (820, 1180), (390, 844)),
)
# Every pair of a language, a theme and a size is in one of these; every page is looked at in one of
# them, another for each page, beside the one in which all are.
ROTATING = tuple(
    (language, theme, SIZES[(number + turn) % 3])
    for turn, language in enumerate(LANGUAGES)
    for number, theme in enumerate(THEMES)
) + tuple((LANGUAGES[0], theme, SIZES[(number + 2) % 3]) for number, theme in enumerate(THEMES))
MEDIA = {
    "light": {"prefers-color-scheme": "light"},
    "dark": {"prefers-color-scheme": "dark"},
    "contrast": {"prefers-contrast": "more", "prefers-color-scheme": "light"},
}
# All that a page can show: what opens is open, what may be said is said.
OPENED = """
for (const one of document.querySelectorAll("details")) one.open = true;
for (const one of document.querySelectorAll("[role=alert][hidden]")) { one.hidden = false; one.textContent ||= "x"; }
"""
PARTS = 6  # so that none of them takes long
BASE = ("nl", "light", SIZES[0])


@pytest.fixture(scope="module", params=["chromium", "webkit"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The sample study, with A-01 as it stood at 07:42, in each of the two engines."""
    if request.param == "webkit":
        request.getfixturevalue("screen")
    folder = tmp_path_factory.mktemp("place")
    with (
        browser(request.param, folder / "profile") as opened,
        study(folder, opened) as found,
    ):
        Watch(opened, datetime.fromisoformat(NOW))
        yield found


def test_every_pair_of_a_language_a_theme_and_a_size_is_looked_at() -> None:
    for pair in ((0, 1), (0, 2), (1, 2)):
        wanted = set(product(*((LANGUAGES, THEMES, SIZES)[each] for each in pair)))
        assert {tuple(one[each] for each in pair) for one in ROTATING} == wanted


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_on_any_page(place: Place, part: int) -> None:
    opened = place.browser
    found: dict[Any, list[Any]] = {}
    if isinstance(opened, WebKit):  # its driver changes neither theme nor size
        visits = [
            (page, (language, "light", SIZES[0]), opens)
            for page, (language, opens) in zip(
                place.pages, cycle(product(LANGUAGES, (True, False))), strict=False
            )
        ]
    else:
        visits = [(page, BASE, False) for page in place.pages]
        visits += [(*one, True) for one in zip(place.pages, cycle(ROTATING), strict=False)]
    now = None
    for page, look, opens in sorted(visits, key=lambda visit: visit[1])[part::PARTS]:
        if look != now:
            put_on(place, look)
            now = look
        place.go(page)
        if opens:
            opened.execute_script(OPENED)
        if problems := problems_of(opened):
            found[page, look, opens] = problems
    assert found == {}
    if isinstance(opened, WebDriver):
        # Nor did any page ask for what the policy forbids.
        refused = [each["message"] for each in opened.get_log("browser")]
        assert not [message for message in refused if "Content Security Policy" in message]


def put_on(place: Place, look: tuple[str, str, tuple[int, int]]) -> None:
    """Let pages be looked at in this language, theme and size."""
    language, theme, (width, height) = look
    if isinstance(place.browser, WebDriver):
        features = [{"name": name, "value": value} for name, value in MEDIA[theme].items()]
        place.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        place.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    place.speak(language)


def test_no_tile_moves_when_something_is_recorded(place: Place) -> None:
    opened = place.browser
    opened.get(f"{place.url}/observations/{RUNNING}/capture")
    before = _boxes(opened)
    for number in range(6):
        for what in (".tile-tap", ".counter"):
            press(opened, opened.find_elements(By.CSS_SELECTOR, what)[number % 3])
        assert _boxes(opened) == before


def _boxes(driver: AnyDriver) -> list[list[float]]:
    """The boxes of everything that is tapped in a session, on the page."""
    boxes: list[list[float]] = driver.execute_script(
        """return [...document.querySelectorAll(".chip, .tile-tap, .counter, .note button")].map((e) => {
             const box = e.getBoundingClientRect();
             return [box.x + scrollX, box.y + scrollY, box.width, box.height];
           })"""
    )
    assert boxes
    return boxes
