"""What tablets send: batches of events, each answered with what became of every event."""

from __future__ import annotations

from typing import Any

from flask import Response

from observation.core.batch import Batch, Unreadable, read_batch
from observation.core.events import utc
from observation.store import Unavailable
from observation.store.devices import Device
from observation.store.receiving import Result, receive, still_missing
from observation.store.server import identity

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
    return {
        "batch": batch.id,
        "received": received,
        "server": server(),
        "results": [_written(result) for result in results],
        "missing": {} if device.revoked else still_missing(store, device, batch.streams),
    }


def server() -> dict[str, Any]:
    """Return which log, and which epoch of it, this server keeps."""
    found = identity(context().store.registry)
    return {"log": found.log, "epoch": found.epoch}


def _written(result: Result) -> dict[str, Any]:
    reason = {"reason": said(result.reason)} if result.reason else {}
    return {"id": result.id, "digest": result.digest, "outcome": str(result.outcome), **reason}
