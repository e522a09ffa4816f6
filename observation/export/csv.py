"""An observation as CSV, one line per thing recorded; `docs/formats.md` describes it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from observation.core.records import Record
from observation.core.spreadsheet import shielded

from .json import observation_value

COLUMNS = (
    "label",
    "part",
    "start",
    "seconds",
    "code",
    "actor",
    "person",
    "role",
    "state",
    "judged",
    "text",
)


def observation_csv(record: Record, language: str) -> bytes:
    """Return the observation as CSV that a spreadsheet opens without running anything in it.

    UTF-8 with a byte order mark, comma, CRLF. Times are whole seconds since the start. A text that
    begins like a formula gets an apostrophe in front.
    """
    return b"\xef\xbb\xbf" + _table(record, language, safe=True)


def observation_csv_raw(record: Record, language: str) -> bytes:
    """Return the observation as CSV with every text exactly as it was typed. UTF-8, comma, CRLF."""
    return _table(record, language, safe=False)


def _table(record: Record, language: str, safe: bool) -> bytes:
    value = observation_value(record, language)
    target = StringIO(newline="")
    writer = csv.DictWriter(target, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(value):
        cells = {"label": value["label"], **row}
        writer.writerow({k: _safe(v) for k, v in cells.items()} if safe else cells)
    return target.getvalue().encode()


def _rows(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("school", "unit", "place", "observer", "date", "begin", "end", "source"):
        yield {"part": "header", "code": name, "text": value.get(name) or ""}
    yield {"part": "header", "code": "duration", "seconds": value["seconds"]}
    for person in value["people"]:
        about = {"person": person["person"], "role": person["role"], "text": person["reason"]}
        for spell in person["spells"] or [{}]:
            state = "present" if spell else "absent"
            yield {"part": "person", **about, **spell, "state": state}
    for phase in value["phases"]:
        yield {"part": "phase", "code": phase["phase"], **_times(phase)}
    for lead in value["leads"]:
        yield {"part": "lead", "person": lead["person"], "role": lead["role"], **_times(lead)}
    for interruption in value["interruptions"]:
        yield {"part": "interruption", "text": interruption["text"], **_times(interruption)}
    for indicator in value["indicators"]:
        about = {"part": "indicator", "code": indicator["code"], "actor": indicator["actor"]}
        about |= {"state": indicator["state"], "judged": indicator["judged"] or indicator["source"]}
        for sighting in indicator["sightings"] or [{"time": None, "person": ""}]:
            start = "" if sighting["time"] is None else sighting["time"]
            yield {**about, "start": start, "person": sighting["person"]}
    for note in value["notes"]:
        yield {
            "part": "note",
            "start": "" if note["time"] is None else note["time"],
            "code": " ".join(note["tags"]),
            "person": note["person"],
            "state": note["kind"],
            "text": note["text"],
        }
    for counter, number in value["board"].items():
        yield {"part": "board", "code": counter, "text": number}
    for question, answer in value["answers"].items():
        state = "draft" if answer["draft"] else "given"
        for text in (answer["text"], *answer.get("also", ())):
            yield {"part": "answer", "code": question, "state": state, "text": text}
    for question, answer in value["afterwards"].items():
        yield {
            "part": "afterwards",
            "code": question,
            "state": answer["choice"],
            "text": answer["text"],
        }


def _times(stretch: dict[str, Any]) -> dict[str, int]:
    return {"start": stretch["start"], "seconds": stretch["seconds"]}


def _safe(value: Any) -> Any:
    return shielded(value) if isinstance(value, str) else value
