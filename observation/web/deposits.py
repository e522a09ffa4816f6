"""What tablets send: batches of events, each answered with what became of every event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, current_app

from observation.core.batch import Batch, Unreadable, read_batch
from observation.core.errors import Refused
from observation.core.events import utc
from observation.store import Unavailable
from observation.store.devices import Device
from observation.store.receiving import REFUSED, Result, receive, still_missing
from observation.store.server import identity
from observation.store.telling import tell

from .api import CANNOT_WRITE, answer, bearer, json_body, retry, routes_of
from .screens import context
from .words import said

routes = routes_of("deposits")


@routes.post("/events")
def deposit() -> Response:
    """Take in a batch; nothing is answered to be kept that is not durable."""
    device = bearer()
    try:
        batch = read_batch(json_body())
    except Unreadable as refused:
        return retry(refused, 422, batch=refused.batch)
    try:
        return answer(_taken_in(device, batch))
    except OSError:
        return retry(CANNOT_WRITE, 507, batch=batch.id)
    except Unavailable as error:
        return retry(error.refused, 503, batch=batch.id)


def _taken_in(device: Device, batch: Batch) -> dict[str, Any]:
    store, received = context().store, utc(context().clock.now())
    results = receive(store, context().catalogue, device, batch.events, received)
    _tell(device, batch, results, received)
    return {
        "batch": batch.id,
        "received": received,
        "server": server(),
        "results": [_written(result) for result in results],
        "missing": {} if device.revoked else still_missing(store, device, batch.streams),
    }


def _tell(device: Device, batch: Batch, results: Sequence[Result], received: str) -> None:
    """Keep what the tablet told of itself; where that cannot be kept, its events still are."""
    came = [
        event for event, each in zip(batch.events, results, strict=True) if each.outcome != REFUSED
    ]
    last = came[-1] if came else None
    stream = last.get("stream") if isinstance(last, Mapping) else None
    left = None if batch.unsent is None else max(0, batch.unsent - len(came))
    named = (stream if isinstance(stream, str) else "") if came else None
    try:
        tell(context().store.registry, device.id, received, named, left)
    except (Refused, OSError, Unavailable) as error:
        current_app.logger.warning("What a tablet told is not kept: %s", error)


def server() -> dict[str, Any]:
    """Return which log, and which epoch of it, this server keeps."""
    found = identity(context().store.registry)
    return {"log": found.log, "epoch": found.epoch}


def _written(result: Result) -> dict[str, Any]:
    reason = {"reason": said(result.reason)} if result.reason else {}
    return {"id": result.id, "digest": result.digest, "outcome": str(result.outcome), **reason}
