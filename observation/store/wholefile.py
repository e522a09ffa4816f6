"""A TinyDB storage that replaces its file as a whole and knows its own bytes again.

The file is plain JSON, a line a document, and TinyDB as it comes can open it. Its last table says
how many documents there are and gives the SHA-256 of every byte before the hash, so that a look
at the bytes alone tells whether anything was altered.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from tinydb import Storage

from observation.core.errors import N_, Refused

from . import Damaged
from .folders import Folders

FORMAT = 1  # of the file, and of the store; a newer one is left alone
CHECK = "check"  # the last table
END = b'"}}}\n'  # what follows the hash

Lines = dict[str, str]  # the documents of a table by key, each as it stands in the file


class WholeFile(Storage):
    """The file at a path, written as a whole or not at all.

    `name` is what messages call it; a draft need not be `durable` yet. Writers exclude each other by
    a lock of their own; readers need none, since a rename makes whole files visible.
    """

    def __init__(self, path: Path, name: str, folders: Folders, durable: bool = True) -> None:
        self._path = path
        self._name = name
        self._folders = folders
        self._durable = durable

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the tables, None when there is no file; raise Damaged, or Refused if newer."""
        tables = self.lines()
        if tables is None:
            return None
        try:
            return {name: parsed(lines.values()) for name, lines in tables.items()}
        except ValueError:
            raise self._foreign() from None

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """Put the tables in place of the file, durable when the call returns.

        Raises OSError when that fails. Up to the rename the file is as it was; if only the sync
        of a folder failed, the new file is there but not acknowledged.
        """
        self.write_lines(
            {
                name: {str(key): line(str(key), to_json(row)) for key, row in table.items()}
                for name, table in data.items()
            }
        )

    def lines(self) -> dict[str, Lines] | None:
        """Return what `read` returns, with every document as the line that it is: whole and checked,
        but not looked into."""
        try:
            with open(self._path, "rb", opener=_without_waiting) as file:
                content = file.read()
        except FileNotFoundError:
            if self._path.is_symlink():  # to a disk that is not there, say
                raise
            return None
        except OSError as error:
            if error.errno != errno.EIO:  # too many open files or no permission is no damage
                raise
            raise Damaged(self._name, N_("the disk cannot read it")) from error
        return self._checked(content)

    def write_lines(self, tables: Mapping[str, Lines]) -> None:
        """Do what `write` does with documents that are lines already."""
        content = _content(tables)
        self._folders.make(self._path.parent)
        draft = self._path.with_name(self._path.name + ".draft")
        try:
            with open(draft, "wb") as file:
                file.write(content)
                if self._durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(draft, self._path)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        self.sync()

    def remove(self) -> None:
        """Remove the file, if it is there, durably when the call returns."""
        if os.path.lexists(self._path):
            self._path.unlink(missing_ok=True)
            self.sync()

    def sync(self) -> None:
        """Make the name of the file durable, unless it need not be."""
        if self._durable:
            self._folders.sync(self._path.parent)

    def _checked(self, content: bytes) -> dict[str, Lines]:
        split = len(content) - len(END) - 64
        if split < 0 or not content.endswith(END):
            raise Damaged(self._name, N_("it breaks off"))
        if sha256(content[:split]).hexdigest().encode() != content[split : -len(END)]:
            raise Damaged(self._name, N_("its bytes are not those that were written"))
        try:
            rows = content.decode("ascii").split("\n")
            check = json.loads("{" + rows[-2])[CHECK]["1"]
            if check["format"] > FORMAT:
                raise Refused(
                    N_("%(name)s was written by a newer program than this one; install that."),
                    name=self._name,
                )
            found = dict(_tables(rows))
            complete = check["documents"] == _count(found)
        except Refused:
            raise
        except (ValueError, TypeError, LookupError):
            raise self._foreign() from None
        if not complete:
            raise Damaged(self._name, N_("the number of its documents is wrong"))
        return found

    def _foreign(self) -> Damaged:
        return Damaged(self._name, N_("it is not a file of this program"))


def _without_waiting(path: str, flags: int) -> int:
    # A pipe in place of a file would keep whoever opens it waiting for a writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def line(key: str, text: str) -> str:
    """Return the line that stands for a document, given as JSON."""
    return f"{to_json(key)}:{text}"


def parsed(lines: Iterable[str]) -> dict[str, Any]:
    """Return the documents that lines stand for, by key; raise ValueError for a line that is none."""
    found: dict[str, Any] = json.loads("{" + ",".join(lines) + "}")
    return found


def _tables(rows: list[str]) -> Iterator[tuple[str, Lines]]:
    """Yield name and lines of every table but the check; ValueError or LookupError for another form."""
    start = 1
    while start < len(rows) - 2:
        end = rows.index("},", start)
        lines = [row.removesuffix(",") for row in rows[start + 1 : end] if row]
        yield json.loads(rows[start].removesuffix(":{")), {_key(line): line for line in lines}
        start = end + 1


def _key(line: str) -> str:
    text = line.split('"', 2)[1]
    # With an escape in it, the key may go on behind the next quotation mark.
    key: str = _read_first(line)[0] if "\\" in text else text
    return key


def _content(tables: Mapping[str, Lines]) -> bytes:
    if CHECK in tables:
        raise ValueError(f"the table {CHECK!r} belongs to the storage")
    parts = ["{\n"]
    for name, lines in tables.items():
        parts += [to_json(name), ":{\n", ",\n".join(lines.values()), "\n},\n"]
    check = {CHECK: {"1": {"format": FORMAT, "documents": _count(tables), "sha256": ""}}}
    # ASCII only: TinyDB as it comes opens files in the encoding of the platform.
    head = "".join([*parts, to_json(check)[1:]]).encode("ascii").removesuffix(END[:-1])
    return head + sha256(head).hexdigest().encode() + END


def _count(tables: Mapping[str, Lines]) -> int:
    return sum(len(lines) for lines in tables.values())


to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_read_first = json.JSONDecoder().raw_decode  # the value with which a text begins
