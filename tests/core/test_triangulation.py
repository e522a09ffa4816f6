"""The verdicts: the tables of the rules, the edge cases by their numbers, and the laws of the engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observation.core import verdicts
from observation.core.cells import Case, Period, Settings
from observation.core.claims import is_of_team, position, positions
from observation.core.interviews import Claim
from observation.core.records import LEADERSHIP, TEAM, Slot
from observation.core.rulings import Vote
from observation.core.sessions import Observed, consolidated
from observation.core.triangulation import leaving_out, of_role, triangulate
from tests.core.cases import (
    CHECK,
    CODEBOOK,
    FOCUS,
    GOALS,
    GROUP,
    INFORMS,
    INSTRUMENT,
    OUTSIDE,
    TEACHERS,
    VISITS,
    case,
    cell,
    saw,
    says,
    triangulated,
)

TWO_SEEN = saw("A-01", {CHECK: "seen"}), saw("A-02", {CHECK: "seen"})
TWO_ABSENT = saw("A-01", {CHECK: "not-seen"}), saw("A-02", {CHECK: "not-seen"})
BOTH = saw("A-01", {CHECK: "seen"}), saw("A-02", {CHECK: "not-seen"})
COLUMNS = {"O+": TWO_SEEN, "O±": BOTH, "O−": TWO_ABSENT, "O0": ()}
ROWS = {
    "D+": [("R1", "affirms"), ("R2", "affirms")],
    "D+~": [("R1", "affirms"), ("R2", "mixed")],
    "D~": [("R1", "mixed"), ("R2", "mixed")],
    "D−~": [("R1", "denies"), ("R2", "mixed")],
    "D−": [("R1", "denies"), ("R2", "denies")],
    "D≠": [("R1", "affirms"), ("R2", "denies")],
    "D0": [],
}
# The table of the rules, written out a second time.
TABLE = """
D+   corroborated         partly-corroborated  contradicted         untested
D+~  partly-corroborated  partly-corroborated  partly-contradicted  untested
D~   partly-corroborated  corroborated         partly-corroborated  untested
D−~  partly-contradicted  partly-contradicted  partly-corroborated  untested
D−   contradicted         partly-contradicted  corroborated         untested
D≠   divided              divided              divided              untested
D0   supplemented         supplemented         unmentioned-unseen   no-data
"""
CLAIMS = """
affirms  -       corroborated         partly-corroborated  contradicted         untested
denies   -       contradicted         partly-contradicted  corroborated         untested
mixed    -       partly-corroborated  corroborated         partly-corroborated  untested
affirms  sometimes partly-corroborated corroborated        partly-corroborated  untested
affirms  always  corroborated         partly-contradicted  contradicted         untested
denies   never   contradicted         contradicted         corroborated         untested
affirms  mostly  corroborated         partly-corroborated  contradicted         untested
denies   sometimes contradicted       partly-contradicted  corroborated         untested
"""
WISHES = """
affirms realised        partly-realised gap             undeterminable
denies  gap             partly-realised realised        undeterminable
mixed   undeterminable  undeterminable  undeterminable  undeterminable
"""


def lines(table: str, keys: int) -> list[tuple[str, ...]]:
    """The fields of a table: the keys of its row, the observations' pattern and the verdict."""
    rows = [line.split() for line in table.strip().splitlines()]
    return [
        (*row[:keys], column, verdict)
        for row in rows
        for column, verdict in zip(COLUMNS, row[keys:], strict=True)
    ]


@pytest.mark.parametrize(("row", "column", "verdict"), lines(TABLE, 1))
def test_a_cell_has_the_verdict_of_its_row_and_column(row: str, column: str, verdict: str) -> None:
    found = cell(*COLUMNS[column], *(says(*each) for each in ROWS[row]))
    assert (found.positions.pattern, found.sights.pattern) == (row, column)
    assert (found.verdict.verdict, found.verdict.rule) == (verdict, f"{row}/{column}")


