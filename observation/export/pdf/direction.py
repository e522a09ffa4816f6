"""The order in which a line is seen, when some of its words run from right to left."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from .style import Colour

_PARTS = re.compile(r"\d+(?:[.,:]\d+)*|\D+", re.S)
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one font and colour, with their width in points."""

    text: str
    font: str
    colour: Colour
    width: float


Word = list[Piece]


def as_seen(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words as seen from left to right: stretches of Arabic or Hebrew turned round.

    Letters are not joined. Numbers keep their order, and so do signs at the ends of a stretch.
    """
    for leftward, stretch in groupby(words, _runs_left):
        run = list(stretch)
        yield from _turned_stretch(run) if leftward else run


def _runs_left(word: Word) -> bool:
    return _is_leftward("".join(piece.text for piece in word))


def _turned_stretch(words: list[Word]) -> list[Word]:
    before = list(takewhile(_is_neutral, words[0]))
    words[0] = words[0][len(before) :]
    after = list(takewhile(_is_neutral, reversed(words[-1])))[::-1]
    words[-1] = words[-1][: len(words[-1]) - len(after)]
    turned = [_turned(word) for word in reversed(words)]
    turned[0] = before + turned[0]
    turned[-1] = turned[-1] + after
    return turned


def _is_neutral(piece: Piece) -> bool:
    return not _is_leftward(piece.text)


def _is_leftward(text: str) -> bool:
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), False)


def _turned(word: Word) -> Word:
    turned = []
    for piece in reversed(word):
        text = piece.text
        if not any(unicodedata.bidirectional(letter) == "L" for letter in text):
            parts = reversed(_PARTS.findall(text))
            text = "".join(part if part[0].isdigit() else _reversed(part) for part in parts)
        turned.append(replace(piece, text=text))
    return turned


def _reversed(letters: str) -> str:
    """Return the letters in reverse, each with the marks that stand on it behind it."""
    clusters: list[str] = []
    for letter in letters.translate(_MIRRORED):
        if clusters and unicodedata.combining(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return "".join(reversed(clusters))
