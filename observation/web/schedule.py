"""The blank schedule, for when there is no tablet."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from observation.export.pdf.blank import blank_schedule
from observation.settings import Context

from .words import language

pages = Blueprint("schedule", __name__)


@pages.get("/schedule.pdf")
def blank() -> Response:
    """Return the newest schedule as two pages to write on."""
    context: Context = current_app.extensions["observation"]
    content = blank_schedule(context.instruments.newest(), language())
    return Response(content, content_type="application/pdf")
