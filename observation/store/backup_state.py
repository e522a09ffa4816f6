"""What is known of a store's backups: the last that was checked, the one being made, what it covers.

All of it lies in the registry, so that any number of web processes know the same and one at a time
makes a backup. It is no part of a backup: it is about files of this machine.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from observation.core.errors import N_, Problem, Refused
from observation.core.events import instant, utc
from observation.core.work import Cancelled, Progress, Step, quietly

from . import Changed, Damaged, Registry, Store, Unavailable
from .backup_file import Contents
from .server import changed

KIND, COVERED = "backup", "covered"  # the second apart, since it is large
LAST, FAILURE, RUNNING = "last", "failure", "running"
STILL = timedelta(minutes=2)  # without a sign of life, after which whoever made one is given up
EVERY = 2.0  # seconds between two signs of life
LATE = timedelta(hours=48)  # since the last checked one
NIGHT = 3  # the hour, by the clock of the place, from which on one is due each day
AGAIN = timedelta(hours=1)  # after one that failed

Clock = Callable[[], datetime]
Covered = Mapping[str, Mapping[str, str]]  # by study the version of each stream


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that was restored on trial and compared; times are ISO 8601, UTC, `size` in bytes.

    `made` is when the first record was read for it, `host` the machine whose disk it was written to.
    """

    file: str
    made: str
    size: int
    contents: Contents
    host: str = ""

    def is_gone(self) -> bool:
        """Return whether its file is no more there; of another machine's nobody here can tell."""
        return self.host in ("", this_host()) and not os.path.exists(self.file)


@dataclass(frozen=True, slots=True)
class Running:
    """A backup under way: since when, and how far it is."""

    since: str
    step: Step


@dataclass(frozen=True, slots=True)
class State:
    """The last checked backup, the one under way, and why a later one failed, at which time.

    `stopped` is the last sign of life of a later one that ended without a word, as when it is killed.
    """

    last: Checked | None = None
    running: Running | None = None
    failed: str = ""
    why: Problem | None = None
    stopped: str = ""

    def age(self, now: datetime) -> timedelta | None:
        """Return how long ago the last checked one was made, or None when there is none."""
        return _since(self.last.made, now) if self.last else None

    def late(self, now: datetime) -> bool:
        """Return whether the last checked one is older than two days, or there is none."""
        age = self.age(now)
        return age is None or not -AGAIN < age <= LATE

    def due(self, now: datetime) -> bool:
        """Return whether one is to be made now: none since last night, and none just failed.

        `now` is by the clock of the place.
        """
        if self.running or (self.failed and abs(_since(self.failed, now)) < AGAIN):
            return False
        night = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
        night -= timedelta(days=1) if night > now else timedelta(0)
        age = self.age(now)
        # One of tomorrow is of a clock that was wrong; a little of it may be another machine's.
        return age is None or not -AGAIN < age <= now - night


class Busy(Refused):
    """A backup is being made by somebody else."""

    def __init__(self) -> None:
        super().__init__(N_("A backup is being made already; wait until it is there."))


def this_host() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def state(registry: Registry, now: datetime) -> State:
    """Return what is known of the backups."""
    values = registry.list(KIND)
    last, failure = values.get(LAST), values.get(FAILURE)
    running = values.get(RUNNING)
    lives = _alive(running, now)
    return State(
        last=last and _checked(last),
        running=_running(running) if lives else None,
        failed=failure["at"] if failure else "",
        why=failure and Problem.of("", failure["sentence"], **failure["values"]),
        stopped=running["beat"] if running and not lives else "",
    )


def begin_anew(store: Store) -> None:
    """Begin what is known of the backups again where it is damaged; its bytes are kept beside it.

    Nothing is lost by it but the knowledge that there is a backup, and the next one brings that
    back; while it stayed as it is there would be none any more.
    """
    for kind in (KIND, COVERED):
        try:
            store.registry.list(kind)
        except Damaged:
            with store.restoring() as mended:
                mended.registry.add(kind, {RUNNING: None})


