"""A database that fails under the capture screen: what is shown as saved is there, all of it, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import browser as any_browser
from tests.browser.place import serving, until
from tests.browser.profile import break_off, sqlite_files
from tests.browser.tablet import rows
from tests.browser.test_offline import COPIED, begin, imported, saved_file, tablet, tap, text
from tests.soak import SOAK

pytestmark = pytest.mark.slow

# Every call of IndexedDB passes by `window.__fault(call)`, which may throw or close the connection.
SHIM = """(() => {
  let calls = 0;
  const connections = new Set();
  const own = JSON.parse(sessionStorage.getItem("fault") ?? "{}");
  window.__fault = (name) => {
    calls += 1;
    const { at, kind, only } = window.__on ?? own;
    if (only ? only !== name : calls !== at) return;
    if (kind !== "close") throw new DOMException("planted", kind);
    for (const database of connections) { database.close(); database.dispatchEvent(new Event("close")); }
  };
  const wrap = (prototype, names) => names.forEach((name) => {
    const real = prototype[name];
    prototype[name] = function (...given) {
      window.__fault(name);
      const made = real.apply(this, given);
      if (name === "open") made.addEventListener("success", () => connections.add(made.result));
      return made;
    };
  });
  if (own.hang) {
    const real = IDBFactory.prototype.open;
    let left = own.hang;
    IDBFactory.prototype.open = function (...given) { return left-- > 0 ? {} : real.apply(this, given); };
  } else {
    wrap(IDBFactory.prototype, ["open"]);
  }
  wrap(IDBDatabase.prototype, ["transaction"]);
  wrap(IDBObjectStore.prototype, ["add", "put", "get", "getAll", "getKey", "delete", "openKeyCursor"]);
  wrap(IDBIndex.prototype, ["getAll", "getAllKeys"]);
})();"""
CALLS = 60 if SOAK else 30
SEEN = """
const banner = document.getElementById("unsaved");
const start = performance.now();
window.__banner = undefined;
(function look() {
  if (!banner.hidden) window.__banner = performance.now() - start;
  else requestAnimationFrame(look);
})();
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebDriver, str, Path]]:
    folder = tmp_path_factory.mktemp("place")
    with serving(folder / "data", Clock()) as (url, _), tablet(folder, SHIM) as found:
        begin(found, url)
        yield found, found.current_url, folder


def plant(browser: WebDriver, fault: str) -> None:
    """Load the page again with this fault in its database."""
    browser.execute_script("sessionStorage.setItem('fault', arguments[0])", fault)
    browser.refresh()


def exactly_once(browser: WebDriver) -> int:
    """The number of events here, each once and without a hole in the numbers."""
    events = [row["event"] for row in rows(browser)]
    assert len({event["id"] for event in events}) == len(events)
    by_device: dict[str, list[int]] = {}
    for event in events:
        by_device.setdefault(event["device"], []).append(event["seq"])
    for numbers in by_device.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    return len(events)


@pytest.mark.parametrize("kind", ["UnknownError", "InvalidStateError", "close"])
def test_a_fault_at_any_of_the_first_calls_loses_nothing(
    browser: tuple[WebDriver, str, Path], kind: str
) -> None:
    driver, _, _ = browser
    for call in range(1, CALLS + 1):
        # What the page itself adds when it comes and goes is counted too.
        plant(driver, f'{{"at": {call}, "kind": "{kind}"}}')
        until(driver, lambda: text(driver, ".log"))
        shown = int(text(driver, ".counter strong"))
        for _ in range(2):
            tap(driver, ".counter")
        until(driver, lambda shown=shown: int(text(driver, ".counter strong")) == shown + 2)
        until(driver, lambda: text(driver, ".saved") not in ("", "bewaren …"))
        driver.execute_script("window.__on = {}")
        exactly_once(driver)
        counted = [r for r in rows(driver) if r["event"]["kind"] == "board-counted"]
        assert len(counted) == shown + 2, (kind, call)


@pytest.mark.parametrize("kind", ["UnknownError", "QuotaExceededError"])
def test_what_cannot_be_saved_is_said_and_kept_and_can_be_saved_as_a_file(
    browser: tuple[WebDriver, str, Path], kind: str
) -> None:
    driver, _, folder = browser
    plant(driver, "{}")
    until(driver, lambda: text(driver, ".log"))
    before = exactly_once(driver)
    files = len(list((folder / "downloads").glob("*")))
    driver.execute_script(f'window.__on = {{ only: "add", kind: "{kind}" }};{SEEN}')
    tap(driver, ".counter")
    tap(driver, ".tile-tap")
    until(driver, lambda: driver.execute_script("return window.__banner"))
    assert driver.execute_script("return window.__banner") < 1_500
    tap(driver, "#unsaved button")
    until(driver, lambda: len(list((folder / "downloads").glob("*.jsonl"))) > files)
    time.sleep(0.3)
    found = imported(folder / f"other-{kind}", saved_file(folder))
    assert len(found) == before + 2
    saved_file(folder).unlink()
    driver.execute_script("window.__on = {}")
    until(driver, lambda: not driver.find_element(By.ID, "unsaved").is_displayed())
    assert exactly_once(driver) == before + 2
    # The file and the tablet say the same of every event.
    assert {r["event"]["id"]: r["event"] for r in rows(driver)} == found


@pytest.mark.parametrize("times", [1, 40])
def test_where_the_database_does_not_open_the_screen_comes_and_takes_taps(
    browser: tuple[WebDriver, str, Path], times: int
) -> None:
    driver, _, _ = browser
    plant(driver, f'{{"hang": {times}}}')
    until(driver, lambda: text(driver, ".log"))  # at worst from the second copy
    shown = int(text(driver, ".counter strong"))
    tap(driver, ".counter")
    until(driver, lambda: int(text(driver, ".counter strong")) == shown + 1)
    if times > 1:
        until(driver, lambda: driver.find_element(By.ID, "unsaved").is_displayed())
        driver.execute_script("window.onbeforeunload = null")
        tap(driver, "#unsaved button")
    else:
        until(driver, lambda: text(driver, ".saved") not in ("", "bewaren …"))
        exactly_once(driver)


@pytest.mark.usefixtures("screen")
def test_one_whose_making_was_broken_off_is_made_again_with_what_the_copy_has(
    tmp_path: Path,
) -> None:
    profile = tmp_path / "profile"
    with serving(tmp_path / "data", Clock()) as (url, _):
        with any_browser("webkit", profile) as opened:
            begin(opened, url)
            opened.get(f"{url}/tablet?language=nl")
            until(opened, lambda: not any("unsent" in row for row in rows(opened)))
            before = {row["event"]["id"] for row in rows(opened)}
            until(opened, lambda: before <= set(opened.execute_async_script(COPIED)))
        (file,) = sqlite_files(profile)
        break_off(file)
        with any_browser("webkit", profile) as opened:
            begin(opened, url)
            tap(opened, ".counter")
            until(opened, lambda: before < {row["event"]["id"] for row in rows(opened)})
