"""Import of coded segments: a file is looked at, what is unknown is said, then all of it comes in or nothing.

The work is done by `observation import` in another process; this shows what it reports. A mapping is
remembered for the study, so that the next export of the same tool needs nothing said twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from observation.core.errors import N_, Refused
from observation.importing.mapping import LEAVE_OUT, mapping_of
from observation.importing.profiles import COLUMNS
from observation.importing.report import PLANNED, TAKEN, Told, told_of
from observation.importing.tables import TABLES
from observation.store.work import RUNNING, read_report, step_of

from .area import Area, acting, area, chosen, member
from .screens import Answer, context
from .trouble import not_recorded
from .uploads import Upload, begin, end, find_upload, keep, waiting
from .words import said

pages = Blueprint("imports", __name__, url_prefix="/import")

LISTED = 50  # new interviews of which it can be said that they are here under another name
NAMED = ("codes", "respondents", "new", "documents")  # parts of a mapping, by name
FIELDS = ("code", "respondent", "role", "school", "group", "kind", "date")


@pages.get("")
def index() -> Answer:
    """Show the form that brings a file."""
    return _index(chosen())


@pages.post("")
def upload() -> Answer:
    """Keep the file, and look at it."""
    found = chosen()
    given = request.files.get("file")
    name = Path((given.filename if given else "") or "").name[:200]
    try:
        by = acting(found.id)
        if given is None or not name:
            raise Refused(N_("Choose a file first.")).at("file")
        if Path(name).suffix.casefold() not in TABLES:
            raise Refused(
                N_("A table ends in %(kinds)s; export it so from your program."),
                kinds=", ".join(TABLES),
            ).at("file")
    except Refused as refused:
        return not_recorded(refused, _index(found, said(refused)))
    made = keep(found.id, name, by, given)
    begin(made, "--dry-run")
    return redirect(url_for("imports.show", key=made.key), code=303)


@pages.get("/<key>")
def show(key: str) -> Answer:
    """Show how far it is, and what it would bring."""
    return _page(find_upload(key))


@pages.post("/<key>/mapping")
def mapping(key: str) -> Answer:
    """Keep what is said of the table, remember it for the study, and look again."""
    found = find_upload(key)
    value, told = found.said(), found.told()
    try:
        _unsay(value, request.form)
        _say(value, request.form, told)
        mapping_of(value)
    except Refused as refused:
        return not_recorded(refused, _page(found, said(refused)))
    found.say(value)
    begin(found, "--dry-run", *_revise())
    return redirect(url_for("imports.show", key=key), code=303)


@pages.post("/<key>/taking")
def take(key: str) -> Response:
    """Take it in, all or nothing."""
    found = find_upload(key)
    told = found.told()
    if told.state == PLANNED and told.ready:
        begin(found, *_revise())
    return redirect(url_for("imports.show", key=key), code=303)


@pages.post("/<key>/end")
def forget(key: str) -> Response:
    """Cancel what goes on, and forget the file; what was taken in stays."""
    found = find_upload(key)
    going = found.told().state == RUNNING
    if not end(found):
        return redirect(url_for("imports.show", key=key), code=303)
    cancelled = 1 if going else None
    return redirect(url_for("imports.index", study=found.study, cancelled=cancelled), code=303)


@pages.get("/<key>/mapping.json")
def mapping_file(key: str) -> Response:
    """Answer with what is said of the table, as `observation import --map` takes it."""
    found = find_upload(key)
    response = Response(found.mapping.read_bytes(), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="mapping.json"'
    return response


def _index(found: Area, refused: str = "") -> str:
    return render_template(
        "imports/index.html",
        area=found,
        kinds=TABLES,
        known=bool(context().store.events.studies()),
        member=member(found),
        waiting=waiting(found.id),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _page(upload: Upload, refused: str = "") -> Answer:
    report = read_report(upload.folder)
    found, told = area(upload.study), told_of(report)
    if told.state == RUNNING:
        return render_template(
            "imports/running.html",
            area=found,
            upload=upload,
            step=step_of(report),
            left=report.get("left"),
        )
    schools = found.schools()
    return render_template(
        "imports/show.html",
        area=found,
        upload=upload,
        told=told,
        taken=told.state == TAKEN,
        planned=told.state == PLANNED,
        at_its_end=step_of(report).last,
        columns=COLUMNS,
        schools=schools,
        respondents=sorted({code for school in schools for code in school.respondents}),
        roles={role.id: role.name for role in found.instrument.roles},
        leave_out=LEAVE_OUT,
        listed=told.interviews[:LISTED],
        said_before=list(_before(upload.said())),
        interviews=sorted(
            each.label for each in context().catalogue.interviews(found.id).values.values()
        ),
        revise=upload.revises,
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _before(value: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what was said of names before: the part of the mapping, the name, and what it is."""
    for part in NAMED:
        for name, said_of_it in value.get(part, {}).items():
            row = said_of_it.values() if isinstance(said_of_it, dict) else [said_of_it]
            yield part, name, " · ".join(row)


def _unsay(value: dict[str, Any], form: MultiDict[str, str]) -> None:
    """Take out of the mapping what the form no longer wants; it is asked again where it is needed."""
    for place, (part, name, _) in list(enumerate(_before(value))):
        if form.get(f"unsaid-{place}"):
            del value[part][name]


def _say(value: dict[str, Any], form: MultiDict[str, str], told: Told) -> None:
    """Put what the form says into the mapping: the controls carry the place in the report."""
    chosen = {
        name: hold
        for place, name in enumerate(told.header)
        if (hold := form.get(f"column-{place}"))
    }
    known = {name: told.columns.get(name.strip().casefold()) for name in told.header}
    # A tool that was recognised stays so: its claims are known again by its name.
    if chosen and chosen != {name: hold for name, hold in known.items() if hold}:
        value["columns"] = {hold: name for name, hold in chosen.items()}
    elif not chosen:
        value.pop("columns", None)
    for place, (kind, name, _) in enumerate(told.unknown):
        given = {field: form.get(f"{field}-{place}", "").strip() for field in FIELDS}
        if kind == "code" and given["code"]:
            value.setdefault("codes", {})[name] = given["code"]
        elif kind == "respondent" and given["school"]:
            code = given["respondent"] or name
            row = {n: given[n] for n in ("school", "role", "group") if given[n]}
            value.setdefault("new", {})[code] = row
            if code != name:
                value.setdefault("respondents", {})[name] = code
        elif kind == "respondent" and given["respondent"]:
            value.setdefault("respondents", {})[name] = given["respondent"]
        elif kind == "document":
            row = {n: given[n] for n in ("school", "kind", "date") if given[n]}
            if row:
                before = value.setdefault("documents", {}).get(name, {})
                value["documents"][name] = before | row
    for place, name in enumerate(told.interviews[:LISTED]):
        if label := form.get(f"same-{place}", ""):
            before = value.setdefault("documents", {}).get(name, {})
            value["documents"][name] = before | {"interview": label}


def _revise() -> list[str]:
    return ["--revise"] if request.form.get("revise") else []
