"""The audit log says who did what, and nothing of what was typed or said."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from observation.cli import main, parser
from observation.commands.audit import NOT
from observation.language import translator
from observation.settings import open_context
from observation.store import open_store
from observation.store.accounts import accept, invite
from observation.store.audit import Entry, Outcome, Where, add_entry, entries, forget
from observation.web import create_app
from observation.web.audit_words import DID
from observation.web.auditing import NOT as NOT_NOTED
from observation.web.auditing import READ
from observation.web.nightly import Nightly
from tests.samples import BUNDLE
from tests.web import test_access
from tests.web.desk import read
from tests.web.tablet import DEVICE, Tablet, body
from tests.web.test_access import ELSEWHERE, HOST, SENTENCE, Server
from tests.web.visitor import Visitor

PAGES = (
    *("/observations/new?source=paper", "/schools", "/register", "/codebook", "/codebook/own.workload"),
    *("/interviews/new?school=A", "/tablets", "/accounts", "/import", "/triangulation/agreement"),
)  # fmt: skip


server, _quick = test_access.server, test_access._quick


def log(at: Server | Visitor) -> list[Entry]:
    """Return the whole log, the newest first; nothing of it is damaged."""
    return list(entries(at.context.store.registry, lambda refused: pytest.fail(str(refused))))


def said(at: Server | Visitor) -> list[tuple[str, str, str]]:
    """Return who did what and how it ended, oldest first."""
    return [(each.who, each.what, each.outcome.value) for each in reversed(log(at))]


class TestWhatIsNoted:
    def test_a_lead_elsewhere_with_the_event_the_record_and_the_study(self, server: Server) -> None:
        server.sign_in()
        page = server.get("/register?language=en").text
        (form,) = [f for f in read(page).forms if f.fields.get("_kind") == "study-recorded"][:1]
        answer = server.post(
            form.action, **dict(form.fields) | {"name": "Een nieuwe naam", "_by": "W1"}
        )
        assert answer.status_code == 303
        server.get("/exports/claims/csv")
        server.get("/schools")
        server.post("/sign-out")
        export, changed = log(server)[1:3]
        assert said(server) == [
            ("Noor", "access.enter", "done"),
            ("Noor", "register.event", "done"),
            ("Noor", "exports.claims", "done"),
            ("Noor", "access.sign_out", "done"),
        ]
        assert (changed.study, changed.object) == (BUNDLE.study, f"study/{BUNDLE.study}")
        assert changed.events == (form.fields["_id"],)
        assert changed.time == "2026-03-13T14:10:00.000Z"
        assert (export.study, export.events) == (BUNDLE.study, ())

    def test_signing_in_refused_names_an_account_or_nobody_and_once_a_minute(
        self, server: Server
    ) -> None:
        for _ in range(3):
            server.sign_in("noor", "wrong wrong wrong")
            server.sign_in("zqmarker", "zqmarker")
        assert sorted(said(server)) == [
            ("", "access.enter", "refused"),
            ("Noor", "access.enter", "refused"),
        ]
        assert "zqmarker" not in str(log(server))
        server.watch.time += timedelta(minutes=1)
        server.sign_in("zqmarker", "zqmarker")
        assert len(log(server)) == 3

    def test_what_was_sent_with_the_password_is_a_sign_in_and_what_it_did(
        self, server: Server
    ) -> None:
        refused = server.post("/accounts", name="Sam", _name="Noor", _password="wrong")
        assert refused.status_code == 422
        server.watch.time += timedelta(seconds=5)
        server.post("/accounts", name="Sam", _name="Noor", _password=SENTENCE)
        assert said(server) == [
            ("Noor", "access.enter", "refused"),
            ("Noor", "access.enter", "done"),
            ("Noor", "accounts.add", "done"),
        ]
        assert log(server)[0].object == "account/Sam"

    def test_nobody_can_sign_somebody_else_in_by_a_field(self, server: Server) -> None:
        server.sign_in()
        registry, now = server.context.store.registry, server.watch.now()
        invite(registry, "Kim", BUNDLE.study, "lead", now)
        server.post("/accounts/reset", name="Kim", _name="Kim", _password="x")
        assert said(server) == [
            ("Noor", "access.enter", "done"),
            ("Noor", "accounts.anew", "done"),
        ]

    def test_an_invitation_is_followed_by_a_password_of_that_account(self, server: Server) -> None:
        secret = invite(
            server.context.store.registry, "Sam", BUNDLE.study, "lead", server.watch.now()
        )
        typed = "een eigen zinnetje"
        server.post("/invitation", _secret=secret, _password=typed, _repeated=typed)
        assert said(server) == [("Sam", "access.accept", "done")]

    def test_what_is_not_let_in_is_not_there(self, server: Server) -> None:
        server.post("/accounts", name="Sam")
        server.post("/register/events", _kind="study-recorded", name="x")
        assert log(server) == []

    def test_enrolment_and_revocation_are_noted_and_what_tablets_send_is_not(
        self, server: Server
    ) -> None:
        tablet = Tablet(server.browser)  # enrolled without a request
        server.browser.post(
            "/api/v1/events",
            base_url=f"https://{HOST}",
            environ_overrides=ELSEWHERE,
            data=body(tablet.recorded(3)),
            content_type="application/json",
            headers=tablet.headers,
        )
        value = {"protocol": "observation-sync/1", "device": DEVICE, "name": "zqmarker"}
        assert server.browser.post("/api/v1/devices", json=value).status_code == 201
        server.browser.post(f"/tablets/{DEVICE}/revocation")
        assert said(server) == [
            ("", "devices.enrolment", "done"),
            ("", "tablets.revocation", "done"),
        ]
        assert {each.object for each in log(server)} == {f"device/{DEVICE}"}

    def test_guesses_at_codes_from_elsewhere_fill_no_disk(self, server: Server) -> None:
        value = {
            "protocol": "observation-sync/1",
            "device": DEVICE,
            "name": "x",
            "code": "0000000000",
        }
        for _ in range(5):
            server.browser.post(
                "/api/v1/devices",
                base_url=f"https://{HOST}",
                environ_overrides=ELSEWHERE,
                json=value,
            )
        (entry,) = log(server)
        assert (entry.where, entry.who, entry.outcome) == (Where.TABLET, "", Outcome.REFUSED)

    def test_a_new_school_is_named_by_its_stream(self, visitor: Visitor) -> None:
        form = next(
            f for f in read(visitor.page("/schools")).forms if f.action.startswith("/schools")
        )
        answer = visitor.send(form, school="Zq", by="W1", _by="W1")
        assert answer.status_code == 303
        assert log(visitor)[0].object == f"school/{re.search(r'[0-9a-f-]{36}', answer.location)[0]}"  # type: ignore[index]

    def test_a_print_of_one_school_is_of_that_school(self, visitor: Visitor) -> None:
        assert visitor.client.get("/exports/triangulation.pdf?school=A").status_code == 200
        assert log(visitor)[0].object == visitor.school("A").stream

    def test_a_log_that_cannot_be_written_fails_no_request_and_is_said(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device", "zqmarker")

        monkeypatch.setattr(visitor.context.store.registry, "add", full)
        assert visitor.client.get("/exports/claims/csv").status_code == 200
        assert "The audit log lacks exports.claims: No space left on device" in caplog.text
        assert "zqmarker" not in caplog.text


def test_nothing_that_is_typed_anywhere_stands_in_it(visitor: Visitor) -> None:
    """Every field of every form of these pages, and of those of each kind of record, holds a marker."""
    streams = visitor.context.store.events.versions(BUNDLE.study)
    uuids = {s.partition("/")[0]: s.partition("/")[2] for s in streams}
    pages = [
        *PAGES,
        *(f"/observations/{uuids['observation']}{part}" for part in ("", "/finish", "/schedule")),
        f"/interviews/{uuids['interview']}",
        f"/schools/{uuids['school']}",
        f"/triangulation/schools/{uuids['school']}/cell?code=learning.feedback&actor=team",
    ]
    markers = 0
    for page in pages:
        for form in read(visitor.page(page)).forms:
            filled = {}
            for name in form.fields:
                if name not in ("csrf_token", "_id", "_kind", "replaces", "instrument"):
                    markers += 1
                    account = form.action.startswith("/accounts") and name == "name"
                    filled[name] = "Kim" if account else f"zqmarker{markers}"
            if form.action and not form.action.startswith("/?"):
                visitor.client.post(form.action, data=dict(form.fields) | filled)
                visitor.client.post(form.action + "&zqmarker=1", data=dict(form.fields) | filled)
    assert markers >= 200
    assert len(log(visitor)) >= 100
    kinds = [kind for kind in visitor.context.store.registry.kinds() if kind.startswith("audit-")]
    kept = json.dumps([visitor.context.store.registry.list(kind) for kind in kinds])
    assert kept.count("outcome") >= 100
    assert "zqmarker" not in kept


def test_every_change_and_every_command_has_words(tmp_path: Path) -> None:
    app = create_app(open_context(tmp_path, "memory:"))
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ())
    }
    commands = {f"command {each}" for each in _commands(parser()) if each not in NOT}
    assert set(DID) == (changing - NOT_NOTED) | READ | commands
    dutch = translator("nl")
    assert [sentence for sentence in DID.values() if dutch(sentence) == sentence] == []


def _commands(of: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    parts = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]
    if not parts:
        yield before.strip()
    for part in parts:
        for name, each in part.choices.items():
            yield from _commands(each, f"{before} {name}")


class TestThePage:
    def test_whoever_sits_at_the_server_sees_all_in_words_newest_first(
        self, server: Server
    ) -> None:
        server.sign_in()
        server.watch.time += timedelta(seconds=1)
        server.sign_in("zqmarker", "x")
        server.watch.time += timedelta(seconds=1)
        server.get("/exports/triangulation.pdf?school=A")
        page = server.browser.get("/audit?language=nl").text
        shown = re.findall(r"<strong>([^<]*)</strong> ([^<:]*)", page)
        assert [(who, did.strip()) for who, did in shown] == [
            ("Noor", "nam oordelen mee als afdruk"),
            ("zonder account", "meldde zich aan"),
            ("Noor", "meldde zich aan"),
        ]
        assert "School A</a>" in page

    def test_a_record_is_named_as_it_is_now_and_one_that_is_gone_by_its_id(
        self, server: Server
    ) -> None:
        catalogue = server.context.catalogue
        observation = next(each for each in catalogue.look(BUNDLE.study).values.values())
        interview = next(each for each in catalogue.interviews(BUNDLE.study).values.values())
        for stream in (observation.stream, interview.stream, "observation/0190a5b0-gone"):
            entry = Entry(
                "2026-03-13T14:00:00.000Z", Where.PAGE, "Noor", "observations.review", Outcome.DONE,
                BUNDLE.study, stream,
            )  # fmt: skip
            add_entry(server.context.store.registry, entry)
        server.sign_in()
        page = server.get("/audit?language=en").text
        assert observation.label
        assert interview.label
        for name in (f"observation {observation.label}", f"interview {interview.label}"):
            assert f">{name}</a>" in page
        assert ">observation 0190a5b0</a>" in page

    def test_a_lead_sees_the_own_study_and_its_people(self, server: Server) -> None:
        registry, now = server.context.store.registry, server.watch.now()
        other = "0190a5b0-0000-7000-8000-00000000000f"
        accept(registry, invite(registry, "Ver", other, "lead", now), SENTENCE, now)
        for who, study in (("Ver", other), ("Ver", ""), ("Noor", BUNDLE.study), ("Noor", "")):
            entry = Entry(
                "2026-03-13T14:00:00.000Z", Where.PAGE, who, "backups.make", Outcome.DONE, study
            )
            add_entry(registry, entry)
        server.sign_in()
        page = server.get("/audit?language=en").text
        assert "Ver" not in page
        assert page.count("<strong>Noor</strong>") == 3

    def test_by_who_and_by_what_in_pages_of_100(self, server: Server) -> None:
        registry = server.context.store.registry
        for number in range(250):
            time = f"2026-03-13T{number // 60:02}:{number % 60:02}:00.000Z"
            what = "backups.make" if number % 2 else "tablets.code"
            add_entry(registry, Entry(time, Where.PAGE, "Noor", what, Outcome.DONE, BUNDLE.study))
        add_entry(
            registry,
            Entry("2026-03-13T09:00:00.000Z", Where.PAGE, "", "tablets.code", Outcome.DONE),
        )
        get = server.browser.get

        def shown(query: str) -> int:
            return get(f"/audit?language=en&{query}").text.count("<strong>")

        assert [shown(f"page={n}") for n in (1, 2, 3, 4)] == [100, 100, 51, 0]
        assert [shown(f"who=Noor&what=backups.make&page={n}") for n in (1, 2)] == [100, 25]
        assert shown("who=@here") == 1
        assert shown("who=nobody") == 0
        for page in ("0", "-1", "x", "99999999"):
            assert get(f"/audit?page={page}").status_code == 404


class TestKeeping:
    def test_what_is_too_old_is_forgotten_and_nothing_else(self, server: Server) -> None:
        registry = server.context.store.registry
        registry.add("device", {"a": 1})
        for time in (
            "2025-02-05T13:00:00.000Z",
            "2025-02-06T14:59:00.000Z",
            "2026-03-13T14:00:00.000Z",
        ):
            add_entry(registry, Entry(time, Where.PAGE, "", "backups.make", Outcome.DONE))
        forget(registry, server.watch.now(), 400)
        assert [e.time[:10] for e in log(server)] == ["2026-03-13", "2025-02-06"]
        assert registry.list("device") == {"a": 1}

    def test_the_nightly_work_forgets_as_is_set(self, server: Server) -> None:
        registry = server.context.store.registry
        add_entry(registry, Entry("2026-03-01T13:00:00.000Z", Where.PAGE, "", "x", Outcome.DONE))
        add_entry(registry, Entry("2026-03-12T13:00:00.000Z", Where.PAGE, "", "x", Outcome.DONE))
        nightly = Nightly(replace(server.context, audit_days=3), print, 1.0)
        nightly._forget(server.watch.now())
        assert [e.time[:10] for e in log(server)] == ["2026-03-12"]

    def test_an_entry_costs_no_more_after_a_year(self, tmp_path: Path) -> None:
        registry = open_store(f"tinydb:{tmp_path}/store").registry
        for day in range(1, 29):
            for number in range(20):
                time = f"2026-02-{day:02}T{number:02}:00:00.000Z"
                add_entry(registry, Entry(time, Where.PAGE, "Noor", "x", Outcome.DONE))
        sizes = [path.stat().st_size for path in (tmp_path / "store/registry").glob("audit-*")]
        assert len(sizes) == 560
        assert max(sizes) < 600  # what the next entry of an hour has to write again


class TestTheCommand:
    def test_it_prints_what_was_done_as_a_table_that_runs_nothing(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def run(*words: str) -> tuple[int, str]:
            code = main(["--data", str(tmp_path / "data"), *words])
            return code, capfd.readouterr().out

        run("sample")
        run("user", "add", "=Noor")
        run("user", "disable", "niemand")
        run("user", "list")
        run("export", "observation", "A-01", "--format", "json")
        code, text = run("audit")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert code == 0
        assert [(row["what"], row["outcome"]) for row in rows] == [
            ("command sample", "done"),
            ("command user add", "done"),
            ("command user disable", "failed"),
            ("command export observation", "done"),
        ]
        assert {row["where"] for row in rows} == {"command"}
        assert {row["study"] for row in rows} == {BUNDLE.study}
        assert rows[1]["object"] == "account/=Noor"
        assert rows[2]["object"] == ""
        assert re.fullmatch("observation/[0-9a-f-]{36}", rows[3]["object"])
        assert run("audit", "--since", "2199-01-01")[1].count("\n") == 1
        with pytest.raises(SystemExit):
            run("audit", "--since", "gisteren")

    def test_a_command_whose_entry_cannot_be_written_does_what_it_does(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        assert main(["--data", str(tmp_path), "sample"]) == 0
        monkeypatch.setattr("observation.store.tinyregistry.TinyRegistry.add", full)
        assert main(["--data", str(tmp_path), "export", "codebook"]) == 0
        assert "the audit log lacks this command" in capfd.readouterr().err
