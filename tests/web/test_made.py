"""A file that takes long to make is made by another process, offered for a while, and never after a withdrawal."""

from __future__ import annotations

import json
import os
import time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from observation.core.events import Event, utc
from observation.core.work import Cancelled, Step
from observation.settings import open_context
from observation.store import Receipt
from observation.store.erasure import Wanted, begin, resume
from observation.store.lock import hold
from observation.store.work import Reporter
from observation.web import create_app, exports, made
from observation.web.made import KEPT, TAKEN, forget_old
from tests.samples import BUNDLE
from tests.web.visitor import Visitor

WORKBOOK = "/exports/triangulation.xlsx?language=en"


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(exports, "FEW", 0)
    app = create_app(open_context(tmp_path / "data"))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return Visitor(app.test_client())


def ready(visitor: Visitor, address: str) -> str:
    """The page of a file once nobody works at it any more."""
    for _ in range(2400):
        page = visitor.client.get(f"{address}?language=en")
        if "data-work" not in page.text:
            return page.text
        time.sleep(0.05)
    raise AssertionError("it goes on for ever")


def asked(visitor: Visitor, path: str = WORKBOOK) -> str:
    answer = visitor.client.get(path)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def fetched(visitor: Visitor, address: str) -> TestResponse:
    return visitor.client.get(f"{address}/file")


def folders(visitor: Visitor) -> list[str]:
    folder = visitor.context.beside.made
    return sorted(os.listdir(folder)) if folder.exists() else []


