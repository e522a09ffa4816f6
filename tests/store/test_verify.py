"""What `verify` names: in sentences, in the same order each time."""

import tracemalloc
from dataclasses import replace

from observation.store import open_store
from observation.store.folders import Folders
from observation.store.verify import verify, verify_registry
from observation.store.wholefile import WholeFile
from tests.store.store_events import (
    ERASED,
    LATER,
    OTHER_STUDY,
    RECEIPT,
    STREAM,
    STUDY,
    make_event,
    make_events,
)


def test_nothing_is_said_of_a_sound_store(events):
    events.append(STUDY, STREAM, make_events(5), RECEIPT)
    events.append(STUDY, STREAM, make_events(2, device="phone"), RECEIPT)
    events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
    assert list(verify(events)) == []


def test_missing_numbers_are_named_by_device(events):
    given = [make_event(seq) for seq in (1, 2, 4, 5, 6, 10)]
    given += [make_event(seq, device="phone") for seq in (3, 2**53 - 1)]
    events.append(STUDY, STREAM, given, RECEIPT)
    assert said(events) == [
        "Of device phone these numbers are missing: 1-2, 4-9007199254740990.",
        "Of device tablet these numbers are missing: 3, 7-9.",
    ]


def test_a_number_used_for_two_events_is_named(events):
    twin = make_event(2, id="01900000-0000-7000-8000-0000000000e1")
    events.append(STUDY, STREAM, [*make_events(2), twin], RECEIPT)
    assert said(events) == [
        f"Device tablet used the number 2 for several events: {twin.id}, {make_event(2).id}."
    ]


def test_a_conflict_is_named_with_where_it_came_from(events):
    events.append(STUDY, STREAM, [make_event()], RECEIPT)
    events.append(STUDY, STREAM, [make_event(text="other")], LATER)
    (finding,) = verify(events)
    assert (finding.study, finding.stream, finding.problem.event) == (
        STUDY,
        STREAM,
        make_event().id,
    )
    assert "from tablet-2 at 2024-03-14T09:00:00Z; both are kept" in str(finding)


def test_it_says_how_far_it_is(events):
    names = [STREAM.replace("a1", f"a{number}") for number in (1, 2, 3)]
    for stream in names:
        events.append(STUDY, stream, [make_event(stream=stream)], RECEIPT)
    told = []
    assert list(verify(events, lambda step: told.append((step.done, step.of)))) == []
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


class TestFiles:
    def test_ten_times_as_many_records_take_no_more_memory(self, tmp_path):
        peaks = []
        for count in (10, 100):
            events = open_store(f"tinydb:{tmp_path / str(count)}").events
            for number in range(count):
                stream = f"observation/01900000-0000-7000-8000-{number:012x}"
                events.append(STUDY, stream, make_events(60, stream=stream), RECEIPT)
            tracemalloc.start()
            assert list(verify(events)) == []
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < 1.5 * peaks[0]

    def test_a_damaged_file_of_the_registry_is_named(self, tmp_path):
        registry = open_store(f"tinydb:{tmp_path}").registry
        registry.put("device", "a", {}, None)
        registry.put("account", "a", {}, None)
        (tmp_path / "registry" / "device.json").write_bytes(b"{")
        (finding,) = verify_registry(registry)
        assert str(finding).startswith(
            "registry/device: The record registry/device is damaged (it breaks off)."
        )

    def test_a_damaged_file_is_named_and_the_others_are_still_looked_at(self, tmp_path):
        events = open_store(f"tinydb:{tmp_path}").events
        events.append(STUDY, STREAM, [make_event(2)], RECEIPT)
        events.append(OTHER_STUDY, STREAM.replace("a1", "a2"), moved([make_event(2)]), RECEIPT)
        (tmp_path / STUDY / f"{STREAM}.json").write_bytes(b"{")
        assert said(events) == [
            f"The record {STREAM} is damaged (it breaks off). It is left as it is; "
            "restore it from a backup.",
            "Of device tablet these numbers are missing: 1.",
        ]

    def test_changed_content_is_named_although_the_file_is_well_made(self, tmp_path):
        events = open_store(f"tinydb:{tmp_path}").events
        events.append(STUDY, STREAM, make_events(3), RECEIPT)
        path = tmp_path / STUDY / f"{STREAM}.json"
        file = WholeFile(path, STREAM, Folders(tmp_path))
        tables = file.read()
        tables["events"][make_event(1).id]["event"]["data"] = {"text": "invented"}
        tables["events"][make_event(2).id]["event"]["data"] = {"share": 0.5}
        file.write(tables)
        assert said(events) == [
            f"Event {make_event(seq).id} is no longer what was received; compare it with a backup."
            for seq in (1, 2)
        ]

    def test_a_file_under_another_name_or_in_two_studies_is_named(self, tmp_path):
        events = open_store(f"tinydb:{tmp_path}").events
        events.append(STUDY, STREAM, [make_event()], RECEIPT)
        content = (tmp_path / STUDY / f"{STREAM}.json").read_bytes()
        for place in (f"{STUDY}/{STREAM.replace('a1', 'a2')}", f"{OTHER_STUDY}/{STREAM}"):
            (tmp_path / f"{place}.json").parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / f"{place}.json").write_bytes(content)
        assert said(events) == [
            f"Event {make_event().id} belongs to {STREAM} but lies here.",
            f"The record also lies in study {STUDY}.",
        ]


def said(events):
    assert list(verify(events)) == list(verify(events))
    return [str(finding.problem) for finding in verify(events)]


def moved(events):
    return [replace(event, stream=STREAM.replace("a1", "a2")) for event in events]
