"""What goes into the audit log: every change that was let in, and what leaves the server or is looked into.

Ids and names of accounts only, of nothing that anybody typed. The log is never what a request fails by.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from observation.core.errors import Refused
from observation.core.events import utc
from observation.store import Unavailable
from observation.store.accounts import find_account
from observation.store.audit import Entry, Outcome, Where, add_entry
from observation.store.devices import find_device
from observation.store.erasure import Erasure, erasure
from observation.store.server import current_study

from .access import NAME, from_this_machine
from .api import PREFIX
from .guard import READING
from .roles import Visitor
from .screens import context

# What is only read and yet noted: what leaves the server, and what was set aside.
READ = frozenset(
    {
        "exports.claims",
        "exports.codebook",
        "exports.file",
        "exports.sheet",
        "exports.triangulation",
        "observations.export",
        "quarantine.events",
        "quarantine.show",
    }
)
NOT = frozenset({"deposits.deposit"})  # its receipts say it
SIGN_IN = "access.enter"
SERVER = ("access", "backups", "imports", "quarantine")  # blueprints that are of no single study
STREAMS = ("observation", "interview", "school")  # parts of an address
KEY = re.compile(r"[0-9a-f]{16,64}")
MADE = re.compile(r"/(observation|interview|school)s/([0-9a-f-]{36})\b")  # where a page leads to


def keep_log(app: Flask) -> None:
    """Keep the audit log of what is asked of the application; after `access.guard`, whose refusals end a request."""
    app.before_request(_let_in)
    app.after_request(_note)


def _let_in() -> None:
    g.let_in = True


def _note(response: Response) -> Response:
    try:
        _note_request(response)
    except (Refused, OSError, Unavailable) as error:
        current_app.logger.error(
            "The audit log lacks %s: %s", request.endpoint, getattr(error, "strerror", error)
        )
    except Exception as error:
        # Ours, and still no reason to lose what was asked for; what it says may be what was typed.
        current_app.logger.error(
            "The audit log lacks %s: %s", request.endpoint, type(error).__name__
        )
    return response


def _note_request(response: Response) -> None:
    if request.endpoint is None or request.endpoint in NOT or request.method == "OPTIONS":
        return
    let_in = "let_in" in g
    if (name := _typed_name()) is not None:
        _note_sign_in(name, response, let_in)
    if not let_in or request.endpoint == SIGN_IN:
        return
    if request.method not in READING or (request.endpoint in READ and response.status_code == 200):
        _add(request.endpoint, _outcome(response), _account(), **_about(response))


def _typed_name() -> str | None:
    """The name of an account that was sent to sign in with, if one was and it can be read."""
    try:
        return None if request.method in READING else request.form.get(NAME)
    except HTTPException:  # a form that is too large, say
        return None


def _note_sign_in(name: str, response: Response, let_in: bool) -> None:
    """Note a try to sign in, also one that came with another form."""
    known = find_account(context().store.registry, name)
    if request.endpoint == SIGN_IN:
        let_in = response.status_code < 400
    if not let_in:
        _add(SIGN_IN, Outcome.REFUSED, known.name if known else "", once=True)
    elif known and known.name == _account():
        _add(SIGN_IN, Outcome.DONE, known.name)


def _add(what: str, outcome: Outcome, who: str, once: bool = False, **about: Any) -> None:
    here = from_this_machine()
    anybody = not (who or here)
    tablet = anybody and request.path.startswith(PREFIX)
    entry = Entry(
        utc(context().clock.now()),
        Where.TABLET if tablet else Where.PAGE,
        who,
        what,
        outcome,
        **about,
    )
    done = outcome is Outcome.DONE
    add_entry(context().store.registry, entry, once or (anybody and not done))


def _account() -> str:
    visitor: Visitor | None = g.get("visitor")
    return visitor.account if visitor else ""


def _outcome(response: Response) -> Outcome:
    if response.status_code >= 500:
        return Outcome.FAILED
    return Outcome.REFUSED if response.status_code >= 400 else Outcome.DONE


def _about(response: Response) -> dict[str, Any]:
    """Of which study it was, on which object, and which event it made."""
    endpoint, store = request.endpoint or "", context().store
    if endpoint == "devices.enrolment":
        value = response.get_json(silent=True) if response.status_code == 201 else None
        return {"study": value["study"], "object": f"device/{value['device']}"} if value else {}
    study, about = "" if request.blueprint in SERVER else _study(), ""
    for name, value in (request.view_args or {}).items():
        if name == "device" and (device := find_device(store.registry, str(value))):
            study, about = device.study, f"device/{device.id}"
        elif name in STREAMS and (owner := store.events.study_of(f"{name}/{value}")):
            study, about = owner, f"{name}/{value}"
        elif name == "id" and (erased := _erasure(str(value))):
            study, about = erased.study, f"erasure/{erased.id}"
        elif name == "key" and KEY.fullmatch(str(value)):
            about = f"{request.blueprint}/{value}"
    if request.blueprint == "accounts":
        account = find_account(store.registry, request.form.get("name", ""))
        about = f"account/{account.name}" if account else ""
    elif request.blueprint in ("register", "codebook"):
        about = f"study/{study}"
    elif request.blueprint == "exports":
        about = _school(study, request.args.get("school", ""))
    elif made := MADE.search(response.location or ""):
        about = about or f"{made[1]}/{made[2]}"
    return {"study": study, "object": about, "events": _event(response)}


def _erasure(id: str) -> Erasure | None:
    try:
        return erasure(context().store.registry, id)
    except Refused:
        return None


def _study() -> str:
    """The study in which the visitor was let in; at the server itself the one that the address names, or the first."""
    store, asked = context().store, request.args.get("study", "")
    if let_in := g.get("study"):
        return str(let_in)
    return asked if asked in store.events.studies() else "" if asked else current_study(store)


def _school(study: str, code: str) -> str:
    """The stream of the school that is asked for by its code, if it is one alone."""
    known = context().catalogue.school_summaries.look(study).values if code else {}
    return next((stream for stream in sorted(known) if known[stream].school == code), "")


def _event(response: Response) -> tuple[str, ...]:
    if request.method in READING or response.status_code >= 400:
        return ()
    try:
        return (str(UUID(request.form.get("_id", ""))),)
    except ValueError:
        return ()
