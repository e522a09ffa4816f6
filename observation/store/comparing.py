"""What a store says otherwise than a copy of it that lies elsewhere: a backup, or what a tablet saved.

`verify` names accidents. Whoever can write to the store can make a change that looks sound; only another
copy tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from observation.core.errors import N_, Problem, Refused
from observation.core.events import Event, instant
from observation.core.work import Progress, quietly

from . import EventStore, Log
from .backup_file import Backup, Missing, Stream
from .deposit import SERVER
from .reading import read_stream
from .verify import Finding, digest_of


@dataclass(slots=True)
class Held:
    """What a copy holds of a stream: of each event the hashes of its contents, and what was erased.

    `ends` is by device the last number that it holds of what was recorded there, where the copy is
    that of the device itself: then nothing with a lower number is newer.
    """

    digests: Mapping[str, frozenset[str]]
    erased: frozenset[str] = frozenset()
    ends: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Newer:
    """How many events are here that came after the copy was made, of which it tells nothing."""

    events: int = 0


def compare_backup(
    store: EventStore, backup: Backup, newer: Newer, progress: Progress = quietly
) -> Iterator[Finding]:
    """Yield what the store says otherwise than the backup, a stream at a time; `newer` counts what came since.

    Named is an event that is lacking here, one that says something else, one that came before the
    backup was made and is not in it, and one that was erased. Raises Refused for a file that is no sound
    backup, and OSError.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    missing = set()
    for item in backup:
        progress(backup.step)
        if isinstance(item, Missing):
            missing.add(item.name)
        elif isinstance(item, Stream):
            seen[item.study].add(item.log.stream)
            held = _held(item.log)
            yield from _compared(store, item.study, item.log.stream, held, backup.made, newer)
    for study in store.studies():
        for stream in sorted(store.versions(study)):
            if stream not in seen[study] and stream not in missing:
                yield from _compared(store, study, stream, Held({}), backup.made, newer)


def compare_events(
    store: EventStore, study: str, events: Iterable[Event], device: str, newer: Newer
) -> Iterator[Finding]:
    """Yield what the store says otherwise than these events, which a tablet saved: `device` is the tablet.

    Of what other devices recorded nothing is said but where it says something else.
    """
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        streams[event.stream].append(event)
    for stream, own in sorted(streams.items()):
        digests: dict[str, set[str]] = defaultdict(set)
        for event in own:
            digests[event.id].add(event.digest)
        last = max((event.seq for event in own if event.device == device), default=0)
        held = Held({id: frozenset(each) for id, each in digests.items()}, ends={device: last})
        yield from _compared(store, study, stream, held, "", newer)


def _held(log: Log) -> Held:
    digests: dict[str, set[str]] = defaultdict(set)
    for item in (*log.kept, *log.conflicts):
        digests[item.event.id].add(item.digest)
    erased = frozenset(shell.id for shell in log.shells)
    return Held({id: frozenset(each) for id, each in digests.items()}, erased)


def _compared(
    store: EventStore, study: str, stream: str, held: Held, made: str, newer: Newer
) -> Iterator[Finding]:
    try:
        log = read_stream(store, study, stream)
    except Refused as refused:
        yield Finding(study, stream, Problem.of("", refused.sentence, **refused.values))
        return
    here: dict[str, set[str | None]] = defaultdict(set)
    shells = {shell.id for shell in log.shells}
    # What an erasure says anew, without somebody, has the time of what it stands for.
    anew = SERVER if shells & held.digests.keys() else None
    for item in (*log.kept, *log.conflicts):
        here[item.event.id].add(digest_of(item))
        if item.event.id in held.digests or item.event.id in held.erased:
            continue
        if item.event.device == anew:
            newer.events += 1
            continue
        by_device = item.event.seq <= held.ends.get(item.event.device, 0)
        if by_device or (made and instant(item.receipt.received) < instant(made)):
            yield _finding(
                study,
                stream,
                item.event.id,
                N_("Event %(id)s is here and not in the copy, though it is older than that."),
            )
        else:
            newer.events += 1
    for id, digests in held.digests.items():
        if id in shells:
            continue
        if id not in here:
            yield _finding(study, stream, id, N_("Event %(id)s is in the copy and not here."))
        elif not digests <= here[id]:
            yield _finding(
                study, stream, id, N_("Event %(id)s says something else than in the copy.")
            )
    for id in sorted(held.erased & here.keys()):
        yield _finding(
            study, stream, id, N_("Event %(id)s was erased when the copy was made, and is here.")
        )


def _finding(study: str, stream: str, id: str, sentence: str) -> Finding:
    return Finding(study, stream, Problem.of(id, sentence, id=id))
