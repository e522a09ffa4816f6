"""A study's observations: what lists say of all of them, and one of them folded whole."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from observation.core.agreement import (
    Doubly,
    Observers,
    compare_observers,
    disputable,
    judged_by_several,
    observed_doubly,
)
from observation.core.cells import Settings
from observation.core.coefficients import Said
from observation.core.doubles import doubles
from observation.core.errors import N_, Refused
from observation.core.events import Event, is_uuid
from observation.core.fold import fold_observation, pinned
from observation.core.instrument import Instrument
from observation.core.interviews import fold_interview
from observation.core.records import Record
from observation.core.registers import fold_school
from observation.core.sessions import Observed, Session, sessions_of
from observation.core.withdrawal import Withheld, withheld

from . import EventStore, Log
from .evidence import Evidence, interviews_without_words, observed_records
from .looking import one_look
from .projection import Look, Projected
from .reading import read_stream
from .rows import Rows
from .summary import (
    InterviewSummary,
    Schedules,
    SchoolSummary,
    Summary,
    begun_by,
    first_received,
    interview_summaries,
    school_summaries,
    summaries,
)


class Catalogue:
    """The observations of a store; any number of threads may read it.

    `path` is where summaries are kept between two runs; it may be deleted at any time.
    """

    def __init__(self, events: EventStore, schedules: Schedules, path: Path | None = None) -> None:
        self._events = events
        self._schedules = schedules
        self.path = path
        self._doubly: dict[tuple[object, ...], tuple[object, _Doubly]] = {}
        self._observers: dict[tuple[object, ...], tuple[list[_Doubly], Observers]] = {}
        self.summaries = Projected(events, summaries(schedules), Rows(path))
        self.school_summaries = Projected(events, school_summaries(), Rows(path))
        self.interview_summaries = Projected(events, interview_summaries(), Rows(path))
        self.evidence = Evidence(
            events,
            Projected(events, observed_records(schedules), Rows(path)),
            Projected(events, interviews_without_words(), Rows(path)),
        )

    def look(self, study: str) -> Look[Summary]:
        """Return the summaries of the study's observations by stream, and what cannot be read."""
        return self.summaries.look(study)

    def record(self, study: str, stream: str, now: int = 0) -> Record:
        """Return one observation, folded whole up to `now` (as for the fold); raise Damaged, or OSError."""
        log = self._events.read(study, stream)
        return record_of(study, log, self._schedules.pinned(log.events), now)

    def records(self, study: str) -> Iterator[Record]:
        """Yield every observation of the study that can be read, one at a time, by label and stream."""
        for summary in in_order(self.look(study).values.values()):
            yield self.record(study, summary.stream)

    def schools(self, study: str) -> list[SchoolSummary]:
        """Return the schools of the study that can be read and did not withdraw, by stream."""
        known = sorted(self.school_summaries.look(study).values.items())
        gone = self.withdrawn(study)
        return [each for _, each in known if each.school not in gone]

    def withdrawn(self, study: str) -> frozenset[str]:
        """Return the codes of the schools that withdrew: nothing of them is compared or leaves."""
        known = self.school_summaries.look(study).values.values()
        return frozenset(each.school for each in known if "" in each.withdrawn)

    def refuse_withdrawn(self, study: str, school: str) -> None:
        """Raise Refused for what is of a school that withdrew."""
        if school in self.withdrawn(study):
            raise Refused(
                N_(
                    "School %(school)s withdrew, so nothing of it leaves; a bundle and a backup hold it until it is erased."
                ),
                school=school,
            )

    def withheld(self, study: str) -> Withheld:
        """Return the words of claims that left with a consent, for what others wrote of them; raise Damaged."""
        known = self.school_summaries.look(study).values
        codes = {each.school for each in known.values() if each.withdrawn}
        if not codes:
            return Withheld()

        def read(stream: str) -> tuple[Event, ...]:
            return read_stream(self._events, study, stream).events

        streams = [stream for stream, each in known.items() if each.school in codes]
        heard = self.interviews(study).values.values()
        return withheld(
            [fold_interview(read(each.stream)) for each in heard if each.school in codes],
            [fold_school(read(stream)) for stream in streams],
        )

    def doubly(self, study: str, settings: Settings) -> list[Doubly]:
        """Return the sessions of several observers that these settings count, by day and label."""
        return _in_order(self._by_several(study, settings))

    def observers(self, study: str, settings: Settings) -> Observers:
        """Return how far the observers of these sessions agree, and all that they disagree on.

        It is worked out again when a record that is matched has changed.
        """
        every = list(self._by_several(study, settings))
        place = (study, settings.period, settings.approved_only)
        before, found = self._observers.get(place, ([], None))
        if found is None or list(map(id, before)) != list(map(id, every)):
            found = compare_observers(_in_order(every))
            self._observers[place] = every, found
        return found

    def doubles(self, study: str) -> list[tuple[str, Observed, Observed]]:
        """Return which records seem to be of one session, with the stream of their school, by label.

        No record is read of which no other observer has one of that unit and day.
        """
        with one_look():
            observed = self.evidence.observed.look(study).values
            schools = self._matchings(study)
            days: dict[str, dict[tuple[str, str], list[Summary]]] = {}
            for each in self.look(study).values.values():
                if each.begun and each.school in schools:
                    of_school = days.setdefault(each.school, {})
                    of_school.setdefault((each.unit, each.begun[:10]), []).append(each)
        return [
            (stream, one, other)
            for code, (stream, matched) in schools.items()
            for one, other in doubles(
                [
                    observed[each.stream]
                    for some in days.get(code, {}).values()
                    if _may_be_one(some, matched)
                    for each in some
                    if each.stream in observed
                ],
                matched,
            )
        ]

    def heeding_observers(self, study: str, settings: Settings) -> Settings:
        """Return the settings with the behaviours on which the study's observers agree too little.

        Agreement is of the sessions that the settings count, of all schools.
        """
        total: dict[str, Counter[Said]] = {}
        for each in self._by_several(study, settings):
            for behaviour, table in each.judged.items():
                total.setdefault(behaviour, Counter()).update(table)
        return replace(settings, disputable=disputable(total))

    def interviews(self, study: str) -> Look[InterviewSummary]:
        """Return what lists say of the study's interviews by stream, and what cannot be read."""
        return self.interview_summaries.look(study)

    def coded(self, study: str) -> list[tuple[str, ...]]:
        """Return the codes of every claim of the study that can be read."""
        return [codes for each in self.interviews(study).values.values() for codes in each.codes]

    def find(self, label: str, study: str | None = None) -> Record:
        """Return the observation with this label, stream or UUID; raise Refused for none or several."""
        studies = [study] if study else self._events.studies()
        stream = f"observation/{label.removeprefix('observation/')}"
        if is_uuid(stream.partition("/")[2]):
            owner = self._events.study_of(stream)
            if owner in studies:
                return self.record(owner, stream)
        looks = {id: self.look(id) for id in studies}
        known = [
            (id, each) for id, look in looks.items() for each in in_order(look.values.values())
        ]
        found = [(id, each) for id, each in known if each.label == label]
        if len(found) == 1:
            return self.record(found[0][0], found[0][1].stream)
        if found:
            raise Refused(
                N_(
                    "%(number)s observations have the label “%(label)s”; give one of these instead of it: %(streams)s."
                ),
                number=len(found),
                label=label,
                streams=", ".join(each.stream for _, each in found),
            )
        some = ", ".join(each.label for _, each in known[:20]) or "-"
        if damaged := sum(len(look.damaged) for look in looks.values()):
            raise Refused(
                N_(
                    "There is no observation “%(label)s” here. Known: %(known)s. Records that cannot be read: %(number)s; the command verify names them."
                ),
                label=label,
                known=some,
                number=damaged,
            )
        raise Refused(
            N_("There is no observation “%(label)s” here. Known: %(known)s."),
            label=label,
            known=some,
        )

    def erase(self, study: str, stream: str, ids: Iterable[str] | None, erased: str) -> None:
        """Erase these events, or all (None), as the store does, and all that was derived from the stream."""
        self._events.erase(study, stream, ids, erased)
        self._forget_derived(study, stream)

    def forget(self, study: str, stream: str, may: Callable[[Log], bool]) -> bool:
        """Leave nothing of the stream, as the store does, nor of what was derived from it; return whether."""
        gone = self._events.forget(study, stream, may)
        if gone:
            self._forget_derived(study, stream)
        return gone

    def _forget_derived(self, study: str, stream: str) -> None:
        self._doubly.clear()
        self._observers.clear()
        for derived in self.derived:
            derived.forget(study, stream)

    def _by_several(self, study: str, settings: Settings) -> Iterator[_Doubly]:
        """Yield of each school its sessions of several observers that the settings count.

        They stay as long as the versions of the records that are matched. No other record is read,
        unless one is matched by its label.
        """
        with one_look():
            look, schools = self.evidence.observed.look(study), self._matchings(study)
        for code, (_, matched) in schools.items():
            names = [name for together in matched for name in together]
            versions = [look.versions.get(name) for name in names]
            place = (study, code, settings.period, settings.approved_only)
            known, found = self._doubly.get(place, (None, _NONE))
            if known != (matched, versions) or None in versions:
                found = _Doubly.of(_matched(look, code, matched, settings))
                self._doubly[place] = (matched, versions), found
            yield found

    def _matchings(self, study: str) -> dict[str, tuple[str, list[tuple[str, ...]]]]:
        """By code, in order, the stream of each school and which of its records are matched."""
        schools: dict[str, tuple[str, list[tuple[str, ...]]]] = {}
        summaries = self.school_summaries.look(study).values
        gone = self.withdrawn(study)
        for stream in sorted(summaries):
            if summaries[stream].school in gone:
                continue
            _, matched = schools.setdefault(summaries[stream].school, (stream, []))
            matched += summaries[stream].matched
        return dict(sorted(schools.items()))

    @property
    def of_many(self) -> tuple[Projected[Any], ...]:
        """What is derived from records of which there may be very many, or very long ones."""
        return self.summaries, self.evidence.observed, self.evidence.interviews

    @property
    def derived(self) -> tuple[Projected[Any], ...]:
        """All that is derived from streams."""
        evidence = self.evidence.observed, self.evidence.interviews
        return self.summaries, self.school_summaries, self.interview_summaries, *evidence


