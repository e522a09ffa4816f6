"""The sheet of one school in a workbook: what the triangulation sheet says in words, then the machine columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from observation.core.cells import Cell
from observation.core.errors import N_
from observation.core.instrument import Indicator
from observation.core.triangulation import BOTH
from observation.export.pdf.sheet_cells import (
    NO_CLAIM,
    NO_STRENGTH,
    against,
    beside,
    counts,
    how_often,
    meaning,
    moments,
)
from observation.export.pdf.sheet_rows import SheetRow
from observation.export.pdf.text import Span
from observation.export.triangulation import CELL_COLUMNS, cell_row, cell_value
from observation.export.verdict_words import BREADTHS, LINES, STATES, STRENGTHS, SUPPORTS, glyph
from observation.export.xlsx import Column, Value

from .copies import Copy

KEPT_BACK = N_("not in this copy: rests on what a leader said")
# The columns in words: name in the rows, heading, width. They are printed, the machine columns are not.
WORDS = (
    ("style", N_("Style or side"), 14),
    ("indicator", N_("Indicator"), 32),
    ("of", N_("Whose"), 11),
    ("where", N_("Where"), 12),
    ("leader-says", N_("Leader’s claims"), 32),
    ("team-says", N_("Team’s claims"), 38),
    ("observed", N_("Observed"), 26),
    ("in-words", N_("Verdict"), 21),
    ("support", N_("Support"), 17),
    ("against", N_("Counter-evidence"), 24),
    ("meaning", N_("Interpretation"), 30),
)
# What of a verdict that is kept back a report still says: where it is of, and what was observed.
WITHOUT_CLAIMS = (
    "school",
    "code",
    "actor",
    "period",
    "line",
    "headline",
    "observation",
    "m",
    "a",
    "T",
)
FROZEN = 2  # columns
NARROW = ("headline", "claims", "affirms", "denies", "sometimes", "m", "a", "T", "provisional")


def school_columns(copy: Copy) -> list[Column]:
    """Return the columns in words, then those for programs."""
    words = [Column(name, copy.say(heading), width) for name, heading, width in WORDS]
    if not copy.has_leaders:
        words = [each for each in words if each.name != "leader-says"]
    machine = [Column(name, width=9 if name in NARROW else 18, quiet=True) for name in CELL_COLUMNS]
    return [*words, *machine]


def school_rows(copy: Copy) -> Iterator[dict[str, Value]]:
    """Yield a row for each cell of the school that the copy may show."""
    for cell in copy.cells:
        indicator = copy.instrument.indicator(cell.behaviour)
        yield {**_machine(copy, cell), **_words(copy, cell, indicator)}


def verdict_in_words(copy: Copy, cell: Cell) -> str:
    """Return glyph and word of what researchers rule, each that differs, else of what is suggested."""
    if copy.is_kept_back(cell):
        return copy.say(KEPT_BACK)
    suggested = (
        f"{glyph(cell.verdict)} {copy.verdict(cell.verdict.verdict, cell.verdict.provisional)}"
    )
    ruled = list(dict.fromkeys(each.verdict for each in cell.rulings))
    if not ruled:
        return suggested
    told = [f"{copy.verdict(each)} ({copy.say(N_('ruled'))})" for each in ruled]
    if ruled != [cell.verdict.verdict]:
        told.append(copy.say(N_("suggestion: %(verdict)s"), verdict=suggested))
        return "\n".join(told)
    return f"{suggested} ({copy.say(N_('ruled'))})"


def _machine(copy: Copy, cell: Cell) -> dict[str, Value]:
    value = cell_value(cell, copy.audience)
    value["flags"] = copy.told_flags(cell)
    for each in value["evidence"]:
        each["label"] = copy.label(each["label"])
    if cell.wish and not copy.wishes(cell):
        value |= {"wish": None, "wish-provisional": False}
    row: dict[str, Any] = cell_row(value)
    if copy.is_kept_back(cell):
        return {name: row[name] for name in WITHOUT_CLAIMS}
    return row


def _words(copy: Copy, cell: Cell, indicator: Indicator) -> dict[str, Value]:
    row = SheetRow(indicator, (cell,))
    strip = " ".join(STATES[said.state] for _, said in cell.sights.said)
    observed = [strip, _plain(how_often(copy, cell.sights)), *map(_plain, moments(copy, row))]
    counter = [_plain(spans) for spans, _ in against(copy, cell)]
    return {
        "style": copy.of(copy.instrument.group(indicator.group).name),
        "indicator": "\n".join(_names(copy, indicator)),
        "of": copy.actor(cell.actor),
        "where": copy.say(LINES[cell.line]) if indicator.locus == BOTH else "",
        "leader-says": _said(copy, cell, of_leaders=True),
        "team-says": _said(copy, cell, of_leaders=False),
        "observed": copy.label("\n".join(filter(None, observed))),
        "in-words": verdict_in_words(copy, cell),
        "support": "\n".join(_support(copy, cell)),
        "against": copy.label("\n".join(counter)) or copy.say(N_("none")),
        "meaning": copy.masked("\n".join(_plain(spans) for spans, _ in meaning(copy, cell))),
    }


def _names(copy: Copy, indicator: Indicator) -> Iterator[str]:
    yield copy.of(indicator.name)
    groups = [copy.instrument.group(each.group) for each in copy.also_under(indicator)]
    if groups:
        names = ", ".join(copy.of(group.name) for group in groups)
        yield copy.say(N_("also under %(groups)s"), groups=names)


def _said(copy: Copy, cell: Cell, of_leaders: bool) -> str:
    """How respondents stand, and each claim with its label; a report has the numbers only."""
    told = copy.claims(cell, of_leaders)
    if not told:
        return copy.say(NO_CLAIM)
    lines = [_plain(spans) for spans, _ in counts(copy, cell, told)] if not of_leaders else []
    if not copy.inside:
        return "\n".join(
            lines
            or [copy.say(N_("respondents: %(number)s"), number=_people(copy, told, of_leaders))]
        )
    for each in told:
        claim = each.statement.claim
        more = " · ".join(beside(copy, cell, each))
        lines.append(" ".join(filter(None, (copy.sign(claim), copy.quoted(claim), more))))
    return "\n".join(lines)


def _people(copy: Copy, told: Iterable[Any], of_leaders: bool) -> str:
    who = copy.speakers((each.statement.claim for each in told), of_leaders)
    return copy.number(len(who) or 1)


def _support(copy: Copy, cell: Cell) -> Iterator[str]:
    if copy.is_kept_back(cell):
        return
    if cell.verdict.verdict not in NO_STRENGTH:
        yield copy.say(STRENGTHS[cell.strength])
    breadth = cell.breadth if copy.inside or cell.breadth != "single" else "limited"
    if breadth:
        yield copy.say(BREADTHS[breadth])
    if cell.supports:
        yield copy.say(SUPPORTS[cell.supports])
    if cell.wish and copy.wishes(cell):
        yield f"{glyph(cell.wish)} {copy.verdict(cell.wish.verdict, cell.wish.provisional)}"


def _plain(spans: Iterable[str | Span]) -> str:
    return "".join(each if isinstance(each, str) else each.text for each in spans).replace(
        "\xa0", " "
    )