@pytest.mark.parametrize(("stance", "frequency", "column", "verdict"), lines(CLAIMS, 2))
def test_a_claim_has_a_verdict_of_its_own(
    stance: str, frequency: str, column: str, verdict: str
) -> None:
    said = says("R1", stance, frequency=frequency.strip("-"))
    (found,) = cell(*COLUMNS[column], said).tested
    assert found.verdict.verdict == verdict


@pytest.mark.parametrize(("stance", "column", "verdict"), lines(WISHES, 1))
def test_a_wish_is_realised_or_a_gap_and_no_fact(stance: str, column: str, verdict: str) -> None:
    found = cell(*COLUMNS[column], says("R1", stance, mode="normative"))
    assert found.wish
    assert (found.wish.verdict, found.positions.pattern) == (verdict, "D0")
    assert ("gap" in found.flags) == (verdict == "gap")


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("mode", ["past", "future", "hearsay"])
def test_what_was_or_will_be_is_context(mode: str, column: str) -> None:
    found = cell(*COLUMNS[column], says("R1", "denies", mode=mode))
    assert [each.verdict.verdict for each in found.tested] == ["not-comparable"]
    assert found.positions.pattern == "D0"


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_said_of_elsewhere_is_untested_whatever_was_seen(column: str) -> None:
    found = cell(*COLUMNS[column], says("R1", "affirms", scope="elsewhere"))
    assert [each.verdict.verdict for each in found.tested] == ["untested"]
    assert "elsewhere-only" in found.flags


def test_a_cell_is_never_more_favourable_than_its_claims() -> None:
    always = [says(r, "affirms", frequency="always") for r in ("R1", "R2")]
    never = [says(r, "denies", frequency="never") for r in ("R1", "R2")]
    assert cell(*BOTH, *always).verdict.verdict == "partly-contradicted"
    assert cell(*BOTH, *always).verdict.rule == "D+ always/O±"
    assert cell(*BOTH, *never).verdict.verdict == "contradicted"
    mostly = says("R3", "affirms", frequency="mostly")
    assert cell(*BOTH, *always, mostly).verdict.verdict == "partly-corroborated"
    assert cell(*TWO_SEEN, *always).verdict.verdict == "corroborated"


@pytest.mark.parametrize(
    ("states", "state", "alone"),
    [
        (["seen", "seen"], "seen", False),
        (["not-seen", "not-seen"], "not-seen", False),
        (["seen", "not-seen"], "disputed", False),
        (["seen", "not-judgeable"], "seen", True),
        (["blank", "not-seen"], "not-seen", True),
        (["not-judgeable", "blank"], "not-judgeable", False),
        (["blank", "blank"], "blank", False),
        (["seen"], "seen", False),
        (["conflict"], "disputed", False),
        (["conflict", "seen"], "disputed", False),
        (["seen", "seen", "blank"], "seen", False),
        (["seen", "seen", "not-seen"], "disputed", False),
        ([], "blank", False),
    ],
)
def test_what_several_observers_say_together(states: list[str], state: str, alone: bool) -> None:
    assert consolidated(states) == (state, alone)
    assert consolidated(states[::-1]) == (state, alone)


