"""Verdicts of schools beside each other: what stands, how many of each kind, and the three views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observation.core import verdicts
from observation.core.cells import IN_GENERAL, Cell, Triangulation
from observation.core.comparison import (
    EVERYWHERE,
    MOSTLY,
    ONCE,
    UNTESTED,
    VARYING,
    over_schools,
    standing,
)
from observation.core.errors import N_
from observation.core.instrument import Indicator
from observation.core.registers import LEADER
from observation.core.verdicts import Verdict

from ..triangulation import INTERNAL, shown
from ..verdict_words import LINES, VERDICTS
from .compared import Comparison
from .parts import Figure, Mark, Part, Row, Table

OVER = {
    EVERYWHERE: N_("everywhere"),
    MOSTLY: N_("mostly"),
    VARYING: N_("varying"),
    ONCE: N_("in one school"),
    UNTESTED: N_("not tested"),
}


def matrix(compared: Comparison) -> Part:
    """Return the verdicts of indicators by schools, with the pattern over these schools."""
    rows: list[Row] = []
    for name, indicators in compared.groups():
        rows.append(Row((name,), band=True))
        for indicator in indicators:
            cells = [compared.cell(found, indicator) for found in compared.found]
            pattern, usual = over_schools(cells)
            told = compared.say(OVER[pattern])
            if usual:
                told = f"{told}: {compared.say(VERDICTS[usual])}"
            marks = (_mark(compared, *each) for each in zip(compared.found, cells, strict=True))
            rows.append(Row((compared.name(indicator), *marks, told)))
    columns = (
        compared.say(N_("Indicator")),
        *compared.schools(),
        compared.say(N_("Over these schools")),
    )
    return Part(
        "verdicts",
        compared.say(N_("Verdicts")),
        compared.say(
            N_(
                "What stands of each behaviour: what researchers rule where they say the same, else the suggestion. Beside it in how many of the sessions in which it was judged it was seen, and how many of those interviewed took a position. Over the schools counts only what was tested and is not provisional: everywhere is one verdict in all of at least two schools, mostly in more than half."
            )
        ),
        (Figure(Table(columns, tuple(rows))),),
    )


def counts(compared: Comparison) -> Part:
    """Return how many verdicts of each kind a school has, by style and side."""
    rows: list[Row] = []
    for name, indicators in compared.groups():
        rows.append(Row((name,), band=True))
        own = [each for each in indicators if each.same_as is None]
        for found, school in zip(compared.found, compared.schools(), strict=True):
            stands = [standing(cell) for i in own if (cell := compared.cell(found, i))]
            rows.append(Row((school, *_numbers(compared, stands))))
    columns = (compared.say(N_("School")), *(compared.say(VERDICTS[v]) for v in verdicts.VERDICTS))
    return Part(
        "counts",
        compared.say(N_("How many verdicts of each kind")),
        compared.say(
            N_(
                "Behaviours with this verdict; between brackets how many of them are provisional. A behaviour with two codes is counted once, under the first."
            )
        ),
        (Figure(Table(columns, tuple(rows))),),
    )


def views(compared: Comparison) -> Part:
    """Return what leaders say, what the team says and what was seen, side by side."""
    rows: list[Row] = []
    for name, indicators in compared.groups():
        told = [
            (
                compared.name(indicator),
                *(_view(compared, found, indicator) for found in compared.found),
            )
            for indicator in indicators
        ]
        told = [each for each in told if any(each[1:])]
        rows += [Row((name,), band=True), *map(Row, told)] if told else []
    return Part(
        "views",
        compared.say(N_("Leaders’ view, team’s view, observed")),
        compared.say(
            N_(
                "How many leaders and others affirm (+), deny (−) or say it varies (±), and in how many sessions it was seen of those in which it was judged. Behaviours of which nothing was said and nothing judged are left out."
            )
        ),
        (Figure(Table((compared.say(N_("Indicator")), *compared.schools()), tuple(rows))),),
    )


def _mark(compared: Comparison, found: Triangulation, cell: Cell | None) -> str | Mark:
    if cell is None:
        return "–"
    verdict, line = standing(cell), ""
    if cell.line == IN_GENERAL:
        line = compared.say(LINES[cell.line])
    figures = (
        f"{len(cell.sights.seen)}/{cell.sights.total}",
        f"{compared.number(len(cell.positions.spoke))}/{len(found.case.interviewed)}",
    )
    words = (
        compared.say(N_("%(figures)s seen"), figures=figures[0]),
        compared.say(N_("%(figures)s said"), figures=figures[1]),
    )
    if verdict.verdict == verdicts.NO_DATA:
        return Mark(verdict, compared.word(verdict), "", "", cell)
    told, short = (" · ".join(filter(None, (*each, line))) for each in (words, figures))
    return Mark(verdict, compared.word(verdict), told, short, cell)


def _view(compared: Comparison, found: Triangulation, indicator: Indicator) -> str:
    """The three views of a behaviour in one cell, or "" where there is none of them."""
    behaviour = compared.instrument.behaviour(indicator.code)
    own = [c for c in shown(found, compared.audience) if c.behaviour == behaviour and c.headline]
    roles = found.case.school.respondents
    told = []
    views = (N_("leaders"), True), (N_("team"), False)
    for word, of_leaders in views:
        sides = []
        for sign, name in (("+", "affirms"), ("−", "denies"), ("±", "sometimes")):
            people = {
                who
                for cell in own
                for who in getattr(cell.positions, name)
                if (who in roles and roles[who].role == LEADER) == of_leaders
            }
            if people:
                sides.append(f"{sign}{compared.number(len(people))}")
        if sides and (not of_leaders or compared.audience == INTERNAL):
            told.append(f"{compared.say(word)} {' '.join(sides)}")
    cell = compared.cell(found, indicator)
    if cell and cell.sights.total:
        seen = N_("seen %(part)s/%(whole)s")
        told.append(compared.say(seen, part=len(cell.sights.seen), whole=cell.sights.total))
    return "\n".join(told)


def _numbers(compared: Comparison, stands: Sequence[Verdict]) -> Iterator[str]:
    """How many have each verdict, with how many of these are provisional."""
    for name in verdicts.VERDICTS:
        own = [each for each in stands if each.verdict == name]
        provisional = sum(each.provisional for each in own)
        yield f"{len(own)}{f' ({provisional})' if provisional else ''}" if own else "·"
