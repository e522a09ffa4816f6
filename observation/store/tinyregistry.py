"""The registry in TinyDB files, `<directory>/registry/<kind>.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tinydb.table import Document, Table

from . import Changed
from .folders import Folders
from .lock import Locking
from .staging import staged_file
from .wholefile import WholeFile

FOLDER, VALUES = "registry", "values"  # the folder, and the table of its files


class TinyRegistry:
    """Registry in a file a kind: a damaged or a large one is no other's."""

    def __init__(self, folders: Folders, lock: Locking) -> None:
        self._folders = folders
        self._lock = lock

    def get(self, kind: str, key: str) -> tuple[Any, int] | None:
        found = self._records(kind).find(key)
        return None if found is None else (found["value"], found["version"])

    def put(self, kind: str, key: str, value: Any, version: int | None) -> int:
        with self._lock():
            table = self._records(kind)
            found = table.find(key)
            if (found and found["version"]) != version:
                raise Changed(kind, key)
            table.put({key: {"value": value, "version": (version or 0) + 1}})
            return (version or 0) + 1

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        with self._lock():
            table = self._records(kind)
            known = {str(row.doc_id) for row in table.all()}
            new = {k: {"value": v, "version": 1} for k, v in values.items() if k not in known}
            if new:
                table.put(new)
            elif known:
                self._file(kind).sync()  # who finds it there already may rely on it

    def delete(self, kind: str, *keys: str) -> None:
        with self._lock():
            table = self._records(kind)
            known = {str(row.doc_id) for row in table.all()}
            if there := [key for key in keys if key in known]:
                table.drop(there)

    def forget(self, kind: str) -> None:
        with self._lock():
            self._file(kind).remove()

    def list(self, kind: str) -> dict[str, Any]:
        found = {str(row.doc_id): row["value"] for row in self._records(kind).all()}
        return dict(sorted(found.items()))

    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self._folders.top / FOLDER).glob("*.json")))

    def _records(self, kind: str) -> Records:
        return Records(self._file(kind), VALUES)

    def _file(self, kind: str) -> WholeFile:
        return WholeFile(self._path(kind), f"{FOLDER}/{kind}", self._folders)

    def _path(self, kind: str) -> Path:
        return self._folders.top / FOLDER / f"{kind}.json"


class StagedRegistry(TinyRegistry):
    """The registry of a store as it will be: all that is written goes to the folder of drafts."""

    def __init__(self, folders: Folders, draft: Path) -> None:
        super().__init__(folders, nullcontext)
        self._draft = draft

    def forget(self, kind: str) -> None:
        self._records(kind).truncate()  # a draft that is not there would leave what is

    def _file(self, kind: str) -> WholeFile:
        return staged_file(self._path(kind), f"{FOLDER}/{kind}", self._folders, self._draft)


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

    def drop(self, keys: Iterable[Any]) -> None:
        """Remove the documents of these keys in one write; raise KeyError when one is not there."""
        self.remove(doc_ids=keys)
