"""The codebook: the tree, a code, and new versions with what they touch."""

from __future__ import annotations

import csv
import io

from observation.core.codebook import Codebook, open_codebook
from observation.instruments.codebooks import codebook_file
from tests.recorder import INSTRUMENT
from tests.web.desk import read
from tests.web.visitor import Visitor


def codebook(visitor: Visitor) -> Codebook:
    """The codebook as the study's versions leave it."""
    return open_codebook(codebook_file(INSTRUMENT.id), INSTRUMENT, visitor.study.versions)


def make(visitor: Visitor, path: str, change: str, **filled: str) -> str:
    """Fill in a change, look at what it touches, make it a version; return the preview."""
    preview = visitor.send(visitor.form(path, "codebook-changed", change=change), **filled)
    assert preview.status_code == 200
    (form,) = [f for f in read(preview.text).forms if f.fields.get("seen")]
    assert visitor.send(form).status_code == 303
    return preview.text


def test_the_tree_has_the_indicators_to_the_letter_the_context_and_own_codes(
    visitor: Visitor,
) -> None:
    page = visitor.page("/codebook", "nl")
    for text in (
        "Spreken collega’s elkaar aan op gedrag of lesmethodes?",
        "oude garde",
        "werkdruk",
    ):
        assert f">{text}</a>" in page
    assert page.count("uitspraken: ") == 11


def test_a_few_letters_find_a_code(visitor: Visitor) -> None:
    page = visitor.page("/codebook?q=lesb", "nl")
    assert "Worden lesbezoeken ingepland?" in page
    assert ">oude garde</a>" not in page
    assert "Gevonden: 0" in visitor.page("/codebook?q=xyz", "nl")


def test_the_instruments_own_stay_as_they_are(visitor: Visitor) -> None:
    page = visitor.page("/codebook/learning.feedback")
    assert "This is the instrument’s, to the letter" in page
    assert not [f for f in read(page).forms if f.fields.get("_kind") == "codebook-changed"]
    refused = visitor.client.post(
        "/codebook/version?language=en",
        data={"change": "set", "code": "learning.feedback", "name": "x", "_by": "W1"},
    )
    assert refused.status_code == 422
    assert "is the instrument’s and stays as it is" in refused.text


def test_an_own_code_is_added_renamed_and_merged_without_losing_what_was_coded(
    visitor: Visitor,
) -> None:
    make(visitor, "/codebook", "add", name="Drukte én stress", definition="Hoe druk het is.")
    assert codebook(visitor).codes["own.drukte-en-stress"].definition == "Hoe druk het is."
    path = "/codebook/own.workload"
    preview = make(visitor, path, "set", name="werkdruk en rust")
    assert "Claims that it touches: 1." in preview
    assert "<del>werkdruk</del>" in preview
    assert codebook(visitor).find("werkdruk") == "own.workload"
    make(visitor, path, "merge", into="own.drukte-en-stress")
    assert codebook(visitor).current("own.workload") == "own.drukte-en-stress"
    page = visitor.page("/codebook/own.drukte-en-stress")
    assert "<dt>Claims</dt><dd>1</dd>" in page
    assert "Merged into" in visitor.page(path)
    assert visitor.study.versions[-1].name == "4"


def test_nothing_is_made_before_it_was_seen_what_it_touches(visitor: Visitor) -> None:
    before = visitor.study.versions
    preview = visitor.send(
        visitor.form("/codebook/own.workload", "codebook-changed", change="set"), name="anders"
    )
    assert "Now" in preview.text
    assert visitor.study.versions == before


def test_what_cannot_be_done_is_refused_with_a_sentence(visitor: Visitor) -> None:
    for given, sentence in (
        ({"change": "add", "name": "!!"}, "Write the code’s name"),
        ({"change": "merge", "code": "own.workload", "into": "own.workload"}, "cannot be merged into"),
        ({"change": "set", "code": "own.nothing", "name": "x"}, "There is no code own.nothing"),
        ({"change": "erase", "code": "own.workload"}, "This form is not one of this program"),
        ({"change": "add", "name": "x", "_by": ""}, "Say in “By”"),
    ):  # fmt: skip
        refused = visitor.client.post("/codebook/version?language=en", data={"_by": "W1", **given})
        assert (refused.status_code, sentence in refused.text) == (422, True), sentence


def test_a_version_can_be_taken_back(visitor: Visitor) -> None:
    make(visitor, "/codebook/own.workload", "merge", into="context.school")
    event = visitor.study.versions[-1].event
    visitor.fill("/codebook", "event-retracted", {"event": event})
    assert codebook(visitor).current("own.workload") == "own.workload"


def test_a_memo_on_a_code_stays_with_it(visitor: Visitor) -> None:
    visitor.fill("/codebook/own.workload", "memo-written", {}, text="Ook bij invallers?")
    assert "Ook bij invallers?" in visitor.page("/codebook/own.workload")
    assert "Ook bij invallers?" not in visitor.page("/register")


def test_what_was_said_under_a_code_stands_there_until_it_is_withdrawn(visitor: Visitor) -> None:
    path = "/codebook/facilitating.teachers-set-goals"
    assert "Soms bedenken we zelf een actie" in visitor.page(path)
    school = visitor.link("/schools", "School D")
    visitor.fill(school, "consent-withdrawn", {"respondent": "R23"}, date="2018-06-01")
    assert "Soms bedenken we zelf een actie" not in visitor.page(path)


def test_an_unknown_code_is_not_found(visitor: Visitor) -> None:
    assert visitor.client.get("/codebook/own.nothing").status_code == 404


def test_the_codebook_is_a_table_in_three_forms(visitor: Visitor) -> None:
    answer = visitor.client.get("/exports/codebook/csv-raw")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert "own.workload" in [row["code"] for row in rows]
    assert visitor.client.get("/exports/codebook/xlsx").data[:2] == b"PK"
    assert visitor.client.get("/exports/codebook/exe").status_code == 404
