"""Schools beside each other, part by part: a page and a print show the same tables and charts.

Nothing here is an average or a score: every figure is a count with what it is out of.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..triangulation import INTERNAL
from . import of_claims, of_sessions, of_verdicts
from .compared import Comparison
from .of_verdicts import OVER
from .parts import Figure, Mark, Part, Row, Table

__all__ = ["BESIDE", "OVER", "Comparison", "Figure", "Mark", "Part", "Row", "Table", "parts"]

BESIDE = 8  # schools beside each other on one page


def parts(compared: Comparison) -> Iterator[Part]:
    """Yield the parts in the order in which they are read."""
    yield of_verdicts.matrix(compared)
    yield of_verdicts.counts(compared)
    yield of_verdicts.views(compared)
    yield of_sessions.phases(compared)
    yield of_sessions.leads(compared)
    yield of_sessions.in_phases(compared)
    yield of_sessions.axes(compared)
    yield of_claims.new_codes(compared)
    if compared.audience == INTERNAL:  # a respondent is a column
        yield of_claims.who_spoke(compared)
    if compared.study.expectations:
        yield of_claims.expectations(compared)
