"""A change that looks sound is named by comparing with a backup or with what a tablet saved."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from observation.store import Kept, Log, Receipt, open_store
from observation.store.backup import make_backup
from observation.store.backup_file import Backup
from observation.store.comparing import Newer, compare_backup, compare_events
from observation.store.verify import verify
from tests.store.store_events import (
    ERASED,
    OTHER_STREAM,
    RECEIPT,
    STREAM,
    STUDY,
    make_event,
    make_events,
)

STREAMS = [STREAM.replace("a1", f"{number:02x}") for number in range(25)]
EVENTS = [event for stream in STREAMS for event in make_events(20, stream=stream)]
SINCE = Receipt("2099-01-01T00:00:00Z", "tablet-1")


def filled(events=EVENTS):
    """Return a store that holds these events."""
    store = open_store("memory:")
    for stream in dict.fromkeys(event.stream for event in events):
        own = [event for event in events if event.stream == stream]
        store.events.append(STUDY, stream, own, RECEIPT)
    return store


def altered(store, stream, change):
    """Return a store like this one, but with this change to what is kept of a stream, hashed anew."""
    other = open_store("memory:")
    for each in store.events.versions(STUDY):
        log = store.events.read(STUDY, each)
        other.events.merge(STUDY, Log(each, tuple(change(log.kept))) if each == stream else log)
    return other


def kept(event, receipt=RECEIPT):
    return Kept(event, event.digest, receipt)


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    """A backup of 500 events in 25 streams."""
    folder = tmp_path_factory.mktemp("backup")
    store, made = filled(), folder / "backup.jsonl.gz"
    make_backup(store, folder / "instruments", made, lambda: datetime.now(UTC))
    return made


def found(store, backup):
    """Return what is named, and how much is said to be newer."""
    newer = Newer()
    findings = list(compare_backup(store.events, Backup(backup), newer))
    return findings, newer.events


def test_of_what_is_the_same_nothing_is_said(backup):
    assert found(filled(), backup) == ([], 0)


@pytest.mark.parametrize("place", [*range(0, 500, 7), 499])
@pytest.mark.parametrize("how", ["drop", "alter", "insert"])
def test_any_one_event_of_500_that_was_changed_is_named(backup, place, how):
    event = EVENTS[place]
    new = replace(event, id="01900000-0000-7000-8000-0000000000e1", seq=21)

    def change(before):
        for each in before:
            if each.event != event:
                yield each
            elif how == "alter":
                yield kept(replace(event, data={"text": "iets anders"}))
            elif how == "insert":
                yield from (each, kept(new))

    store = altered(filled(), event.stream, change)
    ((finding,), newer) = found(store, backup)
    assert (finding.stream, newer) == (event.stream, 0)
    assert finding.problem.event == (new.id if how == "insert" else event.id)
    if how != "drop" or event.seq == 20:  # a gap is seen without a copy too
        assert list(verify(store.events)) == []


def test_a_whole_record_that_is_lacking_or_was_made_up_is_named(backup):
    without = filled([event for event in EVENTS if event.stream != STREAMS[3]])
    assert {f.stream for f in found(without, backup)[0]} == {STREAMS[3]}
    more = filled([*EVENTS, *make_events(2, stream=OTHER_STREAM)])
    assert [f.stream for f in found(more, backup)[0]] == [OTHER_STREAM] * 2


def test_what_came_since_is_counted_and_what_was_erased_since_is_no_finding(backup):
    store = filled()
    store.events.append(STUDY, STREAMS[0], [make_event(21, stream=STREAMS[0])], SINCE)
    store.events.erase(STUDY, STREAMS[1], [EVENTS[20].id, EVENTS[21].id], ERASED)
    assert found(store, backup) == ([], 1)


def test_what_was_erased_and_is_here_again_is_named(tmp_path):
    store, file = filled(make_events(3)), tmp_path / "backup.jsonl.gz"
    store.events.erase(STUDY, STREAM, [make_event(2).id], ERASED)
    make_backup(store, tmp_path / "instruments", file, lambda: datetime.now(UTC))
    ((finding,), _newer) = found(filled(make_events(3)), file)
    assert str(finding) == (
        f"{STREAM}: Event {make_event(2).id} was erased when the copy was made, and is here."
    )


class TestWhatATabletSaved:
    def compared(self, store, saved, device="tablet"):
        newer = Newer()
        return [
            str(f) for f in compare_events(store.events, STUDY, saved, device, newer)
        ], newer.events

    def test_what_it_recorded_is_here_and_nothing_under_its_number_beside_it(self):
        saved = make_events(5)
        assert self.compared(filled(saved), saved) == ([], 0)
        false = make_event(3, id="01900000-0000-7000-8000-0000000000e1", text="verzonnen")
        assert self.compared(filled([*saved, false]), saved) == (
            [
                f"{STREAM}: Event {false.id} is here and not in the copy, though it is older than that."
            ],
            0,
        )
        assert self.compared(filled(saved[:4]), saved)[0] == [
            f"{STREAM}: Event {saved[4].id} is in the copy and not here."
        ]

    def test_of_what_others_recorded_nothing_is_said(self):
        saved = make_events(5)
        store = filled([*saved, make_event(1, device="forms"), make_event(6)])
        assert self.compared(store, saved) == ([], 2)
