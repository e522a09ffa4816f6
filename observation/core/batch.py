"""A batch: what a tablet sends at once, and the answer to what the server still lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .canonical import INTEGER_LIMIT, canonical, parse_json
from .errors import N_, Refused
from .events import is_uuid, stream_kind

PROTOCOL = "observation-sync/1"
RECORDED = ("observation", "interview")  # the kinds of stream that a tablet may add to
MOST_EVENTS = 200  # in one batch
MOST_STREAMS = 1_000  # of which one batch states the last number


@dataclass(frozen=True, slots=True)
class Batch:
    """The events as they were sent, not yet judged, and the last `seq` of the tablet by stream.

    `unsent` is how many events the tablet held unsent, these included, None when it did not say.
    """

    id: str
    events: tuple[Any, ...]
    streams: Mapping[str, int]
    unsent: int | None = None


class TooMany(Refused):
    """A batch that is whole, but larger than one may be."""


class Unreadable(Refused):
    """A batch that did not arrive as it was sent; `batch` is its id where that can be read."""

    def __init__(self, batch: str | None, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.batch = batch


def read_batch(body: bytes) -> Batch:
    """Return the batch in the body of a request.

    Raises TooMany for more events or streams than one batch may have, and Unreadable for anything
    that is not exactly what was sent: nothing of it can be believed then.
    """
    try:
        value = parse_json(body)
    except Refused as refused:
        raise Unreadable(None, refused.sentence, **refused.values) from None
    id = value.get("batch") if isinstance(value, Mapping) else None
    id = id if is_uuid(id) else None
    if id is None or value.get("protocol") != PROTOCOL:
        raise Unreadable(
            id, N_("This is no batch of the protocol %(protocol)s."), protocol=PROTOCOL
        )
    events, streams = value.get("events"), value.get("streams", {})
    if not isinstance(events, list) or not _are_counts(streams):
        raise Unreadable(id, N_("A batch has a list of events and the last number of each stream."))
    if len(events) > MOST_EVENTS or len(streams) > MOST_STREAMS:
        raise TooMany(
            N_("A batch has at most %(events)s events and %(streams)s streams; send it in parts."),
            events=MOST_EVENTS,
            streams=MOST_STREAMS,
        )
    try:
        found = digest_of(events)
    except Refused as refused:
        raise Unreadable(id, refused.sentence, **refused.values) from None
    if found != value.get("digest"):
        raise Unreadable(id, N_("What arrived is not what was sent; send it again."))
    unsent = value.get("unsent")
    return Batch(id, tuple(events), streams, unsent if _is_count(unsent) else None)


def digest_of(events: Iterable[Any]) -> str:
    """Return the SHA-256 of the canonical bytes of a list of events, in hexadecimal digits.

    Event by event, since the list as a whole is nested one deeper than an event may be.
    """
    return hashlib.sha256(b"[" + b",".join(map(canonical, events)) + b"]").hexdigest()


def missing(held: Iterable[int], last: int) -> list[list[int]]:
    """Return the ranges `[from, to]` of 1 to `last` that are not among the numbers held."""
    ranges, expected = [], 1
    for number in sorted({number for number in held if 1 <= number <= last}):
        if number > expected:
            ranges.append([expected, number - 1])
        expected = number + 1
    if expected <= last:
        ranges.append([expected, last])
    return ranges


def _are_counts(streams: Any) -> bool:
    return isinstance(streams, Mapping) and all(
        _is_stream(stream) and _is_count(last) for stream, last in streams.items()
    )


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= INTEGER_LIMIT


def _is_stream(stream: str) -> bool:
    try:
        return stream_kind(stream) in RECORDED
    except Refused:
        return False
