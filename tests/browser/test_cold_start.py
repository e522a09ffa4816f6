"""With the server down, a tablet that was switched off starts again, records, and sends later."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.utils import free_port

from observation.settings import Clock
from tests.browser.place import close, kill, open_browser, serving, until
from tests.browser.tablet import rows
from tests.browser.test_tablet import begin, text

pytestmark = pytest.mark.slow

READY = """
const done = arguments[0];
navigator.serviceWorker.ready.then(() => done(true), () => done(false));
"""


def test_a_tablet_that_starts_without_the_server_goes_on_and_sends_later(
    engine: str, tmp_path: Path
) -> None:
    data, port, browser = tmp_path / "data", free_port(), open_browser(engine, tmp_path / "profile")
    try:
        with serving(data, Clock(), port) as (url, _):
            browser.get(f"{url}/tablet?language=nl")
            assert browser.execute_async_script(READY)
            begin(browser, url)
            until(browser, lambda: text(browser, ".saved"))
            uuid = browser.current_url.partition("#")[2]
            before = rows(browser)
        kill(browser)
        browser = open_browser(engine, tmp_path / "profile")
        browser.get(f"{url}/tablet?language=nl")
        assert browser.find_element(By.TAG_NAME, "h1").text
        browser.get(f"{url}/capture?language=nl#{uuid}")
        until(browser, lambda: text(browser, ".saved"))
        browser.find_element(By.CSS_SELECTOR, "[form=mark]").click()
        until(browser, lambda: len(rows(browser)) == len(before) + 1)
        with serving(data, Clock(), port) as (_, context):
            browser.execute_script("dispatchEvent(new Event('online'))")
            until(browser, lambda: not any("unsent" in row for row in rows(browser)))
            (study,) = context.store.events.studies()
            held = context.store.events.read(study, f"observation/{uuid}").events
            assert {event.id for event in held} == {row["event"]["id"] for row in rows(browser)}
    finally:
        close(browser)


def test_a_session_that_was_left_keeps_no_other_from_beginning(engine: str, tmp_path: Path) -> None:
    browser = open_browser(engine, tmp_path / "profile")
    try:
        with serving(tmp_path / "data", Clock()) as (url, _):
            for number in range(1, 6):
                begin(browser, url)
                until(browser, lambda: text(browser, ".saved"))
                address = browser.current_url
                # Opened again: the browser may keep the page as it was left, in the middle of something.
                browser.get(f"{url}/tablet?language=nl")
                browser.get(address)
                until(browser, lambda: text(browser, ".session-clock"))
                kinds = [row["event"]["kind"] for row in rows(browser)]
                assert kinds.count("observation-begun") == number
    finally:
        close(browser)
