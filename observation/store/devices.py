"""Tablets that may deposit: each with a token of its own, of which only the hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import is_uuid, utc

from . import Registry
from .accounts import ANALYST
from .server import changed

KIND = "device"
TOKEN_BYTES = 32
LONGEST_NAME = 64  # characters


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled tablet; `enrolled` and `revoked` are ISO 8601, UTC, `revoked` empty until it is.

    `role` is its holder's: with that of an observer it records observations and no interviews.
    `account` is the name of the account that enrolled it without a code, else empty.
    """

    id: str
    study: str
    name: str
    enrolled: str
    revoked: str = ""
    role: str = ANALYST
    account: str = ""


def enrol(
    registry: Registry,
    study: str,
    device: str,
    name: str,
    now: datetime,
    role: str = ANALYST,
    account: str = "",
) -> str:
    """Enrol the device (a UUID that the tablet chose) in the study and return its random token.

    A token that it had before is void from then on; a revoked one is a device again. Raises Refused
    for another id or a name that is not 1 to 64 characters.
    """
    check_device(device, name)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    value = {
        "sha256": _hash(token),
        "study": study,
        "name": name.strip(),
        "enrolled": utc(now),
        "revoked": "",
        "role": role,
        "account": account,
    }
    changed(registry, KIND, device, lambda _: value)
    return token


def taken(registry: Registry, device: str, token: str) -> Device | None:
    """Return the device of this id unless this is its own token, revoked or not; None where nobody has it.

    Whoever chooses an id may have seen it in a record: without its token it is somebody else's tablet.
    """
    own = device_of(registry, token) if token else None
    if own and own.id == device:
        return None
    try:
        return find_device(registry, device)
    except Refused:  # damaged, and nobody's any more: a new code makes it a device again
        return None


def check_device(device: Any, name: Any) -> None:
    """Raise Refused unless these are a UUID in lower case and a name of 1 to 64 characters that can be printed."""
    if not is_uuid(device):
        raise Refused(N_("A tablet is named by a UUID in lower case."))
    if (
        not isinstance(name, str)
        or not 0 < len(name.strip()) <= LONGEST_NAME
        or not name.isprintable()
    ):
        raise Refused(
            N_("Give the tablet a name of 1 to %(limit)s characters."), limit=LONGEST_NAME
        )


def device_of(registry: Registry, token: str) -> Device | None:
    """Return the device that this token was made for, revoked or not, or None; raise Refused for a damaged row.

    Hashes are compared, never tokens: how long it takes tells nothing that could be typed.
    """
    wanted = _hash(token)
    for id, value in registry.list(KIND).items():
        # A row that is damaged keeps no other tablet out.
        if isinstance(value, Mapping) and value.get("sha256") == wanted:
            return _device(id, value)
    return None


def devices(registry: Registry, damaged: list[Refused] | None = None) -> list[Device]:
    """Return all devices that were ever enrolled, the newest first; `damaged` gets why others cannot be read."""
    found = []
    for id, value in registry.list(KIND).items():
        try:
            found.append(_device(id, value))
        except Refused as refused:
            if damaged is not None:
                damaged.append(refused)
    return sorted(found, key=lambda device: (device.enrolled, device.id), reverse=True)


def find_device(registry: Registry, device: str) -> Device | None:
    """Return the device of this id, or None."""
    found = registry.get(KIND, device)
    return found and _device(device, found[0])


def revoke(registry: Registry, device: str, now: datetime) -> None:
    """Take back what the device may; what it still sends is set aside. The first time counts.

    Raises Refused for a device that was never enrolled.
    """

    def revoked(value: Any) -> Any:
        if value is None:
            raise Refused(N_("There is no such tablet here."))
        return value | {"revoked": value["revoked"] or utc(now)}

    changed(registry, KIND, device, revoked)


def revoke_of(registry: Registry, account: str, now: datetime, study: str = "") -> None:
    """Revoke the tablets that an account enrolled without a code, in this study or in all."""
    for device in devices(registry):
        if device.account == account and study in ("", device.study):
            revoke(registry, device.id, now)


def _device(id: str, value: Any) -> Device:
    try:
        # One of before there were roles recorded interviews.
        told = {"role": ANALYST, "account": ""} | value
        device = Device(
            id,
            *(told[name] for name in ("study", "name", "enrolled", "revoked", "role", "account")),
        )
        for time in filter(None, (device.enrolled, device.revoked)):
            datetime.fromisoformat(time)
        if not device.enrolled or not all(type(each) is str for each in astuple(device)):
            raise ValueError
    except (LookupError, TypeError, ValueError):
        raise Refused(
            N_("What is kept of the tablet %(device)s is damaged; enrol it again with a new code."),
            device=id,
        ) from None
    return device


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
