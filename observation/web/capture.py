"""The capture screen: what happens in a session, one tap each.

What it shows is told in `Capture`, of which every part has a `key`. On the tablet JavaScript fills the
same markup with the same parts (`static/js/ui/capture-view.js`); a browser test compares the two.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _

from observation.core.errors import N_, Refused
from observation.core.format import clock
from observation.core.instrument import Indicator
from observation.core.judgements import standing_judgements
from observation.core.moments import moment
from observation.core.records import (
    NOBODY,
    NOT_RECORDED,
    Entry,
    Note,
    Observation,
    Participant,
    Record,
)
from observation.core.timeline import totals

from .changes import corrections
from .entries import Line, lines, state_name
from .posting import refuse_review
from .recording import Act, act_from_form, record
from .screens import Answer, context, find, observer, page
from .timeline import timeline
from .trouble import not_recorded
from .words import language, said

pages = Blueprint("capture", __name__, url_prefix="/observations")

EARLIER = (10, 30)  # seconds
NEWEST = 20  # entries of the log that are in view; the older ones are folded
GLYPHS = {"not-seen": "○", "not-judgeable": "–", "conflict": "≠"}


@dataclass(frozen=True, slots=True)
class PhaseChip:
    """A phase with how long it lasted so far; `share` is in percent of its usual length."""

    key: str
    name: str
    on: bool
    detail: str
    share: int | None


@dataclass(frozen=True, slots=True)
class Chip:
    """Somebody who may lead: a person who is there, nobody, or not recorded."""

    key: str
    name: str
    role: str
    lasted: str  # how long they led so far
    on: bool
    person: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """A behaviour that is tapped, or the part of it that is, with what the observer said of it."""

    key: str
    name: str
    indicator: Indicator
    part: str
    count: str  # how often it was seen, or the glyph of another state
    word: str  # the state in words, empty while nothing is said
    seen: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """Everything that the capture screen shows beside the record itself."""

    phases: list[PhaseChip]
    leads: list[Chip]
    away: list[Participant]
    leadership: list[Tile]
    collaboration: list[Tile]
    log: list[Line]
    older: list[Line]
    interrupted: bool
    just: Line | None
    by_whom: list[str]
    asks_lead: bool
    correcting: Note | None


@pages.get("/<uuid:observation>/capture")
def show(observation: object) -> Answer:
    """Show the session as it stands; one from paper has a screen of its own."""
    found = find(observation, running=True)
    if found.observation.from_paper:
        return redirect(url_for("paper.show", observation=observation))
    return _screen(found)


@pages.post("/<uuid:observation>/capture/events")
def event(observation: object) -> Answer:
    """Record what was tapped or typed, and show the session again."""
    made = MADE_OF.get(request.form.get("_kind", ""), _as_it_is)
    found = find(observation, running=True)
    state = found.observation
    try:
        acts = made(found)
        refuse_review(found, acts)
        recorded = record(context(), found.study, state.stream, observer(state), acts)
    except Refused as refused:
        return not_recorded(refused, _screen(found, said(refused)))
    just = recorded[0].id if recorded else acts[0].id
    return redirect(url_for("capture.show", observation=observation, just=just), code=303)


def _as_it_is(found: Record) -> list[Act]:
    """What the form says, one event."""
    return [act_from_form(request.form, found.observation)]


def _judged_by(found: Record) -> list[Act]:
    """Who did what was just seen: another judgement in the place of the first."""
    state = found.observation
    seen = _named(state, "seen", "indicator-judged")
    form = request.form.copy()
    form["_kind"] = "indicator-judged"
    for name in ("indicator", "state", "judged", "part"):
        if name in seen.event.data:
            form[name] = seen.event.data[name]
    form["replaces"] = seen.event.id
    form["moment"] = moment(state, seen.time)
    return [act_from_form(form, state)]


def _put_earlier(found: Record) -> list[Act]:
    """A correction of a moment by so many milliseconds."""
    state = found.observation
    entry = _named(state, "event")
    form = request.form.copy()
    form["_kind"] = "moment-corrected"
    form["moment"] = moment(state, entry.time - request.form.get("earlier", 0, int))
    form.setlist("replaces", list(corrections(found).get(entry.event.id, ())))
    return [act_from_form(form, state)]


def _added(found: Record) -> list[Act]:
    """Somebody whom nobody expected: who is added comes in."""
    added = act_from_form(request.form, found.observation)
    if found.observation.person(added.data["person"]):
        raise Refused(N_("This code is already among the people."))
    arrival = str(uuid.uuid5(uuid.UUID(added.id), "arrival"))
    return [added, Act(arrival, "person-arrived", {"person": added.data["person"]})]


# What of this screen is more than one event of the same kind and data as its form.
MADE_OF = {"judged-by": _judged_by, "put-earlier": _put_earlier, "person-recorded": _added}


def _named(state: Observation, field: str, kind: str = "") -> Entry:
    """The entry of the log that a field of the form names."""
    id = request.form.get(field)
    for entry in state.log:
        if entry.event.id == id and kind in ("", entry.event.kind):
            return entry
    raise Refused(N_("This form is not one of this program; open the page again."))


def _screen(found: Record, refused: str = "") -> Answer:
    return page(
        "observations/capture.html",
        found,
        refused,
        capture=view(found),
        timeline=timeline(found),
        earlier=EARLIER,
        state_name=state_name,
    )


def view(found: Record) -> Capture:
    """Return what the screen shows of a record."""
    state = found.observation
    log = list(_log(found))
    phase_on = state.phases[-1].value if state.phases and not state.ended else ""
    lead_on = state.leads[-1].value if state.leads and not state.ended else ""
    told = {line.event: line for line in lines(found)}
    just = told.get(request.args.get("just", ""))
    wanted = request.args.get("correct")
    return Capture(
        phases=list(_phases(found, phase_on)),
        leads=list(_leads(found, lead_on)),
        away=[person for person in state.people if not _there(person, state.end)],
        leadership=list(_tiles(found, "leadership")),
        collaboration=list(_tiles(found, "collaboration")),
        log=log[:NEWEST],
        older=log[NEWEST:],
        interrupted=any(i.end >= state.end for i in state.interruptions) and not state.ended,
        just=just,
        by_whom=_candidates(found, just),
        asks_lead=not any(entry.event.kind == "lead-taken" for entry in state.log),
        correcting=next((note for note in state.notes if note.event == wanted), None),
    )


def _phases(found: Record, on: str) -> Iterator[PhaseChip]:
    lengths = totals(found.observation.phases)
    for phase in found.instrument.phases:
        length, usual = lengths.get(phase.id, 0), phase.usual_seconds
        detail = clock(length) if length or phase.id == on else ""
        share = None
        if usual and phase.id == on:
            detail += " " + _("of about %(usual)s", usual=clock(usual * 1000))
            share = min(100, length // (usual * 10))
        yield PhaseChip(phase.id, phase.name[language()], phase.id == on, detail, share)


def _leads(found: Record, on: str) -> Iterator[Chip]:
    lengths = totals(found.observation.leads)
    roles = {role.id: role.short[language()] for role in found.instrument.roles}

    def chip(code: str, name: str, role: str, person: bool) -> Chip:
        lasted = clock(lengths[code]) if lengths.get(code) else ""
        return Chip(code, name, role, lasted, code == on, person)

    for person in found.observation.people:
        if _there(person, found.observation.end):
            yield chip(person.person, person.person, roles.get(person.role, ""), True)
    yield chip(NOBODY, _("Nobody"), "", False)
    yield chip(NOT_RECORDED, _("Not recorded"), "", False)


def _there(person: Participant, end: int) -> bool:
    return any(spell.end >= end for spell in person.spells)


def _tiles(found: Record, table: str) -> Iterator[Tile]:
    """The behaviours that a session can show and that an observer taps, in the instrument's order."""
    tables = {group.id: group.table for group in found.instrument.groups}
    states = _states(found)
    for indicator in found.instrument.behaviours():
        part = indicator.log.part if indicator.log else None
        if tables[indicator.group] != table or indicator.locus == "outside":
            continue
        if indicator.log and not part:
            continue  # presence and lead are on the tracks: the log settles these
        said = states.get((indicator.code, part.id if part else ""), ())
        state = said[0] if len(set(said)) == 1 else "conflict"
        seen = said.count("seen")
        yield Tile(
            key=indicator.code,
            name=(part.name if part else indicator.short)[language()],
            indicator=indicator,
            part=part.id if part else "",
            count=str(seen) if seen else GLYPHS[state] if said else "",
            word=state_name("seen" if seen else state) if said else "",
            seen=seen > 0,
        )


