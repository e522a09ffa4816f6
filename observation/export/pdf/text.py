"""The one helper through which every text reaches a page.

No text is ever parsed as markup: it is normalised, broken into lines and drawn. Nothing else in
this package may draw text, which a test watches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .direction import Piece
from .lines import Line, Span, broken, one_line
from .printable import printable
from .style import Style

__all__ = ["Span", "Text", "draw_line", "line_width", "printable", "shortened"]
NEAR = 4  # lines that a cut moves up to keep what belongs together


class Text:
    """A block of text that is broken into lines and may be split over pages."""

    def __init__(self, text: str | Span | Iterable[str | Span], style: Style) -> None:
        spans = [text] if isinstance(text, (str, Span)) else text
        self.spans = [Span(item) if isinstance(item, str) else item for item in spans]
        self.style = style
        self._lines: list[Line] | None = None
        self._width = 0.0

    def height(self, width: float) -> float:
        """Return the height of the text when set in this width."""
        return len(self._broken(width)) * self.style.leading

    def split(self, width: float, room: float) -> tuple[Text, Text] | None:
        """Return the part that fits in the room and the rest; never a lone line of a longer text.

        Where the text has new lines of its own near the cut, it is cut there.
        """
        lines = self._broken(width)
        fitting = min(int(room / self.style.leading + 1e-6), len(lines) - 2)
        if fitting < 2:
            return None
        near = range(fitting, max(fitting - NEAR, 1), -1)
        fitting = next((number for number in near if lines[number].begins), fitting)
        return self._of(lines[:fitting], width), self._of(lines[fitting:], width)

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        """Draw the text with its upper edge at `top`."""
        style = self.style
        baseline = top - (style.leading + 0.7 * style.size) / 2
        for line in self._broken(width):
            start = x + (width - line.width if style.right else line.indent)
            _draw_pieces(canvas, start, baseline, line.pieces, style.size)
            baseline -= style.leading

    def _broken(self, width: float) -> list[Line]:
        if self._lines is None or self._width != width:
            self._lines = list(broken(self.spans, self.style, width))
            self._width = width
        return self._lines

    def _of(self, lines: list[Line], width: float) -> Text:
        part = Text(self.spans, self.style)
        part._lines, part._width = lines, width
        return part


def draw_line(canvas: Any, x: float, baseline: float, text: str, style: Style) -> None:
    """Draw one line of text from x, or ending at x when its style is set right."""
    pieces = one_line(text, style)
    start = x - sum(piece.width for piece in pieces) if style.right else x
    _draw_pieces(canvas, start, baseline, pieces, style.size)


def line_width(text: str, style: Style) -> float:
    """Return how wide a text is on one line."""
    return sum(piece.width for piece in one_line(text, style))


def shortened(text: str, style: Style, room: float) -> str:
    """Return the text, or its beginning with an ellipsis where it does not fit on a line of room."""
    line = " ".join(printable(text).split())
    if line_width(line, style) <= room:
        return line
    while line and line_width(line + "…", style) > room:
        line = line[: max(0, min(len(line) - 1, int(len(line) * 0.9)))]
    return line.rstrip() + "…"


def _draw_pieces(
    canvas: Any, x: float, baseline: float, pieces: Sequence[Piece], size: float
) -> None:
    if not pieces:
        return
    writer = canvas.beginText(x, baseline)
    for piece in pieces:
        writer.setFont(piece.font, size)
        writer.setFillColorRGB(*piece.colour)
        writer.textOut(piece.text)
    canvas.drawText(writer)
