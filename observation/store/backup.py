"""A backup: all that a store holds in one file, which counts once it was restored on trial."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.core.work import Progress, Step, quietly

from . import Damaged, Store
from .backup_file import LEFT_OUT, Backup, Item, Kind, Missing, Schedule, Stream, write_backup
from .backup_state import Checked, Clock, State, Work, state, this_host, working
from .drafts import drafted
from .reading import read_stream
from .restore import put_back
from .tinydb import open_scratch

KEPT = 14  # backups in the folder of the nightly ones
WRITTEN, RESTORED, COMPARED = (
    N_("Records written"),
    N_("Kilobytes restored on trial"),
    N_("Records compared"),
)
NAME, SUFFIX = "backup-", ".jsonl.gz"  # and between them the time, so that names sort by it


def make_backup(
    store: Store, schedules: Path, target: Path, clock: Clock, progress: Progress = quietly
) -> Checked:
    """Write all of the store, and the own schedules of the folder, to the file; return what it holds.

    It takes the place of the file only after it was restored into a scratch folder beside it and
    compared with what was read; what is deposited meanwhile does not matter. What cannot be read is
    left out and named. Raises Busy when another one is being made, Refused when what is restored
    differs, and OSError, such as of a full disk; the reason then stands in the registry.
    """
    with working(store, clock, progress) as work:
        return _made(store, schedules, target, work)


def is_due(store: Store, now: datetime, running: bool = True) -> bool:
    """Return whether a backup is to be made now: there is something, and none of it since last night.

    One whose file is gone is none, and so is one of which nothing can be read any more. Without
    `running` one that is being made does not matter.
    """
    try:
        found = state(store.registry, now)
    except Damaged:
        found = State()
    if found.last and found.last.is_gone():
        found = replace(found, last=None)
    if not running:
        found = replace(found, running=None)
    return found.due(now) and bool(store.events.studies())


def make_nightly(
    store: Store,
    schedules: Path,
    folder: Path,
    clock: Clock,
    always: bool = True,
    progress: Progress = quietly,
) -> Checked | None:
    """Do what `make_backup` does in the folder of the nightly ones, and keep the newest 14 there.

    Without `always` only when one is due, else None: another server may have made it meanwhile.
    While something cannot be read, none is removed: an older one may be the last that holds it.
    """
    with working(store, clock, progress) as work:
        if not (always or is_due(store, clock(), running=False)):
            work.ended()
            return None
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f".{NAME}*"):  # by one that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        target = folder / f"{NAME}{work.since.replace(':', '-')}{SUFFIX}"
        made = _made(store, schedules, target, work)
        if not made.contents.missing:
            others = sorted(set(folder.glob(f"{NAME}*{SUFFIX}")) - {target})
            for old in others[: -(KEPT - 1)]:
                old.unlink()
        return made


def _made(store: Store, schedules: Path, target: Path, work: Work) -> Checked:
    if target.is_dir():
        raise Refused(N_("“%(file)s” is a folder; a backup needs the name of a file."), file=target)
    target = Path(os.path.realpath(target))
    read = _Reading(store, schedules, work, Step(WRITTEN, part=1, parts=3))
    with drafted(target) as file:
        contents = write_backup(file, work.since, read.items())
        file.flush()
        scratch = target.with_name(f".{target.name}.check")
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            given = _restored(Path(file.name), scratch, work)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        if given != read.seen:
            different = dict(given.items() ^ read.seen.items())
            raise Refused(
                N_("What is restored from the backup is not what was read: %(names)s."),
                names=", ".join(sorted(different)[:5]),
            )
        size = os.stat(file.name).st_size
        work.tell(Step(COMPARED, contents.streams, contents.streams, 3, 3, last=True))
    made = Checked(str(target), work.since, size, contents, this_host())
    work.checked(made, read.covered)
    return made


def _restored(file: Path, scratch: Path, work: Work) -> dict[str, bytes]:
    """Restore the file into the scratch folder, and return what lies there."""
    (scratch / "store").mkdir(parents=True)
    store, schedules = open_scratch(scratch / "store"), scratch / "instruments"

    def restored(step: Step) -> None:
        work.tell(replace(step, what=RESTORED, part=2, parts=3))

    put_back(store, schedules, Backup(file), restored)
    read = _Reading(store, schedules, work, Step(COMPARED, part=3, parts=3))
    for _ in read.items():
        pass
    return read.seen


class _Reading:
    """The items of a store as they are read: what each was by name, and the version of each stream."""

    def __init__(self, store: Store, schedules: Path, work: Work, step: Step) -> None:
        self.seen: dict[str, bytes] = {}
        self.covered: dict[str, dict[str, str]] = {}
        self._store, self._schedules = store, schedules
        self._work, self._step = work, step

    def items(self) -> Iterator[Item]:
        """Yield everything, a stream or a kind at a time."""
        events = self._store.events
        # Before the reads: what changes meanwhile has another version then.
        self.covered = {study: events.versions(study) for study in events.studies()}
        total = sum(map(len, self.covered.values()))
        for study, versions in self.covered.items():
            for stream in list(versions):
                self._work.tell(replace(self._step, done=min(len(self.seen), total), of=total))
                item = self._stream(study, stream)
                if isinstance(item, Missing):
                    del versions[stream]
                yield self._noted(f"{study}/{stream}", item)
        # After the streams: a tablet that was enrolled meanwhile is known to what it sent.
        for kind in self._store.registry.kinds():
            if kind not in LEFT_OUT:
                yield self._noted(f"registry/{kind}", self._kind(kind))
        for path in sorted(self._schedules.glob("*.toml")):
            yield self._noted(path.name, Schedule(path.name, path.read_bytes().decode()))

    def _stream(self, study: str, stream: str) -> Item:
        try:
            return Stream(study, read_stream(self._store.events, study, stream))
        except Refused as refused:
            return Missing(stream, str(refused))

    def _kind(self, kind: str) -> Item:
        try:
            return Kind(kind, self._store.registry.list(kind))
        except Refused as refused:
            return Missing(f"registry/{kind}", str(refused))

    def _noted(self, name: str, item: Item) -> Item:
        if isinstance(item, Stream):
            self.seen[name] = sha256(repr(item.log).encode("utf-8", "surrogatepass")).digest()
        elif isinstance(item, Kind) and item.values:
            self.seen[name] = sha256(json.dumps(item.values, sort_keys=True).encode()).digest()
        elif isinstance(item, Schedule):
            self.seen[name] = sha256(item.text.encode()).digest()
        return item
