"""How a tablet is enrolled and revoked: by the page of the lead, a code, or on this machine."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from observation.core.errors import N_, Refused
from observation.settings import open_context
from observation.store.devices import device_of, find_device, revoke
from observation.store.quarantine import SetAside, problem_of, set_aside
from observation.store.server import current_study
from observation.web import create_app
from tests.web.desk import read
from tests.web.tablet import DEVICE, OTHER_DEVICE, STUDY

ELSEWHERE = {"REMOTE_ADDR": "192.168.1.7"}
CODE = re.compile(r'class="code">([0-9A-Z]{5}-[0-9A-Z]{5})<')


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = create_app(open_context(tmp_path, "memory:"))
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def registry(app: Flask) -> Any:
    return app.extensions["observation"].store.registry


def enrol(client: FlaskClient, value: Any = None, **given: Any) -> TestResponse:
    """Ask for a token, for the tablet that all tests use."""
    value = {"device": DEVICE, "name": "iPad"} | (value or {})
    return client.post("/api/v1/devices", json=value, **{"base_url": "https://localhost"} | given)


def shown_code(client: FlaskClient) -> str:
    """Press the button on the page and read the code that it shows."""
    (form,) = [f for f in read(page(client)).forms if f.action == "/tablets"]
    found = CODE.search(client.post(form.action, data=form.fields).get_data(as_text=True))
    assert found
    return found[1]


def page(client: FlaskClient) -> str:
    return client.get("/tablets?language=en").get_data(as_text=True)


class TestEnrolling:
    def test_a_browser_on_this_machine_is_enrolled_silently(
        self, client: FlaskClient, registry: Any, app: Flask
    ) -> None:
        response = enrol(client)
        answer = response.get_json()
        assert response.status_code == 201
        assert set(answer) == {"protocol", "device", "study", "token"}
        assert answer["study"] == current_study(app.extensions["observation"].store)
        assert device_of(registry, answer["token"]).id == answer["device"] == DEVICE
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
    def test_every_address_of_this_machine_is_this_machine(
        self, client: FlaskClient, address: str
    ) -> None:
        assert enrol(client, environ_base={"REMOTE_ADDR": address}).status_code == 201

    @pytest.mark.parametrize(
        "given",
        [
            {"environ_base": ELSEWHERE, "base_url": "http://localhost"},
            {"environ_base": ELSEWHERE},
            {"environ_base": {"REMOTE_ADDR": "::ffff:10.0.0.1"}},
            {"environ_base": {"REMOTE_ADDR": ""}},
            {"headers": {"X-Forwarded-For": "127.0.0.1"}},
            {"headers": {"Forwarded": "for=127.0.0.1"}},
            {"headers": {"Via": "1.1 proxy"}},
        ],
        ids=str,
    )
    def test_any_other_tablet_needs_a_code(
        self, client: FlaskClient, registry: Any, given: Any
    ) -> None:
        response = enrol(client, **given)
        assert (response.status_code, set(response.get_json())) == (403, {"protocol", "error"})
        assert registry.list("device") == {}

    def test_with_a_code_from_the_page_a_tablet_elsewhere_is_enrolled_once(
        self, client: FlaskClient, registry: Any
    ) -> None:
        code = shown_code(client).lower()
        response = enrol(client, {"code": code}, environ_base=ELSEWHERE)
        assert response.status_code == 201
        assert device_of(registry, response.get_json()["token"]).id == DEVICE
        again = enrol(client, {"code": code, "device": OTHER_DEVICE}, environ_base=ELSEWHERE)
        assert again.status_code == 403
        assert "used already" in again.get_json()["error"]
        assert find_device(registry, OTHER_DEVICE) is None

    def test_a_wrong_code_is_refused_also_on_this_machine(
        self, client: FlaskClient, registry: Any
    ) -> None:
        assert enrol(client, {"code": "AAAAA-AAAAA"}).status_code == 403
        assert registry.list("device") == {}

    def test_a_revoked_tablet_comes_back_with_a_code_only(
        self, client: FlaskClient, registry: Any, app: Flask
    ) -> None:
        enrol(client)
        revoke(registry, DEVICE, app.extensions["observation"].clock.now())
        assert enrol(client).status_code == 403
        assert enrol(client, {"code": shown_code(client)}).status_code == 201
        assert find_device(registry, DEVICE).revoked == ""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://example.org"},
            {"Origin": "null"},
            {"Origin": "http://localhost:8001"},
        ],
        ids=str,
    )
    def test_a_page_of_another_site_enrols_nothing(
        self, client: FlaskClient, registry: Any, headers: dict[str, str]
    ) -> None:
        assert enrol(client, headers=headers).status_code == 403
        assert registry.list("device") == {}

    def test_a_page_of_this_site_enrols(self, client: FlaskClient) -> None:
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
        assert enrol(client, headers=headers).status_code == 201

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_what_a_form_can_send_enrols_nothing(
        self, client: FlaskClient, registry: Any, kind: str
    ) -> None:
        content = f'{{"device": "{DEVICE}", "name": "x"}}'
        response = client.post("/api/v1/devices", data=content, content_type=kind)
        assert (response.status_code, registry.list("device")) == (415, {})

    @pytest.mark.parametrize(
        "value",
        [
            {"device": "x"},
            {"device": None},
            {"device": DEVICE.upper()},
            {"name": ""},
            {"name": 7},
            {"name": "x" * 65},
            {"name": "x\ny"},
            {"name": "\0"},
            {"code": []},
            {"code": {}},
            {"code": 7},
            {"code": ["a"]},
        ],
        ids=str,
    )
    def test_odd_values_are_refused_with_a_sentence(
        self, client: FlaskClient, registry: Any, value: Any
    ) -> None:
        response = enrol(client, value)
        assert (response.status_code, set(response.get_json())) == (422, {"protocol", "error"})
        assert registry.list("device") == {}

    @pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
    def test_what_is_no_object_is_refused(self, client: FlaskClient, content: bytes) -> None:
        response = client.post("/api/v1/devices", data=content, content_type="application/json")
        assert response.status_code == 422


class TestThePage:
    def test_the_study_page_leads_to_it_and_it_says_when_there_is_none(
        self, client: FlaskClient
    ) -> None:
        assert 'href="/tablets"' in client.get("/").get_data(as_text=True)
        assert "There is none yet." in page(client)

    def test_a_code_is_shown_once(self, client: FlaskClient) -> None:
        assert shown_code(client) != shown_code(client)
        assert not CODE.search(page(client))

    @pytest.mark.parametrize("address", ["", "https://bordsessies.example.nl"])
    def test_a_code_that_no_tablet_can_reach_is_no_square_and_it_says_how_one_can(
        self, tmp_path: Path, address: str
    ) -> None:
        known = replace(open_context(tmp_path, "memory:"), address=address)
        client = create_app(known).test_client()
        (form,) = [f for f in read(page(client)).forms if f.action == "/tablets"]
        shown = client.post(form.action, data=form.fields).text
        assert ('class="qr"' in shown, "docs/guide-server.md" in shown) == (
            bool(address),
            not address,
        )

    def test_it_lists_the_tablets_and_revokes_one(self, client: FlaskClient, registry: Any) -> None:
        enrol(client, {"name": "<b>iPad</b>"})
        enrol(client, {"name": "Laptop", "device": OTHER_DEVICE})
        html = page(client)
        assert html.index("Laptop") < html.index("&lt;b&gt;iPad&lt;/b&gt;")
        (form,) = [f for f in read(html).forms if DEVICE in f.action]
        assert client.post(form.action, data=form.fields).status_code == 303
        assert find_device(registry, DEVICE).revoked
        assert not find_device(registry, OTHER_DEVICE).revoked
        assert [f.action for f in read(page(client)).forms if "revocation" in f.action] == [
            f"/tablets/{OTHER_DEVICE}/revocation"
        ]

    def test_a_tablet_that_is_not_there_cannot_be_revoked(self, client: FlaskClient) -> None:
        (form,) = read(page(client)).forms
        path = f"/tablets/{STUDY}/revocation"
        assert client.post(path, data=form.fields).status_code == 404

    def test_without_the_pages_own_form_nothing_is_done(
        self, client: FlaskClient, registry: Any
    ) -> None:
        enrol(client)
        assert client.post("/tablets").status_code == 400
        assert client.post(f"/tablets/{DEVICE}/revocation").status_code == 400
        assert (registry.list("code"), find_device(registry, DEVICE).revoked) == ({}, "")

    def test_what_was_set_aside_is_counted_by_tablet_and_reason(
        self, client: FlaskClient, registry: Any
    ) -> None:
        enrol(client)
        reason = problem_of("", Refused(N_("There is no such thing here.")))
        set_aside(
            registry,
            [SetAside(str(n), DEVICE, "2026-03-13T14:10:00.000Z", reason, n) for n in range(3)],
        )
        html = page(client)
        assert "There is no such thing here." in html
        assert "Events: 3" in html

    @pytest.mark.parametrize("kind", ["device", "quarantine"])
    def test_a_damaged_list_is_said_so_and_the_other_is_shown(
        self, tmp_path: Path, kind: str
    ) -> None:
        client = create_app(open_context(tmp_path, f"tinydb:{tmp_path}/store")).test_client()
        enrol(client, {"name": "Laptop"})
        registry = tmp_path / "store" / "registry"
        (registry / f"{kind}.json").write_bytes(b"{")
        html = page(client)
        assert f"registry/{kind} is damaged" in html
        assert ("Laptop" in html) == (kind == "quarantine")
