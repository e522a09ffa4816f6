"""Memos: a researcher's thoughts on a claim, a code, a school, an interview or the study."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .records import Entry
from .slots import standing

_BREAK = "\n* * *\n"  # between several memos in one cell of a table
_LINE = re.compile(r"^(\\*)(\* \* \*)$", re.M)


@dataclass(frozen=True, slots=True)
class Memo:
    """One memo as it stands: on a code or a claim (the id of one of its events), or on the whole."""

    event: str
    text: str
    by: str
    code: str = ""
    claim: str = ""


def memos(entries: Iterable[Entry]) -> tuple[Memo, ...]:
    """Return every memo that no other replaces, in order: several on one thing stand side by side."""
    found = standing(("", entry.event, entry.event) for entry in entries)
    return tuple(
        Memo(
            event.id,
            event.data["text"],
            event.by,
            event.data.get("code", ""),
            event.data.get("claim", ""),
        )
        for slot in found.values()
        for event in slot.values
    )


def in_one_cell(texts: Iterable[str]) -> str:
    """Return texts as one, with a line of `* * *` between them; `from_one_cell` gives them back."""
    return _BREAK.join(_LINE.sub(r"\\\1\2", text) for text in texts)


def from_one_cell(text: str) -> list[str]:
    """Return the texts that `in_one_cell` was given; one that is empty is none."""
    parts = text.split(_BREAK) if text else []
    return [re.sub(r"^\\(\\*\* \* \*)$", r"\1", part, flags=re.M) for part in parts]
