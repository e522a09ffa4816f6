"""A backup as a file: gzip of JSON Lines, of which each proves all that comes before it.

The first line says what it is. Then comes a line a stream, a line a kind of the registry and a line
an own schedule; the last one counts them. Every line ends with the SHA-256 of all bytes before that,
so that a reader knows at once where a file was altered, in memory for one line.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from observation.core.errors import N_, Refused
from observation.core.work import Step

from . import Log
from .documents import lines_of, read_log
from .wholefile import parsed

READ = N_("Kilobytes of the backup read")
FORMAT = 1  # of the file; a newer one is refused
LONGEST = 2**28  # bytes of a line: no stream comes near, and what has no end is no backup
LEVEL = 5  # of gzip: a tenth larger than the best, in a third of its time
SECRET = "secret"  # the kind of the key that signs forms
LEFT_OUT = (
    "backup",
    "covered",
    SECRET,
    "session",
    "attempt",
)  # kinds of the registry: about files of this machine, the key, and who is signed in
WITHOUT = ("secret-key", *(f"registry/{kind}" for kind in LEFT_OUT))
END = b'"}\n'  # what follows the hash


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream with all that a store holds of it."""

    study: str
    log: Log


@dataclass(frozen=True, slots=True)
class Kind:
    """All values of a kind of the registry by key."""

    kind: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Schedule:
    """An own schedule: the text of a file of the data folder, by its name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be read when the backup was made, and is not in it: its name and why."""

    name: str
    reason: str


Item = Stream | Kind | Schedule | Missing


@dataclass(slots=True)
class Contents:
    """How much a backup holds, and by name what should be in it and is not."""

    streams: int = 0
    events: int = 0
    conflicts: int = 0
    shells: int = 0
    kinds: int = 0
    schedules: int = 0
    missing: list[str] = field(default_factory=list)

    def add(self, item: Item) -> None:
        """Count an item."""
        if isinstance(item, Stream):
            self.streams += 1
            self.events += len(item.log.kept)
            self.conflicts += len(item.log.conflicts)
            self.shells += len(item.log.shells)
        elif isinstance(item, Kind):
            self.kinds += 1
        elif isinstance(item, Schedule):
            self.schedules += 1
        else:
            self.missing.append(item.name)


def write_backup(file: IO[bytes], made: str, items: Iterable[Item]) -> Contents:
    """Write a backup of these items to the file, and return what it holds; `made` is ISO 8601, UTC."""
    contents, hash = Contents(), sha256()
    with gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:

        def write(value: dict[str, Any]) -> None:
            head = _json(value | {"sha256": ""}).encode("ascii").removesuffix(END[:-1])
            hash.update(head)
            tail = hash.hexdigest().encode() + END
            hash.update(tail)
            packed.write(head + tail)

        write({"backup": FORMAT, "made": made, "without": WITHOUT})
        for item in items:
            contents.add(item)
            write(_written(item))
        write({"end": asdict(contents)})
    return contents


class Backup:
    """The backup in a file: its items in order, each proven before it is given out.

    `made` is when it was made, `contents` what was read of it so far and `step` how far that is. Raises Refused, which
    names the line, for a file that is no backup or breaks off or was altered or is a newer one's,
    and OSError for one that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.contents = Contents()
        self.step = Step(READ)
        self._path, self._number = path, 0
        self._lines = self._proven()
        head = next(self._lines)
        self.made = str(head["made"])

    def __iter__(self) -> Iterator[Item]:
        end = None
        for value in self._lines:
            if end is not None:
                raise self._altered()
            try:
                if "end" in value:
                    end = value["end"]
                    continue
                item = _read(value)
            except (Refused, LookupError, TypeError, AttributeError):
                raise self._altered() from None
            self.contents.add(item)
            yield item
        if end is None:
            raise self._broken()
        if end != asdict(self.contents):
            raise self._altered()

    def _proven(self) -> Iterator[dict[str, Any]]:
        hash = sha256()
        try:
            with open(self._path, "rb") as packed, gzip.open(packed, "rb") as file:
                size = -(-os.fstat(packed.fileno()).st_size // 1024)
                for line in iter(lambda: file.readline(LONGEST), b""):
                    self._number += 1
                    self.step = Step(READ, min(size, -(-packed.tell() // 1024)), size)
                    yield self._checked(line, hash)
        except EOFError:
            raise self._broken() from None
        except (gzip.BadGzipFile, zlib.error):
            if not self._number:
                raise self._foreign() from None
            self._number += 1
            raise self._altered() from None
        if not self._number:
            raise self._foreign()

    def _checked(self, line: bytes, hash: Any) -> dict[str, Any]:
        split = len(line) - len(END) - 64
        hash.update(line[:split])
        sound = line[split:] == hash.hexdigest().encode() + END
        hash.update(line[split:])
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if self._number == 1:
            self._check_first(value)
        if not sound or not isinstance(value, dict):
            raise self._altered()
        return value

    def _check_first(self, value: Any) -> None:
        version = value.get("backup") if isinstance(value, dict) else None
        if not isinstance(version, int):
            raise self._foreign()
        if version > FORMAT:
            raise Refused(
                N_("The backup %(file)s was made by a newer program; install that one."),
                file=self._path.name,
            )

    def _altered(self) -> Refused:
        return Refused(
            N_("Line %(line)s of the backup %(file)s is not what was written."),
            line=self._number,
            file=self._path.name,
        )

    def _broken(self) -> Refused:
        return Refused(
            N_("The backup %(file)s breaks off after line %(line)s."),
            line=self._number,
            file=self._path.name,
        )

    def _foreign(self) -> Refused:
        return Refused(N_("%(file)s is no backup of this program."), file=self._path.name)


def _written(item: Item) -> dict[str, Any]:
    if isinstance(item, Stream):
        return {
            "study": item.study,
            "stream": item.log.stream,
            "events": parsed(lines_of(item.log).values()),
        }
    if isinstance(item, Kind):
        return {"kind": item.kind, "values": item.values}
    if isinstance(item, Schedule):
        return {"schedule": item.name, "text": item.text}
    return {"missing": item.name, "reason": item.reason}


def _read(value: dict[str, Any]) -> Item:
    if "stream" in value:
        return Stream(value["study"], read_log(value["stream"], value["events"]))
    if "kind" in value:
        return Kind(value["kind"], value["values"])
    if "schedule" in value:
        return Schedule(value["schedule"], value["text"])
    return Missing(value["missing"], value["reason"])


_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
