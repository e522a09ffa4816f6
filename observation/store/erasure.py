"""Erasing a school or a respondent: first written down, then done, then said to be done.

Whatever stops it, `resume` finishes it. What is written down holds no code and no word of what was
erased: who said so, when, how much it was, and where a person is to look.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from observation.core.erasure import (
    NOTHING,
    RESPONDENT,
    SCHOOL,
    Part,
    Scope,
    citing,
    labels_of,
    mark_of,
    part_of_interview,
    part_of_school,
    pattern_of,
    school_of,
)
from observation.core.errors import N_, Refused
from observation.core.events import Event, instant, stream_kind, uuid7
from observation.core.interviews import fold_interview
from observation.core.work import Progress, Step, quietly

from . import Log, Registry, Store
from .backup_state import state
from .catalogue import Catalogue
from .deposit import next_number
from .erased import mark, scope_of
from .leftovers import Folders, forget_beside, forget_registered, how_much_beside
from .log import is_closed
from .reading import read_stream
from .server import changed

KIND = "erasure"
GONE, CLEANED = N_("Records erased"), N_("What lies beside them is overwritten")
BEGUN, ERASED, DONE = "begun", "erased", "done"
LONGEST_NAME = 64  # characters
MOST_PLACES = 500  # where a person is to look


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be erased: a school, or a respondent of it."""

    study: str
    school: str
    respondent: str = ""

    @property
    def what(self) -> str:
        return RESPONDENT if self.respondent else SCHOOL

    @property
    def mark(self) -> str:
        return mark_of(self.study, self.school, self.respondent)

    @property
    def scope(self) -> Scope:
        return Scope(self.study, frozenset([self.mark]))


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as it is written down; times are ISO 8601, UTC, `finished` empty until it is.

    `counts` is how much it was when it was begun, by kind. `streams` are those that went whole or in
    part, with the devices that had recorded in them; `places` are stream and event of what cites it,
    `unread` the streams that could not be read then. `backup` is the file of the last backup of before
    it that was known then, empty for none. `since` is when the first of what went was recorded or came
    in, empty where nobody can tell. `state` is BEGUN, ERASED (but for what the store no
    longer needs) or DONE.
    """

    id: str
    study: str
    what: str
    mark: str
    by: str
    at: str
    state: str = BEGUN
    finished: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    streams: Mapping[str, list[str]] = field(default_factory=dict)
    places: list[list[str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    backup: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to erase: by stream its log and what goes of it, and why others cannot be read."""

    parts: Mapping[str, tuple[Log, Part]]
    unread: Mapping[str, Refused]

    @property
    def counts(self) -> Counter[str]:
        """How much it is, by kind."""
        found: Counter[str] = Counter()
        for stream, (log, part) in self.parts.items():
            kind = stream_kind(stream)
            if part.whole:
                found[f"{kind}s"] += 1
            found["events"] += len(_going(log, part))
            found["conflicts"] += sum(part.whole or c.event.id in part.ids for c in log.conflicts)
            found["claims"] += part.claims
            if part.whole and kind == "school":
                matched = {tuple(e.data["observations"]) for e in log.events if _matches(e)}
                found["sessions"] += len(matched)
        return +found


def find(
    store: Store,
    scope: Scope,
    schools: Mapping[str, str] | None = None,
    streams: Collection[str] | None = None,
) -> Found:
    """Return what of the scope is here, or in these streams.

    `schools` are the schools of observations, where they are known.
    """
    parts: dict[str, tuple[Log, Part]] = {}
    unread: dict[str, Refused] = {}
    registers: list[Log] = []
    claims: set[str] = set()
    for stream in store.events.versions(scope.study) if streams is None else streams:
        kind = stream_kind(stream)
        known = (schools or {}).get(stream)
        if kind == "study" or (known is not None and not scope.school(known)):
            continue
        try:
            log = read_stream(store.events, scope.study, stream)
        except Refused as refused:
            unread[stream] = refused
            continue
        if not log.kept:
            continue
        code, part = school_of(stream, log.events), NOTHING
        if scope.school(code):
            part = Part(whole=True, claims=_claims(log))
        elif kind == "interview":
            part = part_of_interview(log.events, _beside(log), scope)
            # Also those that went before this was stopped.
            claims |= part.ids | {shell.id for shell in log.shells}
        elif kind == "school":
            registers.append(log)
        if part != NOTHING:
            parts[stream] = log, part
    for log in registers:
        part = part_of_school(log.events, _beside(log), scope, claims)
        if part != NOTHING:
            parts[log.stream] = log, part
    return Found(parts, unread)


