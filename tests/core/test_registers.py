"""The study and its schools are folds of their streams."""

from __future__ import annotations

from observation.core.registers import fold_school, fold_study
from tests.recorder import Recorder
from tests.samples import BUNDLE


def test_the_sample_study_has_its_name_and_members() -> None:
    study = fold_study(event for event in BUNDLE.events if event.stream.startswith("study/"))
    assert (study.name, tuple(study.members), study.problems) == (
        "Bordsessies voorjaar 2018",
        ("W1", "W2"),
        (),
    )


def test_the_sample_schools_have_attributes_units_leaders_and_matched_sessions() -> None:
    streams = sorted(
        {event.stream for event in BUNDLE.events if event.stream.startswith("school/")}
    )
    schools = {
        school.code: school
        for school in (fold_school(e for e in BUNDLE.events if e.stream == s) for s in streams)
    }
    assert schools["D"].attributes == {
        "sector": "basisonderwijs",
        "denomination": "protestants-christelijk",
        "pupils": 308,
    }
    assert tuple(schools["A"].units) == ("7-8",)
    leaders = {code: slot.value["respondent"] for code, slot in schools["A"].leaders.items()}
    assert leaders == {"L1": "S1", "L2": "S2"}
    assert len(schools["D"].matched) == 1


def test_a_school_that_is_put_right_has_its_new_attributes() -> None:
    recorder = Recorder(stream="school/0190a5b0-0000-7000-8000-000000000001")
    first = recorder.add(0, "school-recorded", school="A", pupils=189)
    recorder.add(9, "school-recorded", school="A", pupils=198, replaces=[first])
    assert fold_school(recorder.events).attributes == {"pupils": 198}


def test_streams_of_which_nothing_came_are_empty() -> None:
    assert (fold_study([]).name, fold_school([]).code) == ("", "")
