"""Which cells of a triangulation make which rows of its sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from observation.core.cells import (
    IN_GENERAL,
    IN_SESSION,
    Cell,
    Sights,
)
from observation.core.instrument import Indicator
from observation.core.records import LEADERSHIP
from observation.core.sessions import Consolidated, Session
from observation.export.triangulation import shown

from .sheet import Sheet


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One cell, or a leader's beside that of the leadership, printed under one code.

    With `elsewhere` it stands in full under that code, and here only in short.
    """

    indicator: Indicator
    cells: tuple[Cell, ...]
    elsewhere: Indicator | None = None

    @property
    def line(self) -> str:
        return self.cells[0].line

    @property
    def sights(self) -> Sights:
        """What was observed: the cells of a row agree on that."""
        return self.cells[-1].sights


def rows_of(sheet: Sheet, indicator: Indicator) -> list[SheetRow]:
    """Return the rows under a code: of a behaviour's cells those with a claim, a sighting or a dispute.

    Under its second code a behaviour is one short row with a reference and its verdicts.
    """
    behaviour = sheet.instrument.behaviour(indicator.code)
    cells = [each for each in shown(sheet.found, sheet.audience) if each.behaviour == behaviour]
    elsewhere = None
    if indicator.same_as is not None:
        elsewhere = sheet.instrument.indicator(behaviour)
    return [
        SheetRow(indicator, together, elsewhere)
        for line in (IN_SESSION, IN_GENERAL)
        for together in _together([each for each in cells if each.line == line])
    ]


def without_row(sheet: Sheet) -> list[Cell]:
    """Return the headline cells of which no row tells anything: no claim, nothing seen, no dispute.

    Of a leader only where the sessions say something else than of the leadership.
    """
    cells = list(shown(sheet.found, sheet.audience))
    whole = {(c.behaviour, c.line): c for c in cells if c.actor == LEADERSHIP}
    found = []
    for cell in cells:
        leadership = whole.get((cell.behaviour, cell.line))
        same = leadership and leadership is not cell and same_sights(cell, leadership)
        if cell.headline and not _holds(cell) and not same:
            found.append(cell)
    return found


def same_sights(one: Cell, other: Cell) -> bool:
    """Return whether the sessions say the same of two cells."""
    return _seen(one.sights) == _seen(other.sights)


def _together(cells: list[Cell]) -> Iterator[tuple[Cell, ...]]:
    """Yield what stands in a row together, leaders first.

    A leader of whom nothing is claimed and whom the sessions do not tell from the leadership adds
    nothing to its row, nor does the leadership without claims beside such a leader. What is claimed
    of the one leader and what is claimed of the leadership share a row with a verdict each: side by
    side is what a reader compares, and two rows would print the same sessions twice. Several leaders,
    or leaders whom the sessions tell apart, have a row each.
    """
    held = [each for each in cells if _holds(each) and (each.headline or each.tested)]
    whole = next((each for each in held if each.actor == LEADERSHIP), None)
    leaders = [each for each in held if each is not whole]
    if whole is None:
        yield from ((each,) for each in leaders)
        return
    leaders = [each for each in leaders if each.tested or not same_sights(each, whole)]
    alike = [each for each in leaders if each.tested and same_sights(each, whole)]
    if alike and not whole.tested:
        yield from ((each,) for each in leaders)
    elif len(leaders) == 1 and alike:
        yield (leaders[0], whole)
    else:
        yield from ((each,) for each in (*leaders, whole))


def _holds(cell: Cell) -> bool:
    sights = cell.sights
    seen = sights.seen or sights.disputed or sights.countered
    return bool(cell.tested or seen)


def _seen(
    sights: Sights,
) -> tuple[tuple[tuple[Session, Consolidated], ...], tuple[object, ...], tuple[object, ...]]:
    return sights.said, sights.countered, sights.counters
