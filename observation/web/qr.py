"""A QR code as one path of an SVG, which needs no style that the policy of the pages forbids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import segno

QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks


@dataclass(frozen=True, slots=True)
class Drawing:
    """The dark modules as the data of an SVG path, in a square with sides of `side` modules."""

    side: int
    path: str


def drawn(text: str) -> Drawing:
    """Return the QR code of a text, with its quiet zone; up to 15 % of it may be unreadable."""
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    return Drawing(len(matrix) + 2 * QUIET, "".join(_runs(matrix)))


def _runs(matrix: Iterable[Iterable[int]]) -> Iterator[str]:
    """A rectangle for each run of dark modules of a row: between single modules a screen shows seams."""
    for y, row in enumerate(matrix):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z"
            x += length
