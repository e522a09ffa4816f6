"""The comparison of schools as PDF, A4 landscape: the same parts as on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from observation.core.cells import Settings
from observation.core.errors import N_
from observation.core.triangulation import RULES
from observation.core.verdicts import NO_DATA
from observation.core.work import Progress, quietly
from observation.export.charts import Box, Chart, Dot, Label, Line
from observation.export.comparison import Comparison, Mark, Part, Table, parts
from observation.export.comparison import Row as Told
from observation.export.small_groups import small_groups_line

from .layout import Block, Cell, Gap, Row, Rule, Stack
from .page import Document, Marked, PageBreak, foot_height, render
from .provenance import NO_JUDGEMENT
from .sheet_cells import QUIET, SEPARATOR, STRONG, TEXT
from .style import (
    BAND,
    HAIR,
    INK,
    LANDSCAPE,
    LEADING_ROLE,
    LINE,
    MUTED,
    ROLES,
    STROKE,
    WHITE,
    WRITE,
    Colour,
)
from .text import Span, Text, draw_line, line_width
from .triangulation import AUDIENCES, BAND_NAME, FOOT, shade
from .verdict_glyphs import draw_verdict

SCALE = 0.75  # points to a pixel of a chart
COLUMNS = 20  # beside the first: more go on in a table below
GUTTER = 8.0
BANDS_BESIDE = ("verdicts", "views")  # parts that are to fit on a page
ABOVE = 1.2  # a row's text, and below it
HEADING = BAND_NAME.but(size=13, leading=17)
FILLS: dict[str, Colour] = {"seen": INK, "bar": WRITE}
DASHES = {"nothing": (2, 1.5), "usual": (2, 1.5)}
LINES = {"axis": MUTED, "grid": LINE, "usual": INK}


def comparison_print(
    compared: Sequence[Comparison],
    stamp: str = "",
    date: str = "",
    progress: Progress = quietly,
    part: int = 1,
) -> bytes:
    """Return the comparison as a PDF, some schools after each other; the same arguments give the same bytes.

    `compared` are schools of one study, for one audience, in one language; `stamp` names the data,
    `date` is the day it was made (YYYY-MM-DD). `progress` is told of each page; of the whole work they
    are the last `part`.
    """
    first = compared[0]
    document = Document(
        title=first.say(N_("Compare schools")),
        subject=first.say(N_("Whether observation bears out what was said")),
        language=first.language,
        page=first.say(N_("page %(page)s of %(pages)s")),
        foot=_foot(first, stamp, date),
        paper=LANDSCAPE,
        style=FOOT,
        whole=True,
    )
    bottom = LANDSCAPE.footer + foot_height(document) + 10
    document = replace(document, paper=replace(LANDSCAPE, bottom=bottom))
    return render([block for each in compared for block in _blocks(each)], document, progress, part)


def _foot(compared: Comparison, stamp: str, date: str) -> str:
    told = [
        compared.say(AUDIENCES.get(compared.audience, compared.audience)),
        compared.say(N_("rules %(version)s"), version=RULES),
        *_settings(compared),
    ]
    told += [compared.say(N_("data %(stamp)s"), stamp=stamp)] if stamp else []
    told += [date] if date else []
    told.append(compared.say(N_("a count with what it is out of; no average and no score")))
    told.append(compared.say(NO_JUDGEMENT))
    return SEPARATOR.join(told)


def _settings(compared: Comparison) -> Iterator[str]:
    settings = compared.found[0].settings if compared.found else Settings()
    if settings.period.name:
        yield compared.say(N_("period: %(period)s"), period=settings.period.name)
    if settings.approved_only:
        yield compared.say(N_("approved observations only"))
    if settings.strict:
        yield compared.say(N_("strict: agreement asks for equal prominence"))


def _blocks(compared: Comparison) -> Iterator[Block]:
    schools = ", ".join(found.case.school.code for found in compared.found)
    title = compared.say(N_("Compare schools"))
    below = SEPARATOR.join(filter(None, (compared.study.name, schools)))
    name = Text([title, Span(f"   {below}", bold=False, colour=MUTED)], HEADING)
    yield Marked(name, f"{title} {schools}")
    cases = [found.case for found in compared.found]
    small = small_groups_line(cases, compared.instrument, compared.language, compared.audience)
    if small:
        yield Text(small, QUIET)
    for number, part in enumerate(parts(compared)):
        # The matrix is a page, the three views are the next: what is looked up most stands alone.
        if number in (2, 3):
            yield PageBreak()
        yield from _part(part, compared)
    yield PageBreak()


def _part(part: Part, compared: Comparison) -> Iterator[Block]:
    yield Gap(8)
    head: list[Block] = [Text(part.title, BAND_NAME), Text(part.text, QUIET), Gap(3)]
    figures = list(_figures(part, compared))
    # A title never stands alone at the foot of a page: it keeps its first figure beside it.
    first = figures[0] if figures else Gap(0)
    yield Marked(_Together(Stack(head), first), part.title)
    for figure in figures[1:]:
        yield Gap(8)
        yield figure


def _figures(part: Part, compared: Comparison) -> Iterator[Block]:
    for figure in part.figures:
        name: list[Block] = [Text(figure.name, STRONG), Gap(3)] if figure.name else []
        table, silent = _without_silent(figure.table)
        tables: list[Block] = list(_tables(table, part.id))
        if silent:
            told = compared.say(N_("No data of: %(names)s"))
            tables.append(Text(told % {"names": "; ".join(silent)}, QUIET))
        if figure.chart:
            chart = _Drawn(figure.chart)
            wide = figure.chart.width * SCALE
            row = Row([Cell(chart, wide), Cell(Stack(tables))], 20, whole=250)
            yield _Together(Stack(name), row)
        elif tables:
            yield _Together(Stack(name), tables[0])
            yield from tables[1:]


def _tables(table: Table, part: str) -> Iterator[Block]:
    """The table, or several below each other where it has more columns than a page is wide."""
    if not table.rows:
        return
    if part in BANDS_BESIDE:
        table = _with_bands_beside(table)
    for first in range(1, len(table.columns), COLUMNS):
        some = range(first, min(first + COLUMNS, len(table.columns)))
        columns = (table.columns[0], *(table.columns[place] for place in some))
        rows = [
            row if row.band else replace(row, cells=(row.cells[0], *(row.cells[p] for p in some)))
            for row in table.rows
        ]
        yield _table(columns, rows, part)


def _without_silent(table: Table) -> tuple[Table, list[str]]:
    """The table without rows of which no school has any data, and the names of these."""
    silent = [row for row in table.rows if _is_silent(row)]
    rows = tuple(row for row in table.rows if not _is_silent(row))
    return replace(table, rows=rows), [str(row.cells[0]) for row in silent]


def _is_silent(row: Told) -> bool:
    marks = [cell for cell in row.cells if isinstance(cell, Mark)]
    return bool(marks) and all(mark.verdict.verdict == NO_DATA for mark in marks)


def _with_bands_beside(table: Table) -> Table:
    """The table with the names of its bands in a column of their own, which takes less of a page."""
    rows, name = [], ""
    for row in table.rows:
        if row.band:
            name = str(row.cells[0])
        else:
            rows.append(Told((name, *row.cells)))
            name = ""
    return Table(("", *table.columns), tuple(rows))


def _table(columns: Sequence[str], rows: Sequence[Told], part: str) -> Block:
    shares = _shares(columns, part)
    head = Stack([_line([Text(name, STRONG) for name in columns], shares), Rule(STROKE, INK)])
    return Stack([_row(row, shares) for row in rows], head)


def _shares(columns: Sequence[str], part: str) -> list[float]:
    """The columns' parts of the width: texts take more than numbers."""
    others = len(columns) - 1
    if part == "saturation":
        return [3, 5, 1.4, 1][: others + 1]
    if part == "expectations":
        return [1, 3, 6]
    if part in BANDS_BESIDE:
        wide = 5.0 if others < 5 else 2.5
        return [1.2, wide, *[2.0] * (others - 1)]
    first = {"counts": 1.4, "coverage": 4.0, "in-phases": 4.0, "axes": 1.4}.get(part, 2.0)
    shares = [first, *[1.0] * others]
    if part == "axes":
        shares[1:] = [6.0, 2.0]
    return shares


