"""Recorded time against what really happened, over thousands of sessions with broken clocks."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from observation.core.clock import LONGEST_PAUSE, TOLERANCE, recorded_times
from observation.core.events import Event, instant

SCHEDULES = 2_000
TEN_YEARS = 10 * 365 * 86_400_000
BEGUN = 1_540_686_600_000  # 28 October 2018, half an hour before summer time ended
DST_ENDS = 1_540_688_400_000


@dataclass
class Tablet:
    """A device as it is: true time goes on, its two clocks do what they do."""

    true: int = BEGUN
    wrong: int = 0  # ms that the wall clock is ahead
    monotonic: int = 0
    boot: int = 1

    def __post_init__(self):
        self.events, self.truth = [], {}

    def pass_by(self, milliseconds, asleep=False):
        self.true += milliseconds
        if not asleep:
            self.monotonic += milliseconds

    def reload(self):
        self.boot += 1
        self.monotonic = 0

    def record(self, kind="mark-set", **data):
        seq = len(self.events) + 1
        offset = timezone(timedelta(hours=2 if self.true < DST_ENDS else 1))
        wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.true + self.wrong)
        id = str(9999 - seq)  # ids say nothing about the order
        at = wall.astimezone(offset).isoformat(timespec="milliseconds")
        event = Event(
            id, "", kind, at, self.monotonic, "tablet", f"b{self.boot}", seq, "W1", data, 1
        )
        self.events.append(event)
        self.truth[id] = self.true


def session(r, jumps):
    """Return a tablet on which a session was recorded; `jumps` moves its wall clock now and then."""
    tablet = Tablet()
    tablet.record()
    for _ in range(r.randint(1, 40)):
        tablet.pass_by(r.choice([0, 1, 700, 5_000, 60_000, 400_000]))
        what = r.random()
        if what < 0.1:
            tablet.record("page-hidden")
            pause = r.choice([500, 30_000, 3_600_000, LONGEST_PAUSE])
            # A nap within the tolerance cannot be told from clocks that drift apart.
            tablet.pass_by(pause, asleep=pause > TOLERANCE and r.random() < 0.7)
            tablet.record("page-shown")
        elif what < 0.15:
            if r.random() < 0.5:
                tablet.record("page-hidden")
            tablet.pass_by(r.choice([200, 90_000]))
            tablet.reload()
            tablet.record()
        elif what < 0.3 and jumps:
            tablet.wrong += r.choice(
                [r.randint(-TEN_YEARS, TEN_YEARS), 3_600_000, -3_600_000, TOLERANCE + 1, -90_000]
            )
        else:
            tablet.record()
    return tablet


@pytest.fixture(params=[1, 2, 3, 4], ids="seed {}".format)
def seeds(request):
    return [f"{request.param} {number}" for number in range(SCHEDULES // 4)]


def test_recorded_times_never_decrease_and_give_the_true_order(seeds):
    for seed in seeds:
        r = random.Random(seed)
        tablet = session(r, jumps=True)
        arrived = r.sample(tablet.events, len(tablet.events))
        times, _ = recorded_times(arrived)
        in_order = [times[event.id] for event in tablet.events]
        assert all(one <= other for one, other in pairwise(in_order)), seed
        assert sorted(arrived, key=lambda event: (times[event.id], event.seq)) == tablet.events, (
            seed
        )


def test_where_no_clock_is_changed_the_recorded_time_is_the_true_time(seeds):
    for seed in seeds:
        tablet = session(random.Random(seed), jumps=False)
        assert recorded_times(tablet.events)[0] == tablet.truth, seed


def test_a_changed_clock_is_listed_with_what_was_counted_instead(seeds):
    for seed in seeds:
        r = random.Random(seed)
        tablet = Tablet()
        tablet.record()
        tablet.pass_by(r.randint(0, 10**6))
        tablet.wrong = r.choice([1, -1]) * r.randint(TOLERANCE + 1, TEN_YEARS)
        tablet.record()
        times, [step] = recorded_times(tablet.events)
        assert times == tablet.truth, seed
        counted = tablet.true - BEGUN
        assert (step.cause, step.counted, step.wall) == (
            "clock-changed",
            counted,
            counted + tablet.wrong,
        ), seed


def visits(r):
    """Return a tablet on which somebody went from page to page by links, and when that was."""
    tablet, changes = Tablet(), []
    tablet.record("observation-begun")
    tablet.record("phase-started")
    for _ in range(r.randint(1, 8)):
        tablet.pass_by(r.randint(0, TOLERANCE))
        tablet.reload()
        changes.append(len(tablet.events))
        tablet.pass_by(r.choice([0, 3_000, 60_000, 1_800_000]))  # until the first tap on it
        tablet.record()
        tablet.pass_by(r.choice([0, 90_000]))
        tablet.record("page-hidden", to="finish")
    return tablet, changes


def test_from_page_to_page_by_links_nothing_is_listed_but_what_nobody_saw(seeds):
    for seed in seeds:
        r = random.Random(seed)
        tablet, changes = visits(r)
        times, steps = recorded_times(tablet.events)
        assert (times, steps) == (tablet.truth, []), seed
        # The same, but that one page was loaded again before anything was recorded on it.
        place = r.choice(changes)
        again = [replace(e, elapsed=max(0, e.elapsed - 3_000)) for e in tablet.events]
        found = recorded_times([*tablet.events[:place], *again[place:]])[1]
        unseen = instant(tablet.events[place].at) - instant(tablet.events[place - 1].at)
        if unseen - again[place].elapsed > TOLERANCE:
            assert [step.event for step in found][:1] == [tablet.events[place].id], seed


def test_nothing_recorded_has_no_times():
    assert recorded_times([]) == ({}, [])
