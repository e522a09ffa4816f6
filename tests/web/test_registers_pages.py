"""The registers: schools with their people and consent, and the study itself."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest

from observation.settings import open_context
from observation.web import create_app
from tests.samples import BUNDLE
from tests.web.visitor import Visitor


@pytest.fixture
def school(visitor: Visitor) -> str:
    """The page of school D."""
    return visitor.link("/schools", "School D")


class TestSchools:
    def test_they_are_listed_with_what_they_have(self, visitor: Visitor) -> None:
        page = visitor.page("/schools")
        assert "basisonderwijs · protestants-christelijk · pupils: 189" in page
        assert "leaders: 1 · respondents: 7" in page

    def test_a_new_one_has_a_page_of_its_own_and_its_unit_can_be_observed(
        self, visitor: Visitor
    ) -> None:
        made = visitor.fill(
            "/schools", "school-recorded", {}, school="B", sector="po", pupils="191"
        )
        path = made.location
        assert visitor.school("B").attributes == {"sector": "po", "pupils": 191}
        visitor.fill(path, "unit-recorded", {}, unit="3-4")
        assert tuple(visitor.school("B").units) == ("3-4",)
        assert "B · 3-4" in visitor.page("/observations/new")

    def test_the_same_code_twice_is_refused_and_what_was_typed_stays(
        self, visitor: Visitor
    ) -> None:
        refused = visitor.send(
            visitor.form("/schools", "school-recorded"), school="A", denomination="rk"
        )
        assert refused.status_code == 422
        assert "School A is in the register already" in refused.text
        assert 'value="rk"' in refused.text

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("De Regenboog", "without white space, commas or semicolons instead of “De Regenboog”"),
            ("a", "School A is in the register already, and “a” differs in capitals only"),
        ],
    )
    def test_a_new_school_has_a_code_and_no_name_and_not_that_of_another_in_small_letters(
        self, visitor: Visitor, code: str, sentence: str
    ) -> None:
        refused = visitor.send(visitor.form("/schools", "school-recorded"), school=code)
        assert (refused.status_code, sentence in refused.text) == (422, True)

    @pytest.mark.parametrize(
        ("kind", "filled"),
        [
            ("respondent-recorded", {"respondent": "R22", "role": "coach"}),
            ("respondent-recorded", {"respondent": "R22", "role": "teacher"}),
            ("unit-recorded", {"unit": "twice"}),
            ("leader-recorded", {"participant": "L5"}),
            ("member-recorded", {"member": "W1"}),
            (
                "period-recorded",
                {"period": "voorjaar", "name": "Voor", "from": "2018-01-01", "until": "2018-02-01"},
            ),
            ("expectation-recorded", {"expectation": "E1", "text": "Iets anders"}),
        ],
    )
    def test_what_is_there_already_is_not_added_again_and_it_says_so(
        self, visitor: Visitor, school: str, kind: str, filled: dict[str, str]
    ) -> None:
        of_study = ("member-recorded", "period-recorded", "expectation-recorded")
        path = "/register" if kind in of_study else school
        visitor.fill(school, "unit-recorded", {}, unit="twice")
        form = visitor.form(path, kind, **{next(iter(filled)): ""})
        refused = visitor.send(form, **filled)
        assert refused.status_code == 422
        assert "is there already; change it where it stands" in refused.text
        assert "two ways" not in refused.text

    def test_sending_a_form_twice_records_it_once(self, visitor: Visitor, school: str) -> None:
        form = visitor.form(school, "unit-recorded")
        for _ in range(2):
            assert visitor.send(form, unit="middenbouw").status_code == 303
        recorded = [e for e in visitor.school("D").log if e.event.data.get("unit") == "middenbouw"]
        assert len(recorded) == 1

    def test_attributes_are_put_right_and_what_stood_is_replaced(
        self, visitor: Visitor, school: str
    ) -> None:
        visitor.fill(school, "school-recorded", {"school": "D"}, pupils="310")
        found = visitor.school("D")
        assert (found.attributes["pupils"], found.recorded and found.recorded.conflict) == (
            310,
            False,
        )

    def test_two_who_put_it_right_at_once_are_shown_side_by_side_until_one_is_kept(
        self, visitor: Visitor, school: str
    ) -> None:
        form = visitor.form(school, "school-recorded", school="D")
        visitor.send(form, pupils="310")
        visitor.send(form, pupils="311", _id=str(uuid.uuid4()))
        assert visitor.page(school).count("Keep this") == 2
        visitor.fill(school, "school-recorded", {"pupils": "311"})
        recorded = visitor.school("D").recorded
        assert recorded is not None
        assert (recorded.value["pupils"], recorded.conflict) == (311, False)

    @pytest.mark.parametrize("school_path", ["/schools/0190a5b0-0000-7000-8000-0000000000aa"])
    def test_what_is_not_there_is_not_found(self, visitor: Visitor, school_path: str) -> None:
        assert visitor.client.get(school_path).status_code == 404
        assert visitor.client.post(f"{school_path}/events").status_code == 404

    def test_who_acts_must_be_said_and_is_remembered(self, visitor: Visitor, school: str) -> None:
        refused = visitor.send(visitor.form(school, "unit-recorded"), unit="x", _by="")
        assert (refused.status_code, "Say in “By” who does this" in refused.text) == (422, True)
        visitor.fill(school, "unit-recorded", {}, unit="x", _by="W7")
        assert visitor.form(school, "unit-recorded").fields["_by"] == "W7"
        assert visitor.school("D").log[-1].event.by == "W7"


class TestPeople:
    def test_a_respondent_comes_in_with_role_and_group_and_is_put_right(
        self, visitor: Visitor, school: str
    ) -> None:
        visitor.fill(school, "respondent-recorded", {}, respondent="R90", role="coach", group="9")
        visitor.fill(school, "respondent-recorded", {"respondent": "R90"}, role="teacher")
        found = visitor.school("D").respondents["R90"]
        assert (found.role, found.group, found.said.conflict) == ("teacher", "9", False)

    def test_a_teacher_is_not_linked_to_a_participant(self, visitor: Visitor, school: str) -> None:
        form = visitor.form(school, "leader-recorded", participant="")
        refused = visitor.send(form, participant="T9", respondent="R22")
        assert refused.status_code == 422
        assert "R22 is no school leader in the register" in refused.text
        assert 'value="T9"' in refused.text
        assert "T9" not in visitor.school("D").leaders

    def test_a_leader_is_linked_for_as_long_as_it_was_so(
        self, visitor: Visitor, school: str
    ) -> None:
        form = visitor.form(school, "leader-recorded", participant="L5")
        visitor.send(form, respondent="S5", from_="2018-01-01", until="2018-06-30")
        found = visitor.school("D")
        assert found.participant("S5", "2018-03-01") == "L5"
        assert found.participant("S5", "2019-03-01") == ""
        assert "from 1 Jan 2018 until 30 Jun 2018" in visitor.page(school)

    def test_a_link_that_was_wrong_is_taken_back(self, visitor: Visitor, school: str) -> None:
        (event,) = visitor.school("D").leaders["L5"].events
        visitor.fill(school, "event-retracted", {"event": event})
        assert "L5" not in visitor.school("D").leaders


class TestMistakes:
    @pytest.mark.parametrize(
        ("kind", "filled", "sentence"),
        [
            ("respondent-recorded", {"respondent": "R 1"}, "Write a code of 1 to 64 characters"),
            ("respondent-recorded", {"respondent": ""}, "Write a code of 1 to 64 characters"),
            ("leader-recorded", {"participant": "x" * 65}, "Write 1 to 64 characters instead"),
            ("leader-recorded", {"participant": "team"}, "This word has a meaning of its own"),
            ("circumstance-recorded", {"from_": "gisteren"}, "Write a date as 2018-03-13"),
            (
                "unit-recorded",
                {"_kind": "observation-begun"},
                "This form is not one of this program",
            ),
        ],
    )
    def test_they_are_said_in_the_words_of_who_types(
        self, visitor: Visitor, school: str, kind: str, filled: dict[str, str], sentence: str
    ) -> None:
        before = visitor.school("D")
        refused = visitor.send(visitor.form(school, kind), **filled)
        assert (refused.status_code, sentence in refused.text) == (422, True)
        assert visitor.school("D") == before

    @pytest.mark.parametrize("kind", ["study", "school", "interview"])
    def test_a_damaged_record_is_named_and_all_else_is_shown(
        self, tmp_path: Path, kind: str
    ) -> None:
        app = create_app(open_context(tmp_path))
        visitor = Visitor(app.test_client())
        (file, *_) = sorted((tmp_path / "store").rglob(f"{kind}/*.json"))
        file.write_bytes(b"x")
        pages = {
            p: visitor.page(p) for p in ("/", "/schools", "/register", "/codebook", "/interviews")
        }
        assert any(f"{kind}/{file.stem} is damaged" in page for page in pages.values())
        assert file.read_bytes() == b"x"


class TestConsent:
    def test_whoever_withdraws_takes_every_claim_along_and_they_are_counted(
        self, visitor: Visitor, school: str
    ) -> None:
        before = visitor.client.get("/exports/claims/csv-raw").get_data(as_text=True)
        assert "Soms bedenken we zelf een actie" in before
        visitor.fill(school, "consent-withdrawn", {"respondent": "R23"}, date="2018-06-01")
        page = visitor.page(school)
        assert "Claims that left because somebody withdrew: 1." in page
        assert "withdrawn on 1 Jun 2018" in page
        after = visitor.client.get("/exports/claims/csv-raw").get_data(as_text=True)
        assert "Soms bedenken we zelf een actie" not in after

    def test_agreeing_again_takes_the_withdrawal_back(self, visitor: Visitor, school: str) -> None:
        visitor.fill(school, "consent-withdrawn", {"respondent": "R23"}, date="2018-06-01")
        visitor.fill(
            school, "consent-given", {"respondent": "R23"}, date="2018-06-02", report="true"
        )
        consent = visitor.school("D").consents["R23"]
        assert (consent.withdrawn, consent.report) == ("", True)

    def test_a_school_withdraws_as_a_whole(self, visitor: Visitor, school: str) -> None:
        form = next(
            f for f in [visitor.form(school, "consent-withdrawn")] if "respondent" not in f.fields
        )
        assert visitor.send(form, date="2018-06-01").status_code == 303
        assert visitor.school("D").withdrawn("R22")
        assert "Claims that left because somebody withdrew: 8." in visitor.page(school)


def test_circumstances_have_dates_and_can_be_taken_back(visitor: Visitor, school: str) -> None:
    visitor.fill(
        school, "circumstance-recorded", {}, circumstance="merger", from_="2017-08-01", text="met B"
    )
    added = next(c for c in visitor.school("D").circumstances if c.text == "met B")
    assert (added.circumstance, added.since, added.until) == ("merger", "2017-08-01", "")
    visitor.fill(school, "event-retracted", {"event": added.event})
    assert added not in visitor.school("D").circumstances


def test_a_memo_is_written_rewritten_and_taken_back(visitor: Visitor, school: str) -> None:
    visitor.fill(school, "memo-written", {}, text="Let op de fusie.")
    (memo,) = visitor.school("D").memos
    visitor.fill(school, "memo-written", {"replaces": memo.event}, text="Let op de verhuizing.")
    (memo,) = visitor.school("D").memos
    assert memo.text == "Let op de verhuizing."
    visitor.fill(school, "event-retracted", {"event": memo.event})
    assert visitor.school("D").memos == ()


class TestTheStudy:
    def test_its_register_holds_name_members_periods_and_expectations(
        self, visitor: Visitor
    ) -> None:
        page = visitor.page("/register")
        for text in ("Bordsessies voorjaar 2018", "W2", "E3", "Faciliterend en stimulerend"):
            assert text in page
        visitor.fill("/register", "member-recorded", {}, member="W3")
        visitor.fill(
            "/register", "period-recorded", {}, period="P9", name="lente", from_="2018-03-01", until="2018-05-31"
        )  # fmt: skip
        visitor.fill(
            "/register", "expectation-recorded", {"expectation": ""}, expectation="E9", text="Rust helpt.",
            codes=["context.school", "learning"],
        )  # fmt: skip
        study = visitor.study
        assert tuple(study.members)[-1] == "W3"
        assert study.periods["P9"].value["until"] == "2018-05-31"
        assert study.expectations["E9"].value["codes"] == ["context.school", "learning"]

    def test_how_long_records_may_be_kept_is_said_replaced_and_taken_back(
        self, visitor: Visitor
    ) -> None:
        visitor.fill("/register", "retention-recorded", {}, until="2190-01-31", text="brief 2")
        page = visitor.page("/register")
        assert "until 31 Jan 2190" in page
        assert "<span>brief 2 </span>" in page
        visitor.fill("/register", "retention-recorded", {}, until="2191-01-31", text="brief 3")
        assert visitor.study.retention
        assert [said["until"] for said in visitor.study.retention.values] == ["2191-01-31"]
        (event,) = visitor.study.retention.events
        visitor.fill("/register", "event-retracted", {"event": event})
        assert visitor.study.retention is None

    def test_what_is_due_is_said_with_what_to_do_and_nothing_goes_by_itself(
        self, visitor: Visitor
    ) -> None:
        before = set(visitor.context.store.events.versions(BUNDLE.study))
        for until, sentence in (
            ("2190-01-31", ""),
            (date.today().isoformat(), "may be kept until"),
            ((date.today() + timedelta(30)).isoformat(), "may be kept until"),
            ((date.today() + timedelta(32)).isoformat(), ""),
            ("2001-01-31", "could be kept until 31 Jan 2001"),
        ):
            visitor.fill("/register", "retention-recorded", {}, until=until, text="brief 2")
            for page in ("/", "/register"):
                shown = visitor.page(page)
                assert ("To be erased" in shown) == bool(sentence), until
                assert sentence in shown
                there = "erasure.index" in visitor.client.application.view_functions
                assert (">Erase</a>" in shown) == (bool(sentence) and there)
        assert set(visitor.context.store.events.versions(BUNDLE.study)) == before

    def test_a_period_that_ends_before_it_begins_is_refused(self, visitor: Visitor) -> None:
        form = visitor.form("/register", "period-recorded", period="")
        refused = visitor.send(form, period="P9", name="x", from_="2018-05-01", until="2018-04-01")
        assert refused.status_code == 422
        assert "Period P9 ends before it begins" in refused.text

    def test_another_one_is_chosen_by_the_address_and_an_unknown_one_is_not_found(
        self, visitor: Visitor
    ) -> None:
        assert "Bordsessies voorjaar" in visitor.page(f"/register?study={BUNDLE.study}")
        assert visitor.client.get("/register?study=nothing").status_code == 404


def test_the_address_of_a_study_without_anything_shows_empty_registers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    client = create_app(open_context(tmp_path_factory.mktemp("data"), "memory:")).test_client()
    for path in ("/schools", "/register", "/codebook", "/interviews"):
        assert client.get(path).status_code == 200
