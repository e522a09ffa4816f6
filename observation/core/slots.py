"""Values that replace each other: which ones stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

from .events import Event
from .records import Slot

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def standing(given: Iterable[tuple[K, Event, T]]) -> dict[K, Slot[T]]:
    """Return, per key, the values that no other event of that key replaces, in the order given.

    Values that replace each other in a circle all stand: a value may only disappear behind one
    that is shown.
    """
    found: dict[K, list[tuple[Event, T]]] = defaultdict(list)
    for key, event, value in given:
        found[key].append((event, value))
    return {key: _slot(values) for key, values in found.items()}


def chains(events: Iterable[Event]) -> list[list[str]]:
    """Return the ids of events that replace one another, in any way, together; in the order given."""
    every = list(events)
    first = {event.id: event.id for event in every}

    def root(id: str) -> str:
        while first[id] != id:
            first[id] = first[first[id]]
            id = first[id]
        return id

    for event in every:
        for other in event.replaces:
            if other in first:
                first[root(other)] = root(event.id)
    found: dict[str, list[str]] = defaultdict(list)
    for id in first:
        found[root(id)].append(id)
    return list(found.values())


def _slot(given: list[tuple[Event, T]]) -> Slot[T]:
    if len(given) > 1:
        replaced = {id for event, _ in given for id in event.replaces if id != event.id}
        given = [pair for pair in given if pair[0].id not in replaced] or given
    return Slot(tuple(value for _, value in given), tuple(event.id for event, _ in given))
