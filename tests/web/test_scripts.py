"""The script of a page is its modules in one file, and says the same as they do."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from observation.core.errors import Refused
from observation.core.kinds import KINDS
from observation.settings import open_context
from observation.web import create_app, files_root
from observation.web.scripts import script_of

FOLDER = files_root() / "static" / "js"
PAGES = sorted(path.stem for path in (FOLDER / "page").glob("*.js"))


def run(script: str) -> str:
    node = shutil.which("node")
    assert node
    command = [node, "--input-type=module", "-"]
    ran = subprocess.run(command, input=script, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def write(folder: Path, **modules: str) -> None:
    for name, source in modules.items():
        (folder / f"{name}.js").write_text(source)


def test_a_script_does_what_its_modules_do(tmp_path: Path) -> None:
    write(
        tmp_path,
        page='import { twice as double, NAME } from "./a.js";\nimport { shared } from "./b.js";\nconsole.log(double(4), NAME, shared);\n',
        a='import { shared } from "./b.js";\nconst hidden = 2;\nexport const NAME = "a";\nexport function twice(x) {\n  return x * hidden + shared * 0;\n}\n',
        b="const hidden = 1;\nexport const shared = await Promise.resolve(hidden);\n",
    )
    script = script_of(tmp_path, "page.js")
    assert run(script) == "8 a 1\n"
    assert script.count("const hidden = 1") == 1


@pytest.mark.parametrize(
    "source",
    [
        "export let x = 1;\n",
        "export default 1;\n",
        "const x = 1;\nexport { x as y };\n",
        'import * as a from "./a.js";\n',
        'import { page } from "./page.js";\nexport const b = 1;\n',
    ],
)
def test_what_it_cannot_say_is_refused(tmp_path: Path, source: str) -> None:
    write(tmp_path, page='import { b } from "./b.js";\nexport const page = b;\n', b=source, a="")
    with pytest.raises(Refused):
        script_of(tmp_path, "page.js")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_script_that_can_be_read(page: str, tmp_path: Path) -> None:
    client = create_app(open_context(tmp_path, "memory:")).test_client()
    answer = client.get(f"/scripts/{page}.js")
    assert answer.mimetype == "text/javascript"
    run(f"async function script() {{\n{answer.get_data(as_text=True)}\n}}")


@pytest.mark.parametrize("path", ["/scripts/nothing.js", "/scripts/..%2Fcore%2Fevents.js"])
def test_nothing_but_a_page_has_one(path: str, tmp_path: Path) -> None:
    assert create_app(open_context(tmp_path, "memory:")).test_client().get(path).status_code == 404


def test_a_form_is_read_on_the_tablet_as_on_the_server() -> None:
    module = (FOLDER / "ui" / "forms.js").as_uri()
    written = json.loads(
        run(f'import {{ WRITTEN }} from "{module}";\nconsole.log(JSON.stringify(WRITTEN));\n')
    )
    forms = {
        (name, field.form)
        for kind in KINDS.values()
        for name, _required, field in kind.all_fields()
        if kind.stream in ("observation", "interview") and field.form in ("list", "number", "flag")
    }
    assert written.items() <= forms
    # `part` is a code where something is judged; the others no form of a screen holds.
    assert {name for name, _ in forms} - set(written) == {"part", "already-running", "events"}
