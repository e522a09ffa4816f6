"""The one door by which events come in: from a bundle, a form or a tablet."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from observation.core.canonical import INTEGER_LIMIT
from observation.core.errors import N_, Refused
from observation.core.events import Event
from observation.core.work import Progress, Step, quietly, told

from . import EventStore, Log, OtherStudy, Outcome, Receipt, Store
from .catalogue import Catalogue, in_order
from .quarantine import SetAside, set_aside
from .reading import read_stream
from .summary import Summary

TAKEN_IN = N_("Records taken in")
SERVER = "server"  # the device of what the server records itself
LONGEST_LABEL = 64  # characters
LABELLING = ("observation-begun", "header-corrected", "label-assigned", "event-retracted")


class Incomplete(Refused):
    """Some of the streams cannot be read, so nothing was added to them; `outcomes` is of the others."""

    def __init__(self, reasons: Sequence[Refused], outcomes: dict[Outcome, int]) -> None:
        super().__init__(
            N_(
                "%(reasons)s All other records were taken in; import again after that, which finishes it."
            ),
            reasons=reasons[0] if len(reasons) == 1 else " ".join(map(str, reasons)),
        )
        self.outcomes = outcomes


def take_in(
    store: Store,
    catalogue: Catalogue,
    study: str,
    events: Iterable[Event],
    receipt: Receipt,
    aside: Sequence[SetAside] = (),
    progress: Progress = quietly,
    part: int = 1,
) -> dict[Outcome, int]:
    """Do what `deposit` does for all streams that can be read at once, or for none, and set some events aside.

    While `progress` may still raise nothing of it is here. Told are the records of the last `part` of the
    work. Labels are settled after that; what stops it there is finished by taking in the same again.
    """
    events = list(events)
    _refuse_others(store.events, study, events)
    outcomes: Counter[Outcome] = Counter()
    damaged: list[Refused] = []
    streams = _by_stream(events)
    with store.restoring() as whole:
        set_aside(whole.registry, aside)
        step = Step(TAKEN_IN, of=len(streams), part=part, parts=part)
        for stream, added in told(streams.items(), progress, step):
            # What is damaged would be replaced here; it is left as it is, and named.
            if damage := _damage(store.events, study, stream):
                damaged.append(damage)
            else:
                outcomes.update(whole.events.append(study, stream, added, receipt))
        progress(replace(step, done=len(streams), last=True))
    if says_label(events):
        settle_labels(store.events, catalogue, study, receipt)
    if damaged:
        raise Incomplete(damaged, dict(outcomes))
    return dict(outcomes)


def deposit(
    store: EventStore, catalogue: Catalogue, study: str, events: Iterable[Event], receipt: Receipt
) -> dict[Outcome, int]:
    """Add events of any streams to the study and return how many became what.

    Raises OtherStudy, before anything is written, when one of the streams belongs to another
    study, and Incomplete, after all others were written, when some cannot be read. Each stream is
    written whole; sending the same again is harmless and finishes a deposit that was cut short.
    Labels that are held twice afterwards are settled.
    """
    events = list(events)
    _refuse_others(store, study, events)
    outcomes: Counter[Outcome] = Counter()
    damaged: dict[Refused, None] = {}  # once for each stream
    for became in deposit_each(store, catalogue, study, {receipt: events}):
        if isinstance(became, OtherStudy):
            raise became
        if isinstance(became, Refused):
            damaged[became] = None
        else:
            outcomes[became] += 1
    if damaged:
        raise Incomplete(list(damaged), dict(outcomes))
    return dict(outcomes)


def deposit_each(
    store: EventStore, catalogue: Catalogue, study: str, received: Mapping[Receipt, Iterable[Event]]
) -> list[Outcome | Refused]:
    """Add what was received to the study, events of any streams; return what became of each, in order.

    In its place stands the reason, one for the whole stream, where a stream takes none: it is
    another study's or cannot be read. All others are written, each whole for a receipt, and where
    they say labels, those that are held twice afterwards are settled. Raises OSError when the store cannot write; then
    what was written before stays.
    """
    became: list[Outcome | Refused] = []
    labelled = False
    for receipt, events in received.items():
        events = list(events)
        became += _append_each(store, study, events, receipt)
        labelled |= says_label(events)
    # Also when all was kept already: the deposit that kept it may have been killed before this.
    if labelled:
        settle_labels(store, catalogue, study, max(received, key=lambda each: each.received))
    return became


def says_label(events: Iterable[Event]) -> bool:
    """Return whether any of the events can change how an observation is called."""
    return any(event.kind in LABELLING for event in events)


def settle_labels(
    store: EventStore, catalogue: Catalogue, study: str, receipt: Receipt
) -> list[Event]:
    """Give every observation whose label another one already held a label of its own.

    The first that came keeps it; the others get the observer's code behind it (`D-01-W2`), and a
    number where that is taken too. Returns the events that say so. While not all observations are
    known none is given: whoever comes to know all of them does it then.
    """
    made: list[Event] = []
    # Another process may have given the same label meanwhile: whoever gave one last sees both.
    while given := _settle_once(store, catalogue, study, receipt):
        made += given
    return made


def next_number(log: Log, device: str) -> int:
    """Return the `seq` that the device's next event in this stream has: one more than its last.

    When somebody used up the last number there is, the first that is free: a stream never closes.
    """
    used = {kept.event.seq for kept in log.kept if kept.event.device == device}
    used |= {shell.seq for shell in log.shells if shell.device == device}
    number = max(used, default=0) + 1
    if number <= INTEGER_LIMIT:
        return number
    return next(free for free in itertools.count(1) if free not in used)


def _settle_once(
    store: EventStore, catalogue: Catalogue, study: str, receipt: Receipt
) -> list[Event]:
    look = catalogue.look(study)
    if look.missing:
        return []
    found = in_order(look.values.values())
    taken = {summary.label for summary in found}
    holders: dict[str, list[Summary]] = defaultdict(list)
    for summary in found:
        if summary.begun:
            holders[summary.label].append(summary)
    made: list[Event] = []
    for label, holding in sorted(holders.items()):
        holding.sort(key=lambda summary: (summary.first_received, summary.stream))
        for summary in holding[1:]:
            own = _free_label(label, summary.observer, taken)
            taken.add(own)
            made += _assign(store, study, summary.stream, label, own, receipt)
    return made


def _append_each(
    store: EventStore, study: str, events: Sequence[Event], receipt: Receipt
) -> list[Outcome | Refused]:
    streams = _by_stream(events)
    became: dict[str, Iterator[Outcome | Refused]] = {}
    for stream, added in streams.items():
        try:
            became[stream] = iter(store.append(study, stream, added, receipt))
        except OtherStudy as refused:
            became[stream] = itertools.repeat(refused)
        except (Refused, OSError):
            damage = _damage(store, study, stream)
            if damage is None:
                raise
            became[stream] = itertools.repeat(damage)
    return [next(became[event.stream]) for event in events]


def _refuse_others(store: EventStore, study: str, events: Iterable[Event]) -> None:
    for stream in {event.stream: None for event in events}:
        if store.study_of(stream) not in (None, study):
            raise OtherStudy(stream)


def _by_stream(events: Iterable[Event]) -> dict[str, list[Event]]:
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        streams[event.stream].append(event)
    return streams


def _damage(store: EventStore, study: str, stream: str) -> Refused | None:
    try:
        read_stream(store, study, stream)
    except Refused as refused:
        return refused
    return None


def _free_label(label: str, observer: str, taken: set[str]) -> str:
    observer = observer[: LONGEST_LABEL // 2]
    for number in itertools.count(1):
        suffix = f"-{observer}" if number == 1 else f"-{observer}-{number}"
        free = label[: LONGEST_LABEL - len(suffix)] + suffix
        if free not in taken:
            break
    return free


def _assign(
    store: EventStore, study: str, stream: str, held: str, label: str, receipt: Receipt
) -> Sequence[Event]:
    """Give the observation this label instead of the one that it was seen to hold."""

    def make(log: Log) -> list[Event]:
        if not log.kept:
            return []  # it was erased in the meantime
        before = [event for event in log.events if event.kind == "label-assigned"]
        if before and held != before[-1].data.get("label"):
            return []  # another process settled it in the meantime, and looks at what it did
        replaced = [event.id for event in before]
        name = " ".join(["label", label, *replaced])
        id = str(uuid.uuid5(uuid.UUID(stream.partition("/")[2]), name))
        seq = next_number(log, SERVER)
        return [
            Event(
                id=id,
                stream=stream,
                kind="label-assigned",
                at=receipt.received,
                elapsed=0,
                device=SERVER,
                boot=SERVER,
                seq=seq,
                by=SERVER,
                data={"label": label} | ({"replaces": replaced} if replaced else {}),
            )
        ]

    return store.compose(study, stream, make, receipt)