class TestEdgeCases:
    """Each by its number in the rules."""

    def test_1_only_not_judgeable(self) -> None:
        found = cell(saw("A-01", {CHECK: "not-judgeable"}), says("R1", "affirms"))
        assert (found.sights.pattern, found.verdict.verdict) == ("O0", "untested")

    def test_2_a_blank_record(self) -> None:
        found = cell(saw("A-01", {}), says("R1", "denies"))
        assert (found.sights.pattern, found.verdict.verdict) == ("O0", "untested")

    def test_3_one_session_in_which_it_was_not_seen(self) -> None:
        found = cell(saw("A-01", {CHECK: "not-seen"}), says("R1", "affirms"), says("S1", "affirms"))
        assert (found.verdict.verdict, found.verdict.provisional) == ("contradicted", True)
        assert found.strength != "strong"
        assert "one-session" in found.flags

    def test_4_seen_in_one_of_five(self) -> None:
        rest = [saw(f"A-0{number}", {CHECK: "not-seen"}) for number in range(2, 6)]
        found = cell(saw("A-01", {CHECK: "seen"}), *rest, says("R1", "affirms"))
        assert (found.sights.pattern, len(found.sights.seen), found.sights.total) == ("O±", 1, 5)
        assert found.verdict.verdict == "partly-corroborated"

    def test_5_seen_and_its_counter_in_one_session(self) -> None:
        both = saw("A-01", {TEACHERS: "seen", GOALS: "seen"})
        found = cell(both, of=TEACHERS)
        assert (found.sights.pattern, found.sights.total) == ("O±", 1)
        assert [(c.label, c.sighting.event) for c in found.sights.counters] == [("A-01", f"A-01 {GOALS}")]  # fmt: skip
        assert cell(both, of=GOALS).sights.pattern == "O+"

    def test_6_one_respondent_who_affirms_here_and_denies_there(self) -> None:
        said = says("R1", "affirms"), says("R1", "denies", interview="interview/own")
        assert cell(*TWO_SEEN, *said).positions.sometimes == ("R1",)

    def test_7_the_leader_affirms_and_five_teachers_deny(self) -> None:
        team = [says(f"R{number}", "denies") for number in range(1, 6)]
        found = cell(*TWO_ABSENT, says("S1", "affirms"), *team)
        assert (found.verdict.verdict, found.supports) == ("divided", "denies")
        own = Counter(each.verdict.verdict for each in found.tested)
        assert own == {"contradicted": 1, "corroborated": 5}
        assert "self-view-team-view" in found.flags
        assert found.carried == ("R1", "R2", "R3", "R4", "R5")

    def test_8_only_wishes(self) -> None:
        found = cell(*TWO_ABSENT, says("R1", "affirms", mode="normative"))
        assert found.verdict.verdict == "unmentioned-unseen"
        assert {"wishes-only", "gap"} <= set(found.flags)

    def test_9_a_claim_of_the_past(self) -> None:
        found = cell(*TWO_ABSENT, says("R1", "affirms", mode="past"))
        assert found.verdict.verdict == "unmentioned-unseen"
        assert "past-only" in found.flags

    def test_10_a_claim_about_the_corridor(self) -> None:
        found = cell(*TWO_ABSENT, says("R1", "affirms", VISITS, scope="elsewhere"), of=VISITS)
        assert found.verdict.verdict != "contradicted"
        assert found.positions.pattern == "D0"

    def test_11_a_session_led_by_a_substitute(self) -> None:
        found = cell(
            saw("A-01", {GOALS: "seen"}, actor="L9", leaders=("L9",), present=("L9",)),
            says("R1", "affirms", GOALS, about="L1"),
            of=GOALS,
            actor="L1",
        )
        assert (found.sights.pattern, found.verdict.verdict) == ("O0", "untested")

    def test_12_two_leaders_have_a_cell_each_and_one_together(self) -> None:
        found = triangulated(
            saw("A-01", {GOALS: "seen"}, actor="L1", leaders=("L1", "L2")),
            says("R1", "affirms", GOALS, about="L2"),
            says("R2", "affirms", GOALS),
            leaders={"L1": "S1", "L2": "S2"},
        )
        assert [c.actor for c in found.cells if c.behaviour == GOALS] == ["L1", "L2", LEADERSHIP]
        assert [c.positions.affirms for c in found.cells if c.behaviour == GOALS] == [
            (), ("R1",), ("R2",)
        ]  # fmt: skip

    def test_13_a_session_outside_the_period(self) -> None:
        late = saw("A-02", {CHECK: "not-seen"}, day="2018-06-01")
        spring = Settings(Period("spring", "2018-03-01", "2018-03-31"))
        found = triangulated(TWO_SEEN[0], late, says("R1", "affirms"), settings=spring)
        assert found.left_out == 1
        (one,) = found.row(CHECK, "team")
        assert (one.sights.pattern, one.period) == ("O+", "spring")

    def test_14_assent_without_a_speaker(self) -> None:
        found = cell(*TWO_ABSENT, says("", "affirms", interview=FOCUS))
        assert (found.positions.pattern, found.verdict.verdict) == ("D0", "unmentioned-unseen")
        assert [each.verdict.verdict for each in found.tested] == ["contradicted"]

    def test_15_seen_against_not_seen(self) -> None:
        one = saw("A-01", {TEACHERS: "seen", GOALS: "seen"})
        other = saw("A-01-W2", {TEACHERS: "seen", GOALS: "not-seen"}, observer="W2")
        together = [(one.stream, other.stream)]
        found = cell(one, other, of=GOALS, matched=tuple(together))
        assert found.sights.pattern == "O0"
        assert "observers-disagree" in found.flags
        team = cell(one, other, of=TEACHERS, matched=tuple(together))
        assert (team.sights.pattern, team.sights.countered) == ("O+", ())
        half = {(frozenset(together[0]), GOALS, LEADERSHIP): {"W1": Vote("seen", "1")}}
        assert cell(one, other, of=GOALS, matched=tuple(together), agreed=half).sights.pattern == "O0"  # fmt: skip
        agreed = {
            (frozenset(together[0]), GOALS, LEADERSHIP): {
                "W1": Vote("seen", "1"),
                "W2": Vote("seen", "2"),
            }
        }
        assert cell(one, other, of=GOALS, matched=tuple(together), agreed=agreed).sights.pattern == "O+"  # fmt: skip
        assert cell(one, other, of=TEACHERS, matched=tuple(together), agreed=agreed).sights.pattern == "O±"  # fmt: skip

    def test_16_a_claim_that_is_not_judged(self) -> None:
        found = cell(*TWO_SEEN, says("R1", "unjudged"), says("R2", "affirms", mode="unjudged"))
        assert (found.positions.pattern, found.to_judge) == ("D0", 2)
        assert "incomplete" in found.flags

    # 17, a respondent who withdrew, is left out by `heard`: tests/core/test_interviews.py.

    def test_18_an_indicator_that_was_added_later(self) -> None:
        found = cell(saw("A-01", {}), saw("A-02", {CHECK: "seen"}), says("R1", "affirms"))
        assert (found.sights.pattern, found.sights.total) == ("O+", 1)

    def test_19_a_claim_about_a_style_as_a_whole(self) -> None:
        found = triangulated(*TWO_SEEN, says("R1", "affirms", "stimulating"))
        assert list(found.others) == ["stimulating"]
        assert not [each for each in found.cells if each.tested]

    # 20, the same import twice: tests/importing.

    def test_21_teachers_on_teachers_is_self_report(self) -> None:
        assert "self-report-only" in cell(*TWO_SEEN, says("R1", "affirms")).flags
        both = says("R1", "affirms"), says("S1", "affirms")
        assert "self-report-only" not in cell(*TWO_SEEN, *both).flags
        own = says("S1", "affirms", GOALS)
        assert "self-report-only" in cell(saw("A-01", {GOALS: "seen"}), own, of=GOALS, actor="L1").flags  # fmt: skip

    # 22, a ruling that is kept while the data change: tests/core/test_rulings.py.

    def test_23_a_behaviour_outside_the_session(self) -> None:
        found = cell(
            saw("A-01", {OUTSIDE: "not-seen"}), saw("A-02", {OUTSIDE: "not-seen"}),
            says("R1", "affirms", OUTSIDE, scope="general"), of=OUTSIDE,
        )  # fmt: skip
        assert (found.verdict.verdict, found.sights.pattern) == ("untested", "O0")
        assert "not-observable" in found.flags

    # 24, a leader who is absent throughout: tests/core/test_judgements.py.

    def test_25_a_general_claim_and_one_absence_and_then_one_sighting(self) -> None:
        said = says("R1", "affirms", VISITS, scope="general")
        found = cell(saw("A-01", {VISITS: "not-seen"}), said, of=VISITS)
        assert (found.line, found.verdict.verdict) == ("general", "untested")
        assert "not-seen-here" in found.flags
        seen = cell(
            saw("A-01", {VISITS: "not-seen"}), saw("A-02", {VISITS: "seen"}), said, of=VISITS
        )
        assert seen.verdict.verdict == "corroborated"
        assert "not-seen-here" not in seen.flags

    def test_26_five_affirm_and_one_says_sometimes(self) -> None:
        team = [says(f"R{number}", "affirms") for number in range(1, 6)]
        found = cell(*TWO_SEEN, *team, says("R6", "affirms", frequency="sometimes"))
        assert found.verdict.verdict == "partly-corroborated"
        assert found.breadth == "broad"

    def test_27_every_session_and_one_session_seen(self) -> None:
        found = cell(TWO_SEEN[0], says("R1", "affirms", frequency="always"))
        assert (found.verdict.verdict, found.verdict.provisional) == ("corroborated", True)
        assert not cell(*TWO_SEEN, says("R1", "affirms", frequency="always")).verdict.provisional

    def test_28_one_behaviour_under_two_codes(self) -> None:
        codes = f"{TEACHERS} facilitating.teachers-set-goals"
        found = triangulated(saw("A-01", {TEACHERS: "seen"}), says("R1", "affirms", codes))
        cells = [each for each in found.cells if each.tested]
        assert [(each.behaviour, len(each.tested)) for each in cells] == [(TEACHERS, 1)]
        assert len(INSTRUMENT.codes_of(TEACHERS)) == 2

    def test_29_the_coach_leads_here(self) -> None:
        found = cell(
            saw("A-01", {"intervening.leads": "not-seen"}, present=()),
            says("R8", "denies", "intervening.leads"), of="intervening.leads",
        )  # fmt: skip
        assert (found.verdict.verdict, found.verdict.provisional) == ("corroborated", True)


