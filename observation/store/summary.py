"""The projections there are: what lists say of an observation, an interview and a school."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Protocol

from observation.core.events import Event, local_time
from observation.core.fold import outline
from observation.core.instrument import Instrument
from observation.core.interviews import UNJUDGED, fold_interview
from observation.core.registers import fold_school
from observation.core.rulings import verdicts_by

from . import Log
from .projection import Projection

BEGINNINGS = ("observation-begun", "interview-recorded")
SOURCES = {
    "observation.core": (),
    "observation.store": ("summary.py", "evidence.py", "projection.py"),
}  # what a value depends on


class Schedules(Protocol):
    """The instruments that observations were made with; `digest` is another one when they are others."""

    @property
    def digest(self) -> str: ...

    def pinned(self, events: Iterable[Event]) -> Instrument:
        """Return the instrument that these events of an observation are folded with."""


@dataclass(frozen=True, slots=True)
class Summary:
    """An observation in a list. What is not known is empty.

    `begun` is the wall clock of the place, ISO 8601; `start` is in ms since 1970, `end` in ms since
    the start. `problems` is how many things need a look, `people` code and role of everybody who was
    expected, `first_received` and `source` when and from where it first came.
    """

    stream: str
    label: str
    school: str
    unit: str
    place: str
    observer: str
    begun: str
    start: int
    end: int
    ended: bool
    state: str
    problems: int
    people: tuple[tuple[str, str], ...]
    events: int
    first_received: str
    source: str

    @property
    def uuid(self) -> str:
        """The observation's part of its address."""
        return self.stream.partition("/")[2]

    @property
    def day(self) -> datetime | None:
        """When it began by the wall clock of the place, or None."""
        return datetime.fromisoformat(self.begun) if self.begun else None


FIELDS = tuple(field.name for field in fields(Summary))


def summaries(schedules: Schedules) -> Projection[Summary]:
    """Return the projection of observations to summaries."""

    def of(log: Log) -> Any:
        return _plain(summary_of(log, schedules.pinned(log.events)))

    version = hashlib.sha256(f"{program()} {schedules.digest}".encode()).hexdigest()[:16]
    return Projection("summary", "observation", version, of, _read)


@dataclass(frozen=True, slots=True)
class SchoolSummary:
    """The code of a school and those of its units and leaders; by respondent the focus group, or "".

    `withdrawn` are the respondents of whom nothing may be used any more; "" is the school as a whole.
    `matched` are the observations of one session each, `ruled` what several researchers ruled of a cell.
    """

    school: str
    units: tuple[str, ...]
    leaders: tuple[str, ...]
    respondents: Mapping[str, str]
    withdrawn: tuple[str, ...]
    matched: tuple[tuple[str, ...], ...]
    ruled: tuple[tuple[str, ...], ...]


def school_summaries() -> Projection[SchoolSummary]:
    """Return the projection of schools to the codes that are known of them."""

    def of(log: Log) -> Any:
        school = fold_school(log.events)
        groups = {code: each.group for code, each in school.respondents.items()}
        gone = sorted(code for code, consent in school.consents.items() if consent.withdrawn)
        together = list(map(list, school.matched))
        ruled = list(map(list, verdicts_by(school.rulings)))
        return [
            school.code,
            list(school.units),
            list(school.leaders),
            groups,
            gone,
            together,
            ruled,
        ]

    def read(value: Any) -> SchoolSummary:
        code, units, leaders, groups, gone, *pairs = value
        matched, ruled = (tuple(map(tuple, each)) for each in pairs)
        return SchoolSummary(
            code, tuple(units), tuple(leaders), groups, tuple(gone), matched, ruled
        )

    return Projection("schools", "school", program(), of, read)


@dataclass(frozen=True, slots=True)
class InterviewSummary:
    """An interview or focus group in a list; `codes` are those of each claim, `unjudged` is how many
    claims have a stance or mode that is not judged, `problems` how many things need a look.

    `next_number` is that of the next claim. `sent` is how many of its events each source sent first,
    `source` where its beginning came from.
    """

    stream: str
    label: str
    kind: str
    school: str
    date: str
    topic_list: str
    participants: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    unjudged: int
    problems: int
    next_number: int
    sent: Mapping[str, int]
    source: str

    @property
    def uuid(self) -> str:
        """The interview's part of its address."""
        return self.stream.partition("/")[2]


def interview_summaries() -> Projection[InterviewSummary]:
    """Return the projection of interviews to what lists say of them."""

    def of(log: Log) -> Any:
        found = fold_interview(log.events)
        said = [claim.said.value for claim in found.claims]
        return [
            found.stream or log.stream, found.label, found.kind, found.school, found.date,
            found.topic_list, list(found.participants), [list(each.codes) for each in said],
            sum(UNJUDGED in (each.stance, each.mode) for each in said), len(found.problems),
            found.next_number, Counter(kept.receipt.source for kept in log.kept), begun_by(log),
        ]  # fmt: skip

    def read(value: Any) -> InterviewSummary:
        *described, participants, codes, unjudged, problems, number, sent, source = value
        stream, label, kind, school, date, topic_list = described
        return InterviewSummary(
            stream, label, kind, school, date, topic_list, tuple(participants),
            tuple(map(tuple, codes)), unjudged, problems, number, sent, source,
        )  # fmt: skip

    return Projection("interviews", "interview", program(), of, read)


def summary_of(log: Log, instrument: Instrument) -> Summary:
    """Return what lists say of an observation, when folded with this instrument."""
    found = outline(log.events, instrument, [kept.event for kept in log.conflicts])
    begun, header = found.story.begun, found.header
    said = {name: slot.value for name, slot in header.items()}
    zone = str(begun.data.get("moment", begun.at)) if begun else ""
    return Summary(
        stream=log.stream,
        label=said.get("label", log.stream),
        school=said.get("school", ""),
        unit=said.get("unit", ""),
        place=said.get("place", ""),
        observer=said.get("observer", ""),
        begun=local_time(found.story.start, zone).isoformat() if begun else "",
        start=found.story.start,
        end=found.end,
        ended=found.ended,
        state=found.review.state,
        problems=len(found.problems),
        people=tuple(
            (each.person, each.role)
            for each in found.people
            if each.role and each.description.value.expected
        ),
        events=len(log.kept),
        first_received=first_received(log),
        source=begun_by(log),
    )


def first_received(log: Log) -> str:
    """Return when the first of an observation's events came in, or ""."""
    return min((kept.receipt.received for kept in log.kept), default="")


def begun_by(log: Log) -> str:
    """Return the device or account that the beginning of a stream first came from, or ""."""
    begun = [kept for kept in log.kept if kept.event.kind in BEGINNINGS]
    first = min(begun, key=lambda kept: (kept.receipt.received, kept.event.id), default=None)
    return first.receipt.source if first else ""


def _plain(summary: Summary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in FIELDS}


def _read(value: Any) -> Summary:
    return Summary(**(value | {"people": tuple(map(tuple, value["people"]))}))


@cache
def program() -> str:
    """Return the digest of the code that folds: with another program there are other values."""
    found = hashlib.sha256()
    for package, only in SOURCES.items():
        files = {each.name: each for each in resources.files(package).iterdir() if each.is_file()}
        for name in sorted(files):
            if name.endswith(".py") and (not only or name in only):
                found.update(files[name].read_bytes())
    return found.hexdigest()
