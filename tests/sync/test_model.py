"""Tablets and a server, whatever happens between them, end with the same events: all but the erased."""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from observation.core.batch import PROTOCOL, digest_of
from observation.core.canonical import canonical
from observation.core.events import utc
from observation.settings import open_context
from observation.store.accepting import TAKEN_IN, Standing, accept, standings
from observation.store.backup import make_backup
from observation.store.devices import devices, enrol, revoke
from observation.store.quarantine import decide, decisions, quarantined
from observation.store.restore import restore
from observation.web import create_app
from tests.postgres_server import PostgresServer
from tests.soak import SOAK

pytestmark = pytest.mark.slow

STUDY = "0190a5b0-0000-7000-8000-00000000000f"
STREAMS = [f"observation/0190a5b0-0000-7000-8000-{number:012x}" for number in (1, 2)]
SENT = ("kept", "already-kept", "kept-conflict", "quarantined", "erased")
BATCH = 5  # events, so that a few already need several


@dataclass
class Row:
    """An event on a tablet, whether it is unsent, and what became of it; None of an erased one."""

    event: dict[str, Any] | None
    unsent: bool
    outcome: str = ""


@dataclass
class Tablet:
    """The rules of a tablet: what it sends, and what an answer lets it believe."""

    device: str
    token: str = ""
    rows: dict[tuple[str, str, int], Row] = field(default_factory=dict)
    server: Any = None
    copy: list[dict[str, Any]] = field(default_factory=list)  # kept apart from the browser's store

    def record(self, stream: str, id: str, at: str) -> dict[str, Any]:
        own = [seq for of, device, seq in self.rows if (of, device) == (stream, self.device)]
        seq = max(own, default=0) + 1
        event = {
            "id": id, "stream": stream, "kind": "note-written", "at": at, "elapsed": 1,
            "device": self.device, "boot": "boot", "seq": seq, "by": "W1",
            "data": {"text": f"note {id}"}, "format": 1,
        }  # fmt: skip
        self.rows[stream, self.device, seq] = Row(event, unsent=True)
        self.copy.append(event)
        return event

    def look(self) -> None:
        """Offer again what was set aside, as the page of the tablet does in every visit."""
        for row in self.rows.values():
            row.unsent |= row.outcome == "quarantined"

    def batch(self) -> dict[str, Any]:
        events = [row.event for _, row in sorted(self.rows.items()) if row.unsent][:BATCH]
        last: dict[str, int] = {}
        for stream, device, seq in sorted(self.rows):
            if device == self.device:
                last[stream] = seq
        return {"protocol": PROTOCOL, "batch": str(uuid.uuid4()), "sent": "", "streams": last,
                "digest": digest_of(events), "events": events}  # fmt: skip

    def believe(self, batch: Mapping[str, Any], status: int, answer: Any) -> None:
        if status != 200 or answer["batch"] != batch["batch"]:
            return
        if self.server is None and batch["events"]:
            self.server = answer["server"]
        for event, result in zip(batch["events"], answer["results"], strict=True):
            own = sha256(canonical(event)).hexdigest()
            if (result["id"], result["digest"]) == (event["id"], own) and result["outcome"] in SENT:
                gone = result["outcome"] == "erased"
                key = event["stream"], event["device"], event["seq"]
                self.rows[key] = Row(None if gone else event, False, result["outcome"])
        if batch["events"]:
            return
        restored = self.server is not None and self.server != answer["server"]
        for (stream, device, seq), row in self.rows.items():
            lacked = device == self.device and any(
                first <= seq <= last for first, last in answer["missing"].get(stream, ())
            )
            if row.event and (restored or (lacked and row.outcome != "quarantined")):
                row.unsent = True
        self.server = answer["server"]


