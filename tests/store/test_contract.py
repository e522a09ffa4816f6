"""What every backend promises, in sentences; the fixture `store` runs them for each."""

import time
from dataclasses import replace
from threading import Event

import pytest

from observation.core.errors import Refused
from observation.store import Changed, Log, OtherStudy, Outcome, Shell, open_store
from tests.store.store_events import (
    ERASED,
    LATER,
    OTHER_STREAM,
    OTHER_STUDY,
    RECEIPT,
    STREAM,
    STUDY,
    everything,
    log_of,
    make_event,
    make_events,
    together,
)

KEPT, AGAIN, CONFLICT, GONE = (
    Outcome.KEPT,
    Outcome.ALREADY_KEPT,
    Outcome.CONFLICT,
    Outcome.ERASED,
)

ID = "01900000-0000-7000-8000-0000000000e1"


class TestAppending:
    def test_an_event_comes_back_as_it_was_given(self, events):
        event = make_event(text="Çağrı zei: “één” \u0000 \U0001f600", list=[1, None, {"a": True}])
        assert events.append(STUDY, STREAM, [event], RECEIPT) == [KEPT]
        (kept,) = events.read(STUDY, STREAM).kept
        assert kept.event == event
        assert kept.digest == event.digest
        assert kept.receipt == RECEIPT

    def test_events_come_back_in_order_of_device_number_and_id(self, events):
        given = [make_event(10), make_event(2), make_event(1, device="a"), make_event(9)]
        events.append(STUDY, STREAM, given, RECEIPT)
        assert events.read(STUDY, STREAM).events == (given[2], given[1], given[3], given[0])

    def test_sending_twice_changes_nothing_and_says_so(self, events):
        given = make_events(3)
        events.append(STUDY, STREAM, given, RECEIPT)
        before = events.read(STUDY, STREAM), events.versions(STUDY)
        assert events.append(STUDY, STREAM, given, LATER) == [AGAIN] * 3
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == before

    def test_twice_in_one_batch_is_kept_once(self, events):
        event = make_event()
        assert events.append(STUDY, STREAM, [event, event], RECEIPT) == [KEPT, AGAIN]
        assert events.read(STUDY, STREAM).events == (event,)

    def test_other_content_under_a_known_id_is_kept_beside_the_first(self, events):
        first, second = make_event(text="first"), make_event(text="second")
        assert events.append(STUDY, STREAM, [first, second], RECEIPT) == [KEPT, CONFLICT]
        log = events.read(STUDY, STREAM)
        assert log.events == (first,)
        assert [item.event for item in log.conflicts] == [second]

    def test_a_conflict_sent_again_is_a_conflict_again_and_adds_nothing(self, events):
        first, second = make_event(text="first"), make_event(text="second", device="x", id=ID)
        first = replace(first, id=ID)
        events.append(STUDY, STREAM, [first, second, make_event(2)], RECEIPT)
        before = events.read(STUDY, STREAM), events.versions(STUDY)
        assert events.append(STUDY, STREAM, [second, first], LATER) == [CONFLICT, AGAIN]
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == before

    def test_no_events_make_no_stream(self, events):
        assert events.append(STUDY, STREAM, [], RECEIPT) == []
        assert events.studies() == []
        assert events.versions(STUDY) == {}
        assert events.study_of(STREAM) is None
        assert events.read(STUDY, STREAM) == Log(STREAM)

    @pytest.mark.parametrize(
        "wrong",
        [
            make_event(stream=OTHER_STREAM),
            make_event(share=0.5),
            make_event(text="\ud800"),
            replace(make_event(), id="../../etc/passwd"),
            replace(make_event(), format=2),
            make_event(text="x" * 300_000),
        ],
        ids=["other stream", "fraction", "surrogate", "id", "format", "too long"],
    )
    def test_an_event_that_cannot_be_kept_refuses_the_whole_batch(self, events, wrong):
        with pytest.raises(Refused):
            events.append(STUDY, STREAM, [make_event(2), wrong], RECEIPT)
        assert events.studies() == []

    def test_what_is_kept_does_not_change_with_what_was_given(self, events):
        data = {"text": "before"}
        event = replace(make_event(), data=data)
        events.append(STUDY, STREAM, [event], RECEIPT)
        data["text"] = "after"
        (kept,) = events.read(STUDY, STREAM).kept
        assert kept.event.data == {"text": "before"}
        assert kept.event.digest == kept.digest


