"""What was set aside is looked into, accepted or refused; nothing of it is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observation.core.events import read_event
from observation.store import Receipt
from observation.store.quarantine import decide, decisions, quarantined
from tests.web.lead import Lead, a_moment_later, revoked
from tests.web.tablet import OTHER_DEVICE, OTHER_STUDY, STUDY, Tablet, app_at, outcomes, stream
from tests.web.test_deposits import BAD

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "stream", "kind", "at", "format", "data", "<b>"]), inner
        )
    ),
    max_leaves=6,
)


class TestLooking:
    def test_it_is_told_by_tablet_observation_and_reason_in_the_words_of_the_log(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        events = tablet.recorded(3)
        for event in events[1:]:
            event["data"] |= {"kind": "verbatim", "tags": ["coach"]}
        revoked(tablet).send([*events, *tablet.recorded(2, 2, label="A-02")])
        tablet.send([{"odd": 1}])
        assert lead.still_open().count("iPad · Events: ") == 3
        (path,) = [p for p in lead.groups() if "<h1>A-01 " in lead.page(p)]
        html = lead.page(path)
        assert lead.numbers(path) == {"open": 3}
        assert "This tablet was revoked; a lead decides what becomes of the event." in html
        text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
        assert text.endswith(
            "13 Mar 14:10:00 Begin "
            "13 Mar 14:10:01 note 1 coach · verbatim 13 Mar 14:10:02 note 2 coach · verbatim"
        )

    def test_the_file_holds_all_of_it_as_it_came(self, tablet: Tablet, lead: Lead) -> None:
        events = revoked(tablet).recorded(3)
        tablet.send(events)
        (path,) = lead.groups()
        answer = lead.client.get(f"{path}/events.json")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        items = sorted(answer.get_json(), key=lambda item: item["event"]["seq"])
        assert [item["event"] for item in items] == events
        assert {item["device"] for item in items} == {tablet.device}

    @pytest.mark.parametrize("path", ["/tablets/set-aside/0", "/tablets/set-aside/0/events.json"])
    def test_what_is_not_there_is_not_found(self, lead: Lead, path: str) -> None:
        assert lead.client.get(path).status_code == 404

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(values=st.lists(ANYTHING, max_size=20))
    def test_whatever_was_sent_can_be_looked_at_and_is_told_as_text(
        self, tmp_path: Path, values: list[Any]
    ) -> None:
        tablet = Tablet(app_at(tmp_path).test_client())
        tablet.send([*values, {"kind": "<script>", "at": "<b>", "stream": ["observation/"]}])
        lead = Lead(tablet.client)
        for path in lead.groups():
            html = lead.page(path)
            assert lead.numbers(path)["open"] >= 1
            assert "<script>" not in html


class TestAccepting:
    def test_it_is_taken_in_as_what_the_tablet_sent_then(self, tablet: Tablet, lead: Lead) -> None:
        events = revoked(tablet).recorded(3)
        received = [tablet.send([event])["received"] for event in events]
        (path,) = lead.groups()
        assert lead.decides(path, "accept") == ["Taken in: 3."]
        log = tablet.context.store.events.read(STUDY, stream(1))
        assert [kept.event.as_dict() for kept in log.kept] == events
        assert [kept.receipt for kept in log.kept] == [Receipt(t, tablet.device) for t in received]
        (record,) = tablet.context.catalogue.records(STUDY)
        assert (record.observation.label, record.source) == ("A-01", tablet.device)
        assert lead.numbers(path) == {"taken-in": 3}
        assert lead.still_open() == ""
        assert "Set aside, taken in since: 3" in lead.page()
        assert [a.event for a in quarantined(tablet.context.store.registry)] != []

    def test_twice_is_harmless(self, tablet: Tablet, lead: Lead) -> None:
        revoked(tablet).send(tablet.recorded(3))
        (path,) = lead.groups()
        form = lead.form(path)
        before = lead.press(path, "accept", form)
        log = tablet.context.store.events.read(STUDY, stream(1))
        for button in ("accept", "refuse"):
            status, html = lead.press(path, button, form)
            assert status == 200
            assert "This was decided already; here is what became of it." in html
            assert lead.numbers(path) == {"taken-in": 3}
        assert before[0] == 200
        assert tablet.context.store.events.read(STUDY, stream(1)) == log

    def test_two_people_at_once_take_it_in_once(self, tablet: Tablet, lead: Lead) -> None:
        events = revoked(tablet).recorded(20)
        tablet.send(events)
        (path,) = lead.groups()
        leads = [Lead(lead.client.application.test_client()) for _ in range(4)]
        forms, answers = [each.form(path) for each in leads], list[int]()

        def press(own: Lead, form: dict[str, str]) -> None:
            answers.append(own.press(path, "accept", form)[0])

        threads = [Thread(target=press, args=pair) for pair in zip(leads, forms, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [200] * 4
        log = tablet.context.store.events.read(STUDY, stream(1))
        assert [kept.event.as_dict() for kept in log.kept] == events
        assert log.conflicts == ()
        assert lead.numbers(path) == {"taken-in": 20}

    def test_when_one_accepts_and_another_refuses_what_is_there_counts(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        revoked(tablet).send(tablet.recorded(2))
        (path,) = lead.groups()
        lead.press(path, "accept")
        registry = tablet.context.store.registry
        late = [item.digest for item in quarantined(registry)]
        decide(registry, late, False, "2026-03-14T00:00:00.000Z")
        assert lead.numbers(path) == {"taken-in": 2}

    def test_what_came_after_the_page_was_opened_nobody_has_looked_into(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        first, second = revoked(tablet).recorded(2)
        tablet.send([first])
        (path,) = lead.groups()
        form = lead.form(path)
        a_moment_later(tablet, form["until"])
        tablet.send([second])
        lead.press(path, "accept", form)
        assert lead.numbers(path) == {"open": 1, "taken-in": 1}
        assert tablet.kept() == [first]

    def test_what_differs_or_was_erased_is_said(self, tablet: Tablet, lead: Lead) -> None:
        events = tablet.recorded(5)
        tablet.send(events[:1])
        revoked(tablet).send([events[0] | {"by": "W2"}, *events[2:]])
        (path,) = lead.groups()
        store, receipt = tablet.context.store.events, Receipt("2026-03-14T00:00:00Z", "another way")
        store.append(STUDY, stream(1), [read_event(events[2])], receipt)
        store.erase(STUDY, stream(1), [events[2]["id"]], "2026-03-14T00:00:00Z")
        assert "Cannot be taken in now: 1. This was erased here" in lead.page(path)
        assert lead.decides(path, "accept") == [
            "Taken in: 2.",
            "In conflict with what was there: 1. Both are kept, and the observation says so.",
            "Still set aside: 1. This was erased here and is not taken back.",
        ]
        assert lead.numbers(path) == {"open": 1, "taken-in": 3}
        assert [c.event.by for c in store.read(STUDY, stream(1)).conflicts] == ["W2"]
        assert lead.decides(path, "refuse") == ["Refused: 1."]
        assert lead.still_open() == ""

    def test_a_label_that_was_given_meanwhile_is_settled(self, tablet: Tablet, lead: Lead) -> None:
        other = Tablet(tablet.client, OTHER_DEVICE)
        revoked(tablet).send(tablet.recorded(2, 1))
        other.send(other.recorded(1, 2))
        (path,) = lead.groups()
        lead.decides(path, "accept")
        records = tablet.context.catalogue.records(STUDY)
        labels = {r.observation.stream: r.observation.label for r in records}
        assert labels == {stream(1): "A-01", stream(2): "A-01-W1"}

    @pytest.mark.parametrize("bad", BAD)
    def test_what_is_no_event_of_an_observation_here_cannot_be_and_stays(
        self, tablet: Tablet, lead: Lead, bad: str
    ) -> None:
        other = Tablet(tablet.client, OTHER_DEVICE, OTHER_STUDY)
        other.send(other.recorded(1, 99))
        value = BAD[bad](tablet.recorded(2)[1])
        reason = tablet.send([value])["results"][0]["reason"]
        (path,) = lead.groups()
        assert 'value="accept"' not in lead.page(path)
        (said,) = lead.decides(path, "accept")
        assert said.startswith("Still set aside: 1. ")
        assert lead.numbers(path) == {"open": 1}
        assert [a.event for a in quarantined(tablet.context.store.registry)] == [value]
        assert (tablet.kept(), other.kept(99, OTHER_STUDY)) == ([], other.recorded(1, 99))
        assert reason

    def test_what_was_for_a_damaged_stream_can_be_once_that_is_readable_again(
        self, tmp_path: Path
    ) -> None:
        tablet = Tablet(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())
        lead, events = Lead(tablet.client), tablet.recorded(3)
        tablet.send(events[:1])
        (file,) = (tmp_path / "store").rglob("observation/*.json")
        content = file.read_bytes()
        file.write_bytes(content[:-5])
        tablet.send(events)
        (path,) = lead.groups()
        (said,) = lead.decides(path, "accept")
        assert said.startswith("Still set aside: 3. The record observation/")
        file.write_bytes(content)
        # The first of the three is there: that was never lost.
        assert lead.numbers(path) == {"open": 2, "taken-in": 1}
        assert lead.decides(path, "accept") == ["Taken in: 2."]
        assert tablet.kept() == events


class TestRefusing:
    def test_refused_it_leaves_what_is_open_is_found_and_can_be_accepted_later(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        events = revoked(tablet).recorded(2)
        tablet.send(events)
        (path,) = lead.groups()
        assert lead.decides(path, "refuse") == ["Refused: 2."]
        assert lead.still_open() == ""
        assert "Refused: 2" in lead.page()
        assert lead.groups() == [path]
        assert lead.numbers(path) == {"refused": 2}
        assert "Last decision: " in lead.page(path)
        assert tablet.kept() == []
        assert len(quarantined(tablet.context.store.registry)) == 2
        tablet.send(events)
        assert lead.numbers(path) == {"refused": 2}
        assert lead.decides(path, "accept", "refused") == ["Taken in: 2."]
        assert tablet.kept() == events

    @pytest.mark.parametrize(
        "change",
        [lambda form: form.pop("csrf_token"), lambda form: form.update(decision="delete")],
        ids=["no token", "another button"],
    )
    def test_another_form_decides_nothing(
        self, tablet: Tablet, lead: Lead, change: Callable[[dict[str, str]], Any]
    ) -> None:
        revoked(tablet).send(tablet.recorded(2))
        (path,) = lead.groups()
        form = lead.form(path) | {"decision": "accept"}
        change(form)
        assert lead.client.post(path, data=form).status_code == 400
        assert decisions(tablet.context.store.registry) == {}
        assert lead.numbers(path) == {"open": 2}


class TestTheTablet:
    def test_what_was_accepted_is_already_kept_when_it_is_offered_again(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        events = revoked(tablet).recorded(3)
        tablet.send(events)
        (path,) = lead.groups()
        assert outcomes(tablet.send(events)) == ["quarantined"] * 3
        lead.decides(path, "refuse")
        assert outcomes(tablet.send(events)) == ["quarantined"] * 3
        lead.decides(path, "accept", "refused")
        later = tablet.recorded(4)
        assert outcomes(tablet.send(later)) == [*["already-kept"] * 3, "quarantined"]
        assert lead.numbers(path) == {"open": 1, "taken-in": 3}

    def test_enrolled_again_it_brings_in_itself_what_nobody_accepted(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        events = revoked(tablet).recorded(2)
        tablet.send(events)
        (path,) = lead.groups()
        again = Tablet(tablet.client)
        assert outcomes(again.send(events)) == ["kept", "kept"]
        assert lead.numbers(path) == {"taken-in": 2}
        assert again.get("kit").get_json()["streams"][stream(1)]["events"] == 2
