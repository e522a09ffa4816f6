"""The tablets of a study: which may send, a code for another one, and taking that back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from observation.core.errors import Refused
from observation.store.accepting import OPEN, REFUSED, TAKEN_IN
from observation.store.accounts import ANALYST, OBSERVER
from observation.store.codes import MINUTES, new_code
from observation.store.devices import Device, devices, revoke
from observation.store.telling import Told, told

from .area import chosen
from .aside import UNKNOWN, Group
from .certificate import is_soon
from .guard import is_loopback
from .moments import day_and_time, local
from .qr import Drawing, drawn
from .quarantine import readable, set_aside
from .screens import Answer, context

pages = Blueprint("tablets", __name__, url_prefix="/tablets")


@dataclass(frozen=True, slots=True)
class Row:
    """A tablet as the list shows it, with the server's wall clock; `revoked` is None until it is.

    `sent` names what it sent last and `received` when, both empty where nothing is known of that;
    `observations` is how many it sent. `unsent` is what it said `at` a time that it still holds, or None.
    """

    device: Device
    enrolled: datetime
    revoked: datetime | None
    sent: str
    received: str
    observations: int
    unsent: int | None
    at: str


@dataclass(frozen=True, slots=True)
class Aside:
    """What of a group of what was set aside is in one state: how many, and when the last came."""

    group: Group
    number: int
    time: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A new code, and where it is typed in: `address` is the page of the tablet, which `qr` holds with the code.

    With `here` that address is one of this machine itself, which no other reaches: then there is no `qr`.
    """

    code: str
    address: str
    qr: Drawing | None
    here: bool


@pages.get("")
def index() -> Answer:
    """Show the tablets."""
    return _page()


@pages.post("")
def code() -> Answer:
    """Make a code and show it, this once: only its hash is kept."""
    role = ANALYST if request.form.get("interviews") else OBSERVER
    registry, now = context().store.registry, context().clock.now()
    return _page(new_code(registry, chosen().id, now, role))


@pages.post("/<uuid:device>/revocation")
def revocation(device: object) -> Response:
    """Take back what the tablet may, and show the tablets again."""
    try:
        revoke(context().store.registry, str(device), context().clock.now())
    except Refused:
        abort(404)
    return redirect(url_for("tablets.index"), code=303)


def _page(code: str = "") -> str:
    here, damaged = context(), list[Refused]()
    every = readable(lambda registry: devices(registry, damaged), damaged) or []
    found = [device for device in every if g.visitor.may("tablets.index", device.study)]
    sent = _Sent(found, readable(lambda registry: told(registry, damaged), damaged) or {})
    aside = [
        each for each in set_aside(every, damaged) if g.visitor.may("quarantine.show", each.study)
    ]
    return render_template(
        "tablets/index.html",
        rows=[sent.row(device) for device in found],
        reading=sent.reading,
        aside={
            state: [_set_aside(group, state) for group in aside if group.of(state)]
            for state in (OPEN, REFUSED, TAKEN_IN)
        },
        damaged=damaged,
        study=chosen().id,
        shown=_shown(code) if code else None,
        minutes=MINUTES,
        ends=here.ends if is_soon(here.ends, here.clock.now()) else None,
    )


def _shown(code: str) -> Shown:
    """The code goes in the fragment, which no browser sends and so no log of a server or proxy holds."""
    address = url_for("shell.show_tablet", _external=True)
    here = is_loopback(urlsplit(request.host_url).hostname or "")
    if here and context().address:
        address, here = f"{context().address}{url_for('shell.show_tablet')}", False
    return Shown(code, address, None if here else drawn(f"{address}#enrol={code}"), here)


def _set_aside(group: Group, state: str) -> Aside:
    own = group.of(state)
    return Aside(group, len(own), day_and_time(local(own[-1].item.received)))


class _Sent:
    """What is known of what tablets sent; `reading` is how many records the server is still to read."""

    def __init__(self, found: Iterable[Device], said: Mapping[str, Told]) -> None:
        catalogue, studies = context().catalogue, {device.study for device in found}
        observations = [catalogue.look(study) for study in studies]
        interviews = [catalogue.interviews(study) for study in studies]
        began = [each for look in observations for each in look.values.values()]
        self.reading = sum(look.missing for look in observations)
        self._numbers = Counter(each.source for each in began)
        self._labels = {each.stream: each.label for each in began} | {
            each.stream: each.label for look in interviews for each in look.values.values()
        }
        self._said = said

    def row(self, device: Device) -> Row:
        """Return what the list shows of the tablet."""
        said = self._said.get(device.id)
        return Row(
            device,
            _local(device.enrolled),
            _local(device.revoked) if device.revoked else None,
            sent=self._name(said.stream) if said and said.received else "",
            received=day_and_time(local(said.received)) if said and said.received else "",
            observations=self._numbers[device.id],
            unsent=said.unsent if said else None,
            at=day_and_time(local(said.at)) if said else "",
        )

    def _name(self, stream: str) -> str:
        kind = stream.partition("/")[0]
        return self._labels.get(stream) or _(UNKNOWN.get(kind, UNKNOWN[""]))


def _local(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone()
