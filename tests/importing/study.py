"""A small study in memory into which tables are taken, as the edge does it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from observation.core.codebook import Codebook
from observation.core.events import Event
from observation.core.interviews import Interview, Testimony, fold_interview, heard
from observation.core.registers import School, fold_school
from observation.importing.claims import NotReady, Plan, plan_claims
from observation.importing.codes import codes_score, new_version
from observation.importing.known import Known, known_of
from observation.importing.mapping import Answers, read_mapping
from observation.importing.profiles import profile_of
from observation.importing.spool import Spool
from observation.importing.tables import Table, read_table
from observation.instruments import Instruments
from tests.recorder import Recorder

INSTRUMENT = Instruments().newest()
SEGMENTS = Path(__file__).parents[2] / "scripts" / "sample"
TAGUETTE, MAXQDA = SEGMENTS / "taguette-highlights.csv", SEGMENTS / "maxqda-segments.csv"
MAPPING = read_mapping((SEGMENTS / "mapping.toml").read_bytes())
IDS = iter(range(10**6))


def open_claims(path: Path, answers: Answers) -> Table:
    """The table of segments in a file, as the command opens it."""
    return read_table(path, lambda header: profile_of(header, answers.profile)[1])


class Place:
    """Streams of one study; `schools` are the people of each: code and role, and the focus group."""

    def __init__(self, number: int = 1, **schools: Sequence[str]) -> None:
        self.id = f"0190a5b0-0000-7000-8000-{number:012x}"
        self.streams: dict[str, list[Event]] = {}
        study = Recorder(stream=f"study/{self.id}")
        study.add(0, "study-recorded", name="x", instrument=INSTRUMENT.id)
        study.add(1, "member-recorded", member="W1")
        self.append(study.stream, study.events)
        for place, (code, people) in enumerate(schools.items(), 1):
            school = Recorder(stream=f"school/0190a5b0-0000-7000-8000-{number:06x}{place:06x}")
            school.add(0, "school-recorded", school=code)
            for each in people:
                respondent, role, group = (*each.split(), "")[:3]
                more = {"group": group} if group else {}
                school.add(1, "respondent-recorded", respondent=respondent, role=role, **more)
            self.append(school.stream, school.events)

    def read(self, stream: str) -> list[Event]:
        return self.streams.get(stream, [])

    def append(self, stream: str, events: Iterable[Event]) -> None:
        self.streams.setdefault(stream, []).extend(events)

    @property
    def known(self) -> Known:
        return known_of(self.id, "W1", self.streams, self.read, lambda id: INSTRUMENT)

    def plan(self, path: Path, answers: Answers | None = None, revise: bool = False) -> Plan:
        given = answers or Answers()
        return plan_claims(
            open_claims(path, given), self.known, given, self.read, lambda *kept: None, revise
        )

    def take_in(self, path: Path, answers: Answers | None = None, revise: bool = False) -> Plan:
        given = answers or Answers()
        table = open_claims(path, given)
        with Spool() as spool:
            plan = plan_claims(table, self.known, given, self.read, spool.add, revise)
            if not plan.ready:
                raise NotReady(plan)
            for stream, events in spool.streams():
                self.append(stream, events)
        return plan

    def take_in_codes(self, path: Path) -> int:
        made = new_version(read_table(path, codes_score), self.known)
        if made:
            self.append(made.stream, [made])
        return len(made.data["changes"]) if made else 0

    @property
    def codebook(self) -> Codebook:
        return self.known.codebook

    @property
    def interviews(self) -> list[Interview]:
        found = {name: events for name, events in self.streams.items() if name[0] == "i"}
        return [fold_interview(found[name]) for name in sorted(found)]

    @property
    def schools(self) -> list[School]:
        return [fold_school(e) for name, e in sorted(self.streams.items()) if name[:2] == "sc"]

    @property
    def heard(self) -> Testimony:
        return heard(self.interviews, self.schools)

    @property
    def claims(self) -> dict[str, Any]:
        """What every claim says, by label, with its memos."""
        return {
            c.label: (c.said.value, tuple(memo.text for memo in c.memos)) for c in self.heard.claims
        }


def sample_place(number: int = 1) -> Place:
    """Return a study with the two schools of the tables."""
    return Place(
        number,
        A=["S1 school-leader", "S2 school-leader", *(f"R{n} teacher 1" for n in range(6, 10))],
        D=["S5 school-leader", *(f"R{n} teacher 3" for n in range(22, 28))],
    )


def with_workload(place: Place) -> Place:
    """Give the study the own code that the second table is mapped to."""
    recorder = Recorder("laptop", stream=f"study/{place.id}")
    change = {
        "change": "add",
        "code": "own.workload",
        "name": "werkdruk",
        "parent": "context.school",
    }
    recorder.add(9, "codebook-changed", version="2", changes=[change])
    place.append(recorder.stream, recorder.events)
    return place


def table(folder: Path, *rows: Sequence[str], header: str = "id,document,tag,content") -> Path:
    """Write a table as Taguette does and return its path."""
    target = StringIO(newline="")
    csv.writer(target).writerows([header.split(","), *rows])
    path = folder / f"table-{next(IDS)}.csv"
    path.write_bytes(target.getvalue().encode())
    return path


def segment(
    *tags: str, id: str = "1", document: str = "S1 interview", text: str = "Zo is het."
) -> list[list[str]]:
    """Return the rows of one highlight with its tags."""
    return [[id, document, tag, text] for tag in tags]
