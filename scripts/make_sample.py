"""Write the sample study: records of three board sessions, one by two observers, and interviews.

    python scripts/make_sample.py

makes `observation/sample/study.jsonl`, the bundle that `observation sample` loads. The same run
gives the same bytes. Nobody in it exists.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from observation.core.events import Event, stream_kind
from observation.core.fold import fold_observation
from observation.core.prefill import draft
from observation.core.review import ABOUT
from observation.export.bundle import bundle_lines
from observation.importing.claims import plan_claims
from observation.importing.known import known_of
from observation.importing.mapping import read_mapping
from observation.importing.profiles import profile_of
from observation.importing.tables import read_table
from observation.instruments import Instruments
from observation.language import translator

TARGET = Path(__file__).parents[1] / "observation" / "sample" / "study.jsonl"
SEGMENTS = Path(__file__).parent / "sample"
SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "sample.observation.invalid")
STUDY = str(uuid.uuid5(SPACE, "study"))
INSTRUMENT = Instruments().newest()
PIN = {"id": INSTRUMENT.id, "version": INSTRUMENT.version, "digest": INSTRUMENT.digest}
EXPECTATIONS = (
    ("E1", "Leerkrachten werken solitair, hebben autonomie nodig en delen een dienstideaal.",
     ["professionality", "learning", "community"]),
    ("E2", "Zes contextfactoren: structuur van de organisatie, middelen, geformaliseerd gedrag, autonomie, sfeer, communicatie.",
     ["context"]),
    ("E3", "Faciliterend en stimulerend leiderschap helpen het meest, interveniërend en verbindend het minst.",
     ["facilitating", "stimulating", "intervening", "connecting"]),
    ("E4", "Taakgericht en persoonsgericht leiderschap zijn allebei nodig.",
     ["facilitating", "stimulating", "intervening", "connecting"]),
)  # fmt: skip
WORKLOAD = {
    "change": "add", "code": "own.workload", "name": "werkdruk", "parent": "context.school",
    "definition": "Hoeveel werk er ligt, en wat dat doet.",
    "counts-when": "Iemand noemt drukte of werkdruk als reden.",
    "counts-not-when": "Het gaat over een volle agenda; dat is drukke planning.",
    "example": "‘Het is gewoon druk.’",
}  # fmt: skip
RESPONDENTS = {
    "A": [("S1", "school-leader", ""), ("S2", "school-leader", ""),
          *((f"R{n}", "teacher", "1") for n in range(6, 10))],
    "D": [("S5", "school-leader", ""), *((f"R{n}", "teacher", "3") for n in range(22, 28))],
}  # fmt: skip


class Recorder:
    """Makes the events of one stream as a device would; times are `HH:MM:SS` of that day."""

    def __init__(self, stream: str, device: str, by: str, day: str, offset: str = "+01:00") -> None:
        self.stream = f"{stream.partition('/')[0]}/{uuid.uuid5(SPACE, stream)}"
        self.device, self.by, self.day, self.offset = device, by, day, offset
        self.events: list[Event] = []

    def add(self, time: str, what: str, /, **data: Any) -> str:
        """Record an event at this time of the wall clock and return its id."""
        at = datetime.fromisoformat(f"{self.day}T{time}{self.offset}")
        first = datetime.fromisoformat(self.events[0].at) if self.events else at
        seq = len(self.events) + 1
        event = Event(
            id=str(uuid.uuid5(SPACE, f"{self.stream} {self.device} {seq}")),
            stream=self.stream,
            kind=what,
            at=at.isoformat(),
            # The page was opened a minute before the session began.
            elapsed=60_000 + (at - first) // timedelta(milliseconds=1),
            device=self.device,
            boot="1",
            seq=seq,
            by=self.by,
            data={name.replace("_", "-"): value for name, value in data.items()},
        )
        assert stream_kind(event.stream)
        self.events.append(event)
        return event.id


class Session(Recorder):
    """One observer's record of one board session."""

    def begin(
        self,
        time: str,
        label: str,
        school: str,
        unit: str,
        place: str,
        people: list[dict[str, Any]],
    ) -> None:
        self.label = label
        self.add(
            time, "observation-begun", instrument=PIN, label=label, school=school, unit=unit,
            place=place, people=people, source="live",
        )  # fmt: skip

    def note(self, time: str, text: str, *tags: str, kind: str = "seen") -> None:
        self.add(time, "note-written", text=text, kind=kind, tags=list(tags))

    def seen(self, time: str, indicator: str, person: str = "") -> None:
        by = {"person": person} if person else {}
        self.add(
            time, "indicator-judged", indicator=indicator, state="seen", judged="session", **by
        )

    def judged(
        self, time: str, state: str, *indicators: str, when: str = "finish", **more: str
    ) -> None:
        for indicator in indicators:
            self.add(
                time, "indicator-judged", indicator=indicator, state=state, judged=when, **more
            )

    def phase(self, time: str, phase: str) -> None:
        self.add(time, "phase-started", phase=phase)

    def lead(self, time: str, person: str) -> None:
        self.add(time, "lead-taken", lead=person)

    def count(self, time: str, counter: str, number: int = 1) -> None:
        for _ in range(number):
            self.add(time, "board-counted", counter=counter, number=1)

    def answer(self, time: str, question: str, text: str = "", choice: str = "") -> None:
        given = {"text": text} if text else {}
        self.add(
            time,
            "answer-given",
            question=question,
            **given,
            **({"choice": choice} if choice else {}),
        )

    def finish(self, time: str) -> None:
        events = sum(event.kind not in ABOUT for event in self.events)
        self.add(time, "observation-finished", events=events)

    def take_over(self, time: str) -> None:
        """Answer every question of the schedule with its draft, as an observer does who agrees."""
        observation = fold_observation(self.events, INSTRUMENT)
        for question in INSTRUMENT.questions:
            text = draft(question, observation, INSTRUMENT, "nl", translator("nl"))
            if text:
                self.answer(time, question.id, text)


