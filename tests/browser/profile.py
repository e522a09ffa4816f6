"""What lies in the files of a browser's profile, also inside the files of LevelDB, which are cut up and compressed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

BLOCK = 32_768  # bytes of a block of a log
FOOTER = 48  # bytes at the end of a table
ENCODINGS = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
)  # texts, texts beyond Latin-1, and keys of IndexedDB


def traces(profile: Path, marks: Iterable[str]) -> dict[str, set[str]]:
    """Return which of the marks lie in the files of the profile, each with the files that it lies in."""
    wanted = [(mark, mark.encode(encoding)) for mark in marks for encoding in ENCODINGS]
    found: dict[str, set[str]] = {}
    for file in sorted(profile.rglob("*")):
        if not file.is_file() or file.is_symlink():
            continue
        content = b"\0".join(_contents(file))
        for mark, written in wanted:
            if written in content:
                found.setdefault(mark, set()).add(str(file.relative_to(profile)))
    return found


def sqlite_files(profile: Path) -> list[Path]:
    """Return the databases of WebKit, each in a folder of its own, that are not empty of rows."""
    return [
        file
        for file in profile.rglob("IndexedDB.sqlite3")
        if _asked(file, "SELECT count(*) FROM Records")
    ]


def break_off(file: Path) -> None:
    """Leave a database of WebKit as a kill leaves it that comes while it is made."""
    _asked(file, "DELETE FROM IDBDatabaseInfo")
    _asked(file, "DELETE FROM Records")


def _asked(file: Path, statement: str) -> int:
    """Have a statement done; return the number that it gives."""
    with closing(sqlite3.connect(file)) as database, database:
        database.create_collation("IDBKEY", lambda one, other: (one > other) - (one < other))
        (row,) = database.execute(statement).fetchall() or [(0,)]
        return int(row[0])


def _contents(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they say when it is one of LevelDB's."""
    content = file.read_bytes()
    yield content
    if file.suffix == ".ldb":
        yield from _table(content)
    elif file.suffix == ".log" or file.name.startswith("MANIFEST-"):
        yield _log(content)


def _log(content: bytes) -> bytes:
    """The records of a log without the heads that lie between their parts."""
    parts = []
    for start in range(0, len(content), BLOCK):
        block, at = content[start : start + BLOCK], 0
        while at + 7 <= len(block):
            size = int.from_bytes(block[at + 4 : at + 6], "little")
            parts.append(block[at + 7 : at + 7 + size])
            at += 7 + size
    return b"".join(parts)


def _table(content: bytes) -> Iterator[bytes]:
    """The keys and values of a table."""
    footer = content[-FOOTER:]
    _, at = _number(footer, 0)
    _, at = _number(footer, at)
    start, at = _number(footer, at)
    size, at = _number(footer, at)
    for _, place in _entries(_block(content, start, size)):
        start, at = _number(place, 0)
        size, at = _number(place, at)
        for key, value in _entries(_block(content, start, size)):
            yield key
            yield value


def _block(content: bytes, start: int, size: int) -> bytes:
    raw, kind = content[start : start + size], content[start + size]
    assert kind in (0, 1), kind
    return unpacked(raw) if kind else raw


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = len(block) - 4 - 4 * int.from_bytes(block[-4:], "little")
    at, key = 0, b""
    while at < end:
        shared, at = _number(block, at)
        own, at = _number(block, at)
        size, at = _number(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + size]
        at += own + size


def unpacked(raw: bytes) -> bytes:
    """Return what was packed with Snappy."""
    size, at = _number(raw, 0)
    out = bytearray()
    while at < len(raw):
        tag = raw[at]
        at += 1
        length = tag >> 2
        if tag & 3 == 0:  # a literal
            if length >= 60:
                more = length - 59
                length = int.from_bytes(raw[at : at + more], "little")
                at += more
            out += raw[at : at + length + 1]
            at += length + 1
            continue
        if tag & 3 == 1:  # a copy of what came before
            length, offset = (length & 7) + 4, (tag >> 5) << 8 | raw[at]
            at += 1
        else:
            more = 2 if tag & 3 == 2 else 4
            length, offset = length + 1, int.from_bytes(raw[at : at + more], "little")
            at += more
        for _ in range(length):
            out.append(out[-offset])
    assert len(out) == size
    return bytes(out)


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = shift = 0
    while True:
        byte = content[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at
