"""Erasing a school or a respondent: what would go, the confirmation, and where something may still lie."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from observation.core.errors import N_, Refused
from observation.core.events import Event, stream_kind, utc
from observation.core.work import Step
from observation.store import Unavailable
from observation.store.accounts import LEAD
from observation.store.erasure import (
    DONE,
    Erasure,
    Wanted,
    begin,
    erasure,
    erasures,
    find_labels,
    resume,
    what_goes,
)
from observation.store.leftovers import how_much_beside
from observation.store.pending import delete_older, older_backups, pending
from observation.store.reading import read_stream

from .area import chosen
from .blind import unapproved
from .moments import day_and_time, local
from .screens import Answer, context
from .trouble import Unwritten, not_recorded
from .words import said

pages = Blueprint("erasure", __name__, url_prefix="/erasure")

SOON = 1.0  # seconds for which whoever erases waits
_going: dict[str, Step] = {}  # how far each erasure is that this process does
_stopped: dict[str, Refused] = {}  # why each is not finished that this process tried last
OF_OURS = N_(
    "Something went wrong in this program; what it was stands where the server was started."
)
SHOWN = 200  # characters of a text that cites
COUNTS = {
    "observations": N_("Observations"),
    "interviews": N_("Interviews"),
    "claims": N_("Claims"),
    "sessions": N_("Sessions of several observers"),
    "events": N_("Entries in all"),
    "conflicts": N_("Entries that came in two ways"),
    "set-aside": N_("Entries that were set aside"),
    "tables": N_("Tables that wait to be taken in: all of this study"),
}
WHAT = {"school": N_("A school"), "respondent": N_("A respondent")}
OTHER_CODE = N_("Type the code “%(code)s” as it stands here, so that nothing else is erased.")


@dataclass(frozen=True, slots=True)
class Place:
    """A text that cites what was erased: what it is of, where that is shown, and its beginning."""

    name: str
    address: str
    text: str


@pages.get("")
def index() -> Answer:
    """Show what was erased: of what kind, when, by whom and how much."""
    every = erasures(context().store.registry)
    own = [each for each in every if g.visitor.may("erasure.index", each.study)]
    return render_template(
        "erasure/index.html", erasures=own, what=WHAT, counted=_counted, moment=_moment
    )


@pages.get("/new")
def new() -> Answer:
    """Show what an erasure of the school or respondent in the address would remove."""
    return _new()


@pages.post("/new")
def erase() -> Answer:
    """Erase it, when a person's name and the code are typed, and show what is left to do."""
    wanted = _wanted()
    store, now = context().store, utc(context().clock.now())
    code = wanted.respondent or wanted.school
    try:
        if request.form.get("code", "").strip() != code.strip():
            raise Refused(OTHER_CODE, code=code).at("code")
        given = store, context().catalogue
        made = begin(*given, wanted, request.form.get("by", ""), now, context().beside)
    except Refused as refused:
        return not_recorded(refused, _new(said(refused)))
    _finish(made.id)
    return redirect(url_for("erasure.show", id=made.id), code=303)


@pages.get("/<uuid:id>")
def show(id: object) -> Answer:
    """Show what was erased, and where something of it may still lie."""
    return _report(_found(id))


@pages.post("/<uuid:id>")
def go_on(id: object) -> Answer:
    """Finish an erasure that was stopped."""
    found = _found(id)
    _finish(found.id)
    return redirect(url_for("erasure.show", id=found.id), code=303)


@pages.post("/<uuid:id>/backups")
def backups(id: object) -> Answer:
    """Delete the backups that were made before it, once there is a newer one."""
    found = _found(id)
    if not request.form.get("sure"):
        abort(400)
    if not _keeps_backups():
        abort(404)
    try:
        delete_older(*_about(found))
    except Refused as refused:
        return not_recorded(refused, _report(found, said(refused)))
    return redirect(url_for("erasure.show", id=found.id) + "#backups", code=303)


