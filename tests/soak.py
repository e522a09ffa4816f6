"""How much a test of chance does: a sample in every run, far more in `make soak`; a seed replays it.

SOAK=1 asks for the long run, MINUTES bounds it, SEED repeats one.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

SOAK = bool(os.environ.get("SOAK"))
MINUTES = float(os.environ.get("MINUTES") or 60)


def turns(few: int, many: int, share: float) -> Iterator[int]:
    """Yield the numbers of the turns: few of them, or in a soak many within a share of its time."""
    end = time.monotonic() + 60 * MINUTES * share
    for turn in range(many if SOAK else few):
        if SOAK and time.monotonic() > end:
            return
        yield turn


def seeded(what: str) -> random.Random:
    """Return chance, and print the seed that repeats it: SEED, or one that the clock gives."""
    seed = int(os.environ.get("SEED") or time.time_ns() % 10**6)
    print(f"{what}: SEED={seed}")
    return random.Random(seed)
