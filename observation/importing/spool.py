"""Events that wait to be written, in a file of their own that the system deletes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby

from observation.core.canonical import canonical
from observation.core.events import Event


class Spool:
    """Events in the order in which they were added; memory does not grow with them."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def add(self, stream: str, events: Iterable[Event]) -> None:
        """Add events of a stream; raise Refused for one that cannot be written as JSON."""
        self._file.writelines(canonical(event.as_dict()) + b"\n" for event in events)

    def streams(self) -> Iterator[tuple[str, list[Event]]]:
        """Yield what was added, those of one stream together where they were added in a row."""
        self._file.seek(0)
        events = (Event(**json.loads(line)) for line in self._file)
        for stream, found in groupby(events, key=lambda event: event.stream):
            yield stream, list(found)
