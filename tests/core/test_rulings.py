"""What researchers say of the verdicts, and how the verdicts take it."""

from __future__ import annotations

from typing import Any

from observation.core.cells import Cell
from observation.core.registers import School, fold_school
from observation.core.triangulation import triangulate
from tests.core.cases import (
    CHECK,
    CODEBOOK,
    FOCUS,
    INSTRUMENT,
    Case,
    Interviewed,
    saw,
    says,
)
from tests.recorder import Recorder

SCHOOL = "school/0190a5b0-0000-7000-8000-000000000001"
RULED = {"indicator": CHECK, "actor": "team", "line": "session"}


def register(*recorders: Recorder) -> School:
    """The school that these devices recorded."""
    return fold_school(event for recorder in recorders for event in recorder.events)


def recorder(by: str = "W1") -> Recorder:
    """A member at the school's page, on a device of his or her own."""
    found = Recorder(device=f"of-{by}", by=by, stream=SCHOOL)
    if by == "W1":
        found.add(0, "school-recorded", school="A")
        found.add(1, "respondent-recorded", respondent="R1", role="teacher")
    return found


def team_cell(school: School, *sessions: Any, period: str = "") -> Cell:
    """The cell of the action check with one teacher who affirms."""
    case = Case(
        school, sessions, (says("R1", "affirms"),), {FOCUS: Interviewed("2018-03-20", True)}, ("R1",)
    )  # fmt: skip
    return triangulate(case, INSTRUMENT, CODEBOOK).row(CHECK, "team")[0]


def test_a_ruling_stands_with_its_reason_by_whom_and_when() -> None:
    one = recorder()
    first = one.add(9, "ruling-recorded", **RULED, verdict="untested", suggestion="corroborated",
                    because="Only one session.", text="Too little.")  # fmt: skip
    (ruling,) = register(one).rulings
    assert (ruling.by, ruling.verdict, ruling.reason) == ("W1", "untested", "Only one session.")
    assert (ruling.text, ruling.blind, ruling.at[:10]) == ("Too little.", False, "2018-03-13")
    one.add(20, "ruling-recorded", **RULED, verdict="corroborated", suggestion="corroborated",
            replaces=[first])  # fmt: skip
    assert [each.verdict for each in register(one).rulings] == ["corroborated"]


def test_two_researchers_rule_side_by_side() -> None:
    one, other = recorder(), recorder("W2")
    one.add(9, "ruling-recorded", **RULED, verdict="untested", suggestion="corroborated")
    other.add(9, "ruling-recorded", **RULED, verdict="corroborated", suggestion="corroborated",
              blind=True)  # fmt: skip
    cell = team_cell(register(one, other), saw("A-01", {CHECK: "seen"}))
    assert {(each.by, each.verdict, each.blind) for each in cell.rulings} == {
        ("W1", "untested", False),
        ("W2", "corroborated", True),
    }
    assert cell.verdict.verdict == "corroborated"


def test_22_a_ruling_is_flagged_when_the_suggestion_has_moved_since() -> None:
    one = recorder()
    one.add(9, "ruling-recorded", **RULED, verdict="corroborated", suggestion="corroborated")
    school = register(one)
    seen, absent = saw("A-01", {CHECK: "seen"}), saw("A-02", {CHECK: "not-seen"})
    assert "changed-since-ruling" not in team_cell(school, seen).flags
    moved = team_cell(school, seen, absent)
    assert "changed-since-ruling" in moved.flags
    assert [each.verdict for each in moved.rulings] == ["corroborated"]


def test_a_ruling_on_a_period_or_a_line_is_of_no_other_cell() -> None:
    one = recorder()
    for other in ({"period": "spring"}, {"line": "general"}, {"actor": "leadership"}):
        one.add(9, "ruling-recorded", **RULED | other, verdict="untested", suggestion="untested")
    assert team_cell(register(one), saw("A-01", {CHECK: "seen"})).rulings == ()
    assert len(register(one).rulings) == 3


def test_observers_agree_when_each_has_said_the_same() -> None:
    first = saw("A-01", {CHECK: "seen"})
    second = saw("A-01-W2", {CHECK: "not-seen"}, observer="W2")
    streams = [first.stream, second.stream]
    said = {"observations": streams, "indicator": CHECK, "actor": "team"}
    one, other = recorder(), recorder("W2")
    one.add(5, "sessions-matched", observations=streams)
    assert "observers-disagree" in team_cell(register(one), first, second).flags
    one.add(9, "consensus-recorded", **said, state="seen", because="W2 stood behind the board.")
    assert "observers-disagree" in team_cell(register(one), first, second).flags
    before = other.add(9, "consensus-recorded", **said, state="not-seen")
    assert "observers-disagree" in team_cell(register(one, other), first, second).flags
    other.add(19, "consensus-recorded", **said, state="seen", replaces=[before])
    cell = team_cell(register(one, other), first, second)
    assert ("observers-disagree" in cell.flags, cell.sights.pattern) == (False, "O+")
    assert [label for label, _ in cell.sights.said[0][1].sightings] == ["A-01"]
    votes = register(one, other).agreed[frozenset(streams), CHECK, "team"]
    reasons = {who: vote.reason for who, vote in votes.items()}
    assert reasons == {"W1": "W2 stood behind the board.", "W2": ""}


def test_who_says_two_things_at_once_agrees_to_none() -> None:
    one = recorder()
    said = {"observations": ["a", "b"], "indicator": CHECK, "actor": "team"}
    one.add(9, "consensus-recorded", **said, state="seen")
    one.add(9, "consensus-recorded", **said, state="not-seen")
    assert dict(register(one).agreed) == {}


def test_feedback_of_respondents_stands_until_it_is_replaced() -> None:
    one = recorder()
    first = one.add(9, "feedback-recorded", indicator=CHECK, text="Klopt.", respondent="R1")
    one.add(9, "feedback-recorded", indicator=CHECK, text="Herkenbaar.")
    one.add(12, "feedback-recorded", indicator=CHECK, text="Klopt meestal.", respondent="R1",
            replaces=[first])  # fmt: skip
    found = register(one).feedback
    assert [(each.respondent, each.text) for each in found] == [
        ("", "Herkenbaar."), ("R1", "Klopt meestal.")
    ]  # fmt: skip
