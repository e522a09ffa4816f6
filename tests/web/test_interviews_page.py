"""Interviews and focus groups: who took part, and claims entered one after the other."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from observation.store import Receipt
from tests.samples import BUNDLE
from tests.web.desk import Form
from tests.web.visitor import Visitor

GROUP = "R22-R27 focusgroep school D"


@pytest.fixture
def path(visitor: Visitor) -> str:
    """The page of the focus group at school D."""
    return visitor.link("/interviews", GROUP)


def entry(visitor: Visitor, path: str) -> Form:
    """The form of the next claim."""
    return visitor.form(path, "claim-recorded")


def say(visitor: Visitor, path: str, /, **filled: Any) -> None:
    """Enter a claim with a code, and see that it was taken."""
    given = {"text": "Iets.", "codes": "learning.feedback", "respondents": "R22"} | filled
    answer = visitor.send(entry(visitor, path), **given)
    assert answer.status_code == 303, re.findall(r'class="alert".*', answer.text)


class TestInterviews:
    def test_they_are_listed_by_school_with_what_is_to_be_judged(self, visitor: Visitor) -> None:
        page = visitor.page("/interviews")
        assert page.index("School A") < page.index("S1 S2 interview") < page.index("School D")
        assert "claims: 6" in page
        assert "to judge: 2" in page

    def test_a_new_one_takes_its_people_from_the_register_and_its_topics_from_the_kind(
        self, visitor: Visitor
    ) -> None:
        form = visitor.form("/interviews/new?school=A&kind=focus-group", "interview-recorded")
        made = visitor.send(
            form, interview="Groep 1, tweede keer", date="2018-05-01", participants=["R6", "R7"]
        )
        assert made.status_code == 303
        found = visitor.interview("Groep 1, tweede keer")
        assert (found.school, found.kind, found.participants) == ("A", "focus-group", ("R6", "R7"))
        page = visitor.page(made.location, "nl")
        assert "Topiclijst focusgroepen met leerkrachten" in page
        assert page.count("<li>") >= 11

    def test_a_school_that_is_not_in_the_register_is_named(self, visitor: Visitor) -> None:
        page = visitor.page("/interviews/new?school=Q")
        assert "School Q is not in the register" in page

    def test_a_school_that_withdrew_gets_no_new_one(self, visitor: Visitor) -> None:
        left_open = visitor.form("/interviews/new?school=D", "interview-recorded")
        school = visitor.school("D").stream.partition("/")[2]
        visitor.fill(f"/schools/{school}", "consent-withdrawn", {}, date="2018-05-01", _by="W1")
        choice = visitor.page("/interviews").partition('name="school"')[2].partition("</select>")[0]
        assert "<option>A</option>" in choice
        assert "<option>D</option>" not in choice
        assert "Withdrawn on 1 May 2018" in visitor.page("/interviews/new?school=D")
        refused = visitor.send(left_open, interview="I1", date="2018-05-02", _by="W1")
        assert refused.status_code == 422
        assert "withdrew" in refused.text

    def test_it_says_of_whom_no_consent_is_recorded(self, visitor: Visitor) -> None:
        told = "No consent recorded: "
        assert told not in visitor.page(visitor.link("/interviews", GROUP))
        form = visitor.form("/interviews/new?school=A&kind=focus-group", "interview-recorded")
        people = ["R6", "R77"]
        made = visitor.send(form, interview="Groep 2", date="2018-05-01", participants=people)
        assert made.status_code == 303
        assert f"{told}R77. What they said counts until" in visitor.page(made.location)

    def test_the_header_is_put_right(self, visitor: Visitor, path: str) -> None:
        visitor.fill(path, "interview-recorded", {}, date="2018-03-30")
        found = visitor.interview(GROUP)
        assert (found.date, found.recorded and found.recorded.conflict) == ("2018-03-30", False)

    def test_what_is_not_there_is_not_found(self, visitor: Visitor) -> None:
        nowhere = "/interviews/0190a5b0-0000-7000-8000-0000000000aa"
        assert visitor.client.get(nowhere).status_code == 404
        assert visitor.client.post(f"{nowhere}/events").status_code == 404


class TestClaims:
    def test_one_says_everything_that_was_filled_in(self, visitor: Visitor, path: str) -> None:
        say(
            visitor, path, respondents=["R22", "R23"], text="=1+1 «elke week» 🙂", form="paraphrase",
            place="12:30", topic="collaboration", codes=["learning.feedback", "own.workload"],
            stance="affirms", mode="descriptive", scope="board-session", frequency="mostly",
            about="L5", unit="onderbouw",
        )  # fmt: skip
        said = visitor.interview(GROUP).claims[-1].said.value
        assert said.respondents == ("R22", "R23")
        assert said.text == "=1+1 «elke week» 🙂"
        assert said.codes == ("learning.feedback", "own.workload")
        assert (said.stance, said.mode, said.scope, said.frequency) == (
            "affirms", "descriptive", "board-session", "mostly",
        )  # fmt: skip
        assert (said.about, said.unit, said.place, said.form) == (
            "L5", "onderbouw", "12:30", "paraphrase",
        )  # fmt: skip
        assert (said.number, said.codebook) == (12, visitor.study.versions[-1].event)

    def test_nothing_is_judged_by_itself(self, visitor: Visitor, path: str) -> None:
        form = entry(visitor, path)
        assert (form.fields["stance"], form.fields["mode"]) == ("unjudged", "unjudged")
        assert (form.fields["scope"], form.fields["frequency"]) == ("", "")
        say(visitor, path)
        claim = visitor.interview(GROUP).claims[-1]
        assert not claim.judged
        assert "stance not judged yet" in visitor.page(path)

    def test_the_next_form_knows_the_topic_and_its_number_and_ticks_nobody_of_several(
        self, visitor: Visitor, path: str
    ) -> None:
        topic = next(iter(re.findall(r'<option value="([^"]+)"[^>]*>2\. ', visitor.page(path))))
        say(visitor, path, respondents=["R24"], topic=topic)
        form = entry(visitor, path)
        assert form.fields.getlist("respondents") == []
        assert (form.fields["topic"], form.fields["number"], form.fields["text"]) == (
            topic,
            "13",
            "",
        )

    def test_the_number_of_one_that_was_taken_back_is_not_given_again(
        self, visitor: Visitor, path: str
    ) -> None:
        say(visitor, path)
        (event,) = visitor.interview(GROUP).claims[-1].said.events
        visitor.fill(path, "event-retracted", {"event": event})
        assert visitor.interview(GROUP).claims[-1].said.value.number == 11
        assert entry(visitor, path).fields["number"] == "13"

    def test_the_group_without_a_speaker_is_nobody(self, visitor: Visitor, path: str) -> None:
        say(visitor, path, respondents=None)
        assert visitor.interview(GROUP).claims[-1].said.value.respondents == ()
        assert "<strong>the group</strong>" in visitor.page(path)

    def test_sending_the_form_twice_makes_one_claim(self, visitor: Visitor, path: str) -> None:
        form = entry(visitor, path)
        for _ in range(2):
            visitor.send(form, text="Eenmaal.", codes="learning.feedback")
        texts = [claim.said.value.text for claim in visitor.interview(GROUP).claims]
        assert texts.count("Eenmaal.") == 1

    @pytest.mark.parametrize(
        ("filled", "sentence"),
        [
            ({"codes": None}, "This claim has no code; give it one."),
            ({"codes": "own.nothing"}, "The codebook has no code “own.nothing”"),
            ({"text": " "}, "This claim has no text"),
            ({"respondents": "R6"}, "did not take part in this interview"),
            ({"stance": "affirms", "frequency": "never"}, "contradict each other"),
            ({"unit": "bovenbouw 9"}, "has no unit “bovenbouw 9”"),
            ({"about": "L9"}, "has no leader L9"),
            ({"stance": "perhaps"}, "is not one of affirms"),
        ],
    )
    def test_what_cannot_be_used_is_refused_and_what_was_typed_stays(
        self, visitor: Visitor, path: str, filled: dict[str, Any], sentence: str
    ) -> None:
        before = visitor.interview(GROUP).claims
        given = {
            "text": "Blijft staan.",
            "codes": "learning.feedback",
            "respondents": "R22",
            "place": "p. 9",
        }
        refused = visitor.send(entry(visitor, path), **(given | filled))
        assert refused.status_code == 422
        assert sentence in refused.text
        assert 'value="p. 9"' in refused.text
        if "text" not in filled:
            assert "Blijft staan.</textarea>" in refused.text
        assert visitor.interview(GROUP).claims == before

    def test_one_is_revised_and_keeps_its_number_and_its_memos(
        self, visitor: Visitor, path: str
    ) -> None:
        claim = next(c for c in visitor.interview(GROUP).claims if c.memos)
        revise = f"{path}?revise={claim.id}"
        form = visitor.form(revise, "claim-recorded")
        assert form.fields["text"] == claim.said.value.text
        assert visitor.send(form, stance="denies", mode="past").status_code == 303
        after = next(c for c in visitor.interview(GROUP).claims if c.id == claim.id)
        assert (after.said.value.stance, after.said.conflict) == ("denies", False)
        assert (after.said.value.number, after.memos) == (claim.said.value.number, claim.memos)
        assert len(visitor.interview(GROUP).claims) == 6

    def test_taking_a_revised_one_back_takes_all_of_it_back(
        self, visitor: Visitor, path: str
    ) -> None:
        claim = visitor.interview(GROUP).claims[0]
        visitor.send(visitor.form(f"{path}?revise={claim.id}", "claim-recorded"), text="Anders.")
        (event,) = visitor.interview(GROUP).claims[0].said.events
        visitor.fill(path, "event-retracted", {"event": event})
        assert claim.id not in [each.id for each in visitor.interview(GROUP).claims]

    def test_a_word_that_may_be_a_name_is_pointed_out_and_not_refused(
        self, visitor: Visitor, path: str
    ) -> None:
        say(visitor, path, text="Toen zei Marieke dat het beter kon.")
        assert "Names of people? Marieke." in visitor.page(path)

    def test_a_withdrawal_is_said_on_the_page(self, visitor: Visitor, path: str) -> None:
        school = visitor.link("/schools", "School D")
        visitor.fill(school, "consent-withdrawn", {"respondent": "R23"}, date="2018-06-01")
        assert "Withdrawn: R23. What they said is used nowhere." in visitor.page(path)

    def test_memos_are_on_the_claim_or_on_the_interview(self, visitor: Visitor, path: str) -> None:
        claim = visitor.interview(GROUP).claims[0]
        visitor.fill(path, "memo-written", {"claim": claim.id}, text="Vraag dit na.")
        found = visitor.interview(GROUP)
        assert [memo.text for memo in found.claims[0].memos] == ["Vraag dit na."]
        form = visitor.form(path, "memo-written", _to="memos")
        assert "claim" not in form.fields
        visitor.send(form, text="Rommelig begin.")
        assert [memo.text for memo in visitor.interview(GROUP).memos] == ["Rommelig begin."]

    def test_claims_are_a_table_in_three_forms(self, visitor: Visitor) -> None:
        answer = visitor.client.get("/exports/claims/csv-raw")
        assert len(list(csv.DictReader(io.StringIO(answer.text)))) == 13
        assert visitor.client.get("/exports/claims/xlsx").data[:2] == b"PK"
        assert visitor.client.get("/exports/claims/csv").data[:3] == b"\xef\xbb\xbf"


class TestWithdrawal:
    def withdraw(self, visitor: Visitor, **who: str) -> None:
        """Record that a respondent of school D, or the school, withdrew."""
        school = visitor.link("/schools", "School D")
        form = visitor.form(school, "consent-withdrawn", **who)
        assert visitor.send(form, date="2018-05-01").status_code == 303

    def test_nothing_that_was_said_is_shown_or_counted(self, visitor: Visitor, path: str) -> None:
        before = visitor.page(path)
        assert "Soms bedenken we zelf een actie" in before
        self.withdraw(visitor, respondent="R23")
        page = visitor.page(path)
        assert "Soms bedenken we zelf een actie" not in page
        assert page.count("Who said this has withdrawn") == 1
        assert "R22" in page
        assert 'value="R23"' not in page.partition('class="claim"')[2].partition("</form>")[0]
        assert "claims: 5" in visitor.page("/interviews")

    def test_a_claim_that_left_cannot_be_revised(self, visitor: Visitor, path: str) -> None:
        claim = next(
            c for c in visitor.interview(GROUP).claims if "R23" in c.said.value.respondents
        )
        self.withdraw(visitor, respondent="R23")
        assert "Soms bedenken we" not in visitor.page(f"{path}?revise={claim.id}")


def test_an_interview_of_a_school_that_is_not_there_says_so_and_is_put_right(
    visitor: Visitor,
) -> None:
    events = visitor.context.store.events
    sample = next(e for e in BUNDLE.events if e.kind == "interview-recorded")
    uuid = "0190a5b0-0000-7000-8000-0000000000e7"
    data = {"interview": "Getypt", "kind": "interview", "school": "QZ", "participants": ["R1"]}
    made = sample.as_dict() | {"id": uuid, "stream": f"interview/{uuid}", "seq": 1, "data": data}
    events.append(BUNDLE.study, f"interview/{uuid}", [type(sample)(**made)], Receipt("", "tablet"))
    page = visitor.page(f"/interviews/{uuid}")
    assert page.count("School QZ is not in the register") == 1
    visitor.send(visitor.form(f"/interviews/{uuid}", "interview-recorded"), school="D")
    assert visitor.interview("Getypt").school == "D"
    assert "is not in the register" not in visitor.page(f"/interviews/{uuid}")
