"""What of a text can be printed: the first thing that happens to every text."""

from __future__ import annotations

import re
import unicodedata

from .fonts import font_of

_NEW_LINES = re.compile("\r\n|[\n\v\f\r\x85\u2028\u2029]")
_SELECTORS = re.compile("[\ufe00-\ufe0f]")  # they choose the look of what stands before them


def printable(text: str) -> str:
    """Return the text as it will be printed: NFC, without control characters, lines ended by `\\n`.

    Invisible characters that steer layout go out too; what no font has becomes `[U+1F642]`.
    """
    lines = _NEW_LINES.split(unicodedata.normalize("NFC", text))
    return "\n".join("".join(map(_shown, _SELECTORS.sub("", line))) for line in lines)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cf"):
        return " " if character == "\t" else ""
    if category == "Zs" and character != "\xa0":
        return " "
    return character if _known(character) else f"[U+{ord(character):04X}]"


def _known(character: str) -> bool:
    known = _KNOWN.get(character)
    if known is None:
        known = _KNOWN[character] = font_of(character) is not None
    return known


_KNOWN: dict[str, bool] = {}
