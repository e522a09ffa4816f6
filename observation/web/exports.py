"""The claims, the codebook and the workbook of a study as files, in the forms of `export`."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from observation.core.agreement import agreement_on_seen
from observation.core.triangulation import triangulate
from observation.export.agreement_words import agreement_line
from observation.export.claims import TABLE_FORMATS, claims_table, codes_table
from observation.export.comparison import Comparison
from observation.export.triangulation import AUDIENCES, INTERNAL, for_audience
from observation.export.workbook import Edition, workbook
from observation.store.reading import read_stream
from observation.store.work import MADE, RUNNING

from .area import Area, chosen
from .blind import refuse_blind
from .choice import Choice, name_damaged
from .made import FEW, KEPT, Made, find_made, handed_out, make
from .made import end as end_made
from .screens import Answer, context
from .triangulation import schools_shown
from .words import language, said

pages = Blueprint("exports", __name__, url_prefix="/exports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "csv-raw": "text/csv; charset=utf-8",
    "xlsx": XLSX,
    "pdf": "application/pdf",
}


@pages.get("/claims/<format>")
def claims(format: str) -> AnyResponse:
    """Answer with the claims that may be used, a table to be imported again."""
    found, events = _asked(format), context().store.events
    refuse_blind(found.id)
    if _takes_long(len(context().catalogue.interviews(found.id).values)):
        back = url_for("interviews.index", study=request.args.get("study"))
        words = ["claims", "--format", format]
        return _begun(make(found.id, "claims", words, _name("claims", format), TYPES[format], back))
    content, _ = claims_table(
        format, ((s, read_stream(events, found.id, s).events) for s in events.versions(found.id))
    )
    return _file("claims", format, content)


@pages.get("/codebook/<format>")
def codebook(format: str) -> Response:
    """Answer with the codes, a table to be imported again."""
    return _file("codebook", format, codes_table(format, _asked(format).codebook))


@pages.get("/triangulation.xlsx")
def triangulation() -> AnyResponse:
    """Answer with the workbook of all schools, or of the one that `school` names."""
    found, choice = chosen(), Choice.of(request.args)
    audience = request.args.get("audience", INTERNAL)
    wanted = request.args.get("school", "")
    refuse_blind(found.id, wanted)
    schools = [
        each for each in found.schools() if wanted in ("", each.code) and not each.withdrawn("")
    ]
    if audience not in AUDIENCES or not schools:
        abort(404)
    if not wanted and _takes_long(len(context().store.events.versions(found.id))):
        back = url_for("triangulation.index", study=request.args.get("study"))
        name = _name("triangulation", "xlsx")
        return _begun(
            make(found.id, "triangulation", _words(found, choice, audience), name, XLSX, back)
        )
    name_damaged(found)
    settings, evidence = choice.settings(found), context().catalogue.evidence
    period = found.study.periods.get(settings.period.name)
    edition = Edition(
        found.study.name,
        found.instrument,
        found.codebook,
        settings,
        language(),
        audience,
        str(period.value.get("name", "")) if period else "",
        [said(each) for each in found.damaged],
    )
    content = workbook(
        edition,
        (
            (
                triangulate(
                    for_audience(case, audience), found.instrument, found.codebook, settings
                ),
                evidence.stamp(found.id, case),
            )
            for case in evidence.told(found.id, schools)
        ),
    )
    return _file("triangulation", "xlsx", content)


@pages.get("/made/<key>")
def made(key: str) -> Answer:
    """Show how far a file is that takes long to make, and offer it when it is there."""
    found = find_made(key)
    state = found.state
    return render_template("made.html", made=found, state=state, kept=int(KEPT // 60))


@pages.post("/made/<key>")
def end(key: str) -> AnyResponse:
    """Cancel a file that is being made, or remove one that was."""
    found = find_made(key)
    going = found.state == RUNNING
    end_made(found)
    return redirect(found.cancelled if going else found.back, code=303)


@pages.get("/made/<key>/file")
def file(key: str) -> AnyResponse:
    """Answer with a file that was made, as long as nothing was withdrawn or erased since it was asked for."""
    found = find_made(key)
    refuse_blind(found.study)
    if found.state != MADE:
        return redirect(url_for("exports.made", key=key), code=303)
    return handed_out(found)


def _takes_long(records: int) -> bool:
    """Whether a file of so many records is made by another process; what is in the memory of this one is not."""
    return records > FEW and context().url != "memory:"


def _words(found: Area, choice: Choice, audience: str) -> list[str]:
    """The choice as the command line says it."""
    words = ["triangulation", "--format", "xlsx", "--audience", audience, "--language", language()]
    if choice.period in found.study.periods:
        words += ["--period", choice.period]
    return words + ["--approved"] * choice.approved + ["--strict"] * choice.strict


def _begun(made: Made) -> AnyResponse:
    return redirect(url_for("exports.made", key=made.key), code=303)


@pages.get("/triangulation.pdf")
def sheet() -> Response:
    """Answer with the sheet of the school that `school` names, or with those of a page compared."""
    from observation.export.pdf.comparison import comparison_print
    from observation.export.pdf.triangulation import triangulation_sheet

    found, choice = chosen(), Choice.of(request.args)
    audience, wanted = request.args.get("audience", INTERNAL), request.args.get("school", "")
    if audience not in AUDIENCES:
        abort(404)
    refuse_blind(found.id, wanted)
    settings, catalogue = choice.settings(found), context().catalogue
    date = context().clock.now().date().isoformat()
    # A print that lacks what cannot be read would say *no claim* where there is one.
    name_damaged(found)
    if found.damaged:
        return Response(said(found.damaged[0]), 503, content_type="text/plain; charset=utf-8")
    if not wanted:
        shown = schools_shown(found, choice, audience)
        compared = Comparison(
            tuple(shown.results),
            found.study,
            found.instrument,
            found.codebook,
            language(),
            audience,
        )
        return _file("comparison", "pdf", comparison_print([compared], date=date))
    school = found.school(wanted)
    if school is None or school.withdrawn(""):
        abort(404)
    case = catalogue.evidence.case(found.id, school)
    period = found.study.periods.get(settings.period.name)
    content = triangulation_sheet(
        triangulate(for_audience(case, audience), found.instrument, found.codebook, settings),
        found.instrument,
        found.codebook,
        language(),
        audience,
        study=found.study.name,
        period=str(period.value.get("name", "")) if period else "",
        stamp=catalogue.evidence.stamp(found.id, case),
        date=date,
        agreement=agreement_line(
            agreement_on_seen(catalogue.doubly(found.id, settings)), language()
        ),
    )
    return _file("triangulation", "pdf", content)


def _asked(format: str) -> Area:
    if format not in TABLE_FORMATS:
        abort(404)
    return chosen()


def _file(name: str, format: str, content: bytes) -> Response:
    response = Response(content, content_type=TYPES[format])
    response.headers["Content-Disposition"] = f'attachment; filename="{_name(name, format)}"'
    return response


def _name(name: str, format: str) -> str:
    return f"{name}.{format.partition('-')[0]}"
