"""Long work says how far it is, and may be cancelled between two steps: one way for all of it.

Whoever works is handed a `Progress` and calls it with a `Step` after each part that is done. It returns, or
raises Cancelled; what was begun is then undone as for any other exception. Before a part that cannot be
undone it is called with a step that is `last`: from then on the work goes on to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

T = TypeVar("T")
# How much of the last part must be done, and for how many seconds, before its end is estimated.
LEAST, LONG = 0.05, 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far work is: `done` of `of` (0: nobody knows) in one of its parts; `what` is a marked sentence.

    `part` counts from 1 to `parts`. With `last` it cannot be cancelled any more.
    """

    what: str
    done: int = 0
    of: int = 0
    part: int = 1
    parts: int = 1
    last: bool = False

    @property
    def share(self) -> float | None:
        """How much of the work is done, from 0 to 1, every part counting alike; None where nobody knows."""
        if not self.of:
            return None
        return (self.part - 1 + min(self.done / self.of, 1)) / self.parts


Progress = Callable[[Step], object]


class Cancelled(Exception):
    """Somebody wants the work no more; `stays` says what of it is there all the same, if anything."""

    def __init__(self, stays: str = "") -> None:
        super().__init__(stays)
        self.stays = stays


def quietly(step: Step) -> None:
    """Tell nobody, and go on."""


def told(items: Iterable[T], progress: Progress, step: Step) -> Iterator[T]:
    """Yield the items, and after each tell that one more is done; before the first that none is."""
    progress(step)
    for done, item in enumerate(items, 1):
        yield item
        progress(replace(step, done=done))


def left(step: Step, seconds: float) -> int | None:
    """Return how many seconds the work still takes, after `seconds` of its last part; None where nobody can say."""
    if not step.of or step.part != step.parts:  # parts take different times
        return None
    share = step.done / step.of
    if share < LEAST or seconds < LONG or share >= 1:
        return None
    return max(1, round(seconds / share * (1 - share)))
