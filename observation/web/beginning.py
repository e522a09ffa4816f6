"""A new observation: school, unit, observer, who is expected, and the beginning."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from observation.core.errors import N_, Refused
from observation.core.events import is_uuid
from observation.core.instrument import Instrument
from observation.core.kinds import DATE, NAME, NO_NAME
from observation.settings import Context

from .recording import Act, new_id, record
from .roles import CAPTURE
from .screens import Answer, context
from .trouble import not_recorded
from .units import Known, Unit, known, next_label
from .words import said

pages = Blueprint("beginning", __name__, url_prefix="/observations")

ROWS, SPARE_ROWS = 10, 4  # for people, and for those who were not there last time


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the screen of a new observation shows."""

    study: str
    units: tuple[Unit, ...]
    members: tuple[str, ...]
    chosen: Unit
    label: str
    observer: str
    fixed: bool = False  # the observer is whose account it is
    people: list[Mapping[str, Any]] = field(default_factory=list)


NOTHING = Beginning("", (), (), Unit("", ""), "", "")  # before anything is known


@pages.get("/new")
def show() -> Answer:
    """Show the form, for the unit that the address names or as it was typed."""
    return _page(request.args)


@pages.post("/new")
def begin() -> Answer:
    """Record the beginning and go to where the session is recorded: its screen or its paper."""
    form = request.form
    try:
        study, stream, observer, acts = _acts(form)
        record(context(), study, stream, observer, acts)
    except Refused as refused:
        return not_recorded(refused, _page(form, said(refused)))
    screen = "paper.show" if form.get("source") == "paper" else "capture.show"
    return redirect(url_for(screen, observation=stream.partition("/")[2]), code=303)


def _page(given: MultiDict[str, str], refused: str = "") -> Answer:
    instrument = context().instruments.newest()
    beginning = _beginning(context(), given)
    html = render_template(
        "observations/new.html",
        beginning=beginning,
        instrument=instrument,
        paper=given.get("source") == "paper",
        rows=max(ROWS, len(beginning.people) + SPARE_ROWS),
        stream=given.get("stream") if is_uuid(given.get("stream")) else new_id(),
        typed=given if refused else {},
        refused=refused,
    )
    return (html, 422) if refused else html


def _beginning(context: Context, given: MultiDict[str, str]) -> Beginning:
    study = given.get("study") or g.visitor.first(CAPTURE)
    found = known(context, study) if is_uuid(study) else Known((), (), ())
    wanted = given.get("school", ""), given.get("unit", "")
    chosen = next((u for u in found.units if (u.school, u.unit) == wanted), Unit(*wanted))
    people = list(_typed_people(given)) or list(chosen.people)
    return Beginning(
        study=study,
        units=found.units,
        members=found.members,
        chosen=chosen,
        label=given.get("label") or next_label(chosen.school, found.labels),
        observer=g.visitor.member(study)
        or given.get("observer", "")
        or next(iter(found.members), ""),
        fixed=bool(g.visitor.member(study)),
        people=people,
    )


def _typed_people(given: MultiDict[str, str]) -> Iterator[Mapping[str, Any]]:
    for row in range(len(given.getlist("person"))):
        code = given.getlist("person")[row].strip()
        role = given.get(f"role-{row}", "")
        if code:
            present = given.get(f"present-{row}") == "true"
            reason = "" if present else given.get(f"reason-{row}", "")
            yield {"person": code, "role": role, "present": present, "reason": reason}


def _acts(form: MultiDict[str, str]) -> tuple[str, str, str, list[Act]]:
    """Study, stream, observer and the events that begin an observation."""
    study, stream, id = form.get("study", ""), form.get("stream", ""), form.get("_id", "")
    if not (is_uuid(study) and is_uuid(stream) and is_uuid(id)):
        raise Refused(N_("This form is not one of this program; open the page again."))
    header = {
        name: form.get(name, "").strip()
        for name in ("school", "unit", "observer", "label", "place")
    }
    header["observer"] = g.visitor.member(study) or header["observer"]
    for name, word in (
        ("school", _("School")),
        ("unit", _("Unit")),
        ("observer", _("Observer")),
        ("label", _("Observation")),
    ):
        if not header[name] or len(header[name]) > 64:
            raise Refused(N_("Fill in “%(field)s”, at most 64 characters."), field=word).at(name)
    _refuse_school(header["school"], known(context(), study).units)
    people = [
        {k: v for k, v in p.items() if v != ""} | {"expected": True} for p in _typed_people(form)
    ]
    codes = [person["person"] for person in people]
    if doubles := sorted({code for code in codes if codes.count(code) > 1}):
        raise Refused(N_("“%(code)s” stands twice among the people; keep one."), code=doubles[0])
    instrument = context().instruments.newest()
    begun: dict[str, Any] = {
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "digest": instrument.digest,
        },
        **{name: header[name] for name in ("school", "unit", "label")},
        "people": people,
        "source": "paper" if form.get("source") == "paper" else "live",
    }
    if header["place"]:
        begun["place"] = header["place"]
    if begun["source"] == "paper":
        begun["moment"] = _paper_moment(form)
    if minutes := form.get("already-running", "").strip():
        begun["already-running"] = _minutes(minutes)
    first = _first_phase(instrument, stream, begun.get("moment"))
    return (
        study,
        f"observation/{stream}",
        header["observer"],
        [Act(id, "observation-begun", begun), first],
    )


def _refuse_school(code: str, units: Collection[Unit]) -> None:
    """Raise Refused for a name instead of a code; what was recorded before stays as it is."""
    if not NAME.holds(code) and all(code != unit.school for unit in units):
        raise Refused(NO_NAME, text=code).at("school")


def _first_phase(instrument: Instrument, stream: str, moment: str | None) -> Act:
    """Beginning starts the first phase; its id follows from the stream, so that twice is once."""
    data = {"phase": instrument.phases[0].id} | ({"moment": moment} if moment else {})
    return Act(str(uuid.uuid5(uuid.UUID(stream), "first phase")), "phase-started", data)


def _paper_moment(form: MultiDict[str, str]) -> str:
    text = f"{form.get('date', '')}T{form.get('begin', '')}"
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except ValueError:
        wrong = "begin" if DATE.holds(form.get("date", "")) else "date"
        raise Refused(N_("Fill in the date and the time at which the session began.")).at(
            wrong
        ) from None


def _minutes(text: str) -> int:
    if not text.isdecimal() or int(text) > 600:
        raise Refused(N_("Write a whole number instead of %(text)s."), text=text).at(
            "already-running"
        )
    return int(text) * 60_000
