"""An observation as JSON; `docs/formats.md` describes it."""

from __future__ import annotations

import json
from typing import Any

from observation.core.events import local_time
from observation.core.records import (
    NOBODY,
    NOT_RECORDED,
    Interval,
    Judgement,
    Note,
    Observation,
    Participant,
    Record,
)
from observation.language import translator

from .answers import shown_answers

FORMAT = 1


def observation_json(record: Record, language: str) -> bytes:
    """Return the observation as UTF-8 JSON; the same record gives the same bytes.

    Times and lengths are whole seconds since the start; `language` is that of drafts and problems.
    """
    value = observation_value(record, language)
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def observation_value(record: Record, language: str) -> dict[str, Any]:
    """Return the observation as a JSON object."""
    observation, instrument = record.observation, record.instrument
    translate = translator(language)
    afterwards = {question.id for question in instrument.afterwards}
    return {
        "format": FORMAT,
        "label": observation.label,
        **_header(observation),
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "digest": instrument.digest,
            "pinned": record.pinned,
        },
        "stream": observation.stream,
        "study": record.study,
        "phases": [{"phase": phase.value, **_stretch(phase)} for phase in observation.phases],
        "leads": [_lead(observation, lead) for lead in observation.leads],
        "lead_seconds": lead_seconds(observation),
        "interruptions": [
            {"text": interruption.value, **_stretch(interruption)}
            for interruption in observation.interruptions
        ],
        "people": [_person(person) for person in observation.people],
        "indicators": [
            _judgement(judgement, instrument.behaviour(judgement.code))
            for judgement in observation.judgements
        ],
        "answers": {
            answer.question.id: {
                "text": answer.texts[0],
                "draft": answer.draft,
                **({"also": list(answer.texts[1:])} if answer.texts[1:] else {}),
            }
            for answer in shown_answers(record, language)
        },
        "afterwards": {
            question: {"text": slot.value.text, "choice": slot.value.choice}
            for question, slot in observation.answers.items()
            if question in afterwards
        },
        "notes": [_note(note) for note in observation.notes],
        "board": dict(observation.board),
        "marks": [_seconds(mark.time) for mark in observation.marks],
        "problems": [translate(p.sentence) % dict(p.values) for p in observation.problems],
        "clock": [
            {"event": s.event, "cause": s.cause, "counted": s.counted, "wall": s.wall}
            for s in observation.steps
        ],
        "data": {"events": record.events, "received": record.received, "stamp": record.stamp},
    }


def lead_seconds(observation: Observation) -> dict[str, dict[str, int]]:
    """Return for how many seconds each person and each role led; nobody and not-recorded apart."""
    people: dict[str, int] = {}
    roles: dict[str, int] = {}
    for lead in observation.leads:
        role = (
            lead.value if lead.value in (NOBODY, NOT_RECORDED) else _role(observation, lead.value)
        )
        length = _seconds(lead.shown)
        people[lead.value] = people.get(lead.value, 0) + length
        roles[role] = roles.get(role, 0) + length
    return {"people": people, "roles": roles}


def _header(observation: Observation) -> dict[str, Any]:
    names = ("school", "unit", "place", "observer")
    header: dict[str, Any] = {
        name: observation.header[name].value if name in observation.header else "" for name in names
    }
    conflicts = {n: list(s.values) for n, s in observation.header.items() if s.conflict}
    begun = observation.begun
    if begun is not None:
        zone = str(begun.data.get("moment", begun.at))
        begin = local_time(observation.start, zone)
        end = local_time(observation.start + observation.end, zone)
        header |= {
            "date": begin.date().isoformat(),
            "begin": begin.isoformat(timespec="seconds"),
            "end": end.isoformat(timespec="seconds") if observation.ended else None,
        }
    return header | {
        "seconds": _seconds(observation.end),
        "ended": observation.ended,
        "finished": observation.finished,
        "review": observation.review.state,
        "source": "paper" if observation.from_paper else "live",
        **({"conflicts": conflicts} if conflicts else {}),
    }


def _lead(observation: Observation, lead: Interval) -> dict[str, Any]:
    return {"person": lead.value, "role": _role(observation, lead.value), **_stretch(lead)}


def _role(observation: Observation, code: str) -> str:
    person = observation.person(code)
    return person.role if person else ""


def _person(person: Participant) -> dict[str, Any]:
    description = person.description.value
    return {
        "person": person.person,
        "role": description.role,
        "expected": description.expected,
        "present": person.present,
        "reason": description.reason,
        "spells": [_stretch(spell) for spell in person.spells],
    }


def _judgement(judgement: Judgement, behaviour: str) -> dict[str, Any]:
    return {
        "code": judgement.code,
        "behaviour": behaviour,
        "actor": judgement.actor,
        "state": judgement.state,
        "times": [_seconds(s.time) for s in judgement.sightings if s.time is not None],
        "judged": judgement.judged,
        "source": judgement.source,
        "suggested": judgement.suggested,
        "sightings": [
            {
                "time": None if sighting.time is None else _seconds(sighting.time),
                "person": sighting.person,
                "judged": sighting.judged,
            }
            for sighting in judgement.sightings
        ],
    }


def _note(note: Note) -> dict[str, Any]:
    content = note.content.value
    also = [value.text for value in note.content.values[1:] if value != content]
    return {
        "time": None if note.time is None else _seconds(note.time),
        "text": content.text,
        "kind": content.kind,
        "tags": list(content.tags),
        "person": note.person,
        **({"also": also} if also else {}),
    }


def _stretch(interval: Interval) -> dict[str, int]:
    """Start and length in seconds, by the times that are shown."""
    return {"start": _seconds(interval.start), "seconds": _seconds(interval.shown)}


def _seconds(milliseconds: int) -> int:
    return milliseconds // 1000
