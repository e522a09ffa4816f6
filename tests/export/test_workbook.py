"""The workbook holds all that verdicts are made of: what is read out of it comes to the same verdicts."""

from __future__ import annotations

import random
import re
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from observation.cli import main
from observation.core import verdicts
from observation.core.cells import Period, Settings, Triangulation
from observation.core.interviews import Claim
from observation.core.records import LEADERSHIP, Slot
from observation.core.registers import Consent
from observation.core.rulings import Ruling, Vote
from observation.core.sessions import Judged, Observed
from observation.core.triangulation import triangulate
from observation.export import verdict_words
from observation.export.triangulation import CELL_COLUMNS, cell_row, cell_value
from observation.export.workbook import Edition, workbook
from observation.export.xlsx import sheet_name
from observation.language import translator
from tests.core.cases import (
    CHECK,
    CODEBOOK,
    FOCUS,
    GOALS,
    INFORMS,
    INSTRUMENT,
    OUTSIDE,
    TEACHERS,
    VISITS,
    case,
    saw,
    says,
    triangulated,
)
from tests.export.long_sheets import case_of, plain_cells, sheets
from tests.samples import triangulations

BEHAVIOURS = (CHECK, VISITS, INFORMS, GOALS, TEACHERS, OUTSIDE, "stimulating.present")
SPRING = Period("spring", "2018-03-01", "2018-03-31")
SETTINGS = (
    Settings(),
    Settings(strict=True, broad=2),
    Settings(period=SPRING, approved_only=True),
    Settings(period=Period("open", "2018-03-15"), strict=True),
)
SCHOOLS = 60  # by chance
LONG = ("Claims", "Observations")
MERGER = "context.school.merger"
HOSTILE = '=HYPERLINK("http://x")\x00\r\n\'+@ 🙂\u202e'


def written(
    found: Iterable[Triangulation],
    language: str = "en",
    audience: str = "internal",
    settings: Settings = Settings(),  # noqa: B008
) -> bytes:
    """The workbook of these schools."""
    edition = Edition("Study", INSTRUMENT, CODEBOOK, settings, language, audience)
    return workbook(edition, ((each, "00000000") for each in found))


def texts(content: bytes) -> list[str]:
    """Every text in a workbook, names of sheets too."""
    book = openpyxl.load_workbook(BytesIO(content))
    cells = (str(c.value) for s in book for row in s for c in row if c.value is not None)
    return [*cells, *book.sheetnames]


