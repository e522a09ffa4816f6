"""Who may do what: every route, for every role, in the own study and in another."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from observation.core.events import Event, utc
from observation.settings import Context, open_context
from observation.store import Receipt, accounts, sessions
from observation.store.accounts import ANALYST, LEAD, OBSERVER, OPERATOR, ROLES, accept, invite
from observation.store.codes import new_code, redeem
from observation.store.deposit import deposit
from observation.store.devices import enrol, find_device, revoke
from observation.store.erasure import Wanted, begin, resume
from observation.store.receiving import receive
from observation.web import create_app
from observation.web.access import SESSION
from observation.web.made import Made
from observation.web.quarantine import set_aside
from observation.web.roles import ANALYSIS, CAPTURE, EVERYBODY, LEADING, ROWS, Row
from observation.web.uploads import keep
from tests.recorder import Recorder
from tests.samples import BUNDLE
from tests.web.lead import Lead as LeadsTablets
from tests.web.tablet import OTHER_STUDY, STUDY, Tablet, app_at, outcomes

HOST, SENTENCE = "board.example", "drie stoelen bij het bord"
ELSEWHERE = {"REMOTE_ADDR": "10.0.0.5"}
ABSENT = "0190a5b0-0000-7000-8000-0000000000ab"
OWN, OTHER = BUNDLE.study, OTHER_STUDY
# What a request answers that is let in; the views are replaced, so that nothing is changed.
REACHED = "reached"
KEYS = {"imports": "upload", "exports": "made"}


def copied(event: Event) -> Event:
    """Return the event as it is of a copy of its record in the other study."""
    made = partial(uuid.uuid5, uuid.NAMESPACE_OID)
    kind, _, id = event.stream.partition("/")
    return replace(event, id=str(made(event.id)), stream=f"{kind}/{made(id)}")


class World:
    """A server with two studies, and in each a record of every kind, a tablet, an upload and what was set aside."""

    def __init__(self, path: Path, fill: bool = True) -> None:
        self.context: Context = replace(open_context(path, "memory:"), hosts=(HOST,))
        self.app: Flask = create_app(self.context)
        self.app.testing = True
        self.app.config["WTF_CSRF_ENABLED"] = False
        if not fill:
            return
        self.values = {
            OWN: self._filled(OWN, list(BUNDLE.events)),
            OTHER: self._filled(
                OTHER, [copied(e) for e in BUNDLE.events if "study/" not in e.stream]
            ),
        }
        self.values["absent"] = dict.fromkeys(self.values[OWN], ABSENT) | {"key": "0" * 16}

    def _filled(self, study: str, events: list[Event]) -> dict[str, str]:
        store, catalogue, now = self.context.store, self.context.catalogue, self.context.clock.now()
        received = "2018-04-13T16:00:00.000Z"
        deposit(store.events, catalogue, study, events, Receipt(received, "test"))
        erased = self._erased(study)  # first: no table that waits outlives it
        device = str(uuid.uuid5(uuid.NAMESPACE_OID, f"tablet {study}"))
        enrol(store.registry, study, device, "iPad", now)
        revoke(store.registry, device, now)
        tablet = find_device(store.registry, device)
        assert tablet
        receive(store, catalogue, tablet, [replace(events[0], id=ABSENT).as_dict()], received)
        with self.app.test_request_context():
            file = FileStorage(io.BytesIO(b"code,text\n"), "claims.csv")
            upload = keep(study, "claims.csv", "W1", file).key
            (group,) = (each.key for each in set_aside([tablet], []) if each.study == study)
        made = uuid.uuid5(uuid.NAMESPACE_OID, study).hex[:16]
        (self.context.beside.made / made).mkdir(parents=True)
        said = Made(study, "claims", [], "claims.csv", "text/csv", "/", "", "")
        text = json.dumps({k: v for k, v in asdict(said).items() if k != "key"})
        (self.context.beside.made / made / "made.json").write_text(text)
        found = {"device": device, "upload": upload, "made": made, "group": group}
        found["id"] = erased
        for summary in catalogue.look(study).values.values():
            found["of " + summary.observer] = summary.uuid
        for kind in ("school", "interview"):
            found[kind] = min(
                e.stream.partition("/")[2] for e in events if e.stream.startswith(kind + "/")
            )
        return found

    def _erased(self, study: str) -> str:
        """Erase a school that was there for this alone, and return the id of the erasure."""
        store, catalogue, now = (
            self.context.store,
            self.context.catalogue,
            utc(self.context.clock.now()),
        )
        school = Recorder(stream=f"observation/{uuid.uuid5(uuid.NAMESPACE_OID, study)}")
        school.begin(school="Z", label="Z-01")
        deposit(store.events, catalogue, study, school.events, Receipt(now, "test"))
        beside = self.context.beside
        made = begin(store, catalogue, Wanted(study, "Z"), "Noor", now, beside)
        resume(store, catalogue, made.id, now, beside)
        return made.id

    def account(self, name: str, role: str, study: str = OWN, member: str = "") -> FlaskClient:
        """Make an account and return a browser elsewhere that is signed in with it."""
        registry, now = self.context.store.registry, self.context.clock.now()
        accept(registry, invite(registry, name, study, role, now, member), SENTENCE, now)
        return self.signed_in(name)

    def signed_in(self, name: str) -> FlaskClient:
        """Return a browser elsewhere that is signed in with an account."""
        secret = sessions.begin(self.context.store.registry, name, "", self.context.clock.now())
        client = self.app.test_client()
        with client.session_transaction(base_url=f"https://{HOST}") as cookie:
            cookie[SESSION] = secret
        return client

    def request(
        self, client: FlaskClient, path: str, method: str = "GET", **more: Any
    ) -> TestResponse:
        """Ask from another machine."""
        return client.open(
            path, method=method, base_url=f"https://{HOST}", environ_overrides=ELSEWHERE, **more
        )

    def stubbed(self) -> None:
        """Let every view say only that it was reached."""
        for endpoint in self.app.view_functions:
            self.app.view_functions[endpoint] = lambda **_: REACHED

    def address(self, rule: Rule, study: str, observer: str = "W1") -> str:
        """Return an address of the rule, of something in this study."""
        values = self.values[study]
        of = {
            "key": values[KEYS.get(rule.endpoint.partition(".")[0], "group")],
            "observation": values["of " + observer],
            "one": values["of " + observer],
            "other": values["of " + observer],
            "code": "leadership",
            "format": "csv",
            "kind": "observation",
        }
        path = re.sub(
            r"<(?:[^<>]*:)?(\w+)>",
            lambda name: (of | values).get(name[1], ABSENT),
            rule.rule,
        )
        return f"{path}?study={study if study in (OWN, OTHER) else ABSENT}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule with each of its methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def plain(answer: TestResponse) -> str:
    """Return the page without what is new in each answer."""
    return re.sub(r'name="csrf_token" value="[^"]*"|href="[^"]*"', "", answer.text)


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    assert {rule.endpoint for rule, _ in routes(world.app)} == set(ROWS)


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_a_route_answers_those_of_whom_its_row_says_so_and_nobody_else(
    world: World, role: str
) -> None:
    """Every route and method; in the own study, in another, and of nothing that is there."""
    client = world.account("Noor", role or LEAD, member="W1")
    if not role:
        world.account("Sam", LEAD)
        accounts.assign(world.context.store.registry, "Noor", OWN, "")
    world.stubbed()
    asked, refused = 0, dict[tuple[str, str], set[str]]()
    for (rule, method), study in product(routes(world.app), (OWN, OTHER, "absent")):
        row = ROWS[rule.endpoint]
        form = {"study": study if study in (OWN, OTHER) else ABSENT}
        given = {} if method == "GET" else {"data": form}
        answer = world.request(client, world.address(rule, study), method, **given)
        # Some routes are of no study; who is in any study may use them.
        may = row.open or (role in row.roles and (row.of is None or study == OWN))
        assert (answer.status_code, answer.text == REACHED) == (
            (200, True) if may else (404, False)
        ), (rule, method, study)
        if not may:
            refused.setdefault((rule.rule, method), set()).add(plain(answer))
        asked += 1
    assert asked > 250
    # What is another's, and what is not there, is answered alike.
    assert all(len(pages) == 1 for pages in refused.values())


def test_elsewhere_without_an_account_only_what_is_open_answers(world: World) -> None:
    world.stubbed()
    client = world.app.test_client()
    for rule, method in routes(world.app):
        answer = world.request(client, world.address(rule, OWN), method)
        assert (answer.text == REACHED) == ROWS[rule.endpoint].open, rule
        assert answer.status_code == (200 if ROWS[rule.endpoint].open else 401)


def test_an_observer_has_the_own_records_and_no_others(world: World) -> None:
    client = world.account("Noor", OBSERVER, member="W1")
    world.stubbed()
    for rule, method in routes(world.app):
        if ROWS[rule.endpoint].own:
            reached = {
                member: world.request(client, world.address(rule, OWN, member), method).status_code
                for member in ("W1", "W2")
            }
            assert reached == {"W1": 200, "W2": 404}, rule


def test_what_the_table_must_say_whoever_changes_it() -> None:
    """Written by hand beside the table: capture is open to all three, claims are not for observers."""
    of = {name: row.roles for name, row in ROWS.items() if not row.open}
    assert all(of[name] == CAPTURE for name in of if name.startswith(("capture.", "beginning.")))
    for name, roles in of.items():
        area = name.partition(".")[0]
        if area in ("interviews", "triangulation", "codebook", "imports"):
            assert roles == ANALYSIS, name
        if area in ("accounts", "tablets", "quarantine"):
            assert roles == LEADING, name
        if OPERATOR in roles:
            assert roles == EVERYBODY or area == "backups", name
    assert of["exports.claims"] == of["exports.triangulation"] == of["schools.event"] == LEADING
    assert Row() == Row(frozenset(), None, False, False)  # a route without a row is nobody's


class TestAnObserver:
    def test_the_study_shows_the_own_observations_and_no_area_of_others(self, world: World) -> None:
        page = world.request(world.account("Noor", OBSERVER, member="W1"), "/?language=en").text
        mine, others = (world.values[OWN]["of " + each] for each in ("W1", "W2"))
        assert f"/observations/{mine}" in page
        assert f"/observations/{others}" not in page
        assert not re.search(r'href="/(interviews|schools|triangulation|tablets|backups)', page)

    def test_a_review_is_not_the_observers_own(self, world: World) -> None:
        client = world.account("Noor", OBSERVER, member="W1")
        observation = world.values[OWN]["of W1"]
        path = f"/observations/{observation}"
        assert "observation-approved" not in world.request(client, path).text
        data = {"_kind": "observation-approved", "_id": ABSENT, "events": "1", "_by": "W2"}
        assert world.request(client, f"{path}/events", "POST", data=data).status_code == 404

    def test_what_a_reviewer_said_is_not_the_observers_to_take_back(self, world: World) -> None:
        client, uuid_ = world.account("Noor", OBSERVER, member="W1"), world.values[OWN]["of W1"]
        desk, path = world.app.test_client(), f"/observations/{world.values[OWN]['of W1']}/events"
        asked = str(uuid.uuid4())
        form = {"_kind": "issue-raised", "_id": asked, "text": "Wie?", "_by": "W2"}
        assert desk.post(path, data=form).status_code == 303
        back = {"_kind": "event-retracted", "_id": str(uuid.uuid4()), "event": asked}
        assert world.request(client, path, "POST", data=back).status_code == 404
        record = world.context.catalogue.record(OWN, f"observation/{uuid_}")
        assert [issue.event for issue in record.observation.review.issues] == [asked]

    @pytest.mark.parametrize("screen", ["capture", "finish", "schedule", "paper"])
    def test_no_screen_of_a_session_takes_a_step_of_the_review(
        self, world: World, screen: str
    ) -> None:
        """Approving it, also by taking back that it was taken back, would show what was said there."""
        client, uuid_ = world.account("Noor", OBSERVER, member="W1"), world.values[OWN]["of W1"]
        desk, stream = world.app.test_client(), f"observation/{uuid_}"
        approval, asked, back = (str(uuid.uuid4()) for _ in range(3))
        for form in (
            {"_kind": "observation-approved", "_id": approval, "_by": "W2"},
            {"_kind": "issue-raised", "_id": asked, "text": "Wie?", "_by": "W2"},
            {"_kind": "event-retracted", "_id": back, "event": approval, "_by": "W2"},
        ):
            events = str(len(world.context.store.events.read(OWN, stream).events))
            data = form | {"events": events}
            assert desk.post(f"/observations/{uuid_}/events", data=data).status_code == 303
        before = world.context.store.events.read(OWN, stream).events
        events = str(len(before))
        for form in (
            {"_kind": "observation-approved", "events": events},
            {"_kind": "issue-raised", "text": "Niets"},
            {"_kind": "issue-closed", "issue": asked},
            {"_kind": "event-retracted", "event": asked},
            {"_kind": "event-retracted", "event": back},
        ):
            data = form | {"_id": str(uuid.uuid4()), "_by": "W2"}
            path = f"/observations/{uuid_}/{screen}/events"
            answer = world.request(client, path, "POST", data=data)
            assert answer.status_code in (404, 405, 422), form
            path = f"/observations/{uuid_}/events"
            assert world.request(client, path, "POST", data=data).status_code == 404, form
        assert world.context.store.events.read(OWN, stream).events == before

    def test_it_begins_nothing_in_another_study_by_another_address(self, world: World) -> None:
        client = world.account("Noor", OBSERVER, member="W1")
        form = {"study": OTHER, "stream": ABSENT, "_id": str(uuid.uuid4())}
        answer = world.request(client, f"/observations/new?study={OWN}", "POST", data=form)
        assert answer.status_code == 404

    def test_what_it_begins_is_its_own_whatever_is_typed(self, world: World) -> None:
        client = world.account("Noor", OBSERVER, member="W1")
        form = {
            "study": OWN,
            "stream": ABSENT,
            "_id": str(uuid.uuid4()),
            "school": "A",
            "unit": "7-8",
            "observer": "W2",
            "label": "A-77",
            "place": "",
        }
        answer = world.request(client, "/observations/new", "POST", data=form)
        assert answer.status_code == 303
        assert world.request(client, answer.location).status_code == 200
        record = world.context.catalogue.record(OWN, f"observation/{ABSENT}")
        assert record.observation.header["observer"].value == "W1"


class TestAnAnalyst:
    def test_who_is_no_member_stands_under_no_other_name(self, world: World) -> None:
        client = world.account("Noor", ANALYST)
        interview, observation = (world.values[OWN][each] for each in ("interview", "of W1"))
        for path in (f"/interviews/{interview}", f"/observations/{observation}"):
            page = world.request(client, path).text
            assert set(re.findall(r'name="_by"[^>]*value="([^"]*)"', page)) == {""}, path
            assert "W1" in world.app.test_client().get(path).text

    def test_the_registers_are_read_and_not_changed(self, world: World) -> None:
        client = world.account("Noor", ANALYST, member="W1")
        for path in ("/register", "/schools", f"/schools/{world.values[OWN]['school']}"):
            answer = world.request(client, path)
            assert answer.status_code == 200
            assert 'method="post"' not in answer.text, path

    def test_what_only_a_lead_records_is_not_an_analysts_to_take_back(self, world: World) -> None:
        """Nor by an event of its own that replaces it: a withdrawal would be undone."""
        client, store = world.account("Noor", ANALYST, member="W9"), world.context.store
        desk, school = world.app.test_client(), world.values[OWN]["school"]
        stream, cell = f"school/{school}", f"/triangulation/schools/{school}/cell"
        withdrawal, back = str(uuid.uuid4()), str(uuid.uuid4())
        path = f"/schools/{school}/events"
        form = {"_kind": "consent-withdrawn", "_id": withdrawal, "date": "2018-05-01", "_by": "W2"}
        assert desk.post(path, data=form).status_code == 303
        form = {"_kind": "event-retracted", "_id": back, "event": withdrawal, "_by": "W2"}
        assert desk.post(path, data=form).status_code == 303
        before = store.events.read(OWN, stream).events
        study = store.events.read(OWN, f"study/{OWN}").events
        matching = f"/triangulation/agreement/schools/{school}"
        for address, event in (
            *((each, event) for each in (cell, matching) for event in (withdrawal, back)),
            (cell, before[0].id),
            *(("/codebook/memo/leadership", event.id) for event in study),
        ):
            form = {"_kind": "event-retracted", "_id": str(uuid.uuid4()), "event": event}
            assert world.request(client, address, "POST", data=form).status_code in (404, 422)
        assert store.events.read(OWN, stream).events == before
        assert store.events.read(OWN, f"study/{OWN}").events == study

    def test_who_acts_is_whose_account_it_is(self, world: World) -> None:
        client = world.account("Noor", ANALYST, member="W9")
        data = {"_id": str(uuid.uuid4()), "_kind": "memo-written", "text": "wat", "_by": "W2"}
        interview = world.values[OWN]["interview"]
        answer = world.request(client, f"/interviews/{interview}/events", "POST", data=data)
        assert answer.status_code == 303
        log = world.context.store.events.read(OWN, f"interview/{interview}")
        assert [e.by for e in log.events if e.data.get("text") == "wat"] == ["W9"]


class TestSeveralStudies:
    def test_each_part_is_of_its_own_study(self, world: World) -> None:
        registry, now = world.context.store.registry, world.context.clock.now()
        world.account("Noor", LEAD)
        assert invite(registry, "Noor", OTHER, OBSERVER, now, "W1") == ""  # no way in by a new link
        client = world.signed_in("Noor")
        for study, status in ((OWN, 200), (OTHER, 404)):
            assert world.request(client, f"/schools?study={study}").status_code == status
        page = world.request(client, "/").text
        for study in (OWN, OTHER):
            assert f"/observations/{world.values[study]['of W1']}" in page
        assert f"/observations/{world.values[OTHER]['of W2']}" not in page

    def test_who_leads_one_gets_no_link_of_an_account_of_another(self, world: World) -> None:
        """With it they would choose its password, and be in the other study too."""
        world.account("Kim", LEAD, OTHER)
        lead = world.account("Noor", LEAD)
        post = partial(world.request, lead, method="POST")
        data = {"name": "Kim", "role": OBSERVER, "member": "W3"}
        assert post(f"/accounts?study={OTHER}", data=data).status_code == 404
        for path in ("/accounts/reset", "/accounts/disable", "/accounts/role"):
            assert post(path, data=data).status_code == 404
        answer = post("/accounts?language=en", data=data)
        assert "signs in with the same password" in answer.text
        assert "/invitation#" not in answer.text
        for path in ("/accounts/reset", "/accounts/disable"):
            assert post(path, data=data).status_code == 404
        assert post("/accounts/role", data={"name": "Kim", "role": ""}).status_code == 303
        kim = accounts.find_account(world.context.store.registry, "Kim")
        assert kim is not None
        assert (bool(kim.password), kim.roles) == (True, {OTHER: LEAD})

    def test_a_new_browser_is_a_tablet_of_the_study_of_its_account(self, world: World) -> None:
        client = world.account("Noor", OBSERVER, OTHER, "W1")
        value = {"protocol": "observation-sync/1", "device": ABSENT, "name": "iPad"}
        answer = world.request(client, "/api/v1/devices", "POST", json=value)
        assert answer.get_json()["study"] == OTHER


def test_who_leads_one_study_deletes_no_backup_of_another(world: World) -> None:
    client, id = world.account("Noor", LEAD), world.values[OWN]["id"]
    answer = world.request(client, f"/erasure/{id}/backups", "POST", data={"sure": "yes"})
    assert answer.status_code == 404
    answer = world.app.test_client().post(f"/erasure/{id}/backups", data={"sure": "yes"})
    assert answer.status_code == 422  # there is no newer one yet


def test_the_tablets_of_who_has_no_part_any_more_are_revoked(world: World) -> None:
    registry, lead = world.context.store.registry, world.account("Noor", LEAD)
    for name, path, data in (
        ("Sam", "/accounts/role", {"name": "Sam", "role": ""}),
        ("Kim", "/accounts/disable", {"name": "Kim"}),
    ):
        client, device = world.account(name, OBSERVER, member="W1"), str(uuid.uuid4())
        value = {"protocol": "observation-sync/1", "device": device, "name": "iPad"}
        world.request(client, "/api/v1/devices", "POST", json=value)
        found = find_device(registry, device)
        assert found is not None
        assert (found.account, found.revoked) == (name, "")
        assert world.request(lead, path, "POST", data=data).status_code == 303
        found = find_device(registry, device)
        assert found is not None
        assert found.revoked


def test_an_operator_begins_with_the_backups_and_sees_no_study(world: World) -> None:
    client = world.account("Noor", OPERATOR)
    assert world.request(client, "/").location == "/backups"
    page = world.request(client, "/backups").text
    assert BUNDLE.study not in page
    assert not re.search(r'class="areas".*?<a ', page.partition("</nav>")[0], re.S)


def test_on_the_server_itself_everything_is_open(world: World) -> None:
    world.stubbed()
    client = world.app.test_client()
    for (rule, method), study in product(routes(world.app), (OWN, OTHER)):
        answer = client.open(world.address(rule, study), method=method)
        assert answer.text == REACHED, rule


class TestSomebodyElsesTablet:
    """Its id stands in what it recorded, so it proves nothing."""

    def ask(self, world: World, client: FlaskClient, device: str, code: str = "") -> int:
        value = {"device": device, "name": "iPad"} | ({"code": code} if code else {})
        return world.request(client, "/api/v1/devices", "POST", json=value).status_code

    @pytest.mark.parametrize("study", [OWN, OTHER])
    @pytest.mark.parametrize("role", [OBSERVER, ANALYST, LEAD])
    def test_an_account_does_not_take_it_over(self, world: World, role: str, study: str) -> None:
        client, registry = world.account("Noor", role, member="W1"), world.context.store.registry
        enrol(registry, study, ABSENT, "of the lead", world.context.clock.now())
        before = registry.list("device")
        assert self.ask(world, client, ABSENT) == 403
        assert registry.list("device") == before

    def test_an_account_enrols_its_own_again_whose_answer_was_lost(self, world: World) -> None:
        client, other = world.account("Noor", OBSERVER, member="W1"), world.account("Kim", LEAD)
        assert [self.ask(world, client, ABSENT) for _ in range(2)] == [201, 201]
        assert self.ask(world, other, ABSENT) == 403

    @pytest.mark.parametrize("study", [OWN, OTHER])
    def test_a_code_is_not_good_for_it_and_is_not_used_up(self, world: World, study: str) -> None:
        registry, now = world.context.store.registry, world.context.clock.now()
        enrol(registry, study, ABSENT, "of the lead", now)
        client, code = world.app.test_client(), new_code(registry, OWN, now, OBSERVER)
        before = registry.list("device")
        assert self.ask(world, client, ABSENT, code) == 403
        assert registry.list("device") == before
        assert self.ask(world, client, str(uuid.uuid4()), code) == 201

    def test_with_its_token_or_when_a_lead_revoked_it_a_code_is_good(self, world: World) -> None:
        registry, now = world.context.store.registry, world.context.clock.now()
        token = enrol(registry, OWN, ABSENT, "iPad", now)
        client, value = world.app.test_client(), {"device": ABSENT, "name": "iPad"}
        for given in ({"Authorization": f"Bearer {token}"}, {}):
            body = value | {"code": new_code(registry, OWN, now)}
            answer = world.request(client, "/api/v1/devices", "POST", json=body, headers=given)
            assert answer.status_code == 201
            revoke(registry, ABSENT, now)

    def test_no_code_of_another_study_moves_it_nor_what_of_it_was_set_aside(
        self, world: World
    ) -> None:
        registry, now = world.context.store.registry, world.context.clock.now()
        token = enrol(registry, OTHER, ABSENT, "iPad", now)
        revoke(registry, ABSENT, now)
        tablet, store = find_device(registry, ABSENT), world.context.store
        assert tablet is not None
        recorder = Recorder(stream=f"observation/{ABSENT}", device=ABSENT)
        recorder.begin()
        sent = [event.as_dict() for event in recorder.events]
        receive(store, world.context.catalogue, tablet, sent, utc(now))
        body = {"device": ABSENT, "name": "iPad", "code": new_code(registry, OWN, now)}
        given = {"Authorization": f"Bearer {token}"}
        client = world.app.test_client()
        answer = world.request(client, "/api/v1/devices", "POST", json=body, headers=given)
        assert answer.status_code == 403
        found = find_device(registry, ABSENT)
        assert found is not None
        assert (found.study, bool(found.revoked)) == (OTHER, True)

    def test_an_observers_tablet_reads_no_interview_that_it_began_as_an_analysts(
        self, world: World
    ) -> None:
        registry, now = world.context.store.registry, world.context.clock.now()
        token = enrol(registry, OWN, ABSENT, "iPad", now, OBSERVER)
        interview = world.values[OWN]["interview"]
        answer = world.request(
            world.app.test_client(),
            f"/api/v1/streams/interview/{interview}",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 403


class TestWhoStillHasToWriteDownWhatWasSeen:
    def test_a_lead_is_not_shown_what_of_an_interview_there_was_set_aside(
        self, world: World
    ) -> None:
        store, now = world.context.store, world.context.clock.now()
        enrol(store.registry, OWN, ABSENT, "iPad", now, OBSERVER)
        tablet, stream = find_device(store.registry, ABSENT), f"interview/{ABSENT}"
        assert tablet is not None
        begun = next(e for e in BUNDLE.events if e.kind == "interview-recorded")
        claim = next(e for e in BUNDLE.events if e.kind == "claim-recorded")
        more = {"stream": stream, "device": ABSENT}
        sent = [
            each.as_dict() | more | {"id": str(uuid.uuid4()), "seq": seq}
            for seq, each in enumerate((begun, claim), 1)
        ]
        receive(store, world.context.catalogue, tablet, sent, utc(now))
        with world.app.test_request_context():
            (group,) = (e.key for e in set_aside([tablet], []) if e.stream == stream)
        text, path = str(claim.data["text"]), f"/tablets/set-aside/{group}"
        seeing = world.account("Kim", LEAD)
        school = str(begun.data["school"])
        looks = world.context.catalogue.look(OWN).values.values()
        who = next(e.observer for e in looks if e.school == school and e.begun)
        blind = world.account("Noor", LEAD, member=who)
        for each in (path, f"{path}/events.json"):
            assert text[:20] in world.request(seeing, each).text
            answer = world.request(blind, each)
            assert (answer.status_code, text[:20] in answer.text) == (403, False)
        data = {"decision": "accept", "state": "open", "until": utc(now)}
        assert world.request(blind, path, "POST", data=data).status_code == 403
        assert store.events.study_of(stream) is None


class TestTheTabletOfAnObserver:
    @pytest.fixture
    def tablet(self, tmp_path: Path) -> Tablet:
        """One that was enrolled with a code for observations only."""
        app = app_at(tmp_path)
        app.config["WTF_CSRF_ENABLED"] = False
        made = Tablet(app.test_client())
        registry, now = made.context.store.registry, made.context.clock.now()
        code = new_code(registry, STUDY, now, OBSERVER)
        _, made.token = redeem(registry, code, made.device, "iPad", now, made.token)
        return made

    def test_it_records_observations_and_what_it_sends_of_interviews_is_set_aside(
        self, tablet: Tablet
    ) -> None:
        observation = tablet.recorded(2)
        interview = [e | {"stream": f"interview/{ABSENT}", "id": ABSENT} for e in observation[:1]]
        answer = tablet.send([*observation, *interview])
        assert outcomes(answer) == ["kept", "kept", "quarantined"]
        assert tablet.context.store.events.study_of(f"interview/{ABSENT}") is None

    def test_it_takes_no_step_of_the_review(self, tablet: Tablet) -> None:
        """Approving what it recorded would show its observer what was said there."""
        begun, seen = tablet.recorded(2)
        assert outcomes(tablet.send([begun, seen])) == ["kept", "kept"]
        approved = seen | {"id": str(uuid.uuid4()), "seq": 9, "kind": "observation-approved"}
        approved |= {"data": {"events": 2}}
        assert outcomes(tablet.send([approved])) == ["quarantined"]
        deposit_of_lead = Event(**approved | {"device": "forms", "seq": 1})
        store, now = tablet.context.store, utc(tablet.context.clock.now())
        deposit(
            store.events, tablet.context.catalogue, STUDY, [deposit_of_lead], Receipt(now, "forms")
        )
        back = seen | {"id": str(uuid.uuid4()), "seq": 10, "kind": "event-retracted"}
        for event, became in ((approved["id"], "quarantined"), (seen["id"], "kept")):
            sent = back | {"id": str(uuid.uuid4()), "data": {"event": event}}
            assert outcomes(tablet.send([sent])) == [became]

    def test_it_reads_nothing_of_interviews(self, tablet: Tablet) -> None:
        assert tablet.get("kit").status_code == 200
        assert tablet.get("kit/interviews").status_code == 403

    def test_a_lead_takes_in_what_was_set_aside(self, tablet: Tablet) -> None:
        event = tablet.recorded(1)[0] | {"stream": f"interview/{ABSENT}", "id": ABSENT}
        tablet.send([event])
        lead = LeadsTablets(tablet.client)
        (path,) = lead.groups()
        assert "Taken in: 1." in lead.decides(path, "accept")

    def test_one_of_before_there_were_roles_records_both(self, tablet: Tablet) -> None:
        registry = tablet.context.store.registry
        value, version = registry.get("device", tablet.device) or ({}, None)
        del value["role"]
        registry.put("device", tablet.device, value, version)
        assert tablet.get("kit/interviews").status_code == 200

    def test_the_box_on_the_page_says_which(self, tablet: Tablet) -> None:
        for data, status in ((dict[str, str](), 403), ({"interviews": "1"}, 200)):
            page = tablet.client.post("/tablets", data=data).text
            code = re.search(r'class="code">([^<]+)<', page)
            assert code
            registry, now = tablet.context.store.registry, tablet.context.clock.now()
            _, tablet.token = redeem(registry, code[1], tablet.device, "iPad", now, tablet.token)
            assert tablet.get("kit/interviews").status_code == status


def test_a_browser_of_an_observer_is_a_tablet_for_observations(world: World) -> None:
    for name, role, kept in (("Noor", OBSERVER, OBSERVER), ("Sam", LEAD, ANALYST)):
        client, device = world.account(name, role, member="W1"), str(uuid.uuid4())
        value = {"protocol": "observation-sync/1", "device": device, "name": "iPad"}
        assert world.request(client, "/api/v1/devices", "POST", json=value).status_code == 201
        found = find_device(world.context.store.registry, device)
        assert found
        assert found.role == kept


class TestWhoObservedAndAnalyses:
    """What was said at a school is shown to who observed there after the observation is approved."""

    def of(self, world: World, school: str) -> dict[str, str]:
        """Return the addresses of pages of what was said at a school."""
        catalogue = world.context.catalogue
        schools = catalogue.school_summaries.look(OWN).values
        (stream,) = (name for name, each in schools.items() if each.school == school)
        interview = next(
            each for each in catalogue.interviews(OWN).values.values() if each.school == school
        )
        register = stream.partition("/")[2]
        return {
            "interview": f"/interviews/{interview.stream.partition('/')[2]}",
            "school": f"/triangulation/schools/{register}",
            "cell": f"/triangulation/schools/{register}/cell?code=intervening.leads&actor=leadership&line=session",
            "sheet": f"/exports/triangulation.pdf?school={school}",
            "workbook": f"/exports/triangulation.xlsx?school={school}",
        }

    def approve(self, world: World, label: str) -> None:
        found = world.context.catalogue.find(label, OWN)
        path = f"/observations/{found.observation.stream.partition('/')[2]}"
        form = {
            "_kind": "observation-approved",
            "_id": str(uuid.uuid4()),
            "events": str(found.observation.review.events),
            "_by": "W2",
        }
        assert world.app.test_client().post(f"{path}/events", data=form).status_code == 303

    def test_a_school_is_shown_after_the_own_observations_of_it_are_approved(
        self, world: World
    ) -> None:
        client = world.account("Noor", LEAD, member="W2")

        def statuses(school: str) -> set[int]:
            return {world.request(client, p).status_code for p in self.of(world, school).values()}

        assert (statuses("A"), statuses("D")) == ({200}, {403})  # W2 observed at D alone
        page = world.request(client, self.of(world, "D")["interview"] + "?language=en").text
        assert "not all of it is approved yet (D-01-W2)" in page
        self.approve(world, "D-01-W2")
        assert (statuses("A"), statuses("D")) == ({200}, {200})

    def test_what_is_of_all_schools_leaves_it_out_and_says_so(self, world: World) -> None:
        client = world.account("Noor", LEAD, member="W2")
        shown, hidden = (self.of(world, each)["school"] for each in "AD")
        for path in ("/triangulation", "/triangulation/comparison"):
            page = world.request(client, f"{path}?language=en").text
            assert "You observed at school D, " in page
            assert (shown in page, hidden in page) == (True, False)
        page = world.request(client, "/codebook/intervening.leads?language=en").text
        assert "You observed at school D, " in page
        for path in ("claims/csv", "triangulation.xlsx", "triangulation.pdf"):
            assert world.request(client, f"/exports/{path}").status_code == 403

    def test_who_observed_nothing_waits_for_nothing(self, world: World) -> None:
        client = world.account("Noor", LEAD, member="W9")
        for school in "AD":
            for path in self.of(world, school).values():
                assert world.request(client, path).status_code == 200, path
