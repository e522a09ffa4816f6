"""The audit log: who did what, when and to which record, and nothing of what it says.

An hour is a kind of the registry, so that an entry costs no more on a server that is years old, and
so that a backup and a copy have it. Entries are added and never changed; whole hours are forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any

from observation.core.errors import Refused
from observation.core.events import utc

from . import Registry

PREFIX = "audit-"
HOUR, MINUTE = 13, 16  # characters of a time as far as the hour, and the minute
DAYS = 400  # that entries are kept, where nothing else is set

_count = count(1)  # orders what this process does within a millisecond


class Where(StrEnum):
    """Where something was done."""

    PAGE = "page"
    TABLET = "tablet"  # by whoever holds it, without an account
    COMMAND = "command"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did.

    `who` is the name of an account, on a page empty for whoever sits at the server itself; of a
    command it is the user of the operating system. `what` is the endpoint or the command. `study` is
    empty where it is of no single one, `object` is a stream or another id, `events` are ids.
    """

    time: str  # ISO 8601, UTC
    where: Where
    who: str
    what: str
    outcome: Outcome
    study: str = ""
    object: str = ""
    events: tuple[str, ...] = ()


def add_entry(registry: Registry, entry: Entry, once: bool = False) -> None:
    """Add an entry, durable when the call returns.

    With `once` the same by the same person is one entry a minute: what anybody from anywhere can
    bring about fills no disk.
    """
    if once:
        key = f"{entry.time[:MINUTE]} {entry.who} {entry.what} {entry.outcome}"
    else:
        key = f"{entry.time} {next(_count):09} {secrets.token_hex(8)}"
    registry.add(_kind(entry.time), {key: asdict(entry)})


def entries(registry: Registry, unreadable: Callable[[Refused], object]) -> Iterator[Entry]:
    """Yield all entries, the newest first, reading an hour at a time; tell of those that cannot be read."""
    for kind in reversed(_kinds(registry)):
        try:
            found = [_read(value) for value in reversed(registry.list(kind).values())]
        except Refused as refused:
            unreadable(refused)
            continue
        yield from sorted(found, key=lambda entry: entry.time, reverse=True)


def forget(registry: Registry, now: datetime, days: int) -> None:
    """Forget what is older than so many days, by the hour."""
    oldest = _kind(utc(now - timedelta(days=days)))
    for kind in _kinds(registry):
        if kind < oldest:
            registry.forget(kind)


def is_audit(kind: str) -> bool:
    """Return whether a kind of the registry is an hour of the audit log."""
    return kind.startswith(PREFIX)


def _kinds(registry: Registry) -> list[str]:
    return sorted(filter(is_audit, registry.kinds()))


def _kind(time: str) -> str:
    return PREFIX + time[:HOUR]


def _read(value: dict[str, Any]) -> Entry:
    return Entry(
        **value
        | {
            "where": Where(value["where"]),
            "outcome": Outcome(value["outcome"]),
            "events": tuple(value["events"]),
        }
    )
