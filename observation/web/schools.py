"""The schools of a study: attributes, circumstances, units, leaders, respondents and their consent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from observation.core.errors import N_, Refused
from observation.core.interviews import fold_interview, heard
from observation.core.kinds import NAME, NO_NAME
from observation.core.registers import School, fold_school
from observation.store.reading import read_stream

from .area import Area, area_of, chosen, events_of, member, refuse_known, submit
from .recording import Act, act_from_form
from .screens import Answer, context

pages = Blueprint("schools", __name__, url_prefix="/schools")

KINDS = (
    "school-recorded",
    "unit-recorded",
    "leader-recorded",
    "circumstance-recorded",
    "respondent-recorded",
    "consent-given",
    "consent-withdrawn",
    "memo-written",
    "event-retracted",
)


@pages.get("")
def index() -> Answer:
    """Show the schools of a study, and a form for a new one."""
    return _index(chosen())


@pages.post("")
def add() -> Answer:
    """Record a new school, and show its page."""
    found = chosen()
    uuid = request.form.get("_id", "")

    def act() -> Act:
        made = act_from_form(request.form)
        _refuse_school(made.data.get("school", ""), found.schools())
        return made

    return submit(
        found.id,
        f"school/{uuid}",
        ("school-recorded",),
        lambda refused: _index(found, refused),
        url_for("schools.show", school=uuid),
        act,
    )


@pages.get("/<uuid:school>")
def show(school: object) -> Answer:
    """Show all that is recorded of a school."""
    return _page(school)


@pages.post("/<uuid:school>/events")
def event(school: object) -> Answer:
    """Record what the form says of the school, and show its page again."""
    stream = f"school/{school}"
    return submit(
        area_of(stream).id,
        stream,
        KINDS,
        lambda refused: _page(school, refused),
        url_for("schools.show", school=school),
        lambda: _act(fold_school(events_of(area_of(stream).id, stream))),
    )


def _act(known: School) -> Act:
    """Return the act of the form; raise Refused for a respondent, a unit or a leader that is there already."""
    made = act_from_form(request.form)
    respondents = {code: each.said.events for code, each in known.respondents.items()}
    units = {unit: slot.events for unit, slot in known.units.items()}
    refuse_known(made, "respondent-recorded", "respondent", respondents)
    refuse_known(made, "unit-recorded", "unit", units)
    leaders = {code: slot.events for code, slot in known.leaders.items()}
    refuse_known(made, "leader-recorded", "participant", leaders)
    return made


def _refuse_school(code: str, known: Iterable[School]) -> None:
    """Raise Refused for what cannot be the code of a new school; what was recorded before stays as it is."""
    if code and not NAME.holds(code):
        raise Refused(NO_NAME, text=code).at("school")
    for each in known:
        if each.code == code:
            raise Refused(
                N_("School %(school)s is in the register already; use another code."), school=code
            ).at("school")
        if code and each.code.casefold() == code.casefold():
            raise Refused(
                N_(
                    "School %(school)s is in the register already, and “%(code)s” differs in capitals only; use another code."
                ),
                school=each.code,
                code=code,
            ).at("school")


def _index(found: Area, refused: str = "") -> str:
    schools = found.schools()
    known = {school.code for school in schools}
    seen = {each.school for each in context().catalogue.look(found.id).values.values()}
    return render_template(
        "registers/schools.html",
        area=found,
        schools=schools,
        unrecorded=sorted(seen - known - {""}),
        member=member(found),
        only_read=not g.visitor.may("schools.event", found.id),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _page(uuid: object, refused: str = "") -> str:
    stream = f"school/{uuid}"
    found = area_of(stream)
    log = read_stream(context().store.events, found.id, stream)
    if not log.kept:
        abort(404)
    school = context().catalogue.withheld(found.id).of_school(fold_school(log.events))
    return render_template(
        "registers/school.html",
        area=found,
        uuid=uuid,
        school=school,
        people=list(_people(school)),
        withdrawn=_withdrawn(found, school),
        withdrawn_on=school.consents[""].withdrawn if school.withdrawn("") else "",
        roles={role.id: role.name for role in found.instrument.roles},
        member=member(found),
        only_read=not g.visitor.may("schools.event", found.id),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


@dataclass(frozen=True, slots=True)
class Person:
    """A respondent with the consent that stands, and the leader whom it is as a participant."""

    code: str
    said: Mapping[str, Any]
    events: tuple[str, ...]
    conflict: bool
    participant: str


def _people(school: School) -> Iterator[Person]:
    for code, respondent in sorted(school.respondents.items()):
        slot = respondent.said
        yield Person(code, slot.value, slot.events, slot.conflict, school.participant(code))


def _withdrawn(found: Area, school: School) -> int:
    """How many of the school's claims left because somebody withdrew."""
    if not any(consent.withdrawn for consent in school.consents.values()):
        return 0
    streams = context().store.events.versions(found.id)
    interviews = []
    for stream in streams:
        if stream.startswith("interview/"):
            try:
                interviews.append(
                    fold_interview(read_stream(context().store.events, found.id, stream).events)
                )
            except Refused as refused:
                found.damaged.append(refused)
    return heard(interviews, [school]).withdrawn.get(school.code, 0)
