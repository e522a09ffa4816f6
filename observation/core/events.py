"""Events: what a researcher records, one act each, never changed once made.

The id is made where the act was recorded, so the union of two logs is idempotent and the order of
arrival does not matter. Undo and correction are events too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from .canonical import INTEGER_LIMIT, canonical, copied, digest
from .errors import N_, Refused

FORMAT = 1
LONGEST_PAGE = 366 * 86_400_000  # ms; beyond a year `elapsed` is no page's
SIZE_LIMIT = 256 * 1024  # bytes of one event in canonical form
STREAM_KINDS = ("study", "school", "observation", "interview")


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded act.

    `at` is the wall clock as ISO 8601 with offset; `elapsed` counts milliseconds since the page
    was loaded and is comparable within one `boot` only; `seq` counts 1, 2, 3 ... per device and
    stream; `by` is the code of the member who declares it.
    """

    id: str
    stream: str
    kind: str
    at: str
    elapsed: int
    device: str
    boot: str
    seq: int
    by: str
    data: Mapping[str, Any]
    format: int = FORMAT

    @property
    def digest(self) -> str:
        """The SHA-256 of the event's canonical bytes."""
        return digest(self.as_dict())

    @property
    def replaces(self) -> tuple[str, ...]:
        """The ids of the values that this one was made in the sight of."""
        found = self.data.get("replaces", ())
        return tuple(item for item in found if isinstance(item, str)) if _listed(found) else ()

    def as_dict(self) -> dict[str, Any]:
        """Return the event as a JSON object."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(field.name for field in fields(Event))


def read_event(value: Any) -> Event:
    """Return the event that a JSON object stands for; raise Refused with the reason otherwise.

    Only the envelope is judged. What the act says (`data`) is kept as it is: an unknown kind or an
    odd value is shown by the fold, since refusing it would lose it.
    """
    event = _judged(value)
    _check_size(canonical(event.as_dict()))
    return event


def sealed(event: Event) -> tuple[Event, bytes]:
    """Return the event with data that nobody else can change, and its canonical bytes; raise Refused.

    Refused is what `read_event` would refuse.
    """
    value = event.as_dict()
    value["data"], content = copied(event.data, depth=1)
    own = _judged(value)
    # Names in order; of the values only `by` can hold what JSON must escape, the rules see to that.
    parts = (
        *('{"at":"', own.at, '","boot":"', own.boot, '","by":', canonical(own.by).decode()),
        *(
            ',"data":',
            content.decode(),
            ',"device":"',
            own.device,
            '","elapsed":',
            str(own.elapsed),
        ),
        *(',"format":', str(own.format), ',"id":"', own.id, '","kind":"', own.kind),
        *('","seq":', str(own.seq), ',"stream":"', own.stream, '"}'),
    )
    content = "".join(parts).encode()
    _check_size(content)
    return own, content


def union(*logs: Iterable[Event]) -> tuple[Event, ...]:
    """Return every distinct event of the logs once, in an order that depends on nothing but them.

    Two events of one id with other content are both kept: nothing that was submitted is lost.
    """
    found: dict[str, list[Event]] = {}
    for log in logs:
        for event in log:
            found.setdefault(event.id, []).append(event)
    return tuple(event for id in sorted(found) for event in _distinct(found[id]))


def stream_kind(stream: str) -> str:
    """Return the kind of a stream's name, `<kind>/<uuid>`; raise Refused for another shape."""
    if not (isinstance(stream, str) and _STREAM.fullmatch(stream)):
        raise Refused(
            N_("A stream is named <kind>/<uuid> with one of the kinds %(kinds)s, not %(stream)s."),
            kinds=", ".join(STREAM_KINDS),
            stream=_shown(stream),
        )
    return stream.partition("/")[0]


def uuid7(milliseconds: int, random: str) -> str:
    """Return a UUIDv7 (RFC 9562) of 48 bits of Unix milliseconds and what is random in a UUIDv4."""
    time = f"{min(max(milliseconds, 0), 2**48 - 1):012x}"
    return f"{time[:8]}-{time[8:]}-7{random[15:]}"


