"""What figures of agreement are called, and what each says in a sentence: on pages and on the sheet."""

from __future__ import annotations

from collections.abc import Callable

from babel.numbers import format_decimal

from observation.core.agreement import LEAST_AC1, LEAST_UNITS, Agreement, Estimate
from observation.core.errors import N_
from observation.language import translator

PERCENT, SPECIFIC = "percent", "specific"
BEYOND_CHANCE = ("ac1", "kappa", "pabak", "alpha")  # the main one first
FIGURES = {
    PERCENT: (
        N_("Percent agreement"),
        N_("Of how many units both say the same."),
    ),
    SPECIFIC: (
        N_("Agreement on each answer"),
        N_(
            "When one of them gives this answer, how often the other does too. For seen it is called the positive agreement, for not seen the negative."
        ),
    ),
    "ac1": (
        N_("AC1 (Gwet): the main figure"),
        N_(
            "Agreement beyond chance. Chance is small here when nearly everything gets one and the same answer, so the figure keeps its meaning when an answer is rare."
        ),
    ),
    "kappa": (
        N_("Kappa (Cohen)"),
        N_(
            "Agreement beyond chance. Chance is that each gives every answer as often as now, but blindly. When an answer is rare it can be low although they nearly always say the same."
        ),
    ),
    "pabak": (
        N_("PABAK"),
        N_("Agreement beyond chance, as if every answer were given equally often."),
    ),
    "alpha": (
        N_("Alpha (Krippendorff)"),
        N_(
            "Agreement beyond chance. Chance is that answers are drawn from all that were given; it holds for more than two observers and for answers that are missing."
        ),
    ),
}
UNDEFINED = N_("undefined: no variation")
SAID_BY_NOBODY = N_("said by nobody:")
NO_UNITS = N_("no units")
BY_ONE_ONLY = N_("nothing was judged seen or not seen by two observers")
RULE = N_("too little on a behaviour: AC1 below %(ac1)s, from %(units)s units on")


def coefficient(value: float, language: str) -> str:
    """Return a figure between -1 and 1 with two decimals, `0,73`; only 1 itself is written as 1."""
    shown = min(value, 0.99) if value < 1 else value
    return str(format_decimal(shown, "0.00", locale=language)).replace("-", "−")


def share(value: float) -> str:
    """Return a share as whole percents, `85%`; only all is written as 100% and only none as 0%."""
    shown = min(max(value, 0.01), 0.99) if 0 < value < 1 else value
    return f"{shown:.0%}"


def interval(estimate: Estimate, shown: Callable[[float], str]) -> str:
    """Return the interval of an estimate, `0,52 … 0,91`, or "" where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{shown(estimate.low)} … {shown(estimate.high)}"


def chance(found: Agreement, figure: str) -> float | None:
    """Return what a figure takes for chance, by (same − chance) / (1 − chance); None where it cannot be told."""
    same, beyond = found.percent.value, getattr(found, figure).value
    by_two = sum(found.table.values()) == found.n  # of more, alpha weighs the pairs of a unit
    if same is None or beyond is None or beyond == 1 or (figure == "alpha" and not by_two):
        return None
    return float((same - beyond) / (1 - beyond))


def agreement_line(found: Agreement, language: str) -> str:
    """Return how far a study's observers agree on seen or not seen, in a line for the foot of a sheet."""
    say = translator(language)
    if found.percent.value is None or found.ac1.value is None:
        return say(BY_ONE_ONLY)
    told = say(
        N_(
            "observers of the study agree on seen or not seen: %(same)s (n = %(n)s, sessions: %(sessions)s, AC1 %(ac1)s)"
        )
    ) % {
        "same": share(found.percent.value),
        "n": found.n,
        "sessions": found.sessions,
        "ac1": coefficient(found.ac1.value, language),
    }
    least = {"ac1": coefficient(LEAST_AC1, language), "units": LEAST_UNITS}
    return f"{told}; {say(RULE) % least}"
