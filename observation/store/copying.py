"""A store copied into another one, record by record: proven, and as often as is wished."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.work import Progress, Step, quietly, told

from . import Log, Registry, Store
from .audit import is_audit
from .backup_file import LEFT_OUT
from .log import united
from .reading import read_stream
from .server import KIND as SERVER
from .server import changed, raise_epoch
from .verify import digest_of

COPIED = "copied"  # the kind that says which values of the registry a copy has put there
NOT_COPIED = (*LEFT_OUT, COPIED)
COPIED_NOW = N_("Records copied and compared")


@dataclass(slots=True)
class Copied:
    """What was copied: how many records, and events in them; how many values; what was not, and why."""

    streams: int = 0
    events: int = 0
    values: int = 0
    problems: list[str] = field(default_factory=list)


def copy(source: Store, target: Store, now: datetime, progress: Progress = quietly) -> Copied:
    """Add all that the source holds to the target, read it back and compare; return what was done.

    Nothing at the source changes and nothing at the target is lost. Copied again, what changed at the
    source meanwhile is added; a value of the registry that was changed at the target stays, and is
    named, as is a record that cannot be read or that belongs to another study there. Tablets offer
    again what they keep, so that nothing between the last copy and the move is missed. Raises OSError,
    Unavailable and what `progress` raises; what was copied by then is there, each record whole, and the
    next copy goes on.
    """
    copied = Copied()
    streams = [(s, each) for s in source.events.studies() for each in source.events.versions(s)]
    for study, stream in told(streams, progress, Step(COPIED_NOW, of=len(streams))):
        try:
            log = read_stream(source.events, study, stream)
            _put(target, study, log)
        except Refused as refused:
            copied.problems.append(f"{stream}: {refused}")
        else:
            copied.streams += 1
            copied.events += len(log.kept)
    progress(Step(COPIED_NOW, len(streams), len(streams), last=True))  # accounts and epoch together
    for kind in sorted({*source.registry.kinds(), *target.registry.kinds()}):
        if kind not in NOT_COPIED:
            try:
                if is_audit(kind):
                    entries = source.registry.list(kind)  # which never change
                    target.registry.add(kind, entries)
                    copied.values += len(entries)
                else:
                    _put_values(source.registry, target.registry, kind, copied)
            except Refused as refused:
                copied.problems.append(f"registry/{kind}: {refused}")
    if copied.streams:
        raise_epoch(target.registry, now)
    return copied


def _put(target: Store, study: str, log: Log) -> None:
    """Add the log, and prove that all of it is there: that its union with what is there is that."""
    target.events.merge(study, log)
    there = target.events.read(study, log.stream)
    if united(there, log) != there or not _altered(there) <= _altered(log):
        raise Refused(N_("What is there now is not what was copied; copy again."))


def _altered(log: Log) -> set[str]:
    """Return the hashes of the events that no longer say what they said when they were received."""
    items = (*log.kept, *log.conflicts)
    return {item.digest for item in items if digest_of(item) != item.digest}


def _put_values(source: Registry, target: Registry, kind: str, copied: Copied) -> None:
    """Set the target's values of a kind to the source's, but not those that were changed there."""
    values, there, known = source.list(kind), target.list(kind), target.list(COPIED)
    for key in {**values, **there}:
        name = name_of(kind, key)
        untouched = key not in there or known.get(name) == _digest(there[key])
        if key not in values:
            if untouched:  # it came from there and is no more
                target.delete(kind, key)
            continue
        if not _same(kind, values[key], there.get(key)):
            if not untouched:
                copied.problems.append(
                    f"registry/{kind}/{key}: another value is there; that one stays."
                )
                continue
            _set(target, kind, key, values[key])
        _set(target, COPIED, name, _digest(values[key]))
        copied.values += 1


def _set(target: Registry, kind: str, key: str, value: Any) -> None:
    changed(target, kind, key, lambda _: value)


def _same(kind: str, value: Any, there: Any) -> bool:
    """Return whether two values are the same; an epoch that has gone on is that of the same log."""
    if kind == SERVER and isinstance(value, dict) and isinstance(there, dict):
        return bool(value["log"] == there["log"])
    return bool(value == there)


def name_of(kind: str, key: str) -> str:
    """Return what a value of the registry is called among what a copy has put there."""
    return json.dumps([kind, key])


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
