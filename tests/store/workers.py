"""What other processes do with a store, each telling what was acknowledged once it was.

They are forked from a process that has imported everything, so that starting one takes no time.
"""

import random
from itertools import count
from multiprocessing import get_context

from observation.store import open_store
from tests.store.store_events import ERASED, RECEIPT, STUDY, make_event

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["workers", "observation.store.tinydb", "observation.store.postgres"]
)


def started(target, *arguments):
    """Start a process; return it and where its acknowledgements can be received."""
    answers, telling = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=target, args=(telling, *arguments))
    process.start()
    telling.close()  # so that what is received ends with the process
    return process, answers


def received(answers):
    """Return all that a process told until it ended."""
    found = []
    try:
        while True:
            found.append(answers.recv())
    except EOFError:
        return found


def open_and_append(telling, url, stream, device, at_once):
    """Open the store at the same moment as all others, and append one event."""
    at_once.wait()
    event = make_event(1, stream=stream, device=device)
    (outcome,) = open_store(url).events.append(STUDY, stream, [event], RECEIPT)
    telling.send((outcome, event.id))


def write_until_killed(telling, url, streams, device, seed):
    """Append, erase and change values for ever; tell what is there from then on, as (what, where, keys)."""
    store, chance = open_store(url), random.Random(seed)
    last, known = dict.fromkeys(streams, 0), {stream: [] for stream in streams}
    telling.send(("open", url, []))
    for turn in count(1):
        stream = chance.choice(streams)
        what = chance.choice(["append"] * 6 + ["erase", "put", "add"])
        if what == "append":
            size = chance.randint(1, 20)
            numbers = range(last[stream] + 1, last[stream] + size + 1)
            batch = [make_event(number, stream=stream, device=device) for number in numbers]
            store.events.append(STUDY, stream, batch, RECEIPT)
            last[stream] += size
            known[stream] += [event.id for event in batch]
            telling.send(("kept", stream, known[stream][-size:]))
        elif what == "erase" and known[stream]:
            id = known[stream].pop(chance.randrange(len(known[stream])))
            store.events.erase(STUDY, stream, [id], ERASED)
            telling.send(("erased", stream, [id]))
        elif what == "put":
            version = (store.registry.get("device", device) or (None, None))[1]
            store.registry.put("device", device, turn, version)
            telling.send(("set", "device", [(device, turn)]))
        elif what == "add":
            store.registry.add("code", {f"{device} {turn}": turn})
            telling.send(("set", "code", [(f"{device} {turn}", turn)]))
