"""Four states are kept apart, the log settles what the instrument says, and the observer wins."""

from __future__ import annotations

import pytest

from observation.core.judgements import standing_judgements
from tests.recorder import INSTRUMENT, Recorder, judged, person, state

LEADS = "intervening.leads"
PRESENT = "stimulating.present"
NOT_LEADING = "stimulating.not-leading"
INFORMS = "intervening.informs"
NEEDS_LEADER = [i.code for i in INSTRUMENT.indicators if i.needs_leader]


def session(*leads: tuple[float, str], leaders: tuple[bool, ...] = (True,)) -> Recorder:
    """A session with a coach, a teacher and leaders L1, L2 ... who are there or not."""
    recorder = Recorder()
    present = [person(f"L{n}", "school-leader", there) for n, there in enumerate(leaders, start=1)]
    recorder.begin(person("C1", "coach"), person("T1"), *present)
    for seconds, lead in leads:
        recorder.add(seconds, "lead-taken", lead=lead)
    return recorder


def end(recorder: Recorder) -> Recorder:
    recorder.add(900, "observation-ended")
    return recorder


class TestStates:
    def test_what_nobody_judged_is_blank(self) -> None:
        assert state(end(session()).fold(), "learning.feedback", "team") == "blank"

    @pytest.mark.parametrize("given", ["seen", "not-seen", "not-judgeable"])
    def test_each_state_is_itself(self, given: str) -> None:
        recorder = session()
        recorder.judge(60, "learning.feedback", given)
        assert state(end(recorder).fold(), "learning.feedback", "team") == given

    def test_what_was_seen_several_times_has_its_times(self) -> None:
        recorder = session()
        recorder.judge(60, "learning.feedback", person="T1")
        recorder.judge(90, "learning.feedback")
        found = judged(end(recorder).fold(), "learning.feedback", "team")
        assert [(s.time, s.person) for s in found.sightings] == [(60_000, "T1"), (90_000, "")]

    def test_what_is_remembered_at_finish_has_no_time_and_is_the_weaker(self) -> None:
        recorder = end(session())
        recorder.judge(960, "learning.feedback", judged="finish")
        found = judged(recorder.fold(), "learning.feedback", "team")
        assert (found.state, found.judged, found.sightings[0].time) == ("seen", "finish", None)

    def test_an_observer_who_contradicts_the_own_judgement_is_asked(self) -> None:
        recorder = session()
        recorder.judge(60, "learning.feedback")
        recorder.judge(960, "learning.feedback", "not-seen", judged="finish")
        assert state(recorder.fold(), "learning.feedback", "team") == "conflict"

    def test_a_judgement_that_replaces_the_other_is_no_contradiction(self) -> None:
        recorder = session()
        seen = recorder.judge(60, "learning.feedback")
        recorder.judge(960, "learning.feedback", "not-seen", judged="finish", replaces=[seen])
        assert state(recorder.fold(), "learning.feedback", "team") == "not-seen"

    def test_a_retracted_sighting_leaves_a_blank(self) -> None:
        recorder = session()
        seen = recorder.judge(60, "learning.feedback")
        recorder.add(64, "event-retracted", event=seen)
        assert state(recorder.fold(), "learning.feedback", "team") == "blank"

    @pytest.mark.parametrize("code", ["stimulating", "facilitating"])
    def test_two_codes_of_one_behaviour_say_the_same(self, code: str) -> None:
        recorder = session()
        recorder.judge(60, f"{code}.teachers-set-goals")
        observation = recorder.fold()
        for each in ("stimulating", "facilitating"):
            assert state(observation, f"{each}.teachers-set-goals", "team") == "seen"


class TestPresence:
    def test_a_leader_who_was_there_is_seen_with_the_arrival(self) -> None:
        recorder = session(leaders=(False,))
        recorder.add(300, "person-arrived", person="L1")
        found = judged(end(recorder).fold(), PRESENT, "L1")
        assert (found.state, found.source) == ("seen", "log")
        assert [(s.time, s.person) for s in found.sightings] == [(300_000, "L1")]

    def test_of_two_leaders_of_whom_one_is_there_each_has_its_own(self) -> None:
        observation = end(session(leaders=(True, False))).fold()
        assert [state(observation, PRESENT, a) for a in ("L1", "L2", "leadership")] == [
            "seen",
            "not-seen",
            "seen",
        ]

    def test_a_record_without_people_says_nothing_about_presence(self) -> None:
        recorder = Recorder()
        recorder.begin()
        observation = end(recorder).fold()
        assert {j.state for j in observation.judgements} == {"blank"}


