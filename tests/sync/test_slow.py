"""A tablet that was away for long sends all that it has over a slow network that breaks off."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from observation.core.events import Event
from observation.settings import Clock
from observation.store.reading import read_stream
from tests.browser.place import chromium, serving
from tests.browser.tablet import keep, rows
from tests.soak import SOAK, seeded
from tests.sync.proxy import Answer, Exchange, proxied

pytestmark = pytest.mark.slow

EVENTS, SPEED = (10_000, 5_000) if SOAK else (2_000, 100_000)  # and bytes in a second
SENDING = """
const done = arguments[0];
import("/static/js/device/sync.js").then(({ sync }) => sync(true)).then(() => done(""), (error) => done(String(error)));
"""


def test_a_long_queue_arrives_over_a_slow_network_that_breaks_off(tmp_path: Path) -> None:
    chance = seeded("slow network")
    batches: list[tuple[int, int]] = []

    def slowly(batch: Exchange) -> Answer | None:
        events = batch.batch["events"]
        batches.append((len(events), len(batch.body)))
        wait = len(batch.body) / SPEED
        broken = chance.random() < 0.2
        time.sleep(wait * chance.random() if broken else wait)
        return None if broken else batch.forward()

    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        proxied(url, chance) as proxy,
        chromium(tmp_path / "profile") as browser,
    ):
        browser.set_script_timeout(300)
        proxy.faults = [slowly]
        browser.get(f"{proxy.url}/tablets?language=nl")
        made = list(queued(chance))
        keep(browser, made)
        deadline = time.monotonic() + (3600 if SOAK else 240)
        while any("unsent" in row for row in rows(browser)):
            assert time.monotonic() < deadline, batches[-20:]
            assert browser.execute_async_script(SENDING) == ""
        (study,) = context.store.events.studies()
        held = {
            event.id: event
            for stream in context.store.events.versions(study)
            for event in read_stream(context.store.events, study, stream).events
        }
    assert held == {event.id: event for event in made}
    assert max(count for count, _ in batches) <= 200
    assert max(size for _, size in batches) <= 512_000
    print(f"{len(made)} events in {len(batches)} batches at {SPEED} bytes a second, 0 lost")


def queued(chance: random.Random) -> list[Event]:
    """What many sessions come to, with notes of very different lengths."""
    device = "0190a5b0-0000-7000-8000-00000000000d"
    return [
        Event(
            id=f"0190a5b0-0000-7000-8000-{number:012x}",
            stream=f"observation/0190a5b0-0000-7000-8000-{number // 120 + 1:012x}",
            kind="note-written",
            at="2018-03-13T15:10:00+01:00",
            elapsed=number,
            device=device,
            boot="b1",
            seq=number % 120 + 1,
            by="W1",
            data={"text": "é" * chance.choice([1, 20, 200, 5_000]), "kind": "seen", "tags": []},
            format=1,
        )
        for number in range(EVENTS)
    ]