def machine(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The machine columns of a school's sheet."""
    return [{name: row[name] for name in CELL_COLUMNS} for row in rows]


def random_school(seed: int) -> Triangulation:
    """A school by chance: two leaders, two observers of a session, consensus, wishes, rulings, a focus group."""
    dice = random.Random(seed)
    records, matched, agreed = [], [], {}
    states = ("seen", "seen", "not-seen", "not-seen", "not-judgeable", "blank", "conflict")
    for number in range(dice.randint(0, 5)):
        day = f"2018-{dice.choice(['02', '03', '03', '04'])}-1{number}"
        pair = [
            _record(dice, f"A-0{number}{mark}", observer, day, states)
            for mark, observer in (("", "W1"), ("-W2", "W2"))[: dice.randint(1, 2)]
        ]
        records += pair
        if len(pair) == 2 and dice.random() < 0.8:
            matched.append((pair[0].stream, dice.choice([pair[1].stream, pair[1].label])))
            streams = frozenset(each.stream for each in pair)
            for behaviour, actor in dice.sample(
                sorted(pair[0].judgements), min(3, len(pair[0].judgements))
            ):
                one = dice.choice(["seen", "not-seen", "not-judgeable"])
                other = dice.choice([one, one, "not-seen"])
                agreed[streams, behaviour, actor] = {"W1": Vote(one, "e1"), "W2": Vote(other, "e2")}
    spoken = (*dice.sample(BEHAVIOURS, 3), f"{CHECK} {VISITS}", MERGER)
    claims = {
        (each := _claim(dice, number, spoken)).id: each for number in range(dice.randint(0, 24))
    }
    rulings = tuple(
        Ruling(f"e{n}", "W1", "2018-05-01", dice.choice(BEHAVIOURS), "team", "session",
               dice.choice(["", "spring"]), "untested", dice.choice(["untested", "no-data"]), "x", "y")
        for n in range(3)
    )  # fmt: skip
    made = case(
        *records, *claims.values(), interviewed=dice.randint(0, 9), matched=tuple(matched),
        agreed=agreed, rulings=rulings, leaders={"L1": "S1", "L2": dice.choice(["S2", ""])},
    )  # fmt: skip
    return triangulate(made, INSTRUMENT, CODEBOOK, dice.choice(SETTINGS))


def _record(dice: random.Random, label: str, observer: str, day: str, states: Any) -> Observed:
    judged = {b: dice.choice(states) for b in BEHAVIOURS}
    judged = {b: state for b, state in judged.items() if state != "blank" and dice.random() < 0.9}
    whole = saw(
        label, judged, observer=observer, day=day, present=dice.choice([(), ("L1",), ("L1", "L2")]),
        leaders=("L1", "L2"), unit=dice.choice(["7-8", "1-2", ""]),
        state=dice.choice(["approved", "finished"]), when=dice.choice(["session", "later"]),
    )  # fmt: skip
    more = {
        (behaviour, leader): Judged(dice.choice(["seen", "not-seen"]), "finish")
        for behaviour, actor in whole.judgements
        for leader in ("L1", "L2")
        if actor == LEADERSHIP and dice.random() < 0.5
    }
    stream = f"observation/{uuid.uuid5(uuid.NAMESPACE_OID, label)}"
    return replace(whole, stream=stream, judgements={**whole.judgements, **more})


def _claim(dice: random.Random, number: int, spoken: Sequence[str]) -> Claim:
    stance = dice.choice(["affirms", "affirms", "denies", "denies", "mixed", "unjudged"])
    contrary = {"affirms": "never", "denies": "always"}.get(stance)
    often = [f for f in ("", "", "mostly", "sometimes", "always", "never") if f != contrary]
    made = says(
        dice.choice(["R1", "R2", "R3", "R4", "R5", "S1", "S2", "", "R1 R2", "S1 S2"]),
        stance,
        dice.choice(spoken),
        dice.choice(often),
        dice.choice(["descriptive"] * 5 + ["normative", "normative", "past", "unjudged"]),
        dice.choice(["board-session", "board-session", "general", "", "elsewhere"]),
        unit=dice.choice(["", "", "7-8", "3-4"]),
        about=dice.choice(["", "", "L1", "leadership"]),
        coder=dice.choice(["", "W1", "W7"]),
        by=dice.choice(["W1", "W9"]),
        label=f"c{number:02}",
        interview=dice.choice(["interview/leader", FOCUS]),
    )
    if dice.random() < 0.1:
        values = (made.said.value, replace(made.said.value, place="other"))
        made = replace(made, said=Slot(values, (made.id, "other")))
    return made


class TestRebuilding:
    """Claims and observations, alone, come to the verdicts that the sheets of the schools say."""

    @pytest.mark.parametrize("seed", range(SCHOOLS))
    def test_engine_and_tables_written_out_once_more_come_to_the_same_cells(
        self, seed: int
    ) -> None:
        found = random_school(seed)
        content = written([found], settings=found.settings)
        assert_rebuilt([found], content)
        assert_by_hand([found], content)

    def test_so_they_do_of_the_sample_study(self) -> None:
        every = list(triangulations().values())
        content = written(every)
        assert len(assert_rebuilt(every, content)) > 80
        assert_by_hand(every, content)

    def test_the_random_schools_come_to_everything_there_is(self) -> None:
        cells = [c for seed in range(SCHOOLS) for c in random_school(seed).cells]
        assert {c.verdict.verdict for c in cells} == set(verdicts.VERDICTS)
        assert {c.wish.verdict for c in cells if c.wish} == set(verdicts.WISHES)
        assert {c.breadth for c in cells} == {"", "single", "limited", "broad"}
        assert {c.strength for c in cells} == {"weak", "moderate", "strong"}
        assert any("strict" in c.verdict.rule for c in cells)
        assert {c.verdict.provisional for c in cells} == {True, False}
        flags = {flag for c in cells for flag in c.flags}
        assert set(verdict_words.FLAGS) - flags == {"low-agreement"}

    def test_a_row_that_is_taken_out_is_missed(self) -> None:
        found = triangulated(saw("A-01", {CHECK: "seen"}), says("R1", "affirms", CHECK))
        read = sheets(written([found]))
        without = [row for row in read["Observations"] if row["row"] != "judgement"]
        rebuilt = triangulate(case_of("A", read["Claims"], without), INSTRUMENT, CODEBOOK)
        assert rebuilt.row(CHECK, "team")[0].verdict.verdict == "untested"
        assert found.row(CHECK, "team")[0].verdict.verdict == "corroborated"

    def test_a_session_in_which_nothing_was_judged_has_a_row(self) -> None:
        read = sheets(written([triangulated(saw("A-01", {}))]))["Observations"]
        assert [(row["row"], row["label"], row["counted"]) for row in read] == [
            ("record", "A-01", "yes")
        ]

    def test_what_who_withdrew_said_is_nowhere(self) -> None:
        gone = {"R2": Consent(withdrawn="2018-05-01")}
        found = triangulated(saw("A-01", {CHECK: "seen"}), says("R1", "affirms"), consents=gone)
        assert "R2" not in texts(
            written([replace(found, case=replace(found.case, interviewed=()))])
        )


def assert_rebuilt(schools: list[Triangulation], content: bytes) -> list[dict[str, Any]]:
    """Every machine row, but for rulings, is what the engine says of the rows read back."""
    read = sheets(content, *LONG, *(f"School {each.case.school.code}" for each in schools))
    compared = []
    for found in schools:
        rebuilt = case_of(found.case.school.code, read["Claims"], read["Observations"])
        again = triangulate(rebuilt, INSTRUMENT, CODEBOOK, found.settings)
        rows = machine(read[f"School {found.case.school.code}"])
        for row, cell in zip(rows, again.cells, strict=True):
            # Rulings have a sheet of their own; without them nothing can have changed since.
            row["flags"] = row["flags"].replace("changed-since-ruling", "").strip()
            assert row | {"ruling": ""} == cell_row(cell_value(cell))
        compared += rows
    return compared


def assert_by_hand(schools: list[Triangulation], content: bytes) -> None:
    """Every machine row says what the plain computation says, and there is no other."""
    read = sheets(content, *LONG, *(f"School {each.case.school.code}" for each in schools))
    for found in schools:
        code = found.case.school.code
        plain = plain_cells(code, read["Claims"], read["Observations"], INSTRUMENT, found.settings)
        rows = machine(read[f"School {code}"])
        assert {(r["code"], r["actor"], r["line"]) for r in rows} == set(plain)
        for row in rows:
            wanted = plain[row["code"], row["actor"], row["line"]]
            told = {n: {"yes": True, "no": False}.get(row[n], row[n]) for n in wanted}
            assert told == wanted, (row["code"], row["actor"], row["line"])


class TestSheets:
    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_they_come_in_one_order_and_the_guide_first(self, language: str) -> None:
        say = translator(language)
        names = list(sheets(written(triangulations().values(), language)))
        wanted = ["Reading guide", "Comparison", "Claims", "Observations", "Wishes", "Saturation",
                  "Agreement", "Codebook", "Rulings"]  # fmt: skip
        assert names == [*map(say, wanted), "School A", "School D"]

    def test_every_cell_is_a_text_or_a_number_and_nothing_is_run(self) -> None:
        claim = says("R1", "affirms")
        said = replace(claim.said.value, text=HOSTILE)
        claim = replace(claim, said=Slot((said,), claim.said.events))
        content = written([triangulated(claim, saw("A-01", {CHECK: "seen"}))])
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = [archive.read(n) for n in archive.namelist() if "sheets/" in n]
        assert not any(b"<f>" in part or b"hyperlink" in part for part in parts)
        (row,) = [r for r in sheets(content)["Claims"] if r["row"] == "claim"]
        assert row["text"] == HOSTILE

    def test_a_text_longer_than_a_cell_goes_on_in_the_next_row(self) -> None:
        claim = says("R1", "affirms")
        text = "woord " * 12_000
        said = replace(claim.said.value, text=text)
        claim = replace(claim, said=Slot((said,), claim.said.events))
        rows = [r for r in sheets(written([triangulated(claim)]))["Claims"] if r["row"] == "claim"]
        assert [row["part"] for row in rows] == ["", "2", "3"]
        assert "".join(row["text"] for row in rows) == text
        assert {row["claim"] for row in rows} == {claim.id}

    def test_the_same_gives_the_same_bytes(self) -> None:
        every = triangulations().values()
        assert written(every) == written(every)

    def test_headings_stay_in_sight_and_are_printed_on_each_page(self) -> None:
        book = openpyxl.load_workbook(BytesIO(written(triangulations().values())))
        for sheet in book:
            assert sheet.freeze_panes
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.page_setup.orientation == "landscape"
            assert sheet["A1"].font.bold or sheet.title in ("Claims", "Observations", "Codebook")
            assert sheet["B2"].alignment.wrap_text or sheet["B2"].value is None
        assert book["Claims"].auto_filter.ref == book["Claims"].dimensions
        assert book["School D"].print_area.startswith("'School D'!$A$1:$K$")

    def test_undefined_is_shown_as_undefined(self) -> None:
        rows = sheets(written(triangulations().values()))["Agreement"]
        values = {(r["Behaviour"], r["Figure"]): r["Value"] for r in rows}
        assert values["Do colleagues give one another feedback?", "agreement, share"] == 0
        assert values["all behaviours", "agreement on “cannot be judged”"] != ""
        kappas = [r["Value"] for r in rows if r["Figure"] == "Cohen’s kappa"]
        assert kappas
        assert all(v == "undefined" or isinstance(v, float | int) for v in kappas)

    def test_a_school_with_one_verdict_everywhere_is_a_pattern(self) -> None:
        seen = [saw("A-01", {CHECK: "seen"}), says("R1", "affirms")]
        one = triangulated(*seen)
        other = replace(one, case=replace(one.case, school=replace(one.case.school, code="B")))
        row = next(r for r in sheets(written([one, other]))["Comparison"] if r["code"] == CHECK)
        assert row["Over schools"] == "everywhere\n● corroborated"
        assert row["School B"] == "● corroborated\nseen 1 of 1 · said 1 of 10"

    def test_a_name_that_a_sheet_may_not_have_becomes_one(self) -> None:
        base = triangulated(saw("A-01", {CHECK: "seen"}))
        codes = ["a/b[c]:*?", "a_b_c____", "A" * 64, "A" * 63 + "b", "'x'", "🙂" * 40]
        schools = [
            replace(base, case=replace(base.case, school=replace(base.case.school, code=code)))
            for code in codes
        ]
        read = sheets(written(schools))
        assert len(read) == 9 + len(codes)
        assert all(len(name.encode("utf-16-le")) <= 62 for name in read)
        guide = read["Reading guide"]
        told = {row["Study"]: row["Reading guide"] for row in guide if row["id"] == "school"}
        assert set(told) == set(codes)
        assert set(told.values()) <= set(read)

    def test_no_two_sheets_have_one_name(self) -> None:
        taken: set[str] = set()
        for wanted in ("History", "x" * 40, "X" * 40, "'", "", "a:b", "a?b"):
            name = sheet_name(wanted, taken)
            assert name.lower() not in {*taken, "history"}
            assert 1 <= len(name) <= 31
            taken.add(name.lower())


class TestReport:
    """A copy for the school tells nothing that one person said or did."""

    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_no_code_of_a_person_and_no_words_of_a_claim(self, language: str) -> None:
        every = triangulations().values()
        told = texts(written(every, language, "report"))
        for found in every:
            for claim in found.case.claims:
                words = claim.said.value.text.strip()
                assert not any(words[:20] in each for each in told), words
        assert [t for t in told if re.search(r"(?<!\w)[RSW]\d+(?!\w)", t)] == []
        assert [t for t in told if re.search(r"(?<!\w)L\d+(?!\w)", t)] == []
        inside = texts(written(every, language))
        assert any(re.search(r"(?<!\w)R23(?!\w)", t) for t in inside)

    @pytest.mark.parametrize("seed", range(20))
    def test_so_it_is_of_random_schools(self, seed: int) -> None:
        told = texts(written([random_school(seed)], "en", "report"))
        assert [t for t in told if re.search(r"(?<!\w)(?:[RSW]|L)\d+(?!\w)", t)] == []

    def test_it_has_no_sheets_with_claims_and_says_so(self) -> None:
        read = sheets(written(triangulations().values(), "en", "report"))
        assert not {"Claims", "Saturation"} & set(read)
        assert any(
            "left out" in row["Pseudonyms; no judgement of persons."]
            for row in read["Reading guide"]
        )

    def test_one_person_is_written_1_2(self) -> None:
        found = triangulated(saw("A-01", {CHECK: "seen"}), says("R1", "affirms"))
        rows = sheets(written([found], "en", "report"))["School A"]
        (row,) = [r for r in rows if r["code"] == CHECK]
        assert (row["affirms"], row["Team’s claims"][:3]) == ("1-2", "1-2")

    def test_a_leader_stands_in_it_only_with_consent(self) -> None:
        given = [saw("A-01", {INFORMS: "seen"}, actor="L1"), says("S1", "affirms", INFORMS)]
        without = triangulated(*given)
        agreed = triangulated(*given, consents={"S1": Consent(given=({"report": True},))})
        for found, there in ((without, False), (agreed, True)):
            read = sheets(written([found], "en", "report"))
            assert ("L1" in {r["actor"] for r in read["School A"]}) == there
            assert ("L1" in {r["actor"] for r in read["Observations"]}) == there

    def test_what_a_leader_wishes_is_told_only_with_consent(self) -> None:
        given = [
            saw("A-01", {INFORMS: "not-seen"}), saw("A-02", {INFORMS: "not-seen"}),
            says("S1", "affirms", INFORMS, mode="normative", about="leadership"),
        ]  # fmt: skip
        agreed = {"S1": Consent(given=({"report": True},))}
        for found, there in (
            (triangulated(*given), False),
            (triangulated(*given, consents=agreed), True),
        ):
            read = sheets(written([found], "en", "report"))
            (row,) = [
                r for r in read["School A"]
                if (r["code"], r["actor"], r["line"]) == (INFORMS, LEADERSHIP, "session")
            ]  # fmt: skip
            assert (row["wish"] == "gap") == there
            assert ("gap" in row["flags"]) == there
            assert ("wish, not seen" in row["Support"]) == there
            assert bool(read["Wishes"]) == there

    def test_no_total_gives_away_who_is_one(self) -> None:
        claims = [says(f"R{n}", "affirms") for n in (1, 2, 3)] + [says("R4", "denies")]
        found = triangulated(*claims, saw("A-01", {CHECK: "seen"}))
        for audience, there in (("internal", True), ("report", False)):
            rows = sheets(written([found], "en", audience))["Comparison"]
            (row,) = [r for r in rows if r["code"] == CHECK]
            assert ("said 4" in row["School A"]) == there

    def test_rulings_have_no_name_no_reason_and_no_code_in_their_words(self) -> None:
        ruling = Ruling("e", "W5", "2018-05-01", CHECK, "team", "session", "", "divided",
                        "corroborated", reason="twijfel", text="Zo zegt R1 het tegen W5.")  # fmt: skip
        found = triangulated(saw("A-01", {CHECK: "seen"}), says("R1", "affirms"), rulings=(ruling,))
        (row,) = sheets(written([found], "en", "report"))["Rulings"]
        assert row["Interpretation"] == "Zo zegt […] het tegen […]."
        assert (row["By"], row["Reason"], row["On"]) == ("", "", "")


class TestCommand:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        assert main(["--data", str(tmp_path / "data"), "sample"]) == 0
        return tmp_path / "data"

    def export(self, data: Path, *options: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
        target = data.parent / "book.xlsx"
        call = ["--data", str(data), "export", "triangulation", "--format", "xlsx", "--output", str(target)]  # fmt: skip
        code = main([*call, *options])
        return code, sheets(target.read_bytes())

    def test_it_writes_one_school_or_all(self, data: Path) -> None:
        code, read = self.export(data)
        assert (code, list(read)[-2:]) == (0, ["School A", "School D"])
        assert "Leeswijzer" in read
        code, read = self.export(data, "--school", "D", "--language", "en", "--period", "voorjaar")
        assert (code, list(read)[-1]) == (0, "School D")
        assert {row["school"] for row in read["Claims"]} == {"D"}
        guide = {row["id"]: row["Bordsessies voorjaar 2018"] for row in read["Reading guide"]}
        assert guide["period"] == "Voorjaar 2018"
        assert re.fullmatch("[0-9a-f]{8}", guide["data"])

    def test_settings_count(self, data: Path) -> None:
        _, read = self.export(data, "--approved", "--language", "en")
        assert {row["T"] for row in read["School D"]} == {0}
        assert {row["counted"] for row in read["Observations"] if row["row"] == "record"} == {"no"}

    def test_a_damaged_record_is_named_there_and_in_the_workbook(
        self, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = next((data / "store").rglob("interview/*.json"))
        path.write_bytes(path.read_bytes()[:-200])
        code, read = self.export(data, "--language", "en")
        assert code == 1
        assert "observation: " in capsys.readouterr().err
        lacking = [row for row in read["Reading guide"] if row["id"] == "lacking"]
        assert len(lacking) == 1
        assert path.stem in str(lacking)
