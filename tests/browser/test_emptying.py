"""A tablet is emptied by who holds it: never while the server lacks something of which no copy was saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from observation.settings import Clock
from tests.browser.place import serving
from tests.browser.test_cleared import AT_TIMES_ALONE
from tests.browser.test_offline import (
    begin,
    saved_file,
    tablet,
    tap,
    text,
    until,
    wait_until_ready,
)
from tests.browser.test_practice import KEPT

pytestmark = pytest.mark.slow


def alone(browser: WebDriver, value: str) -> None:
    browser.execute_script("localStorage.setItem('alone', arguments[0])", value)


def open_part(browser: WebDriver, url: str) -> None:
    """Open the page of the tablet, and on it the part that empties it."""
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: text(browser, ".unsent") != "")
    tap(browser, "#empty summary")


def assert_empty(browser: WebDriver) -> None:
    until(browser, lambda: browser.current_url.endswith("/rescue?language=nl#emptied"))
    assert "Deze tablet is leeg" in text(browser, "main")
    shown = [e.text for e in browser.find_elements("css selector", "main a, main button") if e.text]
    assert shown == ["Gebruik deze tablet weer", "Onderzoek, op de server"], "one can go on"
    kept = browser.execute_async_script(KEPT)
    kept["caches"].pop("memory", None)  # of the worker: which shell is held, and its language
    assert (kept["databases"], kept["folders"], kept["caches"]) == ({}, {}, {})


def test_what_is_not_on_the_server_stays_until_a_copy_is_saved(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        tablet(tmp_path, AT_TIMES_ALONE) as browser,
    ):
        wait_until_ready(browser, url)
        alone(browser, "yes")
        uuid = begin(browser, url)
        open_part(browser, url)
        for _ in range(3):  # however often it is pressed
            tap(browser, "#empty-now")
            until(browser, lambda: "Nog niet op de server" in text(browser, "#empty-said"))
            assert text(browser, "#empty-now") == "Maak hem leeg"
        tap(browser, "#empty-save")
        until(browser, lambda: "Er is een kopie bewaard" in text(browser, "#empty-said"))
        assert f"observation/{uuid}" in saved_file(tmp_path).read_text()
        tap(browser, "#empty-now")
        until(browser, lambda: text(browser, "#empty-now").startswith("Ja, verwijder"))
        tap(browser, "#empty-now")
        assert_empty(browser)
        browser.get(f"{url}/tablet?language=nl")
        until(browser, lambda: "nog niets vastgelegd" in text(browser, "main"))


def test_what_came_after_the_copy_is_not_in_it(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        tablet(tmp_path, AT_TIMES_ALONE) as browser,
    ):
        wait_until_ready(browser, url)
        alone(browser, "yes")
        begin(browser, url)
        open_part(browser, url)
        tap(browser, "#empty-save")
        until(browser, lambda: "Er is een kopie bewaard" in text(browser, "#empty-said"))
        record = """
        const [done] = arguments;
        Promise.all([import("/static/js/device/log.js"), import("/static/js/device/rows.js")]).then(async ([log, rows]) => {
          const [{ event: { stream } }] = await rows.allRows();
          await log.record(await log.deviceId(), stream, "W1", [{ id: crypto.randomUUID(), kind: "mark-set", data: {} }]).saved;
        }).then(() => done(""), (error) => done(String(error)));
        """
        assert browser.execute_async_script(record) == ""
        tap(browser, "#empty-now")
        until(browser, lambda: "Nog niet op de server" in text(browser, "#empty-said"))
        assert browser.current_url.startswith(f"{url}/tablet")


def test_when_all_is_on_the_server_two_presses_empty_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), tablet(tmp_path) as browser:
        wait_until_ready(browser, url)
        uuid = begin(browser, url)
        until(browser, lambda: bool(context.store.events.studies()))
        open_part(browser, url)
        until(browser, lambda: "Alles staat op de server" in text(browser, ".unsent"))
        tap(browser, "#empty-now")
        until(browser, lambda: text(browser, "#empty-now").startswith("Ja, verwijder"))
        tap(browser, "#empty-now")
        assert_empty(browser)
        (study,) = context.store.events.studies()
        log = context.store.events.read(study, f"observation/{uuid}")
        assert json.dumps([event.kind for event in log.events]).count("observation-begun") == 1
