"""A study's observations, folded: what lists and exports read.

Derived from the streams and from nothing else. A stream is folded again only when its version
changed, so the cost of a look depends on what changed since the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from observation.core.errors import N_, Refused
from observation.core.events import Event
from observation.core.fold import fold_observation, pinned
from observation.core.instrument import Instrument
from observation.core.records import Record

from . import Damaged, EventStore, Log

InstrumentOf = Callable[[Iterable[Event]], Instrument]


class Catalogue:
    """The observations of a store; any number of threads may read it.

    `instrument_of` returns the instrument that an observation's events are to be folded with.
    """

    def __init__(self, events: EventStore, instrument_of: InstrumentOf) -> None:
        self._events = events
        self._instrument_of = instrument_of
        self._known: dict[tuple[str, str], tuple[str, Record]] = {}

    def records(self, study: str) -> list[Record]:
        """Return the study's observations by label and stream; those that cannot be read are left out."""
        found = [record for record in self._all(study) if isinstance(record, Record)]
        return sorted(found, key=lambda r: (r.observation.label, r.observation.stream))

    def damaged(self, study: str) -> list[Refused]:
        """Return why each observation of the study that cannot be read cannot be."""
        return [record for record in self._all(study) if isinstance(record, Refused)]

    def find(self, label: str, study: str | None = None) -> Record:
        """Return the observation with this label, stream or UUID; raise Refused for none or several."""
        studies = [study] if study else self._events.studies()
        records = [record for id in studies for record in self.records(id)]
        streams = label, f"observation/{label}"
        found = [r for r in records if r.observation.stream in streams]
        found = found or [r for r in records if r.observation.label == label]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(
                N_(
                    "%(number)s observations have the label “%(label)s”; give one of these instead of it: %(streams)s."
                ),
                number=len(found),
                label=label,
                streams=", ".join(r.observation.stream for r in found),
            )
        known = ", ".join(record.observation.label for record in records[:20]) or "-"
        if damaged := sum(len(self.damaged(id)) for id in studies):
            raise Refused(
                N_(
                    "There is no observation “%(label)s” here. Known: %(known)s. Records that cannot be read: %(number)s; the command verify names them."
                ),
                label=label,
                known=known,
                number=damaged,
            )
        raise Refused(
            N_("There is no observation “%(label)s” here. Known: %(known)s."),
            label=label,
            known=known,
        )

    def _all(self, study: str) -> list[Record | Refused]:
        versions = self._events.versions(study)
        return [
            self._one(study, stream, version)
            for stream, version in versions.items()
            if stream.startswith("observation/")
        ]

    def _one(self, study: str, stream: str, version: str) -> Record | Refused:
        known = self._known.get((study, stream))
        if known is not None and known[0] == version:
            return known[1]
        try:
            log = read_stream(self._events, study, stream)
        except Refused as refused:
            return refused  # not remembered: what keeps it from being read may pass
        record = record_of(study, log, self._instrument_of(log.events))
        # The version was taken before the read: a change meanwhile is folded at the next look.
        self._known[study, stream] = version, record
        return record


def read_stream(events: EventStore, study: str, stream: str) -> Log:
    """Return the stream; raise Damaged also when the system cannot read it, with its words.

    What reads many streams reads them by this, so that one of them never hides the others.
    """
    try:
        return events.read(study, stream)
    except OSError as error:
        raise Damaged(stream, error.strerror or str(error)) from error


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
        first_received=min(received, default=""),
        events=len(log.kept),
        source=begun_by(log),
        stamp=hashlib.sha256("".join(digests).encode()).hexdigest()[:8],
    )


def begun_by(log: Log) -> str:
    """Return the device or account that the beginning of an observation first came from, or ""."""
    begun = [kept for kept in log.kept if kept.event.kind == "observation-begun"]
    first = min(begun, key=lambda kept: (kept.receipt.received, kept.event.id), default=None)
    return first.receipt.source if first else ""
