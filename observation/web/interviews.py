"""Interviews and focus groups: who took part, the topic list as a guide, and the claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from observation.core.errors import N_, Problem, Refused
from observation.core.events import Event
from observation.core.fitting import misfits, names_perhaps
from observation.core.interviews import (
    FOCUS_GROUP,
    UNJUDGED,
    Claim,
    Interview,
    Said,
    fold_interview,
    heard,
)
from observation.core.kinds import FREQUENCIES, MODES, SCOPES, STANCES
from observation.core.registers import School
from observation.export.small_groups import small_groups_line
from observation.store.projection import Look
from observation.store.reading import read_stream
from observation.store.summary import InterviewSummary, SchoolSummary

from .area import Area, area_of, chosen, member, submit
from .blind import refuse_blind
from .recording import Act, act_from_form
from .screens import Answer, context
from .words import language, said

pages = Blueprint("interviews", __name__, url_prefix="/interviews")

KINDS = ("interview-recorded", "claim-recorded", "memo-written", "event-retracted")
# What a claim says beside its text, and the values of each.
JUDGED = {"stance": STANCES, "mode": MODES, "scope": SCOPES, "frequency": FREQUENCIES}
EMPTY = Said((), "quotation", "", (), "")


@dataclass(frozen=True, slots=True)
class Row:
    """A claim on the page; `names` are words in it that may be names of people.

    `gone` is whether it left because somebody withdrew: then nothing of it is shown.
    """

    claim: Claim
    number: int
    names: tuple[str, ...]
    gone: bool


@pages.get("")
def index() -> Answer:
    """Show the interviews of a study, school by school."""
    found = chosen()
    look = context().catalogue.interviews(found.id)
    schools = context().catalogue.school_summaries.look(found.id)
    counts = _counts(found, look, schools.values.values())
    rows = sorted(look.values.values(), key=lambda each: (each.school, each.date, each.label))
    return render_template(
        "interviews/index.html",
        area=found,
        counts=counts,
        small=_small(found),
        groups=[(school, list(each)) for school, each in groupby(rows, _school_of)],
        schools=sorted({each.school for each in context().catalogue.schools(found.id)} - {""}),
        damaged=[*look.damaged.values(), *schools.damaged.values(), *found.damaged],
    )


def _small(found: Area) -> str:
    """Which roles have few people, before the claims are taken along."""
    schools = [each for each in found.schools() if not each.withdrawn("")]
    cases = context().catalogue.evidence.cases(found.id, schools).values()
    return small_groups_line(cases, found.instrument, language())


@pages.get("/new")
def new() -> Answer:
    """Show the form of a new interview at a school."""
    return _new(chosen())


@pages.post("")
def add() -> Answer:
    """Record a new interview, and show its page."""
    found, uuid = chosen(), request.form.get("_id", "")

    def act() -> Act:
        school = request.form.get("school", "")
        if school in context().catalogue.withdrawn(found.id):
            raise Refused(
                N_("School %(school)s withdrew; nothing new is recorded of it."), school=school
            )
        return act_from_form(request.form)

    return submit(
        found.id,
        f"interview/{uuid}",
        ("interview-recorded",),
        lambda refused: _new(found, refused),
        url_for("interviews.show", interview=uuid),
        act,
    )


@pages.get("/<uuid:interview>")
def show(interview: object) -> Answer:
    """Show an interview with its claims, and the form of the next one or of one to be revised."""
    return _page(interview)


@pages.post("/<uuid:interview>/events")
def event(interview: object) -> Answer:
    """Record a claim, a memo or a correction, and show the interview again."""
    stream = f"interview/{interview}"
    found = area_of(stream)

    def check(events: Sequence[Event]) -> Iterator[Problem]:
        folded = fold_interview(events)
        return misfits(folded, _school(found, folded), found.codebook)

    return submit(
        found.id,
        stream,
        KINDS,
        lambda refused: _page(interview, refused),
        url_for("interviews.show", interview=interview),
        check=check,
    )


def _new(found: Area, refused: str = "") -> Answer:
    school = request.values.get("school", "")
    register = found.school(school) if school else None
    kind = request.values.get("kind", "")
    return render_template(
        "interviews/new.html",
        area=found,
        school=school,
        register=register,
        withdrawn_on=register.consents[""].withdrawn if register and register.withdrawn("") else "",
        kind=kind if kind == FOCUS_GROUP else "interview",
        topic_lists=found.codebook.file.topic_lists,
        typed=request.form,
        refused=refused,
        member=member(found),
    )


def _page(uuid: object, refused: str = "") -> str:
    stream = f"interview/{uuid}"
    found = area_of(stream)
    log = read_stream(context().store.events, found.id, stream)
    if not log.kept:
        abort(404)
    folded = fold_interview(log.events)
    refuse_blind(found.id, folded.school)
    folded = replace(folded, memos=context().catalogue.withheld(found.id).of_memos(folded.memos))
    school = _school(found, folded)
    rows = _rows(found, folded, school)
    gone = {row.claim.id for row in rows if row.gone}
    claim = folded.claim(request.values.get("revise", ""))
    claim = claim if claim and claim.id not in gone else None
    withdrawn = [r for r in folded.participants if school and school.withdrawn(r)]
    mine = request.form if refused and request.form.get("_kind") == "claim-recorded" else None
    return render_template(
        "interviews/show.html",
        area=found,
        uuid=uuid,
        interview=folded,
        school=school,
        rows=rows[::-1],
        speakers=[each for each in folded.participants if each not in withdrawn],
        topics=next(
            (t for t in found.codebook.file.topic_lists if t.id == folded.topic_list), None
        ),
        revised=claim,
        entry=_typed(mine) if mine else claim.said.value if claim else _next(folded, withdrawn),
        number=folded.next_number if claim is None else claim.said.value.number,
        words={word.id: word.name[language()] for word in found.codebook.file.words},
        judged=JUDGED,
        withdrawn=withdrawn,
        unrecorded=[
            r
            for r in folded.participants
            if school and r not in withdrawn and not school.consented(r)
        ],
        withdrawn_on=school.consents[""].withdrawn if school and school.withdrawn("") else "",
        schools=sorted({each.code for each in found.schools()}) if school is None else [],
        # Each sentence once, however many claims it is about.
        problems=list(
            {
                said(each): each
                for each in (*folded.problems, *misfits(folded, school, found.codebook))
            }.values()
        ),
        member=member(found),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _rows(found: Area, folded: Interview, school: School | None) -> list[Row]:
    known = {*found.codebook.file.capitalised, *folded.participants}
    if school:
        known |= {*school.respondents, *school.leaders}
    kept = {claim.id for claim in heard([folded], [school] if school else []).claims}
    return [
        Row(
            claim,
            number,
            tuple(names_perhaps(claim.said.value.text, known)),
            claim.id not in kept,
        )
        for number, claim in enumerate(folded.claims, 1)
    ]


def _counts(
    found: Area, look: Look[InterviewSummary], schools: Iterable[SchoolSummary]
) -> dict[str, tuple[int, int]]:
    """By interview how many claims it has that may be used, and how many of these are to be judged."""
    counts = {stream: (len(each.codes), each.unjudged) for stream, each in look.values.items()}
    left = {each.school for each in schools if each.withdrawn}
    if not left:
        return counts
    _observed, without_words = context().catalogue.evidence.look(found.id)
    for stream, interview in without_words.values.items():
        if interview.school in left and (school := _school(found, interview)):
            claims = heard([interview], [school]).claims
            counts[stream] = len(claims), sum(not claim.judged for claim in claims)
    return counts


def _school(found: Area, folded: Interview) -> School | None:
    try:
        return found.school(folded.school)
    except Refused as refused:
        found.damaged.append(refused)
        return None


def _next(folded: Interview, withdrawn: Collection[str]) -> Said:
    """What the form of the next claim begins with: the topic of the last one, and the only one who took part.

    Of several nobody is ticked: whoever ticks the next speaker would leave the last one ticked beside it.
    """
    alone = folded.participants if len(folded.participants) == 1 and not withdrawn else ()
    if not folded.claims:
        return Said(alone, EMPTY.form, "", (), "")
    last = folded.claims[-1].said.value
    return Said(alone, last.form, "", (), "", topic=last.topic)


def _typed(form: MultiDict[str, str]) -> Said:
    """What was typed and refused, so that nothing of it is lost."""
    return Said(
        tuple(form.getlist("respondents")),
        form.get("form", EMPTY.form),
        form.get("text", ""),
        tuple(form.getlist("codes")),
        "",
        stance=form.get("stance", UNJUDGED),
        mode=form.get("mode", UNJUDGED),
        scope=form.get("scope", ""),
        frequency=form.get("frequency", ""),
        about=form.get("about", ""),
        unit=form.get("unit", ""),
        place=form.get("place", ""),
        topic=form.get("topic", ""),
    )


def _school_of(interview: InterviewSummary) -> str:
    return interview.school