class TestLines:
    def test_a_claim_of_the_session_is_tested_by_absence_and_one_in_general_is_not(self) -> None:
        absent = saw("A-01", {VISITS: "not-seen"}), saw("A-02", {VISITS: "not-seen"})
        here = says("R1", "affirms", VISITS)
        general = says("R2", "affirms", VISITS, scope="")
        both = triangulated(*absent, here, general).row(VISITS, "team")
        assert [(c.line, c.headline, c.verdict.verdict) for c in both] == [
            ("session", True, "contradicted"),
            ("general", False, "untested"),
        ]

    def test_the_headline_is_the_first_line_where_nothing_was_said(self) -> None:
        both = triangulated(saw("A-01", {VISITS: "seen"})).row(VISITS, "team")
        assert [(c.line, c.headline) for c in both] == [("session", True), ("general", False)]

    def test_on_one_line_all_scopes_count(self) -> None:
        said = says("R1", "affirms", scope="general"), says("R2", "affirms", scope="")
        assert cell(*TWO_SEEN, *said).positions.affirms == ("R1", "R2")


class TestFlags:
    def test_of_another_unit(self) -> None:
        said = says("R1", "affirms", unit="1-2"), says("R2", "affirms", unit="7-8")
        found = cell(*TWO_ABSENT, *said)
        assert found.positions.affirms == ("R2",)
        assert "other-unit" in found.flags
        assert cell(says("R1", "affirms", unit="1-2")).positions.affirms == ("R1",)

    def test_who_coded_also_observed(self) -> None:
        assert "same-person" in cell(*TWO_SEEN, says("R1", "affirms", by="W1")).flags
        assert "same-person" in cell(*TWO_SEEN, says("R1", "affirms", coder="W1")).flags
        assert "same-person" not in cell(*TWO_SEEN, says("R1", "affirms")).flags

    def test_judged_later(self) -> None:
        late = saw("A-01", {CHECK: "not-seen"}, when="later")
        assert "judged-late" in cell(late, says("R1", "affirms")).flags
        assert "judged-late" not in cell(*TWO_SEEN, says("R1", "affirms")).flags

    def test_only_one_of_two_observers(self) -> None:
        other = saw("A-01-W2", {CHECK: "not-judgeable"}, observer="W2")
        found = cell(TWO_SEEN[0], other, matched=((TWO_SEEN[0].stream, other.stream),))
        assert "one-observer" in found.flags
        assert found.sights.total == 1

    def test_observers_who_agree_too_little(self) -> None:
        few = Settings(disputable=frozenset({CHECK}))
        (found,) = triangulated(*TWO_SEEN, settings=few).row(CHECK, "team")
        assert "low-agreement" in found.flags

    def test_the_leader_of_himself_and_the_teachers_of_the_leadership(self) -> None:
        said = [says("S1", "affirms", GOALS), *(says(f"R{n}", "denies", GOALS) for n in (1, 2, 3))]
        found = triangulated(saw("A-01", {GOALS: "seen"}), *said)
        assert all(
            "self-view-team-view" in each.flags for each in found.cells if each.positions.spoke
        )
        reverse = [says("S1", "denies"), says("R1", "affirms"), says("R2", "affirms")]
        assert "self-view-team-view" in cell(*TWO_SEEN, *reverse).flags
        assert "self-view-team-view" not in cell(*TWO_SEEN, says("S1", "affirms")).flags


