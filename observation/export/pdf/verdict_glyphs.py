"""Glyphs of the verdicts and of strength: told apart by shape, hollow where provisional."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from observation.core import verdicts

from .layout import Block
from .style import INK, WHITE

RADIUS = 5.6
HIGH = 2 * RADIUS + 3.4
BAR, TALL = 3.4, 7.6  # of a strength
STRENGTHS = ("weak", "moderate", "strong")


@dataclass(frozen=True, slots=True)
class VerdictGlyph:
    """The glyph of a verdict and, when it is given, three bars of strength beside it."""

    verdict: str
    hollow: bool = False
    strength: str = ""

    def height(self, width: float) -> float:
        return HIGH

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        middle = top - 1 - RADIUS
        draw_verdict(canvas, self.verdict, self.hollow, x + RADIUS, middle, RADIUS)
        if self.strength:
            draw_strength(canvas, self.strength, x + 2 * RADIUS + 6, middle)


def draw_verdict(
    canvas: Any, verdict: str, hollow: bool, x: float, y: float, radius: float
) -> None:
    """Draw a verdict's glyph with its centre at (x, y)."""
    canvas.setStrokeColorRGB(*INK)
    canvas.setFillColorRGB(*INK)
    canvas.setLineWidth(radius * 0.2)
    _SHAPES.get(verdict, _nothing)(canvas, x, y, radius * 0.92, hollow)


def draw_strength(canvas: Any, strength: str, x: float, y: float) -> None:
    """Draw three bars, as many of them filled as a strength has, their middle at y."""
    canvas.setStrokeColorRGB(*INK)
    canvas.setFillColorRGB(*INK)
    canvas.setLineWidth(0.6)
    for number in range(3):
        filled = number <= STRENGTHS.index(strength)
        canvas.rect(x + number * (BAR + 1.8), y - TALL / 2, BAR, TALL, stroke=1, fill=int(filled))


def _circle(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    canvas.circle(x, y, radius, stroke=1, fill=int(not hollow))


def _square(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    side = radius * 0.92
    canvas.rect(x - side, y - side, 2 * side, 2 * side, stroke=1, fill=int(not hollow))


def _corroborated(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    _circle(canvas, x, y, radius, hollow)
    points = ((-0.5, 0.0), (-0.12, -0.42), (0.52, 0.42))
    _polyline(canvas, x, y, radius, points, INK if hollow else WHITE)


def _contradicted(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    _square(canvas, x, y, radius, hollow)
    for slope in (1, -1):
        points = ((-0.45, -0.45 * slope), (0.45, 0.45 * slope))
        _polyline(canvas, x, y, radius, points, INK if hollow else WHITE)


def _partly_corroborated(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    _circle(canvas, x, y, radius, hollow=True)
    if hollow:
        canvas.line(x, y - radius, x, y + radius)
    else:
        _half_disc(canvas, x, y, radius, filled=True)


def _partly_contradicted(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    _square(canvas, x, y, radius, hollow=True)
    side = radius * 0.92
    if hollow:
        canvas.line(x, y - side, x, y + side)
    else:
        canvas.rect(x - side, y - side, side, 2 * side, stroke=0, fill=1)


def _divided(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    """Half of what is corroborated and half of what is contradicted, apart."""
    radius *= 0.86
    apart, side = radius * 0.22, radius * 0.92
    _half_disc(canvas, x - apart, y, radius, filled=not hollow)
    canvas.rect(x + apart, y - side, side, 2 * side, stroke=1, fill=int(not hollow))


def _supplemented(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    arm = radius * 0.3
    path = canvas.beginPath()
    corners = (
        (-arm, radius), (arm, radius), (arm, arm), (radius, arm), (radius, -arm), (arm, -arm),
        (arm, -radius), (-arm, -radius), (-arm, -arm), (-radius, -arm), (-radius, arm), (-arm, arm),
    )  # fmt: skip
    path.moveTo(x + corners[0][0], y + corners[0][1])
    for across, up in corners[1:]:
        path.lineTo(x + across, y + up)
    path.close()
    canvas.drawPath(path, stroke=int(hollow), fill=int(not hollow))


def _unmentioned(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    high = radius * 0.55
    canvas.rect(
        x - radius, y - high / 2, 2 * radius, high, stroke=int(hollow), fill=int(not hollow)
    )


def _untested(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    canvas.setDash(radius * 0.3, radius * 0.3)
    canvas.circle(x, y, radius, stroke=1, fill=0)
    canvas.setDash()


def _no_data(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    canvas.circle(x, y, radius * 0.25, stroke=0, fill=1)


def _nothing(canvas: Any, x: float, y: float, radius: float, hollow: bool) -> None:
    pass


def _half_disc(canvas: Any, x: float, y: float, radius: float, filled: bool) -> None:
    path = canvas.beginPath()
    path.arc(x - radius, y - radius, x + radius, y + radius, startAng=90, extent=180)
    path.close()
    canvas.drawPath(path, stroke=1, fill=int(filled))


def _polyline(
    canvas: Any,
    x: float,
    y: float,
    radius: float,
    points: tuple[tuple[float, float], ...],
    ink: tuple[float, float, float],
) -> None:
    canvas.setStrokeColorRGB(*ink)
    canvas.setLineWidth(radius * 0.3)
    path = canvas.beginPath()
    path.moveTo(x + points[0][0] * radius, y + points[0][1] * radius)
    for across, up in points[1:]:
        path.lineTo(x + across * radius, y + up * radius)
    canvas.drawPath(path, stroke=1, fill=0)


_SHAPES: dict[str, Callable[[Any, float, float, float, bool], None]] = {
    verdicts.CORROBORATED: _corroborated,
    verdicts.PARTLY_CORROBORATED: _partly_corroborated,
    verdicts.CONTRADICTED: _contradicted,
    verdicts.PARTLY_CONTRADICTED: _partly_contradicted,
    verdicts.DIVIDED: _divided,
    verdicts.SUPPLEMENTED: _supplemented,
    verdicts.UNMENTIONED_UNSEEN: _unmentioned,
    verdicts.UNTESTED: _untested,
    verdicts.NO_DATA: _no_data,
}
