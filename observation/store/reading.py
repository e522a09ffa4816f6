"""One stream of many: what keeps it from being read hides no other."""

from __future__ import annotations

from . import Damaged, EventStore, Log


def read_stream(events: EventStore, study: str, stream: str) -> Log:
    """Return the stream; raise Damaged also when the system cannot read it, with its words.

    What reads many streams reads them by this, so that one of them never hides the others.
    """
    try:
        return events.read(study, stream)
    except OSError as error:
        raise Damaged(stream, error.strerror or str(error)) from error
