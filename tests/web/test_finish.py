"""Finishing: what is open disappears when it is answered, and nothing is forced."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from observation.settings import open_context
from observation.web import create_app
from tests.recorder import INSTRUMENT, Recorder, judged, person, state
from tests.web.desk import Desk, read

Sit = Callable[[Recorder], Desk]
FEEDBACK = "learning.feedback"


def session(*people: object, ended: bool = True) -> Recorder:
    """A session of ten minutes led by the coach, with one leader who is there."""
    recorder = Recorder()
    given = people or (person("L1", "school-leader"), person("C1", "coach"), person("T1"))
    recorder.begin(*given)  # type: ignore[arg-type]
    recorder.add(0, "phase-started", phase="check-in")
    recorder.add(0, "lead-taken", lead="C1")
    if ended:
        recorder.add(600, "observation-ended")
    return recorder


def test_sending_a_form_twice_records_once(sit: Sit) -> None:
    desk = sit(session())
    (form,) = desk.forms("finish", "indicator-judged", indicator=FEEDBACK)
    for _ in range(2):
        assert desk.send(form, state="seen").status_code == 303
    assert desk.kinds["indicator-judged"] == 1


def test_a_form_without_its_token_is_refused(tmp_path: Path) -> None:
    client = create_app(open_context(tmp_path, "memory:")).test_client()
    desk = Desk(client, session())
    (form,) = desk.forms("finish", "indicator-judged", indicator=FEEDBACK)
    assert desk.send(form, state="seen", csrf_token="").status_code == 400
    assert desk.kinds["indicator-judged"] == 0
    assert desk.send(form, state="seen").status_code == 303


class TestTheLead:
    def test_a_stretch_that_was_not_recorded_gets_who_led_from_there(self, sit: Sit) -> None:
        recorder = Recorder()
        recorder.begin(person("C1", "coach"), person("T1"), person("T2", present=False))
        recorder.add(90, "lead-taken", lead="C1")
        recorder.add(600, "observation-ended")
        desk = sit(recorder)
        assert "00:00–01:30" in desk.page("finish")
        (form,) = desk.forms("finish", "lead-taken")
        assert [code for _, code in form.buttons] == ["C1", "T1", "nobody"]
        assert desk.send(form, lead="T1").status_code == 303
        leads = [(lead.value, lead.start, lead.end) for lead in desk.observation.leads]
        assert leads == [("T1", 0, 90_000), ("C1", 90_000, 600_000)]
        assert desk.forms("finish", "lead-taken") == []


class TestPeople:
    def test_somebody_never_marked_as_present_gets_a_reason(self, sit: Sit) -> None:
        desk = sit(session(person("C1", "coach"), person("T1", present=False)))
        desk.fill("finish", "person-recorded", {"person": "T1"}, reason="ill")
        found = desk.observation.person("T1")
        assert found is not None
        assert found.description.value.reason == "ill"
        assert not found.description.conflict
        assert desk.forms("finish", "person-recorded") == []

    def test_or_was_there_after_all(self, sit: Sit) -> None:
        desk = sit(session(person("C1", "coach"), person("T1", present=False)))
        desk.fill("finish", "person-arrived", {"person": "T1"})
        found = desk.observation.person("T1")
        assert found is not None
        assert found.there == 600_000
        assert desk.forms("finish", "person-recorded") == []


class TestDescriptions:
    """Somebody of whom two things are said: the tablet of today, and that of a second observer."""

    def described(self, *others: dict[str, object], **first: object) -> Recorder:
        recorder = session(person("L1", **first), person("C1", "coach"))  # type: ignore[arg-type]
        for data in others:
            recorder.add(700, "person-recorded", person="L1", **data)
        return recorder

    def test_of_two_roles_one_is_chosen_and_replaces_both(self, sit: Sit) -> None:
        desk = sit(self.described({"role": "school-leader"}))
        assert "stimulating.present" not in said_by_log(desk)
        forms = desk.forms("finish", "person-recorded", person="L1")
        assert [form.fields["role"] for form in forms] == ["teacher", "school-leader"]
        assert desk.send(forms[1]).status_code == 303
        found = desk.observation.person("L1")
        assert found is not None
        assert (found.role, found.description.conflict) == ("school-leader", False)
        assert desk.observation.problems == ()
        assert desk.forms("finish", "person-recorded") == []
        assert "stimulating.present" in said_by_log(desk)

    def test_a_description_given_twice_is_offered_once(self, sit: Sit) -> None:
        desk = sit(self.described({"role": "other"}, {"role": "teacher"}, {"role": "other"}))
        forms = desk.forms("finish", "person-recorded", person="L1")
        assert [form.fields["role"] for form in forms] == ["teacher", "other"]
        assert len(forms[0].fields.getlist("replaces")) == 4
        desk.send(forms[0])
        assert desk.forms("finish", "person-recorded") == []

    def test_a_choice_keeps_what_else_was_said_of_the_person(self, sit: Sit) -> None:
        away = {"role": "other", "expected": False, "reason": "ill"}
        desk = sit(self.described(away, present=False))
        assert "was not expected" in desk.page("finish")
        desk.fill("finish", "person-recorded", {"person": "L1", "role": "other"})
        found = desk.observation.person("L1")
        assert found is not None
        said = found.description.value
        assert (said.role, said.expected, said.reason) == ("other", False, "ill")

    def test_why_the_person_was_away_is_asked_after_the_choice(self, sit: Sit) -> None:
        desk = sit(self.described({"role": "other"}, present=False))
        for form in desk.forms("finish", "person-recorded"):
            assert not form.buttons
        desk.fill("finish", "person-recorded", {"role": "teacher"})
        (form,) = desk.forms("finish", "person-recorded")
        assert "ill" in [value for _, value in form.buttons]

    def test_one_description_that_stands_is_not_asked_about(self, sit: Sit) -> None:
        assert sit(self.described()).forms("finish", "person-recorded") == []


def said_by_log(desk: Desk) -> set[str]:
    return {each.code for each in desk.observation.judgements if each.source == "log"}


class TestBehaviours:
    @pytest.mark.parametrize("answer", ["seen", "not-seen", "not-judgeable"])
    def test_each_of_the_three_answers_is_stamped_as_judged_now(
        self, sit: Sit, answer: str
    ) -> None:
        desk = sit(session())
        desk.fill("finish", "indicator-judged", {"indicator": FEEDBACK}, state=answer)
        found = judged(desk.observation, FEEDBACK, "team")
        assert (found.state, found.judged) == (answer, "finish")
        assert desk.forms("finish", "indicator-judged", indicator=FEEDBACK) == []

    def test_after_finishing_it_is_stamped_as_later(self, sit: Sit) -> None:
        desk = sit(session())
        desk.fill("finish", "observation-finished", {})
        desk.fill("finish", "indicator-judged", {"indicator": FEEDBACK}, state="seen")
        assert judged(desk.observation, FEEDBACK, "team").judged == "later"

    def test_every_behaviour_that_a_session_can_show_is_asked_once(self, sit: Sit) -> None:
        asked = [
            form.fields["indicator"]
            for form in sit(session()).forms("finish", "indicator-judged")
            if "part" not in form.fields
        ]
        assert len(asked) == len(set(asked))
        assert {INSTRUMENT.indicator(code).locus for code in asked} <= {
            "session",
            "session-or-elsewhere",
        }
        assert all(INSTRUMENT.indicator(code).same_as is None for code in asked)

    def test_what_the_leadership_did_is_of_the_one_leader_who_was_there(self, sit: Sit) -> None:
        desk = sit(session())
        desk.fill("finish", "indicator-judged", {"indicator": "intervening.informs"}, state="seen")
        assert state(desk.observation, "intervening.informs", "L1") == "seen"

    def test_with_several_leaders_the_observer_says_who(self, sit: Sit) -> None:
        leaders = [person(code, "school-leader") for code in ("L1", "L2")]
        desk = sit(session(*leaders, person("C1", "coach")))
        where = {"indicator": "intervening.informs"}
        desk.fill("finish", "indicator-judged", where, state="seen", person="L2")
        found = desk.observation
        assert state(found, "intervening.informs", "L2") == "seen"
        assert state(found, "intervening.informs", "L1") == "blank"

    def test_the_card_has_the_wording_to_the_letter(self, sit: Sit) -> None:
        page = sit(session()).page("finish", "nl")
        for code in ("stimulating.teachers-set-goals", "facilitating.teachers-set-goals"):
            assert INSTRUMENT.indicator(code).name["nl"] in page

    def test_no_button_says_that_all_the_rest_was_not_seen(self, sit: Sit) -> None:
        forms = sit(session()).forms("finish", "indicator-judged")
        assert all(len(form.fields.getlist("indicator")) == 1 for form in forms)


class TestPoints:
    @pytest.mark.parametrize("answer", ["seen", "not-seen", "not-judgeable"])
    def test_whether_points_were_handed_over_is_asked_until_it_is_said(
        self, sit: Sit, answer: str
    ) -> None:
        desk = sit(session())
        desk.fill("finish", "indicator-judged", {"part": "points"}, state=answer)
        assert desk.forms("finish", "indicator-judged", part="points") == []


class TestDifferences:
    def test_a_contradiction_is_settled_and_what_was_seen_keeps_its_time(self, sit: Sit) -> None:
        recorder = session(ended=False)
        recorder.judge(60, FEEDBACK)
        recorder.judge(90, FEEDBACK)
        recorder.judge(120, FEEDBACK, "not-seen")
        recorder.add(600, "observation-ended")
        desk = sit(recorder)
        assert state(desk.observation, FEEDBACK, "team") == "conflict"
        desk.fill("finish", "indicator-judged", {"indicator": FEEDBACK, "state": "seen"})
        found = judged(desk.observation, FEEDBACK, "team")
        assert found.state == "seen"
        assert sorted(s.time or -1 for s in found.sightings) == [60_000, 90_000]
        assert desk.forms("finish", "indicator-judged", indicator=FEEDBACK) == []

    @pytest.mark.parametrize("kept", ["seen", "not-seen"])
    def test_a_judgement_that_differs_from_the_log_is_shown_until_somebody_chose(
        self, sit: Sit, kept: str
    ) -> None:
        recorder = session(ended=False)
        recorder.judge(60, "stimulating.present", "not-seen")
        recorder.add(600, "observation-ended")
        desk = sit(recorder)
        where = {"indicator": "stimulating.present", "state": kept}
        desk.fill("finish", "indicator-judged", where)
        assert state(desk.observation, "stimulating.present") == kept
        assert desk.forms("finish", "indicator-judged", indicator="stimulating.present") == []


class TestAfterwards:
    @pytest.mark.parametrize(
        ("question", "field", "value"),
        [
            ("ordinary", "choice", "no"),
            ("being-observed", "text", "Twee keken om."),
            ("previous-session", "text", "2018-03-06"),
        ],
    )
    def test_an_answer_stands_and_a_second_one_replaces_it(
        self, sit: Sit, question: str, field: str, value: str
    ) -> None:
        desk = sit(session())
        desk.fill("finish", "answer-given", {"question": question}, **{field: "yes"})
        desk.fill("finish", "answer-given", {"question": question}, **{field: value})
        slot = desk.observation.answers[question]
        assert [getattr(answer, field) for answer in slot.values] == [value]

    def test_what_was_said_in_the_corridor_is_marked_as_no_evidence(self, sit: Sit) -> None:
        assert "Apart gehouden: geen bewijs" in sit(session()).page("finish", "nl")


class TestTheEnd:
    def test_a_session_that_goes_on_is_ended_at_the_time_on_the_wall(self, sit: Sit) -> None:
        desk = sit(session(ended=False))
        form = desk.forms("finish", "observation-ended")[1]
        assert desk.send(form, clock="14:25:30").status_code == 303
        assert (desk.observation.ended, desk.observation.end) == (True, 930_000)
        assert desk.forms("finish", "observation-ended") == []

    def test_a_refused_form_keeps_what_was_typed_and_says_one_sentence(self, sit: Sit) -> None:
        desk = sit(session(ended=False))
        form = desk.forms("finish", "observation-ended")[1]
        response = desk.send(form, clock="kwart over")
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert page.count('role="alert"') == 1
        assert 'value="kwart over"' in page
        assert not desk.observation.ended

    def test_finishing_is_possible_while_everything_is_open(self, sit: Sit) -> None:
        desk = sit(session(ended=False))
        response = desk.fill("finish", "observation-finished", {})
        assert response.headers["Location"].startswith(f"/observations/{desk.uuid}?")
        assert desk.observation.review.state == "finished"

    def test_beside_the_button_it_says_how_many_answers_are_still_drafts(self, sit: Sit) -> None:
        desk = sit(session())
        drafts = [
            each.fields["question"]
            for each in desk.forms("schedule", "answer-given")
            if each.fields["text"]
        ]
        left = len(set(drafts))
        assert 1 < left < 11
        assert f"still drafts from your log: {left} of 11." in desk.page("finish")
        assert "First to Schedule" in desk.page("finish")
        for question in dict.fromkeys(drafts):
            assert f"still drafts from your log: {left} of 11." in desk.page("finish")
            desk.fill("schedule", "answer-given", {"question": question})
            left -= 1
        assert "still drafts" not in desk.page("finish")

    def test_an_event_that_is_not_for_this_screen_is_refused(self, sit: Sit) -> None:
        desk = sit(session())
        form = desk.forms("finish", "observation-finished")[0]
        assert desk.send(form, _kind="label-assigned", label="X").status_code == 422
        assert desk.kinds["label-assigned"] == 0


def test_an_answer_leads_back_to_its_place_on_the_page(sit: Sit) -> None:
    desk = sit(session())
    response = desk.fill("finish", "answer-given", {"question": "timetable"}, text="wekelijks")
    place = response.headers["Location"].partition("#")[2]
    assert place in read(desk.page("finish")).ids


def test_the_page_holds_no_inline_script_or_style_and_no_id_twice(sit: Sit) -> None:
    page = sit(session(ended=False)).page("finish")
    ids = read(page).ids
    assert sorted(ids) == sorted(set(ids))
    assert " style=" not in page
    assert "<script>" not in page
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids
