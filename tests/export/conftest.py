"""Records that strain a print: the sample has ordinary sessions, these are the others."""

from __future__ import annotations

from observation.core.records import Observation, Record
from tests.recorder import INSTRUMENT, Recorder, person


def record_of(observation: Observation, pinned: bool = True, events: int = 0) -> Record:
    """Return the record of an observation that never saw a store."""
    received = "2018-03-13T15:00:00.000Z"
    return Record(
        study="0190a5b0-0000-7000-8000-000000000002",
        observation=observation,
        instrument=INSTRUMENT,
        pinned=pinned,
        received=received,
        first_received=received,
        events=events,
        stamp="0a1b2c3d",
    )


def two_leaders() -> Record:
    """One of two leaders leads and leaves; the log and the observer disagree; conflicts stand."""
    tablet, other = Recorder(), Recorder(device="phone", by="W2")
    begun = tablet.begin(
        person("L1", "school-leader"),
        person("L2", "school-leader"),
        person("C1", "coach"),
        person("E1", "expert-coach"),
        person("T1"),
        person("T2"),
        person("O1", "other"),
        person("T9", present=False, expected=False, reason="ill"),
        place="aula",
    )
    tablet.add(0, "phase-started", phase="check-in")
    tablet.add(0, "lead-taken", lead="L1")
    tablet.judge(40, "intervening.sets-goals", person="L1")
    tablet.judge(50, "intervening.informs", person="L1")
    tablet.judge(55, "intervening.informs", person="L2")
    tablet.add(150, "person-departed", person="L1")
    tablet.add(200, "lead-taken", lead="C1")
    tablet.add(230, "phase-started", phase="content")
    tablet.add(300, "lead-taken", lead="not-recorded")
    tablet.add(540, "lead-taken", lead="E1")
    tablet.add(600, "lead-taken", lead="O1")
    tablet.add(660, "lead-taken", lead="T1")
    tablet.add(690, "lead-taken", lead="T2")
    tablet.add(700, "interruption-started", text="bel")
    tablet.add(725, "interruption-ended")
    tablet.judge(710, "stimulating.not-leading", "seen", judged="finish")
    tablet.judge(720, "learning.feedback", "seen")
    other.judge(721, "learning.feedback", "not-seen", judged="later")
    tablet.judge(800, "community.seek-each-other", "seen", judged="finish", person="T2")
    tablet.add(810, "mark-set", text="terugkijken")
    tablet.add(815, "mark-set")
    tablet.add(820, "note-written", text="een notitie", kind="impression", tags=[], person="T1")
    tablet.add(840, "answer-given", question="other", text="de een")
    other.add(841, "answer-given", question="other", text="de ander")
    tablet.add(850, "answer-given", question="said-afterwards", text="dit was na afloop")
    tablet.add(851, "answer-given", question="never-asked", text="van een ander schema")
    tablet.add(900, "observation-ended")
    other.add(905, "header-corrected", field="place", value="lokaal 3")
    other.add(906, "moment-corrected", event=begun[:-1] + "x", moment="2018-03-13T15:00:00+01:00")
    return record_of(tablet.fold(other), pinned=False, events=40)


def long_session() -> Record:
    """Twelve phases, thirty people, ninety minutes, and a change of lead every minute."""
    tablet = Recorder()
    people = [person(f"T{number}") for number in range(1, 31)]
    tablet.begin(person("L1", "school-leader"), *people, source="paper", place="p" * 300)
    names = [phase.id for phase in INSTRUMENT.phases]
    moments: list[tuple[int, str, dict[str, str]]] = []
    for number in range(12):
        phase = names[number % len(names)]
        moments.append((number * 450, "phase-started", {"phase": phase}))
    for number in range(60):
        moments.append((number * 60, "lead-taken", {"lead": f"T{number % 30 + 1}"}))
    moments += [(3600, "lead-taken", {"lead": "nobody"}), (3700, "lead-taken", {"lead": "L1"})]
    for number in range(40):
        judged = {"indicator": "learning.feedback", "state": "seen", "judged": "session"}
        judged["person"] = f"T{number % 30 + 1}"
        moments.append((100 + number * 100, "indicator-judged", judged))
    for seconds, what, data in sorted(moments, key=lambda moment: moment[0]):
        tablet.add(seconds, what, **data)
    tablet.add(5400, "observation-ended")
    return record_of(tablet.fold())


def unfinished() -> Record:
    """A session that goes on; nothing but its beginning and a phase are known."""
    tablet = Recorder()
    tablet.begin(person("T1"), already_running=120_000)
    tablet.add(90, "phase-started", phase="content")
    tablet.add(100, "note-written", text="tot zover", kind="seen", tags=["teachers"])
    return record_of(tablet.fold())


def wordy(answer: str, note: str) -> Record:
    """A record with one long answer and one long note."""
    tablet = Recorder()
    tablet.begin(person("T1"))
    tablet.add(10, "phase-started", phase="content")
    tablet.add(20, "note-written", text=note, kind="seen", tags=["teachers"])
    tablet.add(30, "answer-given", question="teachers", text=answer)
    tablet.add(900, "observation-ended")
    tablet.add(990, "observation-finished")
    return record_of(tablet.fold())
