"""Pages: blocks in, a PDF out. The same blocks give the same bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from observation.core.errors import N_
from observation.core.work import Progress, Step, quietly, told

from .fonts import FACES, registered
from .layout import Block, Gap
from .style import FOOT, HAIR, LINE, PORTRAIT, Paper, Style
from .text import Text, draw_line, line_width, printable, shortened

# reportlab's fonts keep a place in their file while they are cut down: one document at a time.
_one_at_a_time = threading.Lock()
HEIGHT = PORTRAIT.height
DRAWN = N_("Pages drawn")


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF says of itself, and on what paper.

    `page` is the footer's right text with %(page)s and %(pages)s; `foot` the left one, one line long,
    or with `whole` as many as it takes.
    """

    title: str
    subject: str
    language: str
    page: str
    foot: str
    paper: Paper = PORTRAIT
    style: Style = FOOT
    whole: bool = False


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""

    def height(self, width: float) -> float:
        return 0.0

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        pass


@dataclass(frozen=True, slots=True)
class AtFoot:
    """A block at the foot of the page on which it comes."""

    block: Block

    def height(self, width: float) -> float:
        return self.block.height(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return self.block.split(width, room)

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        self.block.draw(canvas, x, top, width)


@dataclass(frozen=True, slots=True)
class Marked:
    """A block with a bookmark, which the first of its parts keeps."""

    block: Block
    title: str

    def height(self, width: float) -> float:
        return self.block.height(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        parts = self.block.split(width, room)
        return parts and (Marked(parts[0], self.title), parts[1])

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        key = f"mark-{self.title}"
        canvas.bookmarkHorizontal(key, x, top)
        canvas.addOutlineEntry(printable(self.title), key, level=0)
        self.block.draw(canvas, x, top, width)


def render(
    blocks: Sequence[Block], document: Document, progress: Progress = quietly, part: int = 1
) -> bytes:
    """Return a PDF of A4 pages with these blocks under each other; what `progress` raises stops it.

    Of the whole work it is the last `part`.
    """
    with _one_at_a_time:
        pages = paginate(blocks, document.paper)
        step = Step(DRAWN, of=len(pages), part=part, parts=part)
        return _drawn(told(pages, progress, step), len(pages), document)


def paginate(blocks: Sequence[Block], paper: Paper = PORTRAIT) -> list[list[tuple[Block, float]]]:
    """Return for each page its blocks and how far each stands below the page's upper margin."""
    wide, most = paper.width, paper.height
    pages: list[list[tuple[Block, float]]] = [[]]
    used = 0.0
    rest = list(reversed(blocks))
    while rest:
        block = rest.pop()
        height = block.height(wide)
        if isinstance(block, PageBreak):
            pages.append([])
            used = 0.0
        elif isinstance(block, Gap):
            used += height if used else 0.0
        elif used + height <= most + 1e-6:
            used = most - height if isinstance(block, AtFoot) else used
            pages[-1].append((block, used))
            used += height
        elif (parts := block.split(wide, most - used)) is not None:
            pages[-1].append((parts[0], used))
            rest.append(parts[1])
            pages.append([])
            used = 0.0
        elif used:
            rest.append(block)
            pages.append([])
            used = 0.0
        else:  # taller than a page and nowhere to cut it: better over the edge than not at all
            pages[-1].append((block, used))
            used = most
    return [page for page in pages if page]


def _drawn(pages: Iterable[Sequence[tuple[Block, float]]], count: int, document: Document) -> bytes:
    target, paper = BytesIO(), document.paper
    canvas = Canvas(
        target,
        pagesize=document.paper.size,
        invariant=1,
        pageCompression=1,
        initialFontName=registered(FACES[False, False][0]),
        lang=document.language,
    )
    canvas.setTitle(printable(document.title))
    canvas.setSubject(printable(document.subject))
    canvas.setAuthor("")
    canvas.setCreator("observation")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for number, page in enumerate(pages, 1):
        for block, below in page:
            block.draw(canvas, paper.margin, paper.size[1] - paper.top - below, paper.width)
        _foot(canvas, document, document.page % {"page": number, "pages": count})
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def foot_height(document: Document, most: int = 999) -> float:
    """Return how high the foot is when its page numbers run to `most`."""
    room = _foot_room(document, document.page % {"page": most, "pages": most})
    return Text(document.foot, document.style).height(room)


def _foot_room(document: Document, page: str) -> float:
    return document.paper.width - line_width(page, document.style) - 2 * document.style.size


def _foot(canvas: Any, document: Document, page: str) -> None:
    paper, style = document.paper, document.style
    room = _foot_room(document, page)
    foot = document.foot if document.whole else shortened(document.foot, style, room)
    block = Text(foot, style)
    top = paper.footer + block.height(room) - style.leading + (style.leading + 0.7 * style.size) / 2
    line = top + 12 - (style.leading + 0.7 * style.size) / 2
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(HAIR)
    canvas.line(paper.margin, line, paper.size[0] - paper.margin, line)
    block.draw(canvas, paper.margin, top, room)
    right = style.but(right=True)
    draw_line(canvas, paper.size[0] - paper.margin, paper.footer, page, right)
