"""Tracks: what was going on at each moment of a session, without holes and without overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from .records import NOT_RECORDED, Interval

Change = tuple[int, str, str]  # time (ms since the start), new value, id of the event


def track(changes: Iterable[Change], end: int) -> tuple[Interval, ...]:
    """Return the intervals of an exclusive track from 0 to `end` ms.

    `changes` come in order of time. Until the first one the value is `not-recorded`; what was on
    before the start is on at the start; a change to what is already on changes nothing; what lies at
    or after the end has no length and is left out.
    """
    intervals: list[Interval] = []
    points = [(0, NOT_RECORDED, ""), *changes, (end, "", "")]
    for (time, value, event), (until, _, _) in pairwise(points):
        time, stop = max(time, 0), min(until, end)
        if stop <= time:
            continue
        if intervals and intervals[-1].value == value:
            intervals[-1] = replace(intervals[-1], end=stop)
        else:
            intervals.append(Interval(value, time, stop, event))
    return tuple(intervals)


def spells(changes: Iterable[Change], end: int) -> tuple[Interval, ...]:
    """Return the stretches from 0 to `end` ms in which a two-valued track was on.

    A change switches on with any value and off with an empty one.
    """
    return tuple(item for item in track(changes, end) if item.value not in ("", NOT_RECORDED))


def totals(intervals: Iterable[Interval]) -> dict[str, int]:
    """Return how long each value was on by the times that are shown, in ms, in order of first appearance."""
    found: dict[str, int] = {}
    for interval in intervals:
        found[interval.value] = found.get(interval.value, 0) + interval.shown
    return found


def overlap(interval: Interval, others: Iterable[Interval]) -> int:
    """Return for how many ms the interval coincides with the others."""
    return sum(
        max(0, min(interval.end, other.end) - max(interval.start, other.start)) for other in others
    )
