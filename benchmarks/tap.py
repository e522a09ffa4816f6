"""From a tap until it is on disk, and until the next paint, each beside a bare page, on a slow tablet.

Run by `make bench`. The ratio says how much the program costs; the times are this machine's.

The next paint is that of Interaction to Next Paint: the first frame after the tap's handlers. It is timed by the
page itself, from the tap's own time stamp until the message that follows the frame, since the Event Timing API
rounds to 8 ms, which is a third of a frame, and says nothing under 16 ms; what it says is printed beside it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from statistics import median

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import chromium, serving, until
from tests.browser.tablet import rows
from tests.browser.test_tablet import begin

SLOWER = 4  # times, by the browser's own throttling
TAPS = 180
# Seconds between two taps, never the same: a beat would meet each timer of the page always, or never.
PAUSE = (0.15, 0.35)
SETTLE = 3  # seconds that a page has to itself before it is tapped: a session is opened once
PRESS = 0.07  # seconds that a finger lies on the screen
WANTED = 1.3  # times the bare page
EVENTS = 300  # that the session holds when the next paint is timed
PAINTED = 1.5  # times the bare page, in the middle and for all but two of a hundred
FINGER = [{"name": "hover", "value": "none"}, {"name": "pointer", "value": "coarse"}]

# The bare page: a button, and one strict transaction with one put for each tap.
PUTS = """
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
# The bare page whose tap changes a text.
CHANGES = """
const done = arguments[0];
const button = document.body.appendChild(document.createElement("button"));
let taps = 0;
button.className = "tap";
button.textContent = "0";
button.addEventListener("click", () => (button.textContent = ++taps));
done();
"""
COUNTER = '[data-key="goals"] .counter'
PEOPLE = ("L1", "T1", "T2", "T3")
ACTS = [
    *({"kind": "lead-taken", "data": {"lead": person}} for person in (*PEOPLE, "nobody")),
    *(
        {
            "kind": "indicator-judged",
            "data": {"indicator": code, "state": "seen", "judged": "session"},
        }
        for code in (
            "intervening.informs",
            "learning.knowledge-sharing",
            "community.seek-each-other",
        )
    ),
    {
        "kind": "note-written",
        "data": {
            "text": "T1 vertelt hoe de rekenles ging, en wat er nog nodig is.",
            "tags": ["teachers"],
            "kind": "seen",
        },
    },
    {"kind": "phase-started", "data": {"phase": "content"}},
    {"kind": "board-counted", "data": {"counter": "goals", "number": 1}},
]
FILL = """
const [device, stream, acts, done] = arguments;
import("/static/js/device/log.js").then(({ record }) => {
  return record(device, stream, "W1", acts).saved;
}).then(() => done(""), (error) => done(String(error)));
"""
# The entries of the log that are in view, and those that are folded.
ENTRIES = """
const folded = document.querySelector('.older [data-slot="number"]');
return document.querySelectorAll(".log > li").length + Number(folded.textContent);
"""
MIDDLE = """
const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();
return [x + width / 2, y + height / 2];
"""
# Measure from when the finger leaves, as the browser dates it, and from when the page hears of it
# (between them the browser draws what a finger does to a button), until the transaction that it made is complete.
ON_DISK = """
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
# By the page: until the first message after the frame that the tap's handlers are followed by.
# By Event Timing: the longest of the tap's events, those that are not told counted as the least that is.
ON_SCREEN = """
window.times = [];
const LEAST = 16;
const told = new Map();
new PerformanceObserver((list) => {
  for (const { interactionId: id, duration } of list.getEntries()) if (id) told.set(id, Math.max(told.get(id) ?? 0, duration));
}).observe({ type: "event", durationThreshold: LEAST });
const page = [];
addEventListener("click", ({ timeStamp }) => {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => page.push(performance.now() - timeStamp);
    port2.postMessage(0);
  });
}, { capture: true });
window.finish = () => {
  const events = [...told.values()];
  window.times = page.map((time, index) => [time, events[index] ?? LEAST]);
};
"""


def main() -> None:
    """Print what both take, and their ratios."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", Clock()) as (url, _context),
        chromium(Path(folder) / "profile") as browser,
    ):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": FINGER})
        until_on_disk(browser, url)
        until_painted(browser, url)