def _finish(id: str) -> None:
    """Do what is left of an erasure; whoever asked waits a moment for it and then sees how far it is.

    It is done by this process, since what it remembers of the records is erased too. What stops it is said
    by its page, since whoever asked may wait no more.
    """
    found, begun = context(), Step("")
    if _going.setdefault(id, begun) is not begun:
        return
    _stopped.pop(id, None)

    def run() -> None:
        try:
            now = utc(found.clock.now())
            resume(found.store, found.catalogue, id, now, found.beside, partial(_tell, id))
        except Refused as refused:
            _stopped[id] = refused
        except (OSError, Unavailable) as error:
            _stopped[id] = Unwritten(error)
        except Exception:
            _stopped[id] = Refused(OF_OURS)
            raise
        finally:
            _going.pop(id, None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SOON)


def _tell(id: str, step: Step) -> None:
    _going[id] = step


def _keeps_backups() -> bool:
    """Whether the visitor leads every study of the server: a backup holds them all."""
    return all(g.visitor.role(study) == LEAD for study in context().store.events.studies())


def _wanted() -> Wanted:
    school = request.args.get("school", "")
    if not school:
        abort(404)
    return Wanted(chosen().id, school, request.args.get("respondent", ""))


def _new(refused: str = "") -> str:
    wanted = _wanted()
    store = context().store
    try:
        found = what_goes(store, context().catalogue, wanted, context().beside)
    except Refused:
        abort(404)
    counts = {**found.counts, **how_much_beside(store, wanted.scope, context().beside)}
    return render_template(
        "erasure/new.html", wanted=wanted, counts=_counted(counts), refused=refused,
        unread=[said(each) for each in found.unread.values()], labels=find_labels(found),
        typed=request.form, school=_address_of(wanted),
    )  # fmt: skip


def _address_of(wanted: Wanted) -> str:
    schools = context().catalogue.school_summaries.look(wanted.study).values
    for stream in schools:
        if schools[stream].school == wanted.school:
            return url_for("schools.show", school=stream.partition("/")[2])
    return url_for("schools.index", study=wanted.study)


def _report(found: Erasure, refused: str = "") -> str:
    step = _going.get(found.id)
    if step is None:
        found = _found(found.id)  # it may have ended since that look
    older = older_backups(*_about(found))
    return render_template(
        "erasure/show.html", erasure=found, what=WHAT, done=found.state == DONE, refused=refused,
        step=step, stopped=_stopped.get(found.id),
        counts=_counted(found.counts), pending=pending(context().store.registry, found),
        older=older, keeps_backups=_keeps_backups(), places=list(_places(found)), moment=_moment,
    )  # fmt: skip


def _about(found: Erasure) -> tuple[Any, ...]:
    return context().store.registry, context().backups, found, context().clock.now()


def _found(id: object) -> Erasure:
    try:
        return erasure(context().store.registry, str(id))
    except Refused:
        abort(404)


def _counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(_(sentence), counts[name]) for name, sentence in COUNTS.items() if counts.get(name)]


def _moment(iso: str) -> str:
    return day_and_time(local(iso)) if iso else ""


def _places(found: Erasure) -> Iterator[Place]:
    """What cites it, as far as it is still there."""
    catalogue = context().catalogue
    labels = {s: each.label for s, each in catalogue.look(found.study).values.items()}
    labels |= {s: each.label for s, each in catalogue.interviews(found.study).values.items()}
    schools = catalogue.school_summaries.look(found.study).values
    labels |= {s: _("School %(school)s", school=schools[s].school) for s in schools}
    logs: dict[str, Mapping[str, Event]] = {}
    blind = bool(unapproved(found.study))
    for stream, id in found.places:
        if stream not in logs:
            try:
                log = read_stream(context().store.events, found.study, stream)
            except Refused:
                continue
            logs[stream] = {event.id: event for event in log.events}
        event = logs[stream].get(id)
        if event is not None:
            name = labels.get(stream) or _("The study")
            # What was said at a school is not for who is still to write down what was seen there.
            text = "" if blind and stream_kind(stream) != "observation" else _text(event)
            yield Place(name, _address(found.study, stream), text)


def _address(study: str, stream: str) -> str:
    uuid = stream.partition("/")[2]
    kind = stream_kind(stream)
    if kind == "study":
        return url_for("register.show", study=study)
    named: dict[str, Any] = {kind: uuid}
    return url_for(f"{kind}s.show", **named)


def _text(event: Event) -> str:
    texts = (event.data.get(name) for name in ("text", "because", "place", "label", "value"))
    text = next((each for each in texts if isinstance(each, str) and each.strip()), event.kind)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
