"""What was changed in a record: the value before, the value now, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from observation.core.events import Event, instant
from observation.core.format import clock
from observation.core.records import Entry, Record

from .entries import Line, lines
from .moments import day_and_time
from .words import language


@dataclass(frozen=True, slots=True)
class Change:
    """A change, made at a wall clock time by a member; `late` when the record was finished before."""

    event: str
    when: str
    by: str
    what: str
    old: tuple[str, ...]
    new: str
    because: str
    late: bool


def changes(record: Record) -> Iterator[Change]:
    """Yield what was replaced, taken back or put at another moment, in the order it was recorded."""
    log = record.observation.log
    told = {line.event: line for line in lines(record)}
    entries = {entry.event.id: entry for entry in log}
    finished = [e.recorded for e in log if e.event.kind == "observation-finished"]
    for entry in sorted(log, key=lambda each: (each.recorded, each.event.seq)):
        line = told.get(entry.event.id)
        if line is None or not isinstance(entry.event.data, Mapping):
            continue
        said = _said(record, entry, line, told, entries)
        if said is None:
            continue
        what, old, new = said
        late = any(moment < entry.recorded for moment in finished)
        at = day_and_time(entry.event.at)
        yield Change(entry.event.id, at, line.by, what, old, new, line.because, late)


def corrections(record: Record) -> dict[str, tuple[str, ...]]:
    """Return, per event, the corrections of its moment: a further one is to replace them."""
    found: dict[str, list[str]] = {}
    for entry in record.observation.log:
        about = entry.event.data.get("event")
        if entry.event.kind == "moment-corrected" and isinstance(about, str):
            found.setdefault(about, []).append(entry.event.id)
    return {about: tuple(ids) for about, ids in found.items()}


_Said = tuple[str, tuple[str, ...], str]


def _said(
    record: Record,
    entry: Entry,
    line: Line,
    told: Mapping[str, Line],
    entries: Mapping[str, Entry],
) -> _Said | None:
    event, data = entry.event, entry.event.data
    about = entries.get(str(data.get("event", data.get("note", ""))))
    was = told.get(about.event.id) if about else None
    match event.kind:
        case "event-retracted":
            if was is None or about is None:
                return "…", (), _("taken back")
            return _about(record, was, about), (_value(was, about.event, {}),), _("taken back")
        case "moment-corrected" if about is not None:
            new = _since(record, str(data.get("moment", "")))
            return was.text if was else "", (_original(record, event, about, entries),), new
        case "note-corrected":
            earlier = [told[id].text for id in event.replaces if id in told]
            return _("Note"), tuple(earlier) or ((was.text,) if was else ()), line.text
    before = [entries[id] for id in event.replaces if id in entries]
    if not before:
        return None
    old = tuple(_value(told.get(each.event.id), each.event, data) for each in before)
    return _about(record, line, entry), old, _value(line, event, data)


def _about(record: Record, line: Line, entry: Entry) -> str:
    """What an event is about, without what it says of it."""
    questions = (*record.instrument.questions, *record.instrument.afterwards)
    asked = entry.event.data.get("question")
    names = [each.name[language()] for each in questions if each.id == asked]
    return names[0] if names else line.text.partition(": ")[0]


def _value(line: Line | None, event: Event, asked: Mapping[str, Any]) -> str:
    """What an event says, without the name of what it is about."""
    if line is None:
        return "…"
    if event.kind == "observation-begun":
        return str(event.data.get(asked.get("field", ""), line.text))
    if event.kind == "answer-given":
        return line.detail or _("empty")
    value = line.text.partition(": ")[2] or line.text
    return f"{value} ({line.detail})" if line.detail else value


def _original(record: Record, event: Event, about: Entry, entries: Mapping[str, Entry]) -> str:
    """The moment that a correction changed: an earlier correction's, or the event's own."""
    for id in event.replaces:
        if id in entries and "moment" in entries[id].event.data:
            return _since(record, str(entries[id].event.data["moment"]))
    data = about.event.data
    if "moment" in data:
        return _since(record, str(data["moment"]))
    ago = data.get("ago", 0)
    return clock(about.recorded - (ago if isinstance(ago, int) else 0))


def _since(record: Record, iso: str) -> str:
    try:
        return clock(instant(iso) - record.observation.start)
    except ValueError:
        return iso
