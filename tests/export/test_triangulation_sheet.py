"""The triangulation sheet: all evidence of a school on paper, and in a report nothing of one person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

from observation.cli import main
from observation.core.cells import Triangulation
from observation.core.citing import cited
from observation.core.codebook import open_codebook
from observation.core.interviews import Claim
from observation.core.records import LEADERSHIP, Slot
from observation.core.registers import Consent, fold_study
from observation.core.rulings import Ruling
from observation.core.sessions import Observed
from observation.core.triangulation import triangulate
from observation.export.pdf.sheet import ranged, shortened_at_a_word
from observation.export.pdf.triangulation import triangulation_sheet
from observation.instruments.codebooks import codebook_file
from observation.language import translator
from observation.settings import open_context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.reading import read_stream
from tests.core.cases import (
    CHECK,
    CODEBOOK,
    GOALS,
    INFORMS,
    INSTRUMENT,
    OUTSIDE,
    TEACHERS,
    VISITS,
    saw,
    says,
    triangulated,
)
from tests.samples import BUNDLE

LANGUAGES = ("nl", "en")
AUDIENCES = ("internal", "report")
CODES = re.compile(r"(?<!\w)[RS]\d+")  # of respondents
MERGER = "context.school.merger"
HOSTILE = "<b>&amp;</b> <img src='file:///etc/passwd'/> %(page)s {x} שלום עולם 🙂\u202e\x00 a\r\nb"


@cache
def sample(school: str) -> tuple[Triangulation, Any]:
    context = open_context(Path("/nowhere"), "memory:")
    deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, Receipt("", ""))
    study = fold_study(
        read_stream(context.store.events, BUNDLE.study, f"study/{BUNDLE.study}").events
    )
    codebook = open_codebook(codebook_file(INSTRUMENT.id), INSTRUMENT, study.versions)
    evidence = context.catalogue.evidence
    (one,) = [each for each in evidence.schools(BUNDLE.study)[0] if each.code == school]
    return triangulate(evidence.case(BUNDLE.study, one), INSTRUMENT, codebook), codebook


def printed(
    found: Triangulation, language: str = "en", audience: str = "internal", **also: Any
) -> bytes:
    codebook = also.pop("codebook", CODEBOOK)
    return triangulation_sheet(found, INSTRUMENT, codebook, language, audience, **also)


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]


def text_of(found: Triangulation, *options: str, **also: Any) -> str:
    return " ".join(" ".join(pages(printed(found, *options, **also))).split())


def bare(text: str) -> str:
    return "".join(text.split())


def worded(claim: Claim, text: str) -> Claim:
    """The claim with these words."""
    said = replace(claim.said.value, text=text)
    return replace(claim, said=Slot((said,), claim.said.events))


@cache
def full() -> Triangulation:
    """A school with 12 sessions, 60 claims and quotations of 400 words."""
    return triangulated(*_full(), interviewed=9)


def _full() -> Iterator[Observed | Claim]:
    states = ("seen", "not-seen", "not-judgeable", "blank")
    for number in range(12):
        judged = {
            behaviour: states[(number * step + step) % len(states)]
            for step, behaviour in enumerate((CHECK, VISITS, TEACHERS, GOALS, INFORMS), 1)
        }
        judged = {behaviour: state for behaviour, state in judged.items() if state != "blank"}
        day = f"2018-03-{number + 10}"
        whole = saw(f"A-{number + 1:02}", judged, day=day)
        leader = {
            (behaviour, "L1"): each
            for (behaviour, actor), each in whole.judgements.items()
            if actor == LEADERSHIP
        }
        yield replace(whole, judgements={**whole.judgements, **leader})
    long = " ".join(f"woord{number}" for number in range(400))
    behaviours = (CHECK, VISITS, TEACHERS, GOALS, INFORMS, OUTSIDE, MERGER)
    for number in range(60):
        who = "S1" if number % 6 == 0 else f"R{number % 9 + 1}"
        stance = ("affirms", "denies", "mixed")[number % 3]
        mode = ("descriptive", "descriptive", "descriptive", "normative", "past")[number % 5]
        scope = ("board-session", "general")[number % 2]
        behaviour = behaviours[number % 7]
        claim = says(who, stance, behaviour, mode=mode, scope=scope, label=f"{who}-c{number + 1}")
        yield worded(claim, f"{number} {long}")


def labels(found: Triangulation) -> set[str]:
    """Every label that a verdict or another code rests on."""
    cells = {each.label for cell in found.cells for each in cited(cell)}
    return cells | {claim.label for claims in found.others.values() for claim in claims}


class TestEvidence:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("school", ["A", "D"])
    def test_every_label_of_the_sample_is_on_the_sheet(self, school: str, language: str) -> None:
        found, codebook = sample(school)
        text = bare("".join(pages(printed(found, language, codebook=codebook))))
        assert [each for each in labels(found) if bare(each) not in text] == []

    def test_every_label_of_a_full_school_is_on_the_sheet(self) -> None:
        text = bare("".join(pages(printed(full()))))
        assert [each for each in labels(full()) if bare(each) not in text] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_row_has_its_wording_to_the_letter_and_its_verdict(self, language: str) -> None:
        found, codebook = sample("D")
        text = bare("".join(pages(printed(found, language, codebook=codebook))))
        for cell in found.cells:
            if cell.positions.spoke:
                for code in INSTRUMENT.codes_of(cell.behaviour):
                    assert bare(INSTRUMENT.indicator(code).name[language]) in text
        for word in ("partly corroborated", "supplemented", "not tested", "strong support"):
            assert bare(translator(language)(word)) in text

    def test_a_behaviour_of_two_codes_stands_under_both_and_is_counted_once(self) -> None:
        found, codebook = sample("D")
        text = text_of(found, codebook=codebook)
        assert "also under Facilitating" in text
        assert "see Stimulating: the same behaviour, counted once" in text
        assert text.count("R23-c8 · sometimes") == 1

    def test_nothing_against_it_is_said(self) -> None:
        found = triangulated(says("R1", "affirms"), saw("A-01", {CHECK: "seen"}))
        assert " none " in text_of(found)

    def test_disputes_counters_and_sessions_that_say_nothing_are_named(self) -> None:
        seen = saw("A-01", {CHECK: "seen", TEACHERS: "seen", GOALS: "seen"})
        other = saw("A-01-W2", {CHECK: "not-seen"}, observer="W2")
        blank = saw("A-02", {TEACHERS: "not-judgeable"}, day="2018-03-14")
        matched = ((seen.stream, other.stream),)
        text = text_of(triangulated(seen, other, blank, says("R1", "affirms"), matched=matched))
        assert "observers disagree: A-01" in text
        assert "counter-example (Sets goals and actions): A-01@01:00" in text
        assert "cannot be judged: 1" in text
        assert "not filled in: 1" in text

    def test_at_most_two_claims_of_the_team_are_quoted_a_typical_and_a_deviating_one(self) -> None:
        claims = [worded(says(f"R{n}", "affirms"), f"ja {n}") for n in (1, 2, 3)]
        claims += [worded(says(f"R{n}", "denies"), f"nee {n}") for n in (4, 5)]
        text = text_of(triangulated(*claims, saw("A-01", {CHECK: "seen"})))
        assert len(re.findall("“ja", text)) == 1
        assert len(re.findall("“nee", text)) == 1
        assert "3 + 2 − 0 ±" in text.replace("\xa0", " ").replace("  ", " ")
        assert "of 5; 9 interviewed" in text
        assert "observation supports who affirms" in text

    def test_a_leader_and_the_leadership_have_a_verdict_each_in_one_row(self) -> None:
        whole = saw("A-01", {GOALS: "seen"})
        both = replace(
            whole,
            judgements={
                **whole.judgements,
                (GOALS, "L1"): whole.judgements[GOALS, LEADERSHIP],
            },
        )
        found = triangulated(both, says("S1", "denies", GOALS), says("R1", "affirms", GOALS))
        text = text_of(found)
        assert text.count("School leadership thinks up goals and actions") == 1
        assert "leader L1 contradicted" in text
        assert "leadership corroborated" in text

    def test_lines_are_told_apart(self) -> None:
        here, anywhere = (
            says("R1", "affirms", VISITS),
            says("R2", "denies", VISITS, scope="general"),
        )
        text = text_of(triangulated(here, anywhere, saw("A-01", {VISITS: "not-seen"})))
        assert text.count("Are lesson visits planned? in the board session") == 1
        assert text.count("Are lesson visits planned? in general") == 1
        assert "not seen, does not count here: A-01" in text


class TestBelow:
    def test_wishes_context_and_what_is_untested_stand_below(self) -> None:
        wish = worded(says("R1", "affirms", CHECK, mode="normative"), "was het maar zo")
        merger = worded(says("R2", "affirms", MERGER), "sinds de fusie")
        outside = says("R3", "affirms", OUTSIDE)
        sessions = [saw(f"A-0{n}", {CHECK: "not-seen"}, day=f"2018-03-1{n}") for n in (1, 2)]
        text = text_of(triangulated(wish, merger, outside, *sessions)).split("Wishes and practice")[
            1
        ]
        assert "“was het maar zo”" in text
        assert "sessions in which it was seen: 0 of 2 wished by team: 1 wish, not seen" in text
        assert "“sinds de fusie”" in text
        assert f"Walks round the school ({outside.label}; no board session can show this)" in text

    def test_what_was_looked_for_and_not_seen_is_named_with_its_sessions(self) -> None:
        text = text_of(triangulated(saw("A-01", {CHECK: "not-seen"})))
        assert "No claims, and nothing seen." in text
        assert re.search(r"Not mentioned, not seen: [^;]*\(A-01\)", text)


class TestRulings:
    def ruled(self, *verdicts: str, **also: Any) -> Triangulation:
        rulings = tuple(
            Ruling(f"e{n}", f"A{n}", "2018-05-01", CHECK, "team", "session", "", verdict,
                   "corroborated", reason="twijfel over R1", text="Zo zit het, zegt R1.")
            for n, verdict in enumerate(verdicts, 1)
        )  # fmt: skip
        return triangulated(
            says("R1", "affirms"), saw("A-01", {CHECK: "seen"}), rulings=rulings, **also
        )

    def test_the_suggestion_stays_beside_a_ruling_that_differs(self) -> None:
        text = text_of(self.ruled("partly-corroborated"))
        assert "partly corroborated weak support ruled · A1 suggestion: corroborated" in text
        assert "Zo zit het, zegt R1. reason: twijfel over R1" in text

    def test_a_ruling_that_agrees_has_no_suggestion_beside_it(self) -> None:
        assert "suggestion:" not in text_of(self.ruled("corroborated"))

    def test_rulings_that_differ_all_stand(self) -> None:
        text = text_of(self.ruled("partly-corroborated", "contradicted"))
        assert "A1, partly corroborated: Zo zit het" in text
        assert "A2, contradicted: Zo zit het" in text

    def test_a_report_names_neither_researcher_nor_respondent_nor_the_reason(self) -> None:
        text = text_of(self.ruled("partly-corroborated"), "en", "report")
        assert "Zo zit het, zegt […]." in text
        for word in ("A1", "R1", "twijfel"):
            assert word not in text


class TestReport:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("school", ["A", "D"])
    def test_it_holds_no_code_of_a_respondent(self, school: str, language: str) -> None:
        found, codebook = sample(school)
        text = " ".join(pages(printed(found, language, "report", codebook=codebook)))
        assert CODES.findall(text) == []
        assert CODES.findall(" ".join(pages(printed(found, language, codebook=codebook)))) != []

    def test_a_full_one_neither(self) -> None:
        text = " ".join(pages(printed(full(), "nl", "report")))
        assert CODES.findall(text) == []

    def test_it_says_1_2_of_one_person(self) -> None:
        claims = [worded(says("R1", "affirms"), "dat doe ik, zegt R1 tegen s1-c2")]
        text = text_of(triangulated(*claims, saw("A-01", {CHECK: "seen"})), "en", "report")
        assert "1-2\xa0+" in text or "1-2 +" in text
        assert "“dat doe ik, zegt […] tegen […]”" in text
        assert "by one" not in text

    def test_no_total_gives_away_who_is_one(self) -> None:
        claims = [says(f"R{n}", "affirms") for n in (1, 2, 3)] + [says("R4", "denies")]
        found = triangulated(*claims, saw("A-01", {CHECK: "seen"}))
        assert "of 4; 9 interviewed" in text_of(found)
        assert "of 4" not in text_of(found, "en", "report")

    def test_the_leader_stands_in_it_only_with_consent(self) -> None:
        claims = [worded(says("S1", "affirms", VISITS), "dat plan ik"), says("R1", "denies", CHECK)]
        seen = saw("A-01", {VISITS: "not-seen", CHECK: "seen"})
        without = text_of(triangulated(*claims, seen), "en", "report")
        agreed = Consent(given=({"report": True},))
        consents = {"S1": agreed}
        found = triangulated(*claims, seen, consents=consents)
        with_consent = text_of(found, "en", "report")
        for words in ("Leader’s claims", "“dat plan ik”"):
            assert words not in without
            assert words in with_consent
        assert "not in this copy: rests on what a leader said" in without
        assert "provisionally contradicted" not in without
        assert "provisionally contradicted" in with_consent

    def test_words_that_are_withheld_stay_inside(self) -> None:
        claim = worded(says("R1", "affirms"), "alleen ik heb rood haar")
        found = triangulated(claim, saw("A-01", {CHECK: "seen"}))
        assert "rood haar" in text_of(found, "en", "report")
        withheld = {claim.id: Slot(({"claim": claim.id},), ("e1",))}
        found = triangulated(claim, saw("A-01", {CHECK: "seen"}), withheld=withheld)
        assert "rood haar" not in text_of(found, "en", "report")
        assert "rood haar" in text_of(found)


class TestPage:
    @pytest.mark.parametrize("audience", AUDIENCES)
    def test_the_same_gives_the_same_bytes(self, audience: str) -> None:
        assert printed(full(), "nl", audience) == printed(full(), "nl", audience)

    @pytest.mark.parametrize("audience", AUDIENCES)
    def test_fonts_are_embedded_and_no_text_is_smaller_than_nine_points(
        self, audience: str
    ) -> None:
        content = printed(full(), "nl", audience)
        assert b"Helvetica" not in content
        reader = pypdf.PdfReader(BytesIO(content))
        sizes: dict[str, float] = {}
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                assert "/FontFile2" in font.get_object()["/FontDescriptor"].get_object()
            page.extract_text(
                visitor_text=lambda t, _c, _t, _f, size: sizes.update({t.strip(): size})
            )
        assert min(size for text, size in sizes.items() if text) >= 9

    def test_it_is_a4_landscape_and_its_columns_are_273_mm(self) -> None:
        for page in pypdf.PdfReader(BytesIO(printed(full()))).pages:
            assert [round(float(each)) for each in page.mediabox[2:]] == [842, 595]

    def test_every_page_of_the_table_has_its_head_and_every_page_its_foot(self) -> None:
        content = pages(
            printed(full(), stamp="a3f9c1d2", date="2018-05-01", agreement="87 % (n = 15)")
        )
        assert len(content) > 3
        table = next(n for n, page in enumerate(content) if "Wishes and practice" in page)
        for page in content[:table]:
            for name in ("Indicator", "Team’s claims", "Verdict", "Counter-evidence"):
                assert name in page
        for number, page in enumerate(content, 1):
            foot = " ".join(page.split())
            assert f"page {number} of {len(content)}" in foot
            for words in ("rules 1.0", "broad from 3", "data a3f9c1d2", "1 May 2018",
                          "87 % (n = 15)", "no judgement of persons"):  # fmt: skip
                assert words in foot

    def test_nothing_lies_outside_the_margins(self) -> None:
        for page in pypdf.PdfReader(BytesIO(printed(full(), "nl"))).pages:
            found: list[tuple[str, float, float]] = []
            page.extract_text(
                visitor_text=lambda t, _c, m, _f, _s, to=found: to.append((t.strip(), m[4], m[5]))
            )
            for text, x, y in found:
                assert not text or (30 <= x <= 812 and 18 <= y <= 575), text

    def test_hostile_text_is_printed_as_it_is(self) -> None:
        claims = [
            worded(says("R1", "affirms"), HOSTILE),
            worded(says("S1", "affirms", VISITS), "y" * 5000),
            worded(says("R2", "denies", MERGER), ""),
            worded(says("R2 R3", "mixed", CHECK), "م" * 300),
        ]
        found = triangulated(*claims, saw("A-01", {CHECK: "seen"}), interviewed=3)
        text = text_of(found, "nl", agreement=HOSTILE, study=HOSTILE)
        assert bare("<b>&amp;</b> <img src='file:///etc/passwd'/> %(page)s {x}") in bare(text)
        assert "[U+1F642]" in text
        assert printed(found, "nl", "report")

    def test_a_school_of_which_nothing_is_known_is_a_sheet(self) -> None:
        assert "Geen uitspraken, en niets gezien." in text_of(triangulated(interviewed=0), "nl")

    def test_long_words_are_cut_at_a_word(self) -> None:
        assert shortened_at_a_word("een twee,\n drie vier", 12) == "een twee…"
        assert shortened_at_a_word("kort", 12) == "kort"
        assert shortened_at_a_word("x" * 30, 12) == f"{'x' * 11}…"

    def test_codes_that_follow_each_other_are_one_stretch(self) -> None:
        assert ranged(["R24", "R22", "R23", "R9", "S5", "x"]) == "R9, R22–R24, S5, x"


class TestCommand:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_writes_the_sheet_of_a_school(self, tmp_path: Path, language: str) -> None:
        data, target = str(tmp_path / "data"), tmp_path / "sheet.pdf"
        assert main(["--data", data, "sample"]) == 0
        options = ["--school", "D", "--format", "pdf", "--language", language, "--period",
                   "voorjaar", "--output", str(target)]  # fmt: skip
        assert main(["--data", data, "export", "triangulation", *options]) == 0
        text = " ".join("".join(pages(target.read_bytes())).split())
        for words in ("Bordsessies voorjaar 2018", "Voorjaar 2018", "S5-c5", "D-01-W2@08:40",
                      "85% (n = 13"):  # fmt: skip
            assert words in text
        assert re.search(translator(language)("data %(stamp)s") % {"stamp": "[0-9a-f]{8}"}, text)

    def test_without_a_school_all_are_compared(self, tmp_path: Path) -> None:
        data, file = str(tmp_path / "data"), tmp_path / "compared.pdf"
        assert main(["--data", data, "sample"]) == 0
        asked = ["export", "triangulation", "--format", "pdf", "--output", str(file)]
        assert main(["--data", data, *asked]) == 0
        first = pages(file.read_bytes())[0]
        assert "Scholen vergelijken" in first
        assert "School A" in first
        assert "School D" in first


def test_what_a_leader_and_a_teacher_say_together_stands_with_both_and_counts_one_of_the_team() -> (
    None
):
    both = says("S1 R1", "affirms", label="S1-c1")
    found = triangulated(saw("A-01", {CHECK: "seen"}), worded(both, "samen gezegd"), interviewed=9)
    told = text_of(found)
    assert told.count("“samen gezegd” S1-c1") == 2
    assert "1 + 0 − 0 ± of 1; 9 interviewed by a few, a leader among them" in told.replace(
        "\xa0", " "
    )
