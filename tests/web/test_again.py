"""A form that was left open comes back with all that was typed, and is recorded once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from observation.web.again import SENT_BEFORE
from observation.web.api import PREFIX
from tests.recorder import Recorder
from tests.web.desk import Desk, Form, read
from tests.web.test_guard import OWN, address, changing

TYPED = 'Les 1 & 2: "rekenen" <b>\r\n\r\n  groep 7–8 \u202e☃'
KEYS = {"old": "0" * 64, "new": "1" * 64}


@pytest.fixture
def desk(sit: Callable[[Recorder], Desk]) -> Desk:
    """A desk at a session that goes on, where forms are asked for their token."""
    recorder = Recorder()
    recorder.begin()
    found = sit(recorder)
    found.client.application.config["WTF_CSRF_ENABLED"] = True
    return found


def written(desk: Desk) -> Form:
    """Return the form of a note, filled in."""
    form = desk.forms("capture", "note-written")[0]
    form.fields["text"] = TYPED
    return form


def send(client: FlaskClient, form: Form, headers: dict[str, str] | None = None) -> TestResponse:
    """Send a form as a browser does from a page of this server, in English."""
    join = "&" if "?" in form.action else "?"
    return client.post(
        f"{form.action}{join}language=en",
        data=form.fields,
        headers=OWN if headers is None else headers,
    )


def cookie_gone(desk: Desk, form: Form) -> None:
    desk.client.delete_cookie("session")


def other_key(desk: Desk, form: Form) -> None:
    desk.client.application.secret_key = KEYS["new"]


def other_session(desk: Desk, form: Form) -> None:
    desk.client.delete_cookie("session")
    desk.page("capture")


def no_token(desk: Desk, form: Form) -> None:
    del form.fields["csrf_token"]


CHANGES = [cookie_gone, other_key, other_session, no_token]


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_whose_token_is_no_longer_known_comes_back_and_is_recorded_once(
    desk: Desk, change: Callable[[Desk, Form], None]
) -> None:
    form = written(desk)
    change(desk, form)
    answer = send(desk.client, form)
    assert (answer.status_code, desk.kinds["note-written"]) == (400, 0)
    assert "Not recorded." in answer.text
    assert "was no longer known" in answer.text
    (again,) = read(answer.text).forms
    assert again.action.partition("?")[0] == form.action
    sent = MultiDict(again.fields)
    assert (sent.pop("csrf_token"), sent.pop(SENT_BEFORE)) != ("", "")
    form.fields.pop("csrf_token", None)
    assert sorted(sent.items(multi=True)) == sorted(form.fields.items(multi=True))
    for _ in range(2):
        assert send(desk.client, again).status_code == 303
    (note,) = desk.observation.notes
    assert note.content.value.text == TYPED.replace("\r\n", "\n")


def test_what_was_typed_can_be_read_and_what_is_the_pages_own_is_not_shown(desk: Desk) -> None:
    form = written(desk)
    desk.client.delete_cookie("session")
    page = send(desk.client, form).text
    shown = page.partition("This will be sent")[2].partition("<form")[0]
    assert "Les 1 &amp; 2: &#34;rekenen&#34; &lt;b&gt;" in shown
    assert form.fields["_id"] not in shown
    assert "note-written" not in shown


def test_every_page_gives_back_what_was_sent_and_is_reached_with_it(desk: Desk) -> None:
    app, client = desk.client.application, desk.client
    typed = MultiDict(
        [("text", TYPED), ("person", "L1"), ("person", ""), ("person", "D2"), ("q[]", "ja"), ("_id", "x")]
    )  # fmt: skip
    reached = seen_by(app)
    pages = [rule for rule, _ in changing(app) if not rule.rule.startswith(PREFIX)]
    assert len(pages) >= 20
    for rule in pages:
        client.delete_cookie("session")
        there = f"{address(rule)}?study=x&study=y&code=a%26b"
        answer = send(client, Form(there, MultiDict(typed)))
        assert answer.status_code == 400, rule
        (again,) = read(answer.text).forms
        assert send(client, again).status_code == 200
        path, query, form = reached.pop()
        assert path == address(rule)
        assert query["study"] == ["x", "y"], rule
        assert query["code"] == ["a&b"], rule
        form = {name: form[name] for name in form if name not in ("csrf_token", SENT_BEFORE)}
        assert form == typed.to_dict(flat=False), rule
    assert reached == []


def seen_by(app: Flask) -> list[tuple[str, Any, Any]]:
    """Let every view only note what it was sent, and return where it does so."""
    seen = list[tuple[str, Any, Any]]()

    def note(**_: object) -> str:
        query, form = request.args.to_dict(flat=False), request.form.to_dict(flat=False)
        seen.append((request.path, query, form))
        return ""

    for endpoint in app.view_functions:
        app.view_functions[endpoint] = note
    return seen


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Sec-Fetch-Site": "cross-site"},
        OWN | {"Origin": "null"},
        OWN | {"Sec-Fetch-Site": "same-site"},
        {},
        {"Referer": "http://localhost/"},
    ],
    ids=str,
)
def test_nothing_comes_back_unless_the_browser_says_that_it_is_of_this_server(
    desk: Desk, headers: dict[str, str]
) -> None:
    form = written(desk)
    desk.client.delete_cookie("session")
    answer = send(desk.client, form, headers)
    assert answer.status_code == (400 if not {*headers} - {"Referer"} else 403)
    assert (read(answer.text).forms, "rekenen" in answer.text) == ([], False)
    assert desk.kinds["note-written"] == 0


def test_a_browser_that_keeps_no_cookies_is_told_so_and_nothing_typed_is_lost(desk: Desk) -> None:
    form = written(desk)
    for said in ("was no longer known", "keeps no cookie", "keeps no cookie"):
        desk.client.delete_cookie("session")
        answer = send(desk.client, form)
        assert (answer.status_code, said in answer.text) == (400, True)
        (form,) = read(answer.text).forms
        assert form.fields["text"] == TYPED
    assert desk.kinds["note-written"] == 0
    assert send(desk.client, form).status_code == 303  # cookies were allowed meanwhile


def test_a_file_does_not_come_along_and_is_asked_for_again(desk: Desk) -> None:
    given = {"by": "W1", "file": (BytesIO(b"code\nx\n"), "geheim.csv")}
    answer = desk.client.post("/import?language=en", data=given, headers=OWN)
    assert answer.status_code == 400
    assert "The file did not come along" in answer.text
    assert '<input type="file" name="file" required>' in answer.text
    assert 'enctype="multipart/form-data"' in answer.text
    assert "geheim" not in answer.text


def test_the_page_speaks_the_language_of_its_reader(desk: Desk) -> None:
    form = written(desk)
    desk.client.delete_cookie("session")
    page = desk.client.post(f"{form.action}?language=nl", data=form.fields, headers=OWN).text
    assert page.count("Verstuur opnieuw") == 3