@dataclass(frozen=True, slots=True)
class _Shared:
    """Blocks beside each other, with shares of the width; a row is never split."""

    blocks: tuple[Block, ...]
    shares: tuple[float, ...]

    def height(self, width: float) -> float:
        return max(block.height(wide) for block, _, wide in self._placed(0, width)) + 2 * ABOVE

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        for block, left, wide in self._placed(x, width):
            block.draw(canvas, left, top - ABOVE, wide)

    def _placed(self, x: float, width: float) -> Iterator[tuple[Block, float, float]]:
        free = width - GUTTER * (len(self.blocks) - 1)
        for block, share in zip(self.blocks, self.shares, strict=True):
            wide = free * share / sum(self.shares)
            yield block, x, wide
            x += wide + GUTTER


def _line(blocks: Sequence[Block], shares: Sequence[float]) -> Block:
    return _Shared(tuple(blocks), tuple(shares))


def _row(row: Told, shares: Sequence[float]) -> Block:
    if row.band:
        return _Banded(str(row.cells[0]))
    cells = [_cell(each) for each in row.cells]
    return Stack([_line(cells, shares), Rule(HAIR, LINE)])


def _cell(cell: str | Mark) -> Block:
    if isinstance(cell, str):
        return Text(cell, TEXT)
    return _Marked(cell)


