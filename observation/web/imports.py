"""Import of coded segments: a file is looked at, what is unknown is said, then all of it comes in or nothing.

The work is done by `observation import` in another process; this shows what it reports. A mapping is
remembered for the study, so that the next export of the same tool needs nothing said twice.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from observation.core.errors import N_, Refused
from observation.importing.mapping import LEAVE_OUT, mapping_of
from observation.importing.profiles import COLUMNS
from observation.importing.report import FAILED, PLANNED, RUNNING, TAKEN, Told, read_report
from observation.store.server import changed

from . import beside
from .area import Area, acting, area, chosen, member
from .screens import Answer, context
from .trouble import not_recorded
from .words import said

pages = Blueprint("imports", __name__, url_prefix="/import")

KINDS = (".csv", ".tsv", ".txt", ".xlsx")
REFRESH = 1  # seconds while it goes on
SILENT = 20.0  # seconds after which a process that never reported is given up
OLD = 7 * 24 * 3600.0  # seconds after which an upload is forgotten
LISTED = 50  # new interviews of which it can be said that they are here under another name
FIELDS = ("code", "respondent", "role", "school", "group", "kind", "date")
MAPPING = "mapping"  # kind of the registry: by study what was said of its tables
SECTIONS = ("columns", "codes", "respondents", "new", "documents")
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

    @property
    def report(self) -> Path:
        """How far it is."""
        return self.folder / "report.json"

    def told(self) -> Told:
        """Return how far it is; a process that ended without a word has failed."""
        found = read_report(self.report)
        if found is None:
            since = time.time() - self.mapping.stat().st_mtime
            return Told(FAILED, why=None) if since > SILENT else Told(RUNNING)
        if found.state == RUNNING and not _lives(found.process):
            last = read_report(self.report)  # its last word may have come meanwhile
            return last if last and last.state != RUNNING else Told(FAILED, why=None)
        return found


@pages.get("")
def index() -> Answer:
    """Show the form that brings a file."""
    return _index(chosen())


@pages.post("")
def upload() -> Answer:
    """Keep the file, and look at it."""
    found = chosen()
    given = request.files.get("file")
    name = Path((given.filename if given else "") or "").name[:200]
    try:
        by = acting()
        if given is None or not name:
            raise Refused(N_("Choose a file first."))
        if Path(name).suffix.casefold() not in KINDS:
            raise Refused(
                N_("A table ends in %(kinds)s; export it so from your program."),
                kinds=", ".join(KINDS),
            )
    except Refused as refused:
        return not_recorded(refused, _index(found, said(refused)))
    _forget_old()
    key = secrets.token_hex(8)
    made = Upload(key, _folder() / key, found.id, name, by)
    made.folder.mkdir(parents=True)
    try:
        given.save(made.file)
        _write(made.folder / "upload.json", {"study": made.study, "name": name, "by": by})
    except OSError:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise
    _write(made.mapping, _remembered(found.id))
    _begin(made, "--dry-run")
    return redirect(url_for("imports.show", key=key), code=303)


@pages.get("/<key>")
def show(key: str) -> Answer:
    """Show how far it is, and what it would bring."""
    return _page(_upload(key))


@pages.post("/<key>/mapping")
def mapping(key: str) -> Answer:
    """Keep what is said of the table, remember it for the study, and look again."""
    found = _upload(key)
    value = json.loads(found.mapping.read_text(encoding="utf-8"))
    try:
        _said(value, request.form, read_report(found.report))
        _same(value, request.form, read_report(found.report))
        mapping_of(value)
    except Refused as refused:
        return not_recorded(refused, _page(found, said(refused)))
    _write(found.mapping, value)
    # Columns are those of one tool; the rest is the study's.
    told = {name: part for name, part in value.items() if name != "columns"}
    changed(context().store.registry, MAPPING, found.study, lambda _: told)
    _begin(found, "--dry-run", *_revise())
    return redirect(url_for("imports.show", key=key), code=303)


@pages.post("/<key>/taking")
def take(key: str) -> Response:
    """Take it in, all or nothing."""
    found = _upload(key)
    if found.told().ready:
        _begin(found, *_revise())
    return redirect(url_for("imports.show", key=key), code=303)


@pages.post("/<key>/end")
def end(key: str) -> Response:
    """Stop what goes on, and forget the file; what was taken in stays."""
    found = _upload(key)
    told = found.told()
    if told.state == RUNNING and told.process:
        with suppress(ProcessLookupError):
            os.kill(told.process, signal.SIGTERM)
    shutil.rmtree(found.folder, ignore_errors=True)
    return redirect(url_for("imports.index", study=found.study), code=303)


@pages.get("/<key>/mapping.json")
def mapping_file(key: str) -> Response:
    """Answer with what is said of the table, as `observation import --map` takes it."""
    found = _upload(key)
    response = Response(found.mapping.read_bytes(), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="mapping.json"'
    return response


def _index(found: Area, refused: str = "") -> str:
    return render_template(
        "imports/index.html",
        area=found,
        kinds=KINDS,
        known=bool(context().store.events.studies()),
        member=member(found.study),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _page(upload: Upload, refused: str = "") -> Answer:
    found, told = area(upload.study), upload.told()
    if told.state == RUNNING:
        page = render_template("imports/running.html", area=found, upload=upload, told=told)
        response = Response(page)
        response.headers["Refresh"] = f"{REFRESH}; url={url_for('imports.show', key=upload.key)}"
        return response
    schools = found.schools()
    return render_template(
        "imports/show.html",
        area=found,
        upload=upload,
        told=told,
        taken=told.state == TAKEN,
        planned=told.state == PLANNED,
        columns=COLUMNS,
        schools=schools,
        respondents=sorted({code for school in schools for code in school.respondents}),
        roles={role.id: role.name for role in found.instrument.roles},
        leave_out=LEAVE_OUT,
        listed=told.interviews[:LISTED],
        talks=sorted(
            each.label for each in context().catalogue.interviews(found.id).values.values()
        ),
        revise=(upload.folder / "revise").exists(),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )


def _said(value: dict[str, Any], form: MultiDict[str, str], told: Told | None) -> None:
    """Put what the form says into the mapping: the controls carry the place in the report."""
    if told is None:
        return
    chosen = {
        name: hold
        for place, name in enumerate(told.header)
        if (hold := form.get(f"column-{place}"))
    }
    known = {name: told.columns.get(name.strip().casefold()) for name in told.header}
    # A tool that was recognised stays so: its claims are known again by its name.
    if chosen and chosen != {name: hold for name, hold in known.items() if hold}:
        value["columns"] = {hold: name for name, hold in chosen.items()}
    for place, (kind, name, _) in enumerate(told.unknown):
        given = {field: form.get(f"{field}-{place}", "").strip() for field in FIELDS}
        if kind == "code" and given["code"]:
            value.setdefault("codes", {})[name] = given["code"]
        elif kind == "respondent" and given["school"]:
            code = given["respondent"] or name
            row = {n: given[n] for n in ("school", "role", "group") if given[n]}
            value.setdefault("new", {})[code] = row
            if code != name:
                value.setdefault("respondents", {})[name] = code
        elif kind == "respondent" and given["respondent"]:
            value.setdefault("respondents", {})[name] = given["respondent"]
        elif kind == "document":
            row = {n: given[n] for n in ("school", "kind", "date") if given[n]}
            if row:
                before = value.setdefault("documents", {}).get(name, {})
                value["documents"][name] = before | row


def _same(value: dict[str, Any], form: MultiDict[str, str], told: Told | None) -> None:
    """Put into the mapping which documents are interviews that are here under another name."""
    for place, name in enumerate(told.interviews[:LISTED] if told else ()):
        if label := form.get(f"same-{place}", ""):
            before = value.setdefault("documents", {}).get(name, {})
            value["documents"][name] = before | {"interview": label}


def _revise() -> list[str]:
    return ["--revise"] if request.form.get("revise") else []


def _begin(upload: Upload, *words: str) -> None:
    """Begin the command on the file, in another process."""
    upload.report.unlink(missing_ok=True)
    upload.mapping.touch()  # from when on silence counts
    mark = upload.folder / "revise"
    if "--revise" in words:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    process = beside.begin(
        context(), "import", str(upload.file.absolute()), "--map", str(upload.mapping.absolute()),
        "--report", str(upload.report.absolute()), "--study", upload.study, "--by", upload.by, *words,
    )  # fmt: skip
    threading.Thread(target=process.wait, daemon=True).start()  # so that its end is known


def _upload(key: str) -> Upload:
    if not KEY.fullmatch(key):
        abort(404)
    folder = _folder() / key
    try:
        value = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        abort(404)
    return Upload(key, folder, value["study"], value["name"], value["by"])


def _remembered(study: str) -> Any:
    found = context().store.registry.get(MAPPING, study)
    return found[0] if found else {}


def _folder() -> Path:
    return context().data / "imports"


def _forget_old() -> None:
    for folder in _folder().glob("*"):
        if KEY.fullmatch(folder.name) and folder.stat().st_mtime < time.time() - OLD:
            shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
