"""A store as a backup has it, together with what the store has beyond that."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from observation.core.erasure import Scope
from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.core.work import Progress, Step, quietly

from . import Store
from .backup_file import Backup, Contents, Kind, Schedule, Stream
from .drafts import drafted
from .erased import marked
from .erasure import erase_all
from .leftovers import forget_registered
from .server import raise_epoch


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup held and when it was made; which own schedules were added, and which differ."""

    contents: Contents
    made: str
    added: list[str]
    others: list[str]
    streams: dict[str, list[str]] = field(default_factory=dict, repr=False)  # by study


def restore(
    store: Store, schedules: Path, file: Path, now: datetime, progress: Progress = quietly
) -> Restored:
    """Add all that the backup in the file holds to the store, whole or not at all.

    What the store has beyond it stays, and what either of them erased is erased. Of the registry and
    of the folder of own schedules what is here stays and what is missing is added. Then a new epoch
    begins, so that tablets offer again all that they keep. Raises Refused, with the line, for a
    file that is not all that was written, and for one that does not fit what is here.
    """
    backup = Backup(file)
    found: Restored | None = None
    try:
        with store.restoring() as whole:
            before = marked(whole.registry)
            found = put_back(whole, schedules, backup, progress)
            for study, marks in marked(whole.registry).items():
                # What only the backup had and was erased here since, or the other way round.
                streams = {*found.streams.get(study, ())}
                if marks != before.get(study):
                    streams |= whole.events.versions(study).keys()
                scope = Scope(study, marks)
                # Of which a person sees nothing but that it may still be cancelled.
                at_its_end = partial(_again, progress, backup.step)
                erase_all(whole, scope, utc(now), streams=streams, progress=at_its_end)
                forget_registered(whole, scope)
            raise_epoch(whole.registry, now)
            progress(replace(backup.step, last=True))
    except BaseException:
        for name in found.added if found else ():
            (schedules / name).unlink(missing_ok=True)
        raise
    return found


def _again(progress: Progress, step: Step, _: Step) -> None:
    progress(step)


def put_back(
    store: Store, schedules: Path, backup: Backup, progress: Progress = quietly
) -> Restored:
    """Add all that the backup holds, within a store that is being restored, to it and the folder."""
    texts: dict[str, str] = {}
    streams: dict[str, list[str]] = defaultdict(list)
    for item in backup:
        progress(backup.step)
        if isinstance(item, Stream):
            store.events.merge(item.study, item.log)
            streams[item.study].append(item.log.stream)
        elif isinstance(item, Kind):
            store.registry.add(item.kind, item.values)
        elif isinstance(item, Schedule):
            texts[item.name] = item.text
    progress(backup.step)
    return Restored(backup.contents, backup.made, *_add_schedules(schedules, texts), dict(streams))


def _add_schedules(folder: Path, texts: dict[str, str]) -> tuple[list[str], list[str]]:
    """Write what is not there; return the names of those, and of those with another text here."""
    added, others = [], []
    for name, text in texts.items():
        path = folder / name
        if path.name != name or path.suffix != ".toml":
            raise Refused(N_("“%(name)s” is not the name of a schedule's file."), name=name)
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with drafted(path) as file:
                file.write(text.encode())
            added.append(name)
        elif path.read_bytes() != text.encode():
            others.append(name)
    return added, others
