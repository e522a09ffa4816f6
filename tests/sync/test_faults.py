"""Whatever a network does, the tablet marks as sent exactly what the server holds, and all arrives."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from observation.settings import ENVIRONMENT_STORE, Clock, Context
from tests.browser.place import AnyDriver, chromium, serving
from tests.browser.tablet import rows
from tests.soak import SOAK, seeded, turns
from tests.sync.proxy import (
    FAULTS,
    Proxy,
    lost_before_it_came,
    passed,
    proxied,
    server_error,
    wrong_answers,
)

pytestmark = pytest.mark.slow

FAULTY = 5_000 if SOAK else 100  # exchanges
OBSERVATION = 40  # exchanges; then another one is begun

ROUND = """
const [stream, texts, done] = arguments;
Promise.all(["log", "sync", "database"].map((name) => import(`/static/js/device/${name}.js`))).then(
  async ([{ deviceId, record }, { sync }, { transact, answer }]) => {
    const acts = texts.map((text) => ({ kind: "note-written", data: { text, kind: "seen", tags: [] } }));
    if (acts.length) await record(await deviceId(), stream, "W1", acts).saved;
    await sync(true);
    const range = IDBKeyRange.bound([stream], [stream, []]);
    return transact(["events"], "readonly", (transaction) =>
      answer(transaction.objectStore("events").getAll(range)));
  }).then(done, (error) => done(String(error)));
"""


@dataclass
class Tablet:
    """A page that records, behind a proxy."""

    browser: AnyDriver
    proxy: Proxy
    context: Context
    chance: random.Random

    def round(self, stream: str, acts: int) -> list[dict[str, Any]]:
        """Record so many acts, try to send, and return the rows of the stream."""
        texts = [
            "".join(self.chance.choices('aé€ "\\\n<&\u2028\U0001f642', k=12)) for _ in range(acts)
        ]
        found = self.browser.execute_async_script(ROUND, stream, texts)
        assert isinstance(found, list), found
        return found

    def held(self, stream: str) -> dict[str, dict[str, Any]]:
        """What the server holds of the stream, by id."""
        for study in self.context.store.events.studies():
            log = self.context.store.events.read(study, stream)
            assert log.conflicts == ()
            if log.kept:
                return {event.id: event.as_dict() for event in log.events}
        return {}


@pytest.fixture(params=["tinydb", "postgresql"])
def tablet(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tablet]:
    if request.param == "postgresql":
        monkeypatch.setenv(ENVIRONMENT_STORE, request.getfixturevalue("postgres").url())
    chance = seeded("faults")
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        proxied(url, chance) as proxy,
        chromium(tmp_path / "profile") as browser,
    ):
        browser.get(f"{proxy.url}/new?language=nl")
        yield Tablet(browser, proxy, context, chance)


def test_after_every_exchange_only_what_the_server_holds_is_marked_as_sent(tablet: Tablet) -> None:
    proxy, streams, calls = tablet.proxy, list[str](), 0
    proxy.faults = [*FAULTS, *[passed] * (len(FAULTS) // 4)]
    for calls in turns(10 * FAULTY, 10 * FAULTY, 0.4):
        if proxy.exchanges - proxy.met["passed"] >= FAULTY:
            break
        if calls % OBSERVATION == 0:
            streams.append(f"observation/0190a5b0-0000-7000-8000-{calls:012x}")
        found = tablet.round(streams[-1], tablet.chance.randint(0, 4))
        held = tablet.held(streams[-1])
        for row in found:
            event = row["event"]
            assert "unsent" in row or held.get(event["id"]) == event, proxy.met
    faulty = proxy.exchanges - proxy.met["passed"]
    assert SOAK or faulty >= FAULTY, proxy.met  # the long run ends with its time too
    # After a failure it stops: what follows a success is a question, and what was answered twice.
    assert proxy.exchanges <= 3 * (calls + 1), "it asks again and again without a pause"

    proxy.faults = [passed]
    deadline = time.monotonic() + 60
    while any("unsent" in row for row in rows(tablet.browser)) and time.monotonic() < deadline:
        tablet.round(streams[-1], 0)
    own = [row["event"] for row in rows(tablet.browser)]
    assert sorted(own, key=lambda e: e["id"]) == sorted(
        (event for stream in streams for event in tablet.held(stream).values()),
        key=lambda e: e["id"],
    )
    print(f"{proxy.exchanges} exchanges, {faulty} of them faulty, {len(own)} events: {proxy.met}")


def test_of_forty_wrong_answers_none_marks_anything_as_sent(tablet: Tablet) -> None:
    stream = "observation/0190a5b0-0000-7000-8000-000000000001"
    for number, wrong in enumerate(wrong_answers()):
        tablet.proxy.faults = [wrong]
        before = tablet.proxy.exchanges
        found = tablet.round(stream, 1)
        assert tablet.proxy.exchanges > before, number
        assert [row for row in found if "unsent" not in row] == [], number
    assert len(found) == 40
    assert tablet.held(stream) == {}
    tablet.proxy.faults = [passed]
    deadline = time.monotonic() + 60  # a busy machine may answer a round too late
    while any("unsent" in row for row in tablet.round(stream, 0)):
        assert time.monotonic() < deadline
    assert len(tablet.held(stream)) == 40


TAPS = """
const [stream, done] = arguments;
Promise.all(["log", "sync"].map((name) => import(`/static/js/device/${name}.js`))).then(
  async ([{ deviceId, record }, { sync }]) => {
    const end = Date.now() + 5000;
    while (Date.now() < end) {
      await record(await deviceId(), stream, "W1", [{ kind: "mark-set" }]).saved;
      sync();
    }
  }).then(() => done(""), (error) => done(String(error)));
"""


@pytest.mark.parametrize("fault", [server_error, lost_before_it_came], ids=lambda f: f.__name__)
def test_a_server_that_fails_is_left_in_peace_however_fast_somebody_taps(
    tablet: Tablet, fault: Any
) -> None:
    tablet.proxy.faults = [fault]
    stream = "observation/0190a5b0-0000-7000-8000-000000000001"
    assert tablet.browser.execute_async_script(TAPS, stream) == ""
    assert 1 <= tablet.proxy.exchanges <= 4  # at once, after 1 to 3 s, and after 2 to 6 s more
    # And as soon as it answers again, what was tapped is sent without anybody doing anything.
    tablet.proxy.faults = [passed]
    deadline = time.monotonic() + 60
    while any("unsent" in row for row in rows(tablet.browser)) and time.monotonic() < deadline:
        time.sleep(0.3)
    assert not any("unsent" in row for row in rows(tablet.browser))
