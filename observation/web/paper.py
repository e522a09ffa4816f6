"""Typing in what was written on paper: a line is one time and everything that happened then."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from observation.core.errors import N_, Refused
from observation.core.events import instant, is_uuid
from observation.core.instrument import Instrument
from observation.core.kinds import KINDS
from observation.core.moments import wall_clock
from observation.core.records import NOBODY, NOT_RECORDED, Entry, Observation, Record

from .changes import corrections
from .entries import Line, lines, state_name
from .posting import refuse_review
from .recording import Act, act_from_form, moment_at, record
from .screens import Answer, context, find, observer, page
from .timeline import timeline
from .trouble import not_recorded
from .words import language, said

pages = Blueprint("paper", __name__, url_prefix="/observations")

BEHAVIOURS, TAGS = 3, 3  # that one line has room for
MOST = 99  # that one line counts on the board
BOARD = "board-"  # before a counter, the name of its field
CLOCK = "%H:%M:%S"
STATES = ("seen", "not-seen", "not-judgeable")  # the first is meant when none is chosen

Form = MultiDict[str, str]
Choices = list[tuple[str, str]]  # a value with its words
Part = tuple[str, str, dict[str, Any]]  # where in the form, the kind of event, its data


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a line can be made of; `last` is the time of the line that was typed last."""

    last: str
    phases: Choices
    leads: Choices
    people: Choices
    behaviours: list[tuple[str, Choices]]
    states: Choices
    note_kinds: Choices
    tags: Choices
    board: Choices
    roles: Choices


@dataclass(frozen=True, slots=True)
class Written:
    """A line as it stands: what was recorded at once for one time (ms since the start).

    `replaces` are, per event, the corrections of its moment; `begins` is the line of the beginning.
    """

    time: int
    clock: str
    begins: bool
    entries: list[Line]
    replaces: dict[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        """The line's place on the page."""
        return f"line-{self.entries[0].event}"


@pages.get("/<uuid:observation>/paper")
def show(observation: object) -> Answer:
    """Show an empty line and what was typed in so far."""
    return _screen(_find(observation))


@pages.post("/<uuid:observation>/paper/events")
def event(observation: object) -> Answer:
    """Record a line, or take back or move what a line says, and show the screen again."""
    found, form = _find(observation), request.form
    try:
        if not is_uuid(form.get("_id")) or form.get("_kind") not in ACTS:
            raise Refused(N_("This form is not one of this program; open the page again."))
        state, acts = found.observation, list(ACTS[form["_kind"]](found, form))
        refuse_review(found, acts)
        made = record(context(), found.study, state.stream, observer(state), acts)
    except Refused as refused:
        return not_recorded(refused, _screen(found, said(refused)))
    # Without a place in the address the cursor is in the time again, ready for the next line.
    place = form.get("_to") if form["_kind"] != "line" else None
    just = made[0].id if made and not place else None
    address = url_for("paper.show", observation=observation, just=just, _anchor=place)
    return redirect(address, code=303)


def _find(observation: object) -> Record:
    found = find(observation, running=True)
    if not found.observation.from_paper:
        abort(404)
    return found


def _screen(found: Record, refused: str = "") -> Answer:
    written = list(_written(found))
    just = request.args.get("just")
    return page(
        "observations/paper.html",
        found,
        refused,
        sheet=_sheet(found),
        written=written,
        just=next((w for w in written if any(e.event == just for e in w.entries)), None),
        rows=BEHAVIOURS,
        most=MOST,
        timeline=timeline(found),
    )


# What a form says: the events that it makes. Each has an id that follows from the form's own and
# from its place in the form, so that sending the form twice is harmless.


def _line(found: Record, form: Form) -> Iterator[Act]:
    """The events of a line; Refused when it has no time or says nothing."""
    moment = _moment(found.observation, form.get("clock", "").strip() or form.get("last", ""))
    parts = list(_parts(found.instrument, form))
    if not parts:
        raise Refused(N_("Write or choose what happened at this time."))
    for place, kind, data in parts:
        when = {"moment": moment} if KINDS[kind].timed else {}
        yield Act(_id(form, place), kind, data | when)


def _take_back(found: Record, form: Form) -> Iterator[Act]:
    """The retraction of one event of a line."""
    yield act_from_form(form, found.observation)


def _move(found: Record, form: Form) -> Iterator[Act]:
    """Another time for every event of a line."""
    state, clock = found.observation, form.get("clock", "").strip()
    events = form.getlist("event")
    if state.begun is None or state.begun.id not in events:
        moment = _moment(state, clock)
    elif clock.startswith("+"):
        # Since the beginning it would move once more whenever it is sent.
        raise Refused(N_("Write the beginning itself as on the wall clock, 15:10:20."))
    else:
        moment = moment_at(state, clock)
    for event in events:
        data: dict[str, Any] = {"event": event, "moment": moment}
        if replaces := form.getlist(f"replaces-{event}"):
            data["replaces"] = replaces
        yield Act(_id(form, event), "moment-corrected", data)


ACTS: dict[str, Callable[[Record, Form], Iterator[Act]]] = {
    "line": _line,
    "event-retracted": _take_back,
    "moment-corrected": _move,
}


def _id(form: Form, place: str) -> str:
    return str(uuid.uuid5(uuid.UUID(form["_id"]), place))


def _moment(observation: Observation, clock: str) -> str:
    """The moment that a written time stands for; Refused when it lies before the beginning."""
    moment = moment_at(observation, clock)
    if instant(moment) < observation.start:
        raise Refused(
            N_(
                "%(clock)s is before the beginning, %(begin)s; write a later time, or put the "
                "beginning right in the list below."
            ),
            clock=clock,
            begin=wall_clock(observation, 0).strftime(CLOCK),
        )
    return moment


def _parts(instrument: Instrument, form: Form) -> Iterator[Part]:
    """Everything that a line says, in an order in which it can have happened."""

    def given(name: str) -> str:
        return form.get(name, "").strip()

    if person := given("new-person"):
        who = {"person": person, "role": given("new-role"), "expected": False}
        yield "new-person", "person-recorded", who
        yield "new-arrived", "person-arrived", {"person": person}
    for place, kind, name in (
        ("arrived", "person-arrived", "person"),
        ("phase", "phase-started", "phase"),
        ("lead", "lead-taken", "lead"),
    ):
        if value := given(place):
            yield place, kind, {name: value}
    if given("interruption-over"):
        yield "interruption-over", "interruption-ended", {}
    if text := given("interruption"):
        yield "interruption", "interruption-started", {"text": text}
    for row in range(BEHAVIOURS):
        yield from _judgement(
            row, *(given(f"{name}-{row}") for name in ("behaviour", "state", "by"))
        )
    yield from _note(instrument, form)
    for counter in instrument.board:
        place = BOARD + counter.id
        if (text := given(place)) and (number := _number(text)):
            yield place, "board-counted", {"counter": counter.id, "number": number}
    if person := given("departed"):
        yield "departed", "person-departed", {"person": person}
    if given("ended"):
        yield "ended", "observation-ended", {}


def _judgement(row: int, behaviour: str, state: str, person: str) -> Iterator[Part]:
    if behaviour:
        code, _space, part = behaviour.partition(" ")
        data = {"indicator": code, "state": state or STATES[0], "judged": "session"}
        more = {"part": part, "person": person}
        data |= {name: value for name, value in more.items() if value}
        yield f"behaviour-{row}", "indicator-judged", data
    elif person or state:
        raise Refused(N_("Choose the behaviour too, or empty what stands beside it."))


def _note(instrument: Instrument, form: Form) -> Iterator[Part]:
    text, kind = form.get("text", ""), form.get("kind")
    tags = list(dict.fromkeys(filter(None, (form.get(f"tag-{n}") for n in range(TAGS)))))
    if text.strip():
        yield (
            "note",
            "note-written",
            {"text": text, "kind": kind or instrument.note_kinds[0].id, "tags": tags},
        )
    elif tags or kind:
        raise Refused(N_("Write the note too, or empty what it is about."))


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(MOST)):
        raise Refused(
            N_("Write a whole number from 0 to %(most)s instead of %(text)s."), most=MOST, text=text
        )
    return int(text)


