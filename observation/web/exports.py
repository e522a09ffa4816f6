"""The claims, the codebook and the workbook of a study as files, in the forms of `export`."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from observation.core.triangulation import triangulate
from observation.export.claims import TABLE_FORMATS, claims_table, codes_table
from observation.export.triangulation import AUDIENCES, INTERNAL, for_audience
from observation.export.workbook import Edition, workbook
from observation.store.reading import read_stream

from .area import Area, chosen
from .choice import Choice, name_damaged
from .screens import context
from .words import language, said

pages = Blueprint("exports", __name__, url_prefix="/exports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv; charset=utf-8", "csv-raw": "text/csv; charset=utf-8", "xlsx": XLSX}


@pages.get("/claims/<format>")
def claims(format: str) -> Response:
    """Answer with the claims that may be used, a table to be imported again."""
    found, events = _asked(format), context().store.events
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
    schools = [each for each in found.schools() if wanted in ("", each.code)]
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


def _asked(format: str) -> Area:
    if format not in TABLE_FORMATS:
        abort(404)
    return chosen()


def _file(name: str, format: str, content: bytes) -> Response:
    response = Response(content, content_type=TYPES[format])
    end = format.partition("-")[0]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{end}"'
    return response
