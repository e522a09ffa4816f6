"""A lead erases a school or a respondent on a page: what goes, the confirmation, what is left to do."""

from __future__ import annotations

import errno
import re
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from observation.core.errors import Refused
from observation.core.events import utc
from observation.core.work import Progress, Step
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.erasure import BEGUN, DONE, GONE, Wanted, begin, erasures, resume
from observation.web import erasure, serving
from tests.recorder import Recorder
from tests.samples import BUNDLE
from tests.web.visitor import Visitor


def erased(visitor: Visitor, path: str, **typed: str) -> str:
    """Confirm an erasure, and return the address of what is said of it."""
    answer = visitor.client.post(path, data=typed)
    assert answer.status_code == 303, re.findall(r'class="alert".*', answer.text)
    return str(answer.location)


class TestASchool:
    def test_its_page_leads_to_what_would_go(self, visitor: Visitor) -> None:
        page = visitor.page(visitor.link("/schools", "School D"))
        path = re.search(r'href="(/erasure/new[^"]+)">Erase this school', page)
        assert path
        shown = visitor.page(path[1].replace("&amp;", "&"))
        assert "Erase school D" in shown
        assert "D-01" in shown
        assert "cannot be undone" in shown
        assert visitor.school("D").code == "D"

    @pytest.mark.parametrize("typed", [
        {"by": "", "code": "D"}, {"by": "Jo", "code": ""}, {"by": "Jo", "code": "A"},
        {"by": " ", "code": "D"}, {},
    ])  # fmt: skip
    def test_without_a_name_and_the_code_nothing_goes(
        self, visitor: Visitor, typed: dict[str, str]
    ) -> None:
        answer = visitor.client.post("/erasure/new?school=D", data=typed)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert visitor.school("D").code == "D"
        assert erasures(visitor.context.store.registry) == []

    def test_confirmed_it_is_gone_from_every_page(self, visitor: Visitor) -> None:
        report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        page = visitor.page(report)
        assert "Done on" in page
        assert "for Jo" in page
        for path in ("/", "/schools", "/interviews", "/triangulation", "/observations/new"):
            shown = visitor.page(path)
            assert "School D" not in shown, path
            assert "D-01" not in shown, path
            assert "School A" in shown or path != "/schools"
        assert "Jo" in visitor.page("/erasure")
        assert visitor.client.get("/erasure/new?school=D").status_code == 404

    def test_its_code_is_used_for_no_other(self, visitor: Visitor) -> None:
        erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        form = visitor.form("/schools", "school-recorded")
        answer = visitor.send(form, school="D")
        assert answer.status_code == 422
        assert "was erased here" in answer.text

    def test_one_that_was_stopped_is_finished_by_a_button(self, visitor: Visitor) -> None:
        report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        registry = visitor.context.store.registry
        (made,) = erasures(registry)
        value, version = registry.get("erasure", made.id) or ({}, 0)
        registry.put("erasure", made.id, value | {"state": BEGUN, "finished": ""}, version)
        assert "Finish it now" in visitor.page(report)
        assert visitor.client.post(report).status_code == 303
        assert erasures(registry)[0].state == DONE

    def test_backups_are_deleted_only_by_who_is_sure(self, visitor: Visitor) -> None:
        report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        assert visitor.client.post(f"{report}/backups").status_code == 400
        answer = visitor.client.post(f"{report}/backups", data={"sure": "yes"})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_a_respondent_is_erased_from_the_row_of_the_school(visitor: Visitor) -> None:
    page = visitor.page(visitor.link("/schools", "School D"))
    paths = re.findall(r'href="(/erasure/new[^"]+)">Erase this respondent', page)
    path = next(each for each in paths if "respondent=S5" in each).replace("&amp;", "&")
    assert "respondent S5 of school D" in visitor.page(path)
    erased(visitor, path, by="Jo", code="S5")
    assert "S5" not in visitor.school("D").respondents
    assert "D" in visitor.page("/schools")


