"""A browser that clears a part of what it keeps, again and again: what is left comes back, what is lost is named."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from observation.settings import Clock
from observation.store.reading import read_stream
from observation.store.verify import verify
from tests.browser.place import serving
from tests.browser.test_offline import (
    CLEAR,
    COPIED,
    FACT,
    begin,
    rows,
    tablet,
    tap,
    text,
    until,
)
from tests.browser.test_offline import recorded as all_recorded

pytestmark = pytest.mark.slow

ROUNDS = 5
# No network while `localStorage.alone` says so.
AT_TIMES_ALONE = """
const real = window.fetch;
window.fetch = (...asked) => localStorage.getItem("alone") && String(asked[0]).includes("/api/")
  ? Promise.reject(new TypeError("no network")) : real(...asked);
"""
# Takes numbers of a session out of the second copy, as a disk does that loses a part of a file.
LOSE = """
const [uuid, numbers, done] = arguments;
import("/static/js/device/copy.js").then(async ({ get, put, eventsOf }) => {
  const left = eventsOf(await get(uuid)).filter(({ seq }) => !numbers.includes(seq));
  await put(uuid, JSON.stringify(left));
  done(left.map(({ id }) => id));
}, (error) => done([String(error)]));
"""
CLEARED = {"database": ["database"], "copy": ["copy"], "cookie": [], "all": ["database", "copy"]}


def recorded(browser: WebDriver) -> dict[str, Any]:
    """What tablets recorded; what the server added (a label of its own) it says again."""
    return {i: e for i, e in all_recorded(browser).items() if e["device"] != "server"}


@pytest.mark.parametrize("what", CLEARED)
def test_what_is_lost_is_named_by_device_and_number_and_the_rest_comes_back(
    what: str, tmp_path: Path
) -> None:
    chance = random.Random(what)
    lost: dict[str, tuple[str, list[int]]] = {}  # by stream the device and its numbers
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        tablet(tmp_path, AT_TIMES_ALONE) as browser,
    ):
        store = context.store.events
        for _ in range(ROUNDS):
            browser.get(f"{url}/static/icon.svg")
            browser.execute_script("localStorage.setItem('alone', 'yes')")
            uuid = begin(browser, url)
            for number in range(5):
                tap(browser, ".counter")
                until(
                    browser,
                    lambda number=number: text(browser, ".counter strong") == f"{number + 1}",
                )
            until(browser, lambda: text(browser, ".saved") == "op deze tablet")
            until(
                browser,
                lambda: set(browser.execute_async_script(COPIED)) >= recorded(browser).keys(),
            )
            own = {i: e for i, e in recorded(browser).items() if e["stream"].endswith(uuid)}
            others = recorded(browser).keys() - own.keys()
            device = browser.execute_async_script(FACT, "device")

            browser.get(f"{url}/static/icon.svg")
            expected = set(own)
            if what == "database":
                numbers = sorted(chance.sample(range(2, 6), 2))
                lost[f"observation/{uuid}"] = (device, numbers)
                expected &= set(browser.execute_async_script(LOSE, uuid, numbers))
                assert len(expected) == len(own) - 2
            if what in ("cookie", "all"):
                browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
            assert browser.execute_async_script(CLEAR, CLEARED[what]) == ""
            browser.execute_script("localStorage.removeItem('alone')")

            browser.get(f"{url}/tablet?language=nl")
            until(browser, lambda: text(browser, '[data-slot="stays"]'))
            new = browser.execute_async_script(FACT, "device") != device
            assert new == ("database" in CLEARED[what]), "a cleared store is a new tablet"
            alert = text(browser, '[data-slot="recovered"]')
            assert ("gewist" in alert and "teruggezet" in alert) == (what == "database")
            if what == "all":
                assert rows(browser) == []
                continue
            until(browser, lambda: "Alles staat op de server" in text(browser, ".unsent"))
            assert recorded(browser).keys() == expected | others
            (study,) = store.studies()
            held = {e.id for e in read_stream(store, study, f"observation/{uuid}").events}
            assert held >= expected
            assert not held & (own.keys() - expected)
        named = {found.stream: found.problem.values for found in verify(store)}
        assert named.keys() == lost.keys()
        for stream, (device, (one, other)) in lost.items():
            said = dict(named[stream])
            together = f"{one}-{other}" if other == one + 1 else f"{one}, {other}"
            assert (said["device"], said["numbers"]) == (device, together)


@pytest.mark.parametrize("screen", ["capture", "finish"])
def test_what_an_open_page_shows_is_written_again_when_all_else_is_cleared(
    screen: str, tmp_path: Path
) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        tablet(tmp_path, AT_TIMES_ALONE) as browser,
    ):
        uuid = begin(browser, url)
        until(browser, lambda: "op de server" in text(browser, ".saved"))
        browser.execute_script("localStorage.setItem('alone', '1')")
        for number in range(3):
            tap(browser, ".counter")
            until(browser, lambda number=number: len(rows(browser)) >= 3 + number)
        if screen == "finish":
            browser.get(f"{url}/finish?language=nl#{uuid}")
            until(browser, lambda: "op deze tablet" in text(browser, ".saved"))
        before = recorded(browser)
        for cleared in ("indexeddb", "cache_storage,file_systems"):
            browser.execute_cdp_cmd(
                "Storage.clearDataForOrigin", {"origin": url, "storageTypes": cleared}
            )
        browser.execute_script("dispatchEvent(new Event('online'))")
        until(browser, lambda: recorded(browser).keys() >= before.keys())
        assert "op deze tablet" in text(browser, ".saved")
        browser.execute_script("localStorage.clear(); dispatchEvent(new Event('online'))")
        until(browser, lambda: "op de server" in text(browser, ".saved"))
        (study,) = context.store.events.studies()
        held = {
            e.id for e in read_stream(context.store.events, study, f"observation/{uuid}").events
        }
        assert held >= before.keys()