def find_labels(found: Found) -> list[str]:
    """Return the labels of the observations and interviews that go as a whole."""
    labels: set[str] = set()
    for stream, (log, part) in found.parts.items():
        if part.whole and stream_kind(stream) == "interview":
            labels.add(fold_interview(log.events).label)
        elif part.whole:
            labels |= labels_of(log.events, part)
    return sorted(labels)


def what_goes(store: Store, catalogue: Catalogue, wanted: Wanted, beside: Folders) -> Found:
    """Return what an erasure would remove; raise Refused when there is nothing by that code."""
    found = find(store, wanted.scope, _known_schools(catalogue, wanted.study))
    if not found.parts and not how_much_beside(store, wanted.scope, beside)["set-aside"]:
        raise Refused(
            N_("Here is nothing of “%(code)s”; look at how the code is written."),
            code=wanted.respondent or wanted.school,
        )
    return found


def begin(
    store: Store, catalogue: Catalogue, wanted: Wanted, by: str, now: str, beside: Folders
) -> Erasure:
    """Write down that this person has a school or a respondent erased, and return what `resume` does.

    Raises Refused without a name, and when there is nothing by that code.
    """
    by = by.strip()
    if not 0 < len(by) <= LONGEST_NAME or not by.isprintable():
        raise Refused(N_("Say who erases this: a name of 1 to 64 characters.")).at("by")
    found = what_goes(store, catalogue, wanted, beside)
    aside = how_much_beside(store, wanted.scope, beside)
    made = Erasure(
        id=uuid7(time.time_ns() // 1_000_000, str(uuid.uuid4())),
        study=wanted.study,
        what=wanted.what,
        mark=wanted.mark,
        by=by,
        at=now,
        counts=dict(found.counts + aside),
        streams={stream: _devices(log) for stream, (log, _) in found.parts.items()},
        places=[list(each) for each in _places(store, wanted, found)][:MOST_PLACES],
        unread=sorted(found.unread),
        backup=_known_backup(store.registry),
        since="" if aside or found.unread else _since(found),
    )
    store.registry.put(KIND, made.id, asdict(made), None)
    return made


def resume(
    store: Store,
    catalogue: Catalogue,
    id: str,
    now: str,
    beside: Folders,
    progress: Progress = quietly,
) -> Erasure:
    """Do what is left of an erasure, and return it as it then is; from the beginning it cannot be cancelled.

    Only what the store no longer needs may be left (ERASED): then somebody else uses the store.
    """
    progress(Step(GONE, last=True))
    found = erasure(store.registry, id)
    scope = Scope(found.study, frozenset([found.mark]))
    if found.state == BEGUN:
        mark(store.registry, found.study, found.mark, found.at)
        forget_beside(store, scope, beside)  # while the registers still say who is whose
        erase_all(store, scope, found.at, catalogue, progress=progress)
        for stream in found.streams:  # what another process derived meanwhile
            for derived in catalogue.derived:
                derived.forget(found.study, stream)
        forget_beside(store, scope, beside)
        found = _noted(store.registry, id, state=ERASED)
    progress(Step(CLEANED, 0, 1, 2, 2, last=True))
    if found.state == ERASED and store.events.clean():
        found = _noted(store.registry, id, state=DONE, finished=now)
    progress(Step(CLEANED, 1, 1, 2, 2, last=True))
    return found


def resume_all(store: Store, catalogue: Catalogue, now: str, beside: Folders) -> None:
    """Finish every erasure that was stopped."""
    for each in erasures(store.registry):
        if each.state != DONE:
            resume(store, catalogue, each.id, now, beside)


def erase_all(
    store: Store,
    scope: Scope,
    at: str,
    catalogue: Catalogue | None = None,
    streams: Collection[str] | None = None,
    progress: Progress = quietly,
) -> None:
    """Erase all of the scope from the streams, or from these, however often that was begun before."""
    erase = catalogue.erase if catalogue else store.events.erase

    def parts() -> Mapping[str, tuple[Log, Part]]:
        known = _known_schools(catalogue, scope.study) if catalogue else None
        return find(store, scope, known, streams).parts

    done = 0
    while found := parts():  # what came meanwhile is found by the next look
        step = Step(GONE, done, done + len(found), 1, 2, last=True)
        done += len(found)
        for number, (stream, (log, part)) in enumerate(found.items()):
            progress(replace(step, done=step.done + number))
            if part.whole:
                erase(scope.study, stream, None, at)
                continue
            for like, event in part.anew:
                receipt = next(kept.receipt for kept in log.kept if kept.event.id == like)
                store.events.compose(scope.study, stream, _once(event), receipt)
            if part.ids:
                erase(scope.study, stream, part.ids, at)


@contextmanager
def erased_meanwhile(
    store: Store, study: str, streams: Collection[str], at: str, catalogue: Catalogue | None = None
) -> Iterator[None]:
    """Take in, within the block, what names nothing that is erased now; what is erased meanwhile goes again.

    Another process may mark a school as erased, and look through the streams, between the look at the
    marks and the end of the writing: whoever of the two comes last sees the other.
    """
    before = scope_of(store.registry, study).marks
    try:
        yield
    finally:
        if since := scope_of(store.registry, study).marks - before:
            erase_all(store, Scope(study, since), at, catalogue, streams)
            forget_registered(store, Scope(study, since))


def erasures(registry: Registry) -> list[Erasure]:
    """Return all erasures, the last one first."""
    return [Erasure(**value) for _, value in sorted(registry.list(KIND).items(), reverse=True)]


def erasure(registry: Registry, id: str) -> Erasure:
    """Return the erasure of this id; raise Refused when there is none."""
    found = registry.get(KIND, id)
    if found is None:
        raise Refused(N_("There is no such erasure here."))
    return Erasure(**found[0])


def _known_backup(registry: Registry) -> str:
    try:
        last = state(registry, datetime.now(UTC)).last
    except Refused:  # damaged: the folder of the backups is looked through all the same
        return ""
    return last.file if last else ""


def _noted(registry: Registry, id: str, **values: Any) -> Erasure:
    return Erasure(**changed(registry, KIND, id, lambda value: value | values))


def _once(event: Event) -> Callable[[Log], list[Event]]:
    def make(log: Log) -> list[Event]:
        known = {each.id for each in log.events} | {shell.id for shell in log.shells}
        if is_closed(log) or event.id in known:
            return []
        return [_numbered(event, next_number(log, event.device))]

    return make


def _numbered(event: Event, number: int) -> Event:
    return Event(**(event.as_dict() | {"seq": number}))


def _places(store: Store, wanted: Wanted, found: Found) -> Iterator[tuple[str, str]]:
    """Stream and event of what cites what goes. A respondent's code says something at the own school only."""
    labels = {wanted.respondent or wanted.school}
    for log, part in found.parts.values():
        labels |= labels_of(log.events, part)
    pattern = pattern_of(labels)
    for stream in store.events.versions(wanted.study):
        try:
            log = read_stream(store.events, wanted.study, stream)
        except Refused:
            continue
        _, part = found.parts.get(stream, (log, NOTHING))
        if part.whole or not log.kept or not _may_cite(stream, log, wanted):
            continue
        for item in (*log.kept, *log.conflicts):
            if item.event.id not in part.ids and citing(item.event, pattern):
                yield stream, item.event.id


def _may_cite(stream: str, log: Log, wanted: Wanted) -> bool:
    return (
        not wanted.respondent
        or stream_kind(stream) == "study"
        or school_of(stream, log.events) == wanted.school
    )


def _known_schools(catalogue: Catalogue, study: str) -> Mapping[str, str]:
    values = catalogue.look(study).values
    return {stream: values[stream].school for stream in values}


def _claims(log: Log) -> int:
    return len(fold_interview(log.events).claims) if log.stream.startswith("interview/") else 0


def _beside(log: Log) -> list[Event]:
    return [item.event for item in log.conflicts]


def _going(log: Log, part: Part) -> list[Event]:
    return [event for event in log.events if part.whole or event.id in part.ids]


def _since(found: Found) -> str:
    """When the first of what goes was recorded or came in: what was copied here may be older than it says."""
    times = [
        moment
        for log, part in found.parts.values()
        for each in (*log.kept, *log.conflicts)
        if part.whole or each.event.id in part.ids
        for moment in (each.event.at, each.receipt.received)
        if moment
    ]
    return min(times, key=instant, default="")


def _devices(log: Log) -> list[str]:
    items = (*log.kept, *log.conflicts)
    found = {device for item in items for device in (item.event.device, item.receipt.source)}
    return sorted(found | {shell.device for shell in log.shells})


def _matches(event: Event) -> bool:
    return event.kind == "sessions-matched" and isinstance(event.data.get("observations"), list)
