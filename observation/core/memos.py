"""Memos: a researcher's thoughts on a claim, a code, a school, an interview or the study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .records import Entry
from .slots import standing


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
