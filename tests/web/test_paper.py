"""Typing in from paper: a line is one time and everything that happened then, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.recorder import Recorder, judged, person
from tests.web.desk import Desk, Form, read

Sit = Callable[[Recorder], Desk]
EVERYTHING = {
    "clock": "14:12:30",
    "arrived": "L1",
    "phase": "content",
    "lead": "L1",
    "text": "L1 legt uit",
    "tag-0": "leader",
    "tag-1": "topic-content",
    "kind": "verbatim",
    "behaviour-0": "intervening.informs",
    "by-0": "L1",
    "behaviour-1": "learning.feedback",
    "state-1": "not-seen",
    "board-actions-done": "3",
    "interruption": "de bel",
    "departed": "T2",
}


@pytest.fixture
def desk(sit: Sit) -> Desk:
    """A record from paper that has begun at 14:10:00, with a coach, two teachers and no leader yet."""
    recorder = Recorder()
    start = "2018-03-13T14:10:00+00:00"
    recorder.begin(
        person("C1", "coach"),
        person("T1"),
        person("T2"),
        person("L1", "school-leader", False),
        source="paper",
        moment=start,
    )
    recorder.add(0, "phase-started", phase="check-in", moment=start)
    return sit(recorder)


def blank(desk: Desk) -> Form:
    """The form of the next line."""
    (form,) = desk.forms("paper", "line")
    return form


def write(desk: Desk, clock: str = "", **filled: str) -> TestResponse:
    """Type a line in and see that it was taken; `_` in a field's name stands for `-`."""
    fields = {name.replace("_", "-"): value for name, value in filled.items()}
    response = desk.send(blank(desk), clock=clock, **fields)
    assert response.status_code == 303, response.get_data(as_text=True)
    return response


def row(desk: Desk, words: str) -> str:
    """The row of the table that says these words."""
    (found,) = [each for each in desk.page("paper").split("<tr")[1:] if words in each]
    return found