class TestStrengthAndBreadth:
    @pytest.mark.parametrize(
        ("sessions", "who", "strength"),
        [
            (2, ["R1", "S1"], "strong"),
            (1, ["R1", "S1"], "moderate"),
            (2, ["R1"], "moderate"),
            (2, ["R1", "R2"], "moderate"),  # one focus group is one source
            (2, ["S1", "S2"], "moderate"),  # no teacher
            (1, ["R1"], "weak"),
            (0, ["R1", "S1"], "moderate"),
        ],
    )
    def test_strength(self, sessions: int, who: list[str], strength: str) -> None:
        assert cell(*TWO_SEEN[:sessions], *(says(r, "affirms") for r in who)).strength == strength

    @pytest.mark.parametrize(
        ("who", "breadth"),
        [
            ("", ""), ("R1", "single"), ("R1 R2", "limited"), ("R1 R2 R3", "broad"), ("S1 S2", "limited"),
        ],
    )  # fmt: skip
    def test_breadth(self, who: str, breadth: str) -> None:
        assert cell(*TWO_SEEN, *(says(r, "affirms") for r in who.split())).breadth == breadth

    def test_three_of_eight_are_not_half(self) -> None:
        up = [says(f"R{n}", "affirms") for n in (1, 2, 3)]
        down = [says(f"R{n}", "denies") for n in (4, 5, 6, 7, 8)]
        assert cell(*TWO_SEEN, *up, *down).breadth == "limited"
        assert cell(*TWO_ABSENT, *up, *down).breadth == "broad"


