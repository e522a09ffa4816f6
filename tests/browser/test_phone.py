"""On a phone nothing moves under a finger: what a tap brings stays in its strip, however many people there are."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from observation.settings import Clock
from tests.browser.place import serving, until
from tests.browser.test_erased import RECORD
from tests.browser.test_offline import begin, tablet, tap, text

pytestmark = pytest.mark.slow

PLACES = """
const place = (e) => { const { left, top, right } = e.getBoundingClientRect(); return [left, top + scrollY, right].map(Math.round).join(); };
return [document.documentElement.scrollWidth, innerWidth, ...[...document.querySelectorAll(".tile-tap, .note, .just, .finish, .phase .chip")].map(place)];
"""
CUT = """
return [...document.querySelectorAll(".just-actions button")].filter((e) => e.getBoundingClientRect().right > innerWidth).length;
"""
# The strip is free again.
OFF = "return !document.querySelector('.just').hasAttribute('data-on') || document.querySelector('.just').dataset.on === 'false'"


@pytest.mark.parametrize("width", [360, 390])
def test_a_tap_moves_nothing_and_makes_nothing_wider(width: int, tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as browser:
        size = {"width": width, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        stream = f"observation/{begin(browser, url)}"
        for number in range(8):
            person = {"person": f"T{number}1"}
            acts = [
                {"kind": "person-recorded", "data": person | {"role": "teacher"}},
                {"kind": "person-arrived", "data": person},
            ]
            acts = [act | {"id": str(uuid.uuid4())} for act in acts]
            assert browser.execute_async_script(RECORD, stream, acts) == ""
        browser.refresh()
        until(browser, lambda: "T71" in text(browser, "main"))
        before = places(browser)
        assert before[0] == before[1] == width
        for what, tapped in (("[data-list=leads] button", "leidt"), (".tile-tap", "gezien")):
            tap(browser, what)
            until(browser, lambda tapped=tapped: tapped in text(browser, ".just"))
            assert places(browser) == before, what
            assert browser.execute_script(CUT) == 0
            until(browser, lambda: browser.execute_script(OFF))
            assert places(browser) == before, what


def places(browser: WebDriver) -> list[object]:
    """Where the controls are on the page, after its width and that of the window."""
    found: list[object] = browser.execute_script(PLACES)
    return found