class TestALine:
    def test_says_many_things_that_happened_at_one_time(self, desk: Desk) -> None:
        write(desk, **EVERYTHING)
        at_once = desk.observation.log[2:]
        assert {e.time for e in at_once} == {150_000}
        assert len({e.event.elapsed for e in at_once}) == 1
        write(desk, "14:20", ended="true")
        state = desk.observation
        assert state.problems == ()
        assert [(p.value, p.start) for p in state.phases] == [("check-in", 0), ("content", 150_000)]
        assert state.leads[-1].value == "L1"
        (note,) = state.notes
        assert note.content.value.text == "L1 legt uit"
        assert (note.content.value.kind, list(note.content.value.tags)) == (
            "verbatim",
            ["leader", "topic-content"],
        )
        assert judged(state, "intervening.informs").sightings[0].person == "L1"
        assert judged(state, "learning.feedback", "team").state == "not-seen"
        assert state.board == {"actions-done": 3}
        assert [i.value for i in state.interruptions] == ["de bel"]

    def test_sent_twice_is_once(self, desk: Desk) -> None:
        form = blank(desk)
        for _ in range(3):
            assert desk.send(form, **EVERYTHING).status_code == 303
        assert set(desk.kinds.values()) == {1, 2}
        assert desk.kinds["note-written"] == 1
        assert (desk.kinds["indicator-judged"], desk.kinds["phase-started"]) == (2, 2)

    def test_sent_again_with_one_thing_changed_adds_only_that(self, desk: Desk) -> None:
        form = blank(desk)
        desk.send(form, clock="14:11", lead="C1", text="eerst")
        desk.send(form, clock="14:11", lead="C1", text="en daarna")
        assert desk.kinds["lead-taken"] == 1
        assert [n.content.value.text for n in desk.observation.notes] == ["eerst", "en daarna"]

    def test_without_a_time_has_that_of_the_line_before_also_when_it_is_sent_twice(
        self, desk: Desk
    ) -> None:
        write(desk, "14:12:30", lead="C1")
        write(desk, "14:11:00", text="vergeten")
        form = blank(desk)
        write(desk, "14:13:00", text="intussen")
        for _ in range(2):
            desk.send(form, text="erbij")
        times = {n.content.value.text: n.time for n in desk.observation.notes}
        assert times == {"vergeten": 60_000, "intussen": 180_000, "erbij": 60_000}

    def test_the_first_line_without_a_time_is_at_the_beginning(self, desk: Desk) -> None:
        write(desk, lead="C1")
        write(desk, "14:20", ended="true")
        assert [(lead.value, lead.start) for lead in desk.observation.leads] == [("C1", 0)]

    @pytest.mark.parametrize(
        ("clock", "time"),
        [
            ("14:12:30", 150), ("141230", 150), ("14.12.30", 150), ("14:12", 120), ("1412", 120),
            ("+2:30", 150), ("+02.30", 150), ("+2", 120), ("+75:00", 4500),
        ],
    )  # fmt: skip
    def test_takes_the_clock_on_the_wall_and_with_a_plus_the_time_since_the_beginning(
        self, desk: Desk, clock: str, time: int
    ) -> None:
        write(desk, clock, text="nu")
        assert desk.observation.notes[0].time == time * 1000

    @pytest.mark.parametrize(
        ("clock", "sentence"),
        [
            ("14:09:59", "14:09:59 is before the beginning, 14:10:00"),
            ("2:30", "2:30 is before the beginning"),
            ("nu", "with a plus since the beginning, +5:20, not “nu”"),
            ("25:00", "Write the time as on the wall clock"),
            ("14:60", "Write the time"),
            ("+2:75", "Write the time"),
            ("-2:00", "Write the time"),
            ("14:12:30:05", "Write the time"),
        ],
    )
    def test_at_a_time_that_cannot_be_is_refused(
        self, desk: Desk, clock: str, sentence: str
    ) -> None:
        response = desk.send(blank(desk), clock=clock, text="iets")
        assert response.status_code == 422
        assert sentence in response.get_data(as_text=True)
        assert desk.kinds["note-written"] == 0

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"clock": "later"}, "Write the time"),
            ({"lead": "T9"}, "is not among the people"),
            ({"arrived": ""}, "L1 leads but is not marked as present"),
            ({"phase": "lunch"}, "has no phase"),
            ({"board-actions-done": "drie"}, "Write a whole number from 0 to 99 instead of drie"),
            ({"board-actions-done": "100"}, "Write a whole number"),
            ({"behaviour-0": ""}, "Choose the behaviour too"),
            ({"behaviour-1": ""}, "Choose the behaviour too"),
            ({"text": " "}, "Write the note too"),
            ({"new-person": "T1", "new-role": "coach"}, "T1 is described in several ways"),
        ],
    )
    def test_with_a_part_that_is_refused_records_nothing_and_keeps_all_that_was_typed(
        self, desk: Desk, wrong: dict[str, str], sentence: str
    ) -> None:
        before = desk.kinds
        typed = EVERYTHING | {"interruption": "een <b>kind</b>"} | wrong
        response = desk.send(blank(desk), **typed)
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert sentence in page
        assert desk.kinds == before
        (again,) = [f for f in read(page).forms if f.fields["_kind"] == "line"]
        # What a list does not offer cannot be chosen in it.
        offered = typed.keys() - ({"phase", "lead"} & wrong.keys())
        assert {name: again.fields[name] for name in offered} == {n: typed[n] for n in offered}
        assert again.fields["text"] == typed["text"]
        assert page.count("<details open>") == 4

    def test_that_says_nothing_is_refused(self, desk: Desk) -> None:
        response = desk.send(blank(desk), clock="14:12:00")
        assert response.status_code == 422
        assert "Write or choose what happened" in response.get_data(as_text=True)

    def test_can_bring_in_somebody_who_was_not_expected(self, desk: Desk) -> None:
        write(desk, "14:12", new_person="X1", new_role="other")
        write(desk, "14:13", lead="X1")
        found = desk.observation.person("X1")
        assert found is not None
        assert (found.role, found.description.value.expected) == ("other", False)
        assert [spell.start for spell in found.spells] == [120_000]
        assert desk.observation.problems == ()

    def test_can_end_an_interruption_and_the_session(self, desk: Desk) -> None:
        write(desk, "14:12", interruption="kind aan de deur")
        write(desk, "14:13", interruption_over="true")
        write(desk, "14:20", text="tot volgende week", ended="true")
        assert desk.observation.ended
        assert desk.observation.end == 600_000
        assert [(i.start, i.end) for i in desk.observation.interruptions] == [(120_000, 180_000)]
        assert 'name="ended"' not in desk.page("paper")

    def test_can_say_that_points_were_handed_over(self, desk: Desk) -> None:
        write(desk, "14:12", behaviour_0="intervening.leads points")
        assert judged(desk.observation, "intervening.leads").state == "seen"

    @pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "🙂 ‮om", "=1+1"])
    def test_with_hostile_text_stands_on_the_page_as_text(self, desk: Desk, text: str) -> None:
        write(desk, "14:12", text=text)
        assert "<script>alert" not in desk.page("paper")
        assert desk.observation.notes[0].content.value.text == text

    @pytest.mark.parametrize("forged", [{"_kind": "weather"}, {"_kind": "mark-set"}, {"_id": "x"}])
    def test_of_another_form_is_refused(self, desk: Desk, forged: dict[str, str]) -> None:
        before = desk.kinds
        response = desk.send(blank(desk), clock="14:12", text="iets", **forged)
        assert response.status_code == 422
        assert "not one of this program" in response.get_data(as_text=True)
        assert desk.kinds == before


