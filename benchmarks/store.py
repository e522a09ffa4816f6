"""What a save costs beside writing its bytes, in stores of 10, 1,000 and 20,000 observations.

Run by `make bench-store`. The measure is the least that any durable store must do with events: make
their canonical bytes and the SHA-256 of each by the program's own functions, write these beside, sync,
rename, and sync the folder; when one event comes in, the bytes and hashes of the other 119 lie ready.
Shown as well is the same with nothing to compute at all. Everybody takes turns, in another order each
time, so that a busy machine is busy for all. The ratios say what the program costs; the times are this
machine's. TinyDB as it comes rewrites the whole study without a sync: it is measured up to 1,000.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Protocol

from tinydb import TinyDB

from observation.core.canonical import canonical
from observation.core.events import Event
from observation.store import Receipt, open_store
from observation.store.folders import sync_folder
from tests.samples import BUNDLE

SIZES = (10, 1_000, 20_000)  # observations in the store
LENGTH = 120  # events of one
TURNS, SLOW_TURNS = 60, 3  # the latter of TinyDB as it comes
NEW, ONE = "120 events into a new stream", "1 event onto 119"
WANTED = {NEW: 1.5, ONE: 2.0}  # times the bytes and hashes
FLAT = 1.1  # times, in the largest store beside the smallest
OURS, BYTES, READY = "observation", "bytes and hashes", "bytes and hashes that lie ready"
SQLITE, TINYDB = "SQLite (WAL, synchronous FULL)", "TinyDB as it comes, not synced"
STUDY = "01900000-0000-7000-8000-000000000001"
RECEIPT = Receipt("2024-03-13T14:10:00.000Z", "tablet-1")
SAMPLE = [event for event in BUNDLE.events if event.stream.startswith("observation/")]

Times = dict[tuple[str, int, str], list[float]]  # ms, by what was done, size of the store and whose


class Peer(Protocol):
    """One way to keep events: durable when `add` returns."""

    def add(self, before: list[Event], events: list[Event]) -> None:
        """Keep the events of a stream; `before` are those that it has."""


class Bytes:
    """The canonical bytes with their hashes in a file a stream; `ready` when all are computed before."""

    def __init__(self, folder: Path, ready: bool) -> None:
        self._folder, self._ready = folder, ready
        self._known: dict[str, bytes] = {}
        folder.mkdir()

    def prepare(self, events: list[Event]) -> None:
        """Have the bytes of these at hand."""
        self._known = {event.id: hashed(event) for event in events}

    def add(self, before: list[Event], events: list[Event]) -> None:
        lines = [self._known[event.id] for event in before]
        lines += [self._known[e.id] if self._ready else hashed(e) for e in events]
        path = self._folder / events[0].stream.partition("/")[2]
        draft = path.with_suffix(".draft")
        with open(draft, "wb") as file:
            file.write(b"\n".join(lines))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        sync_folder(self._folder)


class Ours:
    """This program's store in files."""

    def __init__(self, folder: Path) -> None:
        self._events = open_store(f"tinydb:{folder}").events

    def add(self, before: list[Event], events: list[Event]) -> None:
        self._events.append(STUDY, events[0].stream, events, RECEIPT)


