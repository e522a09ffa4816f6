"""What tablets tell of themselves as they send: what came last, and how much they still hold unsent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import instant

from . import Registry
from .server import changed

KIND = "told"
PAUSE = 60_000  # ms: a tablet tells with each batch, and a registry is not written as often


@dataclass(frozen=True, slots=True)
class Told:
    """What a tablet told when it sent last, times in ISO 8601, UTC.

    `received` is when events of it last came in and `stream` what the last of them was of, both empty
    before the first; `unsent` is how many it still held `at` that time, None when it did not say.
    """

    at: str
    received: str = ""
    stream: str = ""
    unsent: int | None = None


def tell(
    registry: Registry, device: str, at: str, stream: str | None, unsent: int | None = None
) -> None:
    """Keep what a tablet told, at most once a minute unless it is that nothing is unsent any more.

    `stream` is of the last event that came in now, None when none did. Another stream is kept at once too.
    """
    if stream is None and unsent is None:
        return  # it only asked
    before = _before(registry, device)
    now = Told(at, at, stream, unsent) if stream is not None else Told(at, "", "", unsent)
    if before and not now.received:
        now = Told(at, before.received, before.stream, unsent)
    if before is None or _differs(before, now):
        changed(registry, KIND, device, lambda _: asdict(now))


def told(registry: Registry, damaged: list[Refused]) -> dict[str, Told]:
    """Return by device what it told last; `damaged` gets the reason for each that cannot be read."""
    found = {}
    for device, value in registry.list(KIND).items():
        try:
            found[device] = _read(device, value)
        except Refused as refused:
            damaged.append(refused)
    return found


def _differs(before: Told, now: Told) -> bool:
    """Whether it is to be kept: what is seldom, or what is the end of something, at once."""
    emptied = now.unsent == 0 and before.unsent != 0
    return (
        emptied
        or now.stream != before.stream
        or not 0 <= instant(now.at) - instant(before.at) < PAUSE
    )


def _before(registry: Registry, device: str) -> Told | None:
    found = registry.get(KIND, device)
    try:
        return _read(device, found[0]) if found else None
    except Refused:
        return None  # what is damaged is replaced


def _read(device: str, value: Any) -> Told:
    try:
        told = Told(**value)
        for time in filter(None, (told.at, told.received)):
            datetime.fromisoformat(time)
        if (
            not told.at
            or type(told.stream) is not str
            or type(told.unsent) not in (int, type(None))
        ):
            raise ValueError
    except (TypeError, ValueError):
        raise Refused(
            N_(
                "What the tablet %(device)s told of itself is damaged; it is told again as it sends."
            ),
            device=device,
        ) from None
    return told