class Replicas(RuleBasedStateMachine):
    """Three tablets and one server, with everything between them that may go wrong."""

    def url(self, generation: int) -> str:
        """The URL of the server's next store."""
        return "memory:"

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.numbers, self.minutes = count(1), 0
        self.erased: set[str] = set()
        self.forgotten: set[str] = set()  # erased on a machine that was lost after its last backup
        self.made: dict[str, dict[str, Any]] = {}
        self.under_way: list[tuple[Tablet, dict[str, Any]]] = []
        self.restart(1)
        self.tablets = [Tablet(self.new_id()) for _ in range(3)]
        for tablet in self.tablets:
            self.enrol(tablet)
        self.a_backup_is_made()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.heal()
            shutil.rmtree(self.folder)

    def restart(self, generation: int) -> None:
        self.generation = generation
        self.context = open_context(self.folder, self.url(generation))
        self.app = create_app(self.context)
        self.client = self.app.test_client()

    def enrol(self, tablet: Tablet) -> None:
        now = self.context.clock.now()
        tablet.token = enrol(self.context.store.registry, STUDY, tablet.device, "tablet", now)

    def new_id(self) -> str:
        return f"0190a5b0-0000-7000-9000-{next(self.numbers):012x}"

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=next(self.numbers))

    @rule(tablet=st.integers(0, 2), stream=st.sampled_from(STREAMS))
    def taps(self, tablet: int, stream: str) -> None:
        at = f"2026-11-22T15:{self.minutes % 60:02}:00.000+01:00"
        event = self.tablets[tablet].record(stream, self.new_id(), at)
        self.made[event["id"]] = event

    @rule(minutes=st.integers(-600, 600))
    def the_clock_jumps(self, minutes: int) -> None:
        self.minutes += minutes

    @rule(tablet=st.integers(0, 2))
    def sends(self, tablet: int) -> None:
        batch = self.tablets[tablet].batch()
        self.tablets[tablet].believe(batch, *self.deposit(self.tablets[tablet], batch))

    @rule(tablet=st.integers(0, 2))
    def sends_and_the_answer_is_lost(self, tablet: int) -> None:
        self.deposit(self.tablets[tablet], self.tablets[tablet].batch())

    @rule(tablet=st.integers(0, 2))
    def sends_and_the_batch_is_late(self, tablet: int) -> None:
        self.under_way.append((self.tablets[tablet], self.tablets[tablet].batch()))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), twice=st.booleans(), heard=st.booleans())
    def a_late_batch_comes(self, data: Any, twice: bool, heard: bool) -> None:
        which = data.draw(st.integers(0, len(self.under_way) - 1))
        tablet, batch = self.under_way[which] if twice else self.under_way.pop(which)
        status, answer = self.deposit(tablet, batch)
        if heard and tablet in self.tablets:
            tablet.believe(batch, status, answer)

    @rule(tablet=st.integers(0, 2))
    def the_browser_clears_the_tablet(self, tablet: int) -> None:
        """It is a new device from then on, and what its copy holds is recovered and offered."""
        cleared = self.tablets[tablet]
        made = Tablet(self.new_id(), copy=cleared.copy)
        made.rows = {(e["stream"], e["device"], e["seq"]): Row(e, True) for e in cleared.copy}
        self.tablets[tablet] = made
        self.enrol(made)

    @rule(tablet=st.integers(0, 2))
    def a_tablet_is_revoked(self, tablet: int) -> None:
        revoke(self.context.store.registry, self.tablets[tablet].device, self.context.clock.now())

    @rule(tablet=st.integers(0, 2))
    def a_tablet_is_enrolled_again(self, tablet: int) -> None:
        self.enrol(self.tablets[tablet])

    @rule(tablet=st.integers(0, 2))
    def somebody_looks_at_the_tablet(self, tablet: int) -> None:
        self.tablets[tablet].look()

    @rule(refused=st.booleans())
    def a_lead_decides(self, refused: bool) -> None:
        """On all that was set aside and is not there; nothing else may change by it."""
        store, now = self.context.store, utc(self.context.clock.now())
        aside, before = self.set_aside(), self.held()
        if refused:
            decide(store.registry, [each.item.digest for each in aside], False, now)
            assert self.held() == before
        else:
            accept(store, self.context.catalogue, aside, now)
            accepted = {each.event.id for each in aside if each.event and not each.obstacle}
            assert self.held().keys() == before.keys() | accepted

    def set_aside(self) -> list[Standing]:
        """What was set aside and is not in the streams."""
        store = self.context.store
        items, decided = quarantined(store.registry), decisions(store.registry)
        found = standings(store.events, items, decided, devices(store.registry))
        return [each for each in found if each.state != TAKEN_IN]

    @rule()
    def a_backup_is_made(self) -> None:
        store, schedules = self.context.store, self.context.schedules
        self.backup = self.folder / f"backup-{next(self.numbers)}.gz"
        make_backup(store, schedules, self.backup, self.now)
        self.in_backup = self.erased.copy()

    @rule()
    def the_backup_is_restored(self) -> None:
        """The shells of what was erased since outlive it, and so does what came since."""
        restore(self.context.store, self.context.schedules, self.backup, self.now())

    @rule()
    def the_machine_is_lost(self) -> None:
        """On another one the backup is restored; what was erased since is not known there."""
        self.restart(self.generation + 1)
        self.the_backup_is_restored()
        for tablet in self.tablets:
            self.enrol(tablet)
        self.forgotten |= self.erased - self.in_backup
        self.erased = self.in_backup.copy()

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def an_event_is_erased(self, data: Any) -> None:
        id = data.draw(st.sampled_from(sorted(self.held())))
        self.erased.add(id)
        stream = self.made[id]["stream"]
        self.context.store.events.erase(STUDY, stream, [id], "2026-03-23T00:00:00Z")

    def deposit(self, tablet: Tablet, batch: dict[str, Any]) -> tuple[int, Any]:
        answer = self.client.post(
            "/api/v1/events", data=json.dumps(batch), content_type="application/json",
            headers={"Authorization": f"Bearer {tablet.token}"},
        )  # fmt: skip
        return answer.status_code, answer.get_json()

    def held(self) -> dict[str, dict[str, Any]]:
        logs = [self.context.store.events.read(STUDY, stream) for stream in STREAMS]
        assert all(log.conflicts == () for log in logs)
        return {event.id: event.as_dict() for log in logs for event in log.events}

    @invariant()
    def no_number_is_given_twice(self) -> None:
        numbers = [(e["stream"], e["device"], e["seq"]) for e in self.made.values()]
        assert len(numbers) == len(set(numbers))

    def heal(self) -> None:
        """Let every tablet send until nothing is left to be said; then all hold the same."""
        for tablet, batch in self.under_way:
            self.deposit(tablet, batch)
        for tablet in self.tablets:
            self.comes_to_an_end(tablet)
        self.a_lead_decides(refused=False)
        for tablet in self.tablets:
            tablet.look()
            self.comes_to_an_end(tablet)
            # Whoever was set aside is there now, and its tablet has been told, revoked or not.
            assert "quarantined" not in {row.outcome for row in tablet.rows.values()}
        held = self.held()
        # A tablet that was told has none left to bring back, another one may have.
        gone = self.erased | (self.forgotten - held.keys())
        expected = {id: event for id, event in self.made.items() if id not in gone}
        lost = expected.keys() - held.keys()
        assert held == expected, f"lost: {sorted(lost)}"
        for tablet in self.tablets:
            for row in tablet.rows.values():
                assert row.event is None or held.get(row.event["id"], row.event) == row.event

    def comes_to_an_end(self, tablet: Tablet) -> None:
        """Let the tablet send until nothing is left to be said."""
        for _ in range(200):
            batch = tablet.batch()
            tablet.believe(batch, *self.deposit(tablet, batch))
            if not batch["events"] and not any(row.unsent for row in tablet.rows.values()):
                return
        raise AssertionError("a tablet never comes to an end")


class ReplicasOnDisk(Replicas):
    """The same with a server that keeps its events in files."""

    def url(self, generation: int) -> str:
        return f"tinydb:{self.folder}/{generation}"


class ReplicasInDatabase(Replicas):
    """The same with a server that keeps its events in a database."""

    server: ClassVar[PostgresServer]

    def url(self, generation: int) -> str:
        return self.server.url()


@pytest.mark.parametrize(
    ("machine", "few", "many"),
    [(Replicas, 250, 10_000), (ReplicasOnDisk, 40, 1_000), (ReplicasInDatabase, 20, 1_000)],
)
def test_after_healing_all_replicas_hold_the_union_without_the_erased(
    request: pytest.FixtureRequest, machine: type[Replicas], few: int, many: int
) -> None:
    if machine is ReplicasInDatabase:
        ReplicasInDatabase.server = request.getfixturevalue("postgres")
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=many if SOAK else few,
            stateful_step_count=60 if SOAK else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
