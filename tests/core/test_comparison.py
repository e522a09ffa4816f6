"""Schools beside each other: the sample's figures by hand, and patterns over schools."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observation.core import verdicts
from observation.core.cells import Cell
from observation.core.comparison import (
    EVERYWHERE,
    MOSTLY,
    ONCE,
    UNTESTED,
    VARYING,
    Led,
    Occasions,
    headline,
    led,
    lengths,
    occasions,
    over_schools,
    standing,
    styles,
)
from observation.core.records import LEADERSHIP, TEAM, Interval, Sighting
from observation.core.rulings import Ruling
from observation.core.sessions import Judged, Session
from observation.core.verdicts import Verdict
from tests.core.cases import CHECK, GOALS, INSTRUMENT, VISITS, saw, says, triangulated
from tests.samples import triangulations

PHASES = "check-in", "content", "planning"


class TestSample:
    """Worked by hand from the paper records: A-01, D-01 and D-02."""

    def test_how_long_phases_were(self) -> None:
        told = {
            session.label: tuple(lengths(session).get(phase, 0) // 1000 for phase in PHASES)
            for found in triangulations().values()
            for session in found.sessions
        }
        assert told == {"A-01": (295, 580, 65), "D-01": (290, 615, 125), "D-02": (280, 440, 150)}

    def test_who_led_for_how_long(self) -> None:
        a, d = (triangulations()[code].sessions for code in "AD")
        assert led(a) == Led({"coach": 735_000, "teacher": 205_000}, 0)
        assert led(d) == Led({"teacher": 1_650_000, "school-leader": 250_000}, 0)
        assert led(d, "content") == Led({"teacher": 805_000, "school-leader": 250_000}, 0)
        assert led(d, "planning") == Led({"teacher": 275_000}, 0)

    @pytest.mark.parametrize(
        ("code", "phase", "seen"),
        [
            (VISITS, "planning", (1, 2, 2)),
            (VISITS, "check-in", (0, 2, 2)),
            (CHECK, "check-in", (2, 2, 2)),
            (CHECK, "other", (0, 0, 0)),
            # The observers of D-01 disagree, and D-02 says nothing of it.
            ("learning.feedback", "content", (0, 0, 2)),
            ("intervening.informs", "content", (2, 2, 2)),
        ],
    )
    def test_what_was_seen_in_a_phase_of_school_d(
        self, code: str, phase: str, seen: tuple[int, int, int]
    ) -> None:
        found = triangulations()["D"]
        indicator = INSTRUMENT.indicator(code)
        assert occasions(found.sessions, indicator, phase, found.case.school.agreed) == Occasions(
            *seen
        )

    def test_styles_are_counts_of_behaviours(self) -> None:
        told = {
            style.group.id: (style.seen, style.judged, len(style.behaviours))
            for style in styles(triangulations()["D"], INSTRUMENT)
        }
        assert told == {
            "stimulating": (3, 3, 4), "facilitating": (1, 1, 3), "connecting": (0, 0, 2),
            "intervening": (4, 4, 4),
        }  # fmt: skip


class TestPhases:
    def test_a_sighting_counts_by_the_track_of_whoever_saw_it(self) -> None:
        late = Sighting("e", 100_000, "session")
        one = replace(
            saw("A-01", {}, observer="W1"),
            phases=(Interval("check-in", 0, 90_000), Interval("content", 90_000, 200_000)),
        )
        two = replace(
            saw("A-01-W2", {}, observer="W2"),
            phases=(Interval("check-in", 0, 150_000), Interval("planning", 150_000, 200_000)),
            judgements={(CHECK, TEAM): Judged("seen", "session", (late,))},
        )
        session = Session((one, two))
        told = [occasions([session], INSTRUMENT.indicator(CHECK), p, {}) for p in PHASES]
        assert told == [Occasions(1, 1, 1), Occasions(0, 1, 1), Occasions(0, 1, 1)]

    def test_what_was_remembered_without_a_time_lies_in_no_phase(self) -> None:
        record = replace(
            saw("A-01", {}),
            phases=(Interval("check-in", 0, 90_000),),
            judgements={(CHECK, TEAM): Judged("seen", "finish", (Sighting("e", None, "finish"),))},
        )
        found = occasions([Session((record,))], INSTRUMENT.indicator(CHECK), "check-in", {})
        assert found == Occasions(0, 1, 1)

    def test_nobody_leads_as_nobody_and_what_is_not_recorded_is_apart(self) -> None:
        record = replace(
            saw("A-01", {}),
            leads=(
                Interval("not-recorded", 0, 1000),
                Interval("nobody", 1000, 3000),
                Interval("X9", 3000, 7000),
            ),
        )
        assert led([Session((record,))]) == Led({"nobody": 2000, "": 4000}, 1000)

    def test_lengths_are_those_that_the_page_of_a_session_shows(self) -> None:
        record = replace(
            saw("A-01", {}),
            phases=(Interval("check-in", 0, 2900), Interval("content", 2900, 7100)),
            leads=(Interval("T1", 0, 900), Interval("X9", 900, 4100), Interval("T1", 4100, 7100)),
            roles={"T1": "teacher"},
        )
        sessions = [Session((record,))]
        assert lengths(sessions[0]) == {"check-in": 2000, "content": 5000}
        assert led(sessions) == Led({"teacher": 3000, "": 4000}, 0)
        assert led(sessions, "check-in") == Led({"": 2000}, 0)
        assert led(sessions, "content") == Led({"teacher": 3000, "": 2000}, 0)


def cell(verdict: str, provisional: bool = False, ruled: tuple[str, ...] = ()) -> Cell:
    """A cell with this suggestion and these rulings."""
    (found,) = triangulated(says("R1", "affirms")).row(CHECK, TEAM)
    rulings = tuple(
        Ruling(f"e{n}", f"W{n}", "", CHECK, TEAM, "session", "", each, verdict)
        for n, each in enumerate(ruled)
    )
    return replace(found, verdict=Verdict(verdict, "", provisional), rulings=rulings)


YES, NO, NOTHING = verdicts.CORROBORATED, verdicts.CONTRADICTED, verdicts.UNTESTED


class TestOverSchools:
    @pytest.mark.parametrize(
        ("suggested", "pattern"),
        [
            ([], (UNTESTED, "")),
            ([NOTHING, verdicts.SUPPLEMENTED], (UNTESTED, "")),
            ([YES, NOTHING], (ONCE, YES)),
            ([YES, YES, NOTHING], (EVERYWHERE, YES)),
            ([YES, YES, NO], (MOSTLY, YES)),
            ([YES, NO], (VARYING, "")),
            ([YES, NO, verdicts.DIVIDED], (VARYING, "")),
        ],
    )
    def test_patterns(self, suggested: list[str], pattern: tuple[str, str]) -> None:
        assert over_schools([None, *map(cell, suggested)]) == pattern

    def test_what_is_provisional_enters_no_conclusion(self) -> None:
        assert over_schools([cell(YES), cell(NO, True), cell(YES)]) == (EVERYWHERE, YES)

    @given(st.permutations([YES, YES, NO, NOTHING]))
    def test_the_order_of_schools_makes_no_difference(self, suggested: list[str]) -> None:
        assert over_schools(map(cell, suggested)) == (MOSTLY, YES)


class TestStanding:
    def test_a_ruling_stands_where_all_who_ruled_say_the_same(self) -> None:
        assert standing(cell(YES, True)) == Verdict(YES, "", True)
        assert standing(cell(YES, True, (YES,))) == Verdict(YES, "", True)
        assert standing(cell(YES, True, (NO, NO))) == Verdict(NO, "ruling")
        assert standing(cell(YES, False, (NO, YES))).verdict == YES


def test_the_headline_is_of_a_leader_where_nobody_spoke_of_the_leadership() -> None:
    found = triangulated(saw("A-01", {GOALS: "seen"}, actor="L1"), says("S1", "affirms", GOALS))
    told = headline(found.cells, GOALS, LEADERSHIP)
    assert told is not None
    assert told.actor == "L1"
    silent = triangulated(saw("A-01", {GOALS: "seen"}, actor="L1"))
    told = headline(silent.cells, GOALS, LEADERSHIP)
    assert told is not None
    assert told.actor == LEADERSHIP
    assert headline(silent.cells, "no.such", TEAM) is None
