"""A study's events as a bundle: see `observation.importing.bundle` for the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from observation.core.canonical import canonical
from observation.core.events import Event


def bundle_lines(study: str, made: str, events: Iterable[Event]) -> Iterator[bytes]:
    """Yield the lines of a bundle; `made` is an ISO 8601 time. The same input gives the same bytes."""
    listed = list(events)
    yield canonical({"bundle": 1, "study": study, "made": made, "events": len(listed)}) + b"\n"
    for event in listed:
        yield canonical(event.as_dict()) + b"\n"
