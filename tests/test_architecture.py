"""The arrows between the folders: the core imports nothing but itself, and nobody imports back."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "observation"

# What a folder may import of this project; `language` and `instruments` are shipped data.
DATA = {"language", "instruments"}
ARROWS = {
    "core": {"core"},
    "instruments": {"core", "instruments"},
    "language": {"language"},
    "store": {"core", "store"},
    "export": {"core", "export", *DATA},
    "importing": {"core", "importing", *DATA},
    "web": {"core", "store", "export", "importing", "web", "settings", "called", *DATA},
    "commands": {
        "core",
        "store",
        "export",
        "importing",
        "web",
        "commands",
        "settings",
        "called",
        *DATA,
    },
    "cli": {"core", "commands", "cli", "settings"},
    "__main__": {"cli"},
    "called": {"called"},
    "settings": {"core", "store", *DATA, "settings"},
}
# Parts of the standard library that read the world; the core gets them as arguments.
WORLDLY = {
    "asyncio", "builtins", "ctypes", "glob", "http", "importlib", "io", "locale", "logging", "os",
    "pathlib", "pickle", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3",
    "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
WORLDLY_CALLS = {
    "open",
    "print",
    "input",
    "now",
    "today",
    "utcnow",
    "uuid1",
    "uuid4",
    "eval",
    "exec",
}


def test_every_folder_imports_only_what_it_may() -> None:
    assert list(_forbidden_imports(PACKAGE)) == []


def test_the_core_uses_the_standard_library_without_the_world() -> None:
    found = [
        f"{path.name}: {module}"
        for path in sorted((PACKAGE / "core").glob("*.py"))
        for module in _imports(path)
        if not module.startswith("observation")
        and (module.split(".")[0] in WORLDLY or module.split(".")[0] not in sys.stdlib_module_names)
    ]
    assert found == []


def test_the_core_calls_no_clock_no_chance_and_no_file() -> None:
    found = []
    for path in sorted((PACKAGE / "core").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                found += [f"{path.name}:{node.lineno} {name}"] if name in WORLDLY_CALLS else []
    assert found == []


@pytest.mark.parametrize(
    ("folder", "planted"),
    [
        ("core", "import flask"),
        ("core", "from observation.store import Log"),
        ("core", "from ..store import Log"),
        ("store", "import observation.web"),
        ("export", "from observation import cli"),
        ("cli", "from observation.store import Log"),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, folder: str, planted: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "planted.py").write_text(planted)
    assert list(_forbidden_imports(tmp_path)) == [f"{folder}/planted.py: {_meaning(planted)}"]


IMPORT = re.compile(
    r"""^(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)|\bimport\s*\(?['"]([^'"]+)""", re.M
)


RESCUE = "/static/js/rescue.js"  # a classic script that stands alone, loaded where it is needed
# What a module of each folder of static/js may import.
SCRIPT_ARROWS = {
    "core": ("core",),
    "device": ("core", "device"),
    "ui": ("core", "device", "ui"),
    "page": ("core", "device", "ui"),
}


def test_no_script_imports_against_the_arrows() -> None:
    assert list(_forbidden_scripts(ROOT / "static" / "js")) == []


@pytest.mark.parametrize(
    ("folder", "planted"),
    [
        ("core", 'import { read } from "../device/log.js";'),
        ("device", 'import { fill } from "../ui/fill.js";'),
        ("ui", 'import "../page/capture.js";'),
        ("core", 'import x from "lodash";'),
        ("page", 'const x = await import("https://example.org/x.js");'),
    ],
)
def test_a_planted_script_against_the_arrows_is_found(
    tmp_path: Path, folder: str, planted: str
) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "planted.js").write_text(planted)
    assert len(list(_forbidden_scripts(tmp_path))) == 1


def _forbidden_scripts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*/*.js")):
        for pair in IMPORT.findall(path.read_text()):
            named = pair[0] or pair[1]
            # What is loaded only when it is needed is named by its address.
            found = re.fullmatch(r"(?:\.\.?|/static/js)/(?:(\w+)/)?[a-z0-9-]+\.js", named)
            part = path.parent.name
            if named == RESCUE:
                continue
            if not found or (found[1] or part) not in SCRIPT_ARROWS[part]:
                yield f"{part}/{path.name}: {named}"


def _forbidden_imports(package: Path) -> Iterator[str]:
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).parts[0].removesuffix(".py")
        for module in _imports(path, package):
            names = module.split(".")
            outside = names[0] not in {"observation", *sys.stdlib_module_names, "__future__"}
            inside = names[0] == "observation" and len(names) > 1
            if (outside and part == "core") or (
                inside and part != "__init__" and names[1] not in ARROWS[part]
            ):
                yield f"{path.relative_to(package)}: {module}"


def _imports(path: Path, package: Path = PACKAGE) -> Iterator[str]:
    folders = ("observation", *path.relative_to(package).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folders[: len(folders) - node.level + 1] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            if module == "observation":
                yield from (f"observation.{alias.name}" for alias in node.names)
            else:
                yield module


def _meaning(planted: str) -> str:
    return {
        "import flask": "flask",
        "from observation.store import Log": "observation.store",
        "from ..store import Log": "observation.store",
        "import observation.web": "observation.web",
        "from observation import cli": "observation.cli",
    }[planted]
