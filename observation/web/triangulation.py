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
    Settings,
    Tested,
    Triangulation,
)
from observation.core.citing import cited, label_of
from observation.core.claims import Positions, is_of_team, position, positions
from observation.core.comparison import Occasions, actor_of, headline, occasions
from observation.core.errors import N_, Refused
from observation.core.instrument import Group, Indicator, Instrument
from observation.core.records import LEADERSHIP, TEAM, Sighting
from observation.core.registers import School, fold_school
from observation.core.rulings import Vote
from observation.core.sessions import Observed, Session
from observation.core.triangulation import leaving_out, of_role, triangulate
from observation.export import verdict_words
from observation.export.comparison import BESIDE, Comparison, parts
from observation.export.small_groups import small_groups_line
from observation.export.triangulation import INTERNAL, for_audience
from observation.store.reading import read_stream

from .area import Area, area_of, chosen, member, submit
from .blind import Blind, refuse_blind, unapproved
from .choice import Choice, name_damaged
from .recording import Act, act_from_form
from .screens import Answer, context
from .withdrawal import withdrawn_on
from .words import language

pages = Blueprint("triangulation", __name__, url_prefix="/triangulation")

KINDS = (
    "ruling-recorded",
    "consensus-recorded",
    "feedback-recorded",
    "quotation-withheld",
    "event-retracted",
)


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator with a cell, or None, for each school of the page; `times` are those in a chosen phase."""

    indicator: Indicator
    cells: tuple[Cell | None, ...]
    times: tuple[Occasions, ...] = ()


@dataclass(frozen=True, slots=True)
class Flip:
    """What would be suggested without one respondent, session or observer."""

    without: str
    cell: Cell


@pages.get("")
def index() -> Answer:
    """Show the indicators by schools."""
    found, choice = chosen(), Choice.of(request.args)
    shown = schools_shown(found, choice)
    return _page(
        "triangulation/index.html",
        found,
        choice=choice,
        groups=[
            (group, rows)
            for group, own in _groups(found.instrument, choice.group)
            if (rows := list(_rows(own, shown.results, found, choice)))
        ],
        all_groups=found.instrument.groups,
        small=_small(found, shown.results),
        roles=sorted({p.role for r in shown.results for p in r.case.school.respondents.values()}),
        **vars(shown),
    )


@pages.get("/comparison")
def comparison() -> Answer:
    """Show schools beside each other: verdicts, views, phases, who led, styles, saturation, expectations."""
    found, choice = chosen(), Choice.of(request.args)
    shown = schools_shown(found, choice)
    compared = Comparison(
        tuple(shown.results), found.study, found.instrument, found.codebook, language()
    )
    return _page(
        "triangulation/comparison.html",
        found,
        choice=choice,
        sections=list(parts(compared)),
        small=_small(found, shown.results),
        schools=shown.results,
        uuids={r.case.school.code: r.case.school.stream.partition("/")[2] for r in shown.results},
        **vars(shown),
    )


@dataclass(frozen=True)
class Schools:
    """The schools of one page with their verdicts: `page` of `last`, of `total` schools."""

    results: list[Triangulation]
    page: int
    last: int
    total: int


def schools_shown(found: Area, choice: Choice, audience: str = INTERNAL) -> Schools:
    """Return the schools of the page that is asked for, by code, as this audience may know them."""
    known = context().catalogue.schools(found.id)
    blind = unapproved(found.id)
    codes = sorted({each.school for each in known} - {"", *blind})
    found.damaged.extend(Blind(code, labels) for code, labels in sorted(blind.items()))
    last = max(1, -(-len(codes) // BESIDE))
    page = min(choice.page, last)
    shown = codes[(page - 1) * BESIDE : page * BESIDE]
    schools = list(found.by_code(shown).values())
    settings = choice.settings(found)
    cases = context().catalogue.evidence.cases(found.id, schools)
    taken = [for_audience(cases[school.code], audience) for school in schools]
    if choice.role:
        taken = [of_role(case, choice.role) for case in taken]
    results = [triangulate(case, found.instrument, found.codebook, settings) for case in taken]
    name_damaged(found)
    return Schools(results, page, last, len(codes))


@pages.get("/schools/<uuid:school>")
def show(school: object) -> Answer:
    """Show all verdicts of one school, with its leaders' view, its team's and what was observed."""
    from observation.export.pdf.sheet import Sheet
    from observation.export.pdf.triangulation import sheet_foot

    found = area_of(f"school/{school}")
    choice = Choice.of(request.args)
    result = triangulate(
        _case(found, school), found.instrument, found.codebook, choice.settings(found)
    )
    stamp = context().catalogue.evidence.stamp(found.id, result.case)
    return _page(
        "triangulation/school.html",
        found,
        choice=choice,
        result=result,
        small=_small(found, [result]),
        withdrawn_on=withdrawn_on(found, result.case.school.code),
        uuid=school,
        stamp=stamp,
        foot=sheet_foot(
            Sheet(result, found.instrument, found.codebook, language()),
            stamp,
            context().clock.now().date().isoformat(),
            "",  # how far observers agree has a page of its own
        ),
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
            raise Refused(N_("Say why you rule otherwise than what is suggested.")).at("because")
        return made

    return submit(found.id, stream, KINDS, lambda refused: _cell(school, refused), address, act=act)


def _cell(uuid: object, refused: str = "") -> str:
    found = area_of(f"school/{uuid}")
    choice = Choice.of(request.args)
    case, settings = _case(found, uuid), choice.settings(found)
    result = triangulate(case, found.instrument, found.codebook, settings)
    one = _asked(result)
    by = member(found)
    own = [each for each in one.rulings if each.by == by]
    return _page(
        "triangulation/cell.html",
        found,
        choice=choice,
        uuid=uuid,
        result=result,
        withdrawn_on=withdrawn_on(found, result.case.school.code),
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


def _small(found: Area, results: Iterable[Triangulation]) -> str:
    """Which roles at these schools have few people, before a file is taken along."""
    return small_groups_line((each.case for each in results), found.instrument, language())


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
    school = fold_school(log.events)
    refuse_blind(found.id, school.code)
    name_damaged(found)
    return context().catalogue.evidence.case(found.id, school)


def _groups(instrument: Instrument, chosen: str) -> Iterator[tuple[Group, list[Indicator]]]:
    for group in instrument.groups:
        own = [each for each in instrument.indicators if each.group == group.id]
        if own and chosen in ("", group.id):
            yield group, own


def _rows(
    indicators: Iterable[Indicator], results: Sequence[Triangulation], found: Area, choice: Choice
) -> Iterator[Row]:
    """The rows of these indicators; with a phase only those that were seen in it somewhere."""
    for indicator in indicators:
        code = indicator.same_as or indicator.code
        behaviour = found.instrument.indicator(code)
        actor = actor_of(behaviour)
        cells = tuple(headline(result.cells, code, actor) for result in results)
        if not choice.phase:
            yield Row(indicator, cells)
        elif not behaviour.log:  # what the log settles has no moment of its own
            times = tuple(
                occasions(r.sessions, behaviour, choice.phase, r.case.school.agreed)
                for r in results
            )
            if any(each.seen for each in times):
                yield Row(indicator, cells, times)


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
        member=member(found),
        words=verdict_words,
        verdict_name=verdict_name,
        rule=rule,
        actor_name=actor_name,
        beside=BESIDE,
        role_name={role.id: role.name[language()] for role in found.instrument.roles},
        value_name={word.id: word.name[language()] for word in found.codebook.file.words},
        quotations=quotations,
        said_by=said_by,
        team_stands=team_stands,
        sign=verdict_words.sign,
        **{"refused": "", "typed": MultiDict(), **values},
    )


def verdict_name(verdict: verdicts.Verdict) -> str:
    """Return the word for a verdict, with *provisionally* where it is."""
    return verdict_words.verdict_word(
        verdict.verdict, verdict.provisional, lambda each: str(_(each))
    )


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
    """Return the claims of a cell that leaders made, or those that the team made; both made what both said."""
    return [
        each
        for each in one.tested
        if (each.statement.of_leaders if leaders else each.statement.of_team)
    ]


def team_stands(one: Cell) -> Positions:
    """Return how the team stands in a cell, without its leaders."""
    return positions((each.statement for each in one.tested), is_of_team)


def quotations(tested: Iterable[Tested], most: int = 2) -> list[Tested]:
    """Return at most so many claims to quote: a typical one, and one that deviates from it."""
    every = list(tested)
    stances = [position(each.statement.said) for each in every]
    usual = max(set(stances), key=lambda s: (stances.count(s), s), default="")
    typical = [each for each in every if position(each.statement.said) == usual]
    other = [each for each in every if position(each.statement.said) != usual]
    return [*typical[:1], *(other[:1] or typical[1:2])][:most]