class PaperSession(Session):
    """A record typed in afterwards: the moments are those on paper, set by hand."""

    typed = "2018-03-23T09:00:00+01:00"

    def add(self, time: str, what: str, /, **data: Any) -> str:
        moment = f"{self.day}T{time}{self.offset}"
        by_hand = what not in ("answer-given", "observation-finished", "person-recorded")
        at = datetime.fromisoformat(self.typed) + timedelta(seconds=20 * len(self.events))
        day, offset, self.day, self.offset = (
            self.day,
            self.offset,
            at.strftime("%Y-%m-%d"),
            "+01:00",
        )
        try:
            if what == "observation-begun":
                data["source"] = "paper"
            return super().add(
                at.strftime("%H:%M:%S"), what, **data, **({"moment": moment} if by_hand else {})
            )
        finally:
            self.day, self.offset = day, offset


def person(code: str, role: str, present: bool = True, reason: str = "") -> dict[str, Any]:
    """Return an expected participant as `observation-begun` lists it."""
    found = {"person": code, "role": role, "present": present, "expected": True}
    return found | ({"reason": reason} if reason else {})


def teachers(*codes: str) -> list[dict[str, Any]]:
    """Return teachers who are there."""
    return [person(code, "teacher") for code in codes]


def session_a01() -> Session:
    """School A, unit 7-8: the leaders are absent, the coach leads and hands over once."""
    s = Session("observation/A-01", "tablet-w1", "W1", "2018-03-13")
    s.begin("15:10:00", "A-01", "A", "7-8", "lokaal groep 8", [
        person("L1", "school-leader", False, "other-task"), person("L2", "school-leader", False, "other-task"),
        person("C1", "coach"), *teachers("T1", "T2", "T3"),
        person("T4", "teacher", False, "other-working-day"), *teachers("T5"),
    ])  # fmt: skip
    s.phase("15:10:00", "check-in")
    s.lead("15:10:00", "C1")
    s.note("15:10:20", "iedereen hangt een smiley op; T2 kiest een sombere", "teachers")
    s.note(
        "15:11:05",
        "T1 vraagt door bij T2: “slecht geslapen, drukke week”",
        "teachers",
        kind="verbatim",
    )
    s.seen("15:11:50", "community.seek-each-other", "T3")
    s.note(
        "15:11:50", "T3 vraagt T1 of ze straks samen naar de toets kunnen kijken", "collaboration"
    )
    s.seen("15:12:30", "professionality.action-check", "C1")
    s.note("15:12:30", "C1 loopt de acties van vorige week na", "coach")
    s.count("15:12:40", "actions-done", 4)
    s.count("15:12:50", "actions-not-done")
    s.seen("15:13:10", "professionality.hold-to-account", "T1")
    s.note(
        "15:13:10",
        "T5 heeft zijn actie niet gedaan; T1 spreekt hem erop aan, vriendelijk en direct",
        "collaboration",
    )
    s.note("15:13:45", "T5 legt uit; T3 stelt voor het samen te doen", "teachers")
    s.phase("15:14:55", "content")
    s.note("15:14:55", "begrijpend lezen", "topic-content")
    s.seen("15:15:30", "learning.knowledge-sharing", "T1")
    s.note("15:15:30", "T1 vertelt hoe de nieuwe aanpak werkte in haar groep", "collaboration")
    s.lead("15:16:40", "T2")
    s.note("15:16:40", "T2 neemt de leiding over: zij heeft de toetsresultaten", "teachers")
    s.seen("15:17:20", "professionality.goals-on-board")
    s.note("15:17:20", "T2 legt uit, wijst op het bord", "teachers")
    s.seen("15:18:30", "learning.feedback", "T3")
    s.note(
        "15:18:30",
        "T3 is kritisch op de toets van T2: de vragen zijn te makkelijk",
        "collaboration",
    )
    s.note("15:19:15", "gelach; sfeer is informeel", "atmosphere", kind="impression")
    s.lead("15:20:05", "C1")
    s.seen("15:20:40", "stimulating.teachers-set-goals")
    s.note(
        "15:20:40", "de leerkrachten bedenken een nieuwe actie: samen een les ontwerpen", "teachers"
    )
    s.count("15:20:45", "new-team")
    s.seen("15:22:10", "community.joint-design-planned", "T1")
    s.note(
        "15:22:10",
        "T1 en T5 spreken af donderdag na schooltijd samen voor te bereiden",
        "collaboration",
    )
    s.note("15:23:30", "T2 moppert dat T4 er nooit bij is op dinsdag", "teachers")
    s.phase("15:24:35", "planning")
    s.judged("15:24:50", "not-seen", "learning.visits-planned", when="session")
    s.note("15:24:50", "C1 vraagt naar lesbezoeken; niemand plant er een", "coach")
    s.add("15:25:40", "observation-ended")
    s.judged("15:27:00", "not-seen", "intervening.leads", part="points")
    s.judged("15:27:20", "not-seen", "learning.feedback-planned")
    s.note("15:28:00", "de coach leidt als gelijke, geeft de beurt", "other-leadership")
    s.note("15:28:30", "korte lijnen, iedereen vult elkaar aan", "stands-out")
    s.answer("15:29:00", "ordinary", choice="yes")
    s.answer("15:29:10", "previous-session", "2018-03-06")
    s.answer("15:29:20", "timetable", "wekelijks")
    s.take_over("15:34:00")
    s.finish("15:36:00")
    return s


