"""Processes and threads at once, and processes that are killed: nothing acknowledged is lost."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_events import RECEIPT, STREAM, STUDY, make_events, together

import observation
from observation.store import Outcome, open_store
from observation.store.verify import verify

pytestmark = pytest.mark.slow

WRITER = Path(__file__).with_name("writer.py")
ROOT = Path(observation.__file__).parents[1]
KILLS = 40
STREAMS = [STREAM.replace("a1", f"a{number}") for number in range(3, 6)]


@pytest.mark.parametrize("turn", range(10))
def test_four_processes_on_one_stream_make_exactly_the_union(tmp_path, turn):
    devices = ["p1", "p2", "p3", "p4"]
    # 50 appends of 4 events each: single ones would take minutes, as each rewrites the stream.
    writers = [start(tmp_path, device, 50, 4, STREAM) for device in devices]
    acknowledged = [
        line.split() for writer in writers for line in writer.communicate()[0].split("\n") if line
    ]
    assert [writer.returncode for writer in writers] == [0] * 4
    expected = {event.id for device in devices for event in make_events(200, device=device)}
    assert {id for outcome, _, id in acknowledged if outcome == Outcome.KEPT} == expected
    events = open_store(f"tinydb:{tmp_path}").events
    log = events.read(STUDY, STREAM)
    assert {event.id for event in log.events} == expected
    assert len(log.kept) == 800
    assert log.conflicts == ()
    assert list(verify(events)) == []


@pytest.mark.parametrize("turn", range(10))
def test_eight_threads_with_their_own_events_make_exactly_the_union(store, turn):
    def write(device):
        given = make_events(100, device=device)
        for first in range(0, 100, 4):
            store.events.append(STUDY, STREAM, given[first : first + 4], RECEIPT)

    together([lambda device=device: write(device) for device in "abcdefgh"])
    assert list(store.events.read(STUDY, STREAM).events) == [
        event for device in "abcdefgh" for event in make_events(100, device=device)
    ]


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


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path):
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    chance = random.Random(seed)
    acknowledged = set()
    for kill in range(KILLS):
        writer = start(tmp_path, f"kill-{kill}", 0, 1, *STREAMS)
        first = writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.25))
        writer.kill()
        rest = writer.communicate()[0]
        # The pipe holds whole lines only: each was flushed by one write of less than a page.
        acknowledged |= {tuple(line.split()[1:]) for line in (first + rest).splitlines()}
        events = open_store(f"tinydb:{tmp_path}").events
        kept = {
            (stream, event.id) for stream in STREAMS for event in events.read(STUDY, stream).events
        }
        lost = acknowledged - kept
        assert not lost, f"SEED={seed}: kill {kill} lost {len(lost)}: {sorted(lost)[:3]}"
        assert len(kept - acknowledged) <= kill + 1, f"SEED={seed}"  # one under way at each kill
        assert list(verify(events)) == [], f"SEED={seed}"
    print(f"SEED={seed}: {KILLS} kills, {len(acknowledged)} acknowledged, 0 lost")
    assert len(acknowledged) > 5 * KILLS


def start(directory, *arguments):
    """Start a writer; its acknowledgements can be read as text from its output."""
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(directory), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
