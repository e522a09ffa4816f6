"""What a save, a read and a look at the versions cost in PostgreSQL beside files.

Run by `make bench-postgres`, which starts a server of its own. Both take turns on the same disk, so that a busy
machine is busy for both: the ratios say something, the times are this machine's.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.store import LENGTH, RECEIPT, STUDY, machine, session, timed
from observation.store import EventStore, open_store
from tests import postgres_server as server

SIZES = (10, 200)  # observations in the store
TURNS = 40
POSTGRES, FILES = "PostgreSQL", "files"


def main() -> None:
    """Print the medians of both, and the ratios."""
    print(machine())
    server.MEMORY = Path("/nonexistent")  # on the disk, as the files
    with server.postgres_server() as running, tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            stores = {
                POSTGRES: open_store(running.url()).events,
                FILES: open_store(f"tinydb:{folder}/{size}").events,
            }
            for events in stores.values():
                fill(events, size)
            os.sync()
            times: dict[tuple[str, str], list[float]] = defaultdict(list)
            for _ in range(TURNS):
                for name, events in stores.items():
                    for what, ms in turn(events):
                        times[what, name].append(ms)
            print(f"\n{size:,} observations" + " " * 12 + f"{POSTGRES:>12}{FILES:>12}{'ratio':>8}")
            for what in dict.fromkeys(what for what, _ in times):
                ours, files = (median(times[what, name]) for name in (POSTGRES, FILES))
                print(f"  {what:28}{ours:9.2f} ms{files:9.2f} ms{ours / files:8.2f}")


def fill(events: EventStore, size: int) -> None:
    """Put so many observations into the store."""
    for _ in range(size):
        whole = session()
        events.append(STUDY, whole[0].stream, whole, RECEIPT)


def turn(events: EventStore) -> Iterator[tuple[str, float]]:
    """Yield what was done and how many milliseconds it took."""
    whole = session()
    stream = whole[0].stream
    yield (
        f"{LENGTH - 1} events into a new record",
        of(lambda: events.append(STUDY, stream, whole[:-1], RECEIPT)),
    )
    yield "1 event onto them", of(lambda: events.append(STUDY, stream, whole[-1:], RECEIPT))
    yield "read the record", of(lambda: events.read(STUDY, stream))
    yield "the versions of all", of(lambda: events.versions(STUDY))
    yield "whose record it is", of(lambda: events.study_of(f"observation/{uuid.uuid4()}"))


def of(call: Callable[[], object]) -> float:
    return timed(lambda: (call(), None)[1])


if __name__ == "__main__":
    sys.exit(main())
