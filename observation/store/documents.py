"""A log as documents of JSON in ASCII: one for each event id, whether kept, in conflict or erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from observation.core.errors import N_
from observation.core.events import Event

from . import Damaged, Kept, Log, Receipt, Shell
from .log import ordered
from .wholefile import Lines, line, to_json


def lines_of(log: Log) -> Lines:
    """Return the lines of the documents that stand for a log, by event id."""
    return {id: line(id, text) for id, text in documents_of(log).items()}


def documents_of(log: Log) -> dict[str, str]:
    """Return the documents that stand for a log, as text by event id."""
    receipts: dict[Receipt, str] = {}
    others: dict[str, list[str]] = defaultdict(list)
    for item in log.conflicts:
        others[item.event.id].append(f"{{{_fields(item, receipts)}}}")
    found = {}
    for item in log.kept:
        fields = _fields(item, receipts)
        if beside := others.get(item.event.id):
            fields += f',"conflicts":[{",".join(beside)}]'
        found[item.event.id] = f"{{{fields}}}"
    for shell in log.shells:
        erased = {"device": shell.device, "seq": shell.seq, "erased": shell.erased}
        found[shell.id] = to_json(erased)
    return found


def read_log(stream: str, rows: Mapping[str, Any]) -> Log:
    """Return the log that documents stand for, by event id; raise Damaged for another shape."""
    kept, conflicts, shells = [], [], []
    receipts: dict[tuple[str, str], Receipt] = {}  # mostly one for many events
    try:
        for id, row in rows.items():
            if "erased" in row:
                shells.append(Shell(id, stream, row["device"], row["seq"], row["erased"]))
            else:
                kept.append(_read(id, row, receipts))
                conflicts += [_read(id, other, receipts) for other in row.get("conflicts", ())]
        return ordered(stream, kept, conflicts, shells)
    except (TypeError, LookupError, AttributeError):
        raise Damaged(stream, N_("it is not a file of this program")) from None


def _fields(item: Kept, receipts: dict[Receipt, str]) -> str:
    receipt = receipts.get(item.receipt)
    if receipt is None:  # mostly one for many events
        received, source = to_json(item.receipt.received), to_json(item.receipt.source)
        receipt = receipts[item.receipt] = f'"received":{received},"source":{source}'
    if item.content is not None and item.content.isascii():
        event = item.content.decode()  # canonical bytes are JSON already
    else:
        event = to_json(item.event.as_dict())
    return f'"event":{event},"sha256":"{item.digest}",{receipt}'


def _read(id: str, row: Mapping[str, Any], receipts: dict[tuple[str, str], Receipt]) -> Kept:
    event = Event(**row["event"])
    if event.id != id:
        raise LookupError(id)
    received = row["received"], row["source"]
    receipt = receipts.get(received)
    if receipt is None:
        receipt = receipts[received] = Receipt(*received)
    return Kept(event, row["sha256"], receipt)
