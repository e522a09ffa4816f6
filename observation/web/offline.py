"""What makes a tablet work without the server: the list of the shell's files, its worker, its manifest.

Every page of the shell's blueprint is in the list, in each language, and every file under `static`:
so nothing that a page needs can be left out. A page of a schedule is there once for each version
of it, since a session is shown with the version that it was begun with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, json, request, url_for
from flask_babel import gettext as _

from observation.language import LANGUAGES

from . import shell
from .screens import context
from .words import language

files = Blueprint("offline", __name__)

WORKER = "service-worker.js"
ASK_AGAIN = "public, no-cache"  # may be kept, and is asked for again before it is used
ICONS = {"192": "any", "512": "any", "maskable-512": "maskable"}  # by name: what it is for

Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """What a tablet holds: by address the SHA-256 of what the server answers there.

    `pages` are the paths of its pages, and `recording` those of them on which an update waits.
    """

    version: str
    files: dict[str, str]
    pages: list[str]
    recording: list[str]
    languages: tuple[str, ...] = LANGUAGES


@files.get(f"/{WORKER}")
def worker() -> Response:
    """Answer with the worker, which carries the list of the files that it is to hold."""
    found = current_shell()
    source = (
        f"const SHELL = {json.dumps(found)};\n{_static(current_app).joinpath(WORKER).read_text()}"
    )
    return _kept(Response(source, content_type="text/javascript; charset=utf-8"))


@files.get("/manifest.webmanifest")
def manifest() -> Response:
    """Answer with what the app is called on a home screen, and how it opens from there."""
    icons = [
        {
            "src": url_for("static", filename=f"icons/{name}.png"),
            "sizes": "{0}x{0}".format(name.rpartition("-")[2]),
            "type": "image/png",
            "purpose": purpose,
        }
        for name, purpose in ICONS.items()
    ]
    value = {
        "id": "/tablet",
        "name": _("Board sessions"),
        "short_name": _("Sessions"),
        "lang": language(),
        "start_url": url_for("shell.show_tablet", language=language()),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#1f2326",
        "icons": icons,
    }
    source = json.dumps(value, ensure_ascii=False)
    return _kept(Response(source, content_type="application/manifest+json"))


def current_shell() -> Shell:
    """Return the shell as this server serves it now; its version differs whenever a file does."""
    app, stamp = current_app, _stamp(current_app)
    before: tuple[Stamp, Shell] | None = app.extensions.get("shell")
    if before and before[0] == stamp:
        return before[1]
    made = _listed(app._get_current_object())  # type: ignore[attr-defined]
    app.extensions["shell"] = (stamp, made)
    return made


def _listed(app: Flask) -> Shell:
    pages = list(_pages(app))
    served = [
        *(f"{page}?language={each}" for page in sorted(pages) for each in LANGUAGES),
        *(f"/manifest.webmanifest?language={each}" for each in LANGUAGES),
        *(f"/scripts/{path.name}" for path in sorted(_static(app).glob("js/page/*.js"))),
        *(f"/styles/{path.name}" for path in sorted(_static(app).glob("css/*.css"))),
        *(f"/instruments/{each.digest}.json" for each in context().instruments),
    ]
    found = {address: _digest(_answer(app, address)) for address in served}
    found |= {f"/static/{name}": _digest(path.read_bytes()) for name, path in _static_files(app)}
    source = _static(app).joinpath(WORKER).read_bytes()
    version = _digest(json.dumps(found, sort_keys=True).encode() + source)
    recording = [page for page in pages if page not in shell.RESTING]
    return Shell(version, found, sorted(pages), sorted(recording))


def _pages(app: Flask) -> Iterator[str]:
    """The path of every page; that of the newest schedule names none."""
    instruments = context().instruments
    older = [each.digest for each in instruments if each.digest != instruments.newest().digest]
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(f"{shell.pages.name}."):
            continue
        if "digest" in rule.arguments:
            yield from (url_for(rule.endpoint, digest=digest) for digest in older)
        else:
            yield rule.rule


def _answer(app: Flask, address: str) -> bytes:
    """What the server answers to anybody who asks for this address, without any cookie."""
    with app.app_context(), app.test_request_context(address, base_url=f"https://{request.host}"):
        response = app.full_dispatch_request()
        assert response.status_code == 200, (address, response.status)
        return response.get_data()


def _stamp(app: Flask) -> Stamp:
    seen = [
        (name, path.stat()) for name, path in (*_static_files(app), (WORKER, _static(app) / WORKER))
    ]
    files = [(name, stat.st_mtime_ns, stat.st_size) for name, stat in seen]
    return (context().instruments.digest, *files)


def _static_files(app: Flask) -> Iterator[tuple[str, Path]]:
    root = _static(app)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name != WORKER and not path.name.startswith("."):
            yield name, path


def _static(app: Flask) -> Path:
    return Path(str(app.static_folder))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = ASK_AGAIN
    return response