TEAM_D = [person("L5", "school-leader"), *teachers("T31", "T32", "T33"),
          person("T34", "teacher", False, "other-working-day"), *teachers("T35"),
          person("T36", "teacher", False)]  # fmt: skip


def session_d01() -> Session:
    """School D, unit onderbouw: a teacher in the chair, the leader takes over for a while."""
    s = PaperSession("observation/D-01", "laptop-w1", "W1", "2018-03-22")
    s.begin("15:30:00", "D-01", "D", "onderbouw", "teamkamer", TEAM_D)
    s.phase("15:30:00", "check-in")
    s.lead("15:30:00", "T32")
    s.note("15:31:10", "rondje, kort, ieder één woord", "teachers")
    s.add("15:32:40", "person-arrived", person="T36")
    s.seen("15:33:05", "professionality.action-check", "T32")
    s.note("15:33:05", "T32 leest de actielijst voor, punt voor punt", "teachers")
    s.count("15:33:05", "actions-done", 3)
    s.count("15:33:05", "actions-not-done", 2)
    s.phase("15:34:50", "content")
    s.seen("15:34:50", "professionality.goals-on-board")
    s.lead("15:35:20", "L5")
    s.note("15:35:20", "er komt een nieuwe rekenmethode", "topic-content", "leader")
    s.seen("15:35:50", "intervening.informs", "L5")
    s.note("15:35:50", "L5 geeft informatie over de invoering en de planning", "leader")
    s.note("15:38:15", "T33 vraagt wie dat allemaal moet doen", "interaction")
    s.seen("15:38:40", "intervening.sets-goals", "L5")
    s.note(
        "15:38:40",
        "L5 bepaalt: iedere groep kiest één les voor volgende week, komt op het bord",
        "leader",
    )
    s.count("15:38:40", "new-leader")
    s.lead("15:39:30", "T32")
    s.seen("15:40:10", "learning.knowledge-sharing", "T31")
    s.note("15:40:10", "T31 en T35 bespreken het rekenrek", "collaboration")
    s.note("15:42:00", "het speelplein", "topic-organisational")
    s.seen("15:42:00", "intervening.intervenes", "L5")
    s.note(
        "15:42:00",
        "gesprek dwaalt af naar het speelplein; L5 breekt het af: “dat staat in de nieuwsbrief”",
        "leader",
        "interaction",
        kind="verbatim",
    )
    s.seen("15:42:30", "facilitating.asks-needs", "L5")
    s.note(
        "15:42:30",
        "L5 vraagt wat er nodig is voor de eerste les; T33: extra rekenrekjes",
        "interaction",
    )
    s.phase("15:45:05", "planning")
    s.note("15:45:30", "T32 vraagt naar lesbezoeken; L5: deze maand niet, te druk", "interaction")
    s.note("15:46:20", "volgende bordsessie vastgesteld", "topic-organisational")
    s.add("15:47:10", "observation-ended")
    s.judged("15:47:10", "not-seen", "professionality.hold-to-account", "learning.feedback",
             "learning.visits-planned", "stimulating.teachers-set-goals")  # fmt: skip
    s.judged("15:47:10", "not-judgeable", "community.joint-design-planned")
    s.note("15:47:10", "formeel, lijstje wordt afgewerkt", "stands-out")
    s.answer("15:47:10", "ordinary", choice="yes")
    s.answer("15:47:10", "previous-session", "2018-03-15")
    s.answer("15:47:10", "timetable", "wekelijks")
    s.take_over("15:47:10")
    s.finish("15:47:10")
    return s


