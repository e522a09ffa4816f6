"""Two observers of one session: how far they agree, what they disagree on, and their timelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from observation.core.agreement import (
    JUDGEABLE,
    LEAST_AC1,
    LEAST_SESSIONS,
    LEAST_UNITS,
    RESAMPLES,
    TOLERANCES,
    Agreement,
    Compared,
    Disagreement,
    Estimate,
    Timelines,
    compare_rulings,
)
from observation.core.citing import label_of
from observation.core.coefficients import percent_agreement
from observation.core.doubles import (
    CLOCK,
    LEADS,
    MARK,
    PHASES,
    ROLES,
    START,
    alignments,
    compare_records,
    doubles,
    names_alike,
)
from observation.core.errors import N_
from observation.core.instrument import Indicator
from observation.core.judgements import NOT_JUDGEABLE, NOT_SEEN, SEEN
from observation.core.records import LEADERSHIP, NOBODY, NOT_RECORDED, TEAM, Sighting
from observation.core.registers import School
from observation.core.rulings import Vote
from observation.core.sessions import DISPUTED, NOTHING, Observed, Session, sessions_of
from observation.export import agreement_words
from observation.export.pdf.words import Words
from observation.export.verdict_words import FLAGS

from .area import Area, area_of, chosen, member, submit
from .choice import Choice, name_damaged
from .screens import Answer, context
from .timeline import beside
from .triangulation import actor_name
from .withdrawal import withdrawn_on
from .words import language

pages = Blueprint("agreement", __name__, url_prefix="/agreement")

KINDS = ("sessions-matched", "event-retracted")
TOLERANCE = TOLERANCES[1]  # s: what onsets are listed by
LISTED = 20  # sessions on one page
QUESTIONS = (
    ("judgeable", N_("Could it be judged?"), (JUDGEABLE, NOT_JUDGEABLE)),
    ("states", N_("Three answers"), (SEEN, NOT_SEEN, NOT_JUDGEABLE)),
    ("seen", N_("Seen or not seen"), (SEEN, NOT_SEEN)),
)
ALIKE_BY = {
    MARK: N_("the moment that both marked"),
    START: N_("the beginning of both records"),
    CLOCK: N_("the clocks as they stood"),
}
TRACKS = {PHASES: N_("Phases"), LEADS: N_("Who leads"), ROLES: N_("Who leads, by role")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as a page shows it, with what it is made of."""

    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of agreement: what it is called, what it is, and what it is of each question.

    Of a question it is one, or one for each answer.
    """

    name: str
    what: str
    shown: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class Double:
    """A session by more than one observer, by which pairs it is compared, and the events that matched it."""

    session: Session
    school: School
    pairs: tuple[tuple[Observed, Observed], ...]
    matchings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What one observer says, with the moments at which it was seen, each as it is cited."""

    observer: str
    state: str
    records: tuple[Observed, ...]
    moments: tuple[tuple[Observed, Sighting], ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A disagreement side by side, what stands of it, and who has agreed to what.

    `uuid` is that of the school where there is a cell of it, else empty.
    """

    double: Double
    indicator: Indicator
    actor: str
    sides: tuple[Side, ...]
    stands: str
    votes: Mapping[str, Vote]
    uuid: str


@dataclass(frozen=True, slots=True)
class Row:
    """A behaviour with how far observers agree on it."""

    indicator: Indicator
    compared: Compared
    flagged: bool


@dataclass(frozen=True, slots=True)
class Began:
    """What began by both records, or by one of them; times are each record's own, in ms."""

    name: str
    first: int | None
    second: int | None
    apart: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """A track of two records compared: how far it agrees, what its values are called, what began when."""

    name: str
    found: Timelines
    same: float | None
    names: Mapping[str, str]
    began: tuple[Began, ...]


@pages.get("")
def index() -> Answer:
    """Show how far the observers of the study agree, and all that they disagree on."""
    return _index(chosen())


@pages.post("/schools/<uuid:school>")
def match(school: object) -> Answer:
    """Record that observations are of one session, or take that back, and show the page again."""
    stream = f"school/{school}"
    found = area_of(stream)
    address = url_for("triangulation.agreement.index", **dict[str, Any](request.args))
    return submit(found.id, stream, KINDS, lambda refused: _index(found, refused), address)


@pages.get("/<uuid:one>/<uuid:other>")
def show(one: object, other: object) -> Answer:
    """Show the timelines of two records one above the other, and how far they agree."""
    found = area_of(f"observation/{one}")
    name_damaged(found)
    first, second = (_observed(found, uuid) for uuid in (one, other))
    together = _are_matched(found, first, second)
    if first.stream == second.stream or not (together or doubles((first, second), ())):
        abort(404)
    ways = alignments(first, second)
    asked = request.args.get("by", "")
    by = asked if asked in ways else ways[0]
    both = first, second
    compared = {way: compare_records(*both, PHASES, way) for way in ways}
    records = [context().catalogue.record(found.id, each.stream) for each in both]
    bands, ticks = beside([(records[0], 0), (records[1], _later(both, compared[by]))])
    words = [Words(record, language()) for record in records]
    alike = names_alike(first, second)
    return _page(
        "triangulation/timelines.html",
        found,
        both=both,
        together=together,
        by=by,
        ways=[(way, compared[way], _(ALIKE_BY[way])) for way in ways],
        bands=list(zip(both, bands, strict=True)),
        ticks=ticks,
        alike=alike,
        tracks=[_track(both, words, track, by) for track in TRACKS if track != ROLES or not alike],
        withdrawn_on=withdrawn_on(found, first.school),
        tolerance=TOLERANCE,
    )


def _index(found: Area, refused: str = "") -> str:
    choice = Choice.of(request.args)
    settings = choice.settings(found)
    name_damaged(found)
    doubly = context().catalogue.doubly(found.id, settings)
    observers = context().catalogue.observers(found.id, settings)
    last = max(1, -(-len(observers.sessions) // LISTED))
    page = min(choice.page, last)
    shown = observers.sessions[(page - 1) * LISTED : page * LISTED]
    sessions = [each.session for each in doubly if each.session.label in shown]
    twice = {each.session.label: each for each in _doubles(found, sessions)}
    proposals = context().catalogue.doubles(found.id)
    return _page(
        "triangulation/agreement.html",
        found,
        proposals=[
            (stream.partition("/")[2], one, other) for stream, one, other in proposals[:LISTED]
        ],
        more=max(0, len(proposals) - LISTED),
        doubles=list(twice.values()),
        page=page,
        last=last,
        total=len(observers.sessions),
        beside=LISTED,
        questions=[
            (_(name), values, getattr(observers.study, id)) for id, name, values in QUESTIONS
        ],
        figures=list(_figures(observers.study)),
        rows=[
            Row(each, observers.behaviours[each.code], each.code in settings.disputable)
            for each in found.instrument.behaviours()
            if each.code in observers.behaviours
        ],
        disputes=[
            _dispute(each, twice[each.session], found)
            for each in observers.disagreements
            if each.session in twice
        ],
        rulings=compare_rulings(each.ruled for each in context().catalogue.schools(found.id)),
        least=(agreement_words.coefficient(LEAST_AC1, language()), LEAST_UNITS, LEAST_SESSIONS),
        resamples=RESAMPLES,
        cited=label_of,
        plain=str,
        low_agreement=_(FLAGS["low-agreement"]),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _doubles(found: Area, sessions: Sequence[Session]) -> Iterator[Double]:
    schools = found.by_code({each.observed[0].school for each in sessions})
    for session in sessions:
        school = schools[session.observed[0].school]
        names = session.streams | {each.label for each in session.observed}
        matched = zip(school.matchings, school.matched, strict=True)
        yield Double(
            session,
            school,
            tuple(
                (one, other)
                for one, other in combinations(session.observed, 2)
                if one.observer != other.observer
            ),
            tuple(event for event, together in matched if names.intersection(together)),
        )


def _figures(study: Compared) -> Iterator[Figure]:
    asked = [(getattr(study, id), values) for id, _name, values in QUESTIONS]
    for figure, (name, what) in agreement_words.FIGURES.items():
        yield Figure(_(name), _(what), tuple(_shown(figure, *each) for each in asked))


def _shown(figure: str, found: Agreement, values: Sequence[str]) -> tuple[Shown, ...]:
    """A figure of the answers to one question, in the page's language."""
    if not found.n:
        return (Shown(_(agreement_words.NO_UNITS)),)
    if figure == agreement_words.PERCENT:
        return (_estimated(found.percent, agreement_words.share, part(found)),)
    if figure == agreement_words.SPECIFIC:
        return tuple(
            _estimated(
                found.specific[value],
                agreement_words.share,
                answer_name(value),
                agreement_words.SAID_BY_NOBODY,
            )
            for value in values
        )
    chance = agreement_words.chance(found, figure)
    note = "" if chance is None else _("chance %(chance)s", chance=agreement_words.share(chance))
    return (_estimated(getattr(found, figure), coefficient, note),)


def _estimated(
    estimate: Estimate,
    written: Callable[[float], str],
    note: str = "",
    otherwise: str = agreement_words.UNDEFINED,
) -> Shown:
    if estimate.value is None:
        return Shown(_(otherwise), note)
    notes = [note, agreement_words.interval(estimate, written)]
    if estimate.undefined:
        notes.append(_("undefined in %(number)s resamples", number=estimate.undefined))
    return Shown(written(estimate.value), " · ".join(filter(None, notes)))


def coefficient(value: float) -> str:
    """Return a figure between -1 and 1 in the page's language."""
    return agreement_words.coefficient(value, language())


def signed(seconds: float) -> str:
    """Return a number of seconds with its sign, in the page's language: `−4`."""
    return str(format_decimal(seconds)).replace("-", "−")


def part(found: Agreement) -> str:
    """Return of how many pairs both say the same: `11/13`."""
    same = sum(count for said, count in found.table.items() if said[0] == said[1])
    return f"{same}/{sum(found.table.values())}"


def answer_name(value: str) -> str:
    """Return the word for what an observer says of a behaviour."""
    return str(
        {
            SEEN: _("seen"),
            NOT_SEEN: _("not seen"),
            NOT_JUDGEABLE: _("cannot be judged"),
            JUDGEABLE: _("can be judged"),
            DISPUTED: _("says both"),
        }[value]
    )


def _dispute(each: Disagreement, double: Double, found: Area) -> Dispute:
    session, school = double.session, double.school
    key = (each.behaviour, each.actor)
    leaders = {leader for record in session.observed for leader in record.leaders}
    has_cell = each.actor in {TEAM, LEADERSHIP, *leaders, *school.leaders}
    return Dispute(
        double,
        found.instrument.indicator(each.behaviour),
        each.actor,
        tuple(_side(session, who, state, key) for who, state in each.said),
        session.said(*key, school.agreed).state,
        school.agreed.get((session.streams, *key), {}),
        school.stream.partition("/")[2] if has_cell else "",
    )


def _side(session: Session, observer: str, state: str, key: tuple[str, str]) -> Side:
    records = tuple(each for each in session.observed if (each.observer or each.label) == observer)
    moments = ((each, s) for each in records for s in each.judgements.get(key, NOTHING).sightings)
    return Side(observer, state, records, tuple(moments))


def _observed(found: Area, uuid: object) -> Observed:
    observed, _interviews = context().catalogue.evidence.look(found.id)
    return observed.values.get(f"observation/{uuid}") or abort(404)


def _are_matched(found: Area, one: Observed, other: Observed) -> bool:
    school = found.school(one.school)
    sessions = sessions_of((one, other), school.matched if school else ())
    return len(sessions) == 1


def _later(both: tuple[Observed, Observed], found: Timelines) -> int:
    """By how many ms the second record begins after the first, when their clocks are set alike."""
    first, second = both
    return second.start - found.offset - first.start


def _track(both: tuple[Observed, Observed], words: Sequence[Words], track: str, by: str) -> Track:
    found = compare_records(*both, track, by)
    named = {PHASES: _phase, LEADS: _leader, ROLES: _role}[track]
    values = dict.fromkeys(value for pair in found.table for value in pair)
    return Track(
        _(TRACKS[track]),
        found,
        percent_agreement(found.table),
        {value: named(words, value) for value in values},
        tuple(_began(found, lambda value: named(words, value), _later(both, found))),
    )


def _phase(words: Sequence[Words], value: str) -> str:
    """The name of a phase by the first of the schedules that knows it."""
    known = (each for each in words if any(p.id == value for p in each.instrument.phases))
    return next(known, words[0]).phase(value)


def _leader(words: Sequence[Words], value: str) -> str:
    return words[0].leader(value)


def _role(words: Sequence[Words], value: str) -> str:
    return words[0].leader(value) if value in (NOBODY, NOT_RECORDED) else words[0].role(value)


def _began(found: Timelines, named: Callable[[str], str], later: int) -> Iterator[Began]:
    """What began, in order; the times of the second record are its own."""
    within = next(each for each in found.within if each.tolerance == TOLERANCE)
    rows: list[tuple[int, str, int | None, int | None]] = [
        *((one[1], one[0], one[1], other[1]) for one, other in within.matched),
        *((time, value, time, None) for value, time in within.only_first),
        *((time, value, None, time) for value, time in within.only_second),
    ]
    for _at, value, first, second in sorted(rows, key=lambda row: row[:2]):
        apart = None if first is None or second is None else (second - first) / 1000
        yield Began(named(value), first, None if second is None else second - later, apart)


def _page(template: str, found: Area, **values: object) -> str:
    return render_template(
        template,
        area=found,
        member=member(found),
        choice=Choice.of(request.args),
        actor_name=actor_name,
        answer_name=answer_name,
        coefficient=coefficient,
        part=part,
        share=agreement_words.share,
        signed=signed,
        undefined=_(agreement_words.UNDEFINED),
        **{"refused": "", "typed": MultiDict(), **values},
    )
