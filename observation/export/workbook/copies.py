"""A school as a copy of a workbook may show it: what is masked, and of whom nothing is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from observation.core.cells import Cell, Triangulation
from observation.core.records import LEADERSHIP, TEAM
from observation.export.pdf.sheet import Sheet
from observation.export.triangulation import consented, shown

MASK = "[…]"


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
