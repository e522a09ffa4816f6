"""The observation on one page: what it says, what was changed in it, and its review."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from flask.testing import FlaskClient

from observation.cli import main
from observation.core.records import Record
from observation.settings import open_context
from observation.web import create_app
from observation.web.screens import find
from observation.web.timeline import Timeline, timeline
from tests.recorder import INSTRUMENT, Recorder, person
from tests.web.desk import Desk, read

Sit = Callable[[Recorder], Desk]
HOSTILE = "<script>alert(1)</script> {{7*7}} 🙂 שלום"


def session(ended: bool = True) -> Recorder:
    """A session of ten minutes, led by the coach and then by nobody."""
    recorder = Recorder()
    recorder.begin(person("C1", "coach"), person("T1"), person("T2", present=False, reason="ill"))
    recorder.add(0, "phase-started", phase="check-in")
    recorder.add(60, "lead-taken", lead="C1")
    recorder.judge(120, "learning.feedback", person="T1")
    recorder.add(300, "lead-taken", lead="nobody")
    recorder.add(330, "phase-started", phase="content")
    recorder.add(400, "interruption-started", text="bel")
    recorder.add(410, "interruption-ended")
    recorder.add(420, "note-written", text=HOSTILE, kind="verbatim", tags=["teachers"])
    recorder.add(430, "board-counted", counter="new-team", number=2)
    if ended:
        recorder.add(600, "observation-ended")
    return recorder


def drawn(desk: Desk, running: bool = False) -> Timeline:
    """The timeline of what the desk holds."""
    with desk.client.application.test_request_context("/?language=en"):
        found: Record = find(desk.uuid, running=running)
        return timeline(found)


class TestThePage:
    def test_a_behaviour_has_its_state_in_words_and_a_label_that_leads_to_the_evidence(
        self, sit: Sit
    ) -> None:
        desk = sit(session())
        page = desk.page()
        (event,) = re.findall(r'href="#(e-[^"]+)">A-01@02:00</a> \(T1\)', page)
        assert f'id="{event}"' in page
        assert "in the session · W1" in page

    def test_who_led_for_how_long_is_said_alike_everywhere(self, sit: Sit) -> None:
        recorder = Recorder()
        recorder.begin(person("L1", "school-leader"), person("T1"))
        for seconds, code in ((0.9, "L1"), (3.1, "T1"), (40.9, "L1"), (43.0, "T1")):
            recorder.add(seconds, "lead-taken", lead=code)
        recorder.add(100.5, "observation-ended")
        desk = sit(recorder)
        rows = {row.name: (row.length, row.share) for row in drawn(desk).lead_rows}
        assert rows["L1"] == ("00:06", "6%")
        assert rows["T1"] == ("01:34", "94%")
        answer = "L1 (school leader) 00:06 (6%); T1 (teacher) 01:34 (94%)"
        by_the_log = "00:06 in the lead, 6%"
        assert answer in desk.page("schedule")
        page = " ".join(desk.page().split())
        file = desk.client.get(f"/observations/{desk.uuid}/export/pdf?language=en").data
        print_of = " ".join(p.extract_text() for p in pypdf.PdfReader(BytesIO(file)).pages)
        for told in (page, " ".join(print_of.split())):
            assert answer in told
            assert by_the_log in told
        told = json.loads(desk.client.get(f"/observations/{desk.uuid}/export/json").data)
        assert told["lead_seconds"]["people"] == {"not-recorded": 0, "L1": 6, "T1": 94}

    def test_while_all_answers_are_drafts_it_is_not_called_worked_out(self, sit: Sit) -> None:
        recorder = session()
        recorder.add(630, "observation-finished", events=0)
        assert "after the session" not in sit(recorder).page()

    def test_with_an_answer_of_the_observer_it_says_how_long_after_it_was_worked_out(
        self, sit: Sit
    ) -> None:
        recorder = session()
        recorder.add(620, "answer-given", question="other", text="stil")
        recorder.add(630, "observation-finished", events=0)
        assert "30 seconds after the session" in sit(recorder).page()

    def test_people_say_why_they_were_away_and_the_board_what_was_counted(self, sit: Sit) -> None:
        page = sit(session()).page()
        assert "absent: ill" in page
        assert page.index("New actions by the team") < page.index("<strong>2</strong>")

    def test_drafts_are_marked(self, sit: Sit) -> None:
        assert "Draft from the log, not taken over" in sit(session()).page()

    def test_what_needs_a_look_is_a_sentence(self, sit: Sit) -> None:
        recorder = session()
        recorder.add(610, "lead-taken", lead="X9")
        assert "“X9” is not among the people of this session" in sit(recorder).page()

    def test_the_prints_are_there_in_both_languages_and_choose_no_language(self, sit: Sit) -> None:
        desk = sit(session())
        for language in ("nl", "en"):
            address = f"/observations/{desk.uuid}/export/pdf?language={language}"
            assert address in desk.page()
            response = desk.client.get(address)
            assert response.status_code == 200
            assert "language=" not in response.headers.get("Set-Cookie", "")

    @pytest.mark.parametrize("screen", ["", "finish", "schedule"])
    def test_a_record_of_which_the_beginning_is_missing_is_shown(
        self, sit: Sit, screen: str
    ) -> None:
        recorder = session()
        recorder.events = recorder.events[1:]
        assert "<h1>" in sit(recorder).page(screen)

    def test_hostile_text_is_shown_as_text(self, sit: Sit) -> None:
        recorder = session()
        recorder.add(610, "answer-given", question="coach", text=HOSTILE)
        recorder.add(611, "issue-raised", text=HOSTILE)
        recorder.add(612, "interruption-started", text=HOSTILE)
        page = sit(recorder).page()
        assert "<script" not in page
        assert " style=" not in page
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} 🙂 שלום") >= 4

    def test_the_samples_pages_hold_no_inline_script_or_style_and_no_id_twice(
        self, sample: FlaskClient
    ) -> None:
        context = sample.application.extensions["observation"]
        (study,) = context.store.events.studies()
        for record in context.catalogue.records(study):
            for screen in ("", "/finish", "/schedule"):
                uuid = record.observation.stream.partition("/")[2]
                page = sample.get(f"/observations/{uuid}{screen}").get_data(as_text=True)
                ids = read(page).ids
                assert sorted(ids) == sorted(set(ids))
                assert " style=" not in page
                assert "<script>" not in page
                for target in re.findall(r'href="#([^"]+)"', page):
                    assert target in ids


@pytest.fixture
def sample(tmp_path: Path) -> FlaskClient:
    """A browser at the sample study."""
    assert main(["--data", str(tmp_path), "sample"]) == 0
    return create_app(open_context(tmp_path)).test_client()


class TestTheTimeline:
    def test_bands_fill_the_session_and_say_who_led_and_how_long(self, sit: Sit) -> None:
        found = drawn(sit(session()))
        leads = [(each.title, each.look, each.x, each.width) for each in found.leads]
        assert leads == [
            ("not recorded 00:00–01:00 (01:00)", "not-recorded", 0.0, 10.0),
            ("C1 01:00–05:00 (04:00)", "role-2", 10.0, 40.0),
            ("nobody leads 05:00–10:00 (05:00)", "nobody", 50.0, 50.0),
        ]
        assert [each.label for each in found.leads] == ["?", "C1", "nobody leads"]
        rows = [(row.name, row.length, row.share) for row in found.lead_rows]
        assert rows == [
            ("C1", "04:00", "40%"),
            ("nobody leads", "05:00", "50%"),
            ("not recorded", "01:00", "10%"),
        ]
        name = INSTRUMENT.indicator("learning.feedback").short["en"]
        assert [(each.x, each.label) for each in found.seen] == [(20.0, f"02:00 {name}")]
        assert found.now is None

    def test_while_the_session_goes_on_the_scale_is_a_quarter_of_an_hour(self, sit: Sit) -> None:
        found = drawn(sit(session(ended=False)))
        assert [tick.label for tick in found.ticks] == ["0", "5", "10", "15"]
        assert found.now == round(100 * 430 / 900, 3)
        assert found.phases[-1].x + found.phases[-1].width == pytest.approx(found.now)

    @pytest.mark.parametrize("seconds", [0, 0.001, 1])
    def test_a_session_of_no_time_is_drawn(self, sit: Sit, seconds: float) -> None:
        recorder = Recorder()
        recorder.begin(person("C1", "coach"))
        recorder.add(seconds, "observation-ended")
        found = drawn(sit(recorder))
        assert [tick.label for tick in found.ticks] == ["0"]

    def test_a_label_is_left_out_where_it_does_not_fit(self, sit: Sit) -> None:
        recorder = session(ended=False)
        recorder.add(595, "phase-started", phase="planning")
        recorder.add(600, "observation-ended")
        rooms = {each.label: each.room for each in drawn(sit(recorder)).phases}
        assert rooms == {"Check-in": "everywhere", "Content": "everywhere", "Planning": "nowhere"}


class TestCorrections:
    def test_an_entry_that_is_taken_back_stays_struck_through_with_the_word(self, sit: Sit) -> None:
        desk = sit(session())
        counted = next(e for e in desk.observation.log if e.event.kind == "board-counted")
        desk.fill("", "event-retracted", {"event": counted.event.id})
        assert desk.observation.board == {}
        page = desk.page()
        row = page[page.index(f'id="e-{counted.event.id}"') :]
        assert row.index("<s>") < row.index("taken back") < row.index("</li>")

    def test_what_was_taken_back_can_be_restored(self, sit: Sit) -> None:
        desk = sit(session())
        counted = next(e for e in desk.observation.log if e.event.kind == "board-counted")
        desk.fill("", "event-retracted", {"event": counted.event.id})
        retraction = next(e for e in desk.observation.log if e.event.kind == "event-retracted")
        desk.fill("", "event-retracted", {"event": retraction.event.id})
        assert desk.observation.board == {"new-team": 2}

    def test_a_moment_is_corrected_on_the_wall_clock_also_twice(self, sit: Sit) -> None:
        desk = sit(session())
        lead = next(e for e in desk.observation.log if e.event.kind == "lead-taken")
        for clock, start in (("14:10:30", 30_000), ("14:10:40", 40_000)):
            where = {"event": lead.event.id}
            desk.fill("", "moment-corrected", where, clock=clock)
            assert desk.observation.leads[1].start == start
        history = desk.page().partition('id="history"')[2]
        assert re.search(r"01:00</del>.*?00:30</ins>.*?00:30</del>.*?00:40</ins>", history, re.S)

    @pytest.mark.parametrize("clock", ["", "kwart over"])
    def test_a_time_that_is_none_is_refused_and_kept(self, sit: Sit, clock: str) -> None:
        desk = sit(session())
        form = desk.forms("", "moment-corrected")[3]
        response = desk.send(form, clock=clock)
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert page.count('role="alert"') == 1
        assert f'name="clock" required value="{clock}"' in page
        assert desk.kinds["moment-corrected"] == 0

    def test_a_change_after_finishing_is_edited_with_its_reason_old_and_new(self, sit: Sit) -> None:
        desk = sit(session())
        desk.fill("schedule", "answer-given", {"question": "coach"}, text="Vraagt door.")
        desk.fill("finish", "observation-finished", {})
        assert desk.observation.review.state == "finished"
        where = {"question": "coach"}
        new = {"text": "Luistert.", "because": "verkeerd verstaan"}
        desk.fill("schedule", "answer-given", where, **new)
        assert desk.observation.review.state == "edited"
        history = desk.page().partition('id="history"')[2]
        for part in (
            "What does the coach do?",
            "after finishing",
            '<del dir="auto">Vraagt door.</del>',
            '<ins dir="auto">Luistert.</ins>',
            "Reason: verkeerd verstaan",
        ):
            assert part in history

    def test_a_judgement_that_was_replaced_shows_both_states(self, sit: Sit) -> None:
        recorder = session()
        seen = next(e.id for e in recorder.events if e.kind == "indicator-judged")
        recorder.judge(620, "learning.feedback", "not-seen", judged="finish", replaces=[seen])
        history = sit(recorder).page().partition('id="history"')[2]
        assert '<del dir="auto">seen (T1)</del>' in history
        assert '<ins dir="auto">looked for, not seen</ins>' in history


class TestReview:
    def test_a_question_is_raised_answered_settled_and_the_record_approved(self, sit: Sit) -> None:
        desk = sit(session())
        desk.fill("finish", "observation-finished", {})
        where = {"question": "coach"}
        desk.fill("", "issue-raised", where, text="Hoe vaak?", _by="W2")
        assert desk.observation.review.state == "has-issues"
        assert desk.forms("", "observation-approved") == []
        desk.fill("schedule", "issue-answered", {}, text="Drie keer.")
        assert desk.observation.review.state == "has-issues"
        assert "Drie keer." in desk.page()
        desk.fill("", "issue-closed", {}, _by="W2")
        assert desk.observation.review.state == "finished"
        desk.fill("", "observation-approved", {}, _by="W2")
        assert desk.observation.review.state == "approved"
        by = {e.event.kind: e.event.by for e in desk.observation.log}
        assert (by["issue-raised"], by["issue-answered"], by["observation-approved"]) == (
            "W2",
            "W1",
            "W2",
        )

    def test_a_question_about_the_whole_stands_under_review(self, sit: Sit) -> None:
        desk = sit(session())
        form = next(f for f in desk.forms("", "issue-raised") if "question" not in f.fields)
        assert desk.send(form, text="Was dit wel unit 7-8?").status_code == 303
        page = desk.page()
        assert page.index('id="review"') < page.index("Was dit wel unit 7-8?")

    def test_an_empty_question_is_refused_and_nothing_is_lost(self, sit: Sit) -> None:
        desk = sit(session())
        response = desk.send(desk.forms("", "issue-raised")[0], text=" ", _by="W2")
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert page.count('role="alert"') == 1
        assert 'name="_by" maxlength="64" autocomplete="off" value="W2"' in page

    def test_only_a_finished_record_can_be_approved(self, sit: Sit) -> None:
        assert sit(session()).forms("", "observation-approved") == []
