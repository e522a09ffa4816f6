"""A log as TinyDB documents: one for each event id, whether kept, in conflict or erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tinydb.table import Document

from observation.core.errors import N_
from observation.core.events import Event

from . import Damaged, Kept, Log, Receipt, Shell
from .log import ordered


def documents(log: Log) -> dict[str, dict[str, Any]]:
    """Return the documents that stand for a log, by event id."""
    found = {item.event.id: _written(item) for item in log.kept}
    for item in log.conflicts:
        found[item.event.id].setdefault("conflicts", []).append(_written(item))
    for shell in log.shells:
        found[shell.id] = {"device": shell.device, "seq": shell.seq, "erased": shell.erased}
    return found


def read_log(stream: str, rows: Iterable[Document]) -> Log:
    """Return the log that documents stand for; raise Damaged when they are of another shape."""
    kept, conflicts, shells = [], [], []
    try:
        for row in rows:
            id = str(row.doc_id)
            if "erased" in row:
                shells.append(Shell(id, stream, row["device"], row["seq"], row["erased"]))
            else:
                kept.append(_read(id, row))
                conflicts += [_read(id, other) for other in row.get("conflicts", ())]
        return ordered(stream, kept, conflicts, shells)
    except (TypeError, LookupError, AttributeError):
        raise Damaged(stream, N_("it is not a file of this program")) from None


def _written(item: Kept) -> dict[str, Any]:
    return {
        "event": item.event.as_dict(),
        "sha256": item.digest,
        "received": item.receipt.received,
        "source": item.receipt.source,
    }


def _read(id: str, row: Mapping[str, Any]) -> Kept:
    event = Event(**row["event"])
    if event.id != id:
        raise LookupError(id)
    return Kept(event, row["sha256"], Receipt(row["received"], row["source"]))
