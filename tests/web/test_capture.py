"""Beginning and capturing by plain forms: one event a tap, nothing twice, nothing lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from observation.cli import main
from observation.settings import Context, open_context
from observation.web import create_app
from tests.recorder import Recorder, person
from tests.web.desk import Desk, read

Sit = Callable[[Recorder], Desk]


@pytest.fixture
def desk(sit: Sit) -> Desk:
    """A session that has begun, with a coach, two teachers and an absent leader."""
    recorder = Recorder()
    recorder.begin(
        person("C1", "coach"),
        person("T1"),
        person("T2"),
        person("L1", "school-leader", False),
    )
    recorder.add(0, "phase-started", phase="check-in")
    return sit(recorder)


def tap(desk: Desk, kind: str, where: dict[str, str], **filled: Any) -> TestResponse:
    """Tap at a time of the session, though it is years ago by the clock of this machine."""
    return desk.fill("capture", kind, where, **{"clock": "14:12:00", **filled})


class TestCapture:
    def test_a_tap_is_one_event_and_sending_it_twice_is_still_one(self, desk: Desk) -> None:
        form = desk.forms("capture", "lead-taken", lead="C1")[0]
        for _ in range(3):
            assert desk.send(form, clock="14:10:30").status_code == 303
        assert desk.kinds["lead-taken"] == 1

    def test_the_end_stands_above_the_log_and_says_when_it_was(self, desk: Desk) -> None:
        page = desk.page("capture")
        assert page.index('id="log-heading"') < page.index("End of the session")
        assert page.index("End of the session") < page.index('class="log"')
        assert "The session ended" not in page
        tap(desk, "observation-ended", {})
        page = desk.page("capture")
        assert "The session ended at 02:00." in page
        assert page.index("The session ended at") < page.index('class="log"')

    def test_a_form_that_was_changed_and_sent_again_says_something_new(self, desk: Desk) -> None:
        form = desk.forms("capture", "note-written")[0]
        desk.send(form, text="eerst", clock="14:11:00")
        desk.send(form, text="en daarna", clock="14:11:00")
        texts = [note.content.value.text for note in desk.observation.notes]
        assert texts == ["eerst", "en daarna"]

    @pytest.mark.parametrize(
        ("number", "status", "sentence"),
        [
            (errno.ENOSPC, 507, "The disk of the server is full; make room on it"),
            (errno.EIO, 503, "does not answer as it should (Input/output error)"),
        ],
    )
    def test_what_the_disk_does_not_take_stays_on_the_screen_with_the_reason(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int, status: int, sentence: str
    ) -> None:
        form = desk.forms("capture", "note-written")[0]

        def fails(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patch:
            patch.setattr(type(desk.context.store.events), "compose", fails)
            response = desk.send(form, text="met zorg getypt")
        page = response.get_data(as_text=True)
        assert (response.status_code, sentence in page) == (status, True)
        assert "met zorg getypt" in page
        assert desk.send(form, text="met zorg getypt", clock="14:11:00").status_code == 303
        assert desk.kinds["note-written"] == 1

    def test_what_is_on_cannot_be_tapped_again(self, desk: Desk) -> None:
        tap(desk, "phase-started", {"phase": "content"})
        tap(desk, "mark-set", {}, clock="14:13:00")
        page = desk.page("capture")
        on = page.split('value="content"')[1].split("</button>")[0]
        assert 'aria-pressed="true"' in on
        assert "disabled" in on

    def test_after_a_sighting_one_more_tap_says_by_whom(self, desk: Desk) -> None:
        response = tap(
            desk, "indicator-judged", {"indicator": "learning.feedback", "state": "seen"}
        )
        page = desk.client.get(response.location).get_data(as_text=True)
        (form,) = [
            f
            for f in read(page).forms
            if f.fields.get("_kind") == "judged-by" and f.fields["person"] == "T2"
        ]
        assert desk.send(form).status_code == 303
        found = desk.observation.judgement("learning.feedback", "team")
        assert found is not None
        assert [(s.person, s.time) for s in found.sightings] == [("T2", 120_000)]

    def test_undo_takes_back_and_keeps_what_was_said(self, desk: Desk) -> None:
        tap(desk, "board-counted", {"counter": "actions-done"})
        assert desk.observation.board == {"actions-done": 1}
        event = next(e.event.id for e in desk.observation.log if e.event.kind == "board-counted")
        desk.fill("capture", "event-retracted", {"event": event})
        assert desk.observation.board == {}
        assert "taken back" in desk.page("capture")

    def test_what_is_long_ago_is_folded_and_can_be_taken_back(self, desk: Desk) -> None:
        for _ in range(30):
            tap(desk, "board-counted", {"counter": "goals"})
        page = desk.page("capture")
        newest, older = page.partition('class="older"')[::2]
        assert newest.count('class="log-correct"') == 20
        assert "Earlier" in older
        first = next(e.event.id for e in desk.observation.log if e.event.kind == "board-counted")
        assert first in older
        assert first not in newest
        desk.fill("capture", "event-retracted", {"event": first})
        assert desk.observation.board == {"goals": 29}

    @pytest.mark.parametrize(
        ("clock", "sentence"),
        [
            ("14:09:00", "before the start"),
            ("nu", "Write the time as on the wall clock"),
            ("25:00:00", "Write the time"),
        ],
    )
    def test_a_moment_that_cannot_be_is_refused_and_the_text_stays_on_the_screen(
        self, desk: Desk, clock: str, sentence: str
    ) -> None:
        form = desk.forms("capture", "note-written")[0]
        response = desk.send(
            form, text="een lange <zin> die niet weg mag", tags="teachers", clock=clock
        )
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert sentence in page
        assert "een lange &lt;zin&gt; die niet weg mag</textarea>" in page
        assert desk.kinds["note-written"] == 0

    def test_somebody_unknown_who_is_added_is_there_and_can_lead(self, desk: Desk) -> None:
        form = desk.forms("capture", "person-recorded")[0]
        for _ in range(2):
            desk.send(form, person="X1", role="other", clock="14:12:00")
        assert desk.kinds["person-recorded"] == desk.kinds["person-arrived"] == 1
        desk.fill("capture", "lead-taken", {"lead": "X1"})
        assert desk.observation.problems == ()

    @pytest.mark.parametrize(
        "forged", [{"_kind": "weather"}, {"_id": "x"}, {"_kind": "lead-taken", "lead": "Z9"}]
    )
    def test_a_forged_form_is_refused_with_a_sentence(
        self, desk: Desk, forged: dict[str, str]
    ) -> None:
        form = desk.forms("capture", "mark-set")[0]
        assert desk.send(form, **forged).status_code == 422
        assert desk.kinds["mark-set"] == desk.kinds["lead-taken"] == 0

    @pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "🙂 ‮om", "=1+1"])
    def test_hostile_text_stands_on_the_page_as_text(self, desk: Desk, text: str) -> None:
        tap(desk, "note-written", {}, text=text)
        page = desk.page("capture")
        assert "<script>alert" not in page
        assert desk.observation.notes[0].content.value.text == text


@pytest.fixture
def study(tmp_path: Path) -> FlaskClient:
    """The sample study in a browser, without the check for forms of other sites."""
    assert main(["--data", str(tmp_path), "sample"]) == 0
    app = create_app(open_context(tmp_path))
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def begin(client: FlaskClient, **filled: str) -> TestResponse:
    """Open the form for unit 7-8 of school A, fill it in and send it."""
    page = client.get("/observations/new?school=A&unit=7-8&language=en").get_data(as_text=True)
    form = next(f for f in read(page).forms if f.fields.get("_kind") == "observation-begun")
    values = form.fields.copy()
    for name, value in filled.items():
        values[name] = value
    return client.post(form.action, data=values)


class TestBeginning:
    def test_the_people_of_last_time_and_the_next_label_are_there(self, study: FlaskClient) -> None:
        page = study.get("/observations/new?school=A&unit=7-8").get_data(as_text=True)
        assert 'value="A-02"' in page
        assert all(f'value="{code}"' in page for code in ("L1", "L2", "C1", "T1", "T5"))

    def test_from_the_study_page_to_a_running_session_in_three_taps(
        self, study: FlaskClient
    ) -> None:
        assert 'href="/observations/new"' in study.get("/").get_data(as_text=True)  # one
        assert "school=A&amp;unit=7-8" in study.get("/observations/new").get_data(
            as_text=True
        )  # two
        response = begin(study)  # three
        page = study.get(response.location).get_data(as_text=True)
        assert response.status_code == 303
        assert "A-02" in page
        assert page.count('aria-pressed="true"') == 2  # the check-in, and a lead not recorded

    def test_beginning_twice_with_one_form_begins_once(self, study: FlaskClient) -> None:
        page = study.get("/observations/new?school=A&unit=7-8").get_data(as_text=True)
        form = next(f for f in read(page).forms if f.fields.get("_kind") == "observation-begun")
        assert {study.post(form.action, data=form.fields).status_code for _ in range(2)} == {303}
        context: Context = study.application.extensions["observation"]
        (id,) = context.store.events.studies()
        labels = [r.observation.label for r in context.catalogue.records(id)]
        assert labels.count("A-02") == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [("observer", ""), ("school", "x" * 65), ("school", "De Regenboog"), ("label", "  ")],
    )
    def test_a_header_that_is_not_filled_in_is_refused_and_what_was_typed_stays(
        self, study: FlaskClient, field: str, value: str
    ) -> None:
        response = begin(study, **{field: value, "place": "bij de kapstok"})
        assert response.status_code == 422
        assert "bij de kapstok" in response.get_data(as_text=True)

    def test_a_session_that_had_begun_before_the_observer_came_in_says_so(
        self, study: FlaskClient
    ) -> None:
        response = begin(study, **{"already-running": "3"})
        uuid = response.location.split("/")[-2]
        context: Context = study.application.extensions["observation"]
        (id,) = context.store.events.studies()
        (first, *_) = context.store.events.read(id, f"observation/{uuid}").events
        assert first.data["already-running"] == 180_000

    def test_a_damaged_school_does_not_stop_a_beginning(self, study: FlaskClient) -> None:
        context: Context = study.application.extensions["observation"]
        for file in (context.data / "store").rglob("school/*.json"):
            file.write_bytes(file.read_bytes()[:-5])
        assert begin(study).status_code == 303


def test_a_form_without_the_pages_token_is_refused(tmp_path: Path) -> None:
    client = create_app(open_context(tmp_path)).test_client()
    assert client.post("/observations/new", data={"school": "A"}).status_code == 400
