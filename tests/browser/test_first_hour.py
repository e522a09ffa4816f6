"""The first hour in a browser: by keyboard, without a mistake that axe knows, from nothing to the first observation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from observation.settings import Clock
from tests.browser.axe import problems_of
from tests.browser.place import chromium, serving, until

pytestmark = pytest.mark.slow


def press(driver: WebDriver, selector: str) -> None:
    """Press the one that this selects, by keyboard, and wait for the page that comes."""
    found = driver.find_element(By.CSS_SELECTOR, selector)
    found.send_keys(Keys.ENTER)
    until(driver, lambda: _is_gone(found) or driver.current_url.endswith("#new"))


def _is_gone(element: Any) -> bool:
    try:
        element.is_enabled()
    except Exception:
        return True
    return False


def fill(driver: WebDriver, kind: str, **given: str) -> None:
    """Type into the last form of this kind and send it by Enter."""
    form = driver.find_elements(By.CSS_SELECTOR, f"form[data-kind={kind}]")[-1]
    for name, text in given.items():
        field = form.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)
    field.send_keys(Keys.ENTER)
    until(driver, lambda: _is_gone(form))


def test_the_steps_are_walked_by_keyboard_and_a_refusal_leads_to_its_field(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        chromium(tmp_path / "profile") as driver,
    ):
        driver.get(f"{url}/?language=nl")
        assert problems_of(driver) == []
        press(driver, ".steps .button")
        fill(driver, "study-recorded", name="Najaar", _by="W 1,")
        assert driver.execute_script("return document.activeElement.id") == "refused"
        assert problems_of(driver) == []
        driver.find_element(By.CSS_SELECTOR, "#refused a").send_keys(Keys.ENTER)
        assert driver.execute_script("return document.activeElement.name") == "_by"
        assert driver.find_element(By.NAME, "name").get_attribute("value") == "Najaar"
        fill(driver, "study-recorded", _by="W1")
        press(driver, ".next .button")
        fill(driver, "school-recorded", school="A")
        press(driver, ".next .button")
        fill(driver, "member-recorded", member="W1")
        press(driver, ".next .button")
        fill(driver, "unit-recorded", unit="onderbouw")
        driver.get(url)
        assert problems_of(driver) == []
        assert len(driver.find_elements(By.CSS_SELECTOR, ".step.is-done")) == 3


def test_help_unfolds_by_keyboard(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        chromium(tmp_path / "profile") as driver,
    ):
        driver.get(f"{url}/?language=nl")
        press(driver, 'form[action="/sample"] button')
        assert len(driver.find_elements(By.CSS_SELECTOR, ".record")) == 4
        driver.get(f"{url}/triangulation?language=nl")
        for summary in driver.find_elements(By.CSS_SELECTOR, ".help > summary")[:3]:
            summary.send_keys(Keys.ENTER)
        shown = [e for e in driver.find_elements(By.CSS_SELECTOR, ".help-says") if e.is_displayed()]
        assert len(shown) == 3
        assert problems_of(driver) == []
        driver.get(url)
        press(driver, 'form[action="/sample/removal"] button')
        assert len(driver.find_elements(By.CSS_SELECTOR, ".step")) == 5
