"""What is derived from many streams at once: a small value a stream, made again when the stream changed.

A look compares the versions of all streams with those that the values were made of, and folds what
differs. There is no high-water mark that could pass over something, and nothing is lost with the values.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from observation.core.errors import Refused

from . import Damaged, EventStore, Log
from .looking import afresh, once
from .reading import read_stream
from .rows import Rows

FEW = 100  # streams that whoever looks folds on the way
ERASED = "erased"  # the text of a stream that holds nothing but shells
PATIENCE = 1.0  # seconds for which a look folds when nobody else can
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Projection(Generic[T]):
    """A pure function from one stream's log to a small JSON value, for the streams of one kind.

    `version` is another one when the same log may give another value; `read` makes of the value
    what it stands for. `part` says of a value which part of the study it is of, such as a school.
    """

    name: str
    kind: str
    version: str
    of: Callable[[Log], Any]
    read: Callable[[Any], T]
    part: Callable[[Any], str] = lambda _: ""


class Found(Generic[T]):
    """A value as it was kept: which part it is of is known, all else is read when it is first asked for."""

    __slots__ = ("_read", "_text", "_value", "part")
    _value: T

    def __init__(self, part: str, text: str, read: Callable[[Any], T]) -> None:
        self.part = part
        self._text: str | None = text
        self._read = read

    @property
    def value(self) -> T:
        """What was kept."""
        text = self._text
        if text is not None:
            self._value = self._read(json.loads(text))
            self._text = None  # last, so that another thread finds the text or the value
        return self._value


# A version, and the value or why there is none; None of what holds no event, so is no record.
Known = tuple[str, Found[T] | Refused | None]


class Values(Mapping[str, T]):
    """Values by stream, each read when it is asked for."""

    def __init__(self, found: Mapping[str, Found[T]]) -> None:
        self._found = found
        self._parts: dict[str, list[Found[T]]] | None = None  # once it was asked for

    def __getitem__(self, stream: str) -> T:
        return self._found[stream].value

    def __contains__(self, stream: object) -> bool:
        return stream in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def of(self, *parts: str) -> Iterator[T]:
        """Yield the values of these parts of the study; no other is read."""
        if self._parts is None:
            found: dict[str, list[Found[T]]] = {}
            for each in self._found.values():
                found.setdefault(each.part, []).append(each)
            self._parts = found
        return (each.value for part in dict.fromkeys(parts) for each in self._parts.get(part, ()))


@dataclass(frozen=True, slots=True)
class Look(Generic[T]):
    """What a projection says of a study: values by stream, why others cannot be read, how many are to come.

    `versions` are of the streams whose value is of exactly this version; `streams` is every stream of
    the study, of any kind.
    """

    values: Values[T]
    damaged: Mapping[str, Refused]
    missing: int
    versions: Mapping[str, str]
    streams: Mapping[str, str]


class Projected(Generic[T]):
    """A projection of a store; any number of threads may look.

    `elsewhere` is asked when much is to be folded and returns whether somebody else does: then a look
    goes without what is missing. Without it, whoever looks folds everything.
    """

    def __init__(self, events: EventStore, projection: Projection[T], rows: Rows) -> None:
        self.elsewhere: Callable[[], bool] | None = None
        self.shared = False  # whether others know what was kept last
        self._events = events
        self._projection = projection
        self._rows = rows
        self._known: dict[str, dict[str, Known[T]]] = {}  # by study and stream

    @property
    def kind(self) -> str:
        """Of which kind of streams it is."""
        return self._projection.kind

    def look(self, study: str) -> Look[T]:
        """Return what the projection says of the study's streams as they are now."""
        return once(self, study, lambda: self._look(study))

    def _look(self, study: str) -> Look[T]:
        streams = self._events.versions(study)
        versions = self._own(streams)
        known = self._of(study, versions)
        if self.elsewhere is not None and len(versions) - len(known) > FEW:
            helped = self.elsewhere()
            known = self._of(study, versions)
            if helped and len(versions) - len(known) > FEW:
                return _look(known, versions, streams)
        made = self._made(study, {s: v for s, v in versions.items() if s not in known})
        made |= self._mended(study, known)
        if not made:
            return _look(known, versions, streams)
        known = known | self.keep(study, made)
        with afresh():
            after = self._events.versions(study)
        exact = {s: v for s, v in versions.items() if after.get(s) == v}
        return _look(known, versions, streams, exact)

    def behind(self, study: str) -> dict[str, str]:
        """Return the versions of those streams that are still to be folded."""
        versions = self._own(self._events.versions(study))
        known = self._of(study, versions)
        return {s: v for s, v in versions.items() if s not in known}

    def fold(self, stream: str, read: Callable[[], Log]) -> str:
        """Return the text that is kept of a stream: of its value, or of why `read` cannot read it, or ERASED."""
        try:
            log = read()
            if not log.kept:
                return ERASED
            value = self._projection.of(log)
            return f"{self._projection.part(value)}\n{to_json(value)}"
        except Refused as refused:
            return to_json(_told(refused, stream))

    def keep(self, study: str, made: Mapping[str, tuple[str, str]]) -> dict[str, Known[T]]:
        """Remember what `fold` returned, also for others, and return what it says.

        It is by stream, with the version that was taken before: a change meanwhile is folded at the
        next look.
        """
        read = {s: (version, self._read(text)) for s, (version, text) in made.items()}
        self._known[study] = self._known.get(study, {}) | read
        stamped = {s: (self._stamp(version), text) for s, (version, text) in made.items()}
        self.shared = self._rows.put(self._projection.name, study, stamped)
        return read

    def forget(self, study: str, stream: str) -> None:
        """Leave nothing that was derived from this stream."""
        self._known.get(study, {}).pop(stream, None)
        self._rows.forget(stream)

    def _own(self, versions: Mapping[str, str]) -> dict[str, str]:
        prefix = f"{self._projection.kind}/"
        return {s: version for s, version in versions.items() if s.startswith(prefix)}

    def _of(self, study: str, versions: Mapping[str, str]) -> dict[str, Known[T]]:
        """What is known of these versions, here or by the rows; of other versions nothing stays."""
        name, before = self._projection.name, self._known.get(study, {})
        known = {s: found for s, found in before.items() if versions.get(s) == found[0]}
        missing = {s: v for s, v in versions.items() if s not in known}
        if missing:
            stamped = {s: self._stamp(v) for s, v in missing.items()}
            texts = self._rows.get(name, study, stamped)
            known |= {s: (missing[s], self._read(text)) for s, text in texts.items()}
        if not before or before.keys() - versions.keys():
            self._rows.forget_all_but(name, study, versions)
        self._known[study] = known
        return known

    def _made(self, study: str, versions: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        made: dict[str, tuple[str, str]] = {}
        patient = self.elsewhere is None or len(versions) <= FEW
        until = time.monotonic() + PATIENCE
        for stream, version in versions.items():
            made[stream] = version, self._text(study, stream)
            if not patient and time.monotonic() > until:
                break
        return made

    def _mended(self, study: str, known: Mapping[str, Known[T]]) -> dict[str, tuple[str, str]]:
        """What kept a stream from being read may pass without a trace in its version: some tried again."""
        bad = [(s, v, was) for s, (v, was) in known.items() if isinstance(was, Refused)]
        made = {}
        for stream, version, was in bad[:FEW]:
            text = self._text(study, stream)
            now = self._read(text)
            if not isinstance(now, Refused) or str(now) != str(was):
                made[stream] = version, text
        return made

    def _text(self, study: str, stream: str) -> str:
        return self.fold(stream, partial(read_stream, self._events, study, stream))

    def _read(self, text: str) -> Found[T] | Refused | None:
        """What a text stands for: the part, a line end and the value, or one line of why there is none."""
        if text == ERASED:
            return None
        # JSON has no line end in it, and a part could have one.
        part, end, value = text.rpartition("\n")
        return Found(part, value, self._projection.read) if end else _refused(json.loads(value))

    def _stamp(self, version: str) -> str:
        return f"{self._projection.version} {version}"


def _look(
    known: Mapping[str, Known[T]],
    versions: Mapping[str, str],
    streams: Mapping[str, str],
    exact: Mapping[str, str] | None = None,
) -> Look[T]:
    values: dict[str, Found[T]] = {}
    damaged = {}
    for stream, (_, value) in known.items():
        if isinstance(value, Refused):
            damaged[stream] = value
        elif value is not None:
            values[stream] = value
    missing = len(versions) - len(known)
    return Look(Values(values), damaged, missing, versions if exact is None else exact, streams)


def _told(refused: Refused, stream: str) -> dict[str, Any]:
    """Why a stream cannot be read, in a form from which the same sentence can be made again."""
    if isinstance(refused, Damaged):
        return {"stream": stream, "reason": str(refused.values["reason"])}
    values = {name: str(value) for name, value in refused.values.items()}
    return {"sentence": refused.sentence, "values": values}


def _refused(told: Mapping[str, Any]) -> Refused:
    if "stream" in told:
        return Damaged(told["stream"], told["reason"])
    return Refused(told["sentence"], **told["values"])


to_json = json.JSONEncoder(separators=(",", ":")).encode
