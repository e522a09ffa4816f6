"""What was set aside, as it stands now, and taking it in when a lead accepts it.

Whether it was taken in is read from the streams, never noted: what is said here cannot differ from
what is there, also when an acceptance was cut short, the tablet sent again, or a backup came back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from observation.core.errors import N_, Refused
from observation.core.events import Event, read_event

from . import EventStore, Log, OtherStudy, Outcome, Receipt, Store, sample
from .catalogue import Catalogue
from .deposit import deposit_each
from .devices import Device
from .erased import use_anew
from .log import outcome_of
from .quarantine import Decision, SetAside, decide
from .reading import read_stream
from .receiving import event_of
from .server import SAMPLE

OPEN, REFUSED, TAKEN_IN = "open", "refused", "taken-in"


@dataclass(frozen=True, slots=True)
class Standing:
    """An event that was set aside and its state: OPEN, REFUSED, or TAKEN_IN.

    `study` is its tablet's, empty when that is not known; `event` is None where there is none that
    a tablet may deposit; `obstacle` is why it could not be taken in now.
    """

    item: SetAside
    state: str
    decision: Decision | None
    study: str
    event: Event | None
    obstacle: Refused | None


def standings(
    store: EventStore,
    items: Iterable[SetAside],
    decisions: Mapping[str, Decision],
    devices: Iterable[Device],
) -> list[Standing]:
    """Return how each of the items stands, in their order, by the streams and the last decisions."""
    studies = {device.id: device.study for device in devices}

    @cache
    def log(study: str, stream: str) -> Log:
        if not study:
            raise Refused(N_("The tablet that sent this is not known here; enrol it again."))
        if store.study_of(stream) not in (None, study):
            raise OtherStudy(stream)
        if study != SAMPLE and stream in sample.streams():
            raise sample.REMOVED
        return read_stream(store, study, stream)

    def standing(item: SetAside) -> Standing:
        study, event, obstacle = item.study or studies.get(item.device, ""), None, None
        decision = decisions.get(item.digest)
        state = REFUSED if decision and not decision.accepted else OPEN
        try:
            event = read_event(item.event) if item.study else event_of(item.event)
            became = outcome_of(log(study, event.stream), event)
            if became == Outcome.ERASED:
                raise Refused(N_("This was erased here and is not taken back."))
            if became:
                state = TAKEN_IN
        except Refused as refused:
            obstacle = refused
        return Standing(item, state, decision, study, event, obstacle)

    return [standing(item) for item in items]


def accept(
    store: Store, catalogue: Catalogue, accepted: Iterable[Standing], now: str
) -> Counter[Outcome]:
    """Take these in as received from their tablets when they came; return how many became what.

    A school or a respondent that was erased, and whom they name, is used anew from then on.

    What cannot be taken in stays set aside and is not counted. Doing it again is harmless and
    finishes what was cut short. Raises Damaged, before anything else, when the decision cannot be
    noted, and OSError when the store cannot write; what was written until then stays.
    """
    accepted = list(accepted)
    decide(store.registry, [each.item.digest for each in accepted], True, now)
    received: dict[str, dict[Receipt, list[Event]]] = {}
    for each in accepted:
        if each.event and each.study:
            receipts = received.setdefault(each.study, {})
            receipt = Receipt(each.item.received, each.item.device)
            receipts.setdefault(receipt, []).append(each.event)
    became: Counter[Outcome] = Counter()
    for study, sent in received.items():
        outcomes = deposit_each(store.events, catalogue, study, sent)
        became.update(each for each in outcomes if not isinstance(each, Refused))
        use_anew(store, study, [event for events in sent.values() for event in events], now)
    return became
