"""Words of who withdrew are taken out of what others wrote, however they are spaced or capitalised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from observation.core.interviews import fold_interview
from observation.core.registers import School, fold_school
from observation.core.rulings import Feedback
from observation.core.withdrawal import Withheld, withheld
from tests.recorder import Recorder

INTERVIEW = "interview/0190a5b0-0000-7000-8000-0000000000a1"
SCHOOL = "school/0190a5b0-0000-7000-8000-0000000000b1"


def found(*texts: str, gone: str = "R1") -> tuple[Withheld, School]:
    talk = Recorder(stream=INTERVIEW)
    talk.add(
        0, "interview-recorded", interview="I1", kind="interview", school="A", participants=["R1", "R2"]
    )  # fmt: skip
    for place, text in enumerate(texts):
        talk.add(
            place + 1, "claim-recorded", respondents=["R1"], form="quotation", text=text,
            codes=["learning"], codebook="1", stance="affirms", mode="descriptive",
        )  # fmt: skip
    register = Recorder(stream=SCHOOL)
    register.add(0, "school-recorded", school="A")
    for code in ("R1", "R2"):
        register.add(1, "respondent-recorded", respondent=code, role="teacher")
    register.add(2, "consent-withdrawn", respondent=gone, date="2018-05-01")
    school = fold_school(register.events)
    return withheld([fold_interview(talk.events)], [school]), school


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Zij zei: “wij kijken samen vooruit”.", "Zij zei: “[…]”."),
        ("WIJ KIJKEN\n  samen vooruit", "[…]"),
        ("wij kijken vooruit", "wij kijken vooruit"),
        ("", ""),
    ],
)
def test_they_are_taken_out_however_they_are_spaced_or_capitalised(written: str, left: str) -> None:
    assert found("wij kijken samen vooruit")[0].out_of(written) == left


def test_signs_in_them_mean_themselves() -> None:
    words, _ = found("(a|b) + c* [d")
    assert words.out_of("x (a|b) + c* [d y") == "x […] y"
    assert words.out_of("a + cc d") == "a + cc d"


def test_a_longer_one_is_taken_out_whole() -> None:
    words, _ = found("een twee drie", "een twee drie vier")
    assert words.out_of("een twee drie vier") == "[…]"


def test_one_or_two_words_are_anybodys_and_stay() -> None:
    assert found("ja, rust")[0].out_of("ja, rust") == "ja, rust"


def test_who_did_not_withdraw_is_quoted_as_before() -> None:
    words, _ = found("wij kijken samen vooruit", gone="R2")
    assert words.out_of("wij kijken samen vooruit") == "wij kijken samen vooruit"


def test_feedback_of_who_withdrew_leaves_and_that_of_others_stays() -> None:
    words, school = found("wij kijken samen vooruit")
    said = (Feedback("1", "W1", "x", "klopt", "R1"), Feedback("2", "W1", "x", "klopt ook", "R2"))
    assert words.of_school(replace(school, feedback=said)).feedback == said[1:]
