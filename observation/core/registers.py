"""How events become the study and its schools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import Problem
from .events import Event
from .records import Entry, Slot
from .slots import standing
from .story import read_story


@dataclass(frozen=True, slots=True)
class Study:
    """The study as it is recorded: its name, instrument and members' codes."""

    stream: str
    name: str = ""
    instrument: str = ""
    members: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    log: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class School:
    """A school (a case): its attributes, units, leaders, and which observations are of one session."""

    stream: str
    code: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    leaders: Mapping[str, Slot[Mapping[str, Any]]] = field(default_factory=dict)
    matched: tuple[tuple[str, ...], ...] = ()
    problems: tuple[Problem, ...] = ()
    log: tuple[Entry, ...] = ()


def fold_study(events: Iterable[Event]) -> Study:
    """Return the study that the events of its stream amount to. Total over any events."""
    story = read_story(events, "study-recorded")
    recorded = _data(story.of("study-recorded"), "")
    said = recorded[""].value if recorded else {}
    return Study(
        stream=story.stream,
        name=said.get("name", ""),
        instrument=said.get("instrument", ""),
        members=tuple(_data(story.of("member-recorded"), "member")),
        problems=story.problems,
        log=story.log,
    )


def fold_school(events: Iterable[Event]) -> School:
    """Return the school that the events of its stream amount to. Total over any events."""
    story = read_story(events, "school-recorded")
    recorded = _data(story.of("school-recorded"), "")
    said = recorded[""].value if recorded else {}
    return School(
        stream=story.stream,
        code=said.get("school", ""),
        attributes={name: said[name] for name in ATTRIBUTES if name in said},
        units=tuple(_data(story.of("unit-recorded"), "unit")),
        leaders=_data(story.of("leader-recorded"), "participant"),
        matched=tuple(tuple(e.event.data["observations"]) for e in story.of("sessions-matched")),
        problems=story.problems,
        log=story.log,
    )


ATTRIBUTES = ("sector", "denomination", "pupils")


def _data(entries: Iterable[Entry], key: str) -> dict[str, Slot[Mapping[str, Any]]]:
    """What stands of these events' data, by the value of one of its fields."""
    return standing(
        (entry.event.data.get(key, ""), entry.event, entry.event.data) for entry in entries
    )