def test_strict_mode_asks_for_equal_prominence() -> None:
    strict = Settings(strict=True)
    one = says("R1", "affirms")
    found = cell(*TWO_SEEN, one, settings=strict)
    assert (found.verdict.verdict, found.verdict.rule) == ("partly-corroborated", "D+/O+ strict")
    many = [says(f"R{number}", "affirms") for number in range(1, 8)]
    assert cell(*TWO_SEEN, *many, settings=strict).verdict.verdict == "corroborated"
    assert cell(*TWO_SEEN, one).verdict.verdict == "corroborated"


def test_only_approved_observations() -> None:
    draft = saw("A-02", {CHECK: "not-seen"}, state="draft")
    found = triangulated(TWO_SEEN[0], draft, settings=Settings(approved_only=True))
    assert (found.row(CHECK, "team")[0].sights.pattern, found.unapproved) == ("O+", 1)


class TestLeavingOut:
    def test_a_respondent_a_session_or_an_observer(self) -> None:
        whole = case(*BOTH, says("R1", "affirms"), says("R2", "denies"))
        session = triangulate(whole, INSTRUMENT, CODEBOOK).sessions[1]

        def verdict(left: Case) -> str:
            return triangulate(left, INSTRUMENT, CODEBOOK).row(CHECK, "team")[0].verdict.verdict

        assert verdict(whole) == "divided"
        assert verdict(leaving_out(whole, respondent="R2")) == "partly-corroborated"
        assert verdict(leaving_out(whole, session=session, respondent="R2")) == "corroborated"
        assert verdict(leaving_out(whole, observer="W1")) == "untested"