# What the screen shows.


def _sheet(found: Record) -> Sheet:
    instrument, tongue = found.instrument, language()
    roles = {role.id: role.short[tongue] for role in instrument.roles}
    people = [
        (each.person, " · ".join(filter(None, (each.person, roles.get(each.role, "")))))
        for each in found.observation.people
    ]
    return Sheet(
        last=wall_clock(found.observation, _last(found.observation)).strftime(CLOCK),
        phases=[(phase.id, phase.name[tongue]) for phase in instrument.phases],
        leads=[*people, (NOBODY, _("Nobody")), (NOT_RECORDED, _("Not recorded"))],
        people=people,
        behaviours=[
            (_("Leadership"), list(_behaviours(instrument, "leadership"))),
            (_("Collaboration"), list(_behaviours(instrument, "collaboration"))),
        ],
        states=_first_unless([(state, state_name(state)) for state in STATES]),
        note_kinds=_first_unless([(k.id, k.name[tongue]) for k in instrument.note_kinds]),
        tags=[(tag.id, tag.name[tongue]) for tag in instrument.tags],
        board=[(BOARD + counter.id, counter.short[tongue]) for counter in instrument.board],
        roles=list(roles.items()),
    )


def _first_unless(choices: Choices) -> Choices:
    """The choices with the first as what is meant when nothing is chosen."""
    return [("", choices[0][1]), *choices[1:]]


def _behaviours(instrument: Instrument, table: str) -> Iterator[tuple[str, str]]:
    """What an observer can see of a table; what the log settles by itself is left out."""
    tables = {group.id: group.table for group in instrument.groups}
    for indicator in instrument.behaviours():
        if tables[indicator.group] != table or indicator.locus == "outside":
            continue
        if indicator.log and indicator.log.part:
            part = indicator.log.part
            yield f"{indicator.code} {part.id}", part.name[language()]
        elif not (indicator.log and indicator.log.rule):
            yield indicator.code, indicator.short[language()]


def _last(observation: Observation) -> int:
    """The time of what was typed in last, whatever its place in the session."""
    typed = [entry for entry in _by_hand(observation) if not entry.retracted]
    return max(typed, key=lambda entry: (entry.recorded, entry.event.seq)).time if typed else 0


def _written(found: Record) -> Iterator[Written]:
    """The lines in the order of time: what was recorded at once, and moved since, stays together."""
    told = {line.event: line for line in lines(found)}
    moved = corrections(found)
    begun = found.observation.begun
    for (time, *_rest), entries in groupby(
        _by_hand(found.observation), lambda e: (e.time, e.recorded, e.event.device)
    ):
        own = [told[entry.event.id] for entry in entries]
        ids = [line.event for line in own]
        yield Written(
            time=time,
            clock=wall_clock(found.observation, time).strftime(CLOCK),
            begins=begun is not None and begun.id in ids,
            entries=own,
            replaces={id: moved.get(id, ()) for id in ids},
        )


def _by_hand(observation: Observation) -> Iterator[Entry]:
    """The entries whose moment was set by hand, in the order of time."""
    for entry in observation.log:
        kind = KINDS.get(entry.event.kind)
        if kind is not None and kind.timed and "moment" in entry.event.data:
            yield entry
