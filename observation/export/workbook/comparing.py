"""The first table of a workbook: indicators by schools, with the pattern over schools, and counts of verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from observation.core import verdicts
from observation.core.cells import Cell, Sights
from observation.core.claims import Positions
from observation.core.comparison import actor_of, headline, over_schools, standing
from observation.core.errors import N_
from observation.core.instrument import Instrument
from observation.core.records import LEADERSHIP, TEAM
from observation.export.comparison import OVER
from observation.export.pdf.words import Speech
from observation.export.verdict_words import GLYPHS, LINES, VERDICTS
from observation.export.xlsx import Column, Value

from .copies import Copy
from .school import KEPT_BACK, verdict_in_words

FROZEN = 3  # columns
SCHOOL = 26  # width of a school's column


@dataclass
class Comparison:
    """What is kept of each school for the comparison: a cell without its evidence, and a text, per indicator."""

    instrument: Instrument
    schools: list[str] = field(default_factory=list)
    _cells: list[dict[str, Cell | None]] = field(default_factory=list)
    _texts: list[dict[str, str]] = field(default_factory=list)

    def add(self, copy: Copy) -> None:
        """Take in a school."""
        cells: dict[str, Cell | None] = {}
        texts = {}
        for indicator in self.instrument.behaviours():
            cell = headline(copy.visible.cells, indicator.code, actor_of(indicator))
            cells[indicator.code] = _bare(cell) if cell else None
            hidden = headline(copy.found.cells, indicator.code, actor_of(indicator))
            texts[indicator.code] = _place(copy, cell) if cell else ""
            if hidden and not cell:
                texts[indicator.code] = copy.say(KEPT_BACK)
        self.schools.append(copy.found.case.school.code)
        self._cells.append(cells)
        self._texts.append(texts)

    def columns(self, speech: Speech) -> list[Column]:
        """Return the columns: what it is, the pattern over schools, then a column a school."""
        return [
            Column("style", speech.say(N_("Style or side")), 15),
            Column("indicator", speech.say(N_("Indicator")), 44),
            Column("pattern", speech.say(N_("Over schools")), 22),
            *(
                Column(f"school {number}", f"{speech.say(N_('School'))} {code}", SCHOOL)
                for number, code in enumerate(self.schools)
            ),
            Column("code", width=30, quiet=True),
        ]

    def indicators(self, speech: Speech) -> Iterator[dict[str, Value]]:
        """Yield a row for each indicator; a second code of a behaviour says so, and is counted once."""
        for indicator in self.instrument.indicators:
            code = self.instrument.behaviour(indicator.code)
            pattern, usual = over_schools(each[code] for each in self._cells)
            told = [speech.say(OVER[pattern])]
            if usual:
                told.append(f"{GLYPHS[usual][0]} {speech.say(VERDICTS[usual])}")
            name = speech.of(indicator.name)
            if indicator.same_as:
                name += f"\n{speech.say(N_('same behaviour as above, counted once'))}"
            yield {
                "style": speech.of(self.instrument.group(indicator.group).name),
                "indicator": name,
                "code": indicator.code,
                "pattern": "\n".join(told),
                **{f"school {n}": texts[code] for n, texts in enumerate(self._texts)},
            }

    def counts(self, speech: Speech) -> Iterator[dict[str, Value]]:
        """Yield, for each style and verdict, at how many of its indicators it stands: per school and in all.

        A behaviour of two codes counts once, under the first.
        """
        for group in self.instrument.groups:
            codes = [each.code for each in self.instrument.behaviours() if each.group == group.id]
            counted = [Counter(_verdicts(cells, codes)) for cells in self._cells]
            for verdict in verdicts.VERDICTS:
                numbers = [each[verdict] for each in counted]
                if any(numbers):
                    yield {
                        "style": speech.of(group.name),
                        "indicator": f"{GLYPHS[verdict][0]} {speech.say(VERDICTS[verdict])}",
                        "code": verdict,
                        "pattern": sum(numbers),
                        **{f"school {n}": number for n, number in enumerate(numbers)},
                    }


def _verdicts(cells: dict[str, Cell | None], codes: Sequence[str]) -> Iterator[str]:
    for code in codes:
        if cell := cells[code]:
            yield standing(cell).verdict


def _place(copy: Copy, cell: Cell) -> str:
    """Glyph and word, seen in m of T sessions, said by n of N who were interviewed; whose and where if that is not plain."""
    told = [verdict_in_words(copy, cell)]
    if cell.verdict.verdict != verdicts.NO_DATA:
        told.append(" · ".join(_numbers(copy, cell)))
    about = [] if cell.actor in (TEAM, LEADERSHIP) else [copy.actor(cell.actor)]
    about += [copy.say(LINES[cell.line])] if cell.line == "general" else []
    if about:
        told.append(", ".join(about))
    return "\n".join(told)


def _numbers(copy: Copy, cell: Cell) -> Iterator[str]:
    stands = cell.positions
    yield copy.say(N_("seen %(m)s of %(t)s"), m=len(cell.sights.seen), t=cell.sights.total)
    sides = len(stands.affirms), len(stands.denies), len(stands.sometimes)
    # Beside their total one of three numbers that says 1-2 could be worked out.
    if copy.inside or len(stands.spoke) < 2 or 1 not in sides:
        yield copy.say(
            N_("said %(n)s of %(all)s"),
            n=copy.number(len(stands.spoke)),
            all=copy.number(len(copy.found.case.interviewed)),
        )


def _bare(cell: Cell) -> Cell:
    """The cell without what it rests on, so that hundreds of schools take little room."""
    return replace(cell, positions=Positions(), sights=Sights(), tested=())
