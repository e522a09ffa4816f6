"""The claims and the codebook of a study as files, in the forms of `export.claims`."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from observation.export.claims import TABLE_FORMATS, claims_table, codes_table
from observation.store.reading import read_stream

from .area import Area, chosen
from .screens import context

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


def _asked(format: str) -> Area:
    if format not in TABLE_FORMATS:
        abort(404)
    return chosen()


def _file(name: str, format: str, content: bytes) -> Response:
    response = Response(content, content_type=TYPES[format])
    end = format.partition("-")[0]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{end}"'
    return response
