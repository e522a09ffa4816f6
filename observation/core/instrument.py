"""Instruments: an observation schedule as data, so that another schedule is just another file.

A schedule file is TOML; `observation/instruments/appendix-4.toml` is the first. The dataclasses
here are its form: a key is a field's name with hyphens, and a field with a default may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Literal, TypeVar

from .errors import N_, Refused

TILE_LENGTH = 24  # characters of a tile's name, what fits on a tablet held upright
STYLES = tuple(product(("top-down", "bottom-up"), ("task", "person")))  # direction, focus

Id = Annotated[str, re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")]
TagId = Annotated[str, "tags"]  # an id that stands in the file's list of this name
RoleId = Annotated[str, "roles"]
GroupId = Annotated[str, "groups"]
Code = Annotated[str, "indicators"]
Table = Literal["leadership", "collaboration"]
Actor = Literal["leadership", "team"]
Axis = Literal["top-down", "bottom-up", "task", "person"]
T = TypeVar("T")


class Text(Mapping[str, str]):
    """The same words per language; a language that it lacks reads as its first."""

    __slots__ = ("_words",)

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = dict(words)

    def __getitem__(self, language: str) -> str:
        return self._words.get(language) or next(iter(self._words.values()))

    def __contains__(self, language: object) -> bool:
        return language in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def __hash__(self) -> int:
        return hash(frozenset(self._words.items()))

    def __repr__(self) -> str:
        return f"Text({self._words!r})"


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a name: a field of the header, a choice, a tag, a reason to be absent."""

    id: Id
    name: Text


@dataclass(frozen=True, slots=True)
class Prefill:
    """What of the log drafts an answer; `actors` adds the indicators of these actors."""

    people: bool = False
    phases: bool = False
    leads: bool = False
    notes: tuple[TagId, ...] = ()
    untagged: bool = False
    indicators: tuple[Table, ...] = ()
    actors: tuple[Actor, ...] = ()


@dataclass(frozen=True, slots=True)
class Question(Item):
    """A question of the schedule, answered in words."""

    prefill: Prefill


@dataclass(frozen=True, slots=True)
class AfterQuestion(Item):
    """What is asked after the session; without `evidence` it is kept apart and never counts."""

    kind: Literal["choice", "text", "date"]
    choices: tuple[Item, ...] = ()
    evidence: bool = True


@dataclass(frozen=True, slots=True)
class Phase(Item):
    """A part of a session, with the seconds that it usually takes where that is known."""

    usual_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Role(Item):
    """What somebody at a session is; `short` fits on a chip."""

    plural: Text
    short: Text


@dataclass(frozen=True, slots=True)
class NoteKind(Item):
    """A kind of note, and whether such a note may draft an answer."""

    prefills: bool


@dataclass(frozen=True, slots=True)
class Counter(Item):
    """Something on the board that is counted."""

    short: Text


@dataclass(frozen=True, slots=True)
class Group(Item):
    """Indicators that belong together; a leadership style has two axes, direction and focus."""

    table: Table
    description: Text
    axes: tuple[Axis, ...] = ()


@dataclass(frozen=True, slots=True)
class CounterEvidence:
    """A behaviour that, when seen, counts against the indicator that lists it ("self")."""

    code: Code
    only_when: Literal["leader-present-and-self-not-seen"] | None = None


@dataclass(frozen=True, slots=True)
class LogRule:
    """How the log suggests a judgement; `part` is what no log can show, so that it is tapped."""

    rule: Literal["present", "present-not-leading", "leads-or-part"]
    part: Item | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The rule beside the tick."""

    counts_when: Text
    counts_not_when: Text
    example: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A code under which behaviour is judged.

    `name` is its wording to the letter, `statement` what is judged, `short` its tile. With
    `same_as` it is a second code of that behaviour, and only code, group and wording are its own.
    With `needs_leader` nobody can judge it while no leader is there.
    """

    code: Id
    group: GroupId
    name: Text
    statement: Text
    short: Text
    locus: Literal["session", "session-or-elsewhere", "outside"]
    actor: Actor
    same_as: Code | None = None
    counters: tuple[CounterEvidence, ...] = ()
    needs_leader: bool = False
    log: LogRule | None = None
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One version of one schedule; `digest` is the SHA-256 of its file, in hexadecimal digits.

    To look up an id that the schedule does not have raises Refused.
    """

    id: Id
    version: str
    digest: str
    languages: tuple[Id, ...]
    title: Text
    source: Text
    leading_seconds: int
    leading_role: RoleId
    header: tuple[Item, ...]
    questions: tuple[Question, ...]
    afterwards: tuple[AfterQuestion, ...]
    phases: tuple[Phase, ...]
    roles: tuple[Role, ...]
    absences: tuple[Item, ...]
    note_kinds: tuple[NoteKind, ...]
    tags: tuple[Item, ...]
    board: tuple[Counter, ...]
    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]

    def question(self, id: str) -> Question:
        return self._found("question", id, (each for each in self.questions if each.id == id))

    def after_question(self, id: str) -> AfterQuestion:
        return self._found(
            "after question", id, (each for each in self.afterwards if each.id == id)
        )

    def phase(self, id: str) -> Phase:
        return self._found("phase", id, (each for each in self.phases if each.id == id))

    def role(self, id: str) -> Role:
        return self._found("role", id, (each for each in self.roles if each.id == id))

    def absence(self, id: str) -> Item:
        return self._found("absence", id, (each for each in self.absences if each.id == id))

    def note_kind(self, id: str) -> NoteKind:
        return self._found("kind of note", id, (each for each in self.note_kinds if each.id == id))

    def tag(self, id: str) -> Item:
        return self._found("tag", id, (each for each in self.tags if each.id == id))

    def counter(self, id: str) -> Counter:
        return self._found("counter", id, (each for each in self.board if each.id == id))

    def group(self, id: str) -> Group:
        return self._found("group", id, (each for each in self.groups if each.id == id))

    def indicator(self, code: str) -> Indicator:
        return self._found("indicator", code, (i for i in self.indicators if i.code == code))

    def behaviours(self) -> tuple[Indicator, ...]:
        """Return one indicator for each behaviour, that of its first code, in order."""
        return tuple(each for each in self.indicators if each.same_as is None)

    def behaviour(self, code: str) -> str:
        """Return the code that stands for this code's behaviour: the first that shares it."""
        return self.indicator(code).same_as or code

    def codes_of(self, behaviour: str) -> tuple[str, ...]:
        """Return every code of the behaviour that a code belongs to, the first code first."""
        first = self.behaviour(behaviour)
        return tuple(each.code for each in self.indicators if first in (each.code, each.same_as))

    def _found(self, kind: str, id: str, matches: Iterator[T]) -> T:
        for match in matches:
            return match
        raise Refused(
            N_("Schedule %(schedule)s has no %(kind)s “%(id)s”; use one that it has."),
            schedule=f"{self.id} {self.version}",
            kind=kind,
            id=id,
        )