@pytest.mark.slow
def test_it_is_the_same_file_as_the_one_that_is_made_at_once(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = asked(visitor)
    assert asked(visitor) == address  # while it is made, and after
    assert "The file is ready." in ready(visitor, address)
    assert asked(visitor) == address
    answer = fetched(visitor, address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="triangulation.xlsx"'
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    monkeypatch.setattr(exports, "FEW", 1000)
    at_once = visitor.client.get(WORKBOOK)
    assert at_once.status_code == 200
    one, other = (openpyxl.load_workbook(BytesIO(each.data)) for each in (answer, at_once))
    assert one.sheetnames == other.sheetnames
    for name in one.sheetnames:
        assert list(one[name].values) == list(other[name].values)


def test_one_school_and_what_lives_in_memory_are_made_at_once(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert visitor.client.get(f"{WORKBOOK}&school=A").status_code == 200
    assert folders(visitor) == []
    client = create_app(open_context(tmp_path / "other", "memory:")).test_client()
    assert client.get("/exports/claims/csv").status_code == 200


class Going:
    """A file at which somebody works: here the test."""

    def __init__(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.visitor = visitor

        def begin_in(folder: Path, *given: object) -> None:
            self.folder, self.held = folder, hold(folder / "held")

        monkeypatch.setattr(made.beside, "begin_in", begin_in)
        self.address = asked(visitor)
        self.tell = Reporter(self.folder / "report.json")

    def made(self) -> None:
        (self.folder / "result").write_bytes(b"names of people")
        self.tell.write({"state": "made"})
        os.close(self.held)


@pytest.fixture
def going(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Going:
    return Going(visitor, monkeypatch)


def test_how_far_it_is_stands_on_the_page_with_and_without_scripts(going: Going) -> None:
    page = going.visitor.client.get(f"{going.address}?language=nl").text
    assert "Er wordt mee begonnen." in page
    going.tell(Step("Schools worked out", 340, 1200))
    page = going.visitor.client.get(f"{going.address}?language=nl").text
    assert "340 van 1.200" in page
    assert 'max="1" value="0.283"' in page
    refresh = f'<noscript><meta http-equiv="refresh" content="3; url={going.address}"></noscript>'
    assert refresh in page
    assert "/scripts/work.js" in page


def test_a_worker_that_was_killed_is_said_to_have_stopped(going: Going) -> None:
    going.tell(Step("Schools worked out", 1, 2))
    os.close(going.held)  # as the system does it, also when the server was started again meanwhile
    page = going.visitor.client.get(f"{going.address}?language=en").text
    assert "The work stopped before its end" in page
    assert asked(going.visitor) != going.address


def test_cancelled_nothing_of_it_stays_and_whoever_works_is_told(going: Going) -> None:
    going.tell(Step("Schools worked out", 1, 2))
    answer = going.visitor.client.post(going.address)
    assert (answer.status_code, answer.location) == (303, "/triangulation?cancelled=1")
    assert folders(going.visitor) == []
    with pytest.raises(Cancelled):
        going.tell.write({"state": "made"})
    assert going.visitor.client.get(going.address).status_code == 404


def test_removed_it_is_gone(going: Going) -> None:
    going.made()
    assert fetched(going.visitor, going.address).data == b"names of people"
    going.visitor.client.post(going.address)
    assert folders(going.visitor) == []
    assert fetched(going.visitor, going.address).status_code == 404


def test_it_is_kept_for_an_hour_and_once_it_was_taken_for_minutes(going: Going) -> None:
    going.made()
    context = going.visitor.context
    forget_old(context)
    assert len(folders(going.visitor)) == 1
    with going.visitor.client.get(f"{going.address}/file", buffered=False) as broken_off:
        broken_off.close()
    assert fetched(going.visitor, going.address).data == b"names of people"
    then = time.time() - TAKEN - 5
    os.utime(going.folder / "taken", (then, then))
    forget_old(context)
    assert folders(going.visitor) == []


def test_one_that_nobody_takes_is_gone_after_an_hour(going: Going) -> None:
    going.made()
    then = time.time() - KEPT - 5
    os.utime(going.folder, (then, then))
    forget_old(going.visitor.context)
    assert folders(going.visitor) == []


@pytest.mark.parametrize("when", ["while it is made", "when it is there"])
def test_what_was_asked_for_before_a_withdrawal_is_not_handed_out_after_it(
    going: Going, when: str
) -> None:
    if when == "when it is there":
        going.made()
    store = going.visitor.context.store
    (school, *_) = (s for s in store.events.versions(BUNDLE.study) if s.startswith("school/"))
    event = next(e for e in BUNDLE.events if e.stream == school)
    withdrawn = event.as_dict() | {
        "id": "0190a5b0-0000-7000-8000-0000000000f1", "kind": "consent-recorded", "seq": 9999,
        "device": "d9", "data": {"what": "x"},
    }  # fmt: skip

    store.events.append(
        BUNDLE.study, school, [Event(**withdrawn)], Receipt("2026-03-13T15:10:00.000Z", "d9")
    )
    if when == "while it is made":
        going.made()
    answer = fetched(going.visitor, going.address)
    assert (answer.status_code, answer.location) == (303, going.address)
    page = going.visitor.client.get(f"{going.address}?language=en").text
    assert "that may be a withdrawal" in page
    assert not (going.folder / "result").exists()


def test_an_erasure_takes_the_files_of_the_study_along_and_stops_who_works(going: Going) -> None:
    context = going.visitor.context
    now = utc(context.clock.now())
    given = context.store, context.catalogue
    begun = begin(*given, Wanted(BUNDLE.study, "A"), "Jo", now, context.beside)
    resume(*given, begun.id, now, context.beside)
    assert folders(going.visitor) == []
    with pytest.raises(Cancelled):
        going.tell(Step("Schools worked out", 1, 2))


def test_no_more_than_a_few_are_made_at_once(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    Going(visitor, monkeypatch)
    asked(visitor, f"{WORKBOOK}&strict=1")
    asked(visitor, "/exports/claims/csv")
    answer = visitor.client.get("/exports/claims/xlsx?language=en")
    assert (answer.status_code, "3 files are being made already" in answer.text) == (503, True)
    assert len(folders(visitor)) == 3


def test_what_is_written_down_of_it_holds_no_word_of_anybody(going: Going) -> None:
    value = json.loads((going.folder / "made.json").read_text())
    assert set(value) == {"study", "kind", "words", "name", "type", "back", "of", "allowed"}