def instant(text: str) -> int:
    """Return the milliseconds since 1970 (UTC) of an ISO 8601 time with offset; raise Refused."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise Refused(
            N_("A time is written as 2018-03-13T15:10:00+01:00, with its offset, not %(time)s."),
            time=_shown(text),
        )
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except (ValueError, OverflowError):
        raise Refused(N_("There is no such time as %(time)s."), time=_shown(text)) from None
    # Three times as fast as to divide by a millisecond, and every event needs it.
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def utc(moment: datetime) -> str:
    """Return a moment with offset as ISO 8601 in UTC with milliseconds, `2018-03-13T14:10:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_time(milliseconds: int, zone: str) -> datetime:
    """Return an instant (ms since 1970, UTC) as the wall clock showed it where `zone` was written.

    `zone` is any ISO 8601 time with offset of that place, such as the start of the session. An
    instant outside the years 1900 to 2199 becomes the nearest one inside: two broken clocks must
    not keep a record from being shown.
    """
    within = min(max(milliseconds, _EARLIEST), _LATEST)
    return (_EPOCH + within * _MILLISECOND).astimezone(datetime.fromisoformat(zone).tzinfo)


def is_uuid(value: Any) -> TypeGuard[str]:
    """Return whether the value is a UUID as this program writes them: text in lower case."""
    return isinstance(value, str) and bool(_UUID.fullmatch(value))


_NAMES = frozenset(FIELDS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_EARLIEST = (datetime(1900, 1, 2, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LATEST = (datetime(2199, 12, 30, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_TIME = re.compile(
    r"(19|20|21)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-][01]\d:[0-5]\d)"
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STREAM = re.compile(rf"({'|'.join(STREAM_KINDS)})/{_UUID.pattern}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_KIND = re.compile(r"[a-z]+(-[a-z]+)*")


def _distinct(same: list[Event]) -> Iterable[Event]:
    """The events of one id, each content once; only several need their digests to be told apart."""
    if len(same) == 1:
        return same
    by_digest = {event.digest: event for event in same}
    return [by_digest[digest] for digest in sorted(by_digest)]


def _judged(value: Any) -> Event:
    if not isinstance(value, Mapping):
        raise Refused(N_("An event must be an object, not %(kind)s."), kind=type(value).__name__)
    if type(value.get("format")) is not int or value["format"] != FORMAT:
        raise Refused(
            N_(
                "This event has format %(format)s; this program reads %(known)s. Install a newer one."
            ),
            format=_shown(value.get("format")),
            known=FORMAT,
        )
    if value.keys() != _NAMES:
        missing = [name for name in FIELDS if name not in value]
        unknown = [str(name) for name in value if name not in FIELDS]
        raise Refused(
            N_(
                "An event has exactly the fields %(fields)s; missing: %(missing)s; unknown: %(unknown)s."
            ),
            fields=", ".join(FIELDS),
            missing=", ".join(missing) or "-",
            unknown=_shown(", ".join(unknown) or "-"),
        )
    for name, (rule, meaning) in _RULES.items():
        try:
            fits = rule(value[name])
        except TypeError:  # a rule for texts met something else
            fits = False
        if not fits:
            raise Refused(
                N_("The field %(field)s of an event must be %(meaning)s, not %(value)s."),
                field=name,
                meaning=meaning,
                value=_shown(value[name]),
            )
    return Event(**value)


def _check_size(content: bytes) -> None:
    if len(content) > SIZE_LIMIT:
        raise Refused(
            N_(
                "An event holds at most %(limit)s bytes, this one %(size)s; write it as several notes."
            ),
            limit=SIZE_LIMIT,
            size=len(content),
        )


def _is_time(value: str) -> bool:
    try:
        return bool(_TIME.fullmatch(value) and datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_count(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= INTEGER_LIMIT


def _listed(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _shown(value: Any) -> str:
    """Return at most 60 characters of a value, for a sentence."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_RULES: dict[str, tuple[Callable[[Any], object], str]] = {
    "id": (_UUID.fullmatch, "a UUID in lower case"),
    "stream": (_STREAM.fullmatch, "<kind>/<uuid>, such as observation/0190...,"),
    "kind": (_KIND.fullmatch, "lower-case words and hyphens"),
    "at": (_is_time, "an ISO 8601 time with offset"),
    "elapsed": (
        lambda v: _is_count(v, 0) and v <= LONGEST_PAGE,
        "whole milliseconds, at most a year",
    ),
    "device": (_TOKEN.fullmatch, "1 to 64 plain characters"),
    "boot": (_TOKEN.fullmatch, "1 to 64 plain characters"),
    "seq": (lambda v: _is_count(v, 1), "a whole number, 1 or more"),
    "by": (lambda v: isinstance(v, str) and 0 < len(v) <= 64, "1 to 64 characters"),
    "data": (lambda v: isinstance(v, Mapping), "an object"),
}
