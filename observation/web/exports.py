"""The claims, the codebook and the workbook of a study as files, in the forms of `export`."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from observation.core.agreement import agreement_on_seen
from observation.core.triangulation import triangulate
from observation.export.agreement_words import agreement_line
from observation.export.claims import TABLE_FORMATS, claims_table, codes_table
from observation.export.comparison import Comparison
from observation.export.triangulation import AUDIENCES, INTERNAL, for_audience
from observation.export.workbook import Edition, workbook
from observation.store.reading import read_stream

from .area import Area, chosen
from .blind import refuse_blind
from .choice import Choice, name_damaged
from .screens import context
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
def claims(format: str) -> Response:
    """Answer with the claims that may be used, a table to be imported again."""
    found, events = _asked(format), context().store.events
    refuse_blind(found.id)
    content, _ = claims_table(
        format, ((s, read_stream(events, found.id, s).events) for s in events.versions(found.id))
    )
    return _file("claims", format, content)


@pages.get("/codebook/<format>")
def codebook(format: str) -> Response:
    """Answer with the codes, a table to be imported again."""
    return _file("codebook", format, codes_table(format, _asked(format).codebook))


@pages.get("/triangulation.xlsx")
def triangulation() -> Response:
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
    end = format.partition("-")[0]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{end}"'
    return response
