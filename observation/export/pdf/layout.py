"""Blocks that know their height, can be split over pages and draw themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .style import GUTTER, HAIR, INK, LINE, SMALL_MUTED, STROKE, STRONG, Colour
from .text import Text


class Block(Protocol):
    """Something on a page. Heights, widths and rooms are in points; `top` is its upper edge."""

    def height(self, width: float) -> float:
        """Return the height that it takes in this width."""

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Return a part that fits in the room and the rest, or None to move it as a whole."""

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        """Draw it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """White space; at the top of a page there is none."""

    size: float

    def height(self, width: float) -> float:
        return self.size

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line."""

    thickness: float = HAIR
    colour: Colour = LINE

    def height(self, width: float) -> float:
        return self.thickness

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        canvas.setStrokeColorRGB(*self.colour)
        canvas.setLineWidth(self.thickness)
        middle = top - self.thickness / 2
        canvas.line(x, middle, x + width, middle)


@dataclass(frozen=True, slots=True)
class Stack:
    """Blocks under each other; `head` stands above them, again after every page break."""

    items: Sequence[Block]
    head: Block | None = None
    gap: float = 0.0

    def height(self, width: float) -> float:
        inner = sum(item.height(width) for item in self.items)
        return self._head(width) + inner + self.gap * max(0, len(self.items) - 1)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        placed, rest = fill(self.items, width, room - self._head(width), self.gap)
        if not rest or all(isinstance(item, Gap) for item in placed):
            return None
        return replace(self, items=placed), replace(self, items=rest)

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        if self.head:
            self.head.draw(canvas, x, top, width)
            top -= self._head(width)
        for item in self.items:
            item.draw(canvas, x, top, width)
            top -= item.height(width) + self.gap

    def _head(self, width: float) -> float:
        return self.head.height(width) if self.head else 0.0


def section(title: str, items: Sequence[Block], gap: float = 0.0, more: str = "") -> Stack:
    """Return blocks under a title, which comes back after a page break; `more` stands beside it."""
    heading: Block = Text(title, STRONG)
    if more:
        heading = Row([Cell(heading), Cell(Text(more, SMALL_MUTED.but(right=True)))])
    return Stack(items, Stack([heading, Gap(1.5), Rule(STROKE, INK)]), gap)


@dataclass(frozen=True, slots=True)
class Cell:
    """A block in a row, with its width; None is an equal share of what the others leave."""

    block: Block
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Blocks beside each other, which split together; the first is repeated after a page break.

    Rows up to `whole` high are never split. `rule` draws a line above.
    """

    cells: Sequence[Cell]
    gutter: float = GUTTER
    above: float = 0.0
    below: float = 0.0
    rule: Rule | None = None
    whole: float = 0.0
    repeat: bool = False

    def height(self, width: float) -> float:
        inner = max(cell.block.height(w) for cell, _, w in self._placed(0, width))
        return self.above + inner + self.below

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        room -= self.above + self.below
        if self.height(width) <= self.whole:
            return None
        first: list[Cell] = []
        rest: list[Cell] = []
        for number, (cell, _, w) in enumerate(self._placed(0, width)):
            again = cell.block if self.repeat and number == 0 else Gap(0)
            if cell.block.height(w) <= room + 1e-6:
                first.append(cell)
                rest.append(replace(cell, block=again))
                continue
            parts = cell.block.split(w, room)
            if parts is None or (self.repeat and number == 0):
                return None
            first.append(replace(cell, block=parts[0]))
            rest.append(replace(cell, block=parts[1]))
        return replace(self, cells=first), replace(self, cells=rest)

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        if self.rule:
            self.rule.draw(canvas, x, top, width)
        for cell, left, w in self._placed(x, width):
            cell.block.draw(canvas, left, top - self.above, w)

    def _placed(self, x: float, width: float) -> list[tuple[Cell, float, float]]:
        given = sum(cell.width or 0.0 for cell in self.cells)
        shares = sum(cell.width is None for cell in self.cells)
        free = width - given - self.gutter * (len(self.cells) - 1)
        placed = []
        for cell in self.cells:
            own = free / shares if cell.width is None else cell.width
            placed.append((cell, x, own))
            x += own + self.gutter
        return placed


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks that run through columns of equal height, left to right."""

    items: Sequence[Block]
    count: int = 2
    gutter: float = GUTTER * 1.5
    gap: float = 0.0

    def height(self, width: float) -> float:
        """Return the least height in which all fits, to a point."""
        inner = self._column(width)
        most = sum(item.height(inner) + self.gap for item in self.items)
        least = most / self.count
        while most - least > 1:
            middle = (least + most) / 2
            if self._filled(inner, middle)[1]:
                least = middle
            else:
                most = middle
        return max(sum(i.height(inner) + self.gap for i in c) for c in self._filled(inner, most)[0])

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        columns, rest = self._filled(self._column(width), room)
        if not columns[-1] or not rest:
            return None
        return _Filled(columns, self.gutter, self.gap), replace(self, items=rest)

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        columns, _ = self._filled(self._column(width), self.height(width))
        _Filled(columns, self.gutter, self.gap).draw(canvas, x, top, width)

    def _column(self, width: float) -> float:
        return (width - self.gutter * (self.count - 1)) / self.count

    def _filled(self, width: float, room: float) -> tuple[list[list[Block]], list[Block]]:
        columns: list[list[Block]] = []
        rest: list[Block] = list(self.items)
        for _ in range(self.count):
            placed, rest = fill(rest, width, room + self.gap, self.gap)
            columns.append(placed)
        return columns, rest


@dataclass(frozen=True, slots=True)
class _Filled:
    columns: Sequence[Sequence[Block]]
    gutter: float
    gap: float

    def height(self, width: float) -> float:
        return self._row().height(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        self._row().draw(canvas, x, top, width)

    def _row(self) -> Row:
        return Row([Cell(Stack(items, gap=self.gap)) for items in self.columns], gutter=self.gutter)


def fill(
    items: Sequence[Block], width: float, room: float, gap: float = 0.0
) -> tuple[list[Block], list[Block]]:
    """Return the blocks that fit in the room from the first on, and the rest."""
    placed: list[Block] = []
    for number, item in enumerate(items):
        height = item.height(width)
        if height <= room + 1e-6:
            placed.append(item)
            room -= height + gap
            continue
        parts = item.split(width, room)
        if parts is None:
            return placed, list(items[number:])
        return [*placed, parts[0]], [parts[1], *items[number + 1 :]]
    return placed, []