STATES = st.sampled_from(["seen", "not-seen", "not-judgeable", "blank", "conflict"])
BEHAVIOURS = [CHECK, VISITS, INFORMS, GOALS, TEACHERS, OUTSIDE]


@st.composite
def observations(draw: st.DrawFn) -> list[Observed]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        judged = {behaviour: draw(STATES) for behaviour in BEHAVIOURS}
        found.append(
            saw(
                f"A-0{number}",
                judged,
                actor=draw(st.sampled_from(["", "L1"])),
                observer=draw(st.sampled_from(["W1", "W2"])),
                present=draw(st.sampled_from([(), ("L1",)])),
            )
        )
    return found


CLAIM = st.builds(
    says,
    st.sampled_from(["R1", "R2", "R3", "S1", "", "R1 R2"]),
    st.sampled_from(["affirms", "denies", "mixed", "unjudged"]),
    st.sampled_from(BEHAVIOURS),
    st.sampled_from(["", "", "mostly", "sometimes", "always", "never"]),
    st.sampled_from(["descriptive", "descriptive", "normative", "past", "hearsay", "unjudged"]),
    st.sampled_from(["board-session", "general", "elsewhere", ""]),
    unit=st.sampled_from(["", "7-8", "1-2"]),
    about=st.sampled_from(["", "L1", "leadership"]),
)


@settings(max_examples=150, deadline=None)
@given(observations(), st.lists(CLAIM, max_size=8), st.randoms(use_true_random=False))
def test_it_is_total_and_depends_on_no_order(
    seen: list[Observed], said: list[Claim], random: object
) -> None:
    first = triangulated(*seen, *said)
    for each in first.cells:
        assert each.verdict.verdict in verdicts.VERDICTS
        assert each.wish is None or each.wish.verdict in verdicts.WISHES
    assert sum(each.headline for each in first.cells) == len(
        {(each.behaviour, each.actor) for each in first.cells}
    )
    shuffled: list[Observed | Claim] = [*seen, *said]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert triangulated(*shuffled).cells == first.cells


SWAPPED = {
    "corroborated": "contradicted", "contradicted": "corroborated",
    "partly-corroborated": "partly-contradicted", "partly-contradicted": "partly-corroborated",
}  # fmt: skip
TURNED = {"affirms": "denies", "denies": "affirms"}


@settings(max_examples=150, deadline=None)
@given(observations(), st.lists(CLAIM, max_size=8))
def test_turned_claims_turn_the_verdicts(seen: list[Observed], said: list[Claim]) -> None:
    plain = [turned(each, each.said.value.stance) for each in said]
    other = [turned(each, TURNED.get(each.said.value.stance, "")) for each in plain]
    before, after = triangulated(*seen, *plain), triangulated(*seen, *other)
    for one, two in zip(before.cells, after.cells, strict=True):
        stays = one.positions.pattern in ("D~", "D≠", "D0")
        expected = one.verdict.verdict if stays else SWAPPED.get(one.verdict.verdict, "untested")
        assert two.verdict.verdict == expected
        assert two.verdict.provisional == one.verdict.provisional


