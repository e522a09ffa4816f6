"""A browser that is killed at any moment keeps every tap that it showed as saved, once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from observation.settings import Clock
from tests.browser.place import close, kill, open_browser, serving, until
from tests.browser.tablet import rows
from tests.browser.test_tablet import begin
from tests.soak import seeded, turns

pytestmark = pytest.mark.slow

MOST = 8  # taps shown as saved until a kill
LONGEST = 0.2  # s after the last of them: a kill comes at any moment of a tap
OBSERVATION = 25  # kills; then another one is begun, since a long log takes long to show

# Taps as fast as the page says *saved*, and tells which entries of the log it said that of.
TAPPING = """
const saved = document.querySelector(".saved");
const tiles = [...document.querySelectorAll(".tile-tap, .counter, .phase .chip, [form=mark]")];
const shown = () => Array.from(document.querySelectorAll(".log > li"), (line) => line.dataset.key);
const pause = (time) => new Promise((go) => setTimeout(go, time));
(async () => {
  while (!saved.textContent) await pause(10);
  const told = new Set();
  for (let number = 0; ; number++) {
    const before = shown().length;
    tiles[(number * 7) % tiles.length].click();
    // A tap on what is on already records nothing.
    for (let waited = 0; shown().length === before && waited < 100; waited++) await pause(2);
    while (saved.textContent === "bewaren …") await pause(1);
    const fresh = shown().filter((id) => !told.has(id));
    fresh.forEach((id) => told.add(id));
    fetch("/acknowledged", { method: "POST", body: JSON.stringify(fresh), keepalive: true });
  }
})();
"""


def listening(acknowledged: set[str]) -> Callable[[Flask], Any]:
    """Let the server hear which taps were shown as saved: what it was told survives the kill."""

    def around(app: Flask) -> Any:
        def answer(environ: Any, start: Any) -> Iterable[bytes]:
            if environ["PATH_INFO"] != "/acknowledged":
                return app(environ, start)
            acknowledged.update(json.loads(environ["wsgi.input"].read()))
            start("204 No Content", [])
            return []

        return answer

    return around


def test_what_was_shown_as_saved_is_there_after_a_kill(engine: str, tmp_path: Path) -> None:
    chance, acknowledged, kills = seeded(f"kills of {engine}"), set[str](), 0
    with serving(tmp_path / "data", Clock(), around=listening(acknowledged)) as (url, context):
        browser = open_browser(engine, tmp_path / "profile")
        address = ""
        try:
            for kills in turns(10, 250, 0.3):
                if kills % OBSERVATION == 0:
                    begin(browser, url)
                    address = browser.current_url
                wanted = len(acknowledged) + chance.randint(1, MOST)
                browser.execute_script(TAPPING)
                until(browser, lambda wanted=wanted: len(acknowledged) >= wanted)
                time.sleep(chance.uniform(0, LONGEST))
                kill(browser)
                browser = open_browser(engine, tmp_path / "profile")
                browser.get(address)
                check(rows(browser), acknowledged, kills + 1)
            browser.execute_script("dispatchEvent(new Event('online'))")
            until(browser, lambda: not any("unsent" in row for row in rows(browser)))
            kept = {
                row["event"]["id"] for row in rows(browser) if row["event"]["device"] != "server"
            }
            (study,) = context.store.events.studies()
            assert kept == {
                event.id
                for stream in context.store.events.versions(study)
                for event in context.store.events.read(study, stream).events
                if event.device != "server"
            }
        finally:
            close(browser)
    assert kills
    print(f"{engine}: {kills + 1} kills, {len(acknowledged)} shown as saved, 0 lost")


def check(kept: list[dict[str, Any]], acknowledged: set[str], kills: int) -> None:
    """Assert that the rows hold all that was shown as saved, each once and without a hole."""
    events = [row["event"] for row in kept]
    ids = [event["id"] for event in events]
    assert acknowledged <= set(ids), f"kill {kills} lost {len(acknowledged - set(ids))}"
    assert len(ids) == len(set(ids)), f"kill {kills}: something is there twice"
    # A database that does not open in time makes the page a tablet of its own: it counts from 1.
    for counted, of in groupby(events, lambda event: (event["stream"], event["device"])):
        numbers = [event["seq"] for event in of]
        assert numbers == list(range(1, len(numbers) + 1)), (counted, numbers)