class TestForgetting:
    def test_what_is_forgotten_was_never_there_and_may_come_again(self, events):
        events.append(STUDY, STREAM, [make_event(), make_event(2)], RECEIPT)
        events.append(STUDY, OTHER_STREAM, [make_event(stream=OTHER_STREAM)], RECEIPT)
        events.erase(STUDY, STREAM, [make_event(2).id], ERASED)
        seen = []
        assert events.forget(STUDY, STREAM, lambda log: not seen.append(log))
        assert seen[0].events == (make_event(),)
        assert len(seen[0].shells) == 1
        assert events.read(STUDY, STREAM) == Log(STREAM)
        assert list(events.versions(STUDY)) == [OTHER_STREAM]
        assert events.study_of(STREAM) is None
        assert events.append(OTHER_STUDY, STREAM, [make_event(2)], RECEIPT) == [KEPT]
        assert events.read(OTHER_STUDY, STREAM).events == (make_event(2),)

    def test_a_study_of_which_all_is_forgotten_is_none(self, events):
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        assert events.forget(STUDY, STREAM, lambda log: True)
        assert events.studies() == []
        assert events.forget(STUDY, STREAM, lambda log: False), "there is nothing of it"

    def test_what_may_not_go_stays_as_it_is_and_so_does_another_studys(self, events):
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        before = events.read(STUDY, STREAM), events.versions(STUDY)
        assert not events.forget(STUDY, STREAM, lambda log: False)
        events.forget(OTHER_STUDY, STREAM, lambda log: True)
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == before


class TestStudies:
    def test_a_stream_belongs_to_the_study_that_brought_it_first(self, events):
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        assert events.study_of(STREAM) == STUDY
        with pytest.raises(OtherStudy):
            events.append(OTHER_STUDY, STREAM, [make_event(2)], RECEIPT)
        with pytest.raises(OtherStudy):
            events.compose(OTHER_STUDY, STREAM, lambda log: [make_event(2)], RECEIPT)
        with pytest.raises(OtherStudy):
            events.merge(OTHER_STUDY, events.read(STUDY, STREAM))
        events.erase(OTHER_STUDY, STREAM, [make_event().id], ERASED)
        assert events.read(OTHER_STUDY, STREAM) == Log(STREAM)
        assert events.read(STUDY, STREAM).events == (make_event(),)
        assert events.studies() == [STUDY]

    def test_studies_and_streams_are_listed(self, events):
        events.append(OTHER_STUDY, STREAM, [make_event()], RECEIPT)
        events.append(STUDY, OTHER_STREAM, [make_event(stream=OTHER_STREAM)], RECEIPT)
        assert events.studies() == [STUDY, OTHER_STUDY]
        assert list(events.versions(STUDY)) == [OTHER_STREAM]
        assert list(events.versions(OTHER_STUDY)) == [STREAM]

    def test_a_version_changes_with_its_stream_only(self, events):
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        events.append(STUDY, OTHER_STREAM, [make_event(stream=OTHER_STREAM)], RECEIPT)
        before = events.versions(STUDY)
        events.append(STUDY, STREAM, [make_event(2)], RECEIPT)
        after = events.versions(STUDY)
        assert after[STREAM] != before[STREAM]
        assert after[OTHER_STREAM] == before[OTHER_STREAM]
        events.erase(STUDY, STREAM, [make_event(2).id], ERASED)
        assert events.versions(STUDY)[STREAM] != after[STREAM]

    @pytest.mark.parametrize("name", ["", "..", "../x", "/etc", STUDY.upper() + "A", STUDY + "/.."])
    def test_a_crafted_name_is_refused_everywhere(self, events, name):
        for call in (
            lambda: events.append(name, STREAM, [make_event()], RECEIPT),
            lambda: events.compose(name, STREAM, lambda log: [], RECEIPT),
            lambda: events.merge(name, Log(STREAM)),
            lambda: events.erase(name, STREAM, [], ERASED),
            lambda: events.read(name, STREAM),
            lambda: events.versions(name),
            lambda: events.read(STUDY, name),
            lambda: events.append(STUDY, f"observation/{name}", [], RECEIPT),
            lambda: events.study_of(f"observation/{name}"),
        ):
            with pytest.raises(Refused):
                call()


