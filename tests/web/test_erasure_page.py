"""A lead erases a school or a respondent on a page: what goes, the confirmation, what is left to do."""

from __future__ import annotations

import re
import uuid

import pytest

from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.erasure import BEGUN, DONE, erasures
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
