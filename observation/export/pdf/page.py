"""Pages: blocks in, a PDF out. The same blocks give the same bytes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from .fonts import FACES, registered
from .layout import Block, Gap
from .style import BOTTOM, FOOT, FOOTER, HAIR, LINE, MARGIN, PAGE, TOP, WIDTH
from .text import draw_line, line_width, printable, shortened

# reportlab's fonts keep a place in their file while they are cut down: one document at a time.
_one_at_a_time = threading.Lock()
HEIGHT = PAGE[1] - TOP - BOTTOM


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF says of itself: `page` is the footer's left text with %(page)s and %(pages)s."""

    title: str
    subject: str
    language: str
    page: str
    foot: str


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


def render(blocks: Sequence[Block], document: Document) -> bytes:
    """Return a PDF of A4 pages with these blocks under each other."""
    with _one_at_a_time:
        return _drawn(paginate(blocks), document)


def paginate(blocks: Sequence[Block]) -> list[list[tuple[Block, float]]]:
    """Return for each page its blocks and how far each stands below the page's upper margin."""
    pages: list[list[tuple[Block, float]]] = [[]]
    used = 0.0
    rest = list(reversed(blocks))
    while rest:
        block = rest.pop()
        height = block.height(WIDTH)
        if isinstance(block, PageBreak):
            pages.append([])
            used = 0.0
        elif isinstance(block, Gap):
            used += height if used else 0.0
        elif used + height <= HEIGHT + 1e-6:
            used = HEIGHT - height if isinstance(block, AtFoot) else used
            pages[-1].append((block, used))
            used += height
        elif (parts := block.split(WIDTH, HEIGHT - used)) is not None:
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
            used = HEIGHT
    return [page for page in pages if page]


def _drawn(pages: Sequence[Sequence[tuple[Block, float]]], document: Document) -> bytes:
    target = BytesIO()
    canvas = Canvas(
        target,
        pagesize=PAGE,
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
            block.draw(canvas, MARGIN, PAGE[1] - TOP - below, WIDTH)
        _foot(canvas, document, document.page % {"page": number, "pages": len(pages)})
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _foot(canvas: Any, document: Document, page: str) -> None:
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(HAIR)
    canvas.line(MARGIN, FOOTER + 12, PAGE[0] - MARGIN, FOOTER + 12)
    room = WIDTH - line_width(page, FOOT) - 2 * FOOT.size
    foot = shortened(document.foot, FOOT, room)
    draw_line(canvas, MARGIN, FOOTER, foot, FOOT)
    draw_line(canvas, PAGE[0] - MARGIN, FOOTER, page, FOOT.but(right=True))