class TestComposing:
    def test_it_appends_what_is_made_from_the_stream_as_it_is(self, events):
        events.append(STUDY, STREAM, [make_event(1)], RECEIPT)
        made = events.compose(STUDY, STREAM, lambda log: [make_event(len(log.kept) + 1)], RECEIPT)
        assert made == [make_event(2)]
        assert events.read(STUDY, STREAM).events == (make_event(1), make_event(2))

    def test_nothing_made_writes_nothing(self, events):
        assert events.compose(STUDY, STREAM, lambda log: [], RECEIPT) == []
        assert events.studies() == []

    def test_a_failure_while_making_writes_nothing_and_frees_the_store(self, events):
        with pytest.raises(ZeroDivisionError):
            events.compose(STUDY, STREAM, lambda log: [1 // 0], RECEIPT)
        assert events.append(STUDY, STREAM, [make_event()], RECEIPT) == [KEPT]

    def test_no_other_writer_comes_between(self, events):
        def write(device):
            for _ in range(10):
                events.compose(
                    STUDY, STREAM, lambda log: [make_event(len(log.kept) + 1, device=device)], LATER
                )

        together([lambda device=device: write(device) for device in "abcd"])
        numbers = [event.seq for event in events.read(STUDY, STREAM).events]
        assert sorted(numbers) == list(range(1, 41))


class TestMerging:
    def test_a_merge_into_nothing_gives_the_log_itself(self, events):
        first, second = make_event(text="first"), make_event(text="second")
        events.append(STUDY, STREAM, [first, make_event(2), make_event(3)], RECEIPT)
        events.append(STUDY, STREAM, [second], LATER)
        events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
        log = events.read(STUDY, STREAM)
        other = open_store("memory:").events
        other.merge(STUDY, log)
        events.merge(OTHER_STUDY, Log(OTHER_STREAM))
        assert other.read(STUDY, STREAM) == log
        assert events.studies() == [STUDY]

    def test_what_is_here_stays_first_and_what_was_erased_anywhere_is_erased(self, events):
        here, there = make_event(1, text="here"), make_event(1, text="there")
        other = open_store("memory:").events
        other.append(STUDY, STREAM, [there, make_event(2), make_event(3), make_event(4)], LATER)
        other.erase(STUDY, STREAM, [make_event(3).id], ERASED)
        events.append(STUDY, STREAM, [here, make_event(2), make_event(3), make_event(5)], RECEIPT)
        events.erase(STUDY, STREAM, [make_event(2).id], ERASED)
        events.merge(STUDY, other.read(STUDY, STREAM))
        log = events.read(STUDY, STREAM)
        assert [(item.event, item.receipt) for item in log.kept] == [
            (here, RECEIPT),
            (make_event(4), LATER),
            (make_event(5), RECEIPT),
        ]
        assert [(item.event, item.receipt) for item in log.conflicts] == [(there, LATER)]
        assert [shell.id for shell in log.shells] == [make_event(2).id, make_event(3).id]

    def test_a_merge_again_changes_nothing(self, events):
        events.append(STUDY, STREAM, make_events(3), RECEIPT)
        events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
        before = events.read(STUDY, STREAM), events.versions(STUDY)
        events.merge(STUDY, before[0])
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == before


class TestErasing:
    def test_a_shell_stays_in_place_of_an_event_and_of_its_conflicts(self, events):
        first, second = make_event(text="Anna"), make_event(text="Anna said so")
        events.append(STUDY, STREAM, [first, second, make_event(2)], RECEIPT)
        events.erase(STUDY, STREAM, [first.id, make_event(99).id], ERASED)
        log = events.read(STUDY, STREAM)
        assert log.events == (make_event(2),)
        assert log.conflicts == ()
        assert log.shells == (Shell(first.id, STREAM, "tablet", 1, ERASED),)

    def test_what_was_erased_is_not_taken_back(self, events):
        events.append(STUDY, STREAM, make_events(2), RECEIPT)
        events.erase(STUDY, STREAM, [make_event(1).id], ERASED)
        before = events.read(STUDY, STREAM), events.versions(STUDY)
        again = [make_event(1), make_event(1, text="other"), make_event(2)]
        assert events.append(STUDY, STREAM, again, LATER) == [GONE, GONE, AGAIN]
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == before

    def test_erasing_twice_keeps_the_first_time(self, events):
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        events.erase(STUDY, STREAM, [make_event().id], ERASED)
        before = events.read(STUDY, STREAM), events.versions(STUDY)
        events.erase(STUDY, STREAM, ids=[make_event().id], erased="2025-01-01T00:00:00Z")
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == before

    def test_a_stream_of_which_all_is_erased_still_has_its_study(self, events):
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        events.erase(STUDY, STREAM, [make_event().id], ERASED)
        assert events.study_of(STREAM) == STUDY
        assert events.studies() == [STUDY]

    def test_erasing_in_an_unknown_stream_makes_none(self, events):
        events.erase(STUDY, STREAM, [make_event().id], ERASED)
        assert events.studies() == []


class TestRegistry:
    def test_a_value_is_set_changed_and_forgotten(self, registry):
        assert registry.get("device", "a") is None
        assert registry.put("device", "a", {"name": "één", "codes": [1, 2.5, None]}, None) == 1
        assert registry.get("device", "a") == ({"name": "één", "codes": [1, 2.5, None]}, 1)
        assert registry.put("device", "a", {"name": "b"}, 1) == 2
        assert registry.get("device", "a") == ({"name": "b"}, 2)
        registry.delete("device", "a")
        registry.delete("device", "a")
        assert registry.get("device", "a") is None

    @pytest.mark.parametrize("version", [None, 1, 3])
    def test_a_value_that_changed_meanwhile_is_not_overwritten(self, registry, version):
        registry.put("device", "a", "first", None)
        registry.put("device", "a", "second", 1)
        with pytest.raises(Changed):
            registry.put("device", "a", "third", version)
        assert registry.get("device", "a") == ("second", 2)

    def test_a_value_that_is_gone_is_not_brought_back_by_a_change(self, registry):
        with pytest.raises(Changed):
            registry.put("device", "a", "x", 1)
        assert registry.list("device") == {}

    def test_values_are_listed_by_kind_in_order_of_key(self, registry):
        for key in ("b", "a", "../c", "", "é"):
            registry.put("account", key, key * 2, None)
        registry.put("device", "z", 1, None)
        assert list(registry.list("account").items()) == [
            ("", ""),
            ("../c", "../c../c"),
            ("a", "aa"),
            ("b", "bb"),
            ("é", "éé"),
        ]
        assert registry.list("device") == {"z": 1}
        assert registry.list("other") == {}
        assert set(registry.kinds()) >= {"account", "device"}

    def test_a_value_cannot_be_changed_from_outside(self, registry):
        value = {"roles": ["observer"]}
        registry.put("account", "a", value, None)
        value["roles"].append("lead")
        registry.get("account", "a")[0]["roles"].append("lead")
        registry.list("account")["a"]["roles"].append("lead")
        assert registry.get("account", "a") == ({"roles": ["observer"]}, 1)

    @pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"])
    def test_what_is_no_json_is_not_taken(self, registry, value):
        with pytest.raises((TypeError, ValueError)):
            registry.put("account", "a", value, None)
        assert registry.list("account") == {}

    def test_the_kinds_are_named(self, registry):
        registry.put("device", "a", 1, None)
        registry.add("account", {"b": 2})
        assert set(registry.kinds()) == {"account", "device"}

    def test_a_kind_is_forgotten_as_a_whole_and_no_other(self, registry):
        registry.add("audit-1", {"a": 1, "b": 2})
        registry.add("audit-2", {"a": 3})
        for _ in range(2):
            registry.forget("audit-1")
            assert registry.list("audit-1") == {}
            assert registry.kinds() == ("audit-2",)
        registry.add("audit-1", {"a": 4})
        assert registry.list("audit-1") == {"a": 4}
        assert registry.list("audit-2") == {"a": 3}

    def test_adding_sets_what_is_not_there_and_leaves_what_is(self, registry):
        registry.put("account", "a", "first", None)
        registry.add("account", {"a": "second", "b": "new"})
        registry.add("account", {"b": "again"})
        registry.add("account", {})
        assert registry.list("account") == {"a": "first", "b": "new"}
        assert registry.put("account", "b", "put", 1) == 2

    def test_adding_takes_all_or_nothing(self, registry):
        with pytest.raises((TypeError, ValueError)):
            registry.add("account", {"a": 1, "b": float("nan")})
        assert registry.list("account") == {}

    def test_of_several_who_add_one_wins_and_all_see_the_same(self, registry):
        def add(value):
            registry.add("study", {"new": value})
            seen.append(registry.get("study", "new"))

        seen = []
        together([lambda value=value: add(value) for value in range(8)])
        assert len(seen) == 8
        assert len(set(seen)) == 1

    def test_of_several_writers_with_one_version_one_wins(self, registry):
        registry.put("counter", "a", 0, None)

        def count():
            for _ in range(10):
                while True:
                    value, version = registry.get("counter", "a")
                    try:
                        registry.put("counter", "a", value + 1, version)
                        break
                    except Changed:
                        pass

        together([count] * 3)
        assert registry.get("counter", "a") == (30, 31)


class TestRestoring:
    def test_all_that_the_block_writes_is_there_at_its_end(self, store):
        store.registry.put("device", "a", "here", None)
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        other = log_of(make_events(3, stream=OTHER_STREAM))
        with store.restoring() as whole:
            whole.events.merge(STUDY, log_of(make_events(4)))
            whole.events.merge(OTHER_STUDY, other)
            whole.registry.add("device", {"a": "there", "b": "new"})
            whole.registry.put("account", "c", "put", None)
            assert whole.registry.get("account", "c") == ("put", 1)
        assert [event.seq for event in store.events.read(STUDY, STREAM).events] == [1, 2, 3, 4]
        assert store.events.read(OTHER_STUDY, OTHER_STREAM) == other
        assert store.registry.list("device") == {"a": "here", "b": "new"}
        assert store.registry.list("account") == {"c": "put"}

    def test_a_kind_that_the_block_forgets_is_forgotten_at_its_end(self, store):
        store.registry.add("device", {"a": 1})
        with store.restoring() as whole:
            whole.registry.forget("device")
        assert store.registry.list("device") == {}

    def test_nothing_is_there_of_a_block_that_raises(self, store):
        store.registry.put("device", "a", "here", None)
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        before = everything(store)

        def fail():
            with store.restoring() as whole:
                whole.events.merge(STUDY, log_of(make_events(4)))
                whole.events.merge(OTHER_STUDY, log_of(make_events(3, stream=OTHER_STREAM)))
                whole.registry.add("device", {"b": "new"})
                whole.registry.delete("device", "a")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()
        assert everything(store) == before
        assert store.events.append(STUDY, STREAM, make_events(3), RECEIPT) == [AGAIN, AGAIN, KEPT]

    def test_what_the_block_appends_is_all_there_at_its_end_or_not_at_all(self, store):
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        before = everything(store)

        def write(fails: bool):
            with store.restoring() as whole:
                outcomes = whole.events.append(STUDY, STREAM, make_events(3), LATER)
                whole.events.append(STUDY, OTHER_STREAM, make_events(2, stream=OTHER_STREAM), LATER)
                assert len(whole.events.read(STUDY, OTHER_STREAM).events) == 2
                if fails:
                    raise KeyboardInterrupt
            return outcomes

        with pytest.raises(KeyboardInterrupt):
            write(fails=True)
        assert everything(store) == before
        assert write(fails=False) == [AGAIN, AGAIN, KEPT]
        assert len(store.events.read(STUDY, STREAM).events) == 3
        assert len(store.events.read(STUDY, OTHER_STREAM).events) == 2

    def test_a_stream_of_another_study_is_refused_there_too(self, store):
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        with pytest.raises(OtherStudy), store.restoring() as whole:
            whole.events.merge(OTHER_STUDY, log_of(make_events(4)))

    def test_what_was_erased_here_stays_erased(self, store):
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        store.events.erase(STUDY, STREAM, [make_event(1).id], ERASED)
        with store.restoring() as whole:
            whole.events.merge(STUDY, log_of(make_events(3)))
        log = store.events.read(STUDY, STREAM)
        assert [event.seq for event in log.events] == [2, 3]
        assert [shell.id for shell in log.shells] == [make_event(1).id]

    def test_versions_tell_what_it_changed(self, store):
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        store.events.append(STUDY, OTHER_STREAM, make_events(1, stream=OTHER_STREAM), RECEIPT)
        before = store.events.versions(STUDY)
        with store.restoring() as whole:
            whole.events.merge(STUDY, log_of(make_events(3)))
            whole.events.merge(STUDY, log_of(make_events(1, stream=OTHER_STREAM)))
        after = store.events.versions(STUDY)
        assert (before[STREAM] == after[STREAM], before[OTHER_STREAM]) == (
            False,
            after[OTHER_STREAM],
        )

    def test_who_saves_meanwhile_waits_and_loses_nothing(self, store):
        begun, outcomes = Event(), []

        def save():
            begun.wait()
            outcomes.extend(store.events.append(STUDY, STREAM, [make_event(9)], LATER))

        def put_back():
            with store.restoring() as whole:
                whole.events.merge(STUDY, log_of(make_events(2)))
                begun.set()
                time.sleep(0.05)
                assert outcomes == []
                whole.events.merge(STUDY, log_of(make_events(4)))

        together([save, put_back])
        assert outcomes == [KEPT]
        assert [e.seq for e in store.events.read(STUDY, STREAM).events] == [1, 2, 3, 4, 9]


class TestAStreamThatWasErasedAsAWhole:
    def test_it_takes_in_nothing_and_keeps_numbers(self, events):
        events.append(STUDY, STREAM, make_events(3), RECEIPT)
        events.erase(STUDY, STREAM, None, ERASED)
        log = events.read(STUDY, STREAM)
        assert (log.kept, log.conflicts) == ((), ())
        late = [make_event(2), make_event(4)]
        assert events.append(STUDY, STREAM, late, RECEIPT) == [Outcome.ERASED] * 2
        again = events.read(STUDY, STREAM)
        assert (again.kept, again.conflicts) == ((), ())
        assert [s.seq for s in again.shells if s.device == "tablet"] == [1, 2, 3, 4]
        version = events.versions(STUDY)
        assert events.append(STUDY, STREAM, late, RECEIPT) == [Outcome.ERASED] * 2
        events.erase(STUDY, STREAM, None, "2030-01-01T00:00:00Z")
        assert (events.read(STUDY, STREAM), events.versions(STUDY)) == (again, version)

    def test_what_a_writer_makes_for_it_is_refused(self, events):
        events.append(STUDY, STREAM, make_events(1), RECEIPT)
        events.erase(STUDY, STREAM, None, ERASED)
        with pytest.raises(Refused, match="erased"):
            events.compose(STUDY, STREAM, lambda _: [make_event(9)], RECEIPT)
        assert events.compose(STUDY, STREAM, lambda _: [], RECEIPT) == []

    @pytest.mark.parametrize("closed_first", [True, False])
    def test_a_union_with_it_is_it(self, events, closed_first):
        other = open_store("memory:").events
        other.append(STUDY, STREAM, make_events(5), RECEIPT)
        events.append(STUDY, STREAM, make_events(2), RECEIPT)
        (events if closed_first else other).erase(STUDY, STREAM, None, ERASED)
        events.merge(STUDY, other.read(STUDY, STREAM))
        log = events.read(STUDY, STREAM)
        assert (log.kept, log.conflicts) == ((), ())
        assert {s.seq for s in log.shells} == {1, 2, 3, 4, 5}

    def test_one_that_is_not_here_is_not_made(self, events):
        events.erase(STUDY, STREAM, None, ERASED)
        assert events.versions(STUDY) == {}


def test_several_values_are_forgotten_at_once(registry):
    for key in "abc":
        registry.put("device", key, key, None)
    registry.delete("device", "a", "c", "never")
    assert registry.list("device") == {"b": "b"}
    registry.delete("device")
    assert registry.list("device") == {"b": "b"}
