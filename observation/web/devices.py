"""Enrolment of a tablet: with a code that a lead made, or silently on the server's own machine and where somebody is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g

from observation.core.canonical import parse_json
from observation.core.errors import N_, Refused
from observation.store import Damaged
from observation.store.accounts import ANALYST, OBSERVER
from observation.store.codes import redeem
from observation.store.devices import Device, check_device, enrol, find_device, taken

from .api import Denied, answer, json_body, refusal, routes_of, token_of
from .roles import CAPTURE
from .screens import context

routes = routes_of("devices")


@routes.post("/devices")
def enrolment() -> Response:
    """Enrol the tablet and answer with its study and its token, which is shown this once."""
    body = json_body()
    try:
        value = _read(body)
    except Refused as refused:
        return refusal(refused, 422)
    study, token = _enrolled(value["device"], value["name"], value.get("code") or "")
    return answer({"device": value["device"], "study": study, "token": token}, 201)


def _read(body: bytes) -> Mapping[str, Any]:
    value = parse_json(body)
    if not isinstance(value, Mapping) or not isinstance(value.get("code", ""), str | None):
        raise Refused(N_("Send a device, a name and perhaps a code, each as text."))
    check_device(value.get("device"), value.get("name"))
    return value


def _enrolled(device: str, name: str, code: str) -> tuple[str, str]:
    store, now = context().store, context().clock.now()
    if code:
        try:
            return redeem(store.registry, code, device, name, now, token_of())
        except Damaged:
            raise
        except Refused as refused:
            raise Denied(403, refused.sentence, **refused.values) from None
    before = find_device(store.registry, device)
    study = before.study if before else g.visitor.first(CAPTURE)
    other = taken(store.registry, device, token_of())
    if not _may(study) or (before and before.revoked) or (other and not _is_own(other)):
        raise Denied(
            403, N_("A lead makes a code for this tablet, on the page “Tablets”; type it in.")
        )
    role = OBSERVER if g.visitor.role(study) == OBSERVER else ANALYST
    return study, enrol(store.registry, study, device, name, now, role, g.visitor.account)


def _may(study: str) -> bool:
    return bool(study) and g.visitor.role(study) in CAPTURE


def _is_own(device: Device) -> bool:
    """Whether it was this account that enrolled it, whose answer was lost, or somebody at the server itself."""
    return g.visitor.here or (bool(device.account) and device.account == g.visitor.account)
