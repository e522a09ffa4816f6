"""Sessions of browsers that are signed in: kept here, so that they can be listed and ended."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from observation.core.events import instant, utc

from . import Changed, Registry

KIND = "session"
TOKEN_BYTES = 32
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
APART = timedelta(minutes=5)  # that the clocks of two servers of one store may be apart
NOTED = timedelta(minutes=1)  # so often it is noted that a session is used


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in with an account, empty for whoever sits at the server itself.

    `key` names it in lists and is of no use to sign in. `began` and `used` are ISO 8601, UTC.
    """

    key: str
    account: str
    browser: str
    began: str
    used: str


def begin(registry: Registry, account: str, browser: str, now: datetime) -> str:
    """Begin a session of an account and return its secret, of which only the hash is kept.

    What is over is forgotten on the way.
    """
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    for each in _every(registry):
        if _over(each, now):
            registry.delete(KIND, each.key)
    made = Session(_hash(secret), account, browser[:200], utc(now), utc(now))
    registry.add(KIND, {made.key: _written(made)})
    return secret


def session_of(registry: Registry, secret: str, now: datetime) -> Session | None:
    """Return the session with this secret and note that it is used, or None once it is over.

    It is over after 30 minutes without use, and 12 hours after it began.
    """
    key = _hash(secret)
    found = registry.get(KIND, key)
    if found is None or _over(_read(key, found[0]), now):
        return None
    session = _read(key, found[0])
    if _since(session.used, now) < NOTED:
        return session
    used = replace(session, used=utc(now))
    try:
        registry.put(KIND, key, _written(used), found[1])
    except Changed:  # by another request of this browser, or it was ended
        return session if registry.get(KIND, key) else None
    return used


def sessions(registry: Registry, now: datetime, account: str | None = None) -> list[Session]:
    """Return the sessions that are not over, of one account or all, the last used first."""
    found = [each for each in _every(registry) if account in (None, each.account)]
    live = [each for each in found if not _over(each, now)]
    return sorted(live, key=lambda each: (each.used, each.key), reverse=True)


def end(registry: Registry, key: str) -> None:
    """End a session; one that is over already stays so."""
    registry.delete(KIND, key)


def end_all(registry: Registry, account: str) -> None:
    """End all sessions of an account."""
    for each in _every(registry):
        if each.account == account:
            registry.delete(KIND, each.key)


def key_of(secret: str) -> str:
    """Return the key of the session with this secret."""
    return _hash(secret)


def _every(registry: Registry) -> list[Session]:
    return [_read(key, value) for key, value in registry.list(KIND).items() if value]


def _over(session: Session, now: datetime) -> bool:
    # A clock that was set back ends it: how long it was idle cannot be told any more.
    idle, whole = _since(session.used, now), _since(session.began, now)
    return not (-APART <= idle < IDLE and -APART <= whole < LONGEST)


def _since(time: str, now: datetime) -> timedelta:
    return timedelta(milliseconds=instant(utc(now)) - instant(time))


def _read(key: str, value: Any) -> Session:
    return Session(key, **value)


def _written(session: Session) -> dict[str, str]:
    return {name: value for name, value in asdict(session).items() if name != "key"}


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
