"""Records of two observers that seem to be of one session, and how their clocks are set alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from observation.core.doubles import (
    CLOCK,
    LEADS,
    MARK,
    PHASES,
    ROLES,
    START,
    alignments,
    compare_records,
    doubles,
    names_alike,
)
from observation.core.records import Interval
from observation.core.sessions import Observed
from tests.core.cases import saw

MINUTE = 60_000


def record(
    label: str, observer: str = "W1", start: int = 0, length: int = 15, **also: Any
) -> Observed:
    """A record that begins at a minute and lasts so many."""
    day = also.pop("day", "2018-03-22")
    found = saw(label, {}, observer=observer, day=day, unit=also.pop("unit", "7-8"))
    phases = (Interval("content", 0, length * MINUTE),)
    return replace(found, start=start * MINUTE, phases=phases, **also)


ONE = record("D-01")


@pytest.mark.parametrize(
    ("other", "proposed"),
    [
        (record("D-02", "W2"), True),
        (record("D-02", "W2", start=15), True),
        (record("D-02", "W2", start=16), False),
        (record("D-02", "W1"), False),
        (record("D-02", ""), False),
        (record("D-02", "W2", unit="1-2"), False),
        (record("D-02", "W2", day="2018-03-23"), False),
        (record("D-02", "W2", school="B"), False),
    ],
)  # fmt: skip
def test_two_observers_of_one_unit_at_one_time_are_proposed(
    other: Observed, proposed: bool
) -> None:
    assert doubles([other, ONE], []) == ([(ONE, other)] if proposed else [])


def test_what_is_matched_is_proposed_no_more_also_by_way_of_a_third() -> None:
    two, three = record("D-02", "W2"), record("D-03", "W3")
    matched = [(ONE.stream, two.stream), (two.stream, three.stream)]
    assert doubles([ONE, two, three], matched) == []
    assert doubles([ONE, two, three], matched[:1]) == [(ONE, three), (two, three)]


def test_without_a_day_nothing_is_proposed() -> None:
    assert doubles([record("D-01", day=""), record("D-02", "W2", day="")], []) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"mark": 5_000}, {"mark": 60_000}, (MARK, START, CLOCK)),
        ({"mark": 0}, {"mark": 0, "start": 5 * MINUTE}, (MARK, START, CLOCK)),
        ({"mark": 5_000}, {"mark": 60_001}, (START, MARK, CLOCK)),
        ({"mark": 5_000}, {}, (START, CLOCK)),
        ({}, {"start": MINUTE}, (START, CLOCK)),
        ({}, {"start": MINUTE + 1}, (CLOCK, START)),
        ({"mark": 70_000}, {"mark": 5_000, "start": MINUTE + 1}, (CLOCK, MARK, START)),
    ],
)
def test_clocks_are_set_alike_by_a_shared_mark_else_the_beginning_else_not_at_all(
    one: dict[str, Any], other: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert alignments(replace(ONE, **one), replace(ONE, **other)) == expected


def test_each_alignment_has_its_offset() -> None:
    one, other = replace(ONE, mark=10_000), replace(ONE, start=3_000, mark=9_000)
    found = {by: compare_records(one, other, PHASES, by).offset for by in alignments(one, other)}
    assert found == {MARK: 2_000, START: 3_000, CLOCK: 0}


def test_leads_are_compared_by_role_where_people_have_other_codes() -> None:
    leads = Interval("T1", 0, 4_000), Interval("T2", 4_000, 7_000), Interval("L1", 7_000, 9_000)
    roles = {"T1": "teacher", "T2": "teacher", "L1": "school-leader"}
    one = replace(ONE, leads=leads, roles=roles)
    seen = Interval("P1", 0, 7_000), Interval("L1", 7_000, 9_000)
    other = replace(ONE, leads=seen, roles={"P1": "teacher", "L1": "school-leader"})
    assert not names_alike(one, other)
    assert names_alike(one, one)
    by_code, by_role = (compare_records(one, other, track, START) for track in (LEADS, ROLES))
    assert by_code.table == {("T1", "P1"): 4, ("T2", "P1"): 3, ("L1", "L1"): 2}
    assert by_role.table == {("teacher", "teacher"): 7, ("school-leader", "school-leader"): 2}
    # A colleague of the same role who takes over is no onset.
    assert by_role.within[0].only_first == by_role.within[0].only_second == ()
    assert len(by_role.within[0].matched) == 2