class TestLeading:
    @pytest.mark.parametrize(
        ("seconds", "leads", "aside"), [(60, "seen", "not-seen"), (59, "blank", "seen")]
    )
    def test_from_a_minute_on_a_leader_leads(self, seconds: int, leads: str, aside: str) -> None:
        recorder = end(session((0, "C1"), (100, "L1"), (100 + seconds, "C1")))
        observation = recorder.fold()
        assert state(observation, LEADS, "L1") == leads
        assert state(observation, NOT_LEADING, "L1") == aside

    def test_short_turns_add_up(self) -> None:
        recorder = end(session((0, "C1"), (100, "L1"), (130, "C1"), (200, "L1"), (230, "C1")))
        found = judged(recorder.fold(), LEADS, "L1")
        assert (found.state, [s.time for s in found.sightings]) == ("seen", [100_000, 200_000])

    def test_two_leaders_together_can_lead_where_neither_does(self) -> None:
        recorder = session((0, "C1"), (100, "L1"), (140, "L2"), (180, "C1"), leaders=(True, True))
        observation = end(recorder).fold()
        assert state(observation, NOT_LEADING, "L1") == "seen"
        assert state(observation, LEADS) == "seen"
        assert state(observation, NOT_LEADING) == "not-seen"

    def test_where_the_lead_was_not_recorded_a_leader_is_not_said_to_stay_aside(self) -> None:
        observation = end(session((300, "C1"))).fold()  # 300 s of which nobody knows
        assert state(observation, NOT_LEADING, "L1") == "blank"
        assert state(observation, LEADS, "L1") == "blank"

    def test_a_leader_who_was_away_then_cannot_have_led(self) -> None:
        recorder = session((300, "C1"), leaders=(False,))
        recorder.add(400, "person-arrived", person="L1")
        assert state(end(recorder).fold(), NOT_LEADING, "L1") == "seen"

    @pytest.mark.parametrize(
        ("points", "expected"),
        [("seen", "seen"), ("not-seen", "not-seen"), ("not-judgeable", "blank"), (None, "blank")],
    )
    @pytest.mark.parametrize("there", [True, False])
    def test_points_handed_over_count_also_from_an_absent_leader(
        self, points: str | None, expected: str, there: bool
    ) -> None:
        recorder = end(session((0, "C1"), leaders=(there,)))
        if points:
            recorder.judge(960, LEADS, points, judged="finish", part="points")
        assert state(recorder.fold(), LEADS) == expected

    def test_who_leads_and_hands_over_nothing_still_leads(self) -> None:
        recorder = end(session((0, "L1")))
        recorder.judge(960, LEADS, "not-seen", judged="finish", part="points")
        assert state(recorder.fold(), LEADS, "L1") == "seen"


class TestAbsentLeader:
    @pytest.mark.parametrize("code", NEEDS_LEADER)
    def test_what_needs_a_leader_cannot_be_judged_and_the_log_says_so(self, code: str) -> None:
        found = judged(end(session((0, "C1"), leaders=(False, False))).fold(), code)
        assert (found.state, found.source) == ("not-judgeable", "log")

    def test_five_indicators_need_a_leader(self) -> None:
        assert len(NEEDS_LEADER) == 5

    def test_done_through_another_it_is_seen_all_the_same(self) -> None:
        recorder = end(session((0, "C1"), leaders=(False,)))
        recorder.judge(300, INFORMS)
        found = judged(recorder.fold(), INFORMS)
        assert (found.state, found.source, found.suggested) == ("seen", "observer", "not-judgeable")

    def test_not_leading_cannot_be_judged_of_who_is_not_there(self) -> None:
        assert (
            state(end(session((0, "C1"), leaders=(False,))).fold(), NOT_LEADING) == "not-judgeable"
        )


