"""One-time codes: what a lead reads out and a tablet exchanges for a token.

All codes lie in one value of the registry, so that using one up and counting wrong tries is one
change that either happens or does not. Only their hashes are kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import instant, utc

from . import Registry
from .accounts import ANALYST
from .devices import Device, check_device, enrol, find_device, taken
from .quarantine import quarantined
from .server import changed

KIND, KEY = "code", "all"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 10  # characters: 50 bits
MINUTES = 10  # that a code is valid
TRIES = 5  # wrong ones, after which no code that was valid then is valid any more
REMEMBERED = timedelta(days=1)  # so long a code that is over is told from one that never was


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is kept; `made` and `used` are ISO 8601, UTC, `used` empty until it is."""

    sha256: str
    study: str
    made: str
    used: str = ""
    wrong: int = 0
    role: str = ANALYST

    def age(self, now: datetime) -> timedelta:
        """Return how long ago it was made."""
        return timedelta(milliseconds=instant(utc(now)) - instant(self.made))

    def live(self, now: datetime) -> bool:
        """Return whether it could be used now."""
        return not self.used and self.wrong < TRIES and not self.expired(now)

    def expired(self, now: datetime) -> bool:
        """Return whether its time is over; one that was made in the future has none left either."""
        return not timedelta(0) <= self.age(now) < timedelta(minutes=MINUTES)


def new_code(registry: Registry, study: str, now: datetime, role: str = ANALYST) -> str:
    """Make a code with which one tablet can join the study; return it as `XXXXX-XXXXX`.

    `role` is that of whoever will hold the tablet.
    """
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    code = Code(_hash(text), study, utc(now), role=role)
    changed(registry, KIND, KEY, lambda v: _written((*_remembered(_read(v), now), code)))
    return f"{text[: LENGTH // 2]}-{text[LENGTH // 2 :]}"


def redeem(
    registry: Registry, code: str, device: str, name: str, now: datetime, token: str = ""
) -> tuple[str, str]:
    """Use the code up for this device; return its study and the device's token.

    A device that is enrolled shows the `token` that it has, or a lead revoked it before. It leaves its study
    with its token only, and not while something of it is set aside.

    Lower case, spaces, hyphens, and O for 0 or I and L for 1 are read as they are meant. Raises
    Refused for a code that is unknown, used, too old or void, and for a device that `enrol` refuses
    or that is not this one: these cost no code.
    """
    check_device(device, name)
    typed = _hash(plain(code))
    other = taken(registry, device, token)
    stays = _stays_in(registry, device, other)
    outcome: list[Code | Refused] = []

    def attempt(value: Any) -> Any:
        before = _read(value)
        after, found = tried(before, typed, now)
        if isinstance(found, Code) and stays not in ("", found.study):
            outcome[:] = [Refused(_OF_ANOTHER_STUDY)]
            return _written(before)
        if isinstance(found, Code) and other and not other.revoked:
            outcome[:] = [Refused(_ENROLLED)]
            return _written(before)
        outcome[:] = [found]
        return _written(after)

    changed(registry, KIND, KEY, attempt)
    (found,) = outcome
    if isinstance(found, Refused):
        raise found
    return found.study, enrol(registry, found.study, device, name, now, found.role)


def forget_codes(registry: Registry, study: str) -> None:
    """Leave no code with which a tablet could join this study."""
    if registry.get(KIND, KEY):
        changed(registry, KIND, KEY, lambda v: _written(c for c in _read(v) if c.study != study))


def plain(code: str) -> str:
    """Return a code as it was meant: without spaces and hyphens, in the letters that codes have."""
    text = "".join(code.upper().split()).replace("-", "")
    return text.translate(str.maketrans("OIL", "011"))


def tried(
    codes: Iterable[Code], typed: str, now: datetime
) -> tuple[tuple[Code, ...], Code | Refused]:
    """Return the codes after a try with this hash, and the code that was used up, or why none was.

    A try that fits no code counts against all that could be used: nobody can tell which was meant.
    """
    codes = _remembered(codes, now)
    code = next((each for each in codes if each.sha256 == typed), None)
    if code is None:
        after = tuple(replace(c, wrong=c.wrong + 1) if c.live(now) else c for c in codes)
        left = max((TRIES - c.wrong for c in after if c.live(now)), default=0)
        return after, _wrong(left, any(c.live(now) for c in codes))
    if code.used:
        return codes, Refused(N_("This code was used already; ask for a new one."))
    if code.wrong >= TRIES:
        return codes, Refused(_TOO_MANY)
    if code.expired(now):
        return codes, Refused(
            N_("This code is no longer valid, it was for %(minutes)s minutes; ask for a new one."),
            minutes=MINUTES,
        )
    used = replace(code, used=utc(now))
    return tuple(used if each == code else each for each in codes), used


_TOO_MANY = N_(
    "Too many wrong codes were typed, so those shown until now are void; ask for a new one."
)


_OF_ANOTHER_STUDY = N_(
    "This tablet is enrolled in another study here; empty it first, so that nothing of the one comes into the other."
)
_ENROLLED = N_(
    "A tablet is enrolled here by this id already; a lead revokes it first, then this code is good for it."
)


def _stays_in(registry: Registry, device: str, other: Device | None) -> str:
    """The study that a device may not leave: who does not have its token, or while something of it is set aside."""
    if other:
        return other.study
    try:
        known = find_device(registry, device)
    except Refused:  # damaged
        return ""
    # No tablet says of what study an event is that is set aside: it would be shown to the leads of the other.
    held = known and any(e.device == device and not e.study for e in quarantined(registry))
    return known.study if known and held else ""


def _wrong(left: int, counted: bool) -> Refused:
    if counted and not left:
        return Refused(_TOO_MANY)
    if not counted:
        return Refused(N_("This code is not known here; ask for a new one."))
    return Refused(
        N_("This code is not known here; look at it again. Tries left: %(left)s."), left=left
    )


def _remembered(codes: Iterable[Code], now: datetime) -> tuple[Code, ...]:
    return tuple(code for code in codes if abs(code.age(now)) < REMEMBERED)


def _read(value: Any) -> tuple[Code, ...]:
    return tuple(Code(**each) for each in value or ())


def _written(codes: Iterable[Code]) -> list[dict[str, Any]]:
    return [asdict(code) for code in codes]


def _hash(code: str) -> str:
    return sha256(code.encode("utf-8", "replace")).hexdigest()
