"""Tries to sign in: after a few wrong ones each next one has to wait, longer every time; nobody is locked out."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import instant, utc

from . import Registry
from .server import changed

KIND = "attempt"
FREE = 5  # wrong tries without a wait
LONGEST = 60  # seconds of a wait: who has the right password gets in, also while others guess
FORGOTTEN = timedelta(days=1)  # after so long without a try all is as before


class TooSoon(Refused):
    """A try that has to wait; `seconds` until the next."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            N_("Too many wrong tries; wait %(seconds)s seconds and try again."), seconds=seconds
        )


def admit(registry: Registry, places: tuple[str, ...], now: datetime) -> None:
    """Count a try at each of these places, such as an account and an address; raise TooSoon if one must wait.

    It is counted before anybody looks whether it is right, so that tries at the same time do not
    escape; `forgive` takes it off.
    """
    waits = [_counted(registry, place, now) for place in places]
    if any(waits):
        raise TooSoon(max(waits))


def forgive(registry: Registry, places: tuple[str, ...]) -> None:
    """Forget the tries at these places: the last one was right."""
    for place in places:
        registry.delete(KIND, _key(place))


def _counted(registry: Registry, place: str, now: datetime) -> int:
    """Count a try, unless it came too soon; return for how many seconds it must wait."""
    waits: list[int] = []

    def tried(value: Any) -> Any:
        known = value and _age(value, now) < FORGOTTEN
        before: dict[str, Any] = value if known else {"wrong": 0, "last": utc(now)}
        over = before["wrong"] - FREE
        due = min(2 ** min(over, 20), LONGEST) if over >= 0 else 0
        left = timedelta(seconds=due) - _age(before, now)
        # What comes too soon is not counted: whoever waits gets a turn, however many others try.
        waits[:] = [-(-left // timedelta(seconds=1)) if due and left > timedelta(0) else 0]
        return before if waits[0] else {"wrong": before["wrong"] + 1, "last": utc(now)}

    changed(registry, KIND, _key(place), tried)
    return waits[0]


def _age(value: Any, now: datetime) -> timedelta:
    # A clock that was set back makes nobody wait longer.
    return abs(timedelta(milliseconds=instant(utc(now)) - instant(value["last"])))


def _key(place: str) -> str:
    return sha256(place.encode("utf-8", "replace")).hexdigest()