class Work:
    """The one backup of a store that is being made; it gives signs of life while it goes on."""

    def __init__(self, registry: Registry, clock: Clock, progress: Progress = quietly) -> None:
        """Begin; raise Busy when another one is under way."""
        self._registry, self._clock, self._progress = registry, clock, progress
        found = registry.get(KIND, RUNNING)
        if found and _alive(found[0], clock()):
            raise Busy
        self._version = found[1] if found else None
        self.since = utc(clock())
        self._by = secrets.token_hex(8)
        self._told = -EVERY
        self.tell(Step(""))

    def tell(self, step: Step) -> None:
        """Say how far it is; raise Cancelled when it was cancelled, and Busy when it was given up and
        another one has begun."""
        self._progress(step)
        if step.done and not step.last and time.monotonic() < self._told + EVERY:
            return
        self._told = time.monotonic()
        self._put({"by": self._by, "beat": utc(self._clock()), "since": self.since,
                   "step": asdict(step)})  # fmt: skip

    def checked(self, last: Checked, covered: Covered) -> None:
        """Say that it counts, and which versions of which streams it holds."""
        self.ended()
        for study, versions in covered.items():
            self._set(COVERED, study, {"made": last.made, "versions": dict(versions)})
        self._set(KIND, LAST, asdict(last))
        self._registry.delete(KIND, FAILURE)

    def ended(self) -> None:
        """Say that nothing is being made any more."""
        self._put(None)

    def stopped(self, error: BaseException) -> None:
        """Say that it does not count, and why, where that is worth a sentence."""
        self.ended()
        if isinstance(error, OSError):
            reason, file = error.strerror or str(error), error.filename or "?"
            error = Refused(N_("%(file)s: %(reason)s"), file=file, reason=reason)
        if isinstance(error, Refused):
            values = {name: str(value) for name, value in error.values.items()}
            value = {"at": utc(self._clock()), "sentence": error.sentence, "values": values}
            self._set(KIND, FAILURE, value)

    def _set(self, kind: str, key: str, value: Any) -> None:
        changed(self._registry, kind, key, lambda _: value)

    def _put(self, value: Any) -> None:
        try:
            self._version = self._registry.put(KIND, RUNNING, value, self._version)
        except Changed:
            found = self._registry.get(KIND, RUNNING)
            raise Busy if found and found[0] else Cancelled from None


def cancel(registry: Registry, now: datetime) -> bool:
    """Let the backup that is being made be none; return False where there is none, or it is ready.

    Whoever makes it finds its mark gone at the next sign of life, and leaves nothing. The next one is
    tried after an hour, as after one that failed.
    """
    found = registry.get(KIND, RUNNING)
    if found is None or not _alive(found[0], now) or _running(found[0]).step.last:
        return False
    try:
        registry.put(KIND, RUNNING, None, found[1])
    except Changed:  # a sign of life
        return cancel(registry, now)
    value = {"at": utc(now), "sentence": N_("It was cancelled."), "values": {}}
    changed(registry, KIND, FAILURE, lambda _: value)
    return True


@contextmanager
def working(store: Store, clock: Clock, progress: Progress = quietly) -> Iterator[Work]:
    """Make one backup in the block; what stops it stands in the registry. Raises Busy."""
    begin_anew(store)
    work = Work(store.registry, clock, progress)
    try:
        yield work
    except BaseException as error:
        with suppress(Refused, OSError, Unavailable):  # the disk may take this no more either
            work.stopped(error)
        raise


class InBackup:
    """Which streams lie, as they are, in the last checked backup; any number of threads may ask."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: tuple[str, dict[str, Mapping[str, str]]] = "", {}

    def versions(self, study: str) -> Mapping[str, str]:
        """Return by stream the version of it that is in the last checked backup.

        A stream that has this version still is in it with all that it holds. None are known while
        the registry cannot be read.
        """
        try:
            found = self._registry.get(KIND, LAST)
            if found is None:
                return {}
            if self._known[0] != found[0]["made"]:
                self._known = found[0]["made"], {}
            made, known = self._known
            if study not in known:
                covered, _ = self._registry.get(COVERED, study) or ({"made": ""}, 0)
                # Another one's: it is being put in place of this one just now.
                known[study] = covered["versions"] if covered["made"] == made else {}
            return known[study]
        except Refused:
            return {}


def _alive(value: Any, now: datetime) -> bool:
    return bool(value) and abs(_since(value["beat"], now)) < STILL


def _since(time: str, now: datetime) -> timedelta:
    return timedelta(milliseconds=instant(utc(now)) - instant(time))


def _checked(value: Any) -> Checked:
    return Checked(**(value | {"contents": Contents(**value["contents"])}))


def _running(value: Any) -> Running:
    step = value["step"]  # a word where an older program makes it
    return Running(value["since"], Step(**step) if isinstance(step, dict) else Step(""))
