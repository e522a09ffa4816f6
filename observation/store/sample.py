"""The sample study: put in with one tap and removed in one go, as often as is wished.

Nobody in it exists and its ids are always the same. So, other than after an erasure, nothing stays of
it that keeps it from coming back. What people recorded in it themselves is another matter: it goes
only by their word, and then for good, also where a tablet sends it again.

A removal is first written down, then done, then no longer written down: whatever stops it, `resume`
finishes it.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from observation.core.canonical import parse_json
from observation.core.errors import N_, Refused
from observation.core.events import Event, read_event

from . import Kept, Log, Outcome, Receipt, Registry, Store
from .accounts import accounts, leave
from .catalogue import Catalogue
from .codes import forget_codes
from .devices import KIND as DEVICE
from .devices import devices
from .erased import KIND as ERASED
from .erasure import KIND as ERASURE
from .leftovers import MAPPING, Folders, forget_files, waiting_tables
from .pending import KIND as ASKED
from .quarantine import KIND as QUARANTINE
from .quarantine import quarantined
from .server import SAMPLE, changed, study_to_come
from .telling import KIND as TOLD

KIND = "sample"
# What is being removed; what went for good of what was recorded in it.
REMOVAL, GONE = "removal", "gone"
# By which its events are known, also those of another release.
SOURCE = "import of the sample study"
REMOVED = Refused(
    N_(
        "This is of a record of the sample study, which no other study takes in; it stays set aside."
    )
)


@dataclass(frozen=True, slots=True)
class Own:
    """What was recorded in the sample study that did not come with it.

    `events` are by stream the digests, in order; `aside` those of what was set aside; `tables` the keys
    of tables that wait. `tablets` are the names of those enrolled in it, which are so no more afterwards.
    """

    events: Mapping[str, Sequence[str]] = field(default_factory=dict)
    aside: Sequence[str] = ()
    tables: Sequence[str] = ()
    tablets: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.events or self.aside or self.tables)

    @property
    def number(self) -> int:
        """How many entries there are."""
        return sum(map(len, self.events.values())) + len(self.aside)

    @property
    def stamp(self) -> str:
        """A text that is another one when anything was added; empty for nothing."""
        every = [*(d for each in self.events.values() for d in each), *self.aside, *self.tables]
        return sha256(" ".join(sorted(every)).encode()).hexdigest()[:16] if every else ""


class Recorded(Refused):
    """The sample study holds something that somebody recorded in it."""

    def __init__(self, own: Own) -> None:
        super().__init__(
            N_(
                "In the sample study something was recorded that did not come with it (entries: %(number)s); look at what would be lost first."
            ),
            number=own.number,
        )
        self.own = own


@cache
def events() -> tuple[Event, ...]:
    """Return what comes with the program, in its order."""
    text = (resources.files("observation") / "sample" / "study.jsonl").read_bytes().decode()
    return tuple(read_event(parse_json(line)) for line in text.splitlines()[1:])


@cache
def streams() -> frozenset[str]:
    """Return the streams of the sample."""
    return frozenset(event.stream for event in events())


def is_here(store: Store) -> bool:
    """Return whether anything of the sample study is kept."""
    return SAMPLE in store.events.studies()


def put_in(
    store: Store, catalogue: Catalogue, beside: Folders, received: str
) -> Mapping[Outcome, int]:
    """Put the sample study in, whole or not at all, and return how many events became what.

    What is there already stays. A removal that was stopped is finished first. Raises Damaged where a record of it
    is damaged: something else may stand in it.
    """
    resume(store, catalogue, beside)
    for stream in streams() & set(store.events.versions(SAMPLE)):
        store.events.read(SAMPLE, stream)
    of: dict[str, list[Event]] = defaultdict(list)
    for event in events():
        of[event.stream].append(event)
    found: dict[Outcome, int] = defaultdict(int)
    with store.restoring() as whole:
        for stream, some in of.items():
            for outcome in whole.events.append(SAMPLE, stream, some, Receipt(received, SOURCE)):
                found[outcome] += 1
    return found


def recorded(store: Store, beside: Folders) -> Own:
    """Return what was recorded in the sample study and did not come with it; raise Damaged."""
    own = {}
    for stream in store.events.versions(SAMPLE):
        log = store.events.read(SAMPLE, stream)
        if digests := _own(log):
            own[stream] = digests
    tablets = {each.id: each.name for each in devices(store.registry, []) if each.study == SAMPLE}
    return Own(
        own,
        [
            each.digest
            for each in quarantined(store.registry)
            if each.device in tablets or (each.study == SAMPLE and each.device != SOURCE)
        ],
        sorted(folder.name for folder in waiting_tables(SAMPLE, beside)),
        sorted(tablets.values()),
    )


def remove(store: Store, catalogue: Catalogue, beside: Folders, agreed: str = "") -> bool:
    """Remove the sample study, and return whether nothing of it is left.

    Raises Recorded, and removes nothing, where something was recorded in it: unless `agreed` is the stamp
    of just that, which then is lost. What comes in meanwhile stays, in the record that it belongs to.
    """
    own = recorded(store, beside)
    if own and own.stamp != agreed:
        raise Recorded(own)
    value = {
        "events": [digest for each in own.events.values() for digest in each],
        "streams": sorted(set(own.events) - streams()),
        "aside": list(own.aside),
        "asked": [str(uuid.uuid4())],
    }
    changed(store.registry, KIND, REMOVAL, lambda before: _both(before, value))
    return resume(store, catalogue, beside)


def resume(store: Store, catalogue: Catalogue, beside: Folders) -> bool:
    """Finish a removal that was stopped, if there is one; return whether nothing of it is left."""
    registry = store.registry
    if (removal := _removal(registry)) is None:
        return True
    agreed = frozenset(removal["events"])
    if agreed or removal["streams"]:  # first, so that no tablet brings it back meanwhile
        lost = {name: removal[name] for name in ("events", "streams")}
        changed(registry, KIND, GONE, lambda before: _both(before, lost))

    def may(log: Log) -> bool:
        # Somebody else may have finished it, and put the sample in again.
        return _removal(registry) is not None and agreed.issuperset(_own(log))

    def last(stream: str) -> tuple[bool, str]:
        return stream.startswith("study/"), stream  # so that it is named as long as it is there

    left: set[str] = set()
    while there := store.events.versions(SAMPLE).keys() - left:  # also what was put in meanwhile
        left |= {s for s in sorted(there, key=last) if not catalogue.forget(SAMPLE, s, may)}
    if not left:
        _forget_beside(store, beside, removal["aside"])
    if agreed:
        store.events.clean()
    with store.restoring() as whole:  # so that nobody asks for another one between look and end
        if _removal(whole.registry) == removal:
            whole.registry.delete(KIND, REMOVAL)
    return not left


def refusal(store: Store, study: str, event: Event) -> Outcome | Refused | None:
    """Return what becomes of an event that a tablet sends after a removal; None for any other.

    What was given up stays away (ERASED), so that the tablet deletes it. What belongs to a record of the
    sample is no other study's.
    """
    found = store.registry.get(KIND, GONE)
    if found and (event.stream in found[0]["streams"] or event.digest in found[0]["events"]):
        return Outcome.ERASED
    return REMOVED if study != SAMPLE and event.stream in streams() else None


def _removal(registry: Registry) -> Mapping[str, Any] | None:
    found = registry.get(KIND, REMOVAL)
    return found[0] if found else None


def _both(before: Any, value: Mapping[str, Iterable[str]]) -> Any:
    return {name: sorted({*(before or {}).get(name, ()), *each}) for name, each in value.items()}


@cache
def _digests() -> frozenset[str]:
    return frozenset(event.digest for event in events())


def _own(log: Log) -> list[str]:
    """The digests of what of a stream did not come with the sample."""

    def is_own(item: Kept) -> bool:
        return item.receipt.source != SOURCE and item.digest not in _digests()

    return [item.digest for item in (*log.kept, *log.conflicts) if is_own(item)]


def _forget_beside(store: Store, beside: Folders, aside: Iterable[str]) -> None:
    """Leave nothing of the study in the registry or beside the store."""
    registry = store.registry
    forget_files(SAMPLE, beside)
    of_sample = [each.digest for each in quarantined(registry) if each.study == SAMPLE]
    registry.delete(QUARANTINE, *aside, *of_sample)
    registry.delete(MAPPING, SAMPLE)
    for kind in (ERASED, ERASURE):
        values = registry.list(kind)
        registry.delete(kind, *(key for key, each in values.items() if each["study"] == SAMPLE))
    forget_codes(registry, SAMPLE)
    tablets = [each.id for each in devices(registry, []) if each.study == SAMPLE]
    for kind in (DEVICE, TOLD, ASKED):
        registry.delete(kind, *tablets)
    if any(SAMPLE in each.roles for each in accounts(registry)):
        leave(registry, SAMPLE, "" if store.events.studies() else study_to_come(store))
