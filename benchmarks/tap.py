"""From a tap until it is on disk, beside a bare page that puts one row per tap, on a slow tablet.

Run by `make bench`. The ratio says how much the program costs; the times are this machine's.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import chromium, serving
from tests.browser.test_tablet import begin

SLOWER = 4  # times, by the browser's own throttling
TAPS = 180
PAUSE = 0.15  # seconds between two taps
PRESS = 0.07  # seconds that a finger lies on the screen
WANTED = 1.3  # times the bare page
FINGER = [{"name": "hover", "value": "none"}, {"name": "pointer", "value": "coarse"}]

# The bare page: a button, and one strict transaction with one put for each tap.
BARE = """
const done = arguments[0];
const open = indexedDB.open("bare", 1);
open.onupgradeneeded = () => open.result.createObjectStore("rows", { keyPath: "id" });
open.onsuccess = () => {
  const button = document.body.appendChild(document.createElement("button"));
  let id = 0;
  button.className = "tap";
  button.addEventListener("click", () => {
    const transaction = open.result.transaction(["rows"], "readwrite", { durability: "strict" });
    transaction.objectStore("rows").put({ id: `${Date.now()}-${id++}`, kind: "board-counted", data: { counter: "goals", number: 1 } });
  });
  done();
};
"""
MIDDLE = """
const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();
return [x + width / 2, y + height / 2];
"""
# Measure from when the finger leaves, as the browser dates it, and from when the page hears of it
# (between them the browser draws what a finger does to a button), until the transaction that it made is complete.
MEASURE = """
const transaction = IDBDatabase.prototype.transaction;
let started;
window.times = [];
addEventListener("click", ({ timeStamp }) => { started = [timeStamp, performance.now()]; }, { capture: true });
IDBDatabase.prototype.transaction = function (...given) {
  const made = transaction.apply(this, given);
  if (given[1] === "readwrite" && started) {
    const since = started;
    started = undefined;
    made.addEventListener("complete", () => window.times.push(since.map((time) => performance.now() - time)));
  }
  return made;
};
"""


def main() -> None:
    """Print the medians of both, and their ratio."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", Clock()) as (url, _context),
        chromium(Path(folder) / "profile") as browser,
    ):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": FINGER})
        bare: list[list[float]] = []
        capture: list[list[float]] = []
        for _ in range(3):  # in turns, so that a busy machine is busy for both
            slow(browser, 1)
            browser.get(f"{url}/nothing")
            browser.execute_async_script(BARE)
            bare += taps(browser, ".tap")
            begin(browser, url)
            capture += taps(browser, '[data-key="goals"] .counter')
        counted = browser.find_element(By.CSS_SELECTOR, '[data-key="goals"] .counter strong')
        assert int(counted.text) == TAPS // 3
    print(f"{TAPS} taps at a {SLOWER}th of the speed of this machine, until they are on disk")
    for since, times, peer in zip(
        ("the finger left", "the page heard of it"),
        zip(*capture, strict=True),
        zip(*bare, strict=True),
        strict=True,
    ):
        ours, theirs = median(times), median(peer)
        print(f"since {since}")
        print(f"  a bare page with one put   {theirs:5.1f} ms")
        print(f"  the capture screen         {ours:5.1f} ms")
        print(f"  ratio                      {ours / theirs:5.2f}  (wanted: {WANTED})")


def slow(browser: WebDriver, times: int) -> None:
    browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": times})


def taps(browser: WebDriver, selector: str) -> list[list[float]]:
    """Tap a third of the taps as a finger does; return the milliseconds of each, since both."""
    slow(browser, SLOWER)
    browser.execute_script(MEASURE)
    x, y = browser.execute_script(MIDDLE, selector)
    for _ in range(TAPS // 3):
        time.sleep(PAUSE)
        touch(browser, "touchStart", {"x": x, "y": y})
        time.sleep(PRESS)
        touch(browser, "touchEnd")
    time.sleep(PAUSE)
    slow(browser, 1)
    found: list[list[float]] = browser.execute_script("return window.times")
    assert len(found) == TAPS // 3
    return found


def touch(browser: WebDriver, kind: str, *points: dict[str, float]) -> None:
    browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})


if __name__ == "__main__":
    sys.exit(main())
