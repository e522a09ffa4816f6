"""Moments as the clock on the wall showed them, and as an event says them."""

from __future__ import annotations

from datetime import datetime

from .events import local_time
from .records import Observation


def wall_clock(observation: Observation, time: int) -> datetime:
    """Return a time (ms since the start) as the clock at the session showed it."""
    begun = observation.begun
    zone = str(begun.data.get("moment", begun.at)) if begun else "1970-01-01T00:00:00Z"
    return local_time(observation.start + time, zone)


def moment(observation: Observation, time: int) -> str:
    """Return a time (ms since the start) as an event says it: ISO 8601 with its offset."""
    return wall_clock(observation, time).isoformat(timespec="milliseconds")
