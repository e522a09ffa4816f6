"""Whether more interviews bring new codes, and who spoke of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from .cells import Case
from .codebook import OPEN, OWN, Codebook
from .draws import draws, shuffled

Spoken = tuple[str, Collection[str]]  # an interview, and the codes in it
Held = tuple[str, str, str]  # an interview by its day (YYYY-MM-DD or ""), name and stream

BASE = 4  # interviews
RUN = 2  # interviews
THRESHOLD = 0.05
SEED = 20200505
FEW = 7  # interviews of which every order is looked at: 5040
SHUFFLES = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """Interviews in a row, the codes that are new in them, and these over the codes of the base.

    `share` is None where the base has no codes.
    """

    interviews: tuple[str, ...]
    new: tuple[str, ...]
    share: float | None


@dataclass(frozen=True, slots=True)
class Saturation:
    """The codes of the base, every run after it, and how many runs it took to reach the threshold.

    `reached` is None where no run reached it.
    """

    base: tuple[str, ...]
    runs: tuple[Run, ...]
    reached: int | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How many runs it takes in other orders, at the fewest and at the most of those that reach it.

    `orders` is how many were looked at, `every` whether those are all, `never` in how many of them
    the threshold is not reached. `fewest` and `most` are None where it never is.
    """

    orders: int
    every: bool
    fewest: int | None
    most: int | None
    never: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often each respondent spoke of each code: a row a code, a column a respondent."""

    codes: tuple[str, ...]
    respondents: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def open_codes(case: Case, codebook: Codebook) -> dict[Held, set[str]]:
    """Return the open and own codes of each interview of a school.

    An interview without claims is not coded yet, so it is left out: it would look as if it brought
    nothing new.
    """
    found: dict[Held, set[str]] = {}
    for claim in case.claims:
        interview = case.interviews.get(claim.interview)
        day, label = (interview.day, interview.label) if interview else ("", "")
        codes = found.setdefault((day, label or claim.interview, claim.interview), set())
        for code in map(codebook.current, claim.said.value.codes):
            if code in codebook.codes and codebook.codes[code].kind in (OPEN, OWN):
                codes.add(code)
    return found


def by_date(found: Mapping[Held, set[str]]) -> list[Spoken]:
    """Return interviews by name, with their codes, in the order in which they were held."""
    return [(label, codes) for (_, label, _), codes in sorted(found.items())]


def saturation(
    interviews: Sequence[Spoken], base: int = BASE, run: int = RUN, threshold: float = THRESHOLD
) -> Saturation:
    """Return, run by run, how many codes are new after the base, in the order of the interviews.

    `base` and `run` are numbers of interviews, 1 or more. Runs overlap: each begins an interview
    later than the one before it, and new is what no interview before the run had. Source: Guest,
    Namey & Chen 2020.
    """
    known = {code for _, codes in interviews[:base] for code in codes}
    size, first = len(known), tuple(sorted(known))
    runs = []
    for begin in range(base, len(interviews) - run + 1):
        together = interviews[begin : begin + run]
        new = {code for _, codes in together for code in codes} - known
        share = len(new) / size if size else None
        runs.append(Run(tuple(name for name, _ in together), tuple(sorted(new)), share))
        known.update(interviews[begin][1])
    reached = (
        number
        for number, each in enumerate(runs, start=1)
        if each.share is not None and each.share <= threshold
    )
    return Saturation(first, tuple(runs), next(reached, None))


def sensitivity(
    interviews: Sequence[Spoken], base: int = BASE, run: int = RUN, threshold: float = THRESHOLD
) -> Sensitivity:
    """Return how many runs it takes in every order of up to 7 interviews, or in 1000 shuffles of more."""
    every = len(interviews) <= FEW
    numbers = draws(SEED)
    # Shuffled from one fixed order, so that the order given makes no difference.
    fixed = sorted(interviews, key=lambda each: each[0])
    orders: Iterable[Sequence[Spoken]] = (
        permutations(fixed) if every else (shuffled(fixed, numbers) for _ in range(SHUFFLES))
    )
    took = [saturation(order, base, run, threshold).reached for order in orders]
    reached = [runs for runs in took if runs is not None]
    return Sensitivity(
        orders=len(took),
        every=every,
        fewest=min(reached, default=None),
        most=max(reached, default=None),
        never=len(took) - len(reached),
    )


def coverage(
    spoken: Iterable[tuple[str, str]], codes: Sequence[str], respondents: Sequence[str]
) -> Coverage:
    """Return how often each respondent spoke of each code, of pairs of a code and a respondent.

    Codes and respondents keep their order, and have a row or column when nothing was said; others
    that occur come after them.
    """
    counts = Counter(spoken)
    rows = tuple(dict.fromkeys((*codes, *sorted(code for code, _ in counts))))
    columns = tuple(dict.fromkeys((*respondents, *sorted(who for _, who in counts))))
    return Coverage(
        rows, columns, tuple(tuple(counts[code, who] for who in columns) for code in rows)
    )
