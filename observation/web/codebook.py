"""The codebook of a study: every code, its claims and memos, and new versions with what they touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from observation.core.codebook import (
    GROUP,
    INDICATOR,
    TEXTS,
    Code,
    Codebook,
    open_codebook,
    plain,
    touched,
)
from observation.core.errors import N_, Problem, Refused
from observation.core.events import Event
from observation.core.interviews import Claim, fold_interview, heard
from observation.core.kinds import NAME
from observation.core.registers import Version, fold_study
from observation.store.reading import read_stream

from .area import Area, acting, chosen, member, submit
from .blind import Blind, unapproved
from .recording import Act
from .screens import Answer, context
from .trouble import not_recorded
from .words import language, said

pages = Blueprint("codebook", __name__, url_prefix="/codebook")

SHOWN = 20  # interviews of which the claims with a code are shown
FIXED = (INDICATOR, GROUP)  # the instrument's
FIELDS = (*TEXTS, "parent", "aliases", "into")


@pages.get("")
def index() -> Answer:
    """Show the tree of codes, or the codes that a few letters may mean."""
    return _index(chosen())


@pages.get("/<path:code>")
def show(code: str) -> Answer:
    """Show one code, what was coded with it, and the forms that change it."""
    found = chosen()
    if code not in found.codebook.codes:
        abort(404)
    return _code(found, code)


@pages.post("/version")
def version() -> Answer:
    """Show what a change would touch; when that was seen, make it a new version of the codebook."""
    found = chosen()
    code = request.form.get("code", "").strip() or _id_of(request.form.get("name", ""))
    is_new = code not in found.codebook.codes

    def page(refused: str) -> str:
        return _index(found, refused) if is_new else _code(found, code, refused)

    change = {"change": request.form.get("change", ""), "code": code}
    change |= {name: request.form[name].strip() for name in FIELDS if request.form.get(name)}
    if not request.form.get("seen"):
        try:
            acting(found.id)
            _refuse(found, change)
        except Refused as refused:
            return not_recorded(refused, page(said(refused)))
        return _preview(found, change)
    name = request.form.get("version", "").strip() or _next(found)

    def act() -> Act:
        return Act(
            request.form.get("_id", ""), "codebook-changed", {"version": name, "changes": [change]}
        )

    return submit(
        found.id,
        found.stream,
        ("codebook-changed",),
        page,
        url_for("codebook.show", code=change.get("into") or code, study=request.args.get("study")),
        act,
        lambda events: _problems(found, events),
    )


@pages.post("/memo/<path:code>")
def memo(code: str) -> Answer:
    """Record a memo on a code, and show the code again."""
    found = chosen()
    return submit(
        found.id,
        found.stream,
        ("memo-written", "event-retracted"),
        lambda refused: _code(found, code, refused),
        url_for("codebook.show", code=code, study=request.args.get("study")),
    )


def _index(found: Area, refused: str = "") -> str:
    letters = request.args.get("q", "").strip()
    codebook = found.codebook
    return render_template(
        "registers/codebook.html",
        area=found,
        letters=letters,
        results=codebook.search(letters, language(), most=100) if letters else [],
        tree=_tree(codebook),
        counts=_counts(found),
        member=member(found),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _aliases(found: Area, code: Code) -> list[tuple[str, str]]:
    """What a code is also called, each with the language where the instrument knows it, else empty."""
    said = (each for each in found.instrument.indicators if each.code == code.id)
    known = {
        text: language
        for each in said
        for words in (each.short, each.statement)
        for language, text in words.items()
    }
    return [(alias, known.get(alias, "")) for alias in code.aliases]


def _code(found: Area, code: str, refused: str = "") -> str:
    codebook = found.codebook
    each = codebook.codes[code]
    return render_template(
        "registers/code.html",
        area=found,
        code=each,
        path=codebook.path(code, language()),
        merged_from=[
            one for one in codebook.codes.values() if one.into and codebook.current(one.id) == code
        ],
        claims=_counts(found)[codebook.current(code)],
        claims_said=_claims(found, codebook.current(code)),
        memos=context()
        .catalogue.withheld(found.id)
        .of_memos(memo for memo in found.study.memos if memo.code == code),
        is_fixed=each.kind in FIXED,
        aliases=_aliases(found, each),
        member=member(found),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _claims(found: Area, code: str) -> list[Claim]:
    """The claims with this code that may be used, of the first interviews that have any."""
    current, events = found.codebook.current, context().store.events
    known, blind = context().catalogue.interviews(found.id).values.values(), unapproved(found.id)
    found.damaged.extend(Blind(school, labels) for school, labels in sorted(blind.items()))
    having = [
        each
        for each in known
        if each.school not in blind
        and any(current(id) == code for codes in each.codes for id in codes)
    ][:SHOWN]
    schools = [found.school(code) for code in {each.school for each in having}]
    interviews = [
        fold_interview(read_stream(events, found.id, each.stream).events) for each in having
    ]
    claims = heard(interviews, [school for school in schools if school]).claims
    return [claim for claim in claims if code in {current(id) for id in claim.said.value.codes}]


def _preview(found: Area, change: dict[str, str]) -> str:
    coded = context().catalogue.coded(found.id)
    old = found.codebook.codes.get(change["code"])
    return render_template(
        "registers/version.html",
        area=found,
        change=change,
        old=old,
        path=found.codebook.path,
        touched=touched([change], coded, found.codebook),
        version=_next(found),
        by=request.form.get("_by", ""),
        refused="",
        typed=MultiDict(),
    )


def _counts(found: Area) -> Counter[str]:
    """How many claims each code counts for now."""
    current = found.codebook.current
    return Counter(
        code
        for codes in context().catalogue.coded(found.id)
        for code in {current(each) for each in codes}
    )


def _id_of(name: str) -> str:
    """The id that an own code of this name gets: ids never change, names may."""
    return f"own.{plain(name).replace(' ', '-')}"[:64] if plain(name) else ""


def _next(found: Area) -> str:
    return str(len(found.study.versions) + 1)


def _tree(codebook: Codebook) -> list[tuple[int, Code]]:
    """Every code that was not merged, under the one above it, with its depth."""
    under: dict[str, list[Code]] = {}
    for code in codebook.codes.values():
        if not code.into:
            under.setdefault(code.parent, []).append(code)
    found: list[tuple[int, Code]] = []

    def walk(parent: str, depth: int) -> None:
        for code in under.get(parent, ()):
            found.append((depth, code))
            walk(code.id, depth + 1)

    walk("", 0)
    return found


def _problems(found: Area, events: Sequence[Event]) -> Sequence[Problem]:
    return open_codebook(
        found.codebook.file, found.instrument, fold_study(events).versions
    ).problems


def _refuse(found: Area, change: dict[str, Any]) -> None:
    """Raise Refused when the codebook cannot be changed so."""
    if change["change"] not in ("add", "set", "merge"):
        raise Refused(N_("This form is not one of this program; open the page again."))
    if not NAME.holds(change["code"]):
        raise Refused(
            N_("Write the code’s name, or an id without white space, commas or semicolons.")
        )
    new = Version("new", "", (change,))
    opened = open_codebook(found.codebook.file, found.instrument, (*found.study.versions, new))
    for problem in opened.problems:
        if problem.event == "new":
            raise Refused(problem.sentence, **dict(problem.values))
