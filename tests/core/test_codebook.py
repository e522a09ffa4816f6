"""The codebook: what is shipped, what a study makes of it, and what is found in it."""

from __future__ import annotations

import random

import pytest

from observation.core.codebook import Codebook, open_codebook, touched
from observation.core.registers import Version, fold_study
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from tests.recorder import Recorder

INSTRUMENT = Instruments().newest()
FILE = codebook_file(INSTRUMENT.id)


def book(*changes: dict[str, str]) -> Codebook:
    versions = [Version(f"v{n}", f"v{n}", (change,)) for n, change in enumerate(changes, 1)]
    return open_codebook(FILE, INSTRUMENT, versions)


def test_every_indicator_style_and_dimension_of_the_instrument_is_a_code() -> None:
    kinds = [code.kind for code in book().codes.values()]
    assert (kinds.count("indicator"), kinds.count("group")) == (24, 7)
    assert book().codes["learning.feedback"].parent == "learning"


def test_the_tree_of_context_and_roles_is_that_of_appendix_2() -> None:
    codes = book().codes
    leaves = [c for c in codes.values() if c.kind == "open" and c.id.count(".") == 2]
    by_parent = {p: sum(c.parent == p for c in leaves) for p in {c.parent for c in leaves}}
    assert by_parent == {
        "context.staff": 6,
        "context.school": 9,
        "context.programme": 4,
        "leadership.school-leader": 18,
        "leadership.expert-coach": 2,
        "leadership.coach": 4,
        "leadership.teacher": 7,
    }
    assert all(code.parent in codes for code in codes.values() if code.parent)
    assert {t.id: len(t.topics) for t in FILE.topic_lists} == {"teachers": 11, "leaders": 9}


def test_a_released_codebook_never_changes() -> None:
    assert FILE.digest == "3fd47ad498c99c0bbaab1983425f11ea33f9fd16330cbd83d4789323c439cde0"


def test_an_own_code_has_its_rule_and_its_version() -> None:
    found = book(
        {"change": "add", "code": "own.pressure", "name": "werkdruk", "parent": "context.school",
         "definition": "Te veel werk.", "counts-when": "a", "counts-not-when": "b", "example": "c"}
    )  # fmt: skip
    code = found.codes["own.pressure"]
    assert (code.kind, code.definition, code.counts_when, code.counts_not_when, code.example) == (
        *("own", "Te veel werk.", "a", "b", "c"),
    )
    assert (found.version, book().version) == ("v1", "appendix-2 1.0")
    assert found.path("own.pressure", "nl") == "Contextfactoren > Schoolcontext > werkdruk"


def test_a_rename_keeps_the_id_and_the_old_name_still_finds_it() -> None:
    found = book({"change": "set", "code": "context.school.merger", "name": "samenvoeging"})
    assert found.codes["context.school.merger"].name["nl"] == "samenvoeging"
    assert found.find("fusie") == found.find("samenvoeging") == "context.school.merger"


def test_what_was_coded_with_a_merged_code_counts_for_the_one_it_was_merged_into() -> None:
    found = book(
        {"change": "merge", "code": "context.school.merger", "into": "context.school.cultures"},
        {"change": "merge", "code": "context.school.cultures", "into": "context.school.family-culture"},
    )  # fmt: skip
    assert found.current("context.school.merger") == "context.school.family-culture"
    assert found.find("fusie") == "context.school.family-culture"
    assert "context.school.merger" in found.codes
    assert "context.school.merger" not in [code.id for code in found.search("fusie", "nl")]


BAD = [
    {"change": "merge", "code": "context.school.merger", "into": "nowhere"},
    {"change": "merge", "code": "context.school.merger", "into": "context.school.merger"},
    {"change": "merge", "code": "learning.feedback", "into": "context.school.merger"},
    {"change": "set", "code": "learning", "name": "anders"},
    {"change": "set", "code": "nowhere", "name": "anders"},
    {"change": "set", "code": "context.school", "parent": "context.school.merger"},
    {"change": "add", "code": "context.school.merger", "name": "iets anders"},
    {"change": "add", "code": "own.x", "parent": "nowhere"},
]


