"""Where events are kept: one small protocol, several backends, the same contract tests for all."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from observation.core.errors import N_, Refused
from observation.core.events import Event

# What an OSError of a store says when its disk, or what may be used of it, is full.
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


class Outcome(StrEnum):
    """What became of one event that was handed in."""

    KEPT = "kept"
    ALREADY_KEPT = "already-kept"
    CONFLICT = "kept-conflict"  # other content under a known id: kept beside the first
    ERASED = "erased"  # its shell is here; the content is not taken back


@dataclass(frozen=True, slots=True)
class Receipt:
    """When something was received (ISO 8601, UTC) and from which device or account."""

    received: str
    source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as the store holds it, with the hash it had when it was received.

    `content` are its canonical bytes where they are at hand: made to be hashed, written as they are.
    """

    event: Event
    digest: str
    receipt: Receipt
    content: bytes | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Shell:
    """What stays of an erased event: that it was there, and nothing that it said."""

    id: str
    stream: str
    device: str
    seq: int
    erased: str


@dataclass(frozen=True, slots=True)
class Log:
    """One stream as the store holds it.

    `kept` holds one event per id, the first that came; `conflicts` the later ones of the same id
    and other content; `shells` what is left of erased ones. Each in order of device, seq and id.
    """

    stream: str
    kept: tuple[Kept, ...] = ()
    conflicts: tuple[Kept, ...] = ()
    shells: tuple[Shell, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of the stream, one per id."""
        return tuple([kept.event for kept in self.kept])


class EventStore(Protocol):
    """Events in streams, durable when a call returns.

    Whoever first deposits a stream fixes its study for good: `append`, `compose` and `merge` raise
    `OtherStudy` for a stream that belongs to another. Any number of threads and processes.
    """

    def append(
        self, study: str, stream: str, events: Iterable[Event], receipt: Receipt
    ) -> list[Outcome]:
        """Add the events to the stream in one write and return what became of each, in order.

        What is there already changes nothing, however often it is sent: the outcome is the same
        again, ALREADY_KEPT for what was KEPT. No events make no stream. Raises Refused for an
        event that names another stream or cannot be kept; then nothing is written.
        """

    def compose(
        self, study: str, stream: str, make: Callable[[Log], Sequence[Event]], receipt: Receipt
    ) -> list[Event]:
        """Append what `make` returns for the stream as it is now, and return it.

        No other writer comes between: this is how events are made that need the next `seq`.
        `make` may read the store but not write to it.
        """

    def merge(self, study: str, log: Log) -> None:
        """Add all that another store holds of a stream, with its receipts, conflicts and shells.

        How a restore and a copy put back what they have. What is here stays first; an id that is
        erased in either is erased. A merge into nothing gives the log itself.
        """

    def read(self, study: str, stream: str) -> Log:
        """Return the stream, empty when nothing is known of it; raise Damaged if unreadable."""

    def versions(self, study: str) -> dict[str, str]:
        """Return the version of every stream of the study: another text when anything changed."""

    def erase(self, study: str, stream: str, ids: Iterable[str] | None, erased: str) -> None:
        """Replace these events, and what conflicts with them, by shells marked with the time.

        None is the whole stream, also what of it was damaged and is kept beside: it is closed, so that
        whatever comes for it later, or lies in a backup, is erased too.
        """

    def forget(self, study: str, stream: str, may: Callable[[Log], bool]) -> bool:
        """Leave nothing of the stream if `may` says so of it as it is now, as if it had never been.

        No other writer comes between, and `may` may read the store but not write to it. What comes for
        the stream later is taken in: this is for what may come back. Returns whether nothing of it is
        here. Raises Damaged if it is unreadable; not to be used in the block of `Store.restoring`.
        """

    def clean(self) -> bool:
        """Leave no byte of what was erased where the store keeps what it no longer needs.

        Return whether that is so; False where others still use it, so that it is tried again.
        """

    def studies(self) -> list[str]:
        """Return the ids of the studies of which something is kept, sorted."""

    def study_of(self, stream: str) -> str | None:
        """Return the study that the stream belongs to, or None when it is not known here."""


class Registry(Protocol):
    """What is not research data: small JSON objects by kind and key, changed only if unchanged."""

    def get(self, kind: str, key: str) -> tuple[Any, int] | None:
        """Return the value and its version, or None."""

    def put(self, kind: str, key: str, value: Any, version: int | None) -> int:
        """Set the value if its version is still this one (None: not there yet); return the next.

        Raises Changed otherwise.
        """

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        """Set every value whose key is not there yet, in one write; the others stay as they are."""

    def delete(self, kind: str, *keys: str) -> None:
        """Forget the values of these keys, as far as they are there, in one write."""

    def forget(self, kind: str) -> None:
        """Forget all values of the kind."""

    def list(self, kind: str) -> dict[str, Any]:
        """Return all values of the kind by key, sorted by key."""

    def kinds(self) -> tuple[str, ...]:
        """Return every kind of which something is kept, and perhaps others, sorted."""


@dataclass(frozen=True, slots=True)
class Store:
    """The two things a running program needs: the events and the registry.

    `restoring()` gives a store over this one for a block. What the block writes (`append`, `merge`, all of
    the registry) is all here, durable, when the block ends, or nothing of it when it raises or is
    killed; other writers wait meanwhile. What is damaged reads there as if it were not, and its
    bytes are kept beside what takes its place. `folder` is where it lies, if on this machine's disk,
    and `place` what people call where it lies, if elsewhere.
    """

    events: EventStore
    registry: Registry
    restoring: Callable[[], AbstractContextManager[Store]]
    folder: Path | None = None
    place: str = ""


class Unavailable(Exception):
    """The store as a whole does not answer, which says nothing of any record; `refused` says so.

    So it is no OSError, of which a record that is read makes damage.
    """

    def __init__(self, reason: str) -> None:
        self.refused = Refused(
            N_("The database does not answer as it should (%(reason)s); try again later."),
            reason=reason,
        )
        super().__init__(str(self.refused))


class OtherStudy(Refused):
    """A stream that belongs to one study was brought to another."""

    def __init__(self, stream: str) -> None:
        super().__init__(
            N_("The record %(stream)s belongs to another study here; nothing of it was taken in."),
            stream=stream,
        )


class Damaged(Refused):
    """What is kept of a stream cannot be trusted; its bytes are left as they are."""

    def __init__(self, stream: str, reason: str) -> None:
        super().__init__(
            N_(
                "The record %(stream)s is damaged (%(reason)s). It is left as it is; restore it from a backup."
            ),
            stream=stream,
            reason=Refused(reason),  # in the language of whoever reads it
        )
        self.stream = stream


class Changed(Refused):
    """The value was changed by somebody else since it was read."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(
            N_("%(kind)s %(key)s was changed meanwhile; look at it again."), kind=kind, key=key
        )


def open_store(url: str) -> Store:
    """Open the store at a URL: `tinydb:DIRECTORY` (made when absent), `postgresql://...` or `memory:`.

    Raises Refused for another kind of URL, and Unavailable for a database that does not answer.
    """
    kind, _, rest = url.partition(":")
    if kind == "memory":
        from .memory import open_memory

        return open_memory()
    if kind == "tinydb" and rest:
        from .tinydb import open_tinydb

        return open_tinydb(rest)
    if kind in ("postgresql", "postgres"):
        try:
            from .postgres import open_postgres
        except ImportError as error:
            raise Refused(
                N_(
                    "This program was installed without what PostgreSQL needs (%(name)s); install observation[postgres]."
                ),
                name=error.name,
            ) from error
        return open_postgres(url)
    raise Refused(  # without the rest, which may hold a password
        N_(
            "A store of the kind “%(kind)s” is not known; use tinydb:DIRECTORY, postgresql://USER@HOST/DATABASE or memory:."
        ),
        kind=kind,
    )
