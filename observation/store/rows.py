"""Derived values in one SQLite file that may go at any time: whatever is wrong with it, there are none."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

FORMAT = 1  # of the file; one of another is thrown away
WAIT = 2.0  # seconds for somebody else who writes
FEW = 200  # rows that are looked up one by one
T = TypeVar("T")
TABLE = """
CREATE TABLE rows (
    projection TEXT, study TEXT, stream TEXT, proof TEXT, value TEXT,
    PRIMARY KEY (projection, study, stream)
) WITHOUT ROWID
"""


class Rows:
    """Texts by projection, study and stream, each under the version that it was made of.

    A row carries a hash over its version and its text. So it counts for that version only, and what
    a crash of the machine left of a row counts for none: nothing needs to be synced. No path: no rows.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def get(self, projection: str, study: str, versions: Mapping[str, str]) -> dict[str, str]:
        """Return by stream the texts that were kept under exactly these versions."""

        def read(file: sqlite3.Connection) -> dict[str, str]:
            query = "SELECT stream, proof, value FROM rows WHERE projection = ? AND study = ?"
            found: Iterable[tuple[str, str, str]]
            if len(versions) > FEW:
                found = file.execute(query, (projection, study))
            else:
                one = f"{query} AND stream = ?"
                found = (r for s in versions for r in file.execute(one, (projection, study, s)))
            return {
                stream: text
                for stream, proof, text in found
                if stream in versions and proof == _proof(versions[stream], text)
            }

        return self._do(read) or {}

    def put(self, projection: str, study: str, made: Mapping[str, tuple[str, str]]) -> bool:
        """Keep these versions and texts by stream; return whether they are kept."""
        kept = [(projection, study, s, _proof(v, text), text) for s, (v, text) in made.items()]

        def write(file: sqlite3.Connection) -> bool:
            file.execute("BEGIN IMMEDIATE")
            file.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", kept)
            file.execute("COMMIT")
            return True

        return bool(self._do(write, make=True))

    def forget_all_but(self, projection: str, study: str, streams: Collection[str]) -> None:
        """Leave nothing of streams that are no longer there."""

        def forget(file: sqlite3.Connection) -> None:
            own = "FROM rows WHERE projection = ? AND study = ?"
            known = file.execute(f"SELECT stream {own}", (projection, study)).fetchall()
            gone = [(projection, study, stream) for (stream,) in known if stream not in streams]
            file.executemany(f"DELETE {own} AND stream = ?", gone)

        self._do(forget)

    def forget(self, stream: str) -> None:
        """Leave no byte of what was derived from this stream."""
        self._do(lambda file: file.execute("DELETE FROM rows WHERE stream = ?", (stream,)))

    def _do(self, work: Callable[[sqlite3.Connection], T], make: bool = False) -> T | None:
        """Return what the work on the file returns, or None when there is none that does its part."""
        if self.path is None or not (make or self.path.exists()):
            return None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)) as file:
                _prepare(file)
                return work(file)
        except (sqlite3.OperationalError, OSError):
            return None  # full, not to be written to, or busy: the next look tries again
        except sqlite3.DatabaseError:
            self._throw_away()
            return None

    def _throw_away(self) -> None:
        assert self.path is not None
        for path in (self.path, self.path.with_name(self.path.name + "-journal")):
            with suppress(OSError):
                path.unlink(missing_ok=True)


class _Strange(sqlite3.DatabaseError):
    """A file of another format."""


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA secure_delete = ON")  # what is replaced is overwritten
    connection.execute("PRAGMA synchronous = OFF")
    (format,) = connection.execute("PRAGMA user_version").fetchone()
    if format == FORMAT:
        return
    connection.execute("BEGIN IMMEDIATE")
    (format,) = connection.execute("PRAGMA user_version").fetchone()  # somebody else was first
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if format != FORMAT:
        if format or tables:
            raise _Strange
        connection.execute(TABLE)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def _proof(version: str, text: str) -> str:
    return sha256(f"{version}\n{text}".encode()).hexdigest()
