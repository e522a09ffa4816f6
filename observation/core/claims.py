"""What was said of one behaviour, and how respondents stand towards it together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import verdicts
from .interviews import Claim, Said
from .registers import LEADER

AFFIRMS, DENIES, SOMETIMES = "affirms", "denies", "sometimes"

# How a triangulation uses a claim.
TESTABLE = "testable"
WISH = "wish"
CONTEXT = "context"  # of the past or the future, or hearsay
ELSEWHERE = "elsewhere"  # not of the board session
OTHER_UNIT = "other-unit"  # of a unit that was not observed
UNJUDGED = "unjudged"  # its stance or mode is not judged yet


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim as the cell of one behaviour and actor takes it.

    `use` says how. `roles` are those of its respondents in the register, in their order, "" where
    not known. `source` is the interview; a focus group (`group`) is one source.
    """

    claim: Claim
    use: str
    roles: tuple[str, ...]
    source: str
    group: bool

    @property
    def said(self) -> Said:
        return self.claim.said.value

    @property
    def frequency(self) -> str:
        """How often it says: also *sometimes* for a claim of both."""
        return SOMETIMES if self.said.stance == "mixed" else self.said.frequency

    @property
    def of_leaders(self) -> bool:
        """Whether a leader says it, also with others; so counts what nobody in particular said in an interview."""
        return LEADER in self.roles if self.roles else not self.group

    @property
    def of_team(self) -> bool:
        """Whether anybody but a leader says it, also with a leader, or a group without a speaker."""
        return any(map(is_of_team, self.roles)) if self.roles else self.group


@dataclass(frozen=True, slots=True)
class Positions:
    """How respondents stand: by code, each once. `all_say` is a frequency that all of them say, or ""."""

    affirms: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    all_say: str = ""

    @property
    def spoke(self) -> tuple[str, ...]:
        """Everybody who spoke to it."""
        return (*self.affirms, *self.denies, *self.sometimes)

    @property
    def pattern(self) -> str:
        """One of the patterns D+, D+~, D~, D−~, D−, D≠ and D0."""
        if self.affirms and self.denies:
            return verdicts.SPLIT
        if self.affirms:
            return verdicts.SOME if self.sometimes else verdicts.ALL
        if self.denies:
            return verdicts.FEW if self.sometimes else verdicts.NONE
        return verdicts.VARY if self.sometimes else verdicts.SILENT


def use_of(claim: Claim, units: Iterable[str]) -> str:
    """Return how a triangulation uses a claim; `units` are those that were observed."""
    said = claim.said.value
    if not claim.judged:
        return UNJUDGED
    if said.mode == "normative":
        return WISH
    if said.mode != "descriptive":
        return CONTEXT
    if said.scope == "elsewhere":
        return ELSEWHERE
    return OTHER_UNIT if is_of_another_unit(said, units) else TESTABLE


def is_of_another_unit(said: Said, units: Iterable[str]) -> bool:
    """Return whether a claim names a unit, and others were observed than that one."""
    observed = set(units)
    return bool(said.unit and observed) and said.unit not in observed


def position(said: Said) -> str:
    """Return how who says it stands: affirms, denies or sometimes; of a claim that is not judged `unjudged`."""
    sometimes = said.stance == "mixed" or (said.stance, said.frequency) == (AFFIRMS, SOMETIMES)
    return SOMETIMES if sometimes else said.stance


def positions(
    statements: Iterable[Statement], of: Callable[[str], bool] = lambda role: True
) -> Positions:
    """Return how the respondents of the testable statements stand; each has one position.

    Who affirms here and denies there is *sometimes*. What a group says without a speaker is nobody's.
    Of a claim that several made together those count whose role is one that is asked for, by `of`.
    """
    stances: dict[str, set[str]] = defaultdict(set)
    frequencies = set()
    for statement in statements:
        if statement.use != TESTABLE:
            continue
        said = statement.said
        own = zip(said.respondents, statement.roles, strict=True)
        respondents = [respondent for respondent, role in own if of(role)]
        for respondent in respondents:
            stances[respondent].add(position(said))
        if respondents:
            frequencies.add(said.frequency)
    by: Mapping[str, list[str]] = {AFFIRMS: [], DENIES: [], SOMETIMES: []}
    for respondent, found in sorted(stances.items()):
        by[found.pop() if len(found) == 1 else SOMETIMES].append(respondent)
    return Positions(
        tuple(by[AFFIRMS]),
        tuple(by[DENIES]),
        tuple(by[SOMETIMES]),
        frequencies.pop() if len(frequencies) == 1 else "",
    )


def is_of_team(role: str) -> bool:
    """Return whether who has this role is one of those beside the leaders."""
    return role != LEADER


def sources(statements: Iterable[Statement], respondents: Sequence[str]) -> set[str]:
    """Return the sources of what these respondents said: a person each, a focus group as one."""
    found = set()
    for statement in statements:
        if statement.use != TESTABLE:
            continue
        for respondent in statement.said.respondents:
            if respondent in respondents:
                found.add(statement.source if statement.group else respondent)
    return found
