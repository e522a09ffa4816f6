"""One observation: everything that it says on one page, its review, and its files."""

from __future__ import annotations

import re
from datetime import timedelta

from babel.dates import format_timedelta
from flask import Blueprint, Response, abort, g, request

from observation.core.moments import wall_clock
from observation.core.records import Observation, Record
from observation.core.review import REVIEWING
from observation.export import FORMATS
from observation.export.pdf.header import begin_and_end
from observation.export.pdf.provenance import origin
from observation.export.pdf.words import Words
from observation.export.small_groups import of_record_line

from .answers import rows
from .area import area
from .changes import changes, corrections
from .entries import lines
from .posting import is_review, post
from .roles import ANALYSIS
from .screens import Answer, context, find, observer, page, school_of
from .telling import afterwards, board, looks, people, tables
from .timeline import timeline
from .withdrawal import withdrawn_on
from .words import language

pages = Blueprint("observations", __name__, url_prefix="/observations")

TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "csv-raw": "text/csv; charset=utf-8",
    "json": "application/json",
}
KINDS = (*REVIEWING, "issue-answered", "event-retracted", "moment-corrected")


@pages.get("/<uuid:observation>")
def show(observation: object) -> Answer:
    """Show the whole observation."""
    return _screen(find(observation))


@pages.post("/<uuid:observation>/events")
def event(observation: object) -> Answer:
    """Record a step of the review or a correction, and show the observation again."""
    found, form = find(observation), request.form
    steps = is_review(found, form.get("_kind", ""), form.get("event"))
    by = _reviewer(found.study) if steps else ""
    return post(observation, KINDS, _screen, "observations.show", by)


@pages.get("/<uuid:observation>/export/<format>")
def export(observation: object, format: str) -> Response:
    """Return the observation as a file in one of the forms of `export`, in the page's language."""
    record = _record(f"observation/{observation}")
    if record is None or format not in FORMATS or _has_withdrawn(record):
        abort(404)
    response = Response(FORMATS[format](record, language()), content_type=TYPES[format])
    g.pop("language", None)  # the language of one file is not a choice for all pages
    # A label is for people and may hold anything; a header and a file system may not.
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", record.observation.label)
    how = "inline" if format == "pdf" else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}.{format.partition("-")[0]}"'
    return response


def _reviewer(study: str) -> str:
    """The member who reviews: whose account it is, else whom the form says; 404 for who may not."""
    if g.visitor.role(study) not in ANALYSIS:
        abort(404)
    return str(g.visitor.member(study) or request.form.get("_by", "").strip())


def _screen(found: Record, refused: str = "") -> Answer:
    state, words = found.observation, Words(found, language())
    begin, end = begin_and_end(state)
    return page(
        "observations/show.html",
        found,
        refused,
        begin=begin,
        end=end,
        worked_out=_worked_out(state),
        in_backup=_in_backup(found),
        reviewer=g.visitor.member(found.study) or ("" if g.visitor.account else observer(state)),
        reviews=g.visitor.role(found.study) in ANALYSIS,
        contradictions=[name for name, slot in state.header.items() if slot.conflict],
        timeline=timeline(found),
        people=list(people(words)),
        rows=list(rows(found)),
        whole=[issue for issue in state.review.issues if not issue.question],
        tables=list(tables(words)),
        board=list(board(words)),
        afterwards=list(afterwards(words)),
        words=words,
        lines=list(lines(found)),
        corrections=corrections(found),
        changes=list(changes(found)),
        looks=list(looks(words)),
        origin=list(origin(words)),
        small=of_record_line(found, language()),
        withdrawn_on=withdrawn_on(area(found.study), school_of(state)),
        wall_clock=lambda time: wall_clock(state, time).strftime("%H:%M:%S"),
    )


def _worked_out(state: Observation) -> str:
    """How long after the session its observer finished the record, in words; empty before that.

    While every answer is a draft from the log nothing was worked out, whoever pressed *Finished*.
    """
    if state.worked_out is None or not state.answers:
        return ""
    after = timedelta(milliseconds=state.worked_out)
    return str(format_timedelta(after, locale=language()))


def _in_backup(found: Record) -> bool:
    """Whether all that is kept of the record is in a checked backup."""
    stream = found.observation.stream
    version = context().store.events.versions(found.study).get(stream)
    return version is not None and context().in_backup.versions(found.study).get(stream) == version


def _has_withdrawn(record: Record) -> bool:
    """Whether the school withdrew, so that nothing of it leaves."""
    return school_of(record.observation) in context().catalogue.withdrawn(record.study)


def _record(stream: str) -> Record | None:
    study = context().store.events.study_of(stream)
    return context().catalogue.record(study, stream) if study else None
