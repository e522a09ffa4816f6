"""From a tap until it is on disk, beside a bare page that puts one row per tap, on a slow tablet.

Run by `make bench`. The ratio says how much the program costs; the times are this machine's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import chromium, serving
from tests.browser.test_tablet import begin

SLOWER = 4  # times, by the browser's own throttling
TAPS = 60
PAUSE = 120  # ms between two taps
WANTED = 1.3  # times the bare page

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
# Tap, and measure until the transaction that this made is complete.
MEASURE = """
const [selector, taps, pause, done] = arguments;
const transaction = IDBDatabase.prototype.transaction;
let complete = () => {};
IDBDatabase.prototype.transaction = function (...given) {
  const made = transaction.apply(this, given);
  if (given[1] === "readwrite" && given[2]?.durability === "strict") {
    const heard = complete;
    complete = () => {};
    made.addEventListener("complete", () => heard(performance.now()));
  }
  return made;
};
const button = document.querySelector(selector);
(async () => {
  const times = [];
  for (let tap = 0; tap < taps; tap++) {
    await new Promise((go) => setTimeout(go, pause));
    const ended = new Promise((heard) => { complete = heard; });
    const start = performance.now();
    button.click();
    times.push((await ended) - start);
  }
  IDBDatabase.prototype.transaction = transaction;
  done(times);
})();
"""


def main() -> None:
    """Print the medians of both, and their ratio."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", Clock()) as (url, _context),
        chromium(Path(folder) / "profile") as browser,
    ):
        bare: list[float] = []
        capture: list[float] = []
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
    print(f"  a bare page with one put   {median(bare):5.1f} ms")
    print(f"  the capture screen         {median(capture):5.1f} ms")
    print(f"  ratio                      {median(capture) / median(bare):5.2f}  (wanted: {WANTED})")


def slow(browser: WebDriver, times: int) -> None:
    browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": times})


def taps(browser: WebDriver, selector: str) -> list[float]:
    """Return the milliseconds of each of a third of the taps."""
    slow(browser, SLOWER)
    found: list[float] = browser.execute_async_script(MEASURE, selector, TAPS // 3, PAUSE)
    slow(browser, 1)
    return found


if __name__ == "__main__":
    sys.exit(main())
