"""A store that lasts as long as its process: for tests and for a look around."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from observation.core.events import Event, stream_kind

from . import Changed, Log, OtherStudy, Outcome, Receipt, Store
from .log import check_names, extended, open_only, united, with_shells


def open_memory() -> Store:
    """Return a new, empty store."""
    lock = threading.Lock()
    events, registry = MemoryEvents(lock), MemoryRegistry(lock)

    @contextmanager
    def restoring() -> Iterator[Store]:
        with lock:
            beside = open_memory()
            copied, written = beside.events, beside.registry
            assert isinstance(copied, MemoryEvents)
            assert isinstance(written, MemoryRegistry)
            copied._streams, written._values = events._streams.copy(), registry._values.copy()
            yield beside
            events._streams, registry._values = copied._streams, written._values

    return Store(events, registry, restoring)


class MemoryEvents:
    """EventStore in a dict. Readers do without the lock: one look-up sees one whole log."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._streams: dict[str, tuple[str, Log, int]] = {}  # stream: study, log, version

    def append(
        self, study: str, stream: str, events: Iterable[Event], receipt: Receipt
    ) -> list[Outcome]:
        events = list(events)
        with self._lock:
            log = self._own(study, stream)
            after, outcomes = extended(log, events, receipt)
            self._keep(study, log, after)
        return list(outcomes)

    def compose(
        self, study: str, stream: str, make: Callable[[Log], Sequence[Event]], receipt: Receipt
    ) -> list[Event]:
        with self._lock:
            log = self._own(study, stream)
            made = open_only(log, make(log))
            after, _ = extended(log, made, receipt)
            self._keep(study, log, after)
        return made

    def merge(self, study: str, log: Log) -> None:
        with self._lock:
            before = self._own(study, log.stream)
            self._keep(study, before, united(before, log))

    def erase(self, study: str, stream: str, ids: Iterable[str] | None, erased: str) -> None:
        with self._lock:
            log = self.read(study, stream)
            if self.study_of(stream) == study:
                self._keep(study, log, with_shells(log, ids, erased))

    def forget(self, study: str, stream: str, may: Callable[[Log], bool]) -> bool:
        with self._lock:
            log = self.read(study, stream)
            if self.study_of(stream) == study:
                if not may(log):
                    return False
                del self._streams[stream]
        return True

    def clean(self) -> bool:
        return True

    def read(self, study: str, stream: str) -> Log:
        check_names(study, stream)
        owner, log, _ = self._streams.get(stream, (study, Log(stream), 0))
        return log if owner == study else Log(stream)

    def versions(self, study: str) -> dict[str, str]:
        check_names(study)
        return {
            stream: str(version)
            for stream, (owner, _, version) in sorted(self._streams.copy().items())
            if owner == study
        }

    def studies(self) -> list[str]:
        return sorted({study for study, _, _ in self._streams.copy().values()})

    def study_of(self, stream: str) -> str | None:
        stream_kind(stream)
        return self._streams[stream][0] if stream in self._streams else None

    def _own(self, study: str, stream: str) -> Log:
        log = self.read(study, stream)
        if self.study_of(stream) not in (None, study):
            raise OtherStudy(stream)
        return log

    def _keep(self, study: str, before: Log, after: Log) -> None:
        if after != before:
            version = self._streams[after.stream][2] if after.stream in self._streams else 0
            self._streams[after.stream] = study, after, version + 1


class MemoryRegistry:
    """Registry in a dict. Values are held as JSON text, so that nobody can reach into them."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._values: dict[tuple[str, str], tuple[str, int]] = {}

    def get(self, kind: str, key: str) -> tuple[Any, int] | None:
        found = self._values.get((kind, key))
        return found and (json.loads(found[0]), found[1])

    def put(self, kind: str, key: str, value: Any, version: int | None) -> int:
        text = json.dumps(value, allow_nan=False)
        with self._lock:
            _, known = self._values.get((kind, key), (None, None))
            if known != version:
                raise Changed(kind, key)
            self._values[kind, key] = text, (known or 0) + 1
            return (known or 0) + 1

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        texts = {key: json.dumps(value, allow_nan=False) for key, value in values.items()}
        with self._lock:
            for key, text in texts.items():
                self._values.setdefault((kind, key), (text, 1))

    def delete(self, kind: str, *keys: str) -> None:
        with self._lock:
            for key in keys:
                self._values.pop((kind, key), None)

    def forget(self, kind: str) -> None:
        with self._lock:
            for place in [each for each in self._values if each[0] == kind]:
                del self._values[place]

    def list(self, kind: str) -> dict[str, Any]:
        return {
            key: json.loads(text)
            for (owner, key), (text, _) in sorted(self._values.copy().items())
            if owner == kind
        }

    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted({kind for kind, _ in self._values.copy()}))
