"""A program that may write files up to a size only: python limited.py FOLDER SIZES

Tries a save under each of so many limits, from none of its file to more than all of it, and then once
more without. Prints in JSON how many were refused and how many kept.
"""

import json
import resource
import sys
from pathlib import Path

from observation.store import FULL, Damaged, open_store
from tests.store.store_events import RECEIPT, STREAM, STUDY, make_events

LENGTH = 60


def main(folder, sizes):
    folder, sizes = Path(folder), int(sizes)
    counts = {"refused": 0, "kept": 0}
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    whole = None
    for turn in range(sizes):
        stream = f"{STREAM[:-4]}{turn:04x}"
        store = open_store(f"tinydb:{folder}")
        first, then = make_events(LENGTH // 2, stream=stream), make_events(LENGTH, stream=stream)
        store.events.append(STUDY, stream, first, RECEIPT)
        path = folder / STUDY / f"{stream}.json"
        before = path.read_bytes()
        whole = whole or 2 * len(before)
        resource.setrlimit(resource.RLIMIT_FSIZE, (turn * whole * 5 // (sizes * 4), hard))
        try:
            store.events.append(STUDY, stream, then, RECEIPT)
            counts["kept"] += 1
        except OSError as error:
            if error.errno not in FULL or path.read_bytes() != before:
                raise
            counts["refused"] += 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        left = [each.name for each in path.parent.iterdir() if each.suffix != ".json"]
        store.events.append(STUDY, stream, then, RECEIPT)
        if left or store.events.read(STUDY, stream).events != tuple(then):
            raise Damaged(stream, f"{left} left")
    print(json.dumps(counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
