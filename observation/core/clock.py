"""When things happened: recorded time from two clocks that may both be wrong.

The wall clock (`at`) can be set to anything; the monotonic one (`elapsed`) stops when a tablet
sleeps and starts anew at a reload. `static/js/core/clock.js` does the same as this module; both
are tested against `tests/vectors/clock.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .events import Event, instant

TOLERANCE = 2_000  # ms that the two clocks may drift apart before a step is listed
LONGEST_PAUSE = 12 * 3_600_000  # ms; a longer one is a clock that was changed


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A place in a device's record where its two clocks differ, or could not be compared.

    `cause` is slept, reloaded, long-pause (over 12 hours until the next page) or clock-changed; `counted` is the time in ms by which the recorded
    time went on, `wall` what the wall clock says.
    """

    event: str
    cause: str
    counted: int
    wall: int


def recorded_times(events: Iterable[Event]) -> tuple[dict[str, int], list[ClockStep]]:
    """Return the recorded time of each event of ONE device and stream, and the steps worth a look.

    The times, by event id, are milliseconds since 1970 (UTC); they start with the wall clock of
    the first event and never decrease in order of `seq`. Within one boot they follow `elapsed`,
    unless the page was hidden and the wall clock moved over 2 s more (the tablet slept): then the
    wall clock. Across boots they follow the wall clock when that is a step of 0 to 12 hours, else
    they stand still.

    From one page to the next nothing is listed where the clock of a page saw all of it: the page was
    opened within 2 s of leaving the one before by a link, or of the beginning; or it was open before.
    """
    times: dict[str, int] = {}
    steps: list[ClockStep] = []
    boots: dict[str, Event] = {}  # the last event of each
    begun: Event | None = None
    before: Event | None = None
    hidden = False
    now = wall_before = 0
    for event in sorted(events, key=lambda event: (event.seq, event.id)):
        wall_now = instant(event.at)
        if before is None:
            now = wall_now
        else:
            wall = wall_now - wall_before
            counted, cause = _step(before, event, wall, hidden)
            now += counted
            if cause == "reloaded" and _seen(before, event, boots.get(event.boot), begun):
                cause = ""
            if cause:
                steps.append(ClockStep(event.id, cause, counted, wall))
        times[event.id] = now
        if before is not None and before.boot != event.boot:
            hidden = False  # a page that is loaded anew is in view until it says otherwise
        if event.kind in ("page-hidden", "page-shown"):
            hidden = event.kind == "page-hidden"
        if event.kind == "observation-begun":
            begun = event
        before, wall_before = event, wall_now
        boots[event.boot] = event
    return times, steps


def _step(before: Event, event: Event, wall: int, hidden: bool) -> tuple[int, str]:
    plausible = 0 <= wall <= LONGEST_PAUSE
    if before.boot != event.boot:
        if wall > LONGEST_PAUSE:
            return 0, "long-pause"
        if not plausible:
            return 0, "clock-changed"
        # At once nothing is lost that would be worth a line.
        return wall, "reloaded" if wall > TOLERANCE else ""
    elapsed = max(0, event.elapsed - before.elapsed)
    if hidden and plausible and wall - elapsed > TOLERANCE:
        return wall, "slept"
    # With the page in view, or over more than half a day, it is the wall clock that jumped.
    return elapsed, "clock-changed" if abs(wall - elapsed) > TOLERANCE else ""


def _seen(before: Event, event: Event, known: Event | None, begun: Event | None) -> bool:
    """Whether the page of an event saw the time since the one before, by the clock that nobody can set."""
    if known is not None:  # two pages take turns
        return _agree(known, event, event.elapsed - known.elapsed)
    # A page that is loaded anew, or after a kill, follows neither.
    left = before.kind == "page-hidden" and "to" in before.data
    just_begun = begun is not None and (begun.boot, begun.elapsed) == (before.boot, before.elapsed)
    return (left or just_begun) and _agree(before, event, event.elapsed)


def _agree(since: Event, event: Event, elapsed: int) -> bool:
    return abs(instant(event.at) - instant(since.at) - elapsed) <= TOLERANCE
