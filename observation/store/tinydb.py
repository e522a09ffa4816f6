"""Events in TinyDB files, `<directory>/<study>/<kind>/<uuid>.json`, a file a stream; the registry beside.

What a save costs depends on its stream, never on the study. In a stream's file an event's id is
its document's id, so that an id can stand there once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from filelock import FileLock

from observation.core.errors import Refused
from observation.core.events import STREAM_KINDS, Event, stream_kind

from . import Damaged, Log, OtherStudy, Outcome, Receipt, Store
from .documents import documents, read_log
from .log import check_names, extended, united, with_shells
from .staging import finish, staged, staged_file, unfinished
from .tinyregistry import StagedRegistry, TinyRegistry
from .wholefile import Records, WholeFile, sync_folder

EVENTS = "events"  # the table of a stream's file
POLL = 0.002  # seconds between two tries for the lock; a save holds it for about as long


def open_tinydb(directory: str | Path) -> Store:
    """Open the store in a folder, made when absent; raise Refused if a newer program wrote it."""
    directory = Path(directory).absolute()
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)

    @contextmanager
    def lock() -> Iterator[None]:
        # A new FileLock each time opens the file anew, so it excludes threads and processes alike.
        with FileLock(directory / ".lock").acquire(poll_interval=POLL):
            finish(directory)
            yield

    @contextmanager
    def restoring() -> Iterator[Store]:
        with lock(), staged(directory) as draft:
            yield Store(StagedEvents(directory, draft), StagedRegistry(directory, draft), restoring)

    if unfinished(directory):
        with lock():
            pass
    registry = TinyRegistry(directory, lock)
    for kind in registry.kinds():
        with suppress(Damaged):  # named when it is used; a damaged registry hides no observation
            registry.list(kind)
    return Store(TinyEvents(directory, lock), registry, restoring, directory)


def open_scratch(directory: Path) -> Store:
    """Open a store in an empty folder to look at what is put into it: nothing there is durable."""
    events, registry = StagedEvents(directory, directory), StagedRegistry(directory, directory)
    return Store(events, registry, lambda: nullcontext(open_scratch(directory)), directory)


class TinyEvents:
    """EventStore in a folder. Readers do without the lock: a rename shows them whole files."""

    def __init__(self, directory: Path, lock: Callable[[], AbstractContextManager[object]]) -> None:
        self._directory = directory
        self._lock = lock

    def append(
        self, study: str, stream: str, events: Iterable[Event], receipt: Receipt
    ) -> list[Outcome]:
        events = list(events)
        with self._lock():
            log = self._own(study, stream)
            after, outcomes = extended(log, events, receipt)
            self._keep(study, log, after)
        return list(outcomes)

    def compose(
        self, study: str, stream: str, make: Callable[[Log], Sequence[Event]], receipt: Receipt
    ) -> list[Event]:
        with self._lock():
            log = self._own(study, stream)
            made = list(make(log))
            after, _ = extended(log, made, receipt)
            self._keep(study, log, after)
        return made

    def merge(self, study: str, log: Log) -> None:
        with self._lock():
            before = self._own(study, log.stream)
            self._keep(study, before, united(before, log))

    def erase(self, study: str, stream: str, ids: Iterable[str], erased: str) -> None:
        with self._lock():
            log = self.read(study, stream)
            self._keep(study, log, with_shells(log, ids, erased))

    def read(self, study: str, stream: str) -> Log:
        check_names(study, stream)
        return read_log(stream, Records(self._file(study, stream), EVENTS))

    def versions(self, study: str) -> dict[str, str]:
        check_names(study)
        found = {}
        for stream, entry in self._entries(study):
            try:
                stat = entry.stat()
                found[stream] = f"{stat.st_mtime_ns}-{stat.st_size}-{stat.st_ino}"
            except OSError:
                if os.path.lexists(
                    entry
                ):  # a link to nothing or to itself; whoever reads it says so
                    found[stream] = "unreadable"
        return dict(sorted(found.items()))

    def studies(self) -> list[str]:
        return [study for study in self._folders() if any(self._entries(study))]

    def study_of(self, stream: str) -> str | None:
        stream_kind(stream)
        for study in self._folders():
            if os.path.lexists(self._path(study, stream)):
                return study
        return None

    def _own(self, study: str, stream: str) -> Log:
        log = self.read(study, stream)
        if self.study_of(stream) not in (None, study):
            raise OtherStudy(stream)
        return log

    def _keep(self, study: str, before: Log, after: Log) -> None:
        file = self._file(study, after.stream)
        if after != before:
            file.write({EVENTS: documents(after)})
        elif after != Log(after.stream):
            # "Already kept" is an acknowledgement too: the call that kept it may have been killed,
            # or have failed, between the rename and the sync.
            file.sync()

    def _file(self, study: str, stream: str) -> WholeFile:
        return WholeFile(self._path(study, stream), stream, self._directory)

    def _path(self, study: str, stream: str) -> Path:
        return self._directory / study / f"{stream}.json"

    def _folders(self) -> list[str]:
        return sorted(name for name in os.listdir(self._directory) if _valid(name, None))

    def _entries(self, study: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        for kind in STREAM_KINDS:
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                os.scandir(self._directory / study / kind) as entries,
            ):
                for entry in entries:
                    stream = f"{kind}/{entry.name.removesuffix('.json')}"
                    if entry.name.endswith(".json") and _valid(study, stream):
                        yield stream, entry


class StagedEvents(TinyEvents):
    """The events of a store as they will be: all that is written goes to the folder of drafts."""

    def __init__(self, directory: Path, draft: Path) -> None:
        super().__init__(directory, nullcontext)
        self._draft = draft

    def _file(self, study: str, stream: str) -> WholeFile:
        return staged_file(self._path(study, stream), stream, self._directory, self._draft)


def _valid(study: str, stream: str | None) -> bool:
    try:
        check_names(study, stream)
    except Refused:
        return False
    return True
