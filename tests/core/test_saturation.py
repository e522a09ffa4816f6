"""Saturation by hand-made interviews, its sensitivity to their order, and the coverage grid."""

from __future__ import annotations

import pytest

from observation.core.saturation import (
    Spoken,
    by_date,
    coverage,
    open_codes,
    saturation,
    sensitivity,
)
from tests.core.cases import CHECK, CODEBOOK, FOCUS, case, says


def interviews(*new: int) -> list[Spoken]:
    """Return interviews that each bring so many new codes, and repeat all that came before."""
    return [
        (f"I{n + 1}", {f"c{code}" for code in range(sum(new[: n + 1]))}) for n in range(len(new))
    ]


def test_runs_overlap_and_count_what_no_earlier_interview_had() -> None:
    # The method of Guest, Namey & Chen 2020: base of four, here 20 codes; runs 5-6, 6-7, 7-8.
    found = saturation(interviews(8, 6, 4, 2, 3, 2, 1, 0))
    assert len(found.base) == 20
    assert [run.interviews for run in found.runs] == [("I5", "I6"), ("I6", "I7"), ("I7", "I8")]
    assert [len(run.new) for run in found.runs] == [5, 3, 1]
    assert [run.share for run in found.runs] == [0.25, 0.15, 0.05]


@pytest.mark.parametrize(
    ("new", "reached"),
    [
        ((20, 0, 0, 0, 1, 0), 1),  # 1 / 20 is the threshold itself
        ((19, 0, 0, 0, 1, 0), None),  # 1 / 19 is above it
        ((20, 0, 0, 0, 5, 0, 1), 2),
        ((20, 0, 0, 0, 0), None),  # one interview after the base is no run
        ((0, 0, 0, 0, 0, 0), None),  # without codes in the base there is no share
        ((), None),
    ],
)
def test_the_threshold_is_reached_by_the_first_run_that_is_not_above_it(
    new: tuple[int, ...], reached: int | None
) -> None:
    assert saturation(interviews(*new)).reached == reached


def test_base_run_and_threshold_can_be_set() -> None:
    found = saturation(interviews(4, 6, 1, 1, 1, 0), base=2, run=3, threshold=0.2)
    assert [run.share for run in found.runs] == [0.3, 0.2]
    assert found.reached == 2


def test_every_order_of_a_few_interviews_is_looked_at() -> None:
    # Only I1 has codes of its own. Last or last but one it is in the only run, and brings too many.
    found = sensitivity([("I1", {"a", "b"}), *((f"I{n}", {"b"}) for n in range(2, 7))])
    assert (found.orders, found.every) == (720, True)
    assert (found.fewest, found.most) == (1, 1)
    assert found.never == 240


def test_of_more_interviews_the_same_orders_are_looked_at_whatever_the_order_given() -> None:
    given = interviews(20, 3, 2, 2, 2, 1, 1, 1, 0, 0)
    apart = [(name, {f"{name}-{n}" for n in range(5)} | {"x"}) for name, _ in given[:3]] + given[3:]
    found = sensitivity(apart)
    assert (found.orders, found.every) == (1000, False)
    assert found == sensitivity(apart[::-1])
    assert found.fewest is not None
    assert found.most is not None
    assert 1 <= found.fewest < found.most <= 5


def test_coverage_counts_by_code_and_respondent_and_shows_what_nobody_said() -> None:
    spoken = [("b", "R1"), ("b", "R1"), ("a", "R2"), ("new", "R9")]
    found = coverage(spoken, codes=["b", "silent", "a"], respondents=["R2", "R1"])
    assert found.codes == ("b", "silent", "a", "new")
    assert found.respondents == ("R2", "R1", "R9")
    assert found.counts == ((0, 2, 0), (0, 0, 0), (1, 0, 0), (0, 0, 1))


def test_an_interview_without_claims_is_not_coded_and_an_own_code_counts() -> None:
    merger = "context.school.merger"
    one = case(
        says("R1", "affirms", f"{merger} {CHECK}")
    )  # the leader's interview has no claim yet
    (held,) = open_codes(one, CODEBOOK)
    assert held == ("2018-03-20", FOCUS, FOCUS)
    assert by_date(open_codes(one, CODEBOOK)) == [(FOCUS, {merger})]