class TestActors:
    def test_a_judgement_of_the_one_leader_is_that_of_the_leadership(self) -> None:
        recorder = session((0, "C1"))
        recorder.judge(300, INFORMS, person="L1")
        observation = end(recorder).fold()
        assert state(observation, INFORMS, "L1") == state(observation, INFORMS) == "seen"

    def test_seen_of_the_leadership_is_not_seen_of_each_of_two_leaders(self) -> None:
        recorder = session((0, "C1"), leaders=(True, True))
        recorder.judge(300, INFORMS)
        observation = end(recorder).fold()
        assert [state(observation, INFORMS, a) for a in ("L1", "L2", "leadership")] == [
            "blank",
            "blank",
            "seen",
        ]

    def test_not_seen_of_the_leadership_holds_for_who_was_there(self) -> None:
        recorder = session((0, "C1"), leaders=(True, False))
        recorder.judge(300, INFORMS, "not-seen")
        observation = end(recorder).fold()
        assert [state(observation, INFORMS, a) for a in ("L1", "L2", "leadership")] == [
            "not-seen",
            "not-judgeable",
            "not-seen",
        ]

    def test_the_leadership_did_it_when_one_of_two_did(self) -> None:
        recorder = session((0, "C1"), leaders=(True, True))
        recorder.judge(300, INFORMS, person="L2")
        recorder.judge(310, INFORMS, "not-seen", person="L1")
        assert state(end(recorder).fold(), INFORMS) == "seen"

    def test_a_leader_nobody_judged_leaves_the_leadership_open(self) -> None:
        recorder = session((0, "C1"), leaders=(True, True))
        recorder.judge(310, INFORMS, "not-seen", person="L1")
        assert state(end(recorder).fold(), INFORMS) == "blank"

    def test_what_a_substitute_does_is_not_the_leaders(self) -> None:
        recorder = session((0, "C1"))
        recorder.judge(300, INFORMS, person="C1")
        observation = end(recorder).fold()
        assert state(observation, INFORMS, "C1") == "seen"
        assert state(observation, INFORMS) == "blank"

    def test_the_observer_wins_over_the_log_and_both_are_shown(self) -> None:
        recorder = end(session((0, "L1")))
        recorder.judge(960, LEADS, "not-seen", judged="finish", person="L1")
        found = judged(recorder.fold(), LEADS, "L1")
        assert (found.state, found.source, found.suggested) == ("not-seen", "observer", "seen")


class TestDoubt:
    """Where the record contradicts itself or breaks off, the log settles nothing."""

    def test_a_leader_listed_as_absent_who_leads_is_neither_absent_nor_judged(self) -> None:
        observation = end(session((0, "L1"), leaders=(False,))).fold()
        assert {state(observation, code) for code in (PRESENT, NOT_LEADING, INFORMS, LEADS)} == {
            "blank"
        }

    def test_a_departure_without_an_arrival_is_a_trace(self) -> None:
        recorder = session((0, "C1"), leaders=(False,))
        recorder.add(600, "person-departed", person="L1")
        assert state(end(recorder).fold(), PRESENT) == "blank"

    def test_an_arrival_in_the_very_last_moment_is_a_trace(self) -> None:
        recorder = session((0, "C1"), leaders=(False,))
        recorder.add(900, "person-arrived", person="L1")
        assert state(end(recorder).fold(), PRESENT) == "blank"

    def test_what_was_on_before_a_corrected_start_is_on_at_the_start(self) -> None:
        recorder = session(leaders=(False,))
        recorder.add(10, "person-arrived", person="L1")
        recorder.add(12, "lead-taken", lead="L1")
        begun = recorder.events[0].id
        end(recorder)
        recorder.add(950, "moment-corrected", event=begun, moment="2018-03-13T14:10:30Z")
        observation = recorder.fold()
        assert [(i.value, i.start) for i in observation.leads] == [("L1", 0)]
        assert state(observation, PRESENT) == state(observation, LEADS) == "seen"

    def test_somebody_of_unknown_role_may_have_been_the_leader(self) -> None:
        recorder = session((0, "X9"), leaders=(False,))
        recorder.add(1, "person-arrived", person="X9")
        assert state(end(recorder).fold(), PRESENT) == "blank"

    def test_somebody_described_as_teacher_and_as_leader_may_be_the_leader(self) -> None:
        recorder = session((0, "C1"), leaders=(False,))
        added = recorder.add(5, "person-recorded", person="T1", role="school-leader")
        observation = end(recorder).fold()
        assert state(observation, PRESENT) == "blank"
        assert added in [problem.event for problem in observation.problems]

    @pytest.mark.parametrize("code", [NOT_LEADING, LEADS, INFORMS])
    def test_without_an_end_the_log_settles_nothing_about_absence_and_lead(self, code: str) -> None:
        recorder = session((0, "L1"))
        recorder.add(7200, "note-written", text="thuis", kind="seen", tags=[])
        assert state(recorder.fold(), code) == "blank"

    def test_without_an_end_a_leader_who_is_there_is_still_seen(self) -> None:
        recorder = session((0, "C1"))
        recorder.add(40, "mark-set")
        assert state(recorder.fold(), PRESENT) == "seen"

    def test_who_came_in_late_cannot_say_that_a_leader_did_not_lead(self) -> None:
        recorder = Recorder()
        people = (person("C1", "coach"), person("L1", "school-leader"))
        recorder.begin(*people, already_running=600_000)
        recorder.add(0, "lead-taken", lead="C1")
        assert state(end(recorder).fold(), NOT_LEADING) == "blank"


