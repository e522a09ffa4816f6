"""Numbers that look drawn by chance and are the same everywhere: for intervals and shuffles with a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

_WORD = (1 << 64) - 1


def draws(seed: int) -> Iterator[int]:
    """Return an endless row of numbers from 0 to 2**64 - 1, the same for the same seed.

    It is written out here, since the library's own generator may change with a version of Python
    and what was printed must come out again. Source: SplitMix64 (Steele, Lea & Flood 2014).
    """
    state = seed & _WORD
    while True:
        state = (state + 0x9E3779B97F4A7C15) & _WORD
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
        yield mixed ^ (mixed >> 31)


def drawn(numbers: Iterator[int], below: int) -> int:
    """Return the next number from 0 up to, not including, `below`, which is 1 or more."""
    return next(numbers) * below >> 64


def shuffled(items: Sequence[T], numbers: Iterator[int]) -> list[T]:
    """Return the items in another order, each order as likely. Source: Fisher & Yates (Durstenfeld 1964)."""
    found = list(items)
    for last in range(len(found) - 1, 0, -1):
        other = drawn(numbers, last + 1)
        found[last], found[other] = found[other], found[last]
    return found
