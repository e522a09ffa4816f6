"""What the parts of a triangulation sheet share: the school, the words, and what its audience may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from functools import cached_property

from observation.core.cells import Cell, Tested, Triangulation
from observation.core.claims import UNJUDGED, Statement, positions
from observation.core.codebook import Codebook
from observation.core.errors import N_
from observation.core.instrument import Indicator, Instrument
from observation.core.interviews import Claim
from observation.core.registers import LEADER
from observation.export.triangulation import (
    FEW,
    INTERNAL,
    OF_LEADERS,
    all_leaders_consented,
)
from observation.export.verdict_words import (
    FLAGS,
    FREQUENCIES,
    MODES,
    USES,
    sign,
    verdict_word,
)

from .words import Speech

LONGEST = 140  # letters of a quotation
ELLIPSIS = "…"


@dataclass(frozen=True)
class Sheet(Speech):
    """A school's triangulation for one audience."""

    found: Triangulation
    instrument: Instrument
    codebook: Codebook
    language: str
    audience: str = INTERNAL

    @property
    def inside(self) -> bool:
        return self.audience == INTERNAL

    @cached_property
    def leaders(self) -> frozenset[str]:
        """The respondents who are school leaders."""
        people = self.found.case.school.respondents
        return frozenset(code for code, each in people.items() if each.role == LEADER)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The leaders of whom this copy says nothing: those of a report who did not agree to stand in it."""
        consents = self.found.case.school.consents
        agreed = {code for code in self.leaders if code in consents and consents[code].report}
        return frozenset() if self.inside else self.leaders - agreed

    @cached_property
    def has_leaders(self) -> bool:
        """Whether there is a column for what leaders said: in a report only when one of them agreed."""
        return self.inside or bool(self.leaders - self.hidden)

    def may_show(self, claim: Claim) -> bool:
        """Whether this copy may tell of a claim at all."""
        respondents = claim.said.value.respondents
        if self.inside:
            return True
        if not respondents:
            interview = self.found.case.interviews.get(claim.interview)
            return interview is None or interview.group
        known = self.found.case.school.respondents
        return self.hidden.isdisjoint(respondents) and all(each in known for each in respondents)

    def claims(self, cell: Cell, of_leaders: bool) -> list[Tested]:
        """Return the cell's claims of leaders, or of all others, that this copy may tell of.

        What a leader and others say together is of both.
        """
        return [
            each
            for each in cell.tested
            if (each.statement.of_leaders if of_leaders else each.statement.of_team)
            and self.may_show(each.statement.claim)
        ]

    def speakers(self, claims: Iterable[Claim], of_leaders: bool) -> set[str]:
        """Return who made these claims: the leaders among them, or all others."""
        people = {who for claim in claims for who in claim.said.value.respondents}
        return people & self.leaders if of_leaders else people - self.leaders

    def is_kept_back(self, cell: Cell) -> bool:
        """Whether a verdict rests only on what leaders said of whom this copy says nothing."""
        spoke = positions(each.statement for each in cell.tested).spoke
        return bool(spoke) and self.hidden.issuperset(spoke)

    def number(self, people: int) -> str:
        """Return how many people, which a report does not say of one."""
        return str(people) if self.inside or people != 1 else FEW

    def quoted(self, claim: Claim, most: int = LONGEST) -> str:
        """Return a claim's words in quotation marks, a paraphrase without; "" for what stays inside."""
        said = claim.said.value
        if not self.inside and (
            claim.id in self.found.case.school.withheld or UNJUDGED in (said.stance, said.mode)
        ):
            return ""
        text = shortened_at_a_word(self.masked(said.text), most)
        if not text:
            return ""
        return f"“{text}”" if said.form == "quotation" else text

    def masked(self, text: str) -> str:
        """Return a text in which, in a report, no code of a respondent stands."""
        return text if self.inside else self._codes.sub("[…]", text)

    @cached_property
    def _codes(self) -> re.Pattern[str]:
        case = self.found.case
        known = {*case.school.respondents, *case.interviewed}
        known |= {r for each in case.claims for s in each.said.values for r in s.respondents}
        codes = "|".join(re.escape(code) for code in sorted(known, key=len, reverse=True))
        form = r"[RS]\d+"  # also those that are not in the register
        return re.compile(rf"(?<!\w)(?:{codes or form}|{form})(?:-c\d+)?(?!\w)", re.I)

    def flags(self, cell: Cell) -> list[str]:
        """Return in words what else a reader must know of a cell."""
        all_agreed = self.inside or all_leaders_consented(self.found.case.school)
        shown = [flag for flag in cell.flags if all_agreed or flag not in OF_LEADERS]
        return [self.say(FLAGS[flag]) if flag in FLAGS else flag for flag in shown]

    def verdict(self, id: str, provisional: bool = False) -> str:
        """Return a verdict in words; *provisionally* is one of them."""
        return verdict_word(id, provisional, self.say)

    def sign(self, claim: Claim) -> str:
        """Return the sign of a claim's stance, or "" when it is not judged."""
        return sign(claim.said.value)

    def remarks(self, statement: Statement) -> list[str]:
        """Return what is said of a claim beside its words: how often, and why it is not tested."""
        said = statement.said
        told = []
        if said.form == "paraphrase":
            told.append(self.say(N_("paraphrase")))
        if said.frequency in FREQUENCIES:
            told.append(self.say(FREQUENCIES[said.frequency]))
        if said.mode in MODES:
            told.append(self.say(MODES[said.mode]))
        elif statement.use in USES:
            told.append(self.say(USES[statement.use]))
        return told

    def also_under(self, indicator: Indicator) -> list[Indicator]:
        """Return the other codes of an indicator's behaviour."""
        codes = self.instrument.codes_of(indicator.code)
        return [self.instrument.indicator(code) for code in codes if code != indicator.code]

    def on(self, day: str) -> str:
        """Return a day (YYYY-MM-DD) as `13 maart 2018`, another text as it is."""
        try:
            return self.day(Date.fromisoformat(day), "d MMMM y")
        except ValueError:
            return day


def shortened_at_a_word(text: str, most: int) -> str:
    """Return a text on one line, cut behind a word and ended by an ellipsis when it is longer than `most`."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    space = line.rfind(" ", 0, most)
    return line[: space if space > most // 2 else most - 1].rstrip(" ,;:.–—-") + ELLIPSIS


def ranged(codes: Iterable[str]) -> str:
    """Return codes with those that follow each other as one: `R22–R27, R30`."""
    stretches: list[list[str]] = []
    for code in sorted(codes, key=_parts):
        if stretches and _follows(stretches[-1][-1], code):
            stretches[-1].append(code)
        else:
            stretches.append([code])
    return ", ".join(_stretch(each) for each in stretches)


def _parts(code: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"(\D*)(\d{1,9})", code)
    return (found[1], int(found[2]), code) if found else (code, -1, code)


def _follows(one: str, other: str) -> bool:
    (letters, number, _), (same, next_number, _) = _parts(one), _parts(other)
    return number >= 0 and letters == same and next_number == number + 1


def _stretch(codes: Sequence[str]) -> str:
    return ", ".join(codes) if len(codes) < 3 else f"{codes[0]}–{codes[-1]}"
