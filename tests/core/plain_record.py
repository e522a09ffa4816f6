"""A whole record as plain lists: what tests/js/record.mjs makes of the JavaScript folds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from observation.core.events import Event
from observation.core.fold import fold_observation
from observation.core.instrument import Instrument
from observation.core.records import Record, Slot
from observation.core.unsettled import Unjudged, Unsettled, unsettled
from observation.export.answers import shown_answers


def plain_record(events: Iterable[Event], instrument: Instrument, now: int = 0) -> dict[str, Any]:
    """Return what the events amount to: judgements, answers, drafts in both languages, what is open."""
    observation = fold_observation(events, instrument, now=now)
    record = Record("", observation, instrument, True, "", "", len(observation.log), "")
    review = observation.review
    rows = [
        (
            *(one.code, one.actor, one.state, one.source, one.judged, one.suggested),
            [(s.event, s.time, s.judged, s.person) for s in one.sightings],
        )
        for one in observation.judgements
    ]
    return {
        "header": _slots(observation.header),
        "answers": _slots(observation.answers),
        "review": [review.state, review.events, review.finished, review.approved],
        "issues": [
            (one.event, one.question, one.text, one.by, one.answers, one.open)
            for one in review.issues
        ],
        "notes": [
            (note.event, note.time, note.person, _slot(note.content)) for note in observation.notes
        ],
        "said": [row for row in rows if row[2] != "blank"],
        "blank": [row for row in rows if row[2] == "blank"],
        **_prefixed("nl", _schedule(record, "nl")),
        **_prefixed("en", _schedule(record, "en")),
        **_prefixed("open", _unsettled(unsettled(record, "nl"))),
    }


def _prefixed(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _slots(slots: Mapping[str, Slot[Any]]) -> dict[str, Any]:
    return {key: _slot(slot) for key, slot in slots.items()}


def _slot(slot: Slot[Any]) -> dict[str, Any]:
    values = [value if isinstance(value, str) else asdict(value) for value in slot.values]
    return {
        "value": values[0],
        "values": values,
        "events": slot.events,
        "conflict": slot.conflict,
    }


def _schedule(record: Record, language: str) -> dict[str, Any]:
    """The draft of each question, or its answers with what replaces them and what was asked of them."""
    answers, issues = record.observation.answers, record.observation.review.issues
    found: dict[str, Any] = {}
    for shown in shown_answers(record, language):
        id = shown.question.id
        asked = [issue.event for issue in issues if issue.question == id]
        found[id] = shown.texts[0] if shown.draft else (shown.texts, answers[id].events, asked)
    return found


def _unsettled(open: Unsettled) -> dict[str, Any]:
    def unjudged(each: Iterable[Unjudged]) -> list[Any]:
        return [(one.indicator.code, one.names, one.people) for one in each]

    return {
        "gaps": [(g.stretch.start, g.stretch.end, g.moment, g.leaders) for g in open.gaps],
        "described": [
            (one.person, [(d.role, d.expected, d.reason) for d in one.descriptions], one.replaces)
            for one in open.described
        ],
        "away": [
            (
                *(one.person.person, one.person.role, one.person.description.value.expected),
                one.replaces,
            )
            for one in open.away
        ],
        "differences": [
            (
                *(one.indicator.code, one.actor, one.state, one.suggested),
                [entry.event.id for entry in one.stands],
                [(choice.state, choice.fields) for choice in one.choices],
            )
            for one in open.differences
        ],
        "parts": [(one.indicator.code, one.part.id, one.replaces) for one in open.parts],
        "leadership": unjudged(open.leadership),
        "collaboration": unjudged(open.collaboration),
        "asked": [
            (
                one.question.id,
                [(answer.text, answer.choice) for answer in one.given],
                (one.value.text, one.value.choice),
                one.replaces,
            )
            for one in open.asked
        ],
        "unanswered": open.unanswered,
    }
