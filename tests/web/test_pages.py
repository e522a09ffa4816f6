"""The pages: what they show, what they carry, and whom they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import EnvironBuilder, FlaskClient
from werkzeug.test import run_wsgi_app

from observation.cli import main
from observation.settings import Context, open_context
from observation.web import create_app


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A data folder with the sample study."""
    assert main(["--data", str(tmp_path), "sample"]) == 0
    return open_context(tmp_path)


@pytest.fixture
def client(context: Context) -> FlaskClient:
    """A browser on this machine."""
    app = create_app(context)
    app.testing = True
    return app.test_client()


def paths(client: FlaskClient) -> list[str]:
    """Every address of the application, with the sample's observations filled in."""
    context: Context = client.application.extensions["observation"]
    (study,) = context.store.events.studies()
    found = []
    for record in context.catalogue.records(study):
        uuid = record.observation.stream.partition("/")[2]
        found += [f"/observations/{uuid}/export/{format}" for format in ("pdf", "csv", "json")]
    return ["/", "/tablets", "/backups", "/schedule.pdf", "/static/css/base.css", *found]


def test_the_study_page_lists_the_observations_by_school(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert page.index("School A") < page.index("A-01") < page.index("School D") < page.index("D-02")
    assert "di 13 mrt 2018, 15:10" in page
    assert "15:40" in page


@pytest.mark.parametrize(
    ("language", "word"), [("nl", "Leeg observatieschema"), ("en", "Blank schedule")]
)
def test_pages_are_dutch_or_english_and_the_choice_is_remembered(
    client: FlaskClient, language: str, word: str
) -> None:
    assert word in client.get(f"/?language={language}").get_data(as_text=True)
    assert word in client.get("/").get_data(as_text=True)


def test_without_a_choice_the_browsers_language_counts_and_else_dutch(client: FlaskClient) -> None:
    english = client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"}).get_data(as_text=True)
    french = client.get("/", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert ("Blank schedule" in english, "Leeg observatieschema" in french) == (True, True)


def test_every_address_answers(client: FlaskClient) -> None:
    for path in paths(client):
        response = client.get(path)
        assert response.status_code == 200, path
        response.close()


INLINE = re.compile(
    r"<script(?![^>]* src=\"(?:/scripts/|/static/js/rescue\.js))|\sstyle=|<[^>]+\son[a-z]+=",
    re.IGNORECASE,
)


def test_no_page_holds_an_inline_script_or_style(client: FlaskClient) -> None:
    uuid = next(path for path in paths(client) if path.endswith("/pdf")).split("/")[2]
    screens = [f"/observations/{uuid}{each}" for each in ("", "/capture", "/finish", "/schedule")]
    context: Context = client.application.extensions["observation"]
    (study,) = context.store.events.studies()
    paper = next(
        r.observation for r in context.catalogue.records(study) if r.observation.from_paper
    )
    screens.append(f"/observations/{paper.stream.partition('/')[2]}/paper")
    for path in (
        "/",
        "/tablets",
        "/backups",
        "/tablet",
        "/rescue",
        "/new",
        "/capture",
        "/observations/new",
        "/observations/new?source=paper",
        *screens,
    ):
        assert client.get(path).status_code == 200, path
        assert INLINE.findall(client.get(path).get_data(as_text=True)) == [], path


@pytest.mark.parametrize(
    "planted",
    [
        "<script>x</script>",
        '<script src="https://example.org/x.js">',
        '<p style="x">',
        '<a href="#" onclick="x">',
    ],
)
def test_the_search_for_inline_script_and_style_finds_each(planted: str) -> None:
    assert INLINE.findall(planted)


WRONG_HOSTS = [
    *("example.org", "example.org:8000", "EXAMPLE.ORG", "example.org.", "server", "server.local"),
    *("127.0.0.1.example.org", "localhost.example.org", "localhost.evil:80", "notlocalhost"),
    *("127-0-0-1.nip.io", "127.0.0.1.nip.io:8000", "localtest.me", "7f000001.c0a80001.rbndr.us"),
    *("192.168.1.4:8000", "10.0.0.1", "0.0.0.0", "0.0.0.0:8000", "169.254.169.254", "127.0.0.2"),
    *("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "127.0.0.1.:8000"),
    *("localhost.", "localhost.:8000", "LOCALHOST", "LocalHost:8000", "xn--localhost-zz"),
    *("[::]", "[::2]:8000", "[fe80::1]", "[::ffff:127.0.0.1]", "[::1%25eth0]", "::1", "[::1", "::1]"),
    *("user@localhost", "localhost@example.org", "localhost:8000@example.org", "user:x@127.0.0.1"),
    *("127.0.0.1:80@example.org", "localhost:", "localhost:x", "localhost:-1", "localhost:123456"),
    *("localhost:80:80", "localhost,example.org", "localhost, localhost", "localhost/", "localhost?"),
    *("localhost#x", "localhost\\@example.org", "http://localhost", "//localhost", "", None, " ", "localhost x"),
    *("localhost\x00", "localhost\t", "ｌocalhost", "localhost%00", "127.0.0.1:8０", ":8000"),
]  # fmt: skip


def status_for(app: Flask, path: str, host: str | None) -> int:
    """Return how a request is answered that says this host, as it comes off the wire."""
    environ = EnvironBuilder(app, path).get_environ()
    del environ["HTTP_HOST"]
    if host is not None:
        environ["HTTP_HOST"] = host.encode().decode("latin-1")
    content, status, _headers = run_wsgi_app(app, environ)
    b"".join(content)
    return int(status[:3])


def test_a_request_for_another_host_or_for_none_is_refused(client: FlaskClient) -> None:
    paths = ("/", "/tablet", "/static/icon.svg", "/api/v1/kit", "/nothing")
    asked = {(h, p): status_for(client.application, p, h) for h in WRONG_HOSTS for p in paths}
    assert len(asked) >= 30 * len(paths)
    assert {each: status for each, status in asked.items() if status != 400} == {}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8000", "127.0.0.1", "localhost", "localhost:8000", "localhost:65535", "[::1]:8000", "[::1]"],
)  # fmt: skip
def test_a_request_for_this_machine_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/observations/0190a5b0-0000-7000-8000-000000000001/export/json",
        "/observations/nothing/export/json",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Zo’n pagina is hier niet" in answer.text


def test_a_mistake_of_the_program_is_said_in_a_sentence(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(context)

    def fails(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setitem(app.view_functions, "studies.index", fails)
    answer = app.test_client().get("/?language=en")
    assert (answer.status_code, "Something went wrong in this program" in answer.text) == (
        500,
        True,
    )
    assert "planted" in caplog.text
    assert "planted" not in answer.text


def test_a_form_without_its_cookie_says_what_to_do(context: Context) -> None:
    answer = (
        create_app(context).test_client().post("/backups?language=en", data={"csrf_token": "x"})
    )
    assert (answer.status_code, "Allow cookies" in answer.text) == (400, True)


def test_an_unknown_form_is_not_found(client: FlaskClient) -> None:
    path = next(path for path in paths(client) if path.endswith("/json"))
    assert client.get(path.replace("/json", "/exe")).status_code == 404


def test_a_download_is_named_for_its_label_and_nothing_else(client: FlaskClient) -> None:
    path = next(path for path in paths(client) if path.endswith("/csv"))
    assert client.get(path).headers["Content-Disposition"] == 'attachment; filename="A-01.csv"'


def test_a_damaged_observation_is_said_so_and_the_others_are_listed(
    client: FlaskClient, context: Context
) -> None:
    (file, *_) = sorted((context.data / "store").rglob("observation/*.json"))
    file.write_bytes(file.read_bytes()[:-5])
    page = client.get("/").get_data(as_text=True)
    assert "is beschadigd (het breekt af)" in page
    assert page.count('class="record"') == 3


def test_a_page_of_a_damaged_observation_says_what_is_wrong(
    client: FlaskClient, context: Context
) -> None:
    (file, *_) = sorted((context.data / "store").rglob("observation/*.json"))
    file.write_bytes(b"{")
    for screen in ("", "/capture", "/finish", "/schedule"):
        response = client.get(f"/observations/{file.stem}{screen}?language=en")
        assert response.status_code == 503
        assert "is damaged (it breaks off)" in response.get_data(as_text=True)


def test_an_empty_store_says_how_to_begin(tmp_path: Path) -> None:
    page = create_app(open_context(tmp_path)).test_client().get("/").get_data(as_text=True)
    assert "Geef het onderzoek een naam" in page
    assert 'action="/sample"' in page


@pytest.mark.parametrize("kind", ["study", "observation"])
@pytest.mark.parametrize("damage", ["bytes", "folder", "loop"])
def test_whatever_cannot_be_read_is_said_so_and_the_rest_is_listed(
    client: FlaskClient, context: Context, kind: str, damage: str
) -> None:
    (file, *_) = sorted((context.data / "store").rglob(f"{kind}/*.json"))
    content = file.read_bytes()
    file.unlink()
    if damage == "bytes":
        file.write_bytes(content[:-5])
    elif damage == "folder":
        file.mkdir()
    else:
        file.symlink_to(file)
    response = client.get("/")
    assert response.status_code == 200
    page = response.get_data(as_text=True)
    assert f"{kind}/{file.stem} is beschadigd" in page
    assert page.count('class="record"') == (4 if kind == "study" else 3)