@pytest.mark.parametrize("change", BAD, ids=lambda c: f"{c['change']} {c['code']}")
def test_a_change_that_cannot_be_made_is_named_and_changes_nothing(change: dict[str, str]) -> None:
    found = book(change)
    assert len(found.problems) == 1
    assert found.codes == book().codes


def test_merges_in_a_circle_leave_a_code_that_stands() -> None:
    one, other = "context.school.merger", "context.school.relocation"
    found = book(
        {"change": "merge", "code": one, "into": other},
        {"change": "merge", "code": other, "into": one},
    )
    assert (found.current(one), found.current(other), len(found.problems)) == (other, other, 1)


def test_the_preview_counts_the_claims_that_a_change_touches() -> None:
    coded = [["context.school.merger"], ["learning.feedback", "context.school.merger"], []]
    changes = [{"change": "merge", "code": "context.school.merger", "into": "context.school"}]
    assert touched(changes, coded, book()) == {"context.school.merger": 2}


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("feedb", "learning.feedback"),
        ("bord check", "professionality.action-check"),
        ("fus", "context.school.merger"),
        ("HIËR", "leadership.school-leader.hierarchy"),
        ("hier", "leadership.school-leader.hierarchy"),
        ("informs", "intervening.informs"),
        ("coach whats", "leadership.coach.whatsapp"),
    ],
)
def test_a_few_letters_find_a_code(letters: str, first: str) -> None:
    assert book().search(letters, "nl")[0].id == first


def test_no_letters_and_strange_letters_find_nothing() -> None:
    assert book().search(" ", "nl") == book().search("qqq", "nl") == book().search("%", "en") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("intervening.informs", "intervening.informs"),
        ("Leiderschap > Interveniëren > intervening.informs", "intervening.informs"),
        ("Codes\\Context\\fusie", "context.school.merger"),
        ("Geven collega's feedback aan elkaar?", "learning.feedback"),
        ("context/Oude Garde", "context.staff.old-guard"),
        ("mijn.thema.learning.feedback", "learning.feedback"),
        ("Verhuizing", "context.school.relocation"),
        ("werkdruk", ""),
        ("", ""),
    ],
)
def test_what_other_tools_call_a_code_is_found(text: str, code: str) -> None:
    assert book().find(text) == code


def test_of_two_codes_with_one_statement_a_person_has_to_choose() -> None:
    shared = INSTRUMENT.indicator("stimulating.teachers-set-goals").statement["nl"]
    assert book().find(shared) == ""


def test_words_say_what_a_claim_is() -> None:
    words = {w: book().word(w) for w in ("Wisselend", "horen_zeggen", "Stance > bevestigt", "x")}
    assert words == {
        "Wisselend": (("stance", "mixed"),),
        "horen_zeggen": (("mode", "hearsay"),),
        "Stance > bevestigt": (("stance", "affirms"),),
        "x": (),
    }


def test_versions_made_apart_give_the_same_codebook_in_any_order_of_arrival() -> None:
    stream = "study/0190a5b0-0000-7000-8000-000000000001"
    one, other = Recorder("a", stream=stream), Recorder("b", stream=stream)
    one.add(0, "study-recorded", name="x", instrument="appendix-4")
    ids = ["context.school.merger", "context.school.relocation", "own.a", "own.b", "learning"]
    chance = random.Random(5)
    for second in range(1, 30):
        change = {"change": chance.choice(["add", "set", "merge"]), "code": chance.choice(ids),
                  "name": chance.choice("pq"), "into": chance.choice(ids)}  # fmt: skip
        chance.choice([one, other]).add(
            second, "codebook-changed", version=f"v{second}", changes=[change]
        )
    events = [*one.events, *other.events]
    books = []
    for _ in range(20):
        chance.shuffle(events)
        books.append(open_codebook(FILE, INSTRUMENT, fold_study(events).versions))
    assert all((b.codes, b.problems) == (books[0].codes, books[0].problems) for b in books)
    assert books[0].problems
