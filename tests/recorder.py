"""A device for tests: it records events of one stream at seconds since the start."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from observation.core.events import Event
from observation.core.fold import fold_observation
from observation.core.records import Judgement, Observation
from observation.instruments import Instruments

INSTRUMENT = Instruments().newest()
STREAM = "observation/0190a5b0-0000-7000-8000-000000000001"
START = datetime(2018, 3, 13, 14, 10, tzinfo=UTC)


class Recorder:
    """Makes events as one tablet would; `by` and `device` are told apart where a test needs it."""

    def __init__(self, device: str = "tablet", by: str = "W1", stream: str = STREAM) -> None:
        self.device, self.by, self.stream = device, by, stream
        self.events: list[Event] = []

    def add(self, seconds: float, what: str, /, **data: Any) -> str:
        """Record an event and return its id; `_` in a name of the data stands for `-`."""
        seq = len(self.events) + 1
        at = START + timedelta(seconds=seconds)
        self.events.append(
            Event(
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.stream} {self.device} {seq}")),
                stream=self.stream,
                kind=what,
                at=at.isoformat(timespec="milliseconds"),
                elapsed=int(seconds * 1000) + 10_000,
                device=self.device,
                boot="boot-1",
                seq=seq,
                by=self.by,
                data={name.replace("_", "-"): value for name, value in data.items()},
            )
        )
        return self.events[-1].id

    def begin(self, *people: dict[str, Any], seconds: float = 0, **data: Any) -> str:
        """Record the beginning with these people."""
        pin = {"id": INSTRUMENT.id, "version": INSTRUMENT.version, "digest": INSTRUMENT.digest}
        given = {"label": "A-01", "school": "A", "unit": "7-8", "source": "live"} | data
        return self.add(seconds, "observation-begun", instrument=pin, people=list(people), **given)

    def judge(self, seconds: float, indicator: str, state: str = "seen", **data: Any) -> str:
        """Record a judgement, in the session unless said otherwise."""
        given = {"judged": "session"} | data
        return self.add(seconds, "indicator-judged", indicator=indicator, state=state, **given)

    def fold(self, *others: Recorder) -> Observation:
        """Fold what was recorded, here and on the others."""
        events = [event for recorder in (self, *others) for event in recorder.events]
        return fold_observation(events, INSTRUMENT)


def person(code: str, role: str = "teacher", present: bool = True, **more: Any) -> dict[str, Any]:
    """Return a participant as the beginning lists it."""
    return {"person": code, "role": role, "present": present, **more}


def state(observation: Observation, code: str, actor: str = "leadership") -> str:
    """Return what is said of an indicator's behaviour by this actor."""
    return judged(observation, code, actor).state


def judged(observation: Observation, code: str, actor: str = "leadership") -> Judgement:
    """Return the judgement of an indicator's behaviour of this actor."""
    found = observation.judgement(code, actor)
    assert found is not None
    return found


def tracks(observation: Observation) -> dict[str, list[tuple[str, int, int]]]:
    """Return phases and leads as (value, start, seconds)."""
    return {
        name: [(i.value, i.start // 1000, i.length // 1000) for i in intervals]
        for name, intervals in (("phases", observation.phases), ("leads", observation.leads))
    }
