"""Texts broken into lines: words that fit a width, in stretches of one font and colour."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .direction import Piece, Word, as_seen
from .fonts import font_of, width
from .printable import printable
from .style import Colour, Style

LONGEST = 64  # letters in a piece, so that endless words are cut piece by piece
_TIME = re.compile(r"\d{2,}:\d\d")  # lines that begin with a time hang from it


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in a look of its own; None is that of the text around it."""

    text: str
    bold: bool | None = None
    italic: bool | None = None
    colour: Colour | None = None


@dataclass(slots=True)
class Line:
    """A line: its pieces as seen from left to right, after an indent.

    `begins` says that the text had a new line here of its own.
    """

    begins: bool
    indent: float
    pieces: list[Piece] = field(default_factory=list)

    @property
    def width(self) -> float:
        return self.indent + sum(piece.width for piece in self.pieces)


def broken(spans: Sequence[Span], style: Style, room: float) -> Iterator[Line]:
    """Break the text at spaces, and inside a word where it is wider than the room."""
    for words in _words(spans, style):
        first = "".join(piece.text for piece in words[0]) if words else ""
        hang = style.hang if _TIME.fullmatch(first) else 0.0
        line: list[Word] = []
        used = indent = 0.0
        begins = True
        for word in words:
            space = _space(line[-1], style).width if line else 0.0
            size = sum(piece.width for piece in word)
            if line and used + space + size > room - indent + 1e-6:
                yield Line(begins, indent, _joined(line, style))
                line, used, space, indent, begins = [], 0.0, 0.0, hang, False
            while not line and size > room - indent + 1e-6:
                head, word = _cut(word, room - indent, style)
                yield Line(begins, indent, _joined([head], style))
                size, indent, begins = sum(piece.width for piece in word), hang, False
            line.append(word)
            used += space + size
        yield Line(begins, indent, _joined(line, style))


def one_line(text: str, style: Style) -> list[Piece]:
    """Return the pieces of a text on a single line."""
    words = [word for line in _words([Span(printable(text))], style) for word in line]
    return _joined(words, style)


def _words(spans: Iterable[Span], style: Style) -> Iterator[list[Word]]:
    """Yield each line of the text as its words; a word may hold pieces of several looks."""
    line: list[Word] = []
    word: Word = []
    for span in spans:
        for number, part in enumerate(printable(span.text).split("\n")):
            if number:
                yield [*line, word] if word else line
                line, word = [], []
            for position, letters in enumerate(part.split(" ")):
                if position and word:
                    line.append(word)
                    word = []
                if letters:
                    word = [*word, *_pieces(letters, span, style)]
    if word:
        line.append(word)
    if line:
        yield line


def _pieces(letters: str, span: Span, style: Style) -> Iterator[Piece]:
    """Yield a word's letters in stretches of one font."""
    bold = style.bold if span.bold is None else span.bold
    italic = style.italic if span.italic is None else span.italic
    ink = span.colour or style.colour
    stretch, font = "", ""
    for letter in letters:
        own = font_of(letter, bold, italic) or ""
        if stretch and (own != font or len(stretch) == LONGEST):
            yield Piece(stretch, font, ink, width(stretch, font, style.size))
            stretch = ""
        stretch, font = stretch + letter, own
    if stretch:
        yield Piece(stretch, font, ink, width(stretch, font, style.size))


def _cut(word: Word, room: float, style: Style) -> tuple[Word, Word]:
    """Cut a word that is too wide: what fits, at least a letter, and the rest."""
    head: Word = []
    for number, piece in enumerate(word):
        if piece.width <= room + 1e-6:
            head.append(piece)
            room -= piece.width
            continue
        fits = _fitting(piece, room, style) or (0 if head else 1)
        first, rest = _part(piece, slice(0, fits), style), _part(piece, slice(fits, None), style)
        return [*head, *first], [*rest, *word[number + 1 :]]
    return head, []


def _fitting(piece: Piece, room: float, style: Style) -> int:
    """How many of the piece's letters fit, if not all."""

    def wide(number: int) -> float:
        return width(piece.text[:number], piece.font, style.size)

    return bisect_right(range(1, len(piece.text)), room + 1e-6, key=wide)


def _part(piece: Piece, part: slice, style: Style) -> Word:
    text = piece.text[part]
    if not text:
        return []
    return [Piece(text, piece.font, piece.colour, width(text, piece.font, style.size))]


def _space(word: Word, style: Style) -> Piece:
    font = font_of(" ", style.bold, style.italic) or ""
    return Piece(" ", font, word[-1].colour if word else style.colour, width(" ", font, style.size))


def _joined(words: Sequence[Word], style: Style) -> list[Piece]:
    """Return a line's pieces in the order in which they are seen, neighbours of one look as one."""
    pieces: list[Piece] = []
    for number, word in enumerate(as_seen(words)):
        for piece in ([_space(word, style)] if number else []) + word:
            last = pieces[-1] if pieces else None
            if last and (last.font, last.colour) == (piece.font, piece.colour):
                total = last.width + piece.width
                pieces[-1] = Piece(last.text + piece.text, last.font, last.colour, total)
            else:
                pieces.append(piece)
    return pieces
