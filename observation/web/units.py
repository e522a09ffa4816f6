"""What a new observation starts from: the units that are known, who was there, the next label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from observation.core.events import Event
from observation.core.registers import fold_study
from observation.settings import Context
from observation.store import Damaged
from observation.store.projection import Look
from observation.store.reading import read_stream
from observation.store.summary import SchoolSummary, Summary


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a school, with who was expected there last time."""

    school: str
    unit: str
    people: tuple[Mapping[str, Any], ...] = ()
    place: str = ""

    @property
    def name(self) -> str:
        """How the unit is chosen."""
        return f"{self.school} · {self.unit}"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a study before an observation begins."""

    units: tuple[Unit, ...]
    members: tuple[str, ...]
    labels: tuple[str, ...]


def known(context: Context, study: str, look: Look[Summary] | None = None) -> Known:
    """Return what is known of the study, by a look at it where one was just taken.

    What cannot be read is left out, since beginning must work.
    """
    look = look or context.catalogue.look(study)
    studies = sorted(stream for stream in look.streams if stream.startswith("study/"))
    members = [fold_study(_events(context, study, stream)).members for stream in studies]
    schools = context.catalogue.schools(study)
    gone = context.catalogue.withdrawn(study)
    found = [each for each in look.values.values() if each.school not in gone]
    return Known(
        units=tuple(_units(schools, found)),
        members=tuple(members[0]) if members else (),
        labels=tuple(summary.label for summary in look.values.values()),
    )


def next_label(school: str, labels: Iterable[str]) -> str:
    """Return the next label of a school, `A-02` when `A-01` is known; empty without a school."""
    return f"{school}-{highest_number(school, labels) + 1:02d}" if school else ""


def highest_number(school: str, labels: Iterable[str]) -> int:
    """Return the highest number that a label of the school has, 0 when there is none."""
    form = re.compile(re.escape(school) + r"-(\d+)")
    return max((int(match[1]) for label in labels if (match := form.match(label))), default=0)


def _events(context: Context, study: str, stream: str) -> tuple[Event, ...]:
    try:
        return read_stream(context.store.events, study, stream).events
    except Damaged:
        return ()


def _units(schools: Iterable[SchoolSummary], found: Iterable[Summary]) -> Iterator[Unit]:
    """Every unit that is known, with the people of its last observation."""
    last: dict[tuple[str, str], Summary] = {}
    for each in sorted(found, key=lambda each: (each.start, each.label, each.stream)):
        if each.school and each.unit:
            last[each.school, each.unit] = each
    named = [(each.school, unit) for each in schools for unit in each.units]
    for school, unit in sorted(dict.fromkeys([*named, *last])):
        before = last.get((school, unit))
        if before is None:
            yield Unit(school, unit)
            continue
        people = tuple(
            {"person": person, "role": role, "present": True, "reason": ""}
            for person, role in before.people
        )
        yield Unit(school, unit, people, before.place)
