"""The cells of the sample study, worked by hand from the paper records and the coded segments.

With the second observer of D-01 consolidated and D-02 beside it. A row names code, actor, line, the
claims' pattern with affirms/denies/sometimes, the observations' with m/a/T, the verdict (`?` before a
provisional one), a wish, strength, and the flags.
"""

from __future__ import annotations

import pytest

from observation.core.cells import Cell, Triangulation
from observation.core.codebook import open_codebook
from observation.core.triangulation import triangulate
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from tests.samples import triangulations

# School A: one session, A-01, by W1. L1 and L2 were not there; the coach led; no points were given.
A = """
stimulating.present                leadership  session  D0   0/0/0  O−  0/1/1  ?unmentioned-unseen   ?gap  weak      gap wishes-only one-session
stimulating.present                L1          session  D0   0/0/0  O−  0/1/1  ?unmentioned-unseen   -    weak      one-session
stimulating.teachers-set-goals     team        session  D+   1/0/0  O+  1/0/1  corroborated          -    weak      self-report-only one-session
stimulating.not-leading            leadership  session  D0   0/0/0  O0  0/0/0  no-data               -    weak
facilitating.asks-needs            L2          session  D0   0/0/0  O0  0/0/0  no-data               -    weak
intervening.leads                  leadership  session  D−   0/1/0  O−  0/1/1  ?corroborated         -    weak      one-session
intervening.informs                leadership  general  D0   0/0/0  O0  0/0/0  no-data               -    weak
professionality.hold-to-account    team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
professionality.goals-on-board     team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
professionality.action-check       team        session  D+   1/0/0  O+  1/0/1  ?corroborated         -    weak      self-report-only one-session
learning.feedback                  team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
learning.feedback-planned          team        session  D0   0/0/0  O−  0/1/1  ?unmentioned-unseen   -    weak      one-session
learning.feedback-planned          team        general  D0   0/0/0  O0  0/0/0  no-data               -    weak
learning.knowledge-sharing         team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
learning.visits-planned            team        session  D+   1/0/0  O−  0/1/1  ?contradicted         -    weak      one-session
learning.visits-planned            team        general  D0   0/0/0  O0  0/0/0  no-data               -    weak
community.seek-each-other          team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
community.joint-design-planned     team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
learning.sharing-planned           team        session  D0   0/0/0  O0  0/0/0  no-data               -    weak
stimulating.walks-round            leadership  general  D0   0/0/0  O0  0/0/0  no-data               -    weak
"""
# School D: D-01 by W1 and W2, D-02 by W1. L5 led 4:10 of D-01, and came in for 3:30 of D-02.
D = """
stimulating.present                L5          session  D0   0/0/0  O+  2/0/2  supplemented          -    moderate
stimulating.not-leading            leadership  session  D0   0/0/0  O±  1/1/2  supplemented          -    moderate
stimulating.teachers-set-goals     team        session  D+~  1/0/1  O±  1/1/2  partly-corroborated   -    strong    one-observer
facilitating.asks-needs            leadership  session  D0   0/0/0  O0  0/0/0  no-data               -    weak      observers-disagree
intervening.leads                  L5          session  D0   0/0/0  O±  1/1/2  supplemented          -    moderate
intervening.sets-goals             leadership  session  D+   1/0/0  O±  1/1/2  partly-corroborated   -    moderate
intervening.sets-goals             L5          session  D0   0/0/0  O±  1/1/2  supplemented          -    moderate
intervening.intervenes             leadership  session  D0   0/0/0  O±  1/1/2  supplemented          -    moderate
intervening.intervenes             leadership  general  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
intervening.informs                leadership  session  D0   0/0/0  O+  2/0/2  supplemented          -    moderate
intervening.informs                L5          general  D0   0/0/0  O+  2/0/2  supplemented          -    moderate  same-person incomplete
professionality.hold-to-account    team        session  D0   0/0/0  O±  1/1/2  supplemented          -    moderate
professionality.hold-to-account    team        general  D0   0/0/0  O+  1/0/1  supplemented          -    weak      past-only one-session
professionality.goals-on-board     team        session  D0   0/0/0  O+  2/0/2  supplemented          -    moderate
professionality.action-check       team        session  D0   0/0/0  O+  2/0/2  supplemented          -    moderate
learning.feedback                  team        general  D+   1/0/0  O0  0/0/0  untested              -    weak      self-report-only observers-disagree
learning.feedback                  team        session  D0   0/0/0  O0  0/0/0  no-data               -    weak      observers-disagree
learning.knowledge-sharing         team        session  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session
learning.visits-planned            team        session  D0   0/0/0  O±  1/1/2  supplemented          -    moderate
learning.visits-planned            team        general  D0   0/0/0  O+  1/0/1  supplemented          -    weak      one-session same-person incomplete
community.joint-design-planned     team        session  D0   0/0/0  O0  0/0/0  no-data               -    weak
"""
HEADLINE_IN_GENERAL = {("D", "learning.feedback", "team")}


