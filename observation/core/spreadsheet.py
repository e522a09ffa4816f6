"""Texts in spreadsheets: what keeps a cell from being run, and what brings the text back exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator

DANGEROUS = "=+-@\t\r"  # what a text begins with that a spreadsheet takes for a formula
LONGEST_CELL = 32_767  # UTF-16 units that a cell of an XLSX may hold
SHIELD = "excel-safe"  # the last column of a table whose texts are shielded

# The columns of this program's own tables.
CLAIM_COLUMNS = (
    *("claim", "part", "label", "interview", "kind", "date", "school", "topic-list"),
    *("participants", "respondents", "form", "text", "codes", "codebook", "stance", "mode"),
    *("scope", "frequency", "about", "unit", "place", "topic", "coder", "number"),
    *("source-tool", "source-document", "source-id", "memos", "interview-memos", "interview-id"),
)
CODE_COLUMNS = (
    *("code", "part", "kind", "parent", "name", "definition", "counts-when", "counts-not-when"),
    *("example", "aliases", "merged-into"),
)

_RUNS = re.compile(rf"'*[{re.escape(DANGEROUS)}]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def shielded(text: str) -> str:
    """Return the text with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if _RUNS.match(text) else text


def unshielded(text: str) -> str:
    """Return the text that `shielded` was given."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


def unescaped(text: str) -> str:
    """Return the text of an XLSX cell in which `_x000D_` and the like stand for characters."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def pieces(text: str, most: int = LONGEST_CELL) -> Iterator[str]:
    """Yield the text in pieces of at most so many UTF-16 units, at least one; no character is cut."""
    start = units = 0
    for place, character in enumerate(text):
        size = 2 if character > "\uffff" else 1
        if units + size > most:
            yield text[start:place]
            start, units = place, 0
        units += size
    yield text[start:]
