"""Whoever looks from another machine signs in; on the server itself nobody is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from observation.settings import Clock, Context, open_context
from observation.store import accounts, sessions
from observation.store.accounts import accept, assign, disable, invite
from observation.store.server import current_study
from observation.web import create_app
from tests.web.desk import read
from tests.web.tablet import DEVICE, Tablet, body, outcomes
from tests.web.visitor import Visitor

HOST, SENTENCE = "board.example", "drie stoelen bij het bord"
ELSEWHERE = {"REMOTE_ADDR": "10.0.0.5"}
PAGE = "/schools"


class Watch(Clock):
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Server:
    """A server that other machines know, with one lead, and a browser elsewhere."""

    context: Context
    watch: Watch
    browser: FlaskClient

    def get(self, path: str, scheme: str = "https", **headers: str) -> TestResponse:
        return self.browser.get(
            path, base_url=f"{scheme}://{HOST}", environ_overrides=ELSEWHERE, headers=headers
        )

    def post(self, path: str, **data: Any) -> TestResponse:
        return self.browser.post(
            path, base_url=f"https://{HOST}", environ_overrides=ELSEWHERE, data=data
        )

    def sign_in(self, name: str = "Noor", password: str = SENTENCE, to: str = PAGE) -> TestResponse:
        return self.post("/sign-in", _name=name, _password=password, to=to)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    watch = Watch()
    context = replace(open_context(tmp_path, "memory:"), hosts=(HOST,), clock=watch)
    app = create_app(context)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    Visitor(browser)  # the sample study is there
    registry = context.store.registry
    secret = invite(registry, "Noor", current_study(context.store), "lead", watch.now())
    accept(registry, secret, SENTENCE, watch.now())
    return Server(context, watch, browser)


class TestWhoMayLook:
    def test_elsewhere_every_page_asks_to_sign_in_and_shows_nothing(self, server: Server) -> None:
        rules = server.browser.application.url_map.iter_rules()
        pages = [rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments]
        asked = 0
        for rule in pages:
            blueprint = rule.endpoint.partition(".")[0]
            found = server.get(rule.rule)
            if found.status_code == 401 and "api" not in rule.rule:
                assert 'name="_password"' in found.text, rule
                assert "Bordsessies voorjaar" not in found.text, rule
                asked += 1
            else:
                public = {
                    "shell",
                    "offline",
                    "scripts",
                    "styles",
                    "devices",
                    "deposits",
                    "kit",
                    "instruments",
                }
                assert blueprint in public or rule.endpoint.startswith("access."), rule
        assert asked >= 14

    def test_elsewhere_nothing_can_be_changed(self, server: Server) -> None:
        before = server.context.store.events.versions(current_study(server.context.store))
        rules = list(server.browser.application.url_map.iter_rules())
        changing = [rule for rule in rules if "POST" in (rule.methods or ())]
        own = {"access.enter", "access.accept"}
        refused = 0
        for rule in changing:
            if "/api/" in rule.rule or rule.endpoint in own:
                continue
            path = re.sub(r"<[^>]+>", "0190a5b0-0000-7000-8000-000000000001", rule.rule)
            answer = server.post(path, name="x", _kind="note-written", text="x")
            assert answer.status_code in (401, 404), rule
            refused += answer.status_code == 401
        assert refused >= 20
        after = server.context.store.events.versions(current_study(server.context.store))
        assert before == after

    def test_on_the_server_itself_nobody_is_asked(self, server: Server) -> None:
        assert server.browser.get(PAGE).status_code == 200

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
    def test_what_a_proxy_passes_on_is_not_of_the_server_itself(
        self, server: Server, header: str
    ) -> None:
        answer = server.browser.get(PAGE, base_url=f"https://{HOST}", headers={header: "10.0.0.5"})
        assert answer.status_code == 401

    def test_a_proxy_is_believed_only_where_it_is_said_to_be_there(self, tmp_path: Path) -> None:
        context = replace(open_context(tmp_path, "memory:"), hosts=(HOST,))
        headers = {"X-Forwarded-For": "10.0.0.5", "X-Forwarded-Proto": "https"}
        for proxies, status in ((0, 403), (1, 401)):
            client = create_app(replace(context, proxies=proxies)).test_client()
            answer = client.get(PAGE, base_url=f"http://{HOST}", headers=headers)
            assert answer.status_code == status

    def test_recording_and_sending_ask_for_no_account(self, server: Server) -> None:
        for page in ("/tablet", "/new", "/capture", "/finish", "/schedule"):
            assert server.get(f"{page}?language=nl").status_code == 200
        tablet = Tablet(server.browser)
        answer = server.browser.post(
            "/api/v1/events",
            base_url=f"https://{HOST}",
            environ_overrides=ELSEWHERE,
            data=body(tablet.recorded(3)),
            content_type="application/json",
            headers=tablet.headers,
        )
        assert outcomes(answer.get_json()) == ["kept"] * 3

    def test_over_plain_http_a_page_says_what_is_needed_and_nothing_else_is_answered(
        self, server: Server
    ) -> None:
        for page in (PAGE, "/tablet?language=en", "/sign-in", "/api/v1/kit"):
            answer = server.get(page, "http")
            assert answer.status_code == 403
        assert "begins with https://" in server.get("/tablet?language=en", "http").text


class TestSigningIn:
    def test_a_name_and_its_password_lead_to_the_page_that_was_asked_for(
        self, server: Server
    ) -> None:
        (form,) = [
            f for f in read(server.get(f"{PAGE}?study=").text).forms if f.action == "/sign-in"
        ]
        answer = server.post(
            "/sign-in", **dict(form.fields) | {"_name": "NOOR", "_password": SENTENCE}
        )
        assert (answer.status_code, answer.location) == (303, f"{PAGE}?study=")
        assert server.get(PAGE).status_code == 200
        assert "Noor" in server.get(PAGE).text

    @pytest.mark.parametrize(
        "to", ["https://evil.example/", "//evil.example", "/\\evil.example", ""]
    )
    def test_it_leads_to_no_other_server(self, server: Server, to: str) -> None:
        assert server.sign_in(to=to).location == "/"

    def test_wrong_ones_get_one_answer_whoever_is_asked_for(self, server: Server) -> None:
        registry, now = server.context.store.registry, server.watch.now()
        invite(registry, "Kim", current_study(server.context.store), "lead", now)
        answers = {
            re.sub(
                'Noor|Kim|niemand|name="csrf_token" value="[^"]*"',
                "…",
                server.sign_in(name, "wrong").text,
            )
            for name in ("Noor", "Kim", "niemand")
        }
        assert len(answers) == 1

    def test_after_a_few_wrong_ones_each_has_to_wait(self, server: Server) -> None:
        statuses = [server.sign_in(password=f"wrong {n}").status_code for n in range(8)]
        assert statuses == [422] * 5 + [429] * 3
        assert server.sign_in().status_code == 429
        server.watch.time += timedelta(seconds=2)
        assert server.sign_in().status_code == 303

    def test_what_was_typed_while_the_session_ended_is_sent_with_the_password(
        self, server: Server
    ) -> None:
        server.sign_in()
        page = server.get("/register?language=en").text
        (form,) = [f for f in read(page).forms if f.fields.get("_kind") == "study-recorded"][:1]
        server.watch.time += timedelta(hours=1)
        fields = dict(form.fields) | {"name": "Een nieuwe naam", "_by": "W1"}
        answer = server.post(form.action, **fields)
        assert answer.status_code == 401
        (again,) = [f for f in read(answer.text).forms if "_password" in f.fields]
        wrong = server.post(
            again.action, **dict(again.fields) | {"_name": "Noor", "_password": "wrong"}
        )
        assert (wrong.status_code, "Een nieuwe naam" in wrong.text) == (422, True)
        (again,) = [f for f in read(wrong.text).forms if "_password" in f.fields]
        done = server.post(
            again.action, **dict(again.fields) | {"_name": "Noor", "_password": SENTENCE}
        )
        assert done.status_code == 303
        assert "Een nieuwe naam" in server.get("/register").text

    def test_an_account_that_has_a_part_in_nothing_is_told_so(self, server: Server) -> None:
        registry, now = server.context.store.registry, server.watch.now()
        study = current_study(server.context.store)
        accept(registry, invite(registry, "Kim", study, "analyst", now), SENTENCE, now)
        assign(registry, "Kim", study, "")
        answer = server.sign_in("Kim")
        assert answer.status_code == 422
        assert server.get(PAGE).status_code == 401


class TestSessions:
    def test_it_ends_after_half_an_hour_without_use(self, server: Server) -> None:
        server.sign_in()
        for _ in range(3):
            server.watch.time += timedelta(minutes=25)
            assert server.get(PAGE).status_code == 200
        server.watch.time += timedelta(minutes=31)
        assert server.get(PAGE).status_code == 401

    def test_signing_out_ends_it_also_for_who_kept_the_cookie(self, server: Server) -> None:
        server.sign_in()
        kept = server.browser.get_cookie("session", domain=HOST)
        assert kept
        server.post("/sign-out")
        server.browser.set_cookie("session", kept.value, domain=HOST)
        assert server.get(PAGE).status_code == 401

    def test_the_cookie_is_for_https_alone_and_no_script_reads_it(self, server: Server) -> None:
        cookie = server.sign_in().headers["Set-Cookie"]
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))

    def test_sessions_are_listed_and_ended_on_the_page_of_the_account(self, server: Server) -> None:
        registry = server.context.store.registry
        agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
        other = sessions.begin(registry, "Noor", agent, server.watch.now())
        stranger = sessions.begin(registry, "Sam", "Safari", server.watch.now())
        server.sign_in()
        page = server.get("/account?language=en").text
        assert "Firefox · Windows" in page
        assert "this browser" in page
        assert "Safari" not in page
        assert server.post(f"/account/sessions/{sessions.key_of(stranger)}").status_code == 404
        assert server.post(f"/account/sessions/{sessions.key_of(other)}").status_code == 303
        assert sessions.session_of(registry, other, server.watch.now()) is None
        assert sessions.session_of(registry, stranger, server.watch.now())

    def test_a_disabled_account_is_out_at_once(self, server: Server) -> None:
        server.sign_in()
        registry, now = server.context.store.registry, server.watch.now()
        study = current_study(server.context.store)
        accept(registry, invite(registry, "Sam", study, "lead", now), SENTENCE, now)
        disable(registry, "Noor", now)
        assert server.get(PAGE).status_code == 401

    def test_signing_in_gives_another_session_than_before(self, server: Server) -> None:
        server.sign_in()
        first = server.browser.get_cookie("session", domain=HOST)
        server.sign_in()
        registry = server.context.store.registry
        assert len(sessions.sessions(registry, server.watch.now(), "Noor")) == 1
        assert first
        server.browser.set_cookie("session", first.value, domain=HOST)
        assert server.get(PAGE).status_code == 401


class TestAnotherPassword:
    def change(self, server: Server, before: str, after: str, again: str = "") -> int:
        fields = {"_password": before, "_chosen": after, "_repeated": again or after}
        return server.post("/account/password", **fields).status_code

    def test_it_is_chosen_by_who_knows_the_one_before_and_ends_all_other_sessions(
        self, server: Server
    ) -> None:
        server.sign_in()
        registry, now = server.context.store.registry, server.watch.now()
        sessions.begin(registry, "Noor", "elsewhere", now)
        other = "een ander zinnetje"
        assert self.change(server, "wrong", other) == 422
        assert self.change(server, SENTENCE, other, "anders dan dat") == 422
        assert self.change(server, SENTENCE, "kort") == 422
        assert len(sessions.sessions(registry, now, "Noor")) == 2
        assert self.change(server, SENTENCE, other) == 303
        assert len(sessions.sessions(registry, now, "Noor")) == 1
        assert server.get("/account?changed=1&language=en").status_code == 200
        assert server.sign_in().status_code == 422
        assert server.sign_in(password=other).status_code == 303

    def test_guesses_are_slowed(self, server: Server) -> None:
        server.sign_in()
        guesses = [self.change(server, f"{n}", SENTENCE) for n in range(7)]
        assert guesses == [422] * 5 + [429] * 2


class TestInvitations:
    def test_an_invited_lead_chooses_a_password_and_is_in(self, server: Server) -> None:
        server.sign_in()
        page = server.post("/accounts", name="Sam", language="nl").text
        link = re.search(rf"https://{HOST}/invitation#([\w-]+)", page)
        assert link
        server.post("/sign-out")
        page = server.get("/invitation").text
        assert link[1] not in page
        fields = {"_secret": link[1], "_password": "een eigen zinnetje"}
        differs = server.post("/invitation", **fields, _repeated="een ander zinnetje")
        assert differs.status_code == 422
        answer = server.post("/invitation", **fields, _repeated="een eigen zinnetje")
        assert answer.status_code == 303
        assert server.get(PAGE).status_code == 200
        assert (
            server.post("/invitation", **fields, _repeated="een eigen zinnetje").status_code == 422
        )

    def test_guesses_at_links_are_slowed(self, server: Server) -> None:
        answers = [
            server.post(
                "/invitation", _secret=f"{n}", _password=SENTENCE, _repeated=SENTENCE
            ).status_code
            for n in range(7)
        ]
        assert answers == [422] * 5 + [429] * 2

    def test_a_reset_ends_the_sessions_and_the_password(self, server: Server) -> None:
        server.sign_in()
        answer = server.post("/accounts/reset", name="Noor")
        assert "/invitation#" in answer.text
        assert server.get(PAGE).status_code == 401
        assert server.sign_in().status_code == 422

    def test_the_last_lead_cannot_be_disabled_and_nothing_is_said_to_be_done(
        self, server: Server
    ) -> None:
        server.sign_in()
        answer = server.post("/accounts/disable", name="Noor")
        assert answer.status_code == 422
        assert server.get(PAGE).status_code == 200

    def test_a_name_that_is_taken_comes_back_as_it_was_typed(self, server: Server) -> None:
        server.sign_in()
        answer = server.post("/accounts", name="noor")
        assert answer.status_code == 422
        assert 'value="noor"' in answer.text


def test_another_name_than_the_servers_is_refused(server: Server) -> None:
    answer = server.browser.get(PAGE, base_url="https://evil.example", environ_overrides=ELSEWHERE)
    assert answer.status_code == 400


def test_a_signed_in_browser_becomes_a_tablet_without_a_code(server: Server) -> None:
    def enrol() -> int:
        value = {"protocol": "observation-sync/1", "device": DEVICE, "name": "iPad"}
        answer = server.browser.post(
            "/api/v1/devices",
            base_url=f"https://{HOST}",
            environ_overrides=ELSEWHERE,
            json=value,
        )
        return answer.status_code

    assert enrol() == 403
    server.sign_in()
    assert enrol() == 201


def test_a_password_is_never_shown_when_a_form_comes_back(server: Server) -> None:
    server.browser.application.config["WTF_CSRF_ENABLED"] = True
    for path in ("/sign-in", "/invitation"):
        answer = server.browser.post(
            path,
            base_url=f"https://{HOST}",
            environ_overrides=ELSEWHERE,
            data={
                "_name": "Noor",
                "_password": SENTENCE,
                "_repeated": SENTENCE,
                "_secret": "geheim",
            },
            headers={"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 400
        assert not re.search(rf">[^<]*({SENTENCE}|geheim)", answer.text)
