"""One observation: its printed summary and its data."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, current_app

from observation.core.records import Record
from observation.export import FORMATS
from observation.settings import Context

from .words import language

pages = Blueprint("observations", __name__, url_prefix="/observations")

TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "csv-raw": "text/csv; charset=utf-8",
    "json": "application/json",
}


@pages.get("/<uuid:observation>/export/<format>")
def export(observation: object, format: str) -> Response:
    """Return the observation as a file in one of the forms of `export`, in the page's language."""
    context: Context = current_app.extensions["observation"]
    record = _record(context, f"observation/{observation}")
    if record is None or format not in FORMATS:
        abort(404)
    response = Response(FORMATS[format](record, language()), content_type=TYPES[format])
    # A label is for people and may hold anything; a header and a file system may not.
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", record.observation.label)
    how = "inline" if format == "pdf" else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}.{format.partition("-")[0]}"'
    return response


def _record(context: Context, stream: str) -> Record | None:
    study = context.store.events.study_of(stream)
    records = context.catalogue.records(study) if study else []
    return next((r for r in records if r.observation.stream == stream), None)
