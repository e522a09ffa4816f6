"""What the page *Tablets* says of each: what it sent last, how much, and what it said that it still holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from observation.core.errors import Refused
from observation.store.devices import devices, revoke
from observation.store.telling import KIND, Told, told
from tests.browser.place import HeldClock
from tests.web.tablet import DEVICE, Tablet, app_at, body, stream

FIRST = "0190a5b0-0000-7000-8000-0000000000d0"  # looked at before the tablet of the test


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock("2026-03-13T15:10:00+01:00")


@pytest.fixture
def tablet(tmp_path: Path, clock: HeldClock) -> Tablet:
    app = app_at(tmp_path)
    app.extensions["observation"] = replace(app.extensions["observation"], clock=clock)
    return Tablet(app.test_client())


def send(tablet: Tablet, events: list[Any], unsent: Any) -> None:
    """Send a batch that says how many events the tablet held unsent."""
    assert tablet.post(body(events, unsent=unsent)).status_code == 200


def row(tablet: Tablet, name: str = "iPad") -> str:
    """What the list says of a tablet, as text in one line."""
    html = tablet.client.get("/tablets?language=en").get_data(as_text=True)
    (found,) = [li for li in re.findall(r'<li class="tablet">.*?</li>', html, re.S) if name in li]
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def day(clock: str) -> str:
    """A time in the middle of Europe as the server's own wall clock shows it."""
    moment = datetime.fromisoformat(f"2026-03-13T{clock}:00+01:00").astimezone()
    return f"{moment.day} Mar 2026 {moment:%H:%M}"


def kept(tablet: Tablet) -> Told | None:
    damaged: list[Refused] = []
    found = told(tablet.context.store.registry, damaged).get(tablet.device)
    assert not damaged
    return found


def test_it_says_what_came_last_how_many_observations_and_what_is_left(
    tablet: Tablet, clock: HeldClock
) -> None:
    assert "Nothing sent yet. · observations: 0" in row(tablet)
    assert "did not say yet" in row(tablet)
    send(tablet, tablet.recorded(3, 1, label="A-01"), 3)
    clock.advance(120)
    send(tablet, tablet.recorded(2, 2, label="A-02"), 7)
    said = row(tablet)
    assert f"Last sent: A-02, {day('15:12')} · observations: 2" in said
    assert f"Said to hold 5 unsent, at {day('15:12')}." in said


def test_what_was_said_last_stays_with_the_time_when_it_was_said(
    tablet: Tablet, clock: HeldClock
) -> None:
    send(tablet, tablet.recorded(3, 1, label="A-01"), 9)
    clock.advance(3600)
    tablet.send([])  # whoever practises says nothing of what is left
    send(tablet, [], 4)  # a question what is missing: nothing came
    said = row(tablet)
    assert f"Last sent: A-01, {day('15:10')}" in said
    assert f"Said to hold 4 unsent, at {day('16:10')}." in said


def test_it_is_kept_once_a_minute_and_at_once_when_nothing_is_left_or_something_else_came(
    tablet: Tablet, clock: HeldClock
) -> None:
    events = tablet.recorded(6, 1)
    send(tablet, events[:1], 9)
    first = kept(tablet)
    clock.advance(59)
    send(tablet, events[1:2], 8)
    assert kept(tablet) == first, "not before a minute is over"
    clock.advance(1)
    send(tablet, events[2:3], 7)
    assert kept(tablet) == Told(
        "2026-03-13T14:11:00.000Z", "2026-03-13T14:11:00.000Z", stream(1), 6
    )
    clock.advance(1)
    send(tablet, tablet.recorded(1, 2), 6)
    assert (kept(tablet) or Told("")).stream == stream(2)
    clock.advance(1)
    send(tablet, tablet.recorded(2, 2)[1:], 1)
    assert (kept(tablet) or Told("")).unsent == 0
    clock.advance(1)
    send(tablet, tablet.recorded(3, 2)[2:], 1)
    assert (kept(tablet) or Told("")).at == "2026-03-13T14:11:02.000Z", "nothing is left as before"


def test_a_clock_that_was_set_back_does_not_keep_it_from_being_kept(
    tablet: Tablet, clock: HeldClock
) -> None:
    send(tablet, tablet.recorded(1), 5)
    clock.advance(-7200)
    send(tablet, [], 3)
    assert (kept(tablet) or Told("")).unsent == 3


@pytest.mark.parametrize("odd", [None, -1, True, "3", [], {}, 2**60], ids=str)
def test_an_odd_number_is_not_said_and_the_events_are_taken_in(tablet: Tablet, odd: Any) -> None:
    send(tablet, tablet.recorded(2), odd)
    assert len(tablet.kept()) == 2
    assert "did not say yet" in row(tablet)


def test_an_older_tablet_says_nothing_and_is_listed(tablet: Tablet) -> None:
    tablet.send(tablet.recorded(2, label="A-01"))
    assert "Last sent: A-01" in row(tablet)
    assert "did not say yet" in row(tablet)


def test_what_a_revoked_tablet_sends_counts_as_sent(tablet: Tablet, clock: HeldClock) -> None:
    revoke(tablet.context.store.registry, tablet.device, clock.now())
    send(tablet, tablet.recorded(2), 2)
    said = row(tablet)
    assert "Observation not known here" in said
    assert "nothing unsent" in said


def test_a_registry_that_cannot_be_written_keeps_no_event_out(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(type(tablet.context.store.registry), "put", full)
    send(tablet, tablet.recorded(2), 2)
    assert len(tablet.kept()) == 2


@pytest.mark.parametrize(
    "value",
    [None, 7, "x", [], {}, {"at": ""}, {"at": "never"}, {"at": 7}, {"else": 1},
     {"at": "2026-03-13T14:10:00.000Z", "unsent": "3"}, {"at": "2026-03-13T14:10:00.000Z", "stream": 1}],
    ids=str,
)  # fmt: skip
def test_what_was_told_and_is_damaged_is_named_until_it_is_told_again(
    tablet: Tablet, value: Any
) -> None:
    tablet.context.store.registry.put(KIND, DEVICE, value, None)
    html = tablet.client.get("/tablets?language=en").get_data(as_text=True)
    assert f"What the tablet {DEVICE} told of itself is damaged" in html
    assert "did not say yet" in row(tablet)
    send(tablet, tablet.recorded(1), 1)
    assert "nothing unsent" in row(tablet)


@pytest.mark.parametrize(
    "value",
    [None, 7, {}, {"name": "x"}, {"sha256": 1, "study": "s", "name": 7, "enrolled": "x", "revoked": ""}],
    ids=str,
)  # fmt: skip
def test_a_damaged_tablet_is_named_and_every_other_is_listed_and_sends(
    tablet: Tablet, value: Any
) -> None:
    tablet.context.store.registry.put("device", FIRST, value, None)
    send(tablet, tablet.recorded(2, label="A-01"), 2)
    html = tablet.client.get("/tablets?language=en").get_data(as_text=True)
    assert f"What is kept of the tablet {FIRST} is damaged" in html
    assert "Last sent: A-01" in row(tablet)
    assert [each.id for each in devices(tablet.context.store.registry)] == [DEVICE]


def test_a_tablet_whose_own_row_is_damaged_is_asked_to_send_again_later(tablet: Tablet) -> None:
    registry = tablet.context.store.registry
    value, version = registry.get("device", DEVICE)
    registry.put("device", DEVICE, value | {"enrolled": "x"}, version)
    assert tablet.post(body(tablet.recorded(1))).status_code == 503
