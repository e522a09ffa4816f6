"""How long records may be kept: the first of several dates, and when something is due."""

from __future__ import annotations

from datetime import date

import pytest

from observation.core.records import Slot
from observation.core.registers import Study
from observation.core.retention import retention_of

TODAY = date(2026, 11, 30)


def study(*untils: str) -> Study:
    values = tuple({"until": until, "text": f"brief {until[:4]}"} for until in untils)
    return Study("study/x", retention=Slot(values, tuple(f"e{n}" for n in range(len(values)))))


@pytest.mark.parametrize(
    ("until", "left", "due", "over"),
    [
        ("2026-12-31", 31, False, False),
        ("2026-12-30", 30, True, False),
        ("2026-11-30", 0, True, False),
        ("2026-11-29", -1, True, True),
    ],
)
def test_something_is_due_from_30_days_before_and_over_after_the_day(
    until: str, left: int, due: bool, over: bool
) -> None:
    found = retention_of(study(until), TODAY)
    assert found
    assert (found.left, found.due, found.over) == (left, due, over)


def test_of_several_dates_the_first_counts() -> None:
    found = retention_of(study("2028-01-01", "2027-01-01"), TODAY)
    assert found
    assert (found.until, found.text) == ("2027-01-01", "brief 2027")


def test_where_nobody_said_so_there_is_none() -> None:
    assert retention_of(Study("study/x"), TODAY) is None
