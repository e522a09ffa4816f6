"""Eight threads that do everything that can be done with a store: nothing is lost or undone."""

import random
from collections import Counter

import pytest

from observation.store import Changed, open_store
from tests.soak import SOAK, seeded
from tests.store.store_events import ERASED, LATER, RECEIPT, STREAM, STUDY, make_event, together

pytestmark = pytest.mark.slow

OPERATIONS = 500  # of each thread
STREAMS = [STREAM.replace("a1", f"a{number}") for number in range(3, 6)]


@pytest.mark.parametrize("turn", range(20 if SOAK else 1))
def test_eight_threads_with_mixed_operations_lose_nothing(store, turn):
    chance = seeded("threads")
    threads = [Mixed(store, f"t{n}", random.Random(chance.random())) for n in range(8)]
    together([thread.run for thread in threads])
    for stream in STREAMS:
        log = store.events.read(STUDY, stream)
        kept, shells = {event.id for event in log.events}, {shell.id for shell in log.shells}
        assert kept | shells == set().union(*(thread.added[stream] for thread in threads))
        assert shells == set().union(*(thread.erased[stream] for thread in threads))
        composed = [event.seq for event in log.events if event.device == "server"]
        assert sorted(composed) == list(range(1, len(composed) + 1))
        assert log.conflicts == ()
    counted = sum(thread.counted for thread in threads)
    assert store.registry.list("count") == {"all": counted}
    done = sum((thread.done for thread in threads), Counter())
    print(f"threads: {sum(done.values())} operations {dict(done)}, 0 lost")


class Mixed:
    """A thread that does everything that can be done with a store, and knows what it did."""

    def __init__(self, store, device, chance):
        self.store, self.device, self.chance = store, device, chance
        self.added = {stream: set() for stream in STREAMS}
        self.erased = {stream: set() for stream in STREAMS}
        self.seen = Counter()
        self.counted, self.done = 0, Counter()

    def run(self):
        """Do 500 operations, of any kind and on any stream."""
        for number in range(1, OPERATIONS + 1):
            act = self.chance.choice(
                [
                    self.append,
                    self.append,
                    self.compose,
                    self.erase,
                    self.merge,
                    self.look,
                    self.count,
                ]
            )
            act(self.chance.choice(STREAMS), number)
            self.done[act.__name__] += 1

    def append(self, stream, number):
        event = make_event(number, stream=stream, device=self.device)
        shared = make_event(number // 50 + 1, stream=stream, device="shared")
        self.store.events.append(STUDY, stream, [event, shared], RECEIPT)
        self.added[stream] |= {event.id, shared.id}

    def compose(self, stream, number):
        def make(log):
            own = [event.seq for event in log.events if event.device == "server"]
            return [make_event(len(own) + 1, stream=stream, device="server")]

        (event,) = self.store.events.compose(STUDY, stream, make, RECEIPT)
        self.added[stream].add(event.id)

    def erase(self, stream, number):
        own = make_event(number, stream=stream, device=f"{self.device}-gone")
        self.store.events.append(STUDY, stream, [own], RECEIPT)
        self.store.events.erase(STUDY, stream, [own.id], ERASED)
        self.added[stream].add(own.id)
        self.erased[stream].add(own.id)

    def merge(self, stream, number):
        other = open_store("memory:").events
        event = make_event(number, stream=stream, device=f"{self.device}-merged")
        other.append(STUDY, stream, [event], LATER)
        self.store.events.merge(STUDY, other.read(STUDY, stream))
        self.added[stream].add(event.id)

    def look(self, stream, number):
        log = self.store.events.read(STUDY, stream)
        size = len(log.kept) + len(log.shells)
        assert size >= self.seen[stream], "something that was there is gone"
        assert self.added[stream] <= {i.event.id for i in log.kept} | {s.id for s in log.shells}
        self.seen[stream] = size

    def count(self, stream, number):
        while True:
            value, version = self.store.registry.get("count", "all") or (0, None)
            try:
                self.store.registry.put("count", "all", value + 1, version)
            except Changed:
                continue
            self.counted += 1
            return
