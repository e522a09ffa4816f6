"""What was sent and cannot be taken in: kept as it came, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from observation.core.errors import Problem, Refused

from . import Registry

KIND = "quarantine"


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that was not taken in, as it came; `digest` is of its canonical bytes."""

    digest: str
    device: str
    received: str
    reason: Problem
    event: Any


def set_aside(registry: Registry, items: Iterable[SetAside]) -> None:
    """Keep these in one write, durable when the call returns; what is there already stays first."""
    values = {item.digest: asdict(item) for item in items}
    if values:
        registry.add(KIND, values)


def quarantined(registry: Registry) -> list[SetAside]:
    """Return all that was set aside, in the order in which it came."""
    found = [_read(value) for value in registry.list(KIND).values()]
    return sorted(found, key=lambda item: (item.received, item.digest))


def problem_of(event: Any, reason: Refused) -> Problem:
    """Return why an event was not taken in, as a value that can be kept."""
    return Problem.of(str(event), reason.sentence, **reason.values)


def _read(value: Any) -> SetAside:
    reason = value["reason"]
    values = tuple((name, text) for name, text in reason["values"])
    problem = Problem(reason["event"], reason["sentence"], values)
    return SetAside(**(value | {"reason": problem}))
