"""Moments as a page writes them."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

from .words import language


def day_and_time(iso: str) -> str:
    """Return an ISO 8601 time as day and time of its own place; another text as it is."""
    try:
        value = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return str(format_datetime(value, "d MMM y HH:mm", tzinfo=value.tzinfo, locale=language()))