@pytest.fixture
def found() -> dict[str, Triangulation]:
    """The triangulations of the sample study by school."""
    return triangulations()


def told(cell: Cell) -> str:
    """The cell in the words of the tables."""
    stands, sights = cell.positions, cell.sights
    numbers = "/".join(str(len(each)) for each in (stands.affirms, stands.denies, stands.sometimes))
    counts = f"{len(sights.seen)}/{len(sights.absent)}/{sights.total}"
    verdict = "?" * cell.verdict.provisional + cell.verdict.verdict
    wish = "?" * cell.wish.provisional + cell.wish.verdict if cell.wish else "-"
    fields = (
        cell.behaviour,
        cell.actor,
        cell.line,
        stands.pattern,
        numbers,
        sights.pattern,
        counts,
    )
    return " ".join((*fields, verdict, wish, cell.strength, *cell.flags))


@pytest.mark.parametrize(
    ("school", "row"),
    [(name, " ".join(row.split())) for name, rows in (("A", A), ("D", D)) for row in rows.strip().splitlines()],
)  # fmt: skip
def test_a_cell_says_what_was_worked_out_by_hand(
    found: dict[str, Triangulation], school: str, row: str
) -> None:
    code, actor, line, *_ = row.split()
    (cell,) = [each for each in found[school].row(code, actor) if each.line == line]
    assert told(cell) == row
    in_general = (school, code, actor) in HEADLINE_IN_GENERAL
    assert cell.headline == (len(found[school].row(code, actor)) == 1 or (line == "general") == in_general)  # fmt: skip


def test_no_claim_is_lost_on_the_way(found: dict[str, Triangulation]) -> None:
    counted = {
        school: sum(len(cell.tested) for cell in each.cells) for school, each in found.items()
    }
    assert counted == {"A": 5, "D": 7}
    assert {code: len(claims) for code, claims in found["D"].others.items()} == {"own.workload": 1}


def test_what_a_verdict_rests_on_is_named(found: dict[str, Triangulation]) -> None:
    (cell,) = found["D"].row("stimulating.teachers-set-goals", "team")
    assert [session.label for session in cell.sights.seen] == ["D-02"]
    assert [session.label for session in cell.sights.countered] == ["D-01"]
    assert {each.statement.claim.label for each in cell.tested} == {"S5-c5", "R23-c8"}
    assert cell.verdict.rule == "D+~/O±"


def test_the_cells_of_one_behaviour_are_those_among_all(found: dict[str, Triangulation]) -> None:
    instrument = Instruments().newest()
    codebook = open_codebook(codebook_file(instrument.id), instrument)
    for each in found.values():
        for code in {cell.behaviour for cell in each.cells}:
            alone = triangulate(each.case, instrument, codebook, each.settings, code).cells
            assert alone == tuple(cell for cell in each.cells if cell.behaviour == code)
