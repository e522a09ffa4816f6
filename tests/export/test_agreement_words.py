"""What figures of agreement say in words: rounding, chance, and the line at the foot of a sheet."""

from __future__ import annotations

import pytest

from observation.core.agreement import Estimate, agreement, agreement_on_seen, observed_doubly
from observation.core.coefficients import Table
from observation.core.sessions import Session
from observation.export.agreement_words import (
    BEYOND_CHANCE,
    agreement_line,
    chance,
    coefficient,
    interval,
    share,
)
from tests.core.cases import CHECK, VISITS, saw

SKEWED: Table = {("seen", "seen"): 18, ("seen", "not-seen"): 1, ("not-seen", "seen"): 1}


def test_only_one_is_written_as_one_and_only_all_as_all() -> None:
    assert [coefficient(each, "nl") for each in (0.734, 0.9961, 1, -0.053, -1)] == [
        "0,73", "0,99", "1,00", "−0,05", "−1,00",
    ]  # fmt: skip
    assert [share(each) for each in (0, 0.001, 0.5, 0.998, 1)] == ["0%", "1%", "50%", "99%", "100%"]


def test_chance_is_what_each_figure_takes_for_it() -> None:
    found = agreement([SKEWED], ("seen", "not-seen"))
    # By hand: kappa .95² + .05²; AC1 2 · .95 · .05; PABAK a half; alpha 1 − 2 · 38 · 2 / (40 · 39).
    expected = dict(zip(BEYOND_CHANCE, (0.095, 0.905, 0.5, 1 - 152 / 1560), strict=True))
    assert {figure: chance(found, figure) for figure in BEYOND_CHANCE} == pytest.approx(expected)


def test_chance_is_not_told_where_it_cannot_be() -> None:
    alike = agreement([{("seen", "seen"): 5}], ("seen", "not-seen"))
    assert [chance(alike, figure) for figure in BEYOND_CHANCE] == [None] * 4
    three = agreement([{("seen", "seen", "not-seen"): 2}, SKEWED], ("seen", "not-seen"))
    assert chance(three, "alpha") is None
    assert chance(three, "pabak") == pytest.approx(0.5)


def test_an_interval_has_two_ends_or_is_not_there() -> None:
    assert interval(Estimate(0.5, 0.25, 0.75), share) == "25% … 75%"
    assert interval(Estimate(0.5), share) == ""


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "observers of the study agree on seen or not seen: 50% (n = 2, sessions: 1, AC1 0.20); too little on a behaviour: AC1 below 0.60, from 10 units on",
        ),
        (
            "nl",
            "waarnemers van het onderzoek zijn het eens over gezien of niet gezien: 50% (n = 2, sessies: 1, AC1 0,20); te weinig over een gedrag: AC1 onder 0,60, vanaf 10 eenheden",
        ),
    ],
)
def test_the_foot_of_a_sheet_has_the_figure_with_its_n_and_the_threshold(
    language: str, line: str
) -> None:
    first = saw("A-01", {CHECK: "seen", VISITS: "seen"})
    second = saw("A-01-b", {CHECK: "seen", VISITS: "not-seen"}, observer="W2")
    # By hand: a half, less chance 2 · ¾ · ¼, of what chance leaves: .125 / .625.
    assert (
        agreement_line(agreement_on_seen(observed_doubly([Session((first, second))])), language)
        == line
    )


def test_without_a_session_by_two_the_foot_says_so() -> None:
    alone = Session((saw("A-01", {CHECK: "seen"}),))
    assert "nothing was judged seen or not seen by two observers" in agreement_line(
        agreement_on_seen(observed_doubly([alone])), "en"
    )