def _states(found: Record) -> Mapping[tuple[str, str], Sequence[str]]:
    """What the observer said of each behaviour and part, whoever did it."""
    said = {e.event.id: e.event.data.get("state", "") for e in found.observation.log}
    states: dict[tuple[str, str], list[str]] = {}
    stands = standing_judgements(found.observation.log, found.instrument)
    for (code, part, _actor), ids in stands.items():
        states.setdefault((code, part), []).extend(said[id] for id in ids)
    return states


def _log(found: Record) -> Iterator[Line]:
    """What was recorded of the session, newest first, each entry as it stands now."""
    log = found.observation.log
    notes = {note.event: note.content.value for note in found.observation.notes}
    stale = {
        id
        for entry in log
        if entry.event.kind == "indicator-judged" and not entry.retracted
        for id in entry.event.replaces
    }
    told = list(lines(found, notes))
    yield from (
        line
        for line in reversed(told)
        if (line.timed or line.kind == "person-recorded") and line.event not in stale
    )


def _candidates(found: Record, just: Line | None) -> list[str]:
    """Who may have done what was just seen: all who are there, while nobody was named yet."""
    if just is None or just.kind != "indicator-judged" or just.retracted:
        return []
    event = next(e.event for e in found.observation.log if e.event.id == just.event)
    if event.data.get("state") != "seen" or event.data.get("person"):
        return []
    return [p.person for p in found.observation.people if _there(p, found.observation.end)]
