"""The schedule: a draft is the observer's own only when it is taken over or edited."""

from __future__ import annotations

from collections.abc import Callable

from tests.recorder import Recorder, person
from tests.web.desk import Desk, read

Sit = Callable[[Recorder], Desk]
HOSTILE = "<script>alert(1)</script> {{7*7}} 🙂 שלום"


def session(finished: bool = False) -> Recorder:
    """A session of ten minutes with a note about the coach."""
    recorder = Recorder()
    recorder.begin(person("C1", "coach"), person("T1"))
    recorder.add(0, "phase-started", phase="check-in")
    recorder.add(60, "note-written", text="C1 vraagt door", kind="seen", tags=["coach"])
    recorder.add(600, "observation-ended")
    if finished:
        recorder.add(700, "observation-finished", events=4)
    return recorder


def own(desk: Desk, question: str) -> list[str]:
    """The observer's own answers to a question."""
    slot = desk.observation.answers.get(question)
    return [answer.text for answer in slot.values] if slot else []


def test_the_eleven_questions_stand_in_two_columns_to_the_letter(sit: Sit) -> None:
    desk = sit(session())
    page = desk.page("schedule", "nl")
    for question in desk.context.instruments.newest().questions:
        assert question.name["nl"] in page
    assert page.index("Vraag</span>") < page.index("Observatie</span>")


def test_a_draft_is_nobodys_answer_until_it_is_taken_over(sit: Sit) -> None:
    desk = sit(session())
    assert "Draft from the log, not taken over" in desk.page("schedule")
    assert own(desk, "coach") == []
    desk.fill("schedule", "answer-given", {"question": "coach"})
    assert own(desk, "coach") == ["01:00 C1 vraagt door"]


def test_a_draft_that_is_edited_becomes_the_observers_own(sit: Sit) -> None:
    desk = sit(session())
    _take_over, edit = desk.forms("schedule", "answer-given", question="coach")
    assert edit.fields["text"] == "01:00 C1 vraagt door"
    desk.send(edit, text="De coach vraagt door.\r\nTwee keer.")
    assert own(desk, "coach") == ["De coach vraagt door.\nTwee keer."]


def test_sending_an_answer_twice_records_once_and_changing_it_replaces_it(sit: Sit) -> None:
    desk = sit(session())
    form = desk.forms("schedule", "answer-given", question="other")[0]
    for _ in range(2):
        desk.send(form, text="Veel gelach.")
    assert desk.kinds["answer-given"] == 1
    desk.fill("schedule", "answer-given", {"question": "other"}, text="Weinig gelach.")
    assert own(desk, "other") == ["Weinig gelach."]


def test_an_answer_may_be_emptied(sit: Sit) -> None:
    desk = sit(session())
    desk.fill("schedule", "answer-given", {"question": "coach"}, text="")
    assert own(desk, "coach") == [""]


def test_answers_that_contradict_each_other_are_all_shown_and_one_is_chosen(sit: Sit) -> None:
    recorder = session()
    for text in ("Vraagt door.", "Luistert."):
        recorder.add(650, "answer-given", question="coach", text=text)
    desk = sit(recorder)
    page = desk.page("schedule")
    assert page.index("Vraagt door.") < page.index("Luistert.")
    desk.fill("schedule", "answer-given", {"question": "coach", "text": "Luistert."})
    assert own(desk, "coach") == ["Luistert."]


def test_a_reason_is_asked_only_after_finishing(sit: Sit) -> None:
    assert 'name="because"' not in sit(session()).page("schedule")
    desk = sit(session(finished=True))
    desk.fill("schedule", "answer-given", {"question": "coach"}, text="Anders.", because="vergeten")
    assert desk.observation.review.state == "edited"
    assert desk.observation.log[-1].event.data["because"] == "vergeten"


def test_who_changed_a_finished_record_finishes_it_again_from_here(sit: Sit) -> None:
    desk = sit(session(finished=True))
    assert not desk.forms("schedule", "observation-finished")
    desk.fill("schedule", "answer-given", {"question": "coach"})
    assert desk.observation.review.state == "edited"
    response = desk.fill("schedule", "observation-finished", {})
    assert response.headers["Location"].startswith(f"/observations/{desk.uuid}?")
    assert desk.observation.review.state == "finished"
    assert not desk.forms("schedule", "observation-finished")


def test_a_refused_answer_keeps_what_was_typed_and_says_one_sentence(sit: Sit) -> None:
    desk = sit(session())
    long = "o" * 300_000
    form = desk.forms("schedule", "answer-given", question="other")[0]
    response = desk.send(form, text=long)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert page.count('role="alert"') == 1
    assert long in page
    assert own(desk, "other") == []


def test_a_reviewers_question_stands_at_its_answer_and_is_answered_there(sit: Sit) -> None:
    recorder = session()
    recorder.add(800, "issue-raised", question="coach", text="Hoe vaak?")
    desk = sit(recorder)
    page = desk.page("schedule")
    assert page.index('id="q-coach"') < page.index("Hoe vaak?") < page.index('id="q-teachers"')
    desk.fill("schedule", "issue-answered", {}, text="Drie keer.")
    (issue,) = desk.observation.review.issues
    assert issue.answers == ("Drie keer.",)


def test_an_answer_without_words_is_refused(sit: Sit) -> None:
    recorder = session()
    recorder.add(800, "issue-raised", text="Hoe vaak?")
    desk = sit(recorder)
    (form,) = desk.forms("schedule", "issue-answered")
    assert desk.send(form, text=" ").status_code == 422
    assert desk.kinds["issue-answered"] == 0


def test_hostile_text_is_shown_as_text(sit: Sit) -> None:
    recorder = session()
    recorder.add(90, "note-written", text=HOSTILE, kind="seen", tags=["teachers"])
    recorder.add(650, "answer-given", question="coach", text=HOSTILE)
    page = sit(recorder).page("schedule")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} 🙂 שלום") >= 3
    assert " style=" not in page
    ids = read(page).ids
    assert sorted(ids) == sorted(set(ids))
