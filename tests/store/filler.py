"""A program on a disk that fills up: python filler.py FOLDER FILLS SEED

Takes in sessions until the disk is full, looks whether all is still there and can be read and exported,
makes room and goes on. Prints in JSON how often it was full and what was kept.
"""

import json
import random
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from observation import cli
from observation.settings import open_context
from observation.store import FULL, Outcome, Receipt
from observation.store.verify import verify
from observation.web import create_app
from tests.recorder import Recorder
from tests.samples import records
from tests.web.tablet import STUDY, Tablet, body, stream

RECEIPT = Receipt("2024-03-13T14:10:00.000Z", "tablet-1")
ENOUGH = 600_000  # bytes that must be free for another fill
FORM = {"_kind": "note-written", "kind": "seen"}
SAMPLE = [entry.event for entry in records()["A-01"].observation.log]


def main(folder, fills, seed):
    folder, chance = Path(folder), random.Random(int(seed))
    counts = {"full": 0, "kept": 0, "lost": 0, "answered": 0}
    acknowledged, number = {}, 0
    for _fill in range(int(fills)):
        context = open_context(folder / "data")
        app = create_app(context)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        if not acknowledged:
            tablet = Tablet(client)
            tablet.send(tablet.recorded(3))
            acknowledged[stream(1)] = {event["id"] for event in tablet.recorded(3)}
            number = 1
        tablet.client = client
        fill(folder / "ballast", chance.randrange(ENOUGH))
        while True:
            number += 1
            events = session(stream(number), chance.randrange(1, len(SAMPLE)))
            if is_full(lambda: context.store.events.append(STUDY, stream(number), events, RECEIPT)):  # noqa: B023
                break
            acknowledged[stream(number)] = {event.id for event in events}
            counts["kept"] += len(events)
        counts["full"] += 1
        assert list(folder.rglob("*.draft")) == []
        fill(folder / "last", 0)
        counts["answered"] += answers_while_full(client, tablet, context)
        counts["lost"] += lost(open_context(folder / "data").store.events, acknowledged)
        for ballast in ("ballast", "last"):
            (folder / ballast).unlink(missing_ok=True)
        kept = context.store.events.append(STUDY, stream(number), events, RECEIPT)
        assert kept == [Outcome.KEPT] * len(events)
        acknowledged[stream(number)] = {event.id for event in events}
        assert list(verify(context.store.events)) == []
        if shutil.disk_usage(folder).free < ENOUGH:
            shutil.rmtree(folder / "data")
            acknowledged = {}
    print(json.dumps(counts))


def is_full(save):
    """Do this save and return whether the disk had no room for it."""
    try:
        save()
    except OSError as error:
        if error.errno not in FULL:
            raise
        return True
    return False


def session(name, length):
    """Return so many events of a session in a stream of this name."""
    recorder = Recorder(stream=name)
    recorder.begin(label=name[-4:], observer="W1")
    for event in SAMPLE[1:length]:
        recorder.add(event.elapsed / 1000, event.kind, **event.data)
    return recorder.events


def answers_while_full(client, tablet, context):
    """Return how many requests were answered as they must be on a full disk."""
    address = f"/observations/{stream(1).partition('/')[2]}"
    form = {**FORM, "_id": "0190a5b0-0000-7000-8000-00000000ffff", "text": "typed with care"}
    refused = client.post(f"{address}/capture/events?language=en", data=form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 507
    assert "The disk of the server is full; make room on it and send this again." in page
    assert "typed with care" in page
    answer = tablet.post(body(tablet.recorded(9)))
    assert answer.status_code == 507
    assert "retry" in answer.get_json()
    assert client.post("/tablets").status_code == 507
    read = ["/", address, *(f"{address}/export/{each}" for each in ("pdf", "csv", "json"))]
    for path in read:
        response = client.get(path)
        assert response.status_code == 200, path
        assert response.get_data()
    with tempfile.TemporaryDirectory() as elsewhere:
        bundle = Path(elsewhere) / "study.jsonl"
        export = ["--data", str(context.data), "export", "bundle", "--output", str(bundle)]
        assert cli.main(export) == 0
        assert bundle.read_bytes().count(b"\n") > 3
    return len(read) + 4


def lost(events, acknowledged):
    """Return how many acknowledged events are not there."""
    return sum(
        len(ids - {event.id for event in events.read(STUDY, name).events})
        for name, ids in acknowledged.items()
    )


def fill(path, room):
    """Fill the disk with a file until only so many bytes are free."""
    with suppress(OSError), open(path, "ab", buffering=0) as file:
        while (free := shutil.disk_usage(path.parent).free) > room:
            file.write(b"\0" * min(free - room, 1 << 16))


if __name__ == "__main__":
    main(*sys.argv[1:])
