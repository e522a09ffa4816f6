"""The blank schedule: the fallback on paper, two A4 pages for one session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from observation.core.errors import N_
from observation.core.instrument import Indicator, Instrument
from observation.core.judgements import NOT_JUDGEABLE, NOT_SEEN, SEEN
from observation.language import translator

from .behaviours import STATES, TABLES
from .glyphs import Glyph
from .layout import Block, Cell, Gap, Row, Rule, Stack, section
from .page import HEIGHT, Document, Marked, PageBreak, render
from .style import (
    BODY,
    HAIR,
    INK,
    LABEL,
    MUTED,
    QUESTION,
    SMALL,
    SMALL_STRONG,
    STROKE,
    TITLE,
    WIDTH,
    WRITE,
)
from .text import Text

MINUTES = 20
WRITING = 18.6  # between two lines to write on, about
LEAST = 3  # lines to write on for a question
BOX = 8.6
CHOICES = (SEEN, NOT_SEEN, NOT_JUDGEABLE)
CODES = N_("Only codes of people, no names.")
COLUMNS = (34.0, 92.0, 92.0, None)  # minute, phase, who leads, what


def blank_schedule(instrument: Instrument, language: str) -> bytes:
    """Return the schedule to fill in by hand as a PDF in this language."""
    say = translator(language)
    title = instrument.title[language]
    code = f"{instrument.id} {instrument.version} · {instrument.digest[:8]}"
    document = Document(
        title=title,
        subject=say(N_("Blank schedule to fill in by hand")),
        language=language,
        page=say(N_("page %(page)s of %(pages)s")),
        foot=f"{title} · {code} · {say(CODES)}",
    )
    sheet = _Sheet(instrument, language)
    return render([*sheet.questions(), PageBreak(), *sheet.minutes()], document)


class _Sheet:
    def __init__(self, instrument: Instrument, language: str) -> None:
        self.instrument, self.language = instrument, language
        self._ = translator(language)

    def questions(self) -> Iterator[Block]:
        """The first page: the header and the questions, each with lines to write on."""
        names = [item.name[self.language] for item in self.instrument.header]
        names += [self._(N_("School")), self._(N_("Unit")), self._(N_("Observer"))]
        names += [self._(N_("Begin and end"))]
        above: list[Block] = [Text(self.instrument.title[self.language], TITLE.but(size=17))]
        above += [Gap(3), Rule(STROKE, INK), Gap(3), self._fields(names), Gap(14)]
        yield from above
        head = Row([_half(self._(N_("Question"))), Cell(_strong(self._(N_("Observation"))))])
        head_block = Stack([head, Gap(2), Rule(STROKE, INK)])
        room = HEIGHT - sum(block.height(WIDTH) for block in (*above, head_block)) - 1
        texts = [Text(question.name[self.language], BODY) for question in self.instrument.questions]
        lines = [max(LEAST, ceil((text.height(QUESTION) + 8) / WRITING)) for text in texts]
        spacing = room / sum(lines)
        rows = [
            Row(
                [
                    Cell(Stack([Gap(4), text]), QUESTION),
                    Cell(_Lines(number, spacing)),
                ],
                rule=Rule(HAIR, INK) if text is not texts[0] else None,
            )
            for text, number in zip(texts, lines, strict=True)
        ]
        yield Marked(Stack(rows, head_block), self._(N_("Schedule")))

    def minutes(self) -> Iterator[Block]:
        """The second page: a line for every minute, the behaviours, and the board's counters."""
        first = [self.instrument.header[0].name[self.language], self._(N_("Observer"))]
        fields = self._fields([*first, self._(N_("Begins at")), self._(N_("Ends at"))])
        yield fields
        yield Gap(10)
        titles = (N_("Minute"), N_("Phase"), N_("Who leads"), N_("What happens"))
        cells = [
            Cell(Text(self._(t), SMALL_STRONG), w) for t, w in zip(titles, COLUMNS, strict=True)
        ]
        head = Stack([Row(cells, gutter=6), Gap(1.5), Rule(STROKE, INK)])
        below: list[Block] = [
            Gap(12),
            Marked(self._behaviours(), self._(N_("Behaviours"))),
            Gap(8),
            self._board(),
        ]
        room = HEIGHT - sum(block.height(WIDTH) for block in [fields, Gap(10), head, *below]) - 1
        lines = [_Minute(number, room / (MINUTES + 1)) for number in range(MINUTES + 1)]
        yield Marked(Stack(lines, head), self._(N_("Minutes")))
        yield from below

    def _fields(self, names: Sequence[str]) -> Block:
        rows = []
        for start in range(0, len(names), 4):
            cells = [Cell(_Field(name)) for name in names[start : start + 4]]
            rows.append(Row(cells))
        return Stack(rows, gap=5)

    def _behaviours(self) -> Block:
        """Every behaviour that a session can show, once, with three boxes."""
        legend: list[Cell] = []
        for choice in CHOICES:
            word = Text(self._(STATES[choice]), SMALL)
            legend += [Cell(Glyph(choice, SMALL), 7), Cell(word, 118)]
        legend.append(Cell(Text(self._(N_("no cross: not filled in")), SMALL.but(colour=MUTED))))
        tables = dict.fromkeys(group.table for group in self.instrument.groups)
        columns = [
            Cell(section(self._(TABLES[table]), [Gap(2), *self._of(table)])) for table in tables
        ]
        return Stack([Row(legend, gutter=5), Gap(8), Row(columns, gutter=22)])

    def _of(self, table: str) -> Iterator[Block]:
        yield Row([Cell(Gap(0)), *(Cell(Glyph(choice, SMALL), BOX) for choice in CHOICES)], 7)
        groups = {group.id for group in self.instrument.groups if group.table == table}
        for indicator in self.instrument.behaviours():
            if indicator.group in groups and indicator.locus != "outside":
                yield from self._boxed(indicator)

    def _boxed(self, indicator: Indicator) -> Iterator[Block]:
        names = [indicator.statement[self.language]]
        if indicator.log and indicator.log.part:
            names.append(f"– {indicator.log.part.name[self.language]}")
        for name in names:
            boxes = [Cell(_Box(), BOX) for _ in CHOICES]
            yield Row([Cell(Text(name, SMALL.but(leading=10))), *boxes], 7, 1.6, 1.6)

    def _board(self) -> Block:
        cells = [
            Cell(Row([Cell(Text(counter.name[self.language], SMALL)), Cell(_Box(15), 15)], 4))
            for counter in self.instrument.board
        ]
        rows: list[Block] = [Gap(3)]
        for start in range(0, len(cells), 4):
            row = cells[start : start + 4]
            rows.append(Row([*row, *([Cell(Gap(0))] * (4 - len(row)))], gutter=12, below=2))
        return section(self._(N_("Board")), rows)


