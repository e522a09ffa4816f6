"""Behaviours that observers take for one another, by schedule: beside its file, since that never changes."""

from __future__ import annotations

from observation.core.instrument import Indicator, Instrument

PAIRS = {
    "appendix-4": (
        ("learning.feedback", "learning.knowledge-sharing"),
        ("professionality.action-check", "professionality.hold-to-account"),
        ("intervening.intervenes", "intervening.informs"),
    )
}


def easily_confused(instrument: Instrument) -> list[tuple[Indicator, Indicator]]:
    """Return the pairs of this schedule; none where nothing is said of it."""
    pairs = PAIRS.get(instrument.id, ())
    return [(instrument.indicator(one), instrument.indicator(other)) for one, other in pairs]
