"""The script of a page: the modules that it needs, in one file, comments and all.

One request instead of thirty in a chain, on a staff room's network, and one file for the shell to
hold. The sources stay small ES modules that browsers, Node and tests load as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, abort, current_app
from werkzeug.security import safe_join

from observation.core.errors import Refused

pages = Blueprint("scripts", __name__)

IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"(\.[^"]*)";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function\*? |const |class )(\w+)", re.MULTILINE)
LEFT = re.compile(r"^(?:import(?!\()|export)\b.*$", re.MULTILINE)


@pages.get("/scripts/<name>.js")
def show(name: str) -> Response:
    """Answer with the script of the page of this name."""
    folder = Path(current_app.static_folder or "") / "js"
    path = safe_join(str(folder), "page", f"{name}.js")
    if path is None or not Path(path).is_file():
        abort(404)
    return Response(script_of(folder, f"page/{name}.js"), content_type="text/javascript")


def script_of(folder: Path, path: str) -> str:
    """Return the module at this path of the folder and all that it imports as one module.

    Each module keeps a scope of its own. Raises Refused for what this cannot say: modules that
    import each other, a default or renamed export, a binding that changes (`export let`).
    What is imported by a call comes later, in a request of its own.
    """
    return "\n".join(_scopes(folder, path, [], set()))


def _scopes(folder: Path, path: str, chain: list[str], done: set[str]) -> Iterator[str]:
    if path in chain:
        raise Refused(f"Modules import each other: {' -> '.join([*chain, path])}.")
    source = (folder / path).read_text(encoding="utf-8")
    for match in IMPORT.finditer(source):
        needed = _resolved(path, match[2])
        if needed not in done:
            yield from _scopes(folder, needed, [*chain, path], done)
            done.add(needed)
    names = [match[2] for match in EXPORT.finditer(source)]
    body = EXPORT.sub(r"\1\2", IMPORT.sub(lambda match: _taken(path, match), source))
    if left := LEFT.search(body):
        raise Refused(f"{path} says “{left[0]}”; a page's script knows plain imports and exports.")
    if chain:
        yield f"const {_scope(path)} = await (async () => {{\n{body}return {{ {', '.join(names)} }};\n}})();"
    else:
        yield body


def _taken(path: str, match: re.Match[str]) -> str:
    if match[1] is None:
        return ""
    return f"const {{{match[1].replace(' as ', ': ')}}} = {_scope(_resolved(path, match[2]))};"


def _resolved(path: str, relative: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / relative).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _scope(path: str) -> str:
    """The name under which a module's exports are known in the script."""
    return re.sub(r"\W", "_", path.removesuffix(".js"))
