"""Events, streams and receipts for the tests of the stores."""

import uuid
from threading import Thread

from observation.core.events import Event
from observation.store import Receipt, open_store

STUDY = "01900000-0000-7000-8000-000000000001"
OTHER_STUDY = "01900000-0000-7000-8000-000000000002"
STREAM = "observation/01900000-0000-7000-8000-0000000000a1"
OTHER_STREAM = "interview/01900000-0000-7000-8000-0000000000b1"
RECEIPT = Receipt("2024-03-13T14:10:00Z", "tablet-1")
LATER = Receipt("2024-03-14T09:00:00Z", "tablet-2")
ERASED = "2024-06-01T12:00:00Z"


def make_event(seq=1, *, stream=STREAM, device="tablet", id=None, **data):
    """Return the event with this number; its id depends on stream, device and number only."""
    return Event(
        id=id or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{stream} {device} {seq}")),
        stream=stream,
        kind="note-written",
        at="2024-03-13T15:10:00+01:00",
        elapsed=1000,
        device=device,
        boot="boot-1",
        seq=seq,
        by="W1",
        data=data or {"text": "De school­leider vraagt: waarom één lijn?"},
    )


def make_events(count, **given):
    """Return the events with the numbers 1 to count."""
    return [make_event(seq, **given) for seq in range(1, count + 1)]


def log_of(events, receipt=RECEIPT):
    """Return the log of a store that was given these events of one stream."""
    store = open_store("memory:").events
    store.append(STUDY, events[0].stream, events, receipt)
    return store.read(STUDY, events[0].stream)


def everything(store):
    """Return all that a store holds: its logs and the values of its registry."""
    logs = {
        (study, stream): store.events.read(study, stream)
        for study in store.events.studies()
        for stream in store.events.versions(study)
    }
    kinds = {kind: store.registry.list(kind) for kind in store.registry.kinds()}
    return logs, {kind: values for kind, values in kinds.items() if values}


def together(calls):
    """Run each call in a thread of its own and wait for all; raise what one of them raised."""
    errors = []

    def run(call):
        try:
            call()
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
