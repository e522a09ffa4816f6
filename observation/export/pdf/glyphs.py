"""Glyphs of the four judgements, drawn as shapes, since the fonts lack them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from observation.core.judgements import BLANK, CONFLICT, NOT_JUDGEABLE, NOT_SEEN, SEEN

from .layout import Block
from .style import INK, Style


@dataclass(frozen=True, slots=True)
class Glyph:
    """The glyph of a state, beside the first line of a text of this style."""

    state: str
    style: Style

    def height(self, width: float) -> float:
        return self.style.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        draw_glyph(canvas, self.state, x + 4, top - self.style.leading / 2 - 0.2, 3.1)


def draw_glyph(canvas: Any, state: str, x: float, y: float, radius: float) -> None:
    """Draw a state's glyph with its centre at (x, y)."""
    canvas.setStrokeColorRGB(*INK)
    canvas.setFillColorRGB(*INK)
    canvas.setLineWidth(radius * 0.3)
    canvas.setLineCap(1)
    _SHAPES[state](canvas, x, y, radius)
    canvas.setLineCap(0)


def _disc(canvas: Any, x: float, y: float, radius: float) -> None:
    canvas.circle(x, y, radius, stroke=0, fill=1)


def _ring(canvas: Any, x: float, y: float, radius: float) -> None:
    canvas.circle(x, y, radius * 0.85, stroke=1, fill=0)


def _dash(canvas: Any, x: float, y: float, radius: float) -> None:
    canvas.line(x - radius * 0.85, y, x + radius * 0.85, y)


def _dot(canvas: Any, x: float, y: float, radius: float) -> None:
    canvas.circle(x, y, radius * 0.22, stroke=0, fill=1)


def _unequal(canvas: Any, x: float, y: float, radius: float) -> None:
    for shift in (-0.35, 0.35):
        canvas.line(x - radius, y + shift * radius, x + radius, y + shift * radius)
    canvas.line(x - radius * 0.5, y - radius, x + radius * 0.5, y + radius)


_SHAPES: dict[str, Callable[[Any, float, float, float], None]] = {
    SEEN: _disc,
    NOT_SEEN: _ring,
    NOT_JUDGEABLE: _dash,
    BLANK: _dot,
    CONFLICT: _unequal,
}
