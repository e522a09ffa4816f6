"""What becomes of a batch: each event is kept, or set aside with the reason; none stops another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from observation.core.batch import RECORDED, missing
from observation.core.canonical import canonical
from observation.core.errors import N_, Refused
from observation.core.events import SIZE_LIMIT, Event, is_uuid, read_event, stream_kind
from observation.core.review import REVIEWING
from observation.core.story import taken_back

from . import Log, Outcome, Receipt, Shell, Store
from .accounts import OBSERVER
from .catalogue import Catalogue
from .deposit import deposit_each
from .devices import Device
from .erased import refusals
from .erasure import erased_meanwhile
from .log import outcome_of
from .quarantine import SetAside, problem_of, set_aside
from .reading import read_stream
from .sample import refusal as of_sample

QUARANTINED = "quarantined"  # not taken in, but kept as it came
REFUSED = "refused"  # not kept here at all: the tablet must keep it
REVOKED = Refused(N_("This tablet was revoked; a lead decides what becomes of the event."))
OBSERVES = Refused(
    N_("This tablet was enrolled for observations only; a lead decides what becomes of the event.")
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event; `id` is None when it had none, `reason` why it was not taken in."""

    id: str | None
    digest: str
    outcome: str
    reason: Refused | None = None


def receive(
    store: Store, catalogue: Catalogue, device: Device, values: Sequence[Any], received: str
) -> list[Result]:
    """Take in what the device sent and return what became of each event, in order.

    All of it is durable when the call returns. Raises OSError when the store cannot write, and then
    nothing may be said to be kept; what was written by then is found again when it is sent again.
    """
    judged = [_judged(store, device, value) for value in values]
    taken = [each for each in judged if isinstance(each, Event)]
    streams = {event.stream for event in taken}
    with erased_meanwhile(store, device.study, streams, received, catalogue):
        return _receive(store, catalogue, device, values, judged, received)


def _receive(
    store: Store,
    catalogue: Catalogue,
    device: Device,
    values: Sequence[Any],
    judged: Sequence[Event | Refused],
    received: str,
) -> list[Result]:
    digests = [sha256(canonical(value)).hexdigest() for value in values]
    taken = [each for each in judged if isinstance(each, Event)]
    if device.revoked:
        became = _looked_up(store, device, taken)
    else:
        held = [
            of_sample(store, device.study, event) or reason
            for event, reason in zip(taken, refusals(store, device.study, taken), strict=True)
        ]
        free = [event for event, reason in zip(taken, held, strict=True) if reason is None]
        sent = {Receipt(received, device.id): free}
        kept = iter(deposit_each(store.events, catalogue, device.study, sent))
        became = [next(kept) if reason is None else reason for reason in held]
    outcomes = iter(became)
    results, aside = [], []
    for value, digest, event in zip(values, digests, judged, strict=True):
        id = _id(value)
        of = event if isinstance(event, Refused) else next(outcomes)
        if not isinstance(of, Refused):
            results.append(Result(id, digest, of))
        elif len(canonical(value)) > SIZE_LIMIT:
            results.append(Result(id, digest, REFUSED, of))
        else:
            aside.append(SetAside(digest, device.id, received, problem_of(id or "", of), value))
            results.append(Result(id, digest, QUARANTINED, of))
    set_aside(store.registry, aside)
    return results


def still_missing(
    store: Store, device: Device, streams: Mapping[str, int]
) -> dict[str, list[list[int]]]:
    """Return by stream which numbers, 1 to the stated last one, of the device are not held here.

    Events, conflicts and what is left of erased events count as held. A stream that cannot be read
    is left out: nobody can say what is in it.
    """
    found = {}
    for stream, last in streams.items():
        try:
            log = read_stream(store.events, device.study, stream)
        except Refused:
            continue
        found[stream] = missing(_numbers(log, device.id), last)
    return found


def event_of(value: Any) -> Event:
    """Return the event that a tablet sent; raise Refused for what no tablet may deposit."""
    event = read_event(value)
    if stream_kind(event.stream) not in RECORDED:
        raise Refused(
            N_("A tablet records observations and interviews only, not %(stream)s."),
            stream=event.stream,
        )
    return event


def _judged(store: Store, device: Device, value: Any) -> Event | Refused:
    try:
        event = event_of(value)
    except Refused as refused:
        return refused
    if device.role != OBSERVER:
        return event
    interview = stream_kind(event.stream) == "interview"
    if not interview and event.kind not in (*REVIEWING, "event-retracted"):
        return event
    try:
        log = read_stream(store.events, device.study, event.stream)
    except Refused:
        log = Log(event.stream)
    if outcome_of(log, event):  # nothing to decide; nor is what was erased kept again, set aside
        return event
    return OBSERVES if interview or _reviews(log, event) else event


def _reviews(log: Log, event: Event) -> bool:
    """Whether it is a step of the review or takes one back, which is not an observer's."""
    if event.kind != "event-retracted":
        return event.kind in REVIEWING
    return taken_back(log.events, str(event.data.get("event"))) in REVIEWING


def _looked_up(store: Store, device: Device, events: Sequence[Event]) -> list[Outcome | Refused]:
    """What became of each event of a revoked device: only what is here already is not set aside.

    That tells the device nothing that it did not have: whoever asks holds the very same event.
    """
    logs: dict[str, Log] = {}
    for stream in {event.stream for event in events}:
        try:
            logs[stream] = read_stream(store.events, device.study, stream)
        except Refused:
            logs[stream] = Log(stream)
    return [outcome_of(logs[event.stream], event) or REVOKED for event in events]


def _numbers(log: Log, device: str) -> list[int]:
    events = [kept.event for kept in (*log.kept, *log.conflicts)]
    items: list[Event | Shell] = [*events, *log.shells]
    return [item.seq for item in items if item.device == device]


def _id(value: Any) -> str | None:
    id = value.get("id") if isinstance(value, Mapping) else None
    return id if is_uuid(id) else None
