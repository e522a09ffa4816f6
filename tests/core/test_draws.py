"""Numbers by a seed are those of the published generator, and spread as they should."""

from __future__ import annotations

from collections import Counter
from itertools import islice, permutations

from observation.core.draws import drawn, draws, shuffled


def test_the_numbers_are_those_of_splitmix64() -> None:
    # The first numbers of the reference implementation (Vigna 2015, splitmix64.c) for this seed.
    assert list(islice(draws(1234567), 4)) == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
    ]


def test_every_number_below_the_bound_is_drawn_as_often() -> None:
    numbers = draws(1)
    found = Counter(drawn(numbers, 5) for _ in range(10_000))
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert all(abs(count - 2000) < 160 for count in found.values())  # four standard deviations


def test_a_shuffle_gives_every_order_as_often() -> None:
    numbers = draws(1)
    found = Counter("".join(shuffled("abc", numbers)) for _ in range(6000))
    assert sorted(found) == sorted(map("".join, permutations("abc")))
    assert all(abs(count - 1000) < 120 for count in found.values())
