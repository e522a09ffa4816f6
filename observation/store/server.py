"""Which server this is to the tablets, and which study they belong to: kept in the registry."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from observation.core.events import instant, utc

from . import Changed, Registry, Store

KIND = "server"
SAMPLE = "dabff73f-da7f-5df5-ae26-3dfb330fb8c2"  # the sample study's id, the same everywhere


@dataclass(frozen=True, slots=True)
class Identity:
    """The log that this server keeps, and which epoch of it: another one after every restore."""

    log: str
    epoch: int


def identity(registry: Registry) -> Identity:
    """Return the server's log, a random UUID from the first call on, and its epoch, 1 at first."""
    value = settled(registry, KIND, "log", {"log": str(uuid.uuid4()), "epoch": 1})
    return Identity(value["log"], value["epoch"])


def raise_epoch(registry: Registry, now: datetime) -> Identity:
    """Begin a new epoch of the log, so that tablets offer again all that they keep; return it.

    It is numbered by the milliseconds since 1970: the same backup restored twice, on machines that
    know nothing of each other, begins two epochs.
    """
    identity(registry)
    clock = instant(utc(now))
    value = changed(
        registry, KIND, "log", lambda old: old | {"epoch": max(old["epoch"] + 1, clock)}
    )
    return Identity(value["log"], value["epoch"])


def current_study(store: Store) -> str:
    """Return the study that a new tablet belongs to.

    The first of which something is kept here, the sample study after all others; before that the
    study that is to come.
    """
    kept = sorted(store.events.studies(), key=lambda study: (study == SAMPLE, study))
    return kept[0] if kept else study_to_come(store)


def study_to_come(store: Store) -> str:
    """Return the id of the study that is begun here, which stays the same, so that all who begin share one."""
    return str(settled(store.registry, KIND, "study", str(uuid.uuid4())))


def settled(registry: Registry, kind: str, key: str, proposed: Any) -> Any:
    """Return the value of this key, which is the proposed one when there was none."""
    found = registry.get(kind, key)
    if found is None:
        registry.add(kind, {key: proposed})
        found = registry.get(kind, key)
    return proposed if found is None else found[0]


def changed(registry: Registry, kind: str, key: str, change: Callable[[Any], Any]) -> Any:
    """Set the value to what `change` makes of the one that is there (None: none), and return it.

    When somebody else changed it meanwhile, `change` is asked again. What it raises is passed on.
    """
    while True:
        value, version = registry.get(kind, key) or (None, None)
        value = change(value)
        try:
            registry.put(kind, key, value, version)
        except Changed:
            continue
        return value
