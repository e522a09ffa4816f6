"""Who was at the session, when, and who led: the people of a story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .events import Event
from .kinds import RESERVED
from .records import NOBODY, NOT_RECORDED, Description, Participant, Slot
from .slots import standing
from .story import Story
from .timeline import Change, spells


def participants(story: Story, end: int) -> tuple[Participant, ...]:
    """Return everybody whom the events name, with the stretches in which they were there, to `end` ms."""
    described: list[tuple[str, Event, Description]] = []
    changes: dict[str, list[Change]] = {}
    traces = set(_leaders(story))
    for entry in story.of(
        "observation-begun", "person-recorded", "person-arrived", "person-departed"
    ):
        event, data = entry.event, entry.event.data
        if event.kind == "observation-begun":
            traces |= {listed["person"] for listed in data["people"] if listed["present"]}
            for listed in data["people"] if event is story.begun else ():
                described.append((listed["person"], event, _description(listed)))
                if listed["present"]:
                    arrival = (0, listed["person"], event.id)
                    changes.setdefault(listed["person"], []).append(arrival)
        elif event.kind == "person-recorded":
            described.append((data["person"], event, _description(data)))
        else:
            there = data["person"] if event.kind == "person-arrived" else ""
            changes.setdefault(data["person"], []).append((entry.time, there, event.id))
            traces.add(data["person"])
    slots = standing(described)
    nobody_said = Slot((Description(role="", expected=False),), ("",))
    return tuple(
        Participant(
            code,
            slots.get(code, nobody_said),
            spells(changes.get(code, ()), end),
            code in traces,
        )
        for code in dict.fromkeys([*slots, *changes, *_leaders(story)])
    )


def lead_changes(story: Story) -> Iterator[Change]:
    """Yield who leads from when; a leader who departs leaves nobody."""
    leading = NOT_RECORDED
    for entry in story.of("lead-taken", "person-departed"):
        if entry.event.kind == "lead-taken":
            leading = entry.event.data["lead"]
        elif entry.event.data["person"] == leading:
            leading = NOBODY
        else:
            continue
        yield entry.time, leading, entry.event.id


def _description(data: Mapping[str, Any]) -> Description:
    return Description(data["role"], data.get("expected", True), data.get("reason", ""))


def _leaders(story: Story) -> Iterator[str]:
    return (
        entry.event.data["lead"]
        for entry in story.of("lead-taken")
        if entry.event.data["lead"] not in RESERVED
    )
