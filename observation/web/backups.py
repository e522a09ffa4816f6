"""The backups: how old the last checked one is, where it lies, and making one now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from babel.dates import format_timedelta
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from observation.core.errors import Refused
from observation.core.events import instant
from observation.core.work import Step
from observation.store import Damaged
from observation.store.backup import KEPT
from observation.store.backup_state import Busy, State, state
from observation.store.backup_state import cancel as cancel_backup

from .nightly import begin_backup, on_one_disk
from .screens import Answer, context
from .trouble import not_recorded
from .words import language, said

pages = Blueprint("backups", __name__, url_prefix="/backups")


STARTING = 20.0  # seconds in which a process says that it makes one


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
    stopped: datetime | None = None
    there: bool = True
    one_disk: bool | None = None
    changed: int = 0


@pages.get("")
def index() -> Answer:
    """Show the last checked backup, and how far one is that is being made."""
    return _index()


@pages.post("")
def make() -> Answer:
    """Begin a backup and show how far it is; while one is being made already say so."""
    try:
        if state(context().store.registry, context().clock.now()).running:
            raise Busy
    except Damaged:  # the next one mends it
        pass
    except Busy as refused:
        return not_recorded(refused, _index(said(refused)))
    begin_backup(context())
    begun = int(context().clock.now().timestamp())
    return redirect(url_for("backups.index", begun=begun), code=303)


@pages.post("/cancelled")
def cancel() -> Response:
    """Cancel the backup that is being made; the one before it still counts."""
    done = cancel_backup(context().store.registry, context().clock.now())
    return redirect(url_for("backups.index", cancelled=1 if done else None), code=303)


def _index(refused: str = "") -> str:
    try:
        told, damaged = _told(), None
    except Refused as unread:
        told, damaged = Told(State(), late=True), unread
    begun = _is_begun(told.state)
    address = url_for("backups.index", begun=request.args.get("begun") if begun else None)
    folder = context().backups.absolute()
    return render_template(
        "backups/index.html", told=told, damaged=damaged, begun=begun, address=address, beginning=Step(""), folder=folder,
        folder_on_one_disk=on_one_disk(context(), folder), kept=KEPT,
        passing=context().url == "memory:", refused=refused,
    )  # fmt: skip


def _is_begun(found: State) -> bool:
    """Whether one was asked for just now, of which no process says anything yet."""
    begun = request.args.get("begun", "")
    if found.running or not begun.isdecimal() or len(begun) > 12:
        return False
    ended = [found.failed, found.last.made if found.last else ""]
    later = any(each and instant(each) >= int(begun) * 1000 for each in ended)
    return not later and 0 <= context().clock.now().timestamp() - int(begun) < STARTING


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
        stopped=_local(found.stopped) if found.stopped else None,
    )


def _local(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone()
