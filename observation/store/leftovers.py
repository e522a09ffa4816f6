"""What lies of a school or a respondent outside the streams: set aside, remembered, waiting to be taken in."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from observation.core.erasure import (
    Scope,
    respondents_named,
    school_of,
    schools_named,
    words_of,
)
from observation.core.errors import Refused
from observation.core.events import Event, read_event
from observation.core.registers import fold_school

from . import Log, Store
from .backup_state import state
from .copying import COPIED, name_of
from .log import is_closed
from .quarantine import DECISIONS, SetAside, quarantined
from .quarantine import KIND as QUARANTINE
from .reading import read_stream
from .server import changed

BACKUP, UPLOAD, MADE_FOR = "backup-", "upload.json", "made.json"  # how files are called
MAPPING = "mapping"  # kind of the registry: by study what was said of its tables
GROUP, LEAVE_OUT = "group", "-"  # said of a respondent who is none


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of tables that wait to be taken in, of backups, and of files that are made for somebody."""

    imports: Path
    backups: Path
    made: Path


def how_much_beside(store: Store, scope: Scope, folders: Folders) -> Counter[str]:
    """Return how much there is, by kind."""
    tables = len(list(waiting_tables(scope.study, folders)))
    return +Counter({"set-aside": len(_aside(store, scope)), "tables": tables})


def forget_beside(store: Store, scope: Scope, folders: Folders) -> None:
    """Leave nothing of the scope outside the streams.

    A table that waits to be taken in may hold anybody, and so may a file that was made: all of the study's
    go, and are brought or made again.
    """
    forget_registered(store, scope)
    forget_files(scope.study, folders)
    if not state(store.registry, datetime.now(UTC)).running:
        for left in folders.backups.glob(f".{BACKUP}*"):  # by a backup that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def forget_files(study: str, folders: Folders) -> None:
    """Leave no table that waits to be taken into this study, and no file that was made of it."""
    made = _of_study(study, folders.made, MADE_FOR)
    for known in [*waiting_tables(study, folders), *made]:
        folder = known.with_name(f".{known.name.lstrip('.')}")
        os.rename(known, folder)  # so that whoever works there writes nothing more
        for file in folder.iterdir():
            if file.name not in (UPLOAD, MADE_FOR):  # by which it is known; so it goes last
                file.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def forget_registered(store: Store, scope: Scope) -> None:
    """Leave nothing of the scope in the registry."""
    registry = store.registry
    gone = _aside(store, scope)
    if gone:  # at once: what names nobody is known by its beginning
        registry.delete(QUARANTINE, *gone)
        registry.delete(COPIED, *(name_of(QUARANTINE, digest) for digest in gone))
    if gone and registry.get(DECISIONS, QUARANTINE):
        changed(registry, DECISIONS, QUARANTINE, lambda made: _undecided(made, gone))
    if registry.get(MAPPING, scope.study):
        codes = _Codes(store, scope)
        changed(registry, MAPPING, scope.study, lambda said: _unsaid(said, codes))


def _aside(store: Store, scope: Scope) -> set[str]:
    """The digests of what was set aside and is of the scope, or of a stream that went whole.

    All of a record of the scope goes, also what of it names nobody.
    """
    items = quarantined(store.registry)
    events = {each.digest: event for each in items if (event := _event(each.event))}
    by_stream: dict[str, list[Event]] = defaultdict(list)
    for event in events.values():
        by_stream[event.stream].append(event)
    schools, whole = {}, set()
    for stream, own in by_stream.items():
        try:
            log = read_stream(store.events, scope.study, stream)
        except Refused:
            log = Log(stream)
        schools[stream] = school_of(stream, (*log.events, *own))
        if is_closed(log) or scope.school(schools[stream]):
            whole.add(stream)

    def goes(item: SetAside) -> bool:
        event = events.get(item.digest)
        if event is None:  # no event, so nobody can say what it means
            return any(map(scope.school, _texts(item.event)))
        named = respondents_named(event)
        return (
            event.stream in whole
            or any(map(scope.school, schools_named(event)))
            or any(scope.respondent(schools[event.stream], code) for code in named)
        )

    found = {each.digest for each in items if goes(each)}
    ids = {events[digest].id for digest in found if digest in events}
    about = {d for d, e in events.items() if {e.data.get("claim"), e.data.get("event")} & ids}
    return found | about


class _Codes:
    """The codes of the scope and, of a school in it, of its respondents, as far as registers say them."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._scope = scope
        self._schools: set[str] = set()
        self._respondents: set[str] = set()
        self.known: set[str] = set()  # respondents of all schools
        for stream in store.events.versions(scope.study):
            if stream.startswith("school/"):
                try:
                    school = fold_school(read_stream(store.events, scope.study, stream).events)
                except Refused:
                    continue
                self._schools.add(school.code)
                self.known |= set(school.respondents)
                if scope.school(school.code):
                    self._respondents |= set(school.respondents)

    def mentioned(self, value: Any) -> bool:
        """Return whether anything in the value names one of them."""
        words = {word for text in _texts(value) for word in (text, *words_of(text))}
        return any(
            self._scope.school(word)
            or word in self._respondents
            or any(self._scope.respondent(school, word) for school in self._schools)
            for word in words
        )


def _event(value: Any) -> Event | None:
    try:
        return read_event(value)
    except Refused:
        return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _undecided(made: Any, gone: Collection[str]) -> Any:
    kept = [each | {"events": [d for d in each["events"] if d not in gone]} for each in made or ()]
    return [each for each in kept if each["events"]]


def _unsaid(said: Any, codes: _Codes) -> Any:
    """What was said of tables, without what names one of these; it is asked again when it is needed.

    Nor what is of respondents whom no register knows: their school may be the one that went.
    """
    kept = {
        name: {key: v for key, v in part.items() if not codes.mentioned([key, v])}
        if isinstance(part, dict)
        else part
        for name, part in said.items()
    }
    known = {*codes.known, *kept.get("new", ()), GROUP, LEAVE_OUT}
    if "respondents" in kept:
        kept["respondents"] = {k: v for k, v in kept["respondents"].items() if v in known}
    return kept


def waiting_tables(study: str, folders: Folders) -> Iterator[Path]:
    """Yield the folders of the tables that wait to be taken into this study."""
    return _of_study(study, folders.imports, UPLOAD)


def _of_study(study: str, folders: Path, name: str) -> Iterator[Path]:
    for folder in folders.glob("*"):
        try:
            said = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if said.get("study") == study:
            yield folder
