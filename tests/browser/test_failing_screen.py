"""What fails in the app itself stops no button, and is kept on the tablet for who can mend it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import serving, until
from tests.browser.test_offline import FACT, begin, rows, saved_file, tablet, tap, text

pytestmark = pytest.mark.slow

# Each part of the screen, and what draws it: the place in the page that cannot be filled any more.
LISTS = ("phases", "leads", "away", "there", "leadership", "collaboration", "board", "log", "by-whom",
         "ticks", "now", "phase-stretches", "lead-stretches", "interruptions", "dots")  # fmt: skip
ITEMS = ("top", "interruption", "ending", "just")
# The functions of the screen by the word of their own that they cannot do without, and the fold by its two parts.
WORDS = ("school", "interruption-started", "board-counted", "who-leads")
FOLD = ("readStory", "tally")

# Throws wherever the page looks for the part that `sessionStorage.broken` names, from the first draw on.
BREAK = """(() => {
  const broken = sessionStorage.getItem("broken");
  if (!broken) return;
  const real = Document.prototype.querySelectorAll;
  Document.prototype.querySelectorAll = function (selector) {
    if (selector.endsWith(`="${broken}"]`)) throw new Error(`planted in ${broken}`);
    return real.call(this, selector);
  };
  if (["readStory", "tally"].includes(broken)) {
    const own = Map.prototype.set;
    Map.prototype.set = function (...given) {
      if (new Error().stack.includes(`at ${broken} `)) throw new Error(`planted in ${broken}`);
      return own.apply(this, given);
    };
  }
  if (broken.startsWith("word ")) {
    const own = Map.prototype.get;
    Map.prototype.get = function (key) {
      if (key === broken.slice(5)) throw new Error(`planted in ${broken}`);
      return own.call(this, key);
    };
  }
})();"""

CHATTER = """if (location.hash === "#chatter") addEventListener("load", () => {
  let writes = 0;
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) { if (given[1] === "faults") window.__writes = ++writes; return put.apply(this, given); };
  for (let number = 0; number < 500; number++) reportError(new Error("chatter"));
  for (let number = 0; number < 60; number++) Promise.reject(new Error(`one of ${number} ${"x".repeat(2000)}`));
});"""


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebDriver, str, Path]]:
    folder = tmp_path_factory.mktemp("faults")
    with serving(folder / "data", Clock()) as (url, _), tablet(folder, BREAK) as browser:
        begin(browser, url)
        yield browser, url, folder


@pytest.mark.parametrize("broken", [*LISTS, *ITEMS, *(f"word {word}" for word in WORDS), *FOLD])
def test_whatever_part_of_the_screen_cannot_be_drawn_every_tap_is_written(
    capture: tuple[WebDriver, str, Path], broken: str
) -> None:
    browser, _url, _ = capture
    browser.execute_script("sessionStorage.setItem('broken', arguments[0])", broken)
    before = counted(browser)
    browser.refresh()
    until(browser, lambda: browser.execute_script("return document.readyState") == "complete")
    until(browser, lambda: planted(browser, broken))
    for number in range(3):
        tap(browser, ".counter")
        until(browser, lambda number=number: counted(browser) > before + number)
    tap(browser, '[data-key="goals"] .counter')
    tap(browser, ".tile-tap")
    until(browser, lambda: counted(browser) == before + 4)
    (event, *_) = [
        row["event"] for row in rows(browser) if row["event"]["kind"] == "board-counted"
    ][-1:]
    assert event["by"] == "W1"
    if broken != "top":
        until(browser, lambda: text(browser, ".saved") not in ("", "bewaren …"))
    if broken != "board" and not broken.startswith("word") and broken not in FOLD:
        until(browser, lambda: text(browser, '[data-key="goals"] .counter strong') != "")


def test_what_failed_is_told_on_the_page_of_the_tablet_and_in_the_copy(
    capture: tuple[WebDriver, str, Path],
) -> None:
    browser, url, folder = capture
    browser.execute_script("sessionStorage.setItem('broken', 'log')")
    browser.refresh()
    until(browser, lambda: planted(browser, "log"))
    browser.execute_script("sessionStorage.removeItem('broken')")
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: "misging" in text(browser, ".faults summary"))
    browser.find_element(By.CSS_SELECTOR, ".faults summary").click()
    assert "planted in log" in text(browser, ".faults")
    assert "/capture" in text(browser, ".faults")
    tap(browser, "[data-save]")
    header = json.loads(saved_file(folder).read_text("utf-8").split("\n")[0])
    assert any("planted in log" in fault["text"] for fault in header["faults"])


def test_a_fault_of_every_second_is_one_line_and_there_are_never_more_than_twenty(
    capture: tuple[WebDriver, str, Path],
) -> None:
    browser, url, _ = capture
    # A script of the page: of what a driver runs, a browser tells its page no more than "Script error."
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": CHATTER})
    browser.get(f"{url}/rescue?language=nl#chatter")
    until(browser, lambda: (browser.execute_script("return window.__writes") or 0) >= 2)
    faults = browser.execute_async_script(FACT, "faults")
    assert len(faults) == 20
    assert len({fault["text"] for fault in faults if "one of" in fault["text"]}) >= 19
    assert all(len(fault["text"]) <= 500 for fault in faults)
    assert sum(fault["times"] for fault in faults if "chatter" in fault["text"]) <= 500
    time.sleep(1)
    assert browser.execute_script("return window.__writes") <= 3


def counted(browser: WebDriver) -> int:
    return [row["event"]["kind"] for row in rows(browser)].count("board-counted")


def planted(browser: WebDriver, broken: str) -> bool:
    """Whether the fault was really met: a test that plants nothing shows nothing."""
    return f"planted in {broken}" in str(browser.execute_async_script(FACT, "faults"))