class Sqlite:
    """SQLite with a write-ahead log and full synchronisation."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._database = sqlite3.connect(folder / "events.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        columns = "stream, id, content, received, source, PRIMARY KEY (stream, id)"
        self._database.execute(f"CREATE TABLE events ({columns}) WITHOUT ROWID")

    def add(self, before: list[Event], events: list[Event]) -> None:
        rows = [(e.stream, e.id, hashed(e), RECEIPT.received, RECEIPT.source) for e in events]
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")


class PlainTinyDB:
    """TinyDB as it comes: one file, a document an event."""

    def __init__(self, folder: Path, number: int) -> None:
        folder.mkdir()
        rows = (event.as_dict() for _ in range(number) for event in session())
        table = {str(key): row for key, row in enumerate(rows, 1)}
        (folder / "events.json").write_text(json.dumps({"_default": table}))
        self._database = TinyDB(folder / "events.json")

    def add(self, before: list[Event], events: list[Event]) -> None:
        self._database.insert_multiple(event.as_dict() for event in events)


def main() -> None:
    """Print the medians of all, and the ratios."""
    size = sum(len(canonical(event.as_dict())) for event in session())
    print(machine())
    print(f"{LENGTH} events are {size / 1000:.0f} kB of canonical bytes; {TURNS} turns each")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        peers = {number: peers_at(Path(folder) / str(number), number) for number in SIZES}
        os.sync()  # what filled the stores shall not be written during the turns
        times = measured(peers)
    for what, wanted in WANTED.items():
        print(f"\n{what:43}" + "".join(f"{number:>11,}" for number in SIZES))
        medians = {key: median(found) for key, found in times.items() if key[0] == what}
        for name in peers[SIZES[0]]:
            found = [medians.get((what, number, name)) for number in SIZES]
            print(f"  {name:41}" + "".join(f"{ms:8.2f} ms" if ms else f"{'-':>11}" for ms in found))
        for least, aim in ((BYTES, f"  (wanted: {wanted})"), (READY, "")):
            found = [medians[what, n, OURS] / medians[what, n, least] for n in SIZES]
            print(f"  {f'{OURS} / {least}':41}" + "".join(f"{r:11.2f}" for r in found) + aim)
        flat = medians[what, SIZES[-1], OURS] / medians[what, SIZES[0], OURS]
        print(f"  {f'at {SIZES[-1]:,} / at {SIZES[0]}':41}{flat:33.2f}  (wanted: {FLAT})")


def peers_at(folder: Path, number: int) -> dict[str, Peer]:
    """Return everybody who is measured, each with so many observations."""
    folder.mkdir()
    ours, sqlite = Ours(folder / "ours"), Sqlite(folder / "sqlite")
    with unsynced():
        for _ in range(number):
            events = session()
            ours.add([], events)
            sqlite.add([], events)
    bare = Bytes(folder / "bytes", ready=False)
    found: dict[str, Peer] = {OURS: ours, BYTES: bare, READY: Bytes(folder / "ready", ready=True)}
    found |= {SQLITE: sqlite}
    return found if number == SIZES[-1] else found | {TINYDB: PlainTinyDB(folder / "tiny", number)}


def measured(peers: dict[int, dict[str, Peer]]) -> Times:
    """Return the milliseconds of every turn."""
    found: Times = defaultdict(list)
    turns = [(number, name) for number in SIZES for name in peers[number]]
    for turn in range(TURNS):
        random.shuffle(turns)
        for number, name in turns:
            if name != TINYDB or turn < SLOW_TURNS:
                for what, ms in turn_of(peers[number][name]):
                    found[what, number, name].append(ms)
    return found


def turn_of(peer: Peer) -> Iterator[tuple[str, float]]:
    """Yield what was done and how many milliseconds it took."""
    whole, longer = session(), session()
    if isinstance(peer, Bytes):
        peer.prepare([*whole, *longer])
    yield NEW, timed(lambda: peer.add([], whole))
    peer.add([], longer[:-1])
    yield ONE, timed(lambda: peer.add(longer[:-1], longer[-1:]))


def timed(call: Callable[[], None]) -> float:
    """Return the milliseconds that the call takes; garbage is collected before it and after it."""
    gc.collect()
    gc.disable()
    start = time.perf_counter()
    call()
    took = time.perf_counter() - start
    gc.enable()
    return took * 1000


def session() -> list[Event]:
    """Return the events of a session like those of the sample study, in a stream of its own."""
    stream = f"observation/{uuid.uuid4()}"
    return [
        replace(event, id=str(uuid.uuid4()), stream=stream, device="tablet", seq=seq)
        for seq, event in enumerate(islice(cycle(SAMPLE), LENGTH), 1)
    ]


def hashed(event: Event) -> bytes:
    """Return the event's canonical bytes behind their hash."""
    content = canonical(event.as_dict())
    return sha256(content).hexdigest().encode() + b" " + content


@contextmanager
def unsynced() -> Iterator[None]:
    """Fill stores without waiting for the disk each time."""
    fsync, os.fsync = os.fsync, lambda _: None
    try:
        yield
    finally:
        os.fsync = fsync


def machine() -> str:
    """Return what the times depend on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor()
    python = platform.python_version()
    return f"{os.cpu_count()} x {processor}, {platform.platform()}, Python {python}"


if __name__ == "__main__":
    sys.exit(main())
