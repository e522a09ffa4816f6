"""A page that is left, comes back or is killed in the middle of a word goes on where it was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import AnyDriver, close, kill, open_browser, serving, until
from tests.browser.tablet import rows
from tests.browser.test_tablet import begin, text
from tests.soak import turns

pytestmark = pytest.mark.slow

TYPED = "abcdefghijkl"
COUNTER = '[data-key="goals"] .counter'
# A key is struck; half a second later the page looks what of it is on the disk. The page's own timer comes
# before that of the test, and what looks waits for what writes, however slow the machine is.
TYPING = """
const field = document.querySelector("form.note textarea");
const [letter, stream, done] = arguments;
field.focus();
field.value += letter;
field.dispatchEvent(new InputEvent("input", { bubbles: true, data: letter }));
const typed = field.value;
setTimeout(async () => {
  const { drafts } = await import("/static/js/device/drafts.js");
  (window.kept ??= []).push([typed, (await drafts(stream)).get("note")?.text ?? ""]);
}, 500);
requestAnimationFrame(() => done());
"""
# Another page of this browser adds to the record while this one is away.
ELSEWHERE = """
const [stream, done] = arguments;
import("/static/js/device/log.js").then(async ({ deviceId, record }) => {
  await record(await deviceId(), stream, "W1", [{ kind: "mark-set" }]).saved;
}).then(() => done(""), (error) => done(String(error)));
"""


def kinds(browser: AnyDriver) -> list[str]:
    """The kinds of the events in the log of the tablet."""
    return [row["event"]["kind"] for row in rows(browser)]


def test_a_page_that_comes_back_shows_what_is_on_the_tablet(engine: str, tmp_path: Path) -> None:
    browser = open_browser(engine, tmp_path / "profile")
    try:
        with serving(tmp_path / "data", Clock()) as (url, _):
            begin(browser, url)
            address = browser.current_url
            uuid = address.partition("#")[2]
            for turn in (number + 1 for number in turns(5, 60, 0.05)):
                tap(browser)
                # A transaction that WebKit lets a left page hold is given up after 10 s, and again.
                until(browser, lambda turn=turn: counted(browser) == turn)
                browser.get(f"{url}/tablet?language=nl")
                until(browser, lambda: text(browser, ".session h3"))
                error = browser.execute_async_script(ELSEWHERE, f"observation/{uuid}")
                assert error == ""
                browser.back()
                until(browser, lambda: browser.current_url == address)
                until(browser, lambda turn=turn: counted(browser) == turn)
                until(browser, lambda turn=turn: marks(browser) == turn)
                # A tap whose save was broken off by leaving is saved when the page is back.
                until(browser, lambda turn=turn: kinds(browser).count("board-counted") == turn)
                assert kinds(browser).count("mark-set") == turn
                events = [row["event"] for row in rows(browser)]
                numbers = sorted(e["seq"] for e in events if e["device"] != "server")
                assert numbers == list(range(1, len(numbers) + 1))
    finally:
        close(browser)


def test_of_what_is_being_typed_at_a_kill_half_a_second_is_lost_at_most(
    engine: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _):
        browser = open_browser(engine, tmp_path / "profile")
        try:
            begin(browser, url)
            address = browser.current_url
            stream = f"observation/{address.partition('#')[2]}"
            for letter in TYPED:
                browser.execute_async_script(TYPING, letter, stream)
                time.sleep(0.12)
            until(browser, lambda: len(browser.execute_script("return window.kept ?? []")) >= 3)
            looked = browser.execute_script("return window.kept")
            assert [typed for typed, kept in looked if not kept.startswith(typed)] == []
            kill(browser)
            browser = open_browser(engine, tmp_path / "profile")
            browser.get(address)
            until(browser, lambda: text(browser, ".saved"))
            found = browser.find_element(By.CSS_SELECTOR, "form.note textarea").get_attribute(
                "value"
            )
            assert TYPED.startswith(found or "-")
            assert len(found or "") >= len(looked[-1][1])
        finally:
            close(browser)


def tap(browser: AnyDriver) -> None:
    browser.execute_script("document.querySelector(arguments[0]).click()", COUNTER)


def counted(browser: AnyDriver) -> int:
    return int(text(browser, f"{COUNTER} strong"))


def marks(browser: AnyDriver) -> int:
    return browser.find_element(By.CSS_SELECTOR, ".log").text.count("Markering")
