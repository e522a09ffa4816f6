"""What a tablet may read for claims, and what the server takes from it; nothing of what others heard."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from observation.core.interviews import fold_interview
from observation.store.devices import revoke
from tests.samples import BUNDLE
from tests.web.lead import Lead
from tests.web.tablet import DEVICE, OTHER_DEVICE, Tablet, app_at, outcomes
from tests.web.visitor import Visitor

OWN = "interview/0190a5b0-0000-7000-8000-0000000000e1"
THEIRS = next(
    event.stream
    for event in BUNDLE.events
    if event.kind == "interview-recorded" and event.data["interview"].startswith("R22")
)
HEADER = {"interview": "R6 tablet", "kind": "interview", "school": "A", "participants": ["R6"]}
CLAIM = {
    "respondents": ["R6"], "form": "quotation", "text": "Elke week.", "codes": ["learning.feedback"],
    "codebook": "1", "stance": "affirms", "mode": "descriptive",
}  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """The sample study on a server."""
    client = app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client()
    Visitor(client)
    return client


@pytest.fixture
def tablet(client: FlaskClient) -> Tablet:
    return Tablet(client, study=BUNDLE.study)


def event(seq: int, kind: str, data: dict[str, Any], stream: str = OWN) -> dict[str, Any]:
    """Return an event of the tablet."""
    return {
        "id": str(uuid.uuid5(uuid.UUID(DEVICE), f"{stream} {seq}")), "stream": stream, "kind": kind,
        "at": f"2018-04-13T15:10:0{seq}.000+02:00", "elapsed": 1000 * seq, "device": DEVICE,
        "boot": "b1", "seq": seq, "by": "W1", "data": data, "format": 1,
    }  # fmt: skip


def recorded() -> list[dict[str, Any]]:
    """Return an interview that the tablet begins, with two claims."""
    claims = [CLAIM | {"number": 1}, CLAIM | {"number": 2, "text": "Nooit."}]
    return [
        event(1, "interview-recorded", HEADER),
        *(event(seq, "claim-recorded", claim) for seq, claim in enumerate(claims, 2)),
    ]


class TestKit:
    def test_it_holds_codes_of_people_schools_and_the_codebook(self, tablet: Tablet) -> None:
        kit = tablet.get("kit/interviews").get_json()
        schools = {each["school"]: each for each in kit["schools"]}
        assert schools["A"]["respondents"]["R6"] == "1"
        assert schools["A"]["respondents"]["S1"] == ""
        assert "L5" in schools["D"]["leaders"]
        assert kit["members"][0] == "W1"
        codes = {each["id"]: each for each in kit["codebook"]["codes"]}
        assert set(codes["learning.feedback"]) == {"id", "name", "aliases", "path"}
        assert codes["learning.feedback"]["path"]["nl"].startswith("Leren > ")
        assert "own.workload" in codes
        (theirs,) = [each for each in kit["interviews"] if each["stream"] == THEIRS]
        assert (theirs["kind"], theirs["school"], theirs["claims"]) == ("focus-group", "D", 6)
        assert (theirs["number"], theirs["participants"][0]) == (12, "R22")

    def test_it_holds_nothing_that_anybody_said(self, tablet: Tablet) -> None:
        text = tablet.get("kit/interviews").text
        said = [e.data["text"] for e in BUNDLE.events if e.kind == "claim-recorded"]
        assert len(said) == 13
        assert not [each for each in said if json.dumps(each, ensure_ascii=False)[1:-1] in text]

    def test_it_is_sent_again_only_when_something_changed(self, tablet: Tablet) -> None:
        tag = tablet.get("kit/interviews").headers["ETag"]
        asked = {"headers": tablet.headers | {"If-None-Match": tag}}
        answer = tablet.client.get("/api/v1/kit/interviews", **asked)
        assert (answer.status_code, answer.data) == (304, b"")
        tablet.send(recorded())
        answer = tablet.client.get("/api/v1/kit/interviews", **asked)
        assert answer.status_code == 200
        assert answer.headers["ETag"] != tag

    def test_nobody_else_may_read_it(self, tablet: Tablet) -> None:
        assert tablet.client.get("/api/v1/kit/interviews").status_code == 401
        revoke(tablet.context.store.registry, tablet.device, tablet.context.clock.now())
        assert tablet.get("kit/interviews").status_code == 403

    def test_a_study_with_nothing_in_it_has_a_codebook(self, tmp_path: Path) -> None:
        kit = Tablet(app_at(tmp_path).test_client()).get("kit/interviews").get_json()
        assert (kit["schools"], kit["interviews"], kit["members"]) == ([], [], [])
        assert len(kit["codebook"]["codes"]) > 40


class TestDeposit:
    def test_an_interview_of_a_tablet_is_taken_in_and_shown(
        self, tablet: Tablet, client: FlaskClient
    ) -> None:
        assert outcomes(tablet.send(recorded())) == ["kept"] * 3
        assert outcomes(tablet.send(recorded())) == ["already-kept"] * 3
        found = fold_interview(tablet.context.store.events.read(BUNDLE.study, OWN).events)
        assert [claim.said.value.text for claim in found.claims] == ["Elke week.", "Nooit."]
        assert found.problems == ()
        page = client.get(f"/interviews/{OWN.partition('/')[2]}?language=en").text
        assert "Nooit." in page
        assert "Claim 3</h2>" in page

    @pytest.mark.parametrize("kind", ["school", "study"])
    def test_registers_are_not_changed_by_a_tablet(self, tablet: Tablet, kind: str) -> None:
        stream = f"{kind}/{OWN.partition('/')[2]}"
        (became,) = tablet.send([event(1, "school-recorded", {"school": "Z"}, stream)])["results"]
        assert became["outcome"] == "quarantined"
        assert "observaties en interviews" in became["reason"]

    def test_its_missing_numbers_are_named(self, tablet: Tablet) -> None:
        first, _second, third = recorded()
        answer = tablet.send([first, third], streams={OWN: 3})
        assert answer["missing"] == {OWN: [[2, 2]]}


class TestStreams:
    def test_what_a_tablet_began_it_reads_whole(self, tablet: Tablet, client: FlaskClient) -> None:
        tablet.send(recorded())
        other = Tablet(client, OTHER_DEVICE, BUNDLE.study)
        added = event(1, "claim-recorded", CLAIM | {"number": 3}) | {
            "device": OTHER_DEVICE, "id": "0190a5b0-0000-7000-8000-0000000000ff"
        }  # fmt: skip
        other.send([added])
        state = tablet.get("kit").get_json()["streams"][OWN]
        assert (state["label"], state["events"], state["backup"]) == ("R6 tablet", 4, False)
        found = tablet.get(f"streams/{OWN}").get_json()
        assert found["version"] == state["version"]
        assert [each["id"] for each in found["events"]].count(added["id"]) == 1
        assert other.get(f"streams/{OWN}").status_code == 404

    def test_of_what_others_began_it_is_told_its_own_part_only(self, tablet: Tablet) -> None:
        tablet.send([event(1, "claim-recorded", CLAIM | {"number": 12}, THEIRS)])
        streams = tablet.get("kit").get_json()["streams"]
        assert list(streams) == [THEIRS]
        assert (streams[THEIRS]["events"], streams[THEIRS]["version"]) == (1, "")
        assert tablet.get(f"streams/{THEIRS}").status_code == 404


def test_what_was_set_aside_of_an_interview_is_told_in_its_words(
    tablet: Tablet, client: FlaskClient
) -> None:
    revoke(tablet.context.store.registry, tablet.device, tablet.context.clock.now())
    assert outcomes(tablet.send(recorded())) == ["quarantined"] * 3
    lead = Lead(client)
    (path,) = lead.groups()
    page = lead.page(path)
    assert "<h1>R6 tablet " in page
    assert "Nooit." in page