class TestWhatWasTyped:
    def test_stands_in_the_order_of_time_and_what_was_typed_at_once_together(
        self, desk: Desk
    ) -> None:
        write(desk, "14:15", text="later")
        response = write(desk, "14:12", lead="C1", text="eerder")
        page = desk.client.get(response.location).get_data(as_text=True)
        assert page.index("eerder") < page.index("later")
        together = row(desk, "eerder")
        assert "C1 leads" in together
        assert "14:12:00" in together
        assert "02:00" in together
        status = page.split('role="status">')[1].split("</p>")[0]
        assert "14:12:00" in status
        assert "C1 leads · eerder" in status

    def test_can_be_taken_back_one_by_one(self, desk: Desk) -> None:
        write(desk, "14:20", ended="true")
        write(desk, "14:12", lead="C1", text="fout")
        note = desk.observation.notes[0].event
        desk.fill("paper", "event-retracted", {"event": note})
        assert desk.observation.notes == ()
        assert desk.observation.leads[-1].value == "C1"
        assert "taken back" in row(desk, "fout")

    def test_gets_another_moment_as_a_whole_line_and_again(self, desk: Desk) -> None:
        write(desk, "14:20", ended="true")
        write(desk, "14:12", lead="C1", text="samen")
        for clock, time in (("14:13:00", 180_000), ("+4:00", 240_000)):
            forms = desk.forms("paper", "moment-corrected")
            (form,) = [
                f
                for f in forms
                if len(f.fields.getlist("event")) == 2 and f.fields["clock"] != "14:10:00"
            ]
            for _ in range(2):
                assert desk.send(form, clock=clock).status_code == 303
            assert desk.observation.notes[0].time == time
            assert desk.observation.leads[-1].start == time
        assert desk.kinds["moment-corrected"] == 4
        assert "C1 leads" in row(desk, "samen")

    def test_that_is_moved_before_the_beginning_is_refused_and_the_time_stays(
        self, desk: Desk
    ) -> None:
        write(desk, "14:12", text="te vroeg")
        form = desk.forms("paper", "moment-corrected")[-1]
        response = desk.send(form, clock="14:09:00")
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert "14:09:00 is before the beginning" in page
        (again,) = [
            f
            for f in read(page).forms
            if f.fields.get("_to") == form.fields["_to"] and f.fields["_kind"] == "moment-corrected"
        ]
        assert again.fields["clock"] == "14:09:00"
        assert read(page).forms[0].fields["clock"] == ""

    def test_a_beginning_that_was_earlier_is_put_right(self, sit: Sit) -> None:
        recorder = Recorder()
        start = "2018-03-13T14:10:00+00:00"
        recorder.begin(person("C1", "coach"), source="paper", moment=start)
        desk = sit(recorder)
        write(desk, "14:12", text="iets")
        form = desk.forms("paper", "moment-corrected")[0]
        assert desk.send(form, clock="+1:00").status_code == 422
        for _ in range(2):
            assert desk.send(form, clock="14:09:30").status_code == 303
        assert desk.observation.notes[0].time == 150_000


class TestTheWayThere:
    def test_a_record_from_paper_has_this_screen_instead_of_the_capture_screen(
        self, desk: Desk
    ) -> None:
        response = desk.client.get(f"/observations/{desk.uuid}/capture")
        assert (response.status_code, response.location) == (
            302,
            f"/observations/{desk.uuid}/paper",
        )
        for screen in ("paper", "finish", "schedule"):
            assert f'href="/observations/{desk.uuid}/paper"' in desk.page(screen)
            assert f'href="/observations/{desk.uuid}/capture"' not in desk.page(screen)

    def test_a_record_that_was_captured_has_no_such_screen(self, sit: Sit) -> None:
        recorder = Recorder()
        recorder.begin(person("C1", "coach"))
        desk = sit(recorder)
        assert desk.client.get(f"/observations/{desk.uuid}/paper").status_code == 404
        assert desk.client.post(f"/observations/{desk.uuid}/paper/events").status_code == 404

    def test_beginning_from_paper_leads_here_with_the_cursor_in_the_time(self, desk: Desk) -> None:
        page = desk.client.get("/observations/new?source=paper").get_data(as_text=True)
        form = next(f for f in read(page).forms if f.fields.get("_kind") == "observation-begun")
        header = {"school": "D", "unit": "onderbouw", "label": "D-09", "observer": "W1"}
        day = {"date": "2018-03-22", "begin": "15:30:00"}
        response = desk.send(form, **header, **day)
        assert response.status_code == 303, response.get_data(as_text=True)
        assert response.location.endswith("/paper")
        page = desk.client.get(response.location).get_data(as_text=True)
        assert "autofocus" in page.split('name="clock"')[1].split(">")[0]
        assert 'placeholder="15:30:00"' in page
