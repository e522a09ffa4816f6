"""Several processes and several threads at once: exactly the union."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import observation
from observation.store import Outcome, open_store
from observation.store.verify import verify
from tests.store.store_events import RECEIPT, STREAM, STUDY, make_event, make_events, together
from tests.store.workers import PROCESSES, open_and_append, received, started

pytestmark = pytest.mark.slow

WRITER = Path(__file__).with_name("writer.py")
ROOT = Path(observation.__file__).parents[1]


@pytest.mark.parametrize("turn", range(10))
def test_four_processes_on_one_stream_make_exactly_the_union(url, turn):
    devices = ["p1", "p2", "p3", "p4"]
    writers = [start(url, device, 200, 1, STREAM) for device in devices]
    acknowledged = [
        line.split() for writer in writers for line in writer.communicate()[0].split("\n") if line
    ]
    assert [writer.returncode for writer in writers] == [0] * 4
    expected = {event.id for device in devices for event in make_events(200, device=device)}
    assert {id for outcome, _, id in acknowledged if outcome == Outcome.KEPT} == expected
    events = open_store(url).events
    log = events.read(STUDY, STREAM)
    assert {event.id for event in log.events} == expected
    assert len(log.kept) == 800
    assert log.conflicts == ()
    assert list(verify(events)) == []


@pytest.mark.parametrize("turn", range(2))
def test_twenty_programs_that_open_a_new_store_at_once_share_it(url, turn):
    devices = [f"p{number:02}" for number in range(20)]
    at_once = PROCESSES.Barrier(len(devices), timeout=60)
    writers = [started(open_and_append, url, STREAM, device, at_once) for device in devices]
    told = [answer for _, answers in writers for answer in received(answers)]
    assert told.count((Outcome.KEPT, make_event(1, device="p00").id)) == 1
    assert len(told) == len(devices)
    log = open_store(url).events.read(STUDY, STREAM)
    assert [kept.event.device for kept in log.kept] == devices


@pytest.mark.parametrize("turn", range(10))
def test_of_eight_threads_with_the_same_events_one_keeps_each(store, turn):
    given, outcomes = make_events(200), []

    def write():
        for first in range(0, 200, 10):
            outcomes.extend(store.events.append(STUDY, STREAM, given[first : first + 10], RECEIPT))

    together([write] * 8)
    assert store.events.read(STUDY, STREAM).events == tuple(given)
    assert outcomes.count(Outcome.KEPT) == 200
    assert outcomes.count(Outcome.ALREADY_KEPT) == 1400


def test_readers_see_whole_batches_while_others_write(store):
    sizes, stop = set(), []

    def read():
        while not stop:
            sizes.add(len(store.events.read(STUDY, STREAM).kept))

    def write():
        for first in range(0, 200, 10):
            store.events.append(STUDY, STREAM, make_events(200)[first : first + 10], RECEIPT)
        stop.append(True)

    together([read, read, write])
    assert all(size % 10 == 0 for size in sizes)


def streams_of(number):
    """Return the names of three streams that no other number has."""
    return [f"observation/01900000-0000-7000-8000-{3 * number + n:012x}" for n in range(3)]


def start(url, *arguments, output=subprocess.PIPE):
    """Start a writer; its acknowledgements can be read as text from its output."""
    return subprocess.Popen(
        [sys.executable, str(WRITER), url, *map(str, arguments)],
        stdout=output,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
