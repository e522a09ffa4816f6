"""Which font has which character: Noto Sans, then FiraGO, then Cascadia Mono, all from a package."""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from io import BytesIO

import pymupdf_fonts
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

# By (bold, italic): the fonts that are asked in turn, by their name in the package.
FACES = {
    (False, False): ("notos", "figo", "cascadia"),
    (True, False): ("notosbo", "figbo", "cascadiab"),
    (False, True): ("notosit", "figit", "cascadiai"),
    (True, True): ("notosbi", "figbi", "cascadiabi"),
}
_lock = threading.RLock()


def font_of(character: str, bold: bool = False, italic: bool = False) -> str | None:
    """Return the name under which reportlab knows the font of a character, None when none has it.

    A character that only the upright face has is set in that one.
    """
    for face in ((bold, italic), (False, False)):
        for name in FACES[face]:
            if _has(name, character):
                return registered(name)
    return None


@cache
def registered(name: str) -> str:
    """Register a font of the package with reportlab, once, and return its name there."""
    return str(_font(name).fontName)


@lru_cache(maxsize=65536)
def width(text: str, font: str, size: float) -> float:
    """Return how wide a text of one font is, in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def _has(name: str, character: str) -> bool:
    return bool(_font(name).face.charToGlyph.get(ord(character)))


_fonts: dict[str, TTFont] = {}


def _font(name: str) -> TTFont:
    found = _fonts.get(name)
    if found is None:
        with _lock:
            found = _fonts.get(name)
            if found is None:
                content = BytesIO(pymupdf_fonts.fontbuffers[name]())
                found = TTFont(f"observation-{name}", content, shapable=False)
                pdfmetrics.registerFont(found)
                _fonts[name] = found
    return found
