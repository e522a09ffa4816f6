"""Tables of coded segments become claims: what is found, what is asked, and that all or nothing comes in."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from observation.core.errors import Refused
from observation.core.interviews import data_of
from observation.core.spreadsheet import CLAIM_COLUMNS
from observation.export.claims import claims_table
from observation.importing.claims import NotReady, plan_claims
from observation.importing.mapping import Answers, mapping_of, read_mapping
from tests.importing.study import (
    MAPPING,
    MAXQDA,
    TAGUETTE,
    Place,
    open_claims,
    sample_place,
    segment,
    table,
    with_workload,
)
from tests.recorder import Recorder


def place() -> Place:
    return Place(7, A=["S1 school-leader", "R6 teacher"], B=["R30 teacher"])


def sentences(found: Any) -> str:
    return "\n".join(str(finding.refused()) for finding in found.findings)


def test_the_taguette_file_comes_in_with_nothing_asked() -> None:
    study = sample_place()
    plan = study.take_in(TAGUETTE)
    assert (plan.profile, plan.counts["new"], plan.findings, len(plan.interviews)) == (
        *("taguette", 10, []),
        4,
    )
    said = {label: claim[0] for label, claim in study.claims.items()}
    action, wish, past = said["R7-c1"], said["R7-c2"], said["R25-c7"]
    assert (action.codes, action.stance, action.mode, action.scope, action.frequency) == (
        *(("professionality.action-check",), "affirms", "descriptive", "board-session", "always"),
    )
    assert (wish.stance, wish.mode) == ("affirms", "normative")
    assert (past.stance, past.mode, past.scope, past.frequency) == (
        *("denies", "past", "general", "never"),
    )
    assert said["R23-c8"].stance == "mixed"
    kinds = {i.label: (i.kind, i.school, i.participants) for i in study.interviews}
    assert kinds["R6-R9 focusgroep school A"] == ("focus-group", "A", ("R6", "R7", "R8", "R9"))
    assert kinds["S1 S2 interview school A"] == ("interview", "A", ("S1", "S2"))
    assert [problem for interview in study.interviews for problem in interview.problems] == []


def test_the_maxqda_file_asks_who_speaks_and_what_a_code_is() -> None:
    study = sample_place()
    plan = study.plan(MAXQDA)
    assert dict(plan.unknown) == {
        ("respondent", "Focusgroep 3"): 2,
        ("code", "Context > werkdruk"): 1,
    }
    assert "Row 3, column “Document name”" in sentences(plan)
    assert "Row 4, column “Code”: The codebook has no code “Context > werkdruk”" in sentences(plan)
    with pytest.raises(NotReady):
        study.take_in(MAXQDA)


def test_the_maxqda_file_comes_in_with_what_was_asked() -> None:
    study = with_workload(sample_place())
    study.take_in(TAGUETTE, MAPPING)
    plan = study.take_in(MAXQDA, MAPPING)
    assert (plan.counts["new"], plan.interviews, plan.encoding, plan.delimiter) == (
        *(3, [], "utf-8-sig", ";"),
    )
    said, memos = study.claims["R24-c10"]
    assert (said.stance, said.mode, said.place, said.coder, memos) == (
        *("unjudged", "unjudged", "44-45", "W1", ("niet iedereen is het eens",)),
    )
    assert said.text == "R24: lesbezoeken?\r\nDie zijn er al maanden niet."
    (group,) = [claim for claim, _ in study.claims.values() if not claim.respondents]
    assert (group.text, group.codes) == ("=SUM(1;1) het is gewoon druk", ("own.workload",))


def test_a_code_can_be_left_out_and_is_counted() -> None:
    study = sample_place()
    answers = mapping_of(
        {"codes": {"Context > werkdruk": "-"}, "respondents": {"Focusgroep 3": "group"}}
    )
    plan = study.plan(MAXQDA, answers)
    assert (plan.counts["left out"], plan.counts["new"], plan.ready) == (1, 2, True)


def test_the_same_file_twice_changes_nothing() -> None:
    study = with_workload(sample_place())
    for file in (TAGUETTE, MAXQDA):
        study.take_in(file, MAPPING)
    before = {name: list(events) for name, events in study.streams.items()}
    for file in (TAGUETTE, MAXQDA):
        plan = study.take_in(file, MAPPING)
        assert (plan.counts["new"], plan.counts["changed"]) == (0, 0)
    assert study.streams == before


def test_the_same_file_gives_the_same_events_in_another_store() -> None:
    one, other = sample_place(), sample_place()
    one.take_in(TAGUETTE)
    other.take_in(TAGUETTE)
    assert one.streams == other.streams


def test_a_later_export_with_one_more_highlight_adds_one_claim(tmp_path: Path) -> None:
    study = sample_place()
    study.take_in(TAGUETTE)
    more = tmp_path / "more.csv"
    row = '0,R6-R9 focusgroep school A,{},"En nog iets."\r\n'
    lines = TAGUETTE.read_text().splitlines(keepends=True)
    more.write_text(
        "".join([lines[0], row.format("R9"), row.format("learning.feedback"), *lines[1:]])
    )
    labels = set(study.claims)
    plan = study.take_in(more)
    assert (plan.counts["new"], plan.counts["same"], plan.interviews) == (1, 10, [])
    assert set(study.claims) - labels == {"R9-c0"}


def changed_export(folder: Path) -> Path:
    path = folder / "changed.csv"
    path.write_text(TAGUETTE.read_text().replace("altijd", "meestal"))
    return path


def test_a_changed_segment_is_offered_and_taken_in_only_when_asked(tmp_path: Path) -> None:
    study = sample_place()
    study.take_in(TAGUETTE)
    plan = study.take_in(changed_export(tmp_path))
    assert [(change.row, change.changed) for change in plan.changes] == [(2, ("frequency",))]
    assert study.claims["R7-c1"][0].frequency == "always"
    study.take_in(changed_export(tmp_path), revise=True)
    assert (study.claims["R7-c1"][0].frequency, len(study.claims)) == ("mostly", 10)
    assert study.take_in(changed_export(tmp_path), revise=True).counts["same"] == 10


def test_a_revision_keeps_what_was_judged_here_meanwhile(tmp_path: Path) -> None:
    study = sample_place()
    study.take_in(TAGUETTE)
    (claim,) = [c for c in study.heard.claims if c.label == "R7-c1"]
    judged = {**data_of(claim.said.value), "stance": "mixed", "replaces": [claim.id]}
    recorder = Recorder("laptop", stream=claim.interview)
    recorder.add(9, "claim-recorded", **judged)
    study.append(claim.interview, recorder.events)
    assert study.take_in(TAGUETTE).counts["changed"] == 0
    study.take_in(changed_export(tmp_path), revise=True)
    said = study.claims["R7-c1"][0]
    assert (said.stance, said.frequency) == ("mixed", "mostly")


def test_a_claim_that_was_taken_back_stays_so() -> None:
    study = sample_place()
    study.take_in(TAGUETTE)
    (claim,) = [c for c in study.heard.claims if c.label == "R7-c1"]
    recorder = Recorder("laptop", stream=claim.interview)
    recorder.add(9, "event-retracted", event=claim.id)
    study.append(claim.interview, recorder.events)
    plan = study.take_in(TAGUETTE)
    assert (plan.counts["taken back"], plan.counts["new"], len(study.claims)) == (1, 0, 9)


def test_a_segment_makes_a_claim_for_each_indicator_and_one_for_its_open_codes(
    tmp_path: Path,
) -> None:
    study = place()
    rows = segment("learning.feedback", "intervening.informs", "fusie", "oude garde", "wens")
    study.take_in(table(tmp_path, *rows))
    assert sorted(said.codes for said, _ in study.claims.values()) == [
        ("context.school.merger", "context.staff.old-guard"),
        ("intervening.informs",),
        ("learning.feedback",),
    ]
    assert {said.mode for said, _ in study.claims.values()} == {"normative"}
    assert list(study.claims) == ["S1-c1", "S1-c1.2", "S1-c1.3"]


def test_two_stances_are_mixed_and_nothing_said_is_not_judged(tmp_path: Path) -> None:
    study = place()
    study.take_in(table(tmp_path, *segment("learning.feedback", "bevestigt", "ontkent"),
                        *segment("learning.feedback", id="2")))  # fmt: skip
    assert [said.stance for said, _ in study.claims.values()] == ["mixed", "unjudged"]


def test_affirms_and_never_comes_in_unjudged_with_a_warning(tmp_path: Path) -> None:
    study = place()
    plan = study.take_in(table(tmp_path, *segment("learning.feedback", "bevestigt", "nooit")))
    assert "it comes in unjudged" in sentences(plan)
    assert [said.stance for said, _ in study.claims.values()] == ["unjudged"]


BAD = [
    (segment("learning.feedback", "wens", "vroeger"), "Row 4, column “tag”: “normative” and “past” cannot both be"),
    (segment("learning.feedbak"), "Row 2, column “tag”: The codebook has no code “learning.feedbak”"),
    (segment("learning.feedback", "R99"), "Row 3, column “tag”: No register has a respondent “R99”"),
    (segment("learning.feedback", "R30"), "Respondent R30 is of school B, and “S1 interview” is of school A"),
    (segment("learning.feedback", document="iets"), "Nothing says who speaks in “iets”"),
    (segment("learning.feedback", "R6", document="school B"), "Respondent R6 is of school A"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "sentence"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_unknown_or_wrong_is_named_with_its_place_and_nothing_comes_in(
    tmp_path: Path, rows: list[list[str]], sentence: str
) -> None:
    study = place()
    if "school" in sentence:
        rows = [
            [row[0], row[1].replace("S1 interview", "S1 interview school A"), *row[2:]]
            for row in rows
        ]
        sentence = sentence.replace("“S1 interview”", "“S1 interview school A”")
    path = table(tmp_path, *rows, *segment("learning.feedback", id="9"))
    plan = study.plan(path)
    assert sentence in sentences(plan)
    assert not plan.ready
    with pytest.raises(NotReady):
        study.take_in(path)


def test_a_name_inside_a_sentence_is_a_warning_and_comes_in(tmp_path: Path) -> None:
    study = place()
    plan = study.take_in(
        table(tmp_path, *segment("learning.feedback", text="Volgens Marieke wel."))
    )
    assert "“Marieke” may be a name of a person" in sentences(plan)
    assert (len(study.claims), plan.ready) == (1, True)


def test_a_stretch_without_a_code_makes_no_claim_and_is_named(tmp_path: Path) -> None:
    study = place()
    plan = study.take_in(table(tmp_path, *segment("wens")))
    assert "This stretch has no code" in sentences(plan)
    assert study.claims == {}


def test_a_respondent_can_be_entered_in_the_register_with_the_import(tmp_path: Path) -> None:
    study = place()
    answers = mapping_of({"new": {"R40": {"school": "A", "role": "teacher", "group": "9"}}})
    plan = study.take_in(table(tmp_path, *segment("learning.feedback", "R40")), answers)
    assert list(plan.respondents) == ["R40"]
    assert study.schools[0].respondents["R40"].group == "9"


TABLES = {
    "maxqda-german": (
        ["Farbe", "Kommentar", "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Gewicht", "Segment", "Erstellt von"],
        ["", "Notiz", "School A", "S1 interview", "Leren > learning.feedback", "3", "3", "0", "Zo is het.", "W1"],
    ),
    "qualcoder": (
        ["File", "Coder", "Coded", "Id", "Codename", "Coded_Memo", "Category", "Category"],
        ["S1 interview", "W1", "Zo is het.", "ctid:12", "learning.feedback", "Notiz", "Leren", "x"],
    ),
    "qualcoder-cases": (
        ["Case", "Filename", "Coder", "Coded", "Id", "Codename", "Coded_Memo", "Category"],
        ["S1", "iets school A", "W1", "Zo is het.", "ctid:12", "learning.feedback", "Notiz", "Leren"],
    ),
    "atlas.ti": (
        ["ID", "Document", "Document Groups", "Quotation Name", "Quotation Content", "Comment", "Codes", "Reference", "Created by"],
        ["3:10", "S1 interview", "School A", "x", "Zo is het.", "Notiz", "learning.feedback\nbevestigt", "7", "W1"],
    ),
    "atlas.ti-web": (
        ["Number", "Reference", "Name", "Text Content", "Document", "Codes", "Number of Codes", "Comment"],
        ["3", "7", "x", "Zo is het.", "S1 interview", "learning.feedback; wens", "2", "Notiz"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_other_tools_are_recognised(tmp_path: Path, name: str, form: str) -> None:
    header, row = TABLES[name]
    if form == "csv":
        path = table(
            tmp_path, ["a title above", *[""] * (len(header) - 1)], row, header=",".join(header)
        )
        lines = path.read_text().splitlines(keepends=True)
        path.write_text(
            "".join([lines[1], lines[0], *lines[2:]])
        )  # the header is not the first row
    else:
        book = openpyxl.Workbook()
        for cells in (["a title above"], header, row):
            book.active.append(cells)
        path = tmp_path / "table.xlsx"
        book.save(path)
    study = place()
    plan = study.take_in(path)
    ((said, memos),) = study.claims.values()
    assert (plan.profile, plan.header_row) == (name, 2)
    assert (said.respondents, said.codes, said.text, memos) == (
        *(("S1",), ("learning.feedback",), "Zo is het.", ("Notiz",)),
    )


def test_any_table_comes_in_when_its_columns_are_named(tmp_path: Path) -> None:
    path = table(tmp_path, ["Zo is het.", "learning.feedback", "s1", "ja", "gesprek"],
                 header="Fragment,Thema,Wie,Houding,Bron")  # fmt: skip
    study = place()
    with pytest.raises(Refused, match="No header of a known table"):
        study.plan(path)
    columns = {
        "text": "Fragment",
        "codes": "Thema",
        "respondents": "Wie",
        "stance": "Houding",
        "document": "Bron",
    }
    plan = study.plan(path, mapping_of({"columns": columns}))
    assert "Row 2, column “Houding”: “ja” is not one of affirms" in sentences(plan)
    path.write_text(path.read_text().replace("ja", "bevestigt"))
    study.take_in(path, mapping_of({"columns": columns}))
    ((said, _),) = study.claims.values()
    assert (said.respondents, said.stance) == (("S1",), "affirms")


MAPS = [
    (b"\xff", "neither TOML nor JSON"),
    (b"x = ", "neither TOML nor JSON"),
    (b"{", "neither TOML nor JSON"),
    (b"kolommen = {}", "“kolommen” is not known"),
    (b"codes = 3", "“codes” must be a table"),
    (b"[codes]\na = 3", "“codes.a” must be a text"),
    (b"[columns]\ntext = 'a'", "at least those of “text” and “codes”"),
    (b"[columns]\ntekst = 'a'", "“tekst” is not known"),
    (b"[new.R1]\nschool = 'A'", "“new.R1.role” must be one of"),
    (b"[documents.x]\ndate = '1 mei'", "“documents.x.date” must be a date"),
]


@pytest.mark.parametrize(("content", "sentence"), MAPS, ids=lambda value: str(value)[:30])
def test_a_bad_mapping_is_refused_with_its_place(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read_mapping(content)


def test_a_mapping_may_be_json() -> None:
    assert read_mapping(b'{"codes": {"a": "b"}}') == Answers(codes={"a": "b"})


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def most(interviews: int) -> int:
        """The most memory that a plan of so many interviews of 40 segments takes, in bytes."""
        rows = [
            row
            for number in range(40 * interviews)
            for row in segment(
                "R6", "learning.feedback", id=str(number), document=f"school A nr {number % interviews}",
                text="Zo gaat het hier. " * 20,
            )
        ]  # fmt: skip
        path, study = table(tmp_path, *rows), place()
        known, opened = study.known, open_claims(path, Answers())
        tracemalloc.start()
        plan = plan_claims(opened, known, Answers(), lambda stream: [], lambda *kept: None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert plan.counts["new"] == 40 * interviews
        return peak

    most(2)  # what is loaded once
    small = most(10)
    # 2,000 more segments would take 2 MB and more; what is cached on the way takes a little.
    assert most(60) < small + 500_000


class TestOwnTableThatWasChanged:
    """What somebody did to the program's own table is said, and nothing of it disappears."""

    @staticmethod
    def written(path: Path, rows: list[dict[str, str]]) -> Path:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, CLAIM_COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    @staticmethod
    def row(number: int, **cells: str) -> dict[str, str]:
        """A claim of R1 in the interview *Gesprek* at school A."""
        usual = {
            "claim": f"0190a5b0-0000-7000-8000-{number:012x}", "interview": "Gesprek", "kind": "interview",
            "date": "2018-04-01", "school": "A", "participants": "R1 teacher", "respondents": "R1",
            "form": "quotation", "text": "Ja.", "codes": "learning.feedback", "stance": "affirms",
            "mode": "descriptive", "number": str(number),
        }  # fmt: skip
        return usual | {name.replace("_", "-"): text for name, text in cells.items()}

    def test_two_interviews_of_one_name_stay_two(self, tmp_path: Path) -> None:
        one, other = (
            "0190a5b0-0000-7000-8000-0000000000f1",
            "0190a5b0-0000-7000-8000-0000000000f2",
        )
        path = self.written(
            tmp_path / "t.csv",
            [
                self.row(1, interview_id=one),
                self.row(2, interview_id=other, date="2018-04-09", participants="R2 teacher", respondents="R2"),
            ],
        )  # fmt: skip
        place = Place(11, A=["R1 teacher", "R2 teacher"])
        place.take_in(path)
        assert sorted((i.label, i.date, i.participants) for i in place.interviews) == [
            ("Gesprek", "2018-04-01", ("R1",)),
            ("Gesprek", "2018-04-09", ("R2",)),
        ]
        assert place.take_in(path).counts["new"] == 0
        back = tmp_path / "back.csv"
        back.write_bytes(claims_table("csv-raw", place.streams.items())[0])
        assert place.take_in(back).counts["new"] == 0
        assert len(place.interviews) == 2
        again = Place(12, A=["R1 teacher", "R2 teacher"])
        again.take_in(back)
        assert sorted(i.date for i in again.interviews) == ["2018-04-01", "2018-04-09"]

    def test_rows_of_one_interview_that_disagree_are_named(self, tmp_path: Path) -> None:
        for column, text in (("date", "2018-04-09"), ("school", "B"), ("kind", "focus-group")):
            path = self.written(tmp_path / "t.csv", [self.row(1), self.row(2, **{column: text})])
            plan = Place(11, A=["R1 teacher"], B=["R9 teacher"]).plan(path)
            assert not plan.ready
            (error,) = [f for f in plan.findings if f.kind == "error"]
            assert (error.row, error.column, error.values["text"]) == (3, column, text)

    def test_an_interview_without_participants_is_taken_in_with_its_school(
        self, tmp_path: Path
    ) -> None:
        path = self.written(tmp_path / "t.csv", [self.row(1, participants="", respondents="")])
        place = Place(11)
        place.take_in(path)
        assert [(i.school, i.participants) for i in place.interviews] == [("A", ())]
        assert [school.code for school in place.schools] == ["A"]

    def test_a_claim_without_an_id_is_refused_with_its_row(self, tmp_path: Path) -> None:
        path = self.written(tmp_path / "t.csv", [self.row(1), self.row(2, claim="")])
        with pytest.raises(Refused, match="Row 3, column “claim”: this claim has no id"):
            Place(11, A=["R1 teacher"]).plan(path)

    def test_a_claim_without_words_and_one_of_a_stranger_are_named(self, tmp_path: Path) -> None:
        place = Place(11, A=["R1 teacher"])
        empty = place.plan(self.written(tmp_path / "t.csv", [self.row(1, text="")]))
        assert [f.sentence for f in empty.findings if f.kind == "error"] == [
            "this holds no text; fill it in or delete the row."
        ]
        stranger = place.plan(self.written(tmp_path / "t.csv", [self.row(1, respondents="R99")]))
        assert list(stranger.unknown) == [("respondent", "R99")]

    def test_a_document_whose_school_the_mapping_names_begins_that_school(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "t.csv"
        path.write_text('id,document,tag,content\n1,Groep,learning.feedback,"Ja."\n1,Groep,groep,"Ja."\n')  # fmt: skip
        answers = read_mapping(b'[documents."Groep"]\nschool = "Q"\nkind = "focus-group"\n')
        place = Place(11)
        place.take_in(path, answers)
        assert [school.code for school in place.schools] == ["Q"]
