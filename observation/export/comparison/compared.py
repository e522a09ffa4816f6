"""Some schools of a study beside each other, and the words in which their comparison is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from observation.core.cells import Cell, Triangulation
from observation.core.codebook import Codebook
from observation.core.comparison import actor_of, headline
from observation.core.errors import N_
from observation.core.instrument import Indicator, Instrument
from observation.core.registers import Study
from observation.core.verdicts import Verdict

from ..pdf.words import Speech
from ..triangulation import FEW, INTERNAL, shown
from ..verdict_words import verdict_word


@dataclass(frozen=True)
class Comparison(Speech):
    """Some schools of a study, for one audience, in one language."""

    found: tuple[Triangulation, ...]
    study: Study
    instrument: Instrument
    codebook: Codebook
    language: str
    audience: str = INTERNAL

    def groups(self) -> Iterator[tuple[str, list[Indicator]]]:
        """Yield each style and side by name, with its indicators."""
        for group in self.instrument.groups:
            own = [each for each in self.instrument.indicators if each.group == group.id]
            if own:
                yield self.of(group.name), own

    def schools(self) -> list[str]:
        """Return the schools by name, in the order of `found`."""
        return [self.say(N_("School %(school)s"), school=f.case.school.code) for f in self.found]

    def name(self, indicator: Indicator) -> str:
        """Return an indicator's wording, to the letter."""
        return self.of(indicator.name)

    def cell(self, found: Triangulation, indicator: Indicator) -> Cell | None:
        """Return the cell that stands for an indicator here, of those that this audience may see."""
        behaviour = self.instrument.behaviour(indicator.code)
        actor = actor_of(self.instrument.indicator(behaviour))
        return headline(shown(found, self.audience), behaviour, actor)

    def word(self, verdict: Verdict) -> str:
        """Return the word for a verdict, with *provisionally* where it is."""
        return verdict_word(verdict.verdict, verdict.provisional, self.say)

    def number(self, number: int) -> str:
        """Return how many people, which a report does not say of one."""
        return str(number) if self.audience == INTERNAL or number != 1 else FEW
