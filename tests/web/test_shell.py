"""What a tablet holds: whole, the same for everybody, and without anything of a study."""

from __future__ import annotations

import json
import re
import shutil
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from observation import web
from observation.cli import main
from observation.instruments import Instruments
from observation.settings import open_context
from observation.web import create_app
from scripts import make_icons
from tests.samples import another_version

ROOT = Path(__file__).parents[2]
LISTED = re.compile(r"const SHELL = (\{.*?\});\n")
IMPORT = re.compile(r"""^(?:import|export)\b[^'"`;]*?from\s*"([^"]+)"|^import "([^"]+)";|\bimport\("([^"]+)"\)""", re.MULTILINE)  # fmt: skip
LINK = re.compile(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"')


def client_of(data: Path, store: str = "memory:") -> FlaskClient:
    app = create_app(open_context(data, store))
    app.testing = True
    return app.test_client()


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A tablet, and a server with the sample study."""
    assert main(["--data", str(tmp_path), "sample"]) == 0
    return create_app(open_context(tmp_path)).test_client()


def instruments_of(client: FlaskClient) -> Instruments:
    found: Instruments = client.application.extensions["observation"].instruments
    return found


def shell_of(client: FlaskClient) -> dict[str, Any]:
    found = LISTED.match(client.get("/service-worker.js").get_data(as_text=True))
    assert found
    value: dict[str, Any] = json.loads(found[1])
    return value


def test_every_file_of_the_list_is_answered_with_its_digest(client: FlaskClient) -> None:
    files = shell_of(client)["files"]
    for address, digest in files.items():
        with client.get(address) as answer:
            assert sha256(answer.get_data()).hexdigest() == digest, address
    assert len(files) > 50


def test_the_shell_is_the_same_with_and_without_a_study(
    client: FlaskClient, tmp_path: Path
) -> None:
    assert shell_of(client) == shell_of(client_of(tmp_path / "empty"))


def test_the_shell_is_the_same_for_whoever_asks_in_whatever_language(client: FlaskClient) -> None:
    before = shell_of(client)
    client.get("/?language=en")
    asked = client.get("/service-worker.js", headers={"Accept-Language": "fr"})
    assert shell_of(client) == before
    assert "Set-Cookie" not in asked.headers


def test_no_page_of_the_shell_holds_a_token_an_id_or_an_address_of_data(
    client: FlaskClient,
) -> None:
    pages = [each for each in shell_of(client)["files"] if "?language=" in each]
    assert len(pages) >= 2 * 5
    for address in pages:
        page = client.get(address).get_data(as_text=True)
        assert "csrf_token" not in page, address
        assert 'name="_id" value' not in page, address  # the tablet makes it
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", page), address
        assert "/observations/" not in page, address


def test_every_page_of_the_shell_is_held_in_every_language(client: FlaskClient) -> None:
    shell = shell_of(client)
    rules = client.application.url_map.iter_rules()
    pages = sorted(
        rule.rule
        for rule in rules
        if rule.endpoint.startswith("shell.") and "digest" not in rule.arguments
    )
    assert shell["pages"] == pages
    assert (
        {"/new", "/capture"}
        <= set(shell["recording"])
        <= set(pages) - {"/tablet", "/rescue", "/guide"}
    )
    for page in pages:
        assert {f"{page}?language=nl", f"{page}?language=en"} <= shell["files"].keys()


def test_the_pages_of_a_schedule_are_held_for_every_version_of_it(tmp_path: Path) -> None:
    old = client_of(tmp_path)
    digest = instruments_of(old).newest().digest
    another_version(tmp_path)
    client = client_of(tmp_path)
    newest = instruments_of(client).newest()
    assert newest.version == "1.1"
    shell = shell_of(client)
    for screen in ("capture", "finish", "schedule"):
        assert f"/{screen}/{digest}" in shell["recording"]
        for language in ("nl", "en"):
            before = f"/{screen}/{digest}?language={language}"
            now = f"/{screen}?language={language}"
            assert shell["files"][before] == shell_of(old)["files"][now]
            assert shell["files"][now] != shell["files"][before]
    assert f"/capture/{newest.digest}" not in shell["pages"]  # it is /capture
    assert {f"/instruments/{each}.json" for each in (digest, newest.digest)} <= shell[
        "files"
    ].keys()
    assert client.get(f"/capture/{'0' * 64}").status_code == 404


def test_all_that_a_page_of_the_shell_loads_is_held(client: FlaskClient) -> None:
    files = shell_of(client)["files"]
    linked = {
        link
        for address in files
        if "?language=" in address and address.startswith("/manifest") is False
        for link in LINK.findall(client.get(address).get_data(as_text=True))
    }
    manifest = client.get("/manifest.webmanifest?language=nl").get_json()
    linked |= {icon["src"] for icon in manifest["icons"]}
    assert linked - files.keys() == set()
    modules = {address for address in linked if address.startswith("/scripts/")}
    needed: set[str] = set()
    for address in modules:
        follow(f"/static/js/page/{address.removeprefix('/scripts/')}", needed)
    assert len(needed) > 30
    assert needed - files.keys() == set()


def follow(address: str, needed: set[str]) -> None:
    """Add the module at this address and all that it imports, now or later."""
    if address in needed:
        return
    needed.add(address)
    source = (ROOT / address.removeprefix("/")).read_text(encoding="utf-8")
    for first, second, later in IMPORT.findall(source):
        name = first or second or later
        path = (ROOT / address.removeprefix("/")).parent / name
        follow(
            name if name.startswith("/") else f"/{path.resolve().relative_to(ROOT)}",
            needed,
        )


@pytest.mark.parametrize(
    "file",
    [
        "static/service-worker.js",
        "static/js/core/clock.js",
        "static/css/base.css",
        "static/icons/192.png",
        "templates/base.html",
    ],
)
def test_another_file_makes_another_version(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("static", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(web, "files_root", lambda: tmp_path)
    before = shell_of(client_of(tmp_path / "data"))["version"]
    assert shell_of(client_of(tmp_path / "data"))["version"] == before
    with (tmp_path / file).open("ab") as target:
        target.write(b"\n")
        if file.endswith(".html"):
            target.write(b"<!-- another -->")
    assert shell_of(client_of(tmp_path / "data"))["version"] != before


def test_a_file_that_changes_while_the_server_runs_makes_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "static", tmp_path / "static")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    monkeypatch.setattr(web, "files_root", lambda: tmp_path)
    client = client_of(tmp_path / "data")
    before = shell_of(client)
    (tmp_path / "static/css/new.css").write_text("/* another */")
    after = shell_of(client)
    assert after["version"] != before["version"]
    assert {n for n in after["files"] if after["files"][n] != before["files"][n]} == {
        "/static/css/new.css",
        "/styles/new.css",
    }


def test_only_what_is_for_everybody_may_be_kept(client: FlaskClient) -> None:
    kept = {
        "/service-worker.js": "public, no-cache",
        "/manifest.webmanifest": "public, no-cache",
        "/": "no-store",
        "/tablets": "no-store",
        "/capture?language=nl": "no-store",
        "/api/v1/kit": "no-store",
    }
    assert {path: client.get(path).headers["Cache-Control"] for path in kept} == kept


@pytest.mark.parametrize(("language", "name"), [("nl", "Bordsessies"), ("en", "Board sessions")])
def test_the_app_has_a_name_and_a_start_in_each_language(
    client: FlaskClient, language: str, name: str
) -> None:
    manifest = client.get(f"/manifest.webmanifest?language={language}").get_json()
    assert (manifest["name"], manifest["lang"]) == (name, language)
    assert manifest["start_url"] == f"/tablet?language={language}"
    assert manifest["display"] == "standalone"


def test_the_icons_are_those_that_the_script_draws_and_have_the_size_they_say() -> None:
    for name, (side, share) in make_icons.ICONS.items():
        content = (ROOT / "static" / "icons" / f"{name}.png").read_bytes()
        assert content == make_icons.png(make_icons.rows(side, share))
        assert struct.unpack(">II", content[16:24]) == (side, side)
