"""How people are recognised is of use while a session goes on, and is wiped when it is over."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import serving, until
from tests.browser.tablet import drafts, until_kept
from tests.browser.test_erased import PUT, RECORD
from tests.browser.test_offline import begin, tablet, text

pytestmark = pytest.mark.slow


def with_a_mark(browser: WebDriver, url: str) -> str:
    """Begin a session and say how somebody is recognised; return its UUID."""
    uuid = begin(browser, url)
    guest = {"id": "0190a5b0-0000-7000-8000-0000000000aa", "kind": "person-recorded"}
    arrived = {"id": "0190a5b0-0000-7000-8000-0000000000ab", "kind": "person-arrived"}
    acts = [
        guest | {"data": {"person": "L5", "role": "teacher"}},
        arrived | {"data": {"person": "L5"}},
    ]
    assert browser.execute_async_script(RECORD, f"observation/{uuid}", acts) == ""
    browser.refresh()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "[data-mark]"))
    browser.execute_script(PUT, "[data-mark]", "blauwe trui")
    until_kept(browser, "blauwe trui")
    return uuid


@pytest.mark.parametrize("screen", ["finish", "schedule", "tablet"])
def test_it_is_wiped_after_the_end_and_not_before(screen: str, tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as browser:
        uuid = with_a_mark(browser, url)
        address = f"{url}/{screen}?language=nl#{uuid}"
        browser.get(address)
        until(browser, lambda: "Z-01" in text(browser, "main"))
        assert "blauwe trui" in drafts(browser)
        browser.get(f"{url}/capture?language=nl#{uuid}")
        until(browser, lambda: "Begin" in text(browser, ".log"))
        over = {
            "id": "0190a5b0-0000-7000-8000-0000000000ac",
            "kind": "observation-ended",
            "data": {},
        }
        assert browser.execute_async_script(RECORD, f"observation/{uuid}", [over]) == ""
        browser.get(address)
        until(browser, lambda: "blauwe trui" not in drafts(browser))
