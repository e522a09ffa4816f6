"""Whom the server refuses and what every answer carries, for every route that there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from observation.settings import Context, open_context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.web import create_app
from observation.web.api import PREFIX
from observation.web.guard import HEADERS, ONLY_HTTPS, READING
from tests.samples import BUNDLE

UUIDS = {
    kind: min(e.stream.partition("/")[2] for e in BUNDLE.events if e.stream.startswith(kind))
    for kind in ("observation", "school", "interview")
}
VALUES = UUIDS | {
    "kind": "observation",
    "one": UUIDS["observation"],
    "format": "json",
    "name": "base",
}
HOST = "board.example"
ENROLMENT = "devices.enrolment"  # where a tablet that has no token yet gets one
OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
FOREIGN = [
    *(
        {"Origin": origin}
        for origin in (
            "https://example.org",
            "http://localhost:8001",
            "http://localhost.example.org",
            "http://example.org/localhost",
            "http://user@localhost",
            "http://127.0.0.1",
            "http://[",
            "localhost",
            "null",
            "",
        )
    ),
    *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "none", "")),
    OWN | {"Origin": "https://example.org"},
    OWN | {"Sec-Fetch-Site": "cross-site"},
]


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The application with the sample study, as it is served: forms are asked for their token."""
    context = open_context(tmp_path, "memory:")
    receipt = Receipt("2018-04-13T16:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
    return create_app(replace(context, hosts=(HOST,)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser on this machine."""
    return app.test_client()


def address(rule: Rule) -> str:
    """Return an address of the rule, of something in the sample where there is."""
    return re.sub(
        r"<(?:[^<>]*:)?(\w+)>",
        lambda found: VALUES.get(found[1], UUIDS["observation"]),
        rule.rule,
    )


def rules(app: Flask) -> list[Rule]:
    """Return all rules there are, by address."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def changing(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule with each of its methods that may change something."""
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - set(READING)):
            yield rule, method


def watched(app: Flask) -> list[str]:
    """Let every view note that it was reached, and return where it does so."""
    reached = list[str]()

    def noting(endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
        def view_(**given: Any) -> Any:
            reached.append(endpoint)
            return view(**given)

        return view_

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = noting(endpoint, view)
    return reached


def held(app: Flask) -> Any:
    """Return all that the store holds: events by version, and the registry."""
    context: Context = app.extensions["observation"]
    events, registry = context.store.events, context.store.registry
    return (
        {study: dict(events.versions(study)) for study in events.studies()},
        {kind: registry.list(kind) for kind in registry.kinds()},
    )


def token_of(client: FlaskClient) -> str:
    """Return the token of a form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/tablets").text)
    assert found
    return found[1]


class TestOtherSites:
    @pytest.mark.parametrize("headers", FOREIGN, ids=str)
    def test_what_another_site_makes_a_browser_send_reaches_no_route_and_changes_nothing(
        self, app: Flask, client: FlaskClient, headers: dict[str, str]
    ) -> None:
        token = token_of(client)
        before, reached = held(app), watched(app)
        for rule, method in changing(app):
            answer = client.open(
                f"{address(rule)}?language=en",
                method=method,
                data={"csrf_token": token, "text": "planted"},
                headers=headers,
            )
            assert (answer.status_code, answer.request.method) == (403, method), rule
            assert "another site" in answer.text, rule
            assert "planted" not in answer.text, rule
        assert (reached, held(app)) == ([], before)

    @pytest.mark.parametrize("given", [{}, {"csrf_token": "x"}, {"csrf_token": ""}], ids=str)
    def test_a_form_without_its_token_reaches_no_page_and_changes_nothing(
        self, app: Flask, client: FlaskClient, given: dict[str, str]
    ) -> None:
        token_of(client)
        before, reached = held(app), watched(app)
        pages = [each for each in changing(app) if not each[0].rule.startswith(PREFIX)]
        assert len(pages) >= 20
        for rule, method in pages:
            for headers in ({}, OWN):
                answer = client.open(address(rule), method=method, data=given, headers=headers)
                assert answer.status_code == 400, rule
        assert (reached, held(app)) == ([], before)

    def test_with_its_token_from_this_site_every_page_is_reached(
        self, app: Flask, client: FlaskClient
    ) -> None:
        token, reached = token_of(client), watched(app)
        for headers in (OWN, {}, OWN | {"Sec-Fetch-Site": "none"}):
            for rule, method in changing(app):
                client.open(
                    address(rule), method=method, data={"csrf_token": token}, headers=headers
                )
                assert reached == [rule.endpoint], (rule, headers)
                reached.clear()

    def test_a_cookie_is_no_token_of_a_tablet_and_no_tablet_is_given_one(
        self, app: Flask, client: FlaskClient
    ) -> None:
        token, before = token_of(client), held(app)
        assert client.get_cookie("session")
        asked = 0
        for rule in rules(app):
            if not rule.rule.startswith(PREFIX) or rule.endpoint == ENROLMENT:
                continue
            for method in (rule.methods or set()) - {"OPTIONS"}:
                answer = client.open(
                    address(rule), method=method, json={}, headers=OWN | {"X-CSRFToken": token}
                )
                assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False), rule
                asked += 1
        assert asked >= 7
        assert held(app) == before


def wrong(answer: TestResponse, https: bool) -> dict[str, str | None]:
    """Return the headers of an answer that are not what they should be."""
    found = {name: answer.headers.get(name) for name in (*HEADERS, *ONLY_HTTPS)}
    expected = HEADERS | (ONLY_HTTPS if https else dict.fromkeys(ONLY_HTTPS))
    if answer.cache_control.public:
        found.pop("Cache-Control")
    return {name: value for name, value in found.items() if value != expected[name]}


KEPT = {"offline.manifest", "offline.worker"}  # what holds nothing of a study, at these addresses


class TestHeaders:
    @pytest.mark.parametrize("https", [False, True])
    def test_every_route_answers_every_method_with_all_headers(
        self, app: Flask, client: FlaskClient, https: bool
    ) -> None:
        base = f"https://{HOST}" if https else "http://localhost"
        statuses, kept = set(), set()
        for rule in rules(app):
            for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE"):
                answer = client.open(address(rule), method=method, base_url=base)
                assert wrong(answer, https) == {}, (rule, method, answer.status_code)
                statuses.add(answer.status_code)
                kept |= {rule.endpoint} if answer.cache_control.public else set()
                answer.close()
        assert {200, 400, 401, 404, 405} <= statuses
        assert kept == KEPT

    def test_what_a_proxy_took_by_https_is_answered_as_by_https(self, tmp_path: Path) -> None:
        context = replace(open_context(tmp_path, "memory:"), hosts=(HOST,))
        for proxies, proto in ((1, "https"), (1, "http"), (0, "https")):
            client = create_app(replace(context, proxies=proxies)).test_client()
            headers = {"X-Forwarded-Proto": proto, "X-Forwarded-For": "10.0.0.5"}
            answer = client.get("/", base_url=f"http://{HOST}", headers=headers)
            assert wrong(answer, (proxies, proto) == (1, "https")) == {}

    def test_every_static_file_and_schedule_carries_all_headers(
        self, app: Flask, client: FlaskClient
    ) -> None:
        folder = Path(app.static_folder or "")
        files = [each.relative_to(folder) for each in folder.rglob("*") if each.is_file()]
        assert len(files) >= 80
        digest = app.extensions["observation"].instruments.newest().digest
        for path in (*(f"/static/{file}" for file in files), f"/instruments/{digest}.json"):
            for conditions in ({}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"}):
                answer = client.get(path, headers=conditions)
                assert answer.status_code in (200, 206, 304), path
                assert wrong(answer, False) == {}, path
                assert answer.cache_control.public in (None, path.startswith("/instruments/")), path
                answer.close()

    def test_the_answer_to_a_mistake_of_the_program_carries_all_headers(
        self, app: Flask, client: FlaskClient
    ) -> None:
        def fails(**_: object) -> str:
            raise RuntimeError("planted")

        token = token_of(client)
        for endpoint in app.view_functions:
            app.view_functions[endpoint] = fails
        for rule in rules(app):
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answer = client.open(address(rule), method=method, data={"csrf_token": token})
            assert answer.status_code == 500, rule
            assert wrong(answer, False) == {}, rule

    @pytest.mark.parametrize(
        ("path", "given", "status"),
        [
            ("/nothing", {}, 404),
            ("/api/v1/nothing", {}, 404),
            ("/static/nothing", {}, 404),
            ("/static/", {}, 404),
            ("//", {}, 308),
            ("/", {"headers": {"Host": "example.org"}}, 400),
            ("/backups", {"method": "POST", "headers": {"Origin": "null"}}, 403),
            ("/backups", {"method": "POST", "data": {"x": "x" * 1_000_001}}, 413),
            ("/api/v1/devices", {"method": "POST", "json": "x" * 1_000_001}, 413),
            ("/api/v1/devices", {"method": "POST", "data": "x"}, 415),
        ],
    )
    def test_every_refusal_carries_all_headers(
        self, client: FlaskClient, path: str, given: dict[str, Any], status: int
    ) -> None:
        answer = client.open(path, **given)
        assert (answer.status_code, wrong(answer, False)) == (status, {})