@dataclass(frozen=True, slots=True)
class _Doubly:
    """The sessions of a school by several observers, and of each behaviour how often they judged what."""

    sessions: Sequence[Doubly] = ()
    judged: Mapping[str, Counter[Said]] = field(default_factory=dict)

    @classmethod
    def of(cls, sessions: Iterable[Session]) -> _Doubly:
        found = observed_doubly(sessions)
        return cls(found, judged_by_several(found))


_NONE = _Doubly()


def _in_order(schools: Iterable[_Doubly]) -> list[Doubly]:
    found = [one for each in schools for one in each.sessions]
    return sorted(found, key=lambda each: (each.session.day, each.session.label))


def _may_be_one(records: Sequence[Summary], matched: Iterable[Sequence[str]]) -> bool:
    """Whether several observers recorded a unit on one day, and not all that is matched already."""
    names = {each.stream for each in records}
    several = len({each.observer for each in records if each.observer}) > 1
    return several and not any(names.issubset(together) for together in matched)


def _matched(
    look: Look[Observed], code: str, matched: Sequence[tuple[str, ...]], settings: Settings
) -> list[Session]:
    """The sessions of several records of a school that the settings count."""
    names = {name for together in matched for name in together}
    own = [look.values[name] for name in names if name in look.values]
    if len(own) < len(names):  # some are named by their label
        own = list(look.values.of(code))
    found = sessions_of(filter(settings.may_use, own), matched)
    return [s for s in found if len(s.observed) > 1 and settings.period.holds(s.day)]


def in_order(found: Iterable[Summary]) -> list[Summary]:
    """Return them by label and stream."""
    return sorted(found, key=lambda each: (each.label, each.stream))


def record_of(study: str, log: Log, instrument: Instrument, now: int = 0) -> Record:
    """Return the record that a stream's log amounts to when folded with this instrument.

    `now` (ms since 1970, UTC) is how far the tracks of a session that goes on run.
    """
    received = [kept.receipt.received for kept in log.kept]
    digests = sorted(kept.digest for kept in (*log.kept, *log.conflicts))
    return Record(
        study=study,
        observation=fold_observation(
            log.events, instrument, [kept.event for kept in log.conflicts], now
        ),
        instrument=instrument,
        pinned=pinned(log.events) == (instrument.id, instrument.version, instrument.digest),
        received=max(received, default=""),
        first_received=first_received(log),
        events=len(log.kept),
        source=begun_by(log),
        stamp=hashlib.sha256("".join(digests).encode()).hexdigest()[:8],
    )
