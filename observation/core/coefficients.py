"""Coefficients of agreement on nominal values. What is undefined is None, never 1 or 0.

Two observers' values are given as a table of pairs, those of any number of observers as a table of
what each of them said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

Said = tuple[str, ...]  # what each observer said of a unit; who said nothing is left out
Table = Mapping[Said, int]  # of how many units that was said


def percent_agreement(table: Table) -> float | None:
    """Return the share, from 0 to 1, of pairs that are the same; None without pairs."""
    n = sum(table.values())
    return _same(table) / n if n else None


def specific_agreement(table: Table, value: str) -> float | None:
    """Return how often one says a value when the other does, 2a / (2a + b + c); None if nobody does.

    Source: Cicchetti & Feinstein 1990.
    """
    said = sum(count * pair.count(value) for pair, count in table.items())
    return 2 * table.get((value, value), 0) / said if said else None


def cohen_kappa(table: Table) -> float | None:
    """Return Cohen's kappa of pairs; None when both say one and the same value throughout.

    Source: Cohen 1960.
    """
    n = sum(table.values())
    first, second = (_totals(table, place) for place in (0, 1))
    chance = sum(count * second[value] for value, count in first.items())
    return (n * _same(table) - chance) / (n * n - chance) if n * n > chance else None


def pabak(table: Table, categories: int) -> float | None:
    """Return kappa adjusted for prevalence and bias, of pairs; None without pairs.

    `categories` is how many values could be said, 2 or more. Source: Byrt, Bishop & Carlin 1993.
    """
    percent = percent_agreement(table)
    return None if percent is None else (categories * percent - 1) / (categories - 1)


def gwet_ac1(table: Table, categories: int) -> float | None:
    """Return Gwet's AC1 of pairs; None without pairs. Without variation it is defined, and 1.

    `categories` is how many values could be said, 2 or more. Source: Gwet 2008.
    """
    n = sum(table.values())
    if not n:
        return None
    said = _totals(table, 0) + _totals(table, 1)
    chance = sum(t * (2 * n - t) for t in said.values()) / (4 * n * n * (categories - 1))
    return (_same(table) / n - chance) / (1 - chance)


def krippendorff_alpha(table: Table) -> float | None:
    """Return Krippendorff's nominal alpha of any number of observers; None without variation.

    A unit of which fewer than two observers said something does not count. Source: Krippendorff 2011.
    """
    values: Counter[str] = Counter()
    differing = 0.0
    for said, count in table.items():
        if len(said) > 1:
            each = Counter(said)
            alike = sum(times * times for times in each.values())
            differing += count * (len(said) ** 2 - alike) / (len(said) - 1)
            values.update({value: count * times for value, times in each.items()})
    n = values.total()
    expected = n * n - sum(times * times for times in values.values())
    return 1 - (n - 1) * differing / expected if expected else None


def pairs_of(table: Table) -> Table:
    """Return the table by pairs: of more than two observers, every two of them."""
    found: Counter[Said] = Counter()
    for said, count in table.items():
        for pair in combinations(said, 2):
            found[pair] += count
    return found


def _same(table: Table) -> int:
    return sum(count for said, count in table.items() if said[0] == said[1])


def _totals(table: Table, place: int) -> Counter[str]:
    """How often the observer in this place of the pairs said each value."""
    found: Counter[str] = Counter()
    for pair, count in table.items():
        found[pair[place]] += count
    return found
