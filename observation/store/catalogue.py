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
        self._known: dict[tuple[str, str], tuple[str, Record | Damaged]] = {}

    def records(self, study: str) -> list[Record]:
        """Return the study's observations, sorted by label and stream; damaged ones are left out."""
        found = [record for record in self._all(study) if isinstance(record, Record)]
        return sorted(found, key=lambda r: (r.observation.label, r.observation.stream))

    def damaged(self, study: str) -> list[Damaged]:
        """Return why each observation of the study that cannot be read cannot be."""
        return [record for record in self._all(study) if isinstance(record, Damaged)]

    def find(self, label: str, study: str | None = None) -> Record:
        """Return the observation with this label; raise Refused when there is none, or several."""
        studies = [study] if study else self._events.studies()
        found = [r for id in studies for r in self.records(id) if r.observation.label == label]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(
                N_(
                    "%(number)s observations have the label “%(label)s”; name the study with --study."
                ),
                number=len(found),
                label=label,
            )
        known = ", ".join(r.observation.label for id in studies for r in self.records(id)[:20])
        raise Refused(
            N_("There is no observation “%(label)s” here. Known: %(known)s."),
            label=label,
            known=known or "-",
        )

    def _all(self, study: str) -> list[Record | Damaged]:
        versions = self._events.versions(study)
        return [
            self._one(study, stream, version)
            for stream, version in versions.items()
            if stream.startswith("observation/")
        ]

    def _one(self, study: str, stream: str, version: str) -> Record | Damaged:
        known = self._known.get((study, stream))
        if known is None or known[0] != version:
            # The version was taken before the read: a change meanwhile is folded at the next look.
            known = version, self._fold(study, stream)
            self._known[study, stream] = known
        return known[1]

    def _fold(self, study: str, stream: str) -> Record | Damaged:
        try:
            log = self._events.read(study, stream)
        except Damaged as damaged:
            return damaged
        return record_of(study, log, self._instrument_of(log.events))


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
        stamp=hashlib.sha256("".join(digests).encode()).hexdigest()[:8],
    )
