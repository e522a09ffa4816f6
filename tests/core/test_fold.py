"""Events fold into an observation in which nothing is lost and no order of arrival matters."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observation.core.events import Event, union
from observation.core.fold import fold_observation
from observation.core.kinds import KINDS
from tests.recorder import INSTRUMENT, Recorder, person, tracks

TEAM = (person("C1", "coach"), person("T1"), person("T2"), person("L1", "school-leader"))


@pytest.fixture
def session() -> Recorder:
    """A session of 900 s that has begun, with a check-in and C1 in the lead."""
    recorder = Recorder()
    recorder.begin(*TEAM)
    recorder.add(0, "phase-started", phase="check-in")
    recorder.add(0, "lead-taken", lead="C1")
    return recorder


def end(recorder: Recorder, seconds: float = 900) -> None:
    recorder.add(seconds, "observation-ended")


class TestClock:
    """What of the clock needs a look: what was timed by it, not what was worked out later."""

    def later(self, session: Recorder, seconds: float, boot: str = "later", **clocks: Any) -> Any:
        """Finish on another page, so long after the session; return the observation."""
        session.add(seconds, "observation-finished", events=0)
        session.events[-1] = replace(session.events[-1], boot=boot, **clocks)
        return session.fold()

    def test_worked_out_on_the_next_day_it_needs_no_look_and_says_how_long_after(
        self, session: Recorder
    ) -> None:
        end(session)
        day = 86_400
        found = self.later(session, 900 + day, elapsed=5_000)
        assert found.steps == ()
        assert found.worked_out == day * 1000

    def test_a_tablet_that_slept_on_finish_needs_no_look(self, session: Recorder) -> None:
        end(session)
        slept = self.later(
            session, 2_700, session.events[-1].boot, elapsed=session.events[-1].elapsed + 9
        )
        assert slept.steps == ()
        assert slept.worked_out == 1_800_000

    def test_a_clock_that_was_put_back_after_the_end_is_named(self, session: Recorder) -> None:
        end(session)
        found = self.later(
            session, 600, session.events[-1].boot, elapsed=session.events[-1].elapsed + 9
        )
        assert [(step.cause, step.wall) for step in found.steps] == [("clock-changed", -300_000)]

    def test_before_the_end_or_when_that_is_taken_back_a_page_that_was_opened_again_is_named(
        self, session: Recorder
    ) -> None:
        found = self.later(session, 1_000)
        assert [step.cause for step in found.steps] == ["reloaded"]
        id = session.add(1_001, "observation-ended")
        session.add(1_002, "event-retracted", event=id)
        assert [step.cause for step in session.fold().steps][:1] == ["reloaded"]


class TestTracks:
    def test_starting_a_phase_ends_the_one_before_in_the_same_instant(
        self, session: Recorder
    ) -> None:
        session.add(300, "phase-started", phase="content")
        end(session)
        assert tracks(session.fold())["phases"] == [("check-in", 0, 300), ("content", 300, 600)]

    def test_a_retracted_lead_lets_its_predecessor_run_on(self, session: Recorder) -> None:
        taken = session.add(300, "lead-taken", lead="T1")
        session.add(304, "event-retracted", event=taken)
        end(session)
        assert tracks(session.fold())["leads"] == [("C1", 0, 900)]

    def test_a_retraction_that_is_retracted_does_not_count(self, session: Recorder) -> None:
        taken = session.add(300, "lead-taken", lead="T1")
        undo = session.add(304, "event-retracted", event=taken)
        session.add(306, "event-retracted", event=undo)
        end(session)
        assert tracks(session.fold())["leads"] == [("C1", 0, 300), ("T1", 300, 600)]

    def test_retractions_in_a_circle_have_no_effect(self, session: Recorder) -> None:
        a = session.add(10, "event-retracted", event="later")
        b = session.add(11, "event-retracted", event=a)
        session.events[-2] = replace(session.events[-2], data={"event": b})
        end(session)
        assert tracks(session.fold())["leads"] == [("C1", 0, 900)]

    def test_a_leader_who_departs_leaves_nobody_leading(self, session: Recorder) -> None:
        session.add(600, "person-departed", person="C1")
        end(session)
        assert tracks(session.fold())["leads"] == [("C1", 0, 600), ("nobody", 600, 300)]

    def test_a_departure_of_somebody_else_leaves_the_lead(self, session: Recorder) -> None:
        session.add(600, "person-departed", person="T1")
        end(session)
        assert tracks(session.fold())["leads"] == [("C1", 0, 900)]

    def test_until_somebody_is_named_the_lead_is_not_recorded_which_is_not_nobody(self) -> None:
        recorder = Recorder()
        recorder.begin(*TEAM)
        recorder.add(60, "lead-taken", lead="nobody")
        recorder.add(90, "lead-taken", lead="T1")
        end(recorder, 100)
        assert tracks(recorder.fold())["leads"] == [
            ("not-recorded", 0, 60),
            ("nobody", 60, 30),
            ("T1", 90, 10),
        ]

    def test_tapping_what_is_on_changes_nothing(self, session: Recorder) -> None:
        session.add(200, "lead-taken", lead="C1")
        end(session)
        assert tracks(session.fold())["leads"] == [("C1", 0, 900)]

    def test_ten_seconds_ago_and_a_corrected_moment_place_an_entry(self, session: Recorder) -> None:
        session.add(310, "phase-started", phase="content", ago=10_000)
        late = session.add(700, "phase-started", phase="planning")
        end(session)
        session.add(950, "moment-corrected", event=late, moment="2018-03-13T14:23:20Z")
        assert tracks(session.fold())["phases"] == [
            ("check-in", 0, 300),
            ("content", 300, 500),
            ("planning", 800, 100),
        ]

    def test_an_interruption_is_a_span_within_a_phase(self, session: Recorder) -> None:
        session.add(400, "interruption-started", text="bel")
        session.add(430, "interruption-ended")
        end(session)
        found = session.fold().interruptions
        assert [(i.value, i.start, i.end) for i in found] == [("bel", 400_000, 430_000)]
        assert tracks(session.fold())["phases"] == [("check-in", 0, 900)]

    @given(
        st.lists(
            st.tuples(st.integers(0, 1000), st.sampled_from(["C1", "T1", "nobody"])), max_size=30
        )
    )
    @settings(max_examples=60)
    def test_a_track_has_no_hole_and_no_overlap(self, taps: list[tuple[int, str]]) -> None:
        recorder = Recorder()
        recorder.begin(*TEAM)
        for seconds, lead in sorted(taps):
            recorder.add(seconds, "lead-taken", lead=lead)
        end(recorder, 1000)
        leads = recorder.fold().leads
        assert leads[0].start == 0
        assert leads[-1].end == 1_000_000
        assert all(a.end == b.start and a.value != b.value for a, b in pairwise(leads))


class TestValues:
    def test_a_correction_replaces_what_it_saw(self, session: Recorder) -> None:
        first = session.add(1000, "answer-given", question="other", text="stil")
        session.add(1010, "answer-given", question="other", text="druk", replaces=[first])
        assert [a.text for a in session.fold().answers["other"].values] == ["druk"]

    def test_concurrent_values_are_all_kept_and_called_a_conflict(self, session: Recorder) -> None:
        first = session.add(1000, "answer-given", question="other", text="stil")
        tablet = Recorder("other-tablet")
        session.add(1010, "answer-given", question="other", text="druk", replaces=[first])
        tablet.add(1020, "answer-given", question="other", text="luid", replaces=[first])
        slot = session.fold(tablet).answers["other"]
        assert slot.conflict
        assert sorted(answer.text for answer in slot.values) == ["druk", "luid"]

    def test_choosing_is_an_event_that_replaces_both(self, session: Recorder) -> None:
        tablet = Recorder("other-tablet")
        ids = [
            session.add(1010, "answer-given", question="other", text="druk"),
            tablet.add(1020, "answer-given", question="other", text="luid"),
        ]
        session.add(1100, "answer-given", question="other", text="druk en luid", replaces=ids)
        slot = session.fold(tablet).answers["other"]
        assert [answer.text for answer in slot.values] == ["druk en luid"]

    def test_values_that_replace_each_other_in_a_circle_all_stand(self, session: Recorder) -> None:
        a = session.add(1000, "answer-given", question="other", text="een")
        b = session.add(1001, "answer-given", question="other", text="twee", replaces=[a])
        session.events[-2] = replace(
            session.events[-2], data={"question": "other", "text": "een", "replaces": [b]}
        )
        assert {answer.text for answer in session.fold().answers["other"].values} == {"een", "twee"}

    def test_a_retracted_correction_brings_the_earlier_value_back(self, session: Recorder) -> None:
        first = session.add(1000, "answer-given", question="other", text="stil")
        second = session.add(1010, "answer-given", question="other", text="druk", replaces=[first])
        session.add(1020, "event-retracted", event=second)
        assert session.fold().answers["other"].value.text == "stil"

    def test_a_wrong_school_can_be_put_right(self, session: Recorder) -> None:
        session.add(
            20, "header-corrected", field="school", value="B", replaces=[session.events[0].id]
        )
        assert session.fold().header["school"].value == "B"
        assert not session.fold().header["school"].conflict

    def test_the_servers_label_stands_over_the_proposed_one(self, session: Recorder) -> None:
        session.add(20, "label-assigned", label="A-01-W2")
        assert session.fold().label == "A-01-W2"

    def test_a_note_keeps_its_moment_when_its_text_is_corrected(self, session: Recorder) -> None:
        note = session.add(100, "note-written", text="T1 zegt iest", kind="seen", tags=["teachers"])
        session.add(
            500,
            "note-corrected",
            note=note,
            text="T1 zegt iets",
            kind="seen",
            tags=[],
            replaces=[note],
        )
        (found,) = session.fold().notes
        assert (found.time, found.content.value.text) == (100_000, "T1 zegt iets")

    def test_board_counts_add_up_and_an_undo_takes_one_off(self, session: Recorder) -> None:
        taps = [
            session.add(50 + n, "board-counted", counter="actions-done", number=1) for n in range(4)
        ]
        session.add(60, "event-retracted", event=taps[0])
        assert session.fold().board == {"actions-done": 3}


class TestPeople:
    def test_arrivals_and_departures_make_the_stretches_of_presence(
        self, session: Recorder
    ) -> None:
        session.add(300, "person-departed", person="L1")
        session.add(500, "person-arrived", person="L1")
        end(session)
        leader = session.fold().person("L1")
        assert leader is not None
        assert [(s.start, s.end) for s in leader.spells] == [(0, 300_000), (500_000, 900_000)]
        assert leader.there == 700_000

    def test_an_absence_is_explained_later(self) -> None:
        recorder = Recorder()
        begun = recorder.begin(person("T4", present=False))
        recorder.add(
            900, "person-recorded", person="T4", role="teacher", reason="ill", replaces=[begun]
        )
        (absent,) = recorder.fold().people
        assert (absent.present, absent.description.value.reason) == (False, "ill")


BAD = [
    ("before the start", "phase-started", {"phase": "content", "ago": 60_000}, "lies 50 s before the start"),
    ("unknown person", "lead-taken", {"lead": "T9"}, "“T9” is not among the people"),
    ("unknown indicator", "indicator-judged", {"indicator": "x.y", "state": "seen", "judged": "session"}, "no indicator “x.y”"),
    ("unknown phase", "phase-started", {"phase": "lunch"}, "no phase “lunch”"),
    ("unknown tag", "note-written", {"text": "x", "kind": "seen", "tags": ["gossip"]}, "no tag “gossip”"),
    ("unknown question", "answer-given", {"question": "why", "text": "x"}, "no question “why”"),
    ("unknown counter", "board-counted", {"counter": "magnets", "number": 1}, "no counter “magnets”"),
    ("retraction of nothing", "event-retracted", {"event": "nothing"}, "not in the record"),
    ("unknown kind", "weather-observed", {"sky": "blue"}, "does not know “weather-observed”"),
    ("no phase", "phase-started", {}, "says no phase"),
    ("a phase that is a number", "phase-started", {"phase": 7}, "is not a code"),
    ("a second beginning", "observation-begun", None, "begins twice"),
    ("an absent leader who leads", "lead-taken", {"lead": "T4"}, "not marked as present"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "kind", "data", "sentence"), BAD, ids=[row[0] for row in BAD])
def test_what_cannot_be_used_is_named_and_stands_in_the_log(
    what: str, kind: str, data: dict[str, Any] | None, sentence: str
) -> None:
    recorder = Recorder()
    recorder.begin(*TEAM, person("T4", present=False))
    id = recorder.begin(*TEAM, seconds=10) if data is None else recorder.add(10, kind, **data)
    observation = recorder.fold()
    (problem,) = [problem for problem in observation.problems if problem.event == id]
    assert sentence in str(problem)
    assert id in [entry.event.id for entry in observation.log]


def test_a_phase_after_the_end_is_named_and_has_no_length(session: Recorder) -> None:
    end(session)
    late = session.add(950, "phase-started", phase="planning")
    observation = session.fold()
    assert [p.event for p in observation.problems] == [late]
    assert tracks(observation)["phases"] == [("check-in", 0, 900)]


def test_a_tap_after_the_end_is_named(session: Recorder) -> None:
    end(session)
    late = session.judge(960, "learning.feedback")
    assert [p.event for p in session.fold().problems] == [late]


def test_the_text_of_a_note_before_the_start_is_kept_without_a_time(session: Recorder) -> None:
    session.add(5, "note-written", text="al bezig", kind="seen", tags=[], ago=60_000)
    (note,) = session.fold().notes
    assert (note.time, note.content.value.text) == (None, "al bezig")


def test_an_observation_without_its_beginning_still_shows_what_came() -> None:
    recorder = Recorder()
    recorder.add(5, "note-written", text="het eerste", kind="seen", tags=[])
    observation = recorder.fold()
    assert observation.begun is None
    assert [note.content.value.text for note in observation.notes] == ["het eerste"]
    assert "has not arrived yet" in str(observation.problems[0])


def test_the_beginning_cannot_be_taken_back(session: Recorder) -> None:
    session.add(10, "event-retracted", event=session.events[0].id)
    assert session.fold().begun is session.events[0]


def test_a_record_of_a_clock_that_fell_back_before_1970_does_not_run_on_until_then() -> None:
    recorder = Recorder()
    recorder.begin(person("C1", "coach"), moment="1969-12-31T22:00:00.000+00:00")
    recorder.add(0, "lead-taken", lead="C1", moment="1969-12-31T22:01:00.000+00:00")
    assert recorder.fold().end == 60_000


def test_no_events_fold_into_an_empty_observation() -> None:
    assert fold_observation([], INSTRUMENT).log == ()


def test_another_text_under_a_known_id_is_named_and_changes_nothing(session: Recorder) -> None:
    note = session.add(10, "note-written", text="eerst", kind="seen", tags=[])
    other = replace(session.events[-1], data={"text": "anders", "kind": "seen", "tags": []})
    observation = fold_observation(session.events, INSTRUMENT, [other])
    assert [n.content.value.text for n in observation.notes] == ["eerst"]
    assert [p.event for p in observation.problems] == [note]


CODES = st.sampled_from(["C1", "T1", "T9", "nobody", "check-in", "content", "other", "leadership"])
SCALARS = st.one_of(CODES, st.integers(-5, 10**6), st.booleans(), st.none(), st.text(max_size=5))


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Events of two devices of any kind, with data that fits, half fits or does not fit at all."""
    recorders = [Recorder("a"), Recorder("b", by="W2")]
    if draw(st.booleans()):
        recorders[0].begin(*TEAM)
    for _ in range(draw(st.integers(0, 25))):
        recorder = draw(st.sampled_from(recorders))
        kind = draw(st.sampled_from([*KINDS, "weather-observed"]))
        known = [event.id for r in recorders for event in r.events] or ["nothing"]
        ids = st.sampled_from(known)
        fields = [name.removesuffix("?") for name in (KINDS[kind].fields if kind in KINDS else ())]
        data = {name: draw(SCALARS) for name in fields}
        fitting = {
            "ago": st.integers(0, 10**6),
            "replaces": st.lists(ids, max_size=3),
            "event": ids,
            "note": ids,
            "state": st.sampled_from(["seen", "not-seen", "not-judgeable"]),
            "judged": st.sampled_from(["session", "finish", "later"]),
            "moment": st.sampled_from(["2018-03-13T14:11:00Z", "rubbish"]),
            "tags": st.lists(CODES, max_size=2),
            "number": st.integers(-2, 5),
            "indicator": st.sampled_from([i.code for i in INSTRUMENT.indicators]),
        }
        data |= {name: draw(value) for name, value in fitting.items() if draw(st.booleans())}
        recorder.add(draw(st.integers(0, 2000)), kind, **data)
    return [event for recorder in recorders for event in recorder.events]


