"""What is wrong with what is kept: named, never repaired here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from observation.core.errors import N_, Problem, Refused
from observation.core.events import Event
from observation.core.work import Progress, Step, quietly, told

from . import EventStore, Kept, Log, Registry, Shell

CHECKED = N_("Records checked")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong with a stream; `problem.event` is empty when it is the whole file."""

    study: str
    stream: str
    problem: Problem

    def __str__(self) -> str:
        return f"{self.stream}: {self.problem}"


def verify(store: EventStore, progress: Progress = quietly) -> Iterator[Finding]:
    """Look at every stream of every study and yield what is wrong, in order of study and stream.

    Unreadable files, content that changed since it was received, events of another stream,
    numbers that are missing in the middle or used twice, and conflicts. One stream is held at a
    time, and told of when it is done.
    """
    streams = [(study, each) for study in store.studies() for each in sorted(store.versions(study))]
    for study, stream in told(streams, progress, Step(CHECKED, of=len(streams))):
        for problem in _problems(store, study, stream):
            yield Finding(study, stream, problem)


def verify_registry(registry: Registry) -> Iterator[Finding]:
    """Look at every kind of value that is not research data and yield those that cannot be read."""
    for kind in registry.kinds():
        try:
            registry.list(kind)
        except Refused as refused:
            yield Finding("", f"registry/{kind}", _named(refused))
        except OSError as error:
            yield Finding("", f"registry/{kind}", _unreadable(error))


def _problems(store: EventStore, study: str, stream: str) -> Iterator[Problem]:
    owner = store.study_of(stream)
    if owner != study:
        yield Problem.of("", N_("The record also lies in study %(study)s."), study=owner)
    try:
        log = store.read(study, stream)
    except Refused as refused:
        yield _named(refused)
    except OSError as error:
        yield _unreadable(error)
    else:
        for item in (*log.kept, *log.conflicts):
            yield from _content(stream, item)
        yield from _numbers(log)
        for item in log.conflicts:
            yield Problem.of(
                item.event.id,
                N_(
                    "Event %(id)s came twice with different content, again from %(source)s at %(received)s; both are kept."
                ),
                id=item.event.id,
                source=item.receipt.source,
                received=item.receipt.received,
            )


def _named(refused: Refused) -> Problem:
    return Problem.of("", refused.sentence, **refused.values)


def _unreadable(error: OSError) -> Problem:
    reason = error.strerror or error
    return Problem.of("", N_("The record cannot be read: %(reason)s."), reason=reason)


def _content(stream: str, item: Kept) -> Iterator[Problem]:
    event = item.event
    if digest_of(item) != item.digest:
        yield Problem.of(
            event.id,
            N_("Event %(id)s is no longer what was received; compare it with a backup."),
            id=event.id,
        )
    if event.stream != stream:
        yield Problem.of(
            event.id,
            N_("Event %(id)s belongs to %(own)s but lies here."),
            id=event.id,
            own=event.stream,
        )


def _numbers(log: Log) -> Iterator[Problem]:
    """Yield the numbers that each device left out before its last one, and those it used twice.

    A missing tail cannot be seen from here: the device itself tells at its next sync.
    """
    items: list[Event | Shell] = [item.event for item in (*log.kept, *log.conflicts)]
    items += log.shells
    used: dict[str, dict[int, set[str]]] = {}  # device, seq: ids
    for item in items:
        used.setdefault(item.device, {}).setdefault(item.seq, set()).add(item.id)
    for device, numbers in sorted(used.items()):
        if missing := ", ".join(_gaps(numbers)):
            yield Problem.of(
                "",
                N_("Of device %(device)s these numbers are missing: %(numbers)s."),
                device=device,
                numbers=missing,
            )
        for seq, ids in sorted(numbers.items()):
            if len(ids) > 1:
                yield Problem.of(
                    min(ids),
                    N_("Device %(device)s used the number %(seq)s for several events: %(events)s."),
                    device=device,
                    seq=seq,
                    events=", ".join(sorted(ids)),
                )


def _gaps(numbers: Iterable[int]) -> Iterator[str]:
    """Yield what is missing between 1 and the greatest number, as "3" or "7-9"."""
    last = 0
    for number in sorted(numbers):
        if number - last > 1:
            yield f"{last + 1}" if number - last == 2 else f"{last + 1}-{number - 1}"
        last = number


def digest_of(item: Kept) -> str | None:
    """Return the SHA-256 of what an event says now, None where it says what could not be kept."""
    try:
        return item.event.digest
    except Refused:  # no longer content that could have been kept
        return None
