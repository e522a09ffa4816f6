"""What was sent and cannot be taken in: kept as it came, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from observation.core.errors import Problem, Refused

from . import Registry
from .server import changed

KIND = "quarantine"
DECISIONS = "decision"


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that was not taken in, as it came; `digest` is of its canonical bytes.

    `study` is given for what came in a file: no tablet says it.
    """

    digest: str
    device: str
    received: str
    reason: Problem
    event: Any
    study: str = ""


def set_aside(registry: Registry, items: Iterable[SetAside]) -> None:
    """Keep these in one write, durable when the call returns; what is there already stays first."""
    values = {item.digest: asdict(item) for item in items}
    if values:
        registry.add(KIND, values)


def quarantined(registry: Registry) -> list[SetAside]:
    """Return all that was set aside, in the order in which it came."""
    found = [_read(value) for value in registry.list(KIND).values()]
    return sorted(found, key=lambda item: (item.received, item.digest))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a lead said of an event that was set aside, and when (ISO 8601, UTC)."""

    accepted: bool
    at: str


def decide(registry: Registry, digests: Iterable[str], accepted: bool, now: str) -> None:
    """Note that these events are accepted, or refused, durable when the call returns.

    A decision is added to those before it; what was set aside stays as it came.
    """
    made = {"accepted": accepted, "at": now, "events": sorted(digests)}
    changed(registry, DECISIONS, KIND, lambda before: [*(before or ()), made])


def decisions(registry: Registry) -> dict[str, Decision]:
    """Return the last decision on each event of which there is one, by its digest."""
    made, _ = registry.get(DECISIONS, KIND) or ((), 0)
    return {
        digest: Decision(each["accepted"], each["at"]) for each in made for digest in each["events"]
    }


def problem_of(event: Any, reason: Refused) -> Problem:
    """Return why an event was not taken in, as a value that can be kept."""
    return Problem.of(str(event), reason.sentence, **reason.values)


def _read(value: Any) -> SetAside:
    reason = value["reason"]
    values = tuple((name, text) for name, text in reason["values"])
    problem = Problem(reason["event"], reason["sentence"], values)
    return SetAside(**(value | {"reason": problem}))
