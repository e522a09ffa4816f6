"""A disk of which one call fails: an error is raised, nothing is lost, and the next try works."""

import errno
import shutil
from itertools import count
from pathlib import Path

import pytest

from observation.core.errors import Refused
from observation.instruments import Instruments
from observation.store import open_store
from observation.store.catalogue import Catalogue
from observation.store.devices import Device
from observation.store.receiving import receive
from tests.store.disk import Disk
from tests.store.store_events import LATER, RECEIPT, STREAM, STUDY, make_event, make_events

pytestmark = pytest.mark.slow

TABLET = Device("01900000-0000-7000-8000-0000000000d1", STUDY, "iPad", "2024-03-01T08:00:00.000Z")
STREAMS = [STREAM.replace("a1", f"a{number}") for number in (1, 2, 3)]
BATCH = [event.as_dict() for stream in STREAMS for event in make_events(3, stream=stream)]
BATCH.append({"odd": 1})  # to be set aside


def a_save(url):
    store = open_store(url)
    return lambda: store.events.append(STUDY, STREAM, [make_event(3)], LATER)


def a_first_save(url):
    store = open_store(url)
    return lambda: store.events.append(STUDY, STREAMS[1], make_events(2, stream=STREAMS[1]), LATER)


def a_batch(url):
    store = open_store(url)
    catalogue = Catalogue(store.events, Instruments())
    return lambda: receive(store, catalogue, TABLET, BATCH, LATER.received)


def an_opening(url):
    Path(url.partition(":")[2], "format.json").unlink(missing_ok=True)
    return lambda: open_store(url)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=["broken", "full"])
@pytest.mark.parametrize("prepare", [a_save, a_first_save, a_batch, an_opening])
def test_whichever_call_fails_nothing_is_lost_and_the_next_try_works(
    tmp_path, prepare, error, lasting
):
    before = tmp_path / "before"
    store = open_store(f"tinydb:{before}")
    store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
    store.registry.put("device", TABLET.id, {"name": TABLET.name}, None)
    after = shutil.copytree(before, tmp_path / "after")
    prepare(f"tinydb:{after}")()
    had, gets = held(before), held(after)
    raised = 0
    for call in count(1):
        folder = shutil.copytree(before, tmp_path / str(call))
        act = prepare(f"tinydb:{folder}")
        with Disk(folder) as disk:
            disk.fail(call, error, lasting)
            try:
                results = act()
            except (OSError, Refused):
                raised += 1
                has = held_once_mended(disk, folder)
                assert all(has[name] in (had[name], gets[name]) for name in has)
                # A disk that takes no call at all cannot remove a draft either.
                assert drafts(folder) == [] or (lasting and error == errno.EIO)
            else:
                has = held_once_mended(disk, folder)
                assert all(is_held(has, result) for result in answers(prepare, results))
            if not disk.failed:
                break
            act()
        assert drafts(folder) == []
        has = held(folder)
        assert {name: has[name] for name in STREAMS} == {name: gets[name] for name in STREAMS}
        assert gets["quarantine"].items() <= has["quarantine"].items()
    print(f"{prepare.__name__}: each of {call - 1} calls failed, {raised} times it was raised")
    assert raised > call / 2 or prepare is an_opening


def answers(prepare, results):
    """Return what was acknowledged, as where it must be and its id or digest there."""
    if prepare is an_opening:
        return []
    if prepare is a_batch:
        return [
            ("quarantine", result.digest)
            if result.outcome == "quarantined"
            else (value["stream"], value["id"])
            for value, result in zip(BATCH, results, strict=True)
        ]
    stream = STREAM if prepare is a_save else STREAMS[1]
    return [(stream, make_event(3 if prepare is a_save else 2, stream=stream).id)]


def is_held(has, answer):
    place, key = answer
    found = has[place] if place == "quarantine" else [event.id for event in has[place].events]
    return key in found


def held_once_mended(disk, folder):
    disk.mend()
    return held(folder)


def held(folder):
    """Return all that the store in a folder holds, by name."""
    store = open_store(f"tinydb:{folder}")
    streams = {stream: store.events.read(STUDY, stream) for stream in STREAMS}
    return streams | {kind: store.registry.list(kind) for kind in ("device", "quarantine")}


def drafts(folder):
    return [path.name for path in folder.rglob("*.draft")]
