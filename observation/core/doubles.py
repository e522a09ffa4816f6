"""Sessions that were observed twice: which records seem to be of one, and how their clocks are set alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from .agreement import Timeline, Timelines, compare_timelines
from .records import Interval
from .sessions import Observed, sessions_of

MARK, START, CLOCK = "mark", "start", "clock"  # what the clocks of two observers are set alike by
NEAR = 60_000  # ms: what two observers do within it may be one moment
PHASES, LEADS, ROLES = "phases", "leads", "roles"


def doubles(
    observed: Iterable[Observed], matched: Iterable[Sequence[str]]
) -> list[tuple[Observed, Observed]]:
    """Return the pairs of records that seem to be of one session and are not matched, by day and label.

    They are by two observers, of one unit on one day, and overlap in time by the observers' clocks.
    """
    every = list(observed)
    session = {
        stream: place
        for place, each in enumerate(sessions_of(every, matched))
        for stream in each.streams
    }
    every.sort(key=lambda each: (each.day, each.label, each.stream))
    together: dict[tuple[str, str, str], list[Observed]] = {}
    for each in every:
        if each.day:
            together.setdefault((each.school, each.unit, each.day), []).append(each)
    pairs = [
        (one, other)
        for some in together.values()
        for one, other in combinations(some, 2)
        if session[one.stream] != session[other.stream] and _seem_one(one, other)
    ]
    return sorted(pairs, key=lambda pair: [(each.day, each.label, each.stream) for each in pair])


def alignments(one: Observed, other: Observed) -> tuple[str, ...]:
    """Return what the clocks of two records can be set alike by; the first is what is taken.

    That is a moment which both marked within a minute of their beginning. Without one it is the
    beginning, when both began within a minute of each other by their clocks; else the clocks are
    trusted.
    """
    marked = one.mark is not None and other.mark is not None
    at_start = marked and max(one.mark or 0, other.mark or 0) <= NEAR
    begun = abs(one.start - other.start) <= NEAR
    first = MARK if at_start else START if begun else CLOCK
    return tuple(
        dict.fromkeys(each for each in (first, MARK, START, CLOCK) if each != MARK or marked)
    )


def compare_records(one: Observed, other: Observed, track: str, by: str) -> Timelines:
    """Return how far a track of two records agrees: phases, leads, or leads by role.

    `by` is one of what `alignments` returns.
    """
    return compare_timelines(_timeline(one, track, by), _timeline(other, track, by))


def names_alike(one: Observed, other: Observed) -> bool:
    """Return whether both wrote down the same people as leading, so that codes can be compared."""
    return set(one.roles) == set(other.roles)


def _seem_one(one: Observed, other: Observed) -> bool:
    """Whether two observers of one unit on one day watched at one time."""
    two = one.observer and other.observer and one.observer != other.observer
    return bool(two) and max(one.start, other.start) <= min(_end(one), _end(other))


def _end(record: Observed) -> int:
    """The last moment of its tracks, in ms since 1970."""
    return record.start + max((each.end for each in (*record.phases, *record.leads)), default=0)


def _timeline(record: Observed, track: str, by: str) -> Timeline:
    tracks = {PHASES: record.phases, LEADS: record.leads, ROLES: _by_role(record)}
    return Timeline(tracks[track], record.start, {MARK: record.mark, START: 0, CLOCK: None}[by])


def _by_role(record: Observed) -> tuple[Interval, ...]:
    """Who leads by role; where a colleague of the same role takes over, the stretch goes on."""
    found: list[Interval] = []
    for each in record.leads:
        role = record.roles.get(each.value, each.value)
        if found and found[-1].value == role and found[-1].end == each.start:
            found[-1] = replace(found[-1], end=each.end)
        else:
            found.append(replace(each, value=role))
    return tuple(found)
