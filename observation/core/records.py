"""What events fold into: the values that pages, prints and exports show.

All times are whole milliseconds. `time`, `start` and `end` count from the start of the session;
only `Observation.start` is an instant (since 1970, UTC).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .clock import ClockStep
from .errors import Problem
from .events import Event
from .format import length
from .instrument import Instrument

T = TypeVar("T")

NOBODY = "nobody"  # somebody looked, and no one led
NOT_RECORDED = "not-recorded"  # nobody wrote down who led, or which phase it was
LEADERSHIP = "leadership"
TEAM = "team"


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """A place for one value: those that nothing replaced. Several different ones are a conflict."""

    values: tuple[T, ...]
    events: tuple[str, ...]

    @property
    def value(self) -> T:
        """The value, or the earliest of those that conflict."""
        return self.values[0]

    @property
    def conflict(self) -> bool:
        """Whether different values stand beside each other."""
        return any(value != self.values[0] for value in self.values)


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a track: a phase, a person's lead, an interruption."""

    value: str
    start: int
    end: int
    event: str = ""

    @property
    def length(self) -> int:
        """How long it lasted, in ms."""
        return self.end - self.start

    @property
    def shown(self) -> int:
        """How long it lasted by the times that are shown, in ms: what is added up and written."""
        return length(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Description:
    """What the observer says of a participant."""

    role: str
    expected: bool = True
    reason: str = ""  # why absent; empty when not asked or not absent


@dataclass(frozen=True, slots=True)
class Participant:
    """A person of the session, by code, with the stretches in which he or she was there.

    `traces` is whether anything at all says so: a listing, an arrival, a departure, a lead. With
    traces and no stretch the record contradicts itself.
    """

    person: str
    description: Slot[Description]
    spells: tuple[Interval, ...] = ()
    traces: bool = False

    @property
    def role(self) -> str:
        """The role's id, empty for somebody of whom only the code is known."""
        return self.description.value.role

    @property
    def present(self) -> bool:
        """Whether the person was there at any time."""
        return bool(self.spells)

    @property
    def there(self) -> int:
        """How long the person was there, in ms."""
        return sum(spell.length for spell in self.spells)


@dataclass(frozen=True, slots=True)
class NoteText:
    """What a note says; a correction is another one."""

    text: str
    kind: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note at its moment; `time` is None when the moment cannot be right."""

    event: str
    time: int | None
    content: Slot[NoteText]
    person: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that a behaviour was seen.

    `time` is None when only remembered afterwards; `judged` is session, finish or later; `person`
    is who did it, when said.
    """

    event: str
    time: int | None
    judged: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of one behaviour of one actor.

    `state` is seen, not-seen, not-judgeable, blank, or conflict where the observer's own values
    contradict each other. `source` says who settles it: observer, log (the instrument's rule) or
    empty when blank. `suggested` is what the log says, or empty. `judged` is when: session,
    finish, later, or empty.
    """

    code: str
    actor: str
    state: str
    source: str = ""
    judged: str = ""
    sightings: tuple[Sighting, ...] = ()
    suggested: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An observer's own answer: a text, a choice, or both."""

    text: str = ""
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the log as a person reads it: what happened, when, and whether it counts.

    `time` is its moment, `recorded` when it was recorded; both since the start of the session.
    """

    event: Event
    time: int
    recorded: int
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """A reviewer's question about one answer of the schedule, or about the whole record."""

    event: str
    question: str  # empty: about the whole
    text: str
    by: str
    answers: tuple[str, ...] = ()
    open: bool = True


@dataclass(frozen=True, slots=True)
class Review:
    """How far a record is: `state` is draft, finished, has-issues, approved or edited.

    `events` is how many events of content there are; `finished` and `approved` are the last events
    that said so, or empty.
    """

    state: str = "draft"
    events: int = 0
    finished: str = ""
    approved: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """One observer's record of one board session, as far as its events are known."""

    stream: str
    begun: Event | None
    start: int  # ms since 1970, UTC; 0 when nothing is known
    end: int  # ms since the start; the latest known moment while the session goes on
    ended: bool
    header: Mapping[str, Slot[str]] = field(default_factory=dict)
    people: tuple[Participant, ...] = ()
    phases: tuple[Interval, ...] = ()
    leads: tuple[Interval, ...] = ()
    interruptions: tuple[Interval, ...] = ()
    notes: tuple[Note, ...] = ()
    marks: tuple[Entry, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    board: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Slot[Answer]] = field(default_factory=dict)
    review: Review = Review()
    worked_out: int | None = None  # ms after the session
    log: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    steps: tuple[ClockStep, ...] = ()

    @property
    def label(self) -> str:
        """The observation's name for people."""
        return self.header["label"].value if "label" in self.header else self.stream

    @property
    def finished(self) -> bool:
        """Whether the observer has worked the record out."""
        return bool(self.review.finished)

    @property
    def from_paper(self) -> bool:
        """Whether it was typed in afterwards from a record on paper."""
        return self.begun is not None and self.begun.data.get("source") == "paper"

    def person(self, code: str) -> Participant | None:
        """Return the participant with this code, or None."""
        return next((person for person in self.people if person.person == code), None)

    def judgement(self, code: str, actor: str) -> Judgement | None:
        """Return what is said of an indicator's behaviour by this actor, or None."""
        return next((j for j in self.judgements if (j.code, j.actor) == (code, actor)), None)


@dataclass(frozen=True, slots=True)
class Record:
    """An observation as it is kept here, with what a print says of its origin.

    `pinned` is False when its own version of the instrument is not here and another stands in.
    `received` is when the last of its events came in (ISO 8601, UTC), `source` the device or account
    that its beginning came from. `stamp` names the data: eight
    hexadecimal digits that change with any event.
    """

    study: str
    observation: Observation
    instrument: Instrument
    pinned: bool
    received: str
    first_received: str
    events: int
    stamp: str
    source: str = ""
