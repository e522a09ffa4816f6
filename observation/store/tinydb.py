"""Events in TinyDB files, `<directory>/<study>/<kind>/<uuid>.json`, a file a stream; the registry beside.

What a save costs depends on its stream, never on the study. In a stream's file an event's id is
its document's id, so that an id can stand there once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from observation.core.errors import N_
from observation.core.events import STREAM_KINDS, Event, is_uuid, stream_kind

from . import Damaged, Log, OtherStudy, Outcome, Receipt, Store
from .documents import lines_of, read_log
from .folders import Folders
from .lock import Lock, Locking
from .log import (
    WITH_CONTENT,
    check_names,
    closing_id,
    extended,
    is_closed,
    open_only,
    united,
    with_shells,
)
from .looking import once
from .staging import finish, staged, staged_file, unfinished
from .tinyregistry import StagedRegistry, TinyRegistry
from .wholefile import Lines, WholeFile, parsed

EVENTS = "events"  # the table of a stream's file
MARK = "format.json"  # a file of the store's format, without a table


def open_tinydb(directory: str | Path) -> Store:
    """Open the store in a folder, made when absent; raise Refused if a newer program wrote it."""
    folders = Folders(Path(directory).absolute())
    held = Lock(folders.top / ".lock")

    @contextmanager
    def lock() -> Iterator[None]:
        with held():
            finish(folders.top)
            yield

    @contextmanager
    def restoring() -> Iterator[Store]:
        with lock(), staged(folders.top) as draft:
            yield Store(StagedEvents(folders, draft), StagedRegistry(folders, draft), restoring)

    if unfinished(folders.top):
        with lock():
            pass
    _mark(folders, lock)
    registry = TinyRegistry(folders, lock)
    for kind in registry.kinds():
        with suppress(Damaged):  # named when it is used; a damaged registry hides no observation
            registry.list(kind)
    return Store(TinyEvents(folders, lock), registry, restoring, folders.top)


def open_scratch(directory: Path) -> Store:
    """Open a store in an empty folder to look at what is put into it: nothing there is durable."""
    folders = Folders(directory)
    events, registry = StagedEvents(folders, directory), StagedRegistry(folders, directory)
    return Store(events, registry, lambda: nullcontext(open_scratch(directory)), directory)


class TinyEvents:
    """EventStore in a folder. Readers do without the lock: a rename shows them whole files."""

    def __init__(self, folders: Folders, lock: Locking) -> None:
        self._folders = folders
        self._directory = folders.top
        self._lock = lock

    def append(
        self, study: str, stream: str, events: Iterable[Event], receipt: Receipt
    ) -> list[Outcome]:
        events = list(events)
        with self._lock():
            return self._extend(study, stream, self._own(study, stream), events, receipt)

    def compose(
        self, study: str, stream: str, make: Callable[[Log], Sequence[Event]], receipt: Receipt
    ) -> list[Event]:
        with self._lock():
            lines = self._own(study, stream)
            before = _log(stream, lines)
            made = open_only(before, make(before))
            self._extend(study, stream, lines, made, receipt)
        return made

    def merge(self, study: str, log: Log) -> None:
        ids = {item.event.id for item in log.kept} | {shell.id for shell in log.shells}
        with self._lock():
            lines = self._own(study, log.stream)
            before = _log(log.stream, lines, None if is_closed(log) else ids)
            self._keep(study, lines, before, united(before, log))

    def erase(self, study: str, stream: str, ids: Iterable[str] | None, erased: str) -> None:
        ids = None if ids is None else set(ids)
        with self._lock():
            if ids is None:  # what a restore found damaged
                path = self._path(study, stream)
                for beside in path.parent.glob(f"{path.name}.damaged-*"):
                    beside.unlink()
            lines = self._lines(study, stream)
            before = _log(stream, lines, ids)
            if lines or self.study_of(stream) == study:
                self._keep(study, lines, before, with_shells(before, ids, erased))

    def forget(self, study: str, stream: str, may: Callable[[Log], bool]) -> bool:
        with self._lock():
            lines = self._lines(study, stream)
            if lines and not may(_log(stream, lines)):
                return False
            path = self._path(study, stream)
            for beside in path.parent.glob(f"{path.name}.*"):  # damaged, or of a killed writer
                beside.unlink()
            # The folders stay, empty: whoever relies on their names has made them durable once.
            self._file(study, stream).remove()
        return True

    def clean(self) -> bool:
        with self._lock():  # by a writer that was killed, or what a restore found damaged
            damaged = [f"registry/{kind}.json.damaged-*" for kind in WITH_CONTENT]
            for pattern in ("*/**/*.draft", *damaged):
                for left in self._directory.glob(pattern):
                    left.unlink(missing_ok=True)
        return True

    def read(self, study: str, stream: str) -> Log:
        return _log(stream, self._lines(study, stream))

    def versions(self, study: str) -> dict[str, str]:
        check_names(study)
        return once(self, study, lambda: self._versions(study))

    def _versions(self, study: str) -> dict[str, str]:
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
        return [study for study in self._studies() if any(self._entries(study))]

    def study_of(self, stream: str) -> str | None:
        stream_kind(stream)
        for study in self._studies():
            if os.path.lexists(self._path(study, stream)):
                return study
        return None

    def _own(self, study: str, stream: str) -> Lines:
        lines = self._lines(study, stream)
        if not lines and self.study_of(stream) not in (None, study):
            raise OtherStudy(stream)
        return lines

    def _lines(self, study: str, stream: str) -> Lines:
        check_names(study, stream)
        return (self._file(study, stream).lines() or {}).get(EVENTS, {})

    def _extend(
        self, study: str, stream: str, lines: Lines, events: Sequence[Event], receipt: Receipt
    ) -> list[Outcome]:
        before = _log(stream, lines, {event.id for event in events})
        after, outcomes = extended(before, events, receipt)
        self._keep(study, lines, before, after)
        return list(outcomes)

    def _keep(self, study: str, lines: Lines, before: Log, after: Log) -> None:
        """Write what became of the events that were looked at; all other lines stay as they are."""
        file = self._file(study, after.stream)
        if after != before:
            file.write_lines({EVENTS: lines | lines_of(after)})
        elif lines:
            # "Already kept" is an acknowledgement too: the call that kept it may have been killed,
            # or have failed, between the rename and the sync.
            file.sync()

    def _file(self, study: str, stream: str) -> WholeFile:
        return WholeFile(self._path(study, stream), stream, self._folders)

    def _path(self, study: str, stream: str) -> Path:
        return self._directory / study / f"{stream}.json"

    def _studies(self) -> list[str]:
        return sorted(name for name in os.listdir(self._directory) if is_uuid(name))

    def _entries(self, study: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        for kind in STREAM_KINDS:
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                os.scandir(self._directory / study / kind) as entries,
            ):
                for entry in entries:
                    id = entry.name.removesuffix(".json")
                    if id != entry.name and is_uuid(id):
                        yield f"{kind}/{id}", entry


class StagedEvents(TinyEvents):
    """The events of a store as they will be: all that is written goes to the folder of drafts."""

    def __init__(self, folders: Folders, draft: Path) -> None:
        super().__init__(folders, nullcontext)
        self._draft = draft

    def forget(self, study: str, stream: str, may: Callable[[Log], bool]) -> bool:
        raise RuntimeError("a draft that is not there would leave what is")

    def _file(self, study: str, stream: str) -> WholeFile:
        return staged_file(self._path(study, stream), stream, self._folders, self._draft)


def _mark(folders: Folders, lock: Locking) -> None:
    """Write down the format of the store, which a program that knows only older ones refuses.

    A store without a mark is of the first format, and a damaged mark is none: it holds nothing else,
    and each file says its own format too. A disk that is full or may not be written to keeps nobody
    from reading.
    """
    mark = WholeFile(folders.top / MARK, str(folders.top), folders)

    def missing() -> bool:
        try:
            return mark.lines() is None
        except Damaged:
            return True

    with suppress(OSError):
        if missing():
            with lock():
                if missing():
                    mark.write_lines({})


def _log(stream: str, lines: Lines, ids: Iterable[str] | None = None) -> Log:
    """The log that the lines stand for, or only what they say of these events.

    What becomes of an event depends on what is there under its id and on nothing else of the
    stream: so a save looks into a few lines, however many there are.
    """
    wanted = lines if ids is None else [i for i in {*ids, closing_id(stream)} if i in lines]
    try:
        return read_log(stream, parsed(lines[id] for id in wanted))
    except ValueError:
        raise Damaged(stream, N_("it is not a file of this program")) from None
