"""The tablets of a study: which may send, a code for another one, and taking that back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from observation.core.errors import Refused
from observation.store import Registry
from observation.store.codes import MINUTES, new_code
from observation.store.devices import Device, devices, revoke
from observation.store.quarantine import SetAside, quarantined
from observation.store.server import current_study

from .screens import Answer, context
from .words import said

pages = Blueprint("tablets", __name__, url_prefix="/tablets")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """A tablet as the list shows it, with the server's wall clock; `revoked` is None until it is."""

    device: Device
    enrolled: datetime
    revoked: datetime | None


@pages.get("")
def index() -> Answer:
    """Show the tablets."""
    return _page()


@pages.post("")
def code() -> Answer:
    """Make a code and show it, this once: only its hash is kept."""
    store = context().store
    return _page(new_code(store.registry, current_study(store), context().clock.now()))


@pages.post("/<uuid:device>/revocation")
def revocation(device: object) -> Response:
    """Take back what the tablet may, and show the tablets again."""
    try:
        revoke(context().store.registry, str(device), context().clock.now())
    except Refused:
        abort(404)
    return redirect(url_for("tablets.index"), code=303)


def _page(code: str = "") -> str:
    damaged: list[Refused] = []
    found = _readable(devices, damaged)
    aside = _readable(quarantined, damaged)
    return render_template(
        "tablets/index.html",
        rows=[_row(device) for device in found],
        aside=_set_aside(aside, {device.id: device.name for device in found}),
        damaged=damaged,
        code=code,
        minutes=MINUTES,
    )


def _readable(read: Callable[[Registry], list[T]], damaged: list[Refused]) -> list[T]:
    """What can be read; why nothing can be is added to `damaged`."""
    try:
        return read(context().store.registry)
    except Refused as refused:
        damaged.append(refused)
        return []


def _set_aside(items: Iterable[SetAside], names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Tablet, reason and how many events of it were set aside for that."""
    counts = Counter((names.get(item.device, item.device), said(item.reason)) for item in items)
    return sorted((name, reason, number) for (name, reason), number in counts.items())


def _row(device: Device) -> Row:
    return Row(device, _local(device.enrolled), _local(device.revoked) if device.revoked else None)


def _local(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone()
