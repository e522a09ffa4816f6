"""Files that were brought to be imported: kept beside the records, looked at by another process."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import abort
from werkzeug.datastructures import FileStorage

from observation.importing.report import Told, told_of
from observation.importing.tables import columns_of
from observation.store.leftovers import MAPPING
from observation.store.server import changed
from observation.store.work import cancel, read_report

from . import beside
from .screens import context

OLD = 7 * 24 * 3600.0  # seconds after which an upload is forgotten
TABLES = "tables"  # what columns hold, by the header as JSON
KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody brought, in a folder of its own beside the records."""

    key: str
    folder: Path
    study: str
    name: str
    by: str

    @property
    def file(self) -> Path:
        """The file as it was brought."""
        return self.folder / f"table{Path(self.name).suffix.casefold()}"

    @property
    def mapping(self) -> Path:
        """What is said of it."""
        return self.folder / "mapping.json"

    def told(self) -> Told:
        """Return what was found; a process that ended without a last word has failed."""
        return told_of(read_report(self.folder))

    @property
    def revises(self) -> bool:
        """Whether what was changed since becomes a revision."""
        return (self.folder / "revise").exists()

    def said(self) -> dict[str, Any]:
        """Return what is said of it."""
        found: dict[str, Any] = json.loads(self.mapping.read_text(encoding="utf-8"))
        return found

    def say(self, value: dict[str, Any]) -> None:
        """Keep what is said of it, and remember it for the study."""
        _write(self.mapping, value)
        _remember(self, value)


def keep(study: str, name: str, by: str, file: FileStorage) -> Upload:
    """Keep a file that somebody brought, with what is remembered; raise OSError when it has no room."""
    _forget_old()
    key = secrets.token_hex(8)
    made = Upload(key, _folder() / key, study, name, by)
    made.folder.mkdir(parents=True)
    try:
        file.save(made.file)
        _write(made.folder / "upload.json", {"study": made.study, "name": name, "by": by})
    except OSError:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise
    _write(made.mapping, _remembered(study, columns_of(made.file)))
    return made


def begin(upload: Upload, *words: str) -> None:
    """Begin the command on the file, in another process."""
    mark = upload.folder / "revise"
    if "--revise" in words:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    beside.begin_in(
        upload.folder, context(), "import", str(upload.file.absolute()), "--map",
        str(upload.mapping.absolute()), "--study", upload.study, "--by", upload.by, *words,
    )  # fmt: skip


def end(upload: Upload) -> bool:
    """Cancel what goes on, so that nothing comes in, and forget the file; return False when it is too late."""
    return cancel(upload.folder)


def find_upload(key: str) -> Upload:
    """Return the upload with this key, or answer 404."""
    if not KEY.fullmatch(key):
        abort(404)
    folder = _folder() / key
    try:
        value = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        abort(404)
    return Upload(key, folder, value["study"], value["name"], value["by"])


def _remember(upload: Upload, said: dict[str, Any]) -> None:
    """Keep what was said for the study; what columns hold only for tables with the same header."""
    columns, header = said.get("columns"), json.dumps(columns_of(upload.file))

    def with_it(before: Any) -> Any:
        tables = (before or {}).get(TABLES, {})
        kept = {name: part for name, part in said.items() if name != "columns"}
        return kept | {TABLES: tables | ({header: columns} if columns else {})}

    changed(context().store.registry, MAPPING, upload.study, with_it)


def _remembered(study: str, header: tuple[str, ...]) -> dict[str, Any]:
    found = context().store.registry.get(MAPPING, study)
    value = dict(found[0]) if found else {}
    columns = value.pop(TABLES, {}).get(json.dumps(header))
    return value | ({"columns": columns} if columns else {})


def _folder() -> Path:
    return context().beside.imports


def _forget_old() -> None:
    for folder in _folder().glob("*"):
        if KEY.fullmatch(folder.name.lstrip(".")) and folder.stat().st_mtime < time.time() - OLD:
            shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
