"""A school as a copy of a workbook may show it: what is masked, and of whom nothing is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from observation.core.cells import CHANGED, Cell, Tested, Triangulation
from observation.core.records import LEADERSHIP, TEAM
from observation.core.verdicts import GAP
from observation.export.pdf.sheet import Sheet
from observation.export.triangulation import (
    OF_LEADERS,
    all_leaders_consented,
    consented,
    shown,
)
from observation.export.verdict_words import FLAGS

MASK = "[…]"
# Flags that tell of observation and of rulings only.
OF_SESSIONS = (
    *("not-observable", "observers-disagree", "one-observer", "one-session", "low-agreement"),
    *("judged-late", CHANGED),
)


@dataclass(frozen=True)
class Copy(Sheet):
    """A school's triangulation for one audience. A report names no respondent, observer or ruler."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that this copy may show."""
        return tuple(shown(self.found, self.audience))

    @cached_property
    def visible(self) -> Triangulation:
        """The triangulation with the cells that this copy may show and that are not kept back."""
        return replace(
            self.found, cells=tuple(each for each in self.cells if not self.is_kept_back(each))
        )

    def wishes(self, cell: Cell) -> list[Tested]:
        """Return the wishes of a cell that this copy may tell of."""
        return [each for each in cell.wishes if self.may_show(each.statement.claim)]

    def told_flags(self, cell: Cell) -> list[str]:
        """Return the flags of a cell, in a report without those that tell what stays inside."""
        if self.inside:
            return list(cell.flags)
        agreed = all_leaders_consented(self.found.case.school)
        flags = [each for each in cell.flags if agreed or each not in OF_LEADERS]
        told = [each for each in cell.tested if self.may_show(each.statement.claim)]
        if not any(each.verdict.verdict == GAP for each in told):
            flags = [each for each in flags if each != GAP]
        return flags if told else [each for each in flags if each in OF_SESSIONS]

    def flags(self, cell: Cell) -> list[str]:
        """Return in words what else a reader must know of a cell."""
        return [self.say(FLAGS[each]) for each in self.told_flags(cell)]

    def may_name(self, actor: str) -> bool:
        """Return whether this copy may tell of an actor: of a leader in a report with consent only."""
        if self.inside or actor in (TEAM, LEADERSHIP):
            return True
        school = self.found.case.school
        leaders = {who for each in self.found.case.observed for who in each.leaders}
        return consented(school, actor) if actor in leaders | set(school.leaders) else False

    def label(self, label: str) -> str:
        """Return a label, in a report without the code of whoever observed."""
        return label if self.inside else self._observers.sub(MASK, label)

    def masked(self, text: str) -> str:
        """Return a text in which, in a report, stands no code of a respondent, observer or ruler."""
        return super().masked(self.label(text))

    @cached_property
    def _observers(self) -> re.Pattern[str]:
        case = self.found.case
        known = {each.observer for each in case.observed} | {r.by for r in case.school.rulings}
        known |= {by for votes in case.school.agreed.values() for by in votes}
        known |= {each.by for each in case.claims} | {c.said.value.coder for c in case.claims}
        codes = "|".join(map(re.escape, sorted(known - {""}, key=len, reverse=True)))
        return re.compile(rf"(?<!\w)(?:{codes})(?!\w)" if codes else r"(?!)", re.I)
