"""Triangulation on pages: indicators by schools, one school, and one cell with all that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from observation.core import verdicts
from observation.core.cells import (
    Case,
    Cell,
    Period,
    Settings,
    Tested,
    Triangulation,
)
from observation.core.citing import cited, label_of
from observation.core.errors import N_, Refused
from observation.core.instrument import Group, Indicator, Instrument
from observation.core.records import LEADERSHIP, TEAM, Sighting
from observation.core.registers import LEADER, School, fold_school
from observation.core.rulings import Vote
from observation.core.sessions import Observed, Session
from observation.core.triangulation import (
    leaving_out,
    triangulate,
)
from observation.export import verdict_words
from observation.store.reading import read_stream

from .area import Area, area_of, chosen, events_of, member, submit
from .recording import Act, act_from_form
from .screens import Answer, context
from .words import language

pages = Blueprint("triangulation", __name__, url_prefix="/triangulation")

SCHOOLS = 8  # side by side on one page
KINDS = ("ruling-recorded", "consensus-recorded", "feedback-recorded", "event-retracted")


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address asks for: empty is everything; `page` counts from 1."""

    group: str = ""
    period: str = ""
    approved: bool = False
    strict: bool = False
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Choice:
        """Read the choice from an address's arguments; what makes no sense there is left out."""
        page = given.get("page", "")
        return cls(
            given.get("group", ""),
            given.get("period", ""),
            bool(given.get("approved")),
            bool(given.get("strict")),
            max(1, int(page)) if page.isdecimal() and len(page) < 9 else 1,
        )

    def settings(self, area: Area) -> Settings:
        """Return what the engine is to count; a period that the study does not have is the whole."""
        slot = area.study.periods.get(self.period)
        period = Period()
        if slot:
            period = Period(self.period, slot.value["from"], slot.value["until"])
        return Settings(period=period, approved_only=self.approved, strict=self.strict)

    def address(self, **other: object) -> dict[str, object]:
        """Return the arguments of an address of the same choice, but for these."""
        own = {
            "group": self.group,
            "period": self.period,
            "approved": "1" if self.approved else "",
            "strict": "1" if self.strict else "",
            "study": request.args.get("study", ""),
        }
        return {name: value for name, value in (own | other).items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator with a cell, or None, for each school of the page."""

    indicator: Indicator
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """What would be suggested without one respondent, session or observer."""

    without: str
    cell: Cell


@pages.get("")
def index() -> Answer:
    """Show the indicators by schools."""
    found, choice = chosen(), Choice.of(request.args)
    streams = context().store.events.versions(found.id)
    by_stream = context().catalogue.school_summaries.look(found.id, streams).values
    first = {by_stream[stream].school: stream for stream in sorted(by_stream, reverse=True)}
    codes = sorted(first.keys() - {""})
    last = max(1, -(-len(codes) // SCHOOLS))
    page = min(choice.page, last)
    shown = codes[(page - 1) * SCHOOLS : page * SCHOOLS]
    schools = [fold_school(events_of(found.id, first[code])) for code in shown]
    settings = choice.settings(found)
    cases = context().catalogue.evidence.cases(found.id, schools)
    results = [
        triangulate(cases[school.code], found.instrument, found.codebook, settings)
        for school in schools
    ]
    _name_damaged(found)
    return _page(
        "triangulation/index.html",
        found,
        choice=choice,
        results=results,
        groups=[
            (group, [_row(indicator, results) for indicator in own])
            for group, own in _groups(found.instrument, choice.group)
        ],
        all_groups=found.instrument.groups,
        page=page,
        last=last,
        total=len(codes),
    )


@pages.get("/schools/<uuid:school>")
def show(school: object) -> Answer:
    """Show all verdicts of one school, with its leaders' view, its team's and what was observed."""
    found = area_of(f"school/{school}")
    choice = Choice.of(request.args)
    result = triangulate(
        _case(found, school), found.instrument, found.codebook, choice.settings(found)
    )
    return _page(
        "triangulation/school.html",
        found,
        choice=choice,
        result=result,
        uuid=school,
        groups=[
            (group, [c for i in own for c in _lines(result, i)])
            for group, own in _groups(found.instrument, choice.group)
        ],
        others=[
            (found.codebook.path(code, language()), claims)
            for code, claims in sorted(result.others.items())
        ],
        wishes=[(cell, each) for cell in result.cells for each in cell.wishes],
    )


@pages.get("/schools/<uuid:school>/cell")
def cell(school: object) -> Answer:
    """Show one cell: what was said, what was seen, what is suggested, and what is ruled."""
    return _cell(school)


@pages.post("/schools/<uuid:school>/cell")
def event(school: object) -> Answer:
    """Record a ruling, an agreement between observers or feedback, and show the cell again."""
    stream = f"school/{school}"
    found = area_of(stream)
    address = url_for("triangulation.cell", school=school, **_arguments())

    def act() -> Act:
        made = act_from_form(request.form)
        data = made.data
        otherwise = made.kind == "ruling-recorded" and data["verdict"] != data["suggestion"]
        if otherwise and not str(data.get("because", "")).strip():
            raise Refused(N_("Say why you rule otherwise than what is suggested."))
        return made

    return submit(found.id, stream, KINDS, lambda refused: _cell(school, refused), address, act=act)


def _cell(uuid: object, refused: str = "") -> str:
    found = area_of(f"school/{uuid}")
    choice = Choice.of(request.args)
    case, settings = _case(found, uuid), choice.settings(found)
    result = triangulate(case, found.instrument, found.codebook, settings)
    one = _asked(result)
    by = member(found.study)
    own = [each for each in one.rulings if each.by == by]
    return _page(
        "triangulation/cell.html",
        found,
        choice=choice,
        uuid=uuid,
        result=result,
        cell=one,
        indicator=found.instrument.indicator(one.behaviour),
        names=found.instrument.codes_of(one.behaviour),
        evidence=cited(one),
        sessions=[_told(session, one) for session, _said in one.sights.said],
        flips=list(_flips(case, result, one, found, settings)),
        own=own,
        hidden=bool(one.rulings) and not own and not request.args.get("rulings"),
        disputes=[_dispute(session, one, case.school) for session in one.sights.disputed],
        feedback=[
            f
            for f in case.school.feedback
            if f.indicator in found.instrument.codes_of(one.behaviour)
        ],
        all_verdicts=verdicts.VERDICTS,
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One session as the cell shows it: its records, what stands, and the moments."""

    session: Session
    state: str
    one_observer: bool
    moments: tuple[tuple[Observed, str, Sighting], ...]
    countered: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """A session whose observers contradict each other: what each wrote down, and agrees to."""

    session: Session
    streams: list[str]
    said: list[tuple[Observed, str]]
    agreed: Mapping[str, Vote]


def _told(session: Session, one: Cell) -> Told:
    state = next(said for each, said in one.sights.said if each is session)
    by_label = {each.label: each for each in session.observed}
    moments = tuple((by_label[label], label_of(label, s.time), s) for label, s in state.sightings)
    return Told(
        session,
        state.state,
        state.one_observer,
        moments,
        any(each is session for each in one.sights.countered),
    )


def _dispute(session: Session, one: Cell, school: School) -> Dispute:
    key = (one.behaviour, one.actor)
    return Dispute(
        session,
        sorted(session.streams),
        [
            (each, each.judgements[key].state if key in each.judgements else "blank")
            for each in session.observed
        ],
        school.agreed.get((session.streams, *key), {}),
    )


def _asked(result: Triangulation) -> Cell:
    """The cell that the address names, or answer 404."""
    code, actor = request.args.get("code", ""), request.args.get("actor", "")
    line = request.args.get("line", "")
    for each in result.row(code, actor):
        if each.line == line or (not line and each.headline):
            return each
    return abort(404)


def _flips(
    case: Case, result: Triangulation, one: Cell, found: Area, settings: Settings
) -> Iterator[Flip]:
    """What flips when one respondent, session or observer is left out."""
    observers = sorted({each.observer for s in result.sessions for each in s.observed})
    without: list[tuple[str, Case]] = [
        *((who, leaving_out(case, respondent=who)) for who in one.positions.spoke),
        *((s.label, leaving_out(case, session=s)) for s in result.sessions),
        *((who, leaving_out(case, observer=who)) for who in observers if len(observers) > 1),
    ]
    for name, left in without:
        other = triangulate(left, found.instrument, found.codebook, settings, one.behaviour)
        for each in other.row(one.behaviour, one.actor):
            if each.line == one.line and each.verdict.verdict != one.verdict.verdict:
                yield Flip(name, each)


def _case(found: Area, uuid: object) -> Case:
    log = read_stream(context().store.events, found.id, f"school/{uuid}")
    if not log.kept:
        abort(404)
    _name_damaged(found)
    return context().catalogue.evidence.case(found.id, fold_school(log.events))


def _name_damaged(found: Area) -> None:
    """Name what cannot be read; while much is still to be read say how far that is."""
    for look in context().catalogue.evidence.look(found.id):
        found.damaged.extend(look.damaged.values())
        if look.missing:
            found.damaged.append(
                Refused(
                    N_(
                        "%(read)s of %(number)s records are read; the verdicts here are of these. Open the page again in a minute."
                    ),
                    read=len(look.values),
                    number=len(look.values) + look.missing,
                )
            )


def _groups(instrument: Instrument, chosen: str) -> Iterator[tuple[Group, list[Indicator]]]:
    for group in instrument.groups:
        own = [each for each in instrument.indicators if each.group == group.id]
        if own and chosen in ("", group.id):
            yield group, own


def _row(indicator: Indicator, results: Sequence[Triangulation]) -> Row:
    code = indicator.same_as or indicator.code
    actor = TEAM if indicator.actor == TEAM else LEADERSHIP
    return Row(indicator, tuple(_telling(result, code, actor) for result in results))


def _telling(result: Triangulation, code: str, actor: str) -> Cell | None:
    """The cell that a school's place in the matrix shows: the headline, of a leader who was spoken of where nobody spoke of the leadership."""
    heads = [c for c in result.cells if c.behaviour == code and c.headline]
    whole = next((c for c in heads if c.actor == actor), None)
    spoken = [c for c in heads if c.positions.spoke]
    if whole and not whole.positions.spoke and spoken:
        return spoken[0]
    return whole


def _lines(result: Triangulation, indicator: Indicator) -> Iterator[Cell]:
    """The cells of an indicator in which there is anything to see.

    A single leader is the leadership: of whom nothing was said, that row would say the same twice.
    """
    code = indicator.same_as or indicator.code
    own = [one for one in result.cells if one.behaviour == code]
    alone = len({one.actor for one in own} - {LEADERSHIP, TEAM}) < 2
    for one in own:
        twice = alone and one.actor not in (LEADERSHIP, TEAM)
        if one.tested or (one.headline and _is_anything(one) and not twice):
            yield replace(one, behaviour=indicator.code)


def _is_anything(one: Cell) -> bool:
    return bool(one.sights.total or one.sights.disputed)


def _arguments() -> dict[str, Any]:
    """The arguments of this address, to come back to it."""
    return dict(request.args)


def _page(template: str, found: Area, **values: object) -> str:
    return render_template(
        template,
        area=found,
        member=member(found.study),
        words=verdict_words,
        verdict_name=verdict_name,
        rule=rule,
        actor_name=actor_name,
        value_name={word.id: word.name[language()] for word in found.codebook.file.words},
        quotations=quotations,
        said_by=said_by,
        **{"refused": "", "typed": MultiDict(), **values},
    )


def verdict_name(verdict: verdicts.Verdict) -> str:
    """Return the word for a verdict, with *provisionally* where it is."""
    name = str(_(verdict_words.VERDICTS[verdict.verdict]))
    return f"{_(verdict_words.PROVISIONAL)} {name}" if verdict.provisional else name


def rule(one: Cell) -> str:
    """Return the rule that gave the verdict as a sentence."""
    claims = _(verdict_words.CLAIMS[one.positions.pattern])
    values = verdict_words.observation_values(one)
    sights = _(verdict_words.OBSERVATIONS[one.sights.pattern]) % values
    beside = any(session in one.sights.seen for session in one.sights.countered)
    opposite = _("; its opposite was seen beside it") if beside else ""
    return f"{claims}; {sights}{opposite}."


def actor_name(actor: str) -> str:
    """Return the word for the team or the leadership, or the code of a leader."""
    return str({TEAM: _("the team"), LEADERSHIP: _("the school leadership")}.get(actor, actor))


def said_by(one: Cell, leaders: bool) -> list[Tested]:
    """Return the claims of a cell that leaders made, or those that the team made."""
    return [each for each in one.tested if (LEADER in each.statement.roles) == leaders]


def quotations(tested: Iterable[Tested], most: int = 2) -> list[Tested]:
    """Return at most so many claims to quote: a typical one, and one that deviates from it."""
    every = list(tested)
    stances = [each.statement.said.stance for each in every]
    usual = max(set(stances), key=lambda s: (stances.count(s), s), default="")
    typical = [each for each in every if each.statement.said.stance == usual]
    other = [each for each in every if each.statement.said.stance != usual]
    return [*typical[:1], *(other[:1] or typical[1:2])][:most]
