"""What an observation says, ready to be read: people, behaviours, answers, and what needs a look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from observation.core.errors import N_
from observation.core.format import clock
from observation.core.instrument import Group, Indicator
from observation.core.judgements import standing_judgements
from observation.core.records import Judgement, Participant
from observation.export.pdf.behaviours import TABLES, WHEN, measured, said
from observation.export.pdf.provenance import STEPS
from observation.export.pdf.words import Words
from observation.export.verdict_words import AXES

from .entries import state_name
from .words import said as in_words

CLOCK = {
    **STEPS,
    "long-pause": N_("After a long pause: %(counted)s counted, %(wall)s by its clock."),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """When something was seen: its label (`A-01@07:42`), by whom, and the event that says so."""

    label: str
    person: str
    event: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a behaviour of one actor (empty: nobody to tell apart)."""

    actor: str
    state: str
    word: str
    evidence: tuple[Evidence, ...]
    when: str
    by: str
    log: str  # what the log says, where it differs


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A behaviour with what is said of it; `also` names the other groups in which it stands."""

    name: str
    indicator: Indicator
    also: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class BehaviourGroup:
    """A style of leadership or a side of collaboration, with its behaviours."""

    name: str
    axes: str
    behaviours: tuple[Behaviour, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as the list of people shows it."""

    code: str
    role: str
    present: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Look:
    """Something of the record that a person should look at; `event` is the entry that it is about."""

    time: str
    sentence: str
    event: str


def tables(words: Words) -> Iterator[tuple[str, str, list[BehaviourGroup]]]:
    """Yield per table its id, its title and its groups of behaviours."""
    groups = words.instrument.groups
    for table in dict.fromkeys(group.table for group in groups):
        own = [_group(words, group) for group in groups if group.table == table]
        yield table, words.say(TABLES[table]), own


def people(words: Words) -> Iterator[Person]:
    """Yield the participants: who was there and how long, who was not and why."""
    for person in words.observation.people:
        detail = _stay(words, person) if person.present else _reason(words, person)
        yield Person(person.person, words.role(person.role), person.present, detail)


def board(words: Words) -> Iterator[tuple[str, int | None]]:
    """Yield what can be counted on the board with its number, None when it was not counted."""
    for counter in words.instrument.board:
        yield words.of(counter.name), words.observation.board.get(counter.id)


def afterwards(words: Words) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Yield the questions of after the session, their answers, and whether these are evidence."""
    for question in words.instrument.afterwards:
        slot = words.observation.answers.get(question.id)
        texts = []
        for answer in slot.values if slot else ():
            choice = words.named(question.choices, answer.choice) if answer.choice else ""
            text = _day(words, answer.text) if question.kind == "date" else answer.text
            texts.append("; ".join(filter(None, (choice, text))))
        yield words.of(question.name), tuple(dict.fromkeys(filter(None, texts))), question.evidence


def looks(words: Words) -> Iterator[Look]:
    """Yield every problem and every step of the clock as a sentence."""
    times = {entry.event.id: entry.time for entry in words.observation.log}
    found = [(problem.event, in_words(problem)) for problem in words.observation.problems]
    for step in words.observation.steps:
        sentence = words.say(
            CLOCK.get(step.cause, CLOCK["clock-changed"]),
            counted=clock(step.counted),
            wall=clock(step.wall),
        )
        found.append((step.event, sentence))
    for event, sentence in found:
        yield Look(clock(times[event]) if event in times else "", sentence, event)


def _group(words: Words, group: Group) -> BehaviourGroup:
    own = [each for each in words.instrument.indicators if each.group == group.id]
    axes = " · ".join(words.say(AXES[axis]) for axis in group.axes)
    behaviours = tuple(_behaviour(words, indicator) for indicator in own)
    return BehaviourGroup(words.of(group.name), axes, behaviours)


def _behaviour(words: Words, indicator: Indicator) -> Behaviour:
    instrument = words.instrument
    others = [code for code in instrument.codes_of(indicator.code) if code != indicator.code]
    groups = [instrument.group(instrument.indicator(code).group) for code in others]
    told = said(words, indicator)
    return Behaviour(
        words.of(indicator.name),
        indicator,
        ", ".join(words.of(group.name) for group in groups),
        tuple(_told(words, indicator, each, len(told) > 1) for each in told),
    )


def _told(words: Words, indicator: Indicator, judgement: Judgement, named: bool) -> Told:
    evidence = []
    for sighting in judgement.sightings:
        time = _("remembered afterwards") if sighting.time is None else clock(sighting.time)
        label = f"{words.observation.label}@{time}" if sighting.time is not None else time
        person = "" if named and sighting.person == judgement.actor else sighting.person
        evidence.append(Evidence(label, person, sighting.event))
    differs = judgement.suggested not in ("", judgement.state)
    return Told(
        words.actor(judgement.actor) if named else "",
        judgement.state,
        state_name(judgement.state),
        tuple(dict.fromkeys(evidence)),
        words.say(WHEN[judgement.judged]) if judgement.judged else "",
        ", ".join([words.say(WHEN["log"]), *measured(words, indicator, judgement)])
        if judgement.source == "log"
        else _by(words, indicator, judgement),
        state_name(judgement.suggested) if differs else "",
    )


def _by(words: Words, indicator: Indicator, judgement: Judgement) -> str:
    """The codes of the members who made the judgement."""
    if not judgement.source:
        return ""
    log = words.observation.log
    behaviour = words.instrument.behaviour(indicator.code)
    stands = standing_judgements(log, words.instrument)
    ids = set(stands.get((behaviour, "", judgement.actor), ()))
    if not ids:
        ids = {id for (code, *_rest), given in stands.items() if code == behaviour for id in given}
    return ", ".join(sorted({entry.event.by for entry in log if entry.event.id in ids}))


def _stay(words: Words, person: Participant) -> str:
    whole = [(0, words.observation.end)]
    if [(spell.start, spell.end) for spell in person.spells] == whole:
        return ""
    return ", ".join(f"{clock(spell.start)}–{clock(spell.end)}" for spell in person.spells)


def _reason(words: Words, person: Participant) -> str:
    description = person.description.value
    reason = words.named(words.instrument.absences, description.reason)
    expected = "" if description.expected else _("was not expected")
    return "; ".join(filter(None, (expected, reason)))


def _day(words: Words, text: str) -> str:
    try:
        return words.day(date.fromisoformat(text))
    except ValueError:
        return text
