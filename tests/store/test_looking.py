"""What only reads sees a store as it was at one moment, and asks for it once."""

from __future__ import annotations

import threading
from pathlib import Path

from observation.store import EventStore, Receipt
from observation.store.looking import afresh, one_look
from observation.store.tinydb import open_scratch
from tests.recorder import Recorder, person

STUDY = "0190a5b0-0000-7000-8000-00000000aaaa"
RECEIPT = Receipt("2018-03-13T15:00:00.000Z", "tablet")


def keep(events: EventStore, number: int) -> str:
    stream = f"observation/0190a5b0-0000-7000-8000-{number:012d}"
    recorder = Recorder(f"tablet-{number}", "W1", stream)
    recorder.begin(person("T1"))
    events.append(STUDY, stream, recorder.events, RECEIPT)
    return stream


def test_within_a_look_versions_stay_and_after_it_they_are_those_of_now(tmp_path: Path) -> None:
    events, other = open_scratch(tmp_path / "one").events, open_scratch(tmp_path / "other").events
    first = keep(events, 1)
    with one_look():
        assert set(events.versions(STUDY)) == {first}
        second = keep(events, 2)
        with one_look():
            assert set(events.versions(STUDY)) == {first}
        assert other.versions(STUDY) == {}
        with afresh():
            assert set(events.versions(STUDY)) == {first, second}
        assert set(events.versions(STUDY)) == {first}
    assert set(events.versions(STUDY)) == {first, second}


def test_a_look_is_of_whoever_looks(tmp_path: Path) -> None:
    events = open_scratch(tmp_path).events
    found: list[int] = []
    with one_look():
        assert events.versions(STUDY) == {}
        keep(events, 1)
        someone = threading.Thread(target=lambda: found.append(len(events.versions(STUDY))))
        someone.start()
        someone.join()
    assert found == [1]
