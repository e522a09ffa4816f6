"""The backups: how old the last checked one is, where it lies, and making one now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from babel.dates import format_timedelta
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from observation.core.errors import Refused
from observation.store.backup import KEPT
from observation.store.backup_state import State, state

from .nightly import begin_backup, on_one_disk
from .screens import Answer, context
from .words import language

pages = Blueprint("backups", __name__, url_prefix="/backups")

REFRESH = 2  # seconds while one is being made


@dataclass(frozen=True, slots=True)
class Told:
    """What pages say of the backups; times are those of the server's wall clock, `age` is in words.

    `changed` is how many records are not in the last checked one as they are now.
    """

    state: State
    late: bool
    age: str = ""
    made: datetime | None = None
    failed: datetime | None = None
    there: bool = True
    one_disk: bool | None = None
    changed: int = 0


@pages.get("")
def index() -> Answer:
    """Show the last checked backup, and how far one is that is being made."""
    try:
        told, damaged = _told(), None
    except Refused as refused:
        told, damaged = Told(State(), late=True), refused
    begun = "begun" in request.args
    folder = context().backups.absolute()
    page = render_template(
        "backups/index.html", told=told, damaged=damaged, begun=begun, folder=folder,
        folder_on_one_disk=on_one_disk(context(), folder), kept=KEPT,
        passing=context().url == "memory:",
    )  # fmt: skip
    response = make_response(page)
    if told.state.running or begun:
        # Also for whoever has no script; the page says how to look again by hand.
        response.headers["Refresh"] = f"{REFRESH}; url={url_for('backups.index')}"
    return response


@pages.post("")
def make() -> Response:
    """Begin a backup and show how far it is; one that is being made already is enough."""
    begin_backup(context())
    return redirect(url_for("backups.index", begun=1), code=303)


def summary() -> Told | Refused:
    """Return what the study page says of the backups, or why nothing is known of them."""
    try:
        return _aged(state(context().store.registry, context().clock.now()))
    except Refused as refused:
        return refused


def _told() -> Told:
    found = context()
    told = _aged(state(found.store.registry, found.clock.now()))
    if told.state.last is None:
        return told
    changed = 0
    for study in found.store.events.studies():
        covered = found.in_backup.versions(study)
        versions = found.store.events.versions(study).items()
        changed += sum(covered.get(stream) != version for stream, version in versions)
    file = Path(told.state.last.file)
    return replace(
        told,
        there=not told.state.last.is_gone(),
        one_disk=on_one_disk(found, file),
        changed=changed,
    )


def _aged(found: State) -> Told:
    now = context().clock.now()
    age = found.age(now)
    return Told(
        found,
        found.late(now) and bool(context().store.events.studies()),
        age="" if age is None else format_timedelta(max(age, timedelta(0)), locale=language()),
        made=_local(found.last.made) if found.last else None,
        failed=_local(found.failed) if found.failed else None,
    )


def _local(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone()
