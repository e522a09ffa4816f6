"""A TinyDB storage that replaces its file as a whole and knows its own bytes again.

The file is plain JSON, a line a document, and TinyDB as it comes can open it. Its last table says
how many documents there are and gives the SHA-256 of every byte before the hash, so that a look
at the bytes alone tells whether anything was altered.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from tinydb import Storage
from tinydb.table import Document, Table

from observation.core.errors import N_, Refused

from . import Damaged

FORMAT = 1  # of the file; a newer one is left alone
CHECK = "check"  # the last table
END = b'"}}}\n'  # what follows the hash

Tables = dict[str, dict[str, Any]]


class WholeFile(Storage):
    """The file at a path, written as a whole or not at all.

    `name` is what messages call it. `top` is the folder of the store: it and the folders between
    are made durable with the file, unless it need not be `durable`. Writers exclude each other by a
    lock of their own; readers need none, since a rename makes whole files visible.
    """

    def __init__(self, path: Path, name: str, top: Path, durable: bool = True) -> None:
        self._path = path
        self._name = name
        self._top = top
        self._durable = durable

    def read(self) -> Tables | None:
        """Return the tables, None when there is no file; raise Damaged, or Refused if newer."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            if self._path.is_symlink():  # to a disk that is not there, say
                raise
            return None
        except OSError as error:
            if error.errno != errno.EIO:  # too many open files or no permission is no damage
                raise
            raise Damaged(self._name, N_("the disk cannot read it")) from error
        return self._decoded(content)

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """Put the tables in place of the file, durable when the call returns.

        Raises OSError when that fails. Up to the rename the file is as it was; if only the sync
        of a folder failed, the new file is there but not acknowledged.
        """
        content = _encoded(data)
        os.makedirs(self._path.parent, exist_ok=True)
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

    def sync(self) -> None:
        """Make the names of the file and of its folders durable.

        All of them each time: a folder made by a call that failed or was killed is not yet safe,
        and syncing one that did not change costs next to nothing.
        """
        if not self._durable:
            return
        folder = self._path.parent
        sync_folder(folder)
        while folder != self._top:
            folder = folder.parent
            sync_folder(folder)

    def _decoded(self, content: bytes) -> Tables:
        split = len(content) - len(END) - 64
        if split < 0 or not content.endswith(END):
            raise Damaged(self._name, N_("it breaks off"))
        if sha256(content[:split]).hexdigest().encode() != content[split : -len(END)]:
            raise Damaged(self._name, N_("its bytes are not those that were written"))
        try:
            tables: Tables = json.loads(content)
            check = tables.pop(CHECK)["1"]
            newer = check["format"] > FORMAT
            complete = check["documents"] == _count(tables)
        except (ValueError, TypeError, LookupError, AttributeError):
            raise Damaged(self._name, N_("it is not a file of this program")) from None
        if newer:
            raise Refused(
                N_("The record %(stream)s was written by a newer program; install that one."),
                stream=self._name,
            )
        if not complete:
            raise Damaged(self._name, N_("the number of its documents is wrong"))
        return tables


class Records(Table):
    """A TinyDB table whose documents are known by text, and which looks at its file each time."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB's annotations know int only

    def __init__(self, file: WholeFile, name: str) -> None:
        super().__init__(file, name, cache_size=0)

    def find(self, key: Any) -> Document | None:
        """Return the document of that key, or None."""
        return self.get(doc_id=key)

    def put(self, documents: Mapping[Any, Mapping[str, Any]]) -> None:
        """Set the documents of these keys, in one write whether they were there or not."""
        self._update_table(lambda table: table.update(documents))

    def drop(self, key: Any) -> None:
        """Remove the document of that key; raise KeyError when it is not there."""
        self.remove(doc_ids=[key])


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the platform has a way to do so."""
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _encoded(tables: Mapping[str, Mapping[Any, Any]]) -> bytes:
    if CHECK in tables:
        raise ValueError(f"the table {CHECK!r} belongs to the storage")
    parts = ["{\n"]
    for name, table in tables.items():
        rows = ",\n".join(f"{_json(str(id))}:{_json(row)}" for id, row in table.items())
        parts.append(f"{_json(name)}:{{\n{rows}\n}},\n")
    check = {CHECK: {"1": {"format": FORMAT, "documents": _count(tables), "sha256": ""}}}
    # ASCII only: TinyDB as it comes opens files in the encoding of the platform.
    head = "".join([*parts, _json(check)[1:]]).encode("ascii").removesuffix(END[:-1])
    return head + sha256(head).hexdigest().encode() + END


def _count(tables: Mapping[str, Mapping[Any, Any]]) -> int:
    return sum(len(table) for table in tables.values())


_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