class TestLaws:
    @given(logs(), st.randoms(use_true_random=False))
    @settings(max_examples=150)
    def test_the_fold_does_not_depend_on_the_order_of_arrival(
        self, log: list[Event], chance: random.Random
    ) -> None:
        shuffled = [*log, *log[: len(log) // 2]]
        chance.shuffle(shuffled)
        assert fold_observation(shuffled, INSTRUMENT) == fold_observation(log, INSTRUMENT)

    @given(logs())
    @settings(max_examples=150)
    def test_the_fold_is_total_and_every_event_is_in_its_log(self, log: list[Event]) -> None:
        observation = fold_observation(log, INSTRUMENT)
        assert {entry.event.id for entry in observation.log} == {event.id for event in log}
        written = [e for e in log if e.kind == "note-written"]
        retracted = {entry.event.id for entry in observation.log if entry.retracted}
        problems = {problem.event for problem in observation.problems}
        shown = {note.event for note in observation.notes}
        assert {e.id for e in written} <= shown | retracted | problems

    @given(logs(), st.integers(0, 25), st.integers(0, 25))
    @settings(max_examples=100)
    def test_union_is_idempotent_commutative_and_associative(
        self, log: list[Event], one: int, two: int
    ) -> None:
        a, b, c = log[:one], log[one:two], log[two:]
        assert union(a, a) == union(a)
        assert union(a, b) == union(b, a)
        assert union(union(a, b), c) == union(a, union(b, c)) == union(a, b, c)
