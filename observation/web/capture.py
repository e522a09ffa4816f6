"""The capture screen: what happens in a session, one tap each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _

from observation.core.errors import N_, Refused
from observation.core.events import local_time
from observation.core.instrument import Indicator, Phase
from observation.core.records import NOBODY, NOT_RECORDED, Participant, Record
from observation.core.timeline import totals

from . import screens
from .entries import Line, lines, state_name
from .recording import Act, act_from_form, record
from .screens import Answer, context, find, observer, page
from .timeline import timeline
from .words import language, said

pages = Blueprint("capture", __name__, url_prefix="/observations")

AGO = (10, 30)  # seconds
GLYPHS = {"not-seen": "○", "not-judgeable": "–", "conflict": "≠"}


@dataclass(frozen=True, slots=True)
class PhaseChip:
    """A phase with how long it lasted so far against its usual length."""

    phase: Phase
    on: bool
    length: int
    share: int | None  # percent of the usual length, at most 100


@dataclass(frozen=True, slots=True)
class Chip:
    """Somebody who may lead: a person who is there, nobody, or not recorded."""

    code: str
    name: str
    role: str
    role_id: str
    on: bool
    length: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A behaviour with what is said of it so far."""

    indicator: Indicator
    seen: int
    mark: str  # the state in words, empty while nothing is said or when it was seen
    glyph: str
    part: str = ""  # the part of an indicator that is tapped, such as points handed over
    part_name: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """Everything that the capture screen shows beside the record itself."""

    phases: list[PhaseChip]
    chips: list[Chip]
    away: list[Participant]
    leadership: list[Tile]
    collaboration: list[Tile]
    log: list[Line]
    interrupted: bool
    just: Line | None
    by_whom: list[str]


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
    if request.form.get("_kind") == "judged-by":
        return _by_whom(observation)
    return screens.submit(observation, _screen, "capture.show")


def _by_whom(observation: object) -> Answer:
    """Say who did what was just seen: another judgement in the place of the first."""
    found = find(observation, running=True)
    state = found.observation
    seen = next((e.event for e in state.log if e.event.id == request.form.get("seen")), None)
    try:
        if seen is None or seen.kind != "indicator-judged":
            raise Refused(N_("This form is not one of this program; open the page again."))
        form = request.form.copy()
        form["_kind"] = "indicator-judged"
        for name in ("indicator", "state", "judged", "part"):
            if name in seen.data:
                form[name] = seen.data[name]
        form["replaces"] = seen.id
        act = act_from_form(form, state)
        moment = next(e.time for e in state.log if e.event.id == seen.id)
        at = local_time(state.start + moment, context().clock.now().isoformat())
        data = act.data | {"moment": at.isoformat(timespec="milliseconds")}
        record(context(), found.study, state.stream, observer(state), [Act(act.id, act.kind, data)])
    except Refused as refused:
        return _screen(found, said(refused))
    return redirect(url_for("capture.show", observation=observation), code=303)


def _screen(found: Record, refused: str = "") -> Answer:
    return page(
        "observations/capture.html",
        found,
        refused,
        capture=_capture(found),
        timeline=timeline(found),
        ago=AGO,
    )


def _capture(found: Record) -> Capture:
    state = found.observation
    log = [line for line in lines(found) if line.kind != "event-retracted"][::-1]
    just = next((line for line in log if line.event == request.args.get("just")), None)
    phase_on = state.phases[-1].value if state.phases and not state.ended else ""
    lead_on = state.leads[-1].value if state.leads and not state.ended else ""
    return Capture(
        phases=list(_phases(found, phase_on)),
        chips=list(_chips(found, lead_on)),
        away=[person for person in state.people if not _there(person, state.end)],
        leadership=list(_tiles(found, "leadership")),
        collaboration=list(_tiles(found, "collaboration")),
        log=log,
        interrupted=any(i.end >= state.end for i in state.interruptions) and not state.ended,
        just=just,
        by_whom=_candidates(found, just),
    )


def _phases(found: Record, on: str) -> Iterator[PhaseChip]:
    lengths = totals(found.observation.phases)
    for phase in found.instrument.phases:
        length = lengths.get(phase.id, 0)
        usual = phase.usual_seconds
        share = min(100, round(length / usual / 10)) if usual and length else None
        yield PhaseChip(phase, phase.id == on, length, share)


def _chips(found: Record, on: str) -> Iterator[Chip]:
    state, lengths = found.observation, totals(found.observation.leads)
    for person in state.people:
        if _there(person, state.end):
            role = next((r for r in found.instrument.roles if r.id == person.role), None)
            yield Chip(
                person.person,
                person.person,
                role.short[language()] if role else "",
                person.role,
                person.person == on,
                lengths.get(person.person, 0),
            )
    yield Chip(NOBODY, _("Nobody"), "", NOBODY, on == NOBODY, lengths.get(NOBODY, 0))
    yield Chip(
        NOT_RECORDED,
        _("Not recorded"),
        "",
        NOT_RECORDED,
        on == NOT_RECORDED,
        lengths.get(NOT_RECORDED, 0),
    )


def _there(person: Participant, end: int) -> bool:
    return any(spell.end >= end for spell in person.spells)


def _tiles(found: Record, table: str) -> Iterator[Tile]:
    """The behaviours that a session can show and that an observer taps, in the instrument's order."""
    tables = {group.id: group.table for group in found.instrument.groups}
    for indicator in found.instrument.behaviours():
        rule = indicator.log.rule if indicator.log else ""
        if tables[indicator.group] != table or indicator.locus == "outside":
            continue
        if rule and not (indicator.log and indicator.log.part):
            continue  # presence and lead are on the tracks: the log settles these
        judgement = found.observation.judgement(indicator.code, indicator.actor)
        part = indicator.log.part if indicator.log else None
        said_so = judgement and judgement.state not in ("blank", "seen")
        yield Tile(
            indicator,
            _parts_seen(found, indicator, part.id)
            if part
            else len(judgement.sightings)
            if judgement
            else 0,
            state_name(judgement.state) if judgement and said_so and not part else "",
            GLYPHS.get(judgement.state, "") if judgement else "",
            part.id if part else "",
            part.name[language()] if part else "",
        )


def _parts_seen(found: Record, indicator: Indicator, part: str) -> int:
    """How often a part of an indicator was seen, such as points handed over."""
    wanted = {"indicator": indicator.code, "part": part, "state": "seen"}
    return sum(
        wanted.items() <= entry.event.data.items()
        for entry in found.observation.log
        if entry.event.kind == "indicator-judged" and not entry.retracted
    )


def _candidates(found: Record, just: Line | None) -> list[str]:
    """Who may have done what was just seen: all who are there, while nobody was named yet."""
    if just is None or just.kind != "indicator-judged":
        return []
    event = next(e.event for e in found.observation.log if e.event.id == just.event)
    if event.data.get("state") != "seen" or event.data.get("person"):
        return []
    return [p.person for p in found.observation.people if _there(p, found.observation.end)]
