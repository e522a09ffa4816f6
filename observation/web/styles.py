"""The style of a page: its sheet and those that it imports, in one file, as scripts.py does for scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, abort, current_app

pages = Blueprint("styles", __name__)

NAME = re.compile(r"[a-z-]+")
IMPORT = re.compile(r'^@import "([a-z-]+)\.css";\n', re.MULTILINE)
REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
ROOM = re.compile(r"\s*([{};])\s*|(?<=[:,])\s+")  # what a browser needs no white space at


@pages.get("/styles/<name>.css")
def show(name: str) -> Response:
    """Answer with the sheet of this name and all that it imports, without what is for readers only."""
    folder = Path(current_app.static_folder or "") / "css"
    if not NAME.fullmatch(name) or not (folder / f"{name}.css").is_file():
        abort(404)
    text = ROOM.sub(r"\1", REMARK.sub("", style_of(folder, name)))
    return Response(text.replace(";}", "}"), content_type="text/css")


def style_of(folder: Path, name: str) -> str:
    """Return the sheet of this name in the folder with what it imports in front, each sheet once."""
    return "".join(_sheets(folder, name, set()))


def _sheets(folder: Path, name: str, done: set[str]) -> Iterator[str]:
    done.add(name)
    source = (folder / f"{name}.css").read_text(encoding="utf-8")
    for needed in IMPORT.findall(source):
        if needed not in done:
            yield from _sheets(folder, needed, done)
    yield IMPORT.sub("", source)