def session_d01_second() -> Session:
    """The same session by a second observer, whose clock is 4 seconds behind."""
    s = Session("observation/D-01-W2", "tablet-w2", "W2", "2018-03-22")
    s.begin("15:29:56", "D-01", "D", "onderbouw", "teamkamer", TEAM_D)
    s.phase("15:29:56", "check-in")
    s.lead("15:29:56", "T32")
    s.add("15:32:36", "person-arrived", person="T36")
    s.seen("15:33:00", "professionality.action-check")
    s.phase("15:34:40", "content")
    s.seen("15:34:45", "professionality.goals-on-board")
    s.lead("15:35:18", "L5")
    s.seen("15:35:47", "intervening.informs", "L5")
    s.seen("15:38:36", "intervening.sets-goals", "L5")
    s.lead("15:39:25", "T32")
    s.seen("15:40:05", "learning.knowledge-sharing")
    s.seen("15:40:30", "learning.feedback")
    s.lead("15:41:57", "L5")
    s.seen("15:41:57", "intervening.intervenes", "L5")
    s.lead("15:42:50", "T32")
    s.phase("15:45:01", "planning")
    s.add("15:47:06", "observation-ended")
    s.judged("15:49:00", "not-seen", "professionality.hold-to-account", "learning.visits-planned")
    s.judged("15:49:10", "not-seen", "facilitating.asks-needs", person="L5")
    s.judged(
        "15:49:20",
        "not-judgeable",
        "community.joint-design-planned",
        "stimulating.teachers-set-goals",
    )
    s.finish("15:55:00")
    return s


def session_d02() -> Session:
    """School D again: the leader comes later and leaves early; a child at the door."""
    s = Session("observation/D-02", "tablet-w1", "W1", "2018-04-05", "+02:00")
    s.begin("15:31:00", "D-02", "D", "onderbouw", "teamkamer", [
        person("L5", "school-leader", False), *teachers("T31", "T32", "T33"),
        person("T34", "teacher", False, "other-working-day"), *teachers("T35", "T36"),
    ])  # fmt: skip
    s.phase("15:31:00", "check-in")
    s.lead("15:31:00", "T33")
    s.note("15:31:00", "check-in met smileys", "teachers")
    s.seen("15:33:20", "professionality.action-check")
    s.count("15:33:30", "actions-done", 4)
    s.count("15:33:40", "actions-not-done")
    s.phase("15:35:40", "content")
    s.seen("15:35:40", "professionality.goals-on-board")
    s.seen("15:36:10", "stimulating.teachers-set-goals")
    s.note(
        "15:36:10",
        "de leerkrachten bedenken zelf een actie voor de rekenhoek",
        "teachers",
        "topic-content",
    )
    s.count("15:36:15", "new-team")
    s.add("15:38:00", "person-arrived", person="L5")
    s.seen("15:38:30", "intervening.informs", "L5")
    s.note("15:38:30", "L5 vertelt kort over de inspectie", "leader")
    s.add("15:39:10", "interruption-started", text="kind aan de deur")
    s.add("15:39:50", "interruption-ended")
    s.seen("15:40:20", "professionality.hold-to-account", "T31")
    s.note("15:40:20", "T31 zegt tegen T35 dat de afspraak niet is nagekomen", "collaboration")
    s.add("15:41:30", "person-departed", person="L5")
    s.phase("15:43:00", "planning")
    s.seen("15:44:10", "learning.visits-planned", "T36")
    s.note("15:44:10", "T36 plant een lesbezoek bij T32", "collaboration")
    s.add("15:45:30", "observation-ended")
    s.judged("15:47:00", "not-seen", "intervening.leads", part="points")
    s.judged(
        "15:47:10", "not-seen", "intervening.sets-goals", "intervening.intervenes", person="L5"
    )
    s.judged("15:47:30", "not-judgeable", "facilitating.asks-needs", person="L5")
    s.answer("15:48:00", "ordinary", choice="unknown")
    s.answer("15:48:10", "ordinary-why", "kort voor de vakantie")
    s.finish("15:52:00")
    return s