class TestSeveralLeaders:
    def test_confirming_that_one_leads_does_not_turn_the_other_into_the_leadership(self) -> None:
        recorder = end(session((0, "L1"), (780, "C1"), leaders=(True, True)))
        recorder.judge(960, NOT_LEADING, "not-seen", judged="finish", person="L1")
        observation = recorder.fold()
        assert [state(observation, NOT_LEADING, a) for a in ("L1", "L2", "leadership")] == [
            "not-seen",
            "seen",
            "not-seen",
        ]

    def test_that_the_leadership_leads_is_not_said_of_each_leader(self) -> None:
        recorder = end(session((0, "L1"), (780, "C1"), leaders=(True, True)))
        recorder.judge(960, NOT_LEADING, "not-seen", judged="finish")
        assert state(recorder.fold(), NOT_LEADING, "L2") == "seen"

    def test_not_seen_of_the_leadership_against_a_sighting_of_a_leader_is_a_conflict(self) -> None:
        recorder = session((0, "C1"))
        recorder.judge(100, "intervening.sets-goals", person="L1")
        end(recorder)
        recorder.judge(960, "intervening.sets-goals", "not-seen", judged="finish")
        observation = recorder.fold()
        assert state(observation, "intervening.sets-goals", "L1") == "seen"
        assert state(observation, "intervening.sets-goals") == "conflict"


class TestThroughAnother:
    def test_points_count_without_a_word_on_who_was_there(self) -> None:
        recorder = Recorder()
        recorder.begin()
        recorder.judge(60, LEADS, part="points")
        assert state(end(recorder).fold(), LEADS) == "seen"

    def test_points_brought_by_the_coach_are_the_leaderships(self) -> None:
        recorder = session((0, "C1"), leaders=(False,))
        recorder.judge(60, LEADS, part="points", person="C1")
        found = judged(end(recorder).fold(), LEADS)
        assert (found.state, [s.person for s in found.sightings]) == ("seen", ["C1"])

    def test_an_unknown_part_is_named(self) -> None:
        recorder = session()
        id = recorder.judge(60, LEADS, part="pionts")
        assert [p.event for p in recorder.fold().problems] == [id]

    def test_what_the_one_absent_leader_did_through_another_is_that_leaders(self) -> None:
        recorder = session((0, "C1"), leaders=(False,))
        recorder.judge(300, "intervening.sets-goals")
        assert state(end(recorder).fold(), "intervening.sets-goals", "L1") == "seen"


class TestStanding:
    def test_the_judgements_that_stand_are_named_by_behaviour_part_and_actor(self) -> None:
        recorder = session()
        first = recorder.judge(60, "learning.feedback")
        again = recorder.judge(90, "learning.feedback", replaces=[first])
        goals = recorder.judge(120, "facilitating.teachers-set-goals", person="T1")
        points = recorder.judge(150, LEADS, part="points")
        undone = recorder.judge(180, INFORMS)
        recorder.add(190, "event-retracted", event=undone)
        recorder.judge(200, INFORMS, state="perhaps")
        assert standing_judgements(end(recorder).fold().log, INSTRUMENT) == {
            ("learning.feedback", "", "team"): (again,),
            ("stimulating.teachers-set-goals", "", "team"): (goals,),
            (LEADS, "points", "leadership"): (points,),
        }
