"""What becomes of what a tablet sends: kept, set aside, or said to be sent again; never lost."""

from __future__ import annotations

import errno
import json
import random
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from observation.core.batch import PROTOCOL, digest_of, missing
from observation.core.events import SIZE_LIMIT, read_event
from observation.store.devices import revoke
from observation.store.quarantine import quarantined
from observation.store.server import raise_epoch
from tests.web.tablet import (
    OTHER_DEVICE,
    OTHER_STUDY,
    STUDY,
    Tablet,
    app_at,
    body,
    outcomes,
    stream,
)


@pytest.fixture(params=["memory", "tinydb"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    """The application over each kind of store."""
    return app_at(tmp_path, "memory:" if request.param == "memory" else f"tinydb:{tmp_path}/store")


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return Tablet(app.test_client())


@pytest.fixture
def quick(tmp_path: Path) -> Tablet:
    """A tablet of a server in memory, for what is tried hundreds of times."""
    return Tablet(app_at(tmp_path, "memory:").test_client())


class TestKeeping:
    def test_each_event_is_answered_with_the_hash_that_the_server_computed(
        self, tablet: Tablet
    ) -> None:
        events = tablet.recorded(3)
        answer = tablet.send(events, {stream(1): 3})
        assert answer["results"] == [
            {"id": e["id"], "digest": read_event(e).digest, "outcome": "kept"} for e in events
        ]
        assert answer["missing"] == {stream(1): []}
        assert tablet.kept() == events

    def test_an_answer_names_protocol_batch_time_and_log(self, tablet: Tablet) -> None:
        first = tablet.send(tablet.recorded(1))
        assert first["protocol"] == PROTOCOL
        assert first["batch"] == json.loads(body(tablet.recorded(1)))["batch"]
        assert first["received"].endswith("Z")
        assert len(first["received"]) == 24
        raised = raise_epoch(tablet.context.store.registry, tablet.context.clock.now())
        again = tablet.send(tablet.recorded(1))
        assert again["server"] == {"log": first["server"]["log"], "epoch": raised.epoch}
        assert raised.epoch > first["server"]["epoch"]

    def test_sent_again_it_is_already_kept_and_nothing_changes(self, tablet: Tablet) -> None:
        events = tablet.recorded(3)
        tablet.send(events[:2])
        assert outcomes(tablet.send(events)) == ["already-kept", "already-kept", "kept"]
        assert tablet.kept() == events

    def test_other_content_under_a_known_id_is_kept_beside_the_first(self, tablet: Tablet) -> None:
        first, *_ = tablet.recorded(1)
        second = first | {"at": "2018-03-13T16:00:00+01:00"}
        answer = tablet.send([first, second, first])
        assert outcomes(answer) == ["kept", "kept-conflict", "already-kept"]
        assert answer["results"][1]["digest"] == read_event(second).digest
        assert tablet.kept() == [first]

    def test_an_erased_event_stays_erased_and_counts_as_there(self, tablet: Tablet) -> None:
        events = tablet.recorded(3)
        tablet.send(events)
        tablet.context.store.events.erase(
            STUDY, stream(1), [events[1]["id"]], "2026-03-14T00:00:00Z"
        )
        answer = tablet.send(events, {stream(1): 3})
        assert outcomes(answer) == ["already-kept", "erased", "already-kept"]
        assert answer["missing"] == {stream(1): []}
        assert tablet.kept() == [events[0], events[2]]

    def test_an_event_as_deep_as_may_be_is_kept(self, tablet: Tablet) -> None:
        deep: Any = "x"
        for _ in range(14):
            deep = [deep]
        event = tablet.recorded(1)[0] | {"kind": "odd-one", "data": {"deep": deep}}
        assert outcomes(tablet.send([event])) == ["kept"]

    def test_a_label_that_another_tablet_used_first_is_settled(self, app: Flask) -> None:
        one, other = Tablet(app.test_client()), Tablet(app.test_client(), OTHER_DEVICE)
        one.send(one.recorded(1, 1))
        other.send(other.recorded(1, 2))
        labels = {r.observation.label for r in one.context.catalogue.records(STUDY)}
        assert labels == {"A-01", "A-01-W1"}

    def test_many_threads_with_the_same_batch_keep_each_event_once(self, app: Flask) -> None:
        tablet = Tablet(app.test_client())
        events, answers = tablet.recorded(100), []

        def send() -> None:
            client = app.test_client()
            answers.append(
                client.post(
                    "/api/v1/events",
                    data=body(events),
                    content_type="application/json",
                    headers=tablet.headers,
                ).get_json()
            )

        threads = [Thread(target=send) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = sorted(answer["results"][0]["outcome"] for answer in answers)
        assert found == ["already-kept"] * 5 + ["kept"]
        assert {outcome for answer in answers for outcome in outcomes(answer)} == {
            "kept",
            "already-kept",
        }
        assert tablet.kept() == events

    def test_two_tablets_that_send_at_once_lose_nothing(self, app: Flask) -> None:
        tablets = [Tablet(app.test_client(), d) for d in (OTHER_DEVICE, OTHER_DEVICE[:-1] + "3")]
        sent = [tablet.recorded(30, number) for number, tablet in enumerate(tablets)]

        def send(tablet: Tablet, events: list[Any]) -> None:
            for start in range(0, 30, 5):
                tablet.send(events[start : start + 5])

        threads = [Thread(target=send, args=pair) for pair in zip(tablets, sent, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number, events in enumerate(sent):
            kept = [e for e in tablets[0].kept(number) if e["device"] != "server"]
            assert kept == events


BAD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "null": lambda event: None,
    "text": lambda event: "event",
    "no id": lambda event: {k: v for k, v in event.items() if k != "id"},
    "an id of another form": lambda event: event | {"id": "ABC"},
    "another format": lambda event: event | {"format": 2},
    "an unknown field": lambda event: event | {"extra": 1},
    "a time without offset": lambda event: event | {"at": "2018-03-13T15:10:00"},
    "a study": lambda e: e | {"stream": e["stream"].replace("observation", "study")},
    "a school": lambda e: e | {"stream": e["stream"].replace("observation", "school")},
    "another study's stream": lambda event: event | {"stream": stream(99)},
}


class TestSettingAside:
    @pytest.mark.parametrize("bad", BAD)
    def test_what_cannot_be_taken_in_is_kept_as_it_came_and_the_rest_proceeds(
        self, tablet: Tablet, bad: str
    ) -> None:
        other = Tablet(tablet.client, OTHER_DEVICE, OTHER_STUDY)
        other.send(other.recorded(1, 99))
        events = tablet.recorded(3)
        value = BAD[bad](tablet.recorded(4)[3])
        answer = tablet.send([events[0], value, *events[1:]])
        assert outcomes(answer) == ["kept", "quarantined", "kept", "kept"]
        result = answer["results"][1]
        id = value.get("id") if isinstance(value, dict) else None
        assert result["id"] == (id if id != "ABC" else None)
        assert result["reason"]
        (aside,) = quarantined(tablet.context.store.registry)
        assert (aside.event, aside.device, aside.digest) == (
            value,
            tablet.device,
            result["digest"],
        )
        assert tablet.kept() == events
        assert other.kept(99, OTHER_STUDY) == other.recorded(1, 99)

    def test_one_bad_among_a_hundred_stops_no_other_wherever_it_stands(self, quick: Tablet) -> None:
        for place in range(100):
            events: list[Any] = quick.recorded(100, place)
            events[place] = events[place] | {"kind": "Not A Kind"}
            answer = quick.send(events)
            expected = ["kept"] * 100
            expected[place] = "quarantined"
            assert outcomes(answer) == expected, place
            kept = [e for e in quick.kept(place) if e["device"] != "server"]
            assert kept == events[:place] + events[place + 1 :], place
        assert len(quarantined(quick.context.store.registry)) == 100

    def test_sent_again_it_is_set_aside_once(self, tablet: Tablet) -> None:
        answers = [tablet.send([{"odd": 1}]) for _ in range(2)]
        assert [outcomes(answer) for answer in answers] == [["quarantined"]] * 2
        assert len(quarantined(tablet.context.store.registry)) == 1

    def test_the_reason_is_a_sentence_in_the_tablets_language(self, quick: Tablet) -> None:
        quick.client.get("/?language=en")
        (english,) = quick.send([None])["results"]
        quick.client.get("/?language=nl")
        (dutch,) = quick.send([None])["results"]
        assert (english["reason"], dutch["reason"]) == (
            "An event must be an object, not NoneType.",
            "Een gebeurtenis moet een object zijn, niet NoneType.",
        )

    def test_an_event_that_is_too_large_to_be_kept_anywhere_stays_the_tablets(
        self, tablet: Tablet
    ) -> None:
        first, large, last = tablet.recorded(3)
        large["data"] = {"text": "x" * SIZE_LIMIT}
        answer = tablet.send([first, large, last])
        assert outcomes(answer) == ["kept", "refused", "kept"]
        assert "write it as several notes" in str(answer) or "schrijf" in str(answer)
        assert quarantined(tablet.context.store.registry) == []

    def test_what_is_for_a_damaged_stream_is_set_aside_and_other_streams_proceed(
        self, tmp_path: Path
    ) -> None:
        tablet = Tablet(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())
        damaged, whole = tablet.recorded(3, 1), tablet.recorded(3, 2, label="A-02")
        tablet.send(damaged[:2])
        (file,) = (tmp_path / "store").rglob("observation/*.json")
        content = file.read_bytes()[:-5]
        file.write_bytes(content)
        answer = tablet.send([whole[0], damaged[2], whole[1]], {stream(1): 3, stream(2): 3})
        assert outcomes(answer) == ["kept", "quarantined", "kept"]
        assert answer["missing"] == {stream(2): [[3, 3]]}
        assert [a.event for a in quarantined(tablet.context.store.registry)] == [damaged[2]]
        assert tablet.kept(2) == whole[:2]
        assert file.read_bytes() == content

    def test_what_a_revoked_tablet_sends_is_set_aside_and_it_can_read_nothing(
        self, tablet: Tablet
    ) -> None:
        events = tablet.recorded(3)
        revoke(tablet.context.store.registry, tablet.device, tablet.context.clock.now())
        answer = tablet.send(events, {stream(1): 5})
        assert outcomes(answer) == ["quarantined"] * 3
        assert answer["missing"] == {}
        assert tablet.kept() == []
        assert len(quarantined(tablet.context.store.registry)) == 3
        assert tablet.get("kit").status_code == 403
        assert tablet.get(f"streams/{stream(1)}").status_code == 403

    def test_of_what_is_here_already_a_revoked_tablet_is_told_so_and_nothing_changes(
        self, tablet: Tablet
    ) -> None:
        events = tablet.recorded(4)
        conflict = events[1] | {"at": "2018-03-13T16:00:00+01:00"}
        tablet.send([*events[:3], conflict])
        store = tablet.context.store
        store.events.erase(STUDY, stream(1), [events[2]["id"]], "2026-03-14T00:00:00Z")
        before = store.events.read(STUDY, stream(1))
        revoke(store.registry, tablet.device, tablet.context.clock.now())
        other = events[0] | {"at": "2018-03-13T16:00:00+01:00"}
        answer = tablet.send([*events, conflict, other])
        assert outcomes(answer) == [
            "already-kept", "already-kept", "erased", "quarantined", "kept-conflict", "quarantined",
        ]  # fmt: skip
        assert store.events.read(STUDY, stream(1)) == before
        assert [a.event for a in quarantined(store.registry)] in (
            [events[3], other],
            [other, events[3]],
        )

    def test_an_event_in_the_servers_name_cannot_keep_the_server_from_settling_a_label(
        self, quick: Tablet
    ) -> None:
        last = quick.recorded(2, 2)[1] | {"device": "server", "seq": 2**53 - 1}
        quick.send(quick.recorded(1, 1))
        assert outcomes(quick.send([*quick.recorded(1, 2), last])) == ["kept", "kept"]
        (given,) = [e for e in quick.kept(2) if e["kind"] == "label-assigned"]
        assert (given["seq"], given["data"]) == (1, {"label": "A-01-W1"})


class TestGaps:
    @pytest.mark.parametrize(
        ("held", "last", "ranges"),
        [
            ([], 0, []),
            ([], 3, [[1, 3]]),
            ([1, 2, 3], 3, []),
            ([1, 3, 6], 8, [[2, 2], [4, 5], [7, 8]]),
            ([5, 4, 4], 4, [[1, 3]]),
            ([1], 2**53 - 1, [[2, 2**53 - 1]]),
        ],
    )
    def test_what_is_missing_is_named_in_ranges(
        self, held: list[int], last: int, ranges: list[list[int]]
    ) -> None:
        assert missing(held, last) == ranges

    def test_a_batch_without_events_asks_what_is_missing(self, tablet: Tablet) -> None:
        events = tablet.recorded(5)
        tablet.send([events[0], events[3]])
        answer = tablet.send([], {stream(1): 5, stream(2): 2})
        assert (answer["results"], answer["missing"]) == (
            [],
            {stream(1): [[2, 3], [5, 5]], stream(2): [[1, 2]]},
        )

    def test_conflicts_count_as_there_and_other_tablets_numbers_do_not(self, app: Flask) -> None:
        one, other = Tablet(app.test_client()), Tablet(app.test_client(), OTHER_DEVICE)
        first, second = one.recorded(2)
        one.send([first, second | {"id": first["id"]}])
        assert one.send([], {stream(1): 2})["missing"] == {stream(1): []}
        assert other.send([], {stream(1): 2})["missing"] == {stream(1): [[1, 2]]}


class TestRefusing:
    def test_whatever_happens_to_a_body_on_its_way_nothing_is_stored_wrong(
        self, quick: Tablet
    ) -> None:
        events = quick.recorded(4)
        whole = body(events, {stream(1): 4})
        chance = random.Random(4)
        mutants = [whole[: len(whole) * cut // 200] for cut in range(200)]
        for _ in range(300):
            place = chance.randrange(len(whole))
            flipped = whole[place] ^ 1 << chance.randrange(8)
            mutants.append(whole[:place] + bytes([flipped]) + whole[place + 1 :])
        for _ in range(100):
            a, b = sorted(chance.randrange(len(whole)) for _ in range(2))
            mutants.append(whole[:a] + whole[b:])
        refused = 0
        for mutant in mutants:
            response = quick.post(mutant)
            assert response.status_code in (200, 422)
            refused += response.status_code == 422
            answer = response.get_json()
            assert "results" in answer or answer["retry"]
            assert all(event in events for event in quick.kept())
        assert quarantined(quick.context.store.registry) == []
        assert len(mutants) == 600
        assert refused > 500

    def test_a_changed_event_a_left_out_one_and_another_order_do_not_fit_the_digest(
        self, quick: Tablet
    ) -> None:
        events = quick.recorded(3)
        digest = digest_of(events)
        for changed in (events[:2], [*events, events[0]], events[::-1], [*events[:2], {}]):
            response = quick.post(body(changed, digest=digest))
            assert response.status_code == 422
            answer = response.get_json()
            assert answer["batch"] == json.loads(body(changed))["batch"]
            assert answer["retry"]
        assert quick.kept() == []

    @pytest.mark.parametrize(
        "more",
        [
            {"protocol": "observation-sync/2"},
            {"batch": "7"},
            {"events": {}},
            {"digest": None},
            {"streams": []},
            {"streams": {"observation/x": 1}},
            {"streams": {stream(1).replace("observation", "school"): 1}},
            {"streams": {stream(1): -1}},
            {"streams": {stream(1): True}},
            {"streams": {stream(1): "1"}},
        ],
        ids=str,
    )
    def test_what_is_not_of_the_protocol_is_to_be_sent_again(
        self, quick: Tablet, more: dict[str, Any]
    ) -> None:
        response = quick.post(body(quick.recorded(1), **more))
        assert response.status_code == 422
        assert set(response.get_json()) == {"protocol", "batch", "retry"}
        assert quick.kept() == []

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 9999, b'"\\ud800"']
    )
    def test_what_cannot_be_read_is_to_be_sent_again(self, quick: Tablet, content: bytes) -> None:
        response = quick.post(content)
        assert (response.status_code, response.get_json()["batch"]) == (422, None)

    def test_half_a_character_or_a_fraction_in_an_event_stores_nothing(self, quick: Tablet) -> None:
        good = body(quick.recorded(2))
        for odd in (b'"\\ud800"', b"1.5", b"NaN", b"9007199254740993"):
            response = quick.post(good.replace(b'"note 1"', odd))
            assert response.status_code == 422, odd
        assert quick.kept() == []

    def test_more_than_200_events_or_a_megabyte_is_too_much(self, quick: Tablet) -> None:
        events = quick.recorded(201)
        response = quick.post(body(events))
        assert (response.status_code, response.get_json()["protocol"]) == (413, PROTOCOL)
        response = quick.post(body(events[:1], padding="x" * 1_000_000))
        assert (response.status_code, response.get_json()["protocol"]) == (413, PROTOCOL)
        assert quick.kept() == []
        assert len(outcomes(quick.send(events[:200]))) == 200

    @pytest.mark.parametrize("token", ["", "x", "Bearer", "Bearer ", "Bearer x", "Basic eDp4"])
    def test_without_a_known_token_nothing_is_taken_in_whatever_the_cookies_say(
        self, quick: Tablet, token: str
    ) -> None:
        quick.client.get("/observations/new?language=en")
        response = quick.client.post(
            "/api/v1/events",
            data=body(quick.recorded(1)),
            content_type="application/json",
            headers={"Authorization": token} if token else {},
        )
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert set(response.get_json()) == {"protocol", "error"}
        assert "Set-Cookie" not in response.headers
        assert quick.context.store.events.studies() == []

    def test_a_form_of_another_site_cannot_pass_for_a_batch(self, quick: Tablet) -> None:
        response = quick.client.post(
            "/api/v1/events",
            data=body(quick.recorded(1)),
            content_type="text/plain",
            headers=quick.headers,
        )
        assert (response.status_code, quick.kept()) == (415, [])

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "events", 405), ("GET", "nothing", 404), ("POST", "kit", 405)],
    )
    def test_mistakes_are_answered_in_json_too(
        self, quick: Tablet, method: str, path: str, status: int
    ) -> None:
        response = quick.client.open(f"/api/v1/{path}", method=method, headers=quick.headers)
        assert (response.status_code, set(response.get_json())) == (status, {"protocol", "error"})

    def test_an_answer_may_not_be_stored(self, quick: Tablet) -> None:
        for response in (quick.get("kit"), quick.post(b""), quick.post(body([]))):
            assert response.headers["Cache-Control"] == "no-store"
            assert response.content_type == "application/json"


class TestAFullDisk:
    def test_nothing_is_acknowledged_when_the_store_cannot_write(
        self, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        events = tablet.recorded(2)
        with monkeypatch.context() as patch:
            patch.setattr(type(tablet.context.store.events), "append", full)
            response = tablet.post(body(events))
        assert response.status_code == 507
        assert set(response.get_json()) == {"protocol", "batch", "retry"}
        assert tablet.kept() == []
        assert outcomes(tablet.send(events)) == ["kept", "kept"]

    def test_when_the_second_stream_fails_the_first_is_not_acknowledged_either(
        self, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = type(tablet.context.store.events)
        append, calls = kind.append, []

        def fails_second(self: Any, *given: Any) -> Any:
            calls.append(given[1])
            if len(calls) == 2:
                raise OSError(errno.ENOSPC, "No space left on device")
            return append(self, *given)

        first, second = tablet.recorded(2, 1), tablet.recorded(2, 2, label="A-02")
        with monkeypatch.context() as patch:
            patch.setattr(kind, "append", fails_second)
            response = tablet.post(body(first + second))
        assert (response.status_code, calls) == (507, [stream(1), stream(2)])
        assert "results" not in response.get_json()
        again = tablet.send(first + second)
        assert outcomes(again) == ["already-kept", "already-kept", "kept", "kept"]

    def test_a_quarantine_that_cannot_be_written_acknowledges_nothing(
        self, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tablet.send([])  # the log has its name

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(type(tablet.context.store.registry), "add", full)
            response = tablet.post(body([*tablet.recorded(1), {"odd": 1}]))
        assert response.status_code == 507
        assert quarantined(tablet.context.store.registry) == []

    def test_a_damaged_list_of_tablets_is_no_unknown_token(self, tmp_path: Path) -> None:
        tablet = Tablet(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())
        (tmp_path / "store" / "registry" / "device.json").write_bytes(b"{")
        response = tablet.post(body(tablet.recorded(1)))
        assert (response.status_code, set(response.get_json())) == (503, {"protocol", "retry"})
