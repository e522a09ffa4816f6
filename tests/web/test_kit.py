"""What a tablet may read: the kit and its own observations, and nothing of others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from observation.instruments import Instruments
from observation.settings import open_context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.devices import revoke
from observation.store.erasure import Wanted, begin, resume
from observation.store.pending import pending
from observation.web import create_app
from tests.recorder import INSTRUMENT, Recorder, person
from tests.samples import BUNDLE
from tests.web.tablet import OTHER_DEVICE, OTHER_STUDY, STUDY, Tablet, stream


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    app = create_app(open_context(tmp_path, f"tinydb:{tmp_path}/store"))
    app.testing = True
    return app.test_client()


@pytest.fixture
def tablet(client: FlaskClient) -> Tablet:
    return Tablet(client)


def uuid_of(number: int) -> str:
    return stream(number).partition("/")[2]


def test_the_kit_holds_what_an_observation_starts_from(tablet: Tablet) -> None:
    recorder = Recorder(device=tablet.device, stream=stream(1))
    people = person("L1", "school-leader"), person("T1"), person("T2", expected=False)
    recorder.begin(*people, label="A-07", place="aula")
    tablet.send([event.as_dict() for event in recorder.events])
    kit = tablet.get("kit").get_json()
    assert (kit["protocol"], kit["study"], kit["server"]["epoch"]) == (
        "observation-sync/1",
        STUDY,
        1,
    )
    assert kit["instrument"] == {
        "id": INSTRUMENT.id,
        "version": INSTRUMENT.version,
        "digest": INSTRUMENT.digest,
    }
    assert [(u["school"], u["unit"], u["place"]) for u in kit["units"]] == [("A", "7-8", "aula")]
    expected = {"person": "L1", "role": "school-leader"}
    assert expected in kit["units"][0]["people"]
    assert kit["labels"] == {"A": 7}


def test_the_kit_of_the_sample_study_names_its_observers_and_all_its_units(
    client: FlaskClient,
) -> None:
    tablet = Tablet(client, study=BUNDLE.study)
    events = tablet.context.store.events
    receipt = Receipt("2018-04-06T08:00:00.000Z", "import")
    deposit(events, tablet.context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
    kit = tablet.get("kit").get_json()
    assert {"A", "D"} <= {unit["school"] for unit in kit["units"]}
    assert (kit["labels"]["A"], kit["labels"]["D"]) == (1, 2)
    assert "W1" in kit["observers"]
    assert kit["streams"] == {}


def test_the_kit_says_what_became_of_the_tablets_own_observations_only(client: FlaskClient) -> None:
    one, other = Tablet(client), Tablet(client, OTHER_DEVICE)
    one.send(one.recorded(3, 1))
    other.send(other.recorded(2, 2))
    first, second = one.get("kit").get_json(), other.get("kit").get_json()
    assert list(first["streams"]) == [stream(1)]
    version = one.context.store.events.versions(STUDY)[stream(1)]
    assert first["streams"][stream(1)] == {
        "label": "A-01",
        "state": "draft",
        "version": version,
        "events": 3,
        "shells": [],
        "unknown": False,
        "backup": False,
    }
    # The server gave it another label, which is an event of its own.
    state = second["streams"][stream(2)]
    assert (state["label"], state["events"]) == ("A-01-W1", 3)


def test_the_kit_names_what_was_erased(tablet: Tablet) -> None:
    events = tablet.recorded(2)
    tablet.send(events)
    tablet.context.store.events.erase(STUDY, stream(1), [events[1]["id"]], "2026-03-14T00:00:00Z")
    state = tablet.get("kit").get_json()["streams"][stream(1)]
    assert (state["events"], state["shells"]) == (1, [events[1]["id"]])
    answer = tablet.get(f"streams/{stream(1)}").get_json()
    assert answer["erased"] == [events[1]["id"]]
    assert answer["events"] == events[:1]


def test_the_kit_names_what_was_erased_as_a_whole_and_it_is_noted_that_it_was_asked(
    tablet: Tablet,
) -> None:
    events = tablet.recorded(2, school="Z")
    tablet.send(events)
    found, now = tablet.context, "2026-03-14T00:00:00.000Z"
    given = found.store, found.catalogue
    made = begin(*given, Wanted(STUDY, "Z"), "Jo", now, found.beside)
    made = resume(*given, made.id, now, found.beside)
    assert [each.recorded for each in pending(found.store.registry, made)] == [True]
    state = tablet.get("kit").get_json()["streams"][stream(1)]
    shells = {each["id"] for each in events} | {stream(1).partition("/")[2]}
    assert (state["events"], set(state["shells"])) == (0, shells)
    assert pending(found.store.registry, made) == []
    (late,) = tablet.recorded(1, number=2, school="Z")
    (result,) = tablet.send([late])["results"]
    assert result["outcome"] == "quarantined"
    assert "gewist" in result["reason"] or "erased" in result["reason"]


def test_a_tablet_reads_all_events_of_its_own_observation(client: FlaskClient) -> None:
    one, other = Tablet(client), Tablet(client, OTHER_DEVICE)
    events = one.recorded(2)
    one.send(events)
    added = Recorder(device=OTHER_DEVICE, stream=stream(1))
    added.add(9, "note-written", text="added elsewhere", note="event")
    other.send([added.events[0].as_dict()])
    answer = one.get(f"streams/{stream(1)}").get_json()
    assert sorted(e["id"] for e in answer["events"]) == sorted(
        [*(e["id"] for e in events), added.events[0].id]
    )
    assert answer["version"] == one.context.store.events.versions(STUDY)[stream(1)]
    assert (answer["stream"], answer["protocol"]) == (stream(1), "observation-sync/1")


@pytest.mark.parametrize("begins_too", [False, True])
def test_an_observation_of_another_tablet_is_not_there(
    client: FlaskClient, begins_too: bool
) -> None:
    one, other = Tablet(client), Tablet(client, OTHER_DEVICE)
    one.send(one.recorded(2))
    if begins_too:
        other.send(other.recorded(1, 1))
    assert other.get(f"streams/{stream(1)}").status_code == 404
    assert other.get("kit").get_json()["streams"] == {}
    assert other.get(f"streams/{stream(2)}").status_code == 404


def test_a_tablet_of_another_study_reads_nothing_of_this_one(client: FlaskClient) -> None:
    one, other = Tablet(client), Tablet(client, OTHER_DEVICE, OTHER_STUDY)
    one.send(one.recorded(2))
    assert other.get(f"streams/{stream(1)}").status_code == 404
    kit = other.get("kit").get_json()
    assert (kit["units"], kit["labels"], kit["streams"]) == ([], {}, {})


def test_a_damaged_observation_hides_no_other(tablet: Tablet, tmp_path: Path) -> None:
    for number in (1, 2):
        tablet.send(tablet.recorded(2, number, label=f"A-0{number}"))
    (file,) = (tmp_path / "store").rglob(f"{stream(1)}.json")
    file.write_bytes(file.read_bytes()[:-5])
    assert list(tablet.get("kit").get_json()["streams"]) == [stream(2)]
    response = tablet.get(f"streams/{stream(1)}")
    assert (response.status_code, set(response.get_json())) == (503, {"protocol", "retry"})


def test_an_observation_that_was_damaged_since_it_was_read_is_said_to_be_unknown(
    tablet: Tablet, tmp_path: Path
) -> None:
    for number in (1, 2):
        tablet.send(tablet.recorded(2, number, label=f"A-0{number}"))
    tablet.get("kit")
    (file,) = (tmp_path / "store").rglob(f"{stream(1)}.json")
    stat = file.stat()
    file.write_bytes(file.read_bytes().replace(b"note 1", b"note 2"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as bits rot: nothing says so
    streams = tablet.get("kit").get_json()["streams"]
    assert {name: state["unknown"] for name, state in streams.items()} == {
        stream(1): True,
        stream(2): False,
    }


@pytest.mark.parametrize("path", ["kit", f"streams/{stream(1)}"])
def test_nothing_is_read_without_a_token_or_with_a_revoked_one(tablet: Tablet, path: str) -> None:
    tablet.send(tablet.recorded(2))
    assert tablet.get(path).status_code == 200
    tablet.client.get("/observations/new")  # a session cookie is no token
    assert tablet.client.get(f"/api/v1/{path}").status_code == 401
    revoke(tablet.context.store.registry, tablet.device, tablet.context.clock.now())
    response = tablet.get(path)
    assert (response.status_code, set(response.get_json())) == (403, {"protocol", "error"})


def test_an_instrument_is_public_whole_and_kept_for_ever(client: FlaskClient) -> None:
    response = client.get(f"/instruments/{INSTRUMENT.digest}.json")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    found = response.get_json()
    assert (found["id"], found["digest"]) == (INSTRUMENT.id, INSTRUMENT.digest)
    phase = INSTRUMENT.phases[0]
    assert found["phases"][0] == {
        "id": phase.id,
        "name": {language: phase.name[language] for language in ("nl", "en")},
        "usual_seconds": phase.usual_seconds,
    }
    assert [each["code"] for each in found["indicators"]] == [
        each.code for each in INSTRUMENT.indicators
    ]
    assert found["indicators"][0]["card"]["counts_when"]["nl"]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("name", ["0" * 64, "x", "..", "%2e%2e%2fapp"])
def test_an_unknown_instrument_is_not_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/instruments/{name}.json").status_code == 404
    assert Instruments().with_digest(name) is None
