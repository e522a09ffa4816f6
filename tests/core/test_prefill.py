"""A draft says what the log says, and nothing that was an impression or said afterwards."""

from __future__ import annotations

from observation.core.format import clock, length, percent, share
from observation.core.prefill import draft
from tests.recorder import INSTRUMENT, Recorder, person


def drafted(recorder: Recorder, question: str) -> str:
    """The English draft of an answer, without the catalogue of translations."""
    return draft(INSTRUMENT.question(question), recorder.fold(), INSTRUMENT, "en", str)


def session() -> Recorder:
    recorder = Recorder()
    recorder.begin(
        person("C1", "coach"),
        person("T1"),
        person("T2"),
        person("L1", "school-leader", False, reason="ill"),
    )
    return recorder


def test_people_stand_by_role_with_their_coming_and_going_and_reasons() -> None:
    recorder = session()
    recorder.add(300, "person-departed", person="T2")
    recorder.add(900, "observation-ended")
    assert drafted(recorder, "present").splitlines() == [
        "Present: school coach or unit leader C1; teachers T1, T2 (00:00–05:00).",
        "Absent: school leader L1 (ill).",
    ]


def test_somebody_not_expected_is_not_called_absent() -> None:
    recorder = Recorder()
    recorder.begin(person("T1"), person("T9", present=False, expected=False))
    recorder.add(900, "observation-ended")
    assert drafted(recorder, "present") == "Present: teacher T1."


def test_the_course_has_phases_with_times_and_interruptions() -> None:
    recorder = session()
    recorder.add(0, "phase-started", phase="check-in")
    recorder.add(295, "phase-started", phase="content")
    recorder.add(400, "interruption-started", text="bell")
    recorder.add(410, "interruption-ended")
    recorder.add(900, "observation-ended")
    assert drafted(recorder, "course").splitlines() == [
        "Check-in 00:00–04:55 (04:55); Content 04:55–15:00 (10:05).",
        "Interruption 06:40–06:50: bell.",
    ]


def test_the_lead_has_shares_and_tells_nobody_from_not_recorded() -> None:
    recorder = session()
    recorder.add(90, "lead-taken", lead="C1")
    recorder.add(810, "lead-taken", lead="nobody")
    recorder.add(900, "observation-ended")
    assert drafted(recorder, "lead") == (
        "Not recorded 01:30 (10%); C1 (school coach or unit leader) 12:00 (80%); nobody leads 01:30 (10%)."
    )


def test_a_lead_that_nobody_recorded_drafts_nothing() -> None:
    recorder = session()
    recorder.add(900, "observation-ended")
    assert drafted(recorder, "lead") == ""


def test_notes_stand_under_the_question_of_their_tag_except_impressions() -> None:
    recorder = session()
    recorder.add(100, "note-written", text="asks for the list", kind="seen", tags=["coach"])
    recorder.add(110, "note-written", text="seems tired", kind="impression", tags=["coach"])
    recorder.add(120, "note-written", text="no tag at all", kind="verbatim", tags=[])
    recorder.add(900, "observation-ended")
    recorder.add(960, "note-written", text="short lines", kind="seen", tags=["stands-out"])
    assert drafted(recorder, "coach") == "01:40 asks for the list"
    assert drafted(recorder, "other").splitlines() == ["02:00 no tag at all", "short lines"]


def test_topics_stand_by_their_kind() -> None:
    recorder = session()
    recorder.add(100, "note-written", text="reading", kind="seen", tags=["topic-content"])
    recorder.add(200, "note-written", text="the yard", kind="seen", tags=["topic-organisational"])
    recorder.add(900, "observation-ended")
    assert drafted(recorder, "topics").splitlines() == [
        "Topic: content – reading (01:40).",
        "Topic: organisational – the yard (03:20).",
    ]


def test_behaviours_stand_with_times_and_by_whom_and_two_codes_once() -> None:
    recorder = session()
    recorder.judge(60, "learning.feedback", person="T1")
    recorder.judge(90, "learning.feedback")
    recorder.judge(120, "facilitating.teachers-set-goals")
    recorder.judge(130, "learning.visits-planned", "not-seen")
    recorder.add(900, "observation-ended")
    recorder.judge(960, "learning.knowledge-sharing", judged="finish")
    assert drafted(recorder, "collaboration").splitlines() == [
        "Give feedback: 01:00 (T1), 01:30",
        "Knowledge sharing: remembered afterwards",
    ]
    assert drafted(recorder, "styles") == "Team sets goals: 02:00"


def test_clock_and_percent_are_whole() -> None:
    assert [clock(ms) for ms in (0, 59_999, 462_000, 3_665_000)] == [
        "00:00",
        "00:59",
        "07:42",
        "61:05",
    ]
    assert [clock(ms) for ms in (-1, -5000, -65_500)] == ["-00:01", "-00:05", "-01:06"]
    assert (percent(1, 3), percent(0, 0)) == (33, 0)


def test_lengths_are_between_the_times_that_are_shown_and_shares_are_of_such_lengths() -> None:
    assert [length(*each) for each in ((0, 900), (900, 3100), (3100, 4999))] == [0, 3000, 1000]
    assert share(3000, 100_999) == "3%"
    assert (share(0, 0), share(999, 999)) == ("0%", "0%")
    recorder = session()
    for seconds, code in ((0.9, "C1"), (3.1, "T1"), (40.9, "C1"), (43.0, "T1")):
        recorder.add(seconds, "lead-taken", lead=code)
    recorder.add(100.5, "observation-ended")
    assert drafted(recorder, "lead") == (
        "Not recorded 00:00 (0%); C1 (school coach or unit leader) 00:06 (6%); T1 (teacher) 01:34 (94%)."
    )
