"""How times, lengths and shares are rounded and written for people: one rule for all, as in format.js.

A time is rounded down to the second. A length is what lies between two times as they are shown, so
that lengths add up to the whole. A share is a part of such lengths, in whole percent.
"""

from __future__ import annotations


def clock(milliseconds: int) -> str:
    """Return a time or a length as minutes and seconds, `07:42`; `61:05`, and `-00:05` before 0."""
    seconds = milliseconds // 1000
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes:02d}:{rest:02d}"


def length(start: int, end: int) -> int:
    """Return how long it is between two times as they are shown, in ms: whole seconds."""
    return _shown(end) - _shown(start)


def percent(part: float, whole: float) -> int:
    """Return a share in whole percent, 0 of nothing; half a percent goes to the even number."""
    return round(100 * part / whole) if whole else 0


def share(part: int, whole: int) -> str:
    """Return which share one length is of another, both in ms, `38%`."""
    return f"{percent(_shown(part), _shown(whole))}%"


def _shown(milliseconds: int) -> int:
    return milliseconds // 1000 * 1000
