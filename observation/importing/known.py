"""What a study knows that an import is read beside: registers, codebook, which interviews there are."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from observation.core.codebook import Codebook, open_codebook
from observation.core.events import Event, stream_kind, utc
from observation.core.instrument import Instrument
from observation.core.interviews import fold_interview
from observation.core.registers import School, Study, fold_school, fold_study
from observation.instruments.codebooks import codebook_file

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)  # a file does not say when it was recorded
IMPORT = "import"  # the `boot` of imported events
Read = Callable[[str], Iterable[Event]]  # the events of a stream


@dataclass(frozen=True, slots=True)
class Known:
    """The study, who imports (`by`), schools by code, and interviews' streams, by label and all of them.

    `respondents` says of every code, in capitals, in which schools it is: school and code as written.
    """

    id: str
    by: str
    study: Study
    instrument: Instrument
    codebook: Codebook
    schools: Mapping[str, School]
    interviews: Mapping[str, str]
    streams: frozenset[str]
    respondents: Mapping[str, tuple[tuple[str, str], ...]]

    def stream(self, kind: str, name: str) -> str:
        """Return the stream of what is new: the same name gives the same in every import."""
        return f"{kind}/{uuid.uuid5(uuid.UUID(self.id), f'{kind} {name}')}"

    def school_stream(self, code: str) -> str:
        """Return the stream of a school, there or new."""
        found = self.schools.get(code)
        return found.stream if found else self.stream("school", code)


def known_of(
    study: str,
    by: str,
    streams: Iterable[str],
    read: Read,
    instrument_of: Callable[[str], Instrument],
) -> Known:
    """Return what the streams of a study amount to; raise Refused when its instrument is not here.

    One interview at a time is read, and of each only the label kept.
    """
    streams = sorted(streams)
    folded = Study("")
    schools: dict[str, School] = {}
    interviews: dict[str, str] = {}
    respondents: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for stream in streams:
        kind = stream_kind(stream)
        if kind == "observation":
            continue
        events = tuple(read(stream))
        if not events:  # erased
            continue
        if kind == "study":
            folded = fold_study(events)
        elif kind == "school":
            school = fold_school(events)
            schools.setdefault(school.code, school)
            for code in school.respondents:
                respondents[code.upper()].append((school.code, code))
        elif kind == "interview":
            interviews.setdefault(fold_interview(events).label.casefold(), stream)
    instrument = instrument_of(folded.instrument)
    codebook = open_codebook(codebook_file(instrument.id), instrument, folded.versions)
    return Known(
        study,
        by or next(iter(folded.members), "import"),
        folded,
        instrument,
        codebook,
        schools,
        interviews,
        frozenset(stream for stream in streams if stream.startswith("interview/")),
        {code: tuple(found) for code, found in respondents.items()},
    )


def imported(
    stream: str, name: str, kind: str, by: str, data: Mapping[str, object], place: int = 0
) -> Event:
    """Return the event that an import makes of what it calls by this name: always the same.

    Each is the first event of a device of its own, so that no number depends on what came before.
    `place` orders those that a file says in an order.
    """
    id = str(uuid.uuid5(uuid.UUID(stream.partition("/")[2]), name))
    return Event(
        id=id,
        stream=stream,
        kind=kind,
        at=utc(NO_DATE + timedelta(milliseconds=place)),
        elapsed=0,
        device=f"import-{id}",
        boot=IMPORT,
        seq=1,
        by=by,
        data=data,
    )
