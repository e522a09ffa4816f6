"""What is still open in a record when its observer works it out. Nothing of it has to be settled."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .instrument import AfterQuestion, Indicator, Item
from .judgements import (
    BLANK,
    CONFLICT,
    NOT_JUDGEABLE,
    NOT_SEEN,
    SEEN,
    standing_judgements,
)
from .moments import moment
from .records import (
    LEADERSHIP,
    NOBODY,
    NOT_RECORDED,
    Answer,
    Description,
    Entry,
    Interval,
    Observation,
    Participant,
    Record,
)

T = TypeVar("T", bound=Hashable)

STATES = (SEEN, NOT_SEEN, NOT_JUDGEABLE)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of which nobody wrote down who led; `moment` is its start (ISO 8601)."""

    stretch: Interval
    moment: str
    leaders: tuple[str, ...]  # who may have led: who was there when it began, and nobody


@dataclass(frozen=True, slots=True)
class Described:
    """A person of whom different things are said, each of them once.

    `replaces` are the events that say so: a choice replaces them all, also the one that it repeats.
    """

    person: str
    descriptions: tuple[Description, ...]
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """A person who was never marked as present; `replaces` are the events that describe the person."""

    person: Participant
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A behaviour of which nothing is said; `people` are the leaders who were there."""

    indicator: Indicator
    names: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What no log can show and nobody said yet, such as points handed over."""

    indicator: Indicator
    part: Item
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to settle a difference: the fields of the judgement that says so."""

    state: str
    fields: dict[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the judgement differs from the log (`suggested`) or contradicts itself."""

    indicator: Indicator
    actor: str
    state: str
    suggested: str
    stands: tuple[Entry, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of after the session with what was answered; `replaces` are the answers' events."""

    question: AfterQuestion
    given: tuple[Answer, ...]
    replaces: tuple[str, ...]

    @property
    def value(self) -> Answer:
        """The answer, or the first of those that contradict each other."""
        return self.given[0] if self.given else Answer()


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Everything that the screen asks, in its order."""

    gaps: tuple[Gap, ...]
    described: tuple[Described, ...]
    away: tuple[Away, ...]
    differences: tuple[Difference, ...]
    parts: tuple[Part, ...]
    leadership: tuple[Unjudged, ...]
    collaboration: tuple[Unjudged, ...]
    asked: tuple[Asked, ...]

    @property
    def unanswered(self) -> int:
        """How many questions of after the session have no answer."""
        return sum(not asked.given for asked in self.asked)


def unsettled(record: Record, language: str) -> Unsettled:
    """Return what is open in the record, with the instrument's words in the language."""
    observation = record.observation
    parts = tuple(_parts(record))
    unjudged = [
        (record.instrument.group(each.indicator.group).table, each)
        for each in _unjudged(record, [part.indicator.code for part in parts], language)
    ]
    return Unsettled(
        gaps=tuple(_gaps(observation)),
        described=tuple(_described(observation)),
        away=tuple(_away(observation)),
        differences=tuple(_differences(record)),
        parts=parts,
        leadership=tuple(each for table, each in unjudged if table == "leadership"),
        collaboration=tuple(each for table, each in unjudged if table == "collaboration"),
        asked=tuple(_asked(record)),
    )


def _gaps(observation: Observation) -> Iterator[Gap]:
    for lead in observation.leads:
        if lead.value == NOT_RECORDED:
            there = [
                person.person
                for person in observation.people
                if any(spell.start <= lead.start < spell.end for spell in person.spells)
            ]
            yield Gap(lead, moment(observation, lead.start), (*there, NOBODY))


def _described(observation: Observation) -> Iterator[Described]:
    for person in observation.people:
        if person.description.conflict:
            said = person.description
            yield Described(person.person, _distinct(said.values), _distinct(said.events))


def _away(observation: Observation) -> Iterator[Away]:
    """Who is described in several ways is not asked for: a reason would choose one unseen."""
    for person in observation.people:
        said = person.description
        if not (person.present or said.value.reason or said.conflict):
            yield Away(person, tuple(filter(None, said.events)))


def _parts(record: Record) -> Iterator[Part]:
    stands = standing_judgements(record.observation.log, record.instrument)
    states = {e.event.id: e.event.data["state"] for e in _judged(record)}
    for indicator in record.instrument.behaviours():
        if indicator.log is None or indicator.log.part is None:
            continue
        part = indicator.log.part
        said = [
            id
            for (code, of, _), ids in stands.items()
            if (code, of) == _key(indicator)
            for id in ids
        ]
        if len({states[id] for id in said}) != 1:
            yield Part(indicator, part, tuple(said))


def _key(indicator: Indicator) -> tuple[str, str]:
    return indicator.code, indicator.log.part.id if indicator.log and indicator.log.part else ""


def _unjudged(record: Record, asked: Sequence[str], language: str) -> Iterator[Unjudged]:
    """The behaviours that a session can show, of which nothing is said and nothing else is asked."""
    instrument, observation = record.instrument, record.observation
    leaders = tuple(
        person.person
        for person in observation.people
        if person.present and person.role == instrument.leading_role
    )
    for indicator in instrument.behaviours():
        judgement = observation.judgement(indicator.code, indicator.actor)
        if indicator.locus == "outside" or indicator.code in asked:
            continue
        if judgement is None or judgement.state == BLANK:
            codes = instrument.codes_of(indicator.code)
            names = tuple(instrument.indicator(code).name[language] for code in codes)
            yield Unjudged(indicator, names, leaders if indicator.actor == LEADERSHIP else ())


def _differences(record: Record) -> Iterator[Difference]:
    observation, instrument = record.observation, record.instrument
    entries = {entry.event.id: entry for entry in _judged(record)}
    for (code, part, actor), ids in standing_judgements(observation.log, instrument).items():
        judgement = observation.judgement(code, actor)
        if part or judgement is None or judgement.state == BLANK:
            continue
        stands = [entries[id] for id in ids]
        # Who chose in the sight of the log, has chosen.
        settled = any(e.event.replaces and e.event.data["judged"] != "session" for e in stands)
        differs = judgement.suggested not in ("", judgement.state) and not settled
        if judgement.state == CONFLICT or differs:
            choices = tuple(_choice(observation, state, stands, actor) for state in STATES)
            indicator = instrument.indicator(code)
            said = judgement.state, judgement.suggested
            yield Difference(indicator, actor, *said, tuple(stands), choices)


def _choice(observation: Observation, state: str, stands: Sequence[Entry], actor: str) -> Choice:
    """The judgement that leaves only this state; of what was seen every time stays."""
    person = {"person": actor} if observation.person(actor) else {}
    same = [entry for entry in stands if state == SEEN == entry.event.data["state"]]
    if not same:
        return Choice(state, {"replaces": tuple(entry.event.id for entry in stands), **person})
    first, *others = same
    replaced = tuple(entry.event.id for entry in stands if entry not in others)
    fields: dict[str, str | tuple[str, ...]] = {"replaces": replaced, **person}
    if "person" in first.event.data:
        fields["person"] = first.event.data["person"]
    if first.time >= 0 and (
        first.event.data["judged"] == "session" or "moment" in first.event.data
    ):
        fields["moment"] = moment(observation, first.time)
    return Choice(state, fields)


def _judged(record: Record) -> Iterator[Entry]:
    return (e for e in record.observation.log if e.event.kind == "indicator-judged")


def _asked(record: Record) -> Iterator[Asked]:
    for question in record.instrument.afterwards:
        slot = record.observation.answers.get(question.id)
        yield Asked(question, _distinct(slot.values) if slot else (), slot.events if slot else ())


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
