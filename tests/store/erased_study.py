"""A study of two schools, D and E, in which every place that can hold a text of D holds a marker."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

from observation.core.errors import Refused
from observation.core.events import Event
from observation.instruments import Instruments
from observation.store import Receipt, Store
from observation.store.catalogue import Catalogue
from observation.store.deposit import deposit
from observation.store.devices import enrol
from observation.store.leftovers import Folders
from observation.store.quarantine import SetAside, decide, problem_of, set_aside
from tests.recorder import INSTRUMENT, START

STUDY = "01900000-0000-7000-8000-000000000001"
TABLET = "01900000-0000-7000-8000-0000000000f1"
OTHER_TABLET = "01900000-0000-7000-8000-0000000000f2"
RECEIPT = Receipt("2018-04-06T08:00:00.000Z", TABLET)
NOW = "2018-06-01T12:00:00.000Z"
PIN = {"id": INSTRUMENT.id, "version": INSTRUMENT.version, "digest": INSTRUMENT.digest}


class Study:
    """Makes events; `mark` returns another marker at each call, and all of them are in `markers`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.markers: list[str] = []
        self._numbers: dict[str, itertools.count[int]] = {}

    def mark(self, words: str = "") -> str:
        """Return a text with a marker that stands nowhere else."""
        self.markers.append(f"zqx{len(self.markers):03}xqz")
        return f"{words} {self.markers[-1]}".strip()

    def say(self, stream: str, what: str, /, device: str = TABLET, **data: Any) -> str:
        """Record an event and return its id; `_` in a name of the data stands for `-`."""
        seq = next(self._numbers.setdefault(f"{stream} {device}", itertools.count(1)))
        at = START.replace(minute=10 + seq // 60, second=seq % 60)
        self.events.append(
            Event(
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{stream} {device} {seq}")),
                stream=stream,
                kind=what,
                at=at.isoformat(timespec="milliseconds"),
                elapsed=seq * 1000,
                device=device,
                boot="boot-1",
                seq=seq,
                by="W1",
                data={name.replace("_", "-"): value for name, value in data.items()},
            )
        )
        return self.events[-1].id


def stream_of(kind: str, name: str) -> str:
    """Return the stream that is called so in these tests."""
    return f"{kind}/{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {name}')}"


def school_events(study: Study, code: str, text: Any, observations: int = 4) -> None:
    """Record a school with its observations and interviews; `text` makes every text of it."""
    school = stream_of("school", code)
    say = study.say
    say(f"study/{STUDY}", "member-recorded", member=f"W{code}")
    recorded = say(school, "school-recorded", school=code, sector=text("bo"), denomination=text())
    say(school, "school-recorded", school=code, sector=text(), replaces=[recorded], because=text())
    for unit in ("1-2", "7-8"):
        say(school, "unit-recorded", unit=f"{unit}{text()}")
    say(school, "leader-recorded", participant="SL", respondent="S1", because=text())
    say(school, "leader-recorded", participant="SL2", respondent="S2", until=text())
    for respondent, role in (("S1", "school-leader"), ("S2", "school-leader"), ("S3", "teacher")):
        say(school, "respondent-recorded", respondent=respondent, role=role, group=text()[-9:])
        say(school, "consent-given", respondent=respondent, date="2018-01-08", letter=text())
    say(school, "consent-given", date="2018-01-08", letter=text())
    given = say(school, "consent-withdrawn", date="2018-01-08", because=text())
    say(school, "event-retracted", event=given, because=text())
    say(school, "circumstance-recorded", circumstance="change", text=text(), until="2018-03-01")
    say(school, "memo-written", text=text("a thought on the school"))
    labels = [f"{code}-{number:02}" for number in range(1, observations + 1)]
    records = [stream_of("observation", label) for label in labels]
    say(school, "sessions-matched", observations=records[:2], because=text())
    for observer in ("W1", "W2"):
        say(school, "consensus-recorded", device=observer, observations=records[:2],
            indicator="A1", actor="leadership", state="seen", because=text())  # fmt: skip
    ruled = say(school, "ruling-recorded", indicator="A1", actor="leadership", line="session",
                verdict="confirmed", suggestion="confirmed", text=text(), because=text())  # fmt: skip
    say(school, "ruling-recorded", indicator="A1", actor="leadership", line="session",
        verdict="confirmed", suggestion="confirmed", text=text(), replaces=[ruled])  # fmt: skip
    say(school, "feedback-recorded", indicator="A1", text=text(), respondent="S2")
    say(school, "feedback-recorded", indicator="A1", text=text())
    say(school, "a-kind-of-tomorrow", anything=[{"deep": text()}], **{text(): text()})
    for number, (label, stream) in enumerate(zip(labels, records, strict=True)):
        people = [
            {"person": "SL", "role": "school-leader", "present": True},
            {"person": f"L{text()}", "role": "teacher", "present": True, "reason": text()[-9:]},
        ]
        say(stream, "observation-begun", instrument=PIN, label=label, school=code,
            unit="7-8", people=people, source="live", place=text("lokaal"))  # fmt: skip
        say(stream, "header-corrected", field="place", value=text(), because=text())
        say(stream, "phase-started", phase="start", because=text())
        say(stream, "lead-taken", lead="SL", because=text())
        note = say(stream, "note-written", text=text(), kind="seen", tags=[text()], person=text())
        say(stream, "note-corrected", note=note, text=text(), kind="heard", tags=[], because=text())
        say(stream, "mark-set", text=text())
        say(stream, "interruption-started", text=text())
        say(stream, "interruption-ended")
        say(stream, "person-recorded", person=text(), role=text(), because=text())
        say(stream, "indicator-judged", indicator="A1", state="seen", judged="session",
            because=text(), person="SL")  # fmt: skip
        say(stream, "board-counted", counter=text(), number=1)
        say(stream, "answer-given", question="q1", text=text(), choice=text())
        issue = say(stream, "issue-raised", text=text(), question="q1")
        say(stream, "issue-answered", issue=issue, text=text())
        say(stream, "event-retracted", event=note, because=text())
        say(stream, "observation-ended")
        say(stream, "observation-finished", events=12 + number)
    for label, people in (("single", ["S2"]), ("both", ["S1", "S2"]), ("third", ["S3"])):
        interview_events(study, code, label, people, text)


def interview_events(study: Study, code: str, label: str, people: list[str], text: Any) -> None:
    """Record an interview with claims of each who took part, of all of them, and of nobody."""
    stream, say = stream_of("interview", f"{code} {label}"), study.say
    say(stream, "interview-recorded", interview=f"{code}-{label}", kind="interview", school=code,
        participants=people, date="2018-03-01", because=text())  # fmt: skip
    for number, respondents in enumerate([*([each] for each in people), people, []], 1):
        claim = {"respondents": respondents, "form": "quotation", "codes": ["A1"],
                 "codebook": "1", "stance": "affirms", "mode": "descriptive"}  # fmt: skip
        first = say(stream, "claim-recorded", text=text(), number=number, place=text(),
                    source={"tool": "t", "document": text(), "id": text()}, **claim)  # fmt: skip
        say(stream, "claim-recorded", text=text(), number=number, replaces=[first],
            because=text(), **claim)  # fmt: skip
        say(stream, "memo-written", text=text(), claim=first)
        if len(respondents) == 1:
            wrong = say(stream, "claim-recorded", text=text(), number=90 + number, **claim)
            say(stream, "event-retracted", event=wrong, because=text())
            school = stream_of("school", code)
            say(school, "quotation-withheld", claim=first, because=text())
    say(stream, "memo-written", text=text("on the interview"))


def filled(store: Store, catalogue: Catalogue, folders: Folders) -> list[str]:
    """Fill a store with both schools, and return the markers of D."""
    study = Study()
    study.say(f"study/{STUDY}", "study-recorded", name="A study", instrument=INSTRUMENT.id)
    school_events(study, "D", study.mark)
    plain = itertools.count()
    school_events(study, "E", lambda words="": f"{words} of E {next(plain)}".strip())
    study.say(stream_of("school", "E"), "memo-written", text="as in D-01@07:42 and S2-c1")
    deposit(store.events, catalogue, STUDY, study.events, RECEIPT)
    conflict = study.events[next(i for i, e in enumerate(study.events) if e.kind == "mark-set")]
    other = {**conflict.as_dict(), "data": {"text": study.mark("in conflict")}}
    store.events.append(STUDY, conflict.stream, [Event(**other)], Receipt(NOW, OTHER_TABLET))
    beside(store, folders, study)
    look(catalogue)
    return study.markers


def beside(store: Store, folders: Folders, study: Study) -> None:
    """Put markers where what is no record lies: set aside, decided, remembered, waiting."""
    for number, tablet in enumerate((TABLET, OTHER_TABLET)):
        enrol(store.registry, STUDY, tablet, f"iPad {number}", START)
    held = Study()
    held.markers = study.markers
    unknown = stream_of("observation", "held")
    held.say(unknown, "observation-begun", device=OTHER_TABLET, instrument=PIN, label="D-09",
             school="D", unit="7", people=[], source="live", place=held.mark())  # fmt: skip
    held.say(unknown, "note-written", device=OTHER_TABLET, text=held.mark(), kind="seen", tags=[])
    known = stream_of("observation", "D-01")
    held.say(known, "note-written", device=OTHER_TABLET, text=held.mark(), kind="seen", tags=[])
    other = stream_of("observation", "E-01")
    held.say(other, "note-written", device=OTHER_TABLET, text="of E", kind="seen", tags=[])
    values: list[Any] = [event.as_dict() for event in held.events]
    values.append({"no": "event", "school": "D", "text": held.mark()})
    reason = problem_of("", Refused("why"))
    items = [
        SetAside(f"{n:064}", OTHER_TABLET, NOW, reason, value) for n, value in enumerate(values)
    ]
    set_aside(store.registry, items)
    decide(store.registry, [item.digest for item in items], False, NOW)
    said = {
        "codes": {"code": "A1"},
        "respondents": {f"{held.mark()}": "S2", "E7": "E7"},
        "new": {
            "S9": {"school": "D", "role": "teacher", "group": held.mark()[-9:]},
            "E7": {"school": "E", "role": "teacher"},
        },
        "documents": {held.mark(): {"school": "D"}, "of E": {"school": "E"}},
    }
    store.registry.put("mapping", STUDY, said, None)
    folder = folders.imports / "0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "upload.json").write_text(json.dumps({"study": STUDY, "name": "t.csv", "by": "W1"}))
    (folder / "table.csv").write_text(f"text;codes\n{held.mark()};A1\n")


def look(catalogue: Catalogue) -> None:
    """Have all derived that is derived."""
    for derived in catalogue.derived:
        derived.look(STUDY)
    for school in catalogue.evidence.schools(STUDY)[0]:
        catalogue.evidence.case(STUDY, school)


def catalogue_of(store: Store, path: Any = None) -> Catalogue:
    """Return the catalogue of a store, its summaries in this file."""
    return Catalogue(store.events, Instruments(), path)
