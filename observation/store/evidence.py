"""What a triangulation takes of a study, school by school: what was judged, and what was said."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from observation.core.cells import Case, Interviewed
from observation.core.errors import Refused
from observation.core.fold import fold_observation
from observation.core.interviews import (
    FOCUS_GROUP,
    Claim,
    Interview,
    Testimony,
    data_of,
    fold_interview,
    heard,
    said_of,
)
from observation.core.records import Interval, Sighting, Slot
from observation.core.registers import School, fold_school
from observation.core.sessions import Judged, Observed, observed_of
from observation.core.withdrawal import withheld

from . import EventStore, Log
from .looking import one_look
from .projection import Look, Projected, Projection
from .reading import read_stream
from .summary import Schedules, program


def observed_records(schedules: Schedules) -> Projection[Observed]:
    """Return the projection of observations to what a triangulation takes of them."""

    def of(log: Log) -> Any:
        instrument = schedules.pinned(log.events)
        made = observed_of(fold_observation(log.events, instrument), instrument)
        judged = [
            [code, actor, each.state, each.judged, [_sighting(s) for s in each.sightings]]
            for (code, actor), each in made.judgements.items()
        ]
        return [
            log.stream, made.label, made.school, made.unit, made.observer, made.day, made.state,
            list(made.leaders), list(made.present), judged, _track(made.phases), _track(made.leads),
            dict(made.roles), made.start, made.mark, dict(made.people),
        ]  # fmt: skip

    def read(value: Any) -> Observed:
        *described, leaders, present, judged, phases, leads, roles, start, mark, people = value
        stream, label, school, unit, observer, day, state = described
        judgements = {
            (code, actor): Judged(said, when, tuple(Sighting(*each) for each in sightings))
            for code, actor, said, when, sightings in judged
        }
        return Observed(
            stream, label, school, unit, observer, day, state,
            tuple(leaders), tuple(present), judgements, _intervals(phases), _intervals(leads),
            roles, start, mark, people,
        )  # fmt: skip

    version = hashlib.sha256(f"{program()} {schedules.digest}".encode()).hexdigest()[:16]
    return Projection("observed", "observation", version, of, read, lambda value: str(value[2]))


def interviews_without_words() -> Projection[Interview]:
    """Return the projection of interviews to what a verdict needs of them: all but what was said."""

    def of(log: Log) -> Any:
        found = fold_interview(log.events)
        header = dict(found.recorded.value) if found.recorded else None
        return [log.stream, header, [_without_words(claim) for claim in found.claims]]

    def read(value: Any) -> Interview:
        stream, header, claims = value
        return Interview(
            stream,
            None if header is None else Slot((header,), ("",)),
            tuple(
                Claim(id, stream, Slot(tuple(map(said_of, said)), tuple(ids)), tuple(events), by)
                for id, events, by, ids, said in claims
            ),
        )

    def school(value: Any) -> str:
        return str((value[1] or {}).get("school", ""))

    return Projection("testimony", "interview", program(), of, read, school)


class Evidence:
    """The cases of a store's studies; any number of threads may ask."""

    def __init__(
        self,
        events: EventStore,
        observed: Projected[Observed],
        interviews: Projected[Interview],
    ) -> None:
        self._events = events
        self.observed = observed
        self.interviews = interviews

    def look(self, study: str) -> tuple[Look[Observed], Look[Interview]]:
        """Return what is known of the study's observations and interviews, by stream."""
        with one_look():
            return self.observed.look(study), self.interviews.look(study)

    def case(self, study: str, school: School) -> Case:
        """Return the case of one school, with the words of its claims; raise Damaged for one of its interviews."""
        return next(self.told(study, [school]))

    def told(self, study: str, schools: Collection[School]) -> Iterator[Case]:
        """Yield the cases of these schools one by one, with the words of their claims; raise Damaged."""
        records, talked = self._by_school(study, schools)
        for school in schools:
            own = self._with_words(study, talked[school.code])
            told = withheld(own, [school]).of_school(school)
            yield _case(told, records[school.code], own, heard(own, [school]))

    def stamp(self, study: str, case: Case) -> str:
        """Return eight hexadecimal digits that change with any event of the school, its records or the study."""
        streams = {f"study/{study}", case.school.stream, *case.interviews}
        streams |= {each.stream for each in case.observed}
        digests = sorted(
            kept.digest
            for stream in streams
            for log in (read_stream(self._events, study, stream),)
            for kept in (*log.kept, *log.conflicts)
        )
        return hashlib.sha256("".join(digests).encode()).hexdigest()[:8]

    def cases(self, study: str, schools: Collection[School]) -> dict[str, Case]:
        """Return the cases of these schools by code, without the words of their claims."""
        records, talked = self._by_school(study, schools)
        return {
            school.code: _case(
                self._told(study, school, talked[school.code]),
                records[school.code],
                talked[school.code],
                heard(talked[school.code], [school]),
            )
            for school in schools
        }

    def _told(self, study: str, school: School, interviews: Iterable[Interview]) -> School:
        """The school without the words of who withdrew; where nobody did no interview is read for it."""
        if not any(consent.withdrawn for consent in school.consents.values()):
            return school
        return withheld(self._with_words(study, interviews), [school]).of_school(school)

    def _with_words(self, study: str, interviews: Iterable[Interview]) -> list[Interview]:
        return [
            fold_interview(read_stream(self._events, study, each.stream).events)
            for each in interviews
        ]

    def _by_school(
        self, study: str, schools: Collection[School]
    ) -> tuple[Mapping[str, list[Observed]], Mapping[str, list[Interview]]]:
        observed, interviews = self.look(study)
        codes = {school.code for school in schools}
        records: dict[str, list[Observed]] = defaultdict(list)
        for each in observed.values.of(*codes):
            records[each.school].append(each)
        talked: dict[str, list[Interview]] = defaultdict(list)
        for interview in interviews.values.of(*codes):
            talked[interview.school].append(interview)
        return records, talked

    def schools(self, study: str) -> tuple[list[School], list[Refused]]:
        """Return the study's schools that did not withdraw by code, and why others cannot be read."""
        found, damaged = [], []
        for stream in self._events.versions(study):
            if stream.startswith("school/"):
                try:
                    if events := read_stream(self._events, study, stream).events:
                        found.append(fold_school(events))
                except Refused as refused:
                    damaged.append(refused)
        staying = [school for school in found if not school.withdrawn("")]
        return sorted(staying, key=lambda school: (school.code, school.stream)), damaged


def _case(
    school: School,
    observed: Iterable[Observed],
    interviews: Iterable[Interview],
    testimony: Testimony,
) -> Case:
    taken: Mapping[str, Interviewed] = {
        each.stream: Interviewed(each.date, each.kind == FOCUS_GROUP, each.label)
        for each in interviews
    }
    return Case(
        school,
        tuple(sorted(observed, key=lambda each: (each.label, each.stream))),
        testimony.claims,
        taken,
        testimony.interviewed.get(school.code, ()),
    )


def _track(intervals: Iterable[Interval]) -> list[Any]:
    return [[each.value, each.start, each.end] for each in intervals]


def _intervals(track: Iterable[Any]) -> tuple[Interval, ...]:
    return tuple(Interval(value, start, end) for value, start, end in track)


def _sighting(each: Sighting) -> list[Any]:
    return [each.event, each.time, each.judged, each.person]


def _without_words(claim: Claim) -> list[Any]:
    said = [data_of(replace(each, text="")) for each in claim.said.values]
    return [claim.id, list(claim.events), claim.by, list(claim.said.events), said]
