"""A process that appends to a store: python writer.py URL DEVICE COUNT SIZE STREAM...

Appends COUNT batches of SIZE events, by turns to the streams, and prints stream and id of each
event once it is acknowledged. COUNT 0 goes on until killed.
"""

import sys
from itertools import count

from observation.store import open_store
from tests.store.store_events import RECEIPT, STUDY, make_event


def main(url, device, batches, size, *streams):
    events = open_store(url).events
    size, total = int(size), int(batches) * len(streams) or None
    for turn in count():
        if turn == total:
            break
        stream, first = streams[turn % len(streams)], turn // len(streams) * size
        batch = [make_event(first + n, stream=stream, device=device) for n in range(1, size + 1)]
        outcomes = events.append(STUDY, stream, batch, RECEIPT)
        for event, outcome in zip(batch, outcomes, strict=True):
            sys.stdout.write(f"{outcome} {stream} {event.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