def turned(claim: Claim, stance: str) -> Claim:
    """The same claim with another stance, and without a frequency."""
    said = replace(claim.said.value, frequency="", stance=stance or claim.said.value.stance)
    return replace(claim, said=Slot((said,), claim.said.events))


@settings(max_examples=100, deadline=None)
@given(observations(), st.lists(CLAIM, max_size=8))
def test_every_claim_has_the_verdict_of_the_cell_when_it_is_alone(
    seen: list[Observed], said: list[Claim]
) -> None:
    for claim in said:
        for each in triangulated(*seen, claim).cells:
            if each.positions.spoke and len(each.tested) == 1:
                assert each.verdict.verdict == each.tested[0].verdict.verdict
                assert each.verdict.provisional == each.tested[0].verdict.provisional


def test_repetition_counts_once() -> None:
    said = [says("R1", "affirms", place=str(number)) for number in range(5)]
    found = cell(*TWO_SEEN, *said)
    assert (found.positions.affirms, len(found.tested)) == (("R1",), 5)
    assert positions([each.statement for each in found.tested]) == found.positions


def test_what_a_leader_and_a_teacher_say_together_is_of_both_and_each_counts_on_their_own_side() -> (
    None
):
    found = cell(*TWO_SEEN, says("S1 R1", "affirms"), says("R2", "denies"), says("S1", "denies"))
    statements = [each.statement for each in found.tested]
    sides = {each.said.respondents: (each.of_leaders, each.of_team) for each in statements}
    assert sides == {("S1", "R1"): (True, True), ("R2",): (False, True), ("S1",): (True, False)}
    team = positions(statements, is_of_team)
    assert (team.affirms, team.denies, team.sometimes) == (("R1",), ("R2",), ())
    assert found.positions.sometimes == ("S1",)


def test_what_nobody_in_particular_said_is_the_groups_in_a_focus_group_and_else_a_leaders() -> None:
    found = cell(says("", "affirms"), says("", "denies", interview=GROUP))
    sides = [(s.said.stance, s.of_leaders, s.of_team) for s in (t.statement for t in found.tested)]
    assert sorted(sides) == [("affirms", False, True), ("denies", True, False)]


@pytest.mark.parametrize(
    ("stance", "frequency", "where"),
    [
        ("affirms", "", "affirms"),
        ("affirms", "sometimes", "sometimes"),
        ("affirms", "always", "affirms"),
        ("denies", "sometimes", "denies"),
        ("mixed", "", "sometimes"),
        ("unjudged", "sometimes", "unjudged"),
    ],
)
def test_how_a_claim_stands(stance: str, frequency: str, where: str) -> None:
    assert position(says("R1", stance, frequency=frequency).said.value) == where


class TestOfRole:
    def test_only_what_respondents_of_the_role_said_counts(self) -> None:
        both = says("S1 R2", "denies", interview=FOCUS)
        whole = case(saw("A-01", {CHECK: "seen"}), says("S1", "affirms"), both, says("", "affirms"))
        assert told_of(of_role(whole, "teacher")) == ((), ("R2",), 9)
        assert told_of(of_role(whole, "school-leader")) == ((), (), 1, "S1")
        assert told_of(of_role(whole, "coach")) == ((), (), 0)


def told_of(left: Case) -> tuple[object, ...]:
    """Who affirms, denies, how many were interviewed, and who says both."""
    found = triangulate(left, INSTRUMENT, CODEBOOK)
    (cell,) = found.row(CHECK, TEAM)
    stands = cell.positions
    return (stands.affirms, stands.denies, len(left.interviewed), *stands.sometimes)