def registers(observations: dict[str, Session]) -> list[Recorder]:
    """The study and its two schools."""
    study = Recorder("study/sample", "laptop-w1", "W1", "2018-03-01")
    study.stream = f"study/{STUDY}"
    study.add(
        "09:00:00", "study-recorded", name="Bordsessies voorjaar 2018", instrument=INSTRUMENT.id
    )
    for member in ("W1", "W2"):
        study.add("09:01:00", "member-recorded", member=member)
    study.add("09:02:00", "period-recorded", period="voorjaar", name="Voorjaar 2018",
              **{"from": "2018-03-01"}, until="2018-04-30")  # fmt: skip
    for expectation, text, codes in EXPECTATIONS:
        study.add(
            "09:03:00", "expectation-recorded", expectation=expectation, text=text, codes=codes
        )
    study.add("09:04:00", "codebook-changed", version="2018-03", changes=[WORKLOAD])
    schools = []
    for code, denomination, pupils, unit, leaders in (
        ("A", "protestants-christelijk", 189, "7-8", (("L1", "S1"), ("L2", "S2"))),
        ("D", "protestants-christelijk", 308, "onderbouw", (("L5", "S5"),)),
    ):
        school = Recorder(f"school/{code}", "laptop-w1", "W1", "2018-03-01")
        school.add(
            "09:10:00",
            "school-recorded",
            school=code,
            sector="basisonderwijs",
            denomination=denomination,
            pupils=pupils,
        )
        school.add("09:11:00", "unit-recorded", unit=unit)
        for participant, respondent in leaders:
            school.add(
                "09:12:00", "leader-recorded", participant=participant, respondent=respondent
            )
        for respondent, role, group in RESPONDENTS[code]:
            said = {"group": group} if group else {}
            school.add("09:13:00", "respondent-recorded", respondent=respondent, role=role, **said)
            school.add(
                "09:14:00",
                "consent-given",
                respondent=respondent,
                date="2018-03-01",
                letter="brief 1",
            )
        schools.append(school)
    twice = [observations[label].stream for label in ("D-01", "D-01-W2")]
    schools[1].add("20:00:00", "sessions-matched", observations=twice)
    schools[1].add("20:01:00", "circumstance-recorded", circumstance="new-method",
                   text="nieuwe rekenmethode", **{"from": "2018-03-22"})  # fmt: skip
    return [study, *schools]


def claims(registers: list[Event]) -> list[Event]:
    """What the two tables of coded segments beside this script bring, imported as anybody would."""
    answers = read_mapping((SEGMENTS / "mapping.toml").read_bytes())
    streams: dict[str, list[Event]] = {}
    for event in registers:
        streams.setdefault(event.stream, []).append(event)
    before = len(registers)

    def read(stream: str) -> list[Event]:
        return streams.get(stream, [])

    def append(stream: str, events: Iterable[Event]) -> None:
        streams.setdefault(stream, []).extend(events)

    for name in ("taguette-highlights.csv", "maxqda-segments.csv"):
        known = known_of(STUDY, "W1", streams, read, lambda id: INSTRUMENT)
        table = read_table(SEGMENTS / name, lambda header: profile_of(header)[1])
        plan = plan_claims(table, known, answers, read, append)
        assert plan.ready
    return [event for events in streams.values() for event in events][before:]


def main() -> None:
    observations = {
        "A-01": session_a01(),
        "D-01": session_d01(),
        "D-01-W2": session_d01_second(),
        "D-02": session_d02(),
    }
    # The server saw the label D-01 twice and gave the second record its own.
    server = Recorder("observation/D-01-W2", "server", "server", "2018-03-23")
    server.add("08:00:00", "label-assigned", label="D-01-W2")
    registered = registers(observations)
    made = [*registered, *observations.values(), server]
    events = [event for recorder in made for event in recorder.events]
    events += claims([event for recorder in registered for event in recorder.events])
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(b"".join(bundle_lines(STUDY, "2018-04-06T09:00:00+02:00", events)))
    print(f"{TARGET.name}: {len(events)} events, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
