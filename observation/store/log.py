"""What a stream becomes when something is added or erased: one pure decision for all backends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256

from observation.core.errors import N_, Refused
from observation.core.events import Event, sealed, stream_kind

from . import Kept, Log, Outcome, Receipt, Shell

CLOSED = "erased"  # the device of the shell that closes a stream
WITH_CONTENT = ("quarantine", "mapping")  # kinds of the registry in which something of records lies


def check_names(study: str, stream: str | None = None) -> None:
    """Raise Refused unless the study is a UUID in lower case and the stream `<kind>/<uuid>`.

    Both become names of folders and files, so this also keeps a crafted name inside the store.
    """
    try:
        stream_kind(f"study/{study}")
    except Refused:
        raise Refused(
            N_("A study is named by a UUID in lower case, not %(study)s."), study=str(study)[:60]
        ) from None
    if stream is not None:
        stream_kind(stream)


def extended(
    log: Log, events: Iterable[Event], receipt: Receipt
) -> tuple[Log, tuple[Outcome, ...]]:
    """Return the log with the events added, and what became of each event, in order.

    An event that is there already, be it kept, in conflict or erased, changes nothing, so the log
    comes back equal. Raises Refused for an event of another stream or without canonical bytes.
    """
    return _with(log, [_sealed(log.stream, event, receipt) for event in events])


def united(log: Log, other: Log) -> Log:
    """Return what two stores hold of one stream together; an id that either erased is erased.

    Under an id that has other content in the two, what `log` has comes first. Where either erased the
    stream as a whole, nothing is left of the other's.
    """
    shells = {shell.id: shell for shell in (*other.shells, *log.shells)}
    if closing := shells.get(closing_id(log.stream)):
        items = (*other.kept, *other.conflicts, *log.kept, *log.conflicts)
        shells = {each.id: each for each in map(_shell_by(closing.erased), items)} | shells
    kept, conflicts = (
        [item for item in items if item.event.id not in shells]
        for items in (log.kept, log.conflicts)
    )
    here = ordered(log.stream, kept, conflicts, shells.values())
    return _with(here, (*other.kept, *other.conflicts))[0]


def outcome_of(log: Log, event: Event) -> Outcome | None:
    """Return what became of this very event in the log, or None when it is not there."""
    digest = event.digest
    if any(shell.id in (event.id, closing_id(log.stream)) for shell in log.shells):
        return Outcome.ERASED
    if any(item.digest == digest for item in log.kept):
        return Outcome.ALREADY_KEPT
    return Outcome.CONFLICT if any(item.digest == digest for item in log.conflicts) else None


def with_shells(log: Log, ids: Iterable[str] | None, erased: str) -> Log:
    """Return the log with shells in place of these events and of what conflicts with them.

    Ids that are not there, or were erased before, change nothing. None stands for all there are and
    all to come: the stream is closed.
    """
    if ids is None:
        closing = Shell(closing_id(log.stream), log.stream, CLOSED, 1, erased)
        return united(log, Log(log.stream, shells=(closing,)))
    gone = set(ids)
    made = _shell_by(erased)
    shells = [made(item) for item in log.kept if item.event.id in gone]
    return ordered(
        log.stream,
        [item for item in log.kept if item.event.id not in gone],
        [item for item in log.conflicts if item.event.id not in gone],
        [*log.shells, *shells],
    )


def closing_id(stream: str) -> str:
    """Return the id of the shell that closes the stream: its own, which no event has."""
    return stream.partition("/")[2]


def is_closed(log: Log) -> bool:
    """Return whether the stream was erased as a whole: what comes for it leaves a shell and nothing else."""
    id = closing_id(log.stream)
    return any(shell.id == id for shell in log.shells)


def open_only(log: Log, made: Iterable[Event]) -> list[Event]:
    """Return what was made for the stream; raise Refused when it was erased as a whole meanwhile."""
    found = list(made)
    if found and is_closed(log):
        raise Refused(N_("This was erased here; nothing is added to it."))
    return found


def ordered(
    stream: str, kept: Iterable[Kept], conflicts: Iterable[Kept], shells: Iterable[Shell]
) -> Log:
    """Return the log of these, each in order of device, seq and id."""
    return Log(
        stream,
        tuple(sorted(kept, key=_place)),
        tuple(sorted(conflicts, key=_place)),
        tuple(sorted(shells, key=lambda shell: (shell.device, shell.seq, shell.id))),
    )


def _with(log: Log, items: Iterable[Kept]) -> tuple[Log, tuple[Outcome, ...]]:
    kept = {item.event.id: item for item in log.kept}
    conflicts = {(item.event.id, item.digest): item for item in log.conflicts}
    gone = {shell.id: shell for shell in log.shells}
    closing = gone.get(closing_id(log.stream))

    def add(item: Kept) -> Outcome:
        id = item.event.id
        if closing is not None and id not in gone:  # so that its number is no hole
            gone[id] = _shell_by(closing.erased)(item)
        if id in gone:
            return Outcome.ERASED
        first = kept.setdefault(id, item)
        if first is item:
            return Outcome.KEPT
        if first.digest == item.digest:
            return Outcome.ALREADY_KEPT
        conflicts.setdefault((id, item.digest), item)
        return Outcome.CONFLICT

    outcomes = tuple(map(add, items))
    return ordered(log.stream, kept.values(), conflicts.values(), gone.values()), outcomes


def _shell_by(erased: str) -> Callable[[Kept], Shell]:
    def shell(item: Kept) -> Shell:
        event = item.event
        return Shell(event.id, event.stream, event.device, event.seq, erased)

    return shell


def _sealed(stream: str, event: Event, receipt: Receipt) -> Kept:
    if event.stream != stream:
        raise Refused(
            N_("The event %(event)s belongs to %(own)s, not to %(stream)s; nothing was taken in."),
            event=event.id,
            own=event.stream,
            stream=stream,
        )
    own, content = sealed(event)
    return Kept(own, sha256(content).hexdigest(), receipt, content)


def _place(item: Kept) -> tuple[str, int, str, str]:
    return item.event.device, item.event.seq, item.event.id, item.digest