class _Marked:
    """A verdict: its glyph, its word, and beside or below it how often it was seen and said."""

    def __init__(self, mark: Mark) -> None:
        self._verdict = mark.verdict
        told = [Span(mark.word, bold=True)]
        told += [Span(f"  {mark.figures}", colour=MUTED)] if mark.figures else []
        self._text = Text(told, TEXT)

    def height(self, width: float) -> float:
        return self._text.height(width - 14)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        middle = top - TEXT.leading / 2
        draw_verdict(canvas, self._verdict.verdict, self._verdict.provisional, x + 5, middle, 4.4)
        self._text.draw(canvas, x + 14, top, width - 14)


@dataclass(frozen=True, slots=True)
class _Banded:
    """The name of the rows below, over the width of the table."""

    text: str

    def height(self, width: float) -> float:
        return STRONG.leading + 5

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        shade(canvas, x, top, width, self.height(width), BAND)
        Text(self.text, STRONG).draw(canvas, x + 4, top - 2.5, width - 8)


@dataclass(frozen=True, slots=True)
class _Together:
    """A heading with what it is of: they are parted only where the rest can be split, never in between."""

    head: Block
    body: Block

    def height(self, width: float) -> float:
        return self.head.height(width) + self.body.height(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        parts = self.body.split(width, room - self.head.height(width))
        return parts and (_Together(self.head, parts[0]), parts[1])

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        self.head.draw(canvas, x, top, width)
        self.body.draw(canvas, x, top - self.head.height(width), width)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A chart, three quarters of its size in pixels; one that is wider than its room is made to fit."""

    chart: Chart

    def height(self, width: float) -> float:
        return self.chart.height * self._scale(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        scale = self._scale(width)
        for shape in self.chart.shapes:
            _draw(canvas, shape, x, top, scale)

    def _scale(self, width: float) -> float:
        return min(SCALE, width / self.chart.width)


def _draw(canvas: Any, shape: Box | Line | Dot | Label, x: float, top: float, scale: float) -> None:
    left, upper = x + shape.x * scale, top - shape.y * scale
    if isinstance(shape, Label):
        style = (STRONG if shape.look == "strong" else TEXT).but(colour=_ink(shape.look))
        wide = line_width(shape.text, style)
        left -= {"middle": wide / 2, "end": wide}.get(shape.anchor, 0)
        draw_line(canvas, left, upper, shape.text, style)
    elif isinstance(shape, Dot):
        canvas.setFillColorRGB(*INK)
        canvas.circle(left, upper, 4 * scale, stroke=0, fill=1)
    elif isinstance(shape, Line):
        canvas.saveState()
        canvas.setStrokeColorRGB(*LINES[shape.look])
        canvas.setLineWidth(STROKE if shape.look == "usual" else HAIR)
        canvas.setDash(*DASHES.get(shape.look, ()))
        canvas.line(left, upper, x + shape.to_x * scale, top - shape.to_y * scale)
        canvas.restoreState()
    else:
        _box(canvas, shape, left, upper, scale)


def _box(canvas: Any, box: Box, left: float, upper: float, scale: float) -> None:
    wide, high = box.width * scale, box.height * scale
    colour = FILLS.get(box.look) or _role(box.look)
    canvas.saveState()
    canvas.setLineWidth(HAIR if box.look in ("frame", "outside") else 0.8)
    canvas.setStrokeColorRGB(*(LINE if box.look in ("frame", "outside") else INK))
    canvas.setDash(*DASHES.get(box.look, ()))
    canvas.setFillColorRGB(*(colour or WHITE))
    if colour and box.look.startswith("role"):
        canvas.setStrokeColorRGB(*WHITE)
    canvas.rect(
        left, upper - high, wide, high, stroke=int(box.look != "bar"), fill=int(bool(colour))
    )
    canvas.restoreState()


def _role(look: str) -> Colour | None:
    if not look.startswith("role-"):
        return None
    number = int(look.removeprefix("role-")) - 1
    return ROLES[number - 1] if number else LEADING_ROLE


def _ink(look: str) -> Colour:
    """A label's colour: on a role light or dark, whichever stands out."""
    role = _role(look)
    if role is None:
        return MUTED if look == "soft" else INK
    red, green, blue = role
    return WHITE if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else INK