def _half(text: str) -> Cell:
    return Cell(_strong(text), QUESTION)


def _strong(text: str) -> Text:
    return Text(text, BODY.but(bold=True))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A block of a fixed height that is never split."""

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None


@dataclass(frozen=True, slots=True)
class _Lines(_Drawn):
    """Lines to write on."""

    count: int
    spacing: float

    def height(self, width: float) -> float:
        return self.count * self.spacing

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        for number in range(1, self.count):  # the last one is the edge of the row
            _line(canvas, x, top - number * self.spacing, width)


@dataclass(frozen=True, slots=True)
class _Field(_Drawn):
    """A name with a line behind it."""

    name: str

    def height(self, width: float) -> float:
        return 27.0

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        Text(self.name, LABEL).draw(canvas, x, top, width)
        _line(canvas, x, top - self.height(width) + 1, width)


@dataclass(frozen=True, slots=True)
class _Minute(_Drawn):
    """The line of one minute."""

    number: int
    size: float

    def height(self, width: float) -> float:
        return self.size

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        bold = self.number % 5 == 0
        style = SMALL.but(bold=bold, leading=self.size, colour=INK if bold else MUTED)
        Text(str(self.number), style).draw(canvas, x, top, width)
        for column in COLUMNS:
            wide = width if column is None else column
            _line(canvas, x, top - self.size, wide)
            x, width = x + wide + 6, width - wide - 6


@dataclass(frozen=True, slots=True)
class _Box(_Drawn):
    """A square to put a cross or a number in."""

    size: float = BOX

    def height(self, width: float) -> float:
        return max(self.size + 1, 10.0)

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        canvas.setStrokeColorRGB(*INK)
        canvas.setLineWidth(0.7)
        canvas.rect(x, top - self.size - 0.7, self.size, self.size, stroke=1, fill=0)


def _line(canvas: Any, x: float, y: float, width: float) -> None:
    canvas.setStrokeColorRGB(*WRITE)
    canvas.setLineWidth(HAIR)
    canvas.line(x, y, x + width, y)