def until_on_disk(browser: WebDriver, url: str) -> None:
    """Print how long a tap takes until it is on disk."""
    bare: list[list[float]] = []
    capture: list[list[float]] = []
    for _ in range(3):  # in turns, so that a busy machine is busy for both
        open_bare(browser, url, PUTS)
        bare += taps(browser, ".tap", ON_DISK)
        begin(browser, url)
        capture += taps(browser, COUNTER, ON_DISK)
    counted = browser.find_element(By.CSS_SELECTOR, f"{COUNTER} strong")
    assert int(counted.text) == TAPS // 3
    print(f"{TAPS} taps at a {SLOWER}th of the speed of this machine, until they are on disk")
    for since, times, peer in zip(
        ("the finger left", "the page heard of it"),
        zip(*capture, strict=True),
        zip(*bare, strict=True),
        strict=True,
    ):
        print(f"since {since}")
        compare("a bare page with one put", median(peer), median(times), WANTED)


def until_painted(browser: WebDriver, url: str) -> None:
    """Print how long a tap takes until the next paint, in a session of 300 events."""
    bare: list[list[float]] = []
    capture: list[list[float]] = []
    begin(browser, url)
    fill(browser)
    session = browser.current_url
    for _ in range(3):
        open_bare(browser, url, CHANGES)
        bare += taps(browser, ".tap", ON_SCREEN)
        browser.get(session)
        until(browser, lambda: browser.execute_script(ENTRIES) >= EVENTS)
        capture += taps(browser, COUNTER, ON_SCREEN)
    print(f"{TAPS} taps until the next paint, with {EVENTS} events on the capture screen")
    for name, of in (("median", median), ("of 98 in 100", most)):
        for how, times, peer in zip(
            ("by the page", "by Event Timing"),
            zip(*capture, strict=True),
            zip(*bare, strict=True),
            strict=True,
        ):
            print(f"{name}, {how}")
            compare("a bare page that changes a text", of(peer), of(times), PAINTED)


def compare(what: str, theirs: float, ours: float, wanted: float) -> None:
    print(f"  {what:31} {theirs:5.1f} ms")
    print(f"  {'the capture screen':31} {ours:5.1f} ms")
    print(f"  {'ratio':31} {ours / theirs:5.2f}  (wanted: {wanted})")


def most(times: Sequence[float]) -> float:
    """Return what all but two of a hundred take at most."""
    return sorted(times)[max(0, ceil(0.98 * len(times)) - 1)]


def open_bare(browser: WebDriver, url: str, script: str) -> None:
    slow(browser, 1)
    browser.get(f"{url}/nothing")
    browser.execute_async_script(script)


def fill(browser: WebDriver) -> None:
    """Record what happens in a long session, spread over what it took, as its page does."""
    slow(browser, 1)
    device = rows(browser)[0]["event"]["device"]
    stream = f"observation/{browser.current_url.partition('#')[2]}"
    acts = [ACTS[number % len(ACTS)] for number in range(EVENTS)]
    error = browser.execute_async_script(FILL, device, stream, acts)
    assert not error, error


def slow(browser: WebDriver, times: int) -> None:
    browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": times})


def taps(browser: WebDriver, selector: str, measure: str) -> list[list[float]]:
    """Tap a third of the taps as a finger does; return the milliseconds of each, measured in two ways."""
    browser.execute_script(
        f"document.querySelector({selector!r}).scrollIntoView({{ block: 'center' }})"
    )
    slow(browser, SLOWER)
    time.sleep(SETTLE)
    browser.execute_script(measure)
    x, y = browser.execute_script(MIDDLE, selector)
    pauses = random.Random(selector)
    for _ in range(TAPS // 3):
        time.sleep(pauses.uniform(*PAUSE))
        touch(browser, "touchStart", {"x": x, "y": y})
        time.sleep(PRESS)
        touch(browser, "touchEnd")
    time.sleep(max(PAUSE))
    slow(browser, 1)
    found: list[list[float]] = browser.execute_script("window.finish?.(); return window.times")
    assert len(found) == TAPS // 3
    return found


def touch(browser: WebDriver, kind: str, *points: dict[str, float]) -> None:
    browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})


if __name__ == "__main__":
    sys.exit(main())
