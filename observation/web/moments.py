"""Moments as a page writes them."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

from .words import language


def day_and_time(iso: str, pattern: str = "d MMM y HH:mm") -> str:
    """Return an ISO 8601 time as day and time of its own place; another text as it is."""
    try:
        value = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return str(format_datetime(value, pattern, tzinfo=value.tzinfo, locale=language()))


def to_the_second(iso: str) -> str:
    """Return an ISO 8601 time as day, without its year, and time to the second of its own place."""
    return day_and_time(iso, "d MMM HH:mm:ss")


def local(iso: str) -> str:
    """Return an ISO 8601 time with offset as the server's own wall clock shows it."""
    return datetime.fromisoformat(iso).astimezone().isoformat()
