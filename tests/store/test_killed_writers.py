"""Writers that are killed at any moment: what they were told is kept is there afterwards."""

import time
from collections import Counter

import pytest

from observation.store import open_store
from observation.store.verify import verify
from tests.soak import seeded, turns
from tests.store.store_events import STUDY
from tests.store.test_processes import streams_of
from tests.store.workers import received, started, write_until_killed

pytestmark = pytest.mark.slow

KILLS = 40, 5_000  # in every run and in a soak
TOGETHER = 20  # kills among the same streams, which otherwise would grow for ever


def test_nothing_acknowledged_is_lost_when_writers_are_killed(url):
    chance = seeded("kills")
    kills, told = 0, Counter()
    for turn in turns(KILLS[0] // 2, KILLS[1] // 2, 0.15):
        streams = streams_of(turn * 2 // TOGETHER)
        writers = [
            started(write_until_killed, url, streams, f"k{turn}{one}", chance.random())
            for one in "ab"
        ]
        assert {answers.recv()[0] for _, answers in writers} == {"open"}
        acknowledged = {}
        for process, answers in writers:
            time.sleep(chance.uniform(0, 0.1))
            process.kill()
            process.join()
            kills += 1
            for what, where, keys in received(answers):
                acknowledged.setdefault((what, where), set()).update(keys)
                told[what] += len(keys)
        lost = lost_of(open_store(url), acknowledged)
        assert not lost, f"turn {turn}: {len(lost)} lost: {sorted(lost)[:3]}"
        if turn % 100 == 0:
            assert list(verify(open_store(url).events)) == []
    print(f"kills: {kills} kills, {dict(told)} acknowledged, 0 lost")
    assert kills >= KILLS[0]
    assert told["kept"] > 5 * kills


def lost_of(store, acknowledged):
    """Return what was acknowledged and is not as it was said to be."""
    lost = set()
    for (what, where), keys in acknowledged.items():
        if what == "set":
            values = store.registry.list(where)
            lost |= {(key, least) for key, least in keys if values.get(key, -1) < least}
            continue
        log = store.events.read(STUDY, where)
        shells = {shell.id for shell in log.shells}
        lost |= keys - shells - ({event.id for event in log.events} if what == "kept" else set())
    return lost
