"""What researchers say of the verdicts: rulings, consensus between observers, feedback of respondents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .records import Entry
from .slots import standing


@dataclass(frozen=True, slots=True)
class Vote:
    """The state that one observer agrees to, the event that says so, and why."""

    state: str
    event: str
    reason: str = ""


Agreed = Mapping[tuple[frozenset[str], str, str], Mapping[str, Vote]]  # streams, indicator, actor


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one researcher rules of a cell, as it stands.

    `suggestion` is what the engine suggested then; another `verdict` has its `reason`. `text` is the
    interpretation. `blind` is whether the rulings of others were hidden. `at` is ISO 8601.
    """

    event: str
    by: str
    at: str
    indicator: str
    actor: str
    line: str
    period: str
    verdict: str
    suggestion: str
    reason: str = ""
    text: str = ""
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a respondent, or several, said of a finding when it was shown to them."""

    event: str
    by: str
    indicator: str
    text: str
    respondent: str = ""


def verdicts_by(rulings: Iterable[Ruling]) -> list[tuple[str, ...]]:
    """Return for each cell that several researchers ruled what each ruled, in the order of their codes."""
    cells: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for each in sorted(rulings, key=lambda each: each.event):
        cells[each.indicator, each.actor, each.line, each.period][each.by] = each.verdict
    return [
        tuple(verdict for _, verdict in sorted(ruled.items()))
        for _, ruled in sorted(cells.items())
        if len(ruled) > 1
    ]


def rulings_of(entries: Iterable[Entry]) -> tuple[Ruling, ...]:
    """Return what stands of `ruling-recorded`, one of each researcher for each cell; all that conflict."""
    found = standing(
        ((*_cell_of(entry), entry.event.by), entry.event, entry.event) for entry in entries
    )
    return tuple(
        Ruling(
            event=event.id,
            by=event.by,
            at=event.at,
            indicator=event.data["indicator"],
            actor=event.data["actor"],
            line=event.data["line"],
            period=event.data.get("period", ""),
            verdict=event.data["verdict"],
            suggestion=event.data["suggestion"],
            reason=event.data.get("because", ""),
            text=event.data.get("text", ""),
            blind=event.data.get("blind", False),
        )
        for slot in found.values()
        for event in slot.values
    )


def agreed_of(entries: Iterable[Entry]) -> Agreed:
    """Return by observer what each agrees to, of `consensus-recorded`; who says two things at once agrees to none."""
    every = list(entries)
    reasons = {entry.event.id: str(entry.event.data.get("because", "")) for entry in every}
    found = standing(
        (
            (
                frozenset(entry.event.data["observations"]),
                entry.event.data["indicator"],
                entry.event.data["actor"],
                entry.event.by,
            ),
            entry.event,
            entry.event.data["state"],
        )
        for entry in every
    )
    agreed: dict[tuple[frozenset[str], str, str], dict[str, Vote]] = defaultdict(dict)
    for (streams, indicator, actor, by), slot in found.items():
        if not slot.conflict:
            event = slot.events[-1]
            agreed[streams, indicator, actor][by] = Vote(slot.value, event, reasons[event])
    return dict(agreed)


def feedback_of(entries: Iterable[Entry]) -> tuple[Feedback, ...]:
    """Return what stands of `feedback-recorded`, in order."""
    found = standing(("", entry.event, entry.event) for entry in entries).get("")
    events = found.values if found else ()
    return tuple(
        Feedback(
            event.id,
            event.by,
            event.data["indicator"],
            event.data["text"],
            event.data.get("respondent", ""),
        )
        for event in events
    )


def _cell_of(entry: Entry) -> tuple[str, str, str, str]:
    data = entry.event.data
    return data["indicator"], data["actor"], data["line"], data.get("period", "")