def test_a_code_with_white_space_around_it_is_another_and_can_be_erased(visitor: Visitor) -> None:
    """A form gives no such code; a file may."""
    recorder = Recorder(stream=f"observation/{uuid.uuid4()}")
    recorder.begin(school="D ", label="odd")
    context, receipt = visitor.context, Receipt("2018-04-13T16:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, recorder.events, receipt)
    before = visitor.school("D")
    erased(visitor, "/erasure/new?school=D%20", by="Noor", code="D ")
    assert not context.store.events.read(BUNDLE.study, recorder.stream).kept
    assert visitor.school("D") == before


def test_what_cites_it_is_linked(visitor: Visitor) -> None:
    path = visitor.link("/schools", "School A")
    visitor.fill(path, "memo-written", {}, text="Compare D-01@07:42", _by="W1")
    page = visitor.page(erased(visitor, "/erasure/new?school=D", by="Jo", code="D"))
    assert "Compare D-01@07:42" in page
    assert f'href="{path}"' in page


def test_in_dutch(visitor: Visitor) -> None:
    assert "Voorgoed wissen" in visitor.page("/erasure/new?school=D", "nl")
    report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
    assert "Teksten die ernaar verwijzen" in visitor.page(report, "nl")
    assert visitor.client.get(f"/erasure/{BUNDLE.study}").status_code == 404


class Slow:
    """An erasure that waits in the middle until the test lets it go on, or lets it fail."""

    def __init__(self) -> None:
        self.begun, self.wanted = threading.Event(), threading.Event()
        self.times = 0
        self.error: Exception | None = None

    def __call__(self, *given: Any) -> None:
        self.times += 1
        tell: Progress = given[-1]
        tell(Step(GONE, 3, 12, 1, 2, last=True))
        self.begun.set()
        assert self.wanted.wait(60)
        if self.error:
            raise self.error
        resume(*given)


def ended(visitor: Visitor, report: str) -> str:
    """What the page of an erasure says once it goes on no more."""
    until = time.monotonic() + 60
    while "data-work" in (page := visitor.page(report)):
        assert time.monotonic() < until, page
        time.sleep(0.02)
    return page


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    found = Slow()
    monkeypatch.setattr(erasure, "resume", found)
    monkeypatch.setattr(erasure, "SOON", 0.0)  # a large one: nobody waits for its end
    yield found
    found.wanted.set()


class TestOneThatTakesLong:
    def test_its_page_says_how_far_it_is_until_it_is_done(
        self, visitor: Visitor, slow: Slow
    ) -> None:
        report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        assert slow.begun.wait(60)
        page = visitor.page(report)
        assert "Step 1 of 2. Records erased: 3 of 12" in page
        assert 'max="1" value="0.125"' in page
        assert f'content="3; url={report}"' in page
        assert "cannot be cancelled" in page
        assert "Finish it now" not in page
        slow.wanted.set()
        assert "Done on" in ended(visitor, report)

    def test_asked_for_again_meanwhile_it_is_not_done_twice(
        self, visitor: Visitor, slow: Slow
    ) -> None:
        report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        assert slow.begun.wait(60)
        assert visitor.client.post(report).location == report
        slow.wanted.set()
        assert "Done on" in ended(visitor, report)
        assert slow.times == 1

    @pytest.mark.parametrize(
        ("error", "says"),
        [
            (Refused("It is damaged."), "It is damaged."),
            (OSError(errno.ENOSPC, "No space left on device"), "The disk of the server is full"),
            (OSError(errno.EIO, "Input/output error"), "(Input/output error)"),
        ],
    )
    @pytest.mark.parametrize("late", [False, True])
    def test_what_stopped_it_is_said_by_its_page_and_it_can_be_finished(
        self, visitor: Visitor, slow: Slow, error: Exception, says: str, late: bool,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        slow.error = error
        if not late:  # whoever asked still waits for it
            monkeypatch.setattr(erasure, "SOON", 60.0)
            slow.wanted.set()
        report = erased(visitor, "/erasure/new?school=D", by="Jo", code="D")
        slow.wanted.set()
        page = ended(visitor, report)
        assert "and stopped before its end:" in page
        assert says in page
        slow.error = None
        assert visitor.client.post(report).location == report
        assert "Done on" in ended(visitor, report)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_mistake_of_the_program_is_said_and_stands_where_the_server_was_started(
        self, visitor: Visitor, slow: Slow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stood: list[Any] = []
        monkeypatch.setattr(threading, "excepthook", stood.append)
        slow.error = ZeroDivisionError()
        slow.wanted.set()
        page = ended(visitor, erased(visitor, "/erasure/new?school=D", by="Jo", code="D"))
        assert "Something went wrong in this program" in page
        assert [each.exc_value for each in stood] == [slow.error]

    def test_one_that_was_stopped_with_the_server_is_finished_when_that_starts(
        self, visitor: Visitor
    ) -> None:
        context = visitor.context
        given = context.store, context.catalogue
        begun = begin(
            *given, Wanted(BUNDLE.study, "D"), "Jo", utc(context.clock.now()), context.beside
        )

        class Stopped(BaseException):
            pass

        def stop(step: Step) -> None:
            if step.done == 2:
                raise Stopped

        with pytest.raises(Stopped):
            resume(*given, begun.id, begun.at, context.beside, stop)
        page = visitor.page(f"/erasure/{begun.id}")
        assert "the server was stopped" in page
        assert visitor.events(next(iter(begun.streams))) == ()  # begun it was
        said: list[str] = []
        serving._finish_erasures(context, said.append)
        assert said == []
        assert "Done on" in visitor.page(f"/erasure/{begun.id}")
        assert "School D" not in visitor.page("/schools")
