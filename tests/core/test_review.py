"""A record's state follows from its events; nobody sets *edited*."""

from __future__ import annotations

import pytest

from observation.core.review import ABOUT, content_events
from tests.recorder import Recorder, person


@pytest.fixture
def record() -> Recorder:
    """A session that is over."""
    recorder = Recorder()
    recorder.begin(person("T1"))
    recorder.add(900, "observation-ended")
    return recorder


def say(recorder: Recorder, seconds: float, what: str) -> str:
    """Finish or approve the record as it is."""
    return recorder.add(seconds, what, events=content_events(recorder.fold().log))


def state(recorder: Recorder, *others: Recorder) -> str:
    return recorder.fold(*others).review.state


def test_a_record_is_a_draft_then_finished_then_approved(record: Recorder) -> None:
    assert state(record) == "draft"
    say(record, 1000, "observation-finished")
    assert state(record) == "finished"
    say(record, 1100, "observation-approved")
    assert state(record) == "approved"


@pytest.mark.parametrize("upto", ["observation-finished", "observation-approved"])
def test_a_change_afterwards_makes_it_edited_and_finishing_again_finished(
    record: Recorder, upto: str
) -> None:
    say(record, 1000, upto)
    record.add(1200, "answer-given", question="other", text="stil", because="vergeten")
    assert state(record) == "edited"
    say(record, 1300, "observation-finished")
    assert state(record) == "finished"


def test_what_comes_late_from_another_device_edits_what_was_approved(record: Recorder) -> None:
    say(record, 1000, "observation-approved")
    other = Recorder("other")
    other.add(300, "note-written", text="van de andere tablet", kind="seen", tags=[])
    assert state(record, other) == "edited"


def test_an_open_issue_is_shown_until_it_is_closed(record: Recorder) -> None:
    say(record, 1000, "observation-finished")
    issue = record.add(1100, "issue-raised", question="lead", text="Wie leidde na 10:00?")
    record.add(1200, "issue-answered", issue=issue, text="T2, staat in het logboek")
    (found,) = record.fold().review.issues
    assert (found.question, found.answers, found.open) == (
        "lead",
        ("T2, staat in het logboek",),
        True,
    )
    assert state(record) == "has-issues"
    record.add(1300, "issue-closed", issue=issue)
    assert state(record) == "finished"


@pytest.mark.parametrize("kind", ["page-hidden", "page-shown", "label-assigned"])
def test_what_the_machine_records_is_no_edit(record: Recorder, kind: str) -> None:
    say(record, 1000, "observation-approved")
    record.add(1200, kind, **({"label": "A-01"} if kind == "label-assigned" else {}))
    assert kind in ABOUT
    assert state(record) == "approved"


def test_taking_the_approval_back_leaves_it_finished(record: Recorder) -> None:
    say(record, 1000, "observation-finished")
    approval = say(record, 1100, "observation-approved")
    # Taking back is itself an event of content: the reviewer says it in the sight of the record.
    record.add(1200, "event-retracted", event=approval)
    assert state(record) == "edited"
