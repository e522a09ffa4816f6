"""What of an observation needs a person to look: named, kept, and not guessed at."""

from __future__ import annotations

from collections.abc import Iterator

from .errors import N_, Problem
from .instrument import Instrument
from .kinds import RESERVED
from .people import participants
from .records import Participant
from .story import Story


def problems_of(
    story: Story, instrument: Instrument, people: tuple[Participant, ...], end: int, ended: bool
) -> Iterator[Problem]:
    """Yield what the events say that cannot be so, beside what the story itself names.

    `people` are the participants up to `end` ms; `ended` is whether the end is known.
    """
    yield from _unknown(story, instrument, people)
    yield from _undecided(people)
    yield from _misplaced(story, end, ended)


def _unknown(
    story: Story, instrument: Instrument, people: tuple[Participant, ...]
) -> Iterator[Problem]:
    """What names something that the instrument or the list of people does not have."""
    described = {person.person for person in people if person.role}
    known = {
        "phase": {phase.id for phase in instrument.phases},
        "indicator": {indicator.code for indicator in instrument.indicators},
        "counter": {counter.id for counter in instrument.board},
        "question": {question.id for question in instrument.questions}
        | {question.id for question in instrument.afterwards},
        "role": {role.id for role in instrument.roles},
        "kind": {kind.id for kind in instrument.note_kinds},
        "reason": {reason.id for reason in instrument.absences},
        "person": described,
        "lead": described | set(RESERVED[:2]),
    }
    rule_parts = {i.log.part.id for i in instrument.indicators if i.log and i.log.part}
    tags = {tag.id for tag in instrument.tags}
    for entry in story.counted:
        data = entry.event.data
        parts = (data, *data["people"]) if entry.event is story.begun else (data,)
        strange = [
            (name, value)
            for part in parts
            for name, value in part.items()
            if name in known and value not in known[name]
        ]
        if entry.event.kind == "indicator-judged" and data.get("part", "") not in {"", *rule_parts}:
            strange.append(("part", data["part"]))
        if "tags" in data:
            strange += [("tag", tag) for tag in data["tags"] if tag not in tags]
        for name, value in strange:
            yield Problem.of(
                entry.event.id,
                _STRANGE_PERSON if name in ("person", "lead") else _STRANGE_WORD,
                name=name,
                value=value,
            )


_STRANGE_PERSON = N_("“%(value)s” is not among the people of this session; add who that is.")
_STRANGE_WORD = N_(
    "The instrument of this observation has no %(name)s “%(value)s”; it is kept as written."
)


def _undecided(people: tuple[Participant, ...]) -> Iterator[Problem]:
    """Who has several descriptions beside each other: a role decides whose behaviour is judged."""
    for person in people:
        if person.description.conflict:
            yield Problem.of(
                person.description.events[-1],
                N_("%(person)s is described in several ways; choose one."),
                person=person.person,
            )


def _misplaced(story: Story, end: int, ended: bool) -> Iterator[Problem]:
    """What contradicts the end of the session or who was there."""
    ends = {entry.time: entry.event.id for entry in story.of("observation-ended")}
    if len(ends) > 1:
        yield Problem.of(
            ends[max(ends)], N_("The session ends at several moments; the last one counts.")
        )
    # One ms further: who is there at the last moment is there, though the stretch has no length yet.
    for entry in story.of("indicator-judged", "board-counted", "mark-set"):
        if ended and entry.time > end and entry.event.data.get("judged", "session") == "session":
            yield Problem.of(
                entry.event.id,
                N_("This comes after the end of the session; correct its moment, or the end."),
            )
    by_code = {person.person: person for person in participants(story, end + 1)}
    for entry in story.of("lead-taken", "phase-started"):
        if ended and entry.time >= end:
            yield Problem.of(
                entry.event.id,
                N_("This comes at or after the end of the session and has no length."),
            )
            continue
        person = by_code.get(entry.event.data.get("lead", ""))
        if (
            person
            and person.role
            and not any(s.start <= entry.time < max(s.end, s.start + 1) for s in person.spells)
        ):
            yield Problem.of(
                entry.event.id,
                N_("%(person)s leads but is not marked as present; add when %(person)s came in."),
                person=person.person,
            )
