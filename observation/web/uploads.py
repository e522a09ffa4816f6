"""Files that were brought to be imported: kept beside the records, looked at by another process."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import abort
from werkzeug.datastructures import FileStorage

from observation.importing.report import TAKEN, Told, told_of
from observation.importing.tables import columns_of
from observation.settings import Context
from observation.store.leftovers import MAPPING
from observation.store.server import changed
from observation.store.work import cancel, read_report

from . import beside
from .screens import context

OLD = 7 * 24 * 3600.0  # seconds after which one that nobody did anything with is forgotten
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
    brought: datetime

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
    forget_old(context())
    key = secrets.token_hex(8)
    made = Upload(key, _folder() / key, study, name, by, context().clock.now())
    made.folder.mkdir(parents=True)
    try:
        file.save(made.file)
        _write(made.mapping, _remembered(study, columns_of(made.file)))
        value = {"study": study, "name": name, "by": by, "brought": made.brought.isoformat()}
        _write(made.folder / "upload.json", value)  # the last: what has it is whole, and is listed
    except OSError:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise
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
    return _read(_folder() / key) or abort(404)


def waiting(study: str) -> list[tuple[Upload, Told]]:
    """Return what was brought for a study and is not taken in, each with what was found; the newest first."""
    found = [(upload, upload.told()) for upload in _every() if upload.study == study]
    left = [each for each in found if each[1].state != TAKEN]
    return sorted(left, key=lambda each: each[0].brought, reverse=True)


def _every() -> Iterator[Upload]:
    for folder in _folder().glob("*"):
        if KEY.fullmatch(folder.name) and (found := _read(folder)):
            yield found


def _read(folder: Path) -> Upload | None:
    try:
        value = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
        brought = datetime.fromisoformat(value.pop("brought")).astimezone()
    except (OSError, ValueError, KeyError):
        return None
    return Upload(folder.name, folder, **value, brought=brought)


def forget_old(context: Context) -> None:
    """Leave nothing of files that nobody did anything with for a week."""
    for folder in context.beside.imports.glob("*"):
        if KEY.fullmatch(folder.name.lstrip(".")) and folder.stat().st_mtime < time.time() - OLD:
            shutil.rmtree(folder, ignore_errors=True)


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


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
