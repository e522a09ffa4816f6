"""The tablets of a study: which may send, a code for another one, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from observation.core.errors import Refused
from observation.store.accepting import OPEN, REFUSED, TAKEN_IN
from observation.store.codes import MINUTES, new_code
from observation.store.devices import Device, devices, revoke
from observation.store.server import current_study

from .aside import Group
from .guard import is_loopback
from .moments import day_and_time, local
from .qr import Drawing, drawn
from .quarantine import readable, set_aside
from .screens import Answer, context

pages = Blueprint("tablets", __name__, url_prefix="/tablets")


@dataclass(frozen=True, slots=True)
class Row:
    """A tablet as the list shows it, with the server's wall clock; `revoked` is None until it is."""

    device: Device
    enrolled: datetime
    revoked: datetime | None


@dataclass(frozen=True, slots=True)
class Aside:
    """What of a group of what was set aside is in one state: how many, and when the last came."""

    group: Group
    number: int
    time: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A new code, and where it is typed in: `address` is the page of the tablet, which `qr` holds with the code.

    With `here` that address is one of this machine itself, which no other reaches.
    """

    code: str
    address: str
    qr: Drawing
    here: bool


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
    found = readable(devices, damaged) or []
    aside = set_aside(found, damaged)
    return render_template(
        "tablets/index.html",
        rows=[_row(device) for device in found],
        aside={
            state: [_set_aside(group, state) for group in aside if group.of(state)]
            for state in (OPEN, REFUSED, TAKEN_IN)
        },
        damaged=damaged,
        shown=_shown(code) if code else None,
        minutes=MINUTES,
    )


def _shown(code: str) -> Shown:
    """The code goes in the fragment, which no browser sends and so no log of a server or proxy holds."""
    address = url_for("shell.show_tablet", _external=True)
    here = is_loopback(urlsplit(request.host_url).hostname or "")
    return Shown(code, address, drawn(f"{address}#enrol={code}"), here)


def _set_aside(group: Group, state: str) -> Aside:
    own = group.of(state)
    return Aside(group, len(own), day_and_time(local(own[-1].item.received)))


def _row(device: Device) -> Row:
    return Row(device, _local(device.enrolled), _local(device.revoked) if device.revoked else None)


def _local(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone()
