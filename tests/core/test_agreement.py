"""Agreement between observers: published tables, an independent library, and hand-made sessions and timelines."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Sequence
from math import isnan

import krippendorff
import pytest
from sklearn.metrics import cohen_kappa_score

from observation.core.agreement import (
    Disagreement,
    Estimate,
    Observers,
    Timeline,
    agreement,
    compare_observers,
    compare_rulings,
    compare_timelines,
    disputable,
    judged_by_several,
    observed_doubly,
)
from observation.core.coefficients import (
    Table,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    pabak,
    pairs_of,
    percent_agreement,
    specific_agreement,
)
from observation.core.records import NOT_RECORDED, Interval
from observation.core.rulings import Ruling, verdicts_by
from observation.core.sessions import Observed, Session
from tests.core.cases import CHECK, GOALS, VISITS, saw


def two_by_two(a: int, b: int, c: int, d: int) -> Table:
    """Return the table of a both seen, b only the first, c only the second, d neither."""
    states = [
        ("seen", "seen"),
        ("seen", "not-seen"),
        ("not-seen", "seen"),
        ("not-seen", "not-seen"),
    ]
    return {pair: count for pair, count in zip(states, (a, b, c, d), strict=True) if count}


# (a, b, c, d): percent, positive, negative, kappa, PABAK, AC1, alpha; None is not published there.
PUBLISHED = {
    "section 8 of the rules": ((18, 1, 1, 0), (0.9, 0.947, 0.0, -0.053, 0.8, 0.890, -0.026)),
    "Cicchetti & Feinstein 1990, balanced": (
        (40, 9, 6, 45),
        (0.85, 0.842, 0.857, 0.70, None, None, None),
    ),
    "Cicchetti & Feinstein 1990, skewed": (
        (80, 10, 5, 5),
        (0.85, 0.914, 0.40, 0.32, None, None, None),
    ),
    "Gwet 2002": ((118, 5, 2, 0), (0.944, None, None, -0.0234, None, 0.9408, None)),
    "Krippendorff 2011, binary": ((1, 1, 3, 5), (0.6, None, None, None, None, None, 0.095)),
}


@pytest.mark.parametrize(("counts", "figures"), PUBLISHED.values(), ids=list(PUBLISHED))
def test_published_tables_come_out_as_published(
    counts: tuple[int, int, int, int], figures: Sequence[float | None]
) -> None:
    table = two_by_two(*counts)
    found = (
        percent_agreement(table),
        specific_agreement(table, "seen"),
        specific_agreement(table, "not-seen"),
        cohen_kappa(table),
        pabak(table, 2),
        gwet_ac1(table, 2),
        krippendorff_alpha(table),
    )
    for value, published in zip(found, figures, strict=True):
        if published is not None:
            digits = len(str(published).partition(".")[2])
            assert value == pytest.approx(published, abs=0.51 * 10 ** -max(digits, 2))


def test_alpha_of_four_observers_with_missing_values_is_the_published_one() -> None:
    # Krippendorff 2011, "Computing Krippendorff's alpha-reliability", C: nominal .743.
    rows = "123321412...", "1233224125.3", ".3332342251.", "12332441251."
    units = Counter(tuple(v for v in unit if v != ".") for unit in zip(*rows, strict=True))
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.0005)


def test_with_three_values_chance_is_shared_among_three() -> None:
    table = {("a", "a"): 5, ("b", "b"): 3, ("c", "c"): 1, ("a", "b"): 1}
    # By hand: po = .9; shares .55, .35 and .10, so pe = (.2475 + .2275 + .09) / 2 = .2825.
    assert gwet_ac1(table, 3) == pytest.approx((0.9 - 0.2825) / (1 - 0.2825))
    assert pabak(table, 3) == pytest.approx((3 * 0.9 - 1) / 2)


def test_kappa_is_that_of_scikit_learn_in_200_random_tables() -> None:
    chance = random.Random(8)
    undefined = 0
    for _ in range(200):
        values = "abcd"[: chance.randint(1, 4)]
        pairs = [
            (chance.choice(values), chance.choice(values)) for _ in range(chance.randint(2, 30))
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where kappa is undefined
            theirs = float(cohen_kappa_score(*zip(*pairs, strict=True)))
        ours = cohen_kappa(Counter(pairs))
        undefined += ours is None
        assert isnan(theirs) if ours is None else ours == pytest.approx(theirs)
    assert 0 < undefined < 100


def test_alpha_is_that_of_the_krippendorff_package_in_200_random_tables() -> None:
    chance = random.Random(8)
    compared = 0
    while compared < 200:
        observers, units = chance.randint(2, 5), chance.randint(3, 20)
        values = [*"abcd"[: chance.randint(2, 4)], ""]  # the last is missing
        rows = [[chance.choice(values) for _ in range(units)] for _ in range(observers)]
        said = [tuple(v for v in unit if v) for unit in zip(*rows, strict=True)]
        if len({value for unit in said if len(unit) > 1 for value in unit}) < 2:
            continue  # that package refuses what has no variation
        numbers = [[values.index(v) if v else float("nan") for v in row] for row in rows]
        theirs = krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal")
        assert krippendorff_alpha(Counter(said)) == pytest.approx(theirs)
        compared += 1


def test_without_variation_kappa_and_alpha_are_undefined() -> None:
    table = two_by_two(20, 0, 0, 0)
    assert cohen_kappa(table) is None
    assert krippendorff_alpha(table) is None
    assert specific_agreement(table, "not-seen") is None
    assert gwet_ac1(table, 2) == pabak(table, 2) == 1  # these are defined by their formulas


def test_without_units_everything_is_undefined() -> None:
    found = agreement([], ("seen", "not-seen"))
    figures = (
        found.percent,
        *found.specific.values(),
        found.kappa,
        found.pabak,
        found.ac1,
        found.alpha,
    )
    assert set(figures) == {Estimate(None)}


def test_three_observers_are_compared_two_by_two() -> None:
    assert pairs_of({("a", "a", "b"): 2}) == {("a", "a"): 2, ("a", "b"): 4}


BOTH_WAYS = ("seen", "not-seen")


def test_an_interval_comes_from_whole_sessions() -> None:
    alike, apart = two_by_two(10, 0, 0, 0), two_by_two(0, 10, 0, 0)
    found = agreement([alike, apart] * 4, BOTH_WAYS).percent
    assert found.value == 0.5
    # Of eight coins 95 % lie from one to seven. Of 80 single units it would be .39 to .61.
    assert (found.low, found.high) == (0.125, 0.875)


def test_an_interval_takes_five_sessions_with_units() -> None:
    one = two_by_two(5, 1, 1, 3)
    assert agreement([one] * 4 + [{}, {("seen",): 3}], BOTH_WAYS).kappa.low is None
    five = agreement([one] * 5, BOTH_WAYS).kappa
    assert (five.value, five.low, five.high) == pytest.approx((cohen_kappa(one),) * 3)


def test_resamples_without_the_figure_are_counted() -> None:
    found = agreement([two_by_two(4, 0, 0, 0)] * 4 + [two_by_two(2, 1, 0, 1)], BOTH_WAYS).kappa
    assert abs(found.undefined - 1000 * 0.8**5) < 60  # four standard deviations
    assert found.low is not None


def session(number: int, first: dict[str, str], second: dict[str, str], **also: str) -> Session:
    label = f"A-{number:02}"
    return Session(
        (saw(label, first, observer="W2", **also), saw(f"{label}-b", second, observer="W1", **also))
    )


def observers(*sessions: Session) -> Observers:
    return compare_observers(observed_doubly(sessions))


def test_observability_comes_first_and_then_what_both_could_judge() -> None:
    found = observers(
        session(1, {CHECK: "seen", VISITS: "not-judgeable"}, {CHECK: "not-seen", VISITS: "seen"}),
        session(2, {CHECK: "seen", VISITS: "not-judgeable"}, {VISITS: "not-judgeable"}),
    ).study
    # The first of a pair is the observer whose code comes first; blank beside seen is no unit.
    assert found.judgeable.table == {
        ("judgeable", "judgeable"): 1,
        ("judgeable", "not-judgeable"): 1,
        ("not-judgeable", "not-judgeable"): 1,
    }
    assert found.states.table == {
        ("not-seen", "seen"): 1,
        ("seen", "not-judgeable"): 1,
        ("not-judgeable", "not-judgeable"): 1,
    }
    assert found.seen.table == {("not-seen", "seen"): 1}
    assert (found.states.n, found.states.sessions) == (3, 2)


def test_coefficients_of_one_behaviour_begin_at_ten_units() -> None:
    both = {CHECK: "seen", VISITS: "not-seen"}
    sessions = [session(number, both, both) for number in range(9)]
    nine = observers(*sessions)
    assert nine.behaviours[CHECK].seen.percent.value == 1
    assert nine.behaviours[CHECK].seen.ac1.value is None
    assert nine.study.seen.ac1.value is not None
    ten = observers(*sessions, session(9, both, both)).behaviours[CHECK].seen
    assert (ten.n, ten.ac1.value, ten.alpha.value) == (10, 1, None)
    # Of one behaviour there is no interval, of the study there is.
    assert (ten.percent.low, observers(*sessions).study.seen.percent.low) == (None, 1)


def test_disagreements_say_who_said_what_of_whom() -> None:
    found = observers(
        session(1, {CHECK: "seen", GOALS: "not-seen"}, {CHECK: "seen", GOALS: "not-judgeable"}),
        session(2, {GOALS: "seen"}, {GOALS: "not-seen"}, actor="L1"),
        session(3, {CHECK: "conflict"}, {CHECK: "conflict"}),
        session(4, {CHECK: "seen"}, {}),
    )
    assert found.disagreements == (
        Disagreement("A-01", GOALS, "leadership", (("W1", "not-judgeable"), ("W2", "not-seen"))),
        Disagreement("A-02", GOALS, "L1", (("W1", "not-seen"), ("W2", "seen"))),
        Disagreement("A-03", CHECK, "team", (("W1", "disputed"), ("W2", "disputed"))),
    )
    # One leader is no unit of its own beside the leadership, and who contradicts himself is missing.
    assert found.study.states.n == 2
    assert found.sessions == ("A-01", "A-02", "A-03", "A-04")


def test_two_records_of_one_observer_are_not_two_observers() -> None:
    def record(label: str, state: str, observer: str = "W1") -> Observed:
        return saw(label, {CHECK: state}, observer=observer)

    alone = Session((record("A-01", "seen"), record("A-01-b", "seen")))
    beside = Session(
        (record("A-02", "seen"), record("A-02-b", "blank"), record("A-02-c", "seen", "W2"))
    )
    found = observers(alone, beside)
    assert found.sessions == ("A-02",)
    assert found.study.states.n == 1


def test_too_little_agreement_is_an_ac1_below_60_of_ten_units_or_more() -> None:
    same, other = {CHECK: "seen", VISITS: "seen"}, {CHECK: "not-seen", VISITS: "seen"}
    # CHECK: 7 of 10 the same, so AC1 is (.7 - .255) / .745 = .597; with 8 of 11 it is .641.
    ten = [session(number, same, same) for number in range(7)]
    ten += [session(number, same, other) for number in range(7, 10)]
    assert disputable(judged_by_several(observed_doubly(ten))) == {CHECK}
    assert disputable(judged_by_several(observed_doubly(ten[:9]))) == set()
    assert disputable(judged_by_several(observed_doubly([*ten, session(10, same, same)]))) == set()
    unjudged = session(10, {CHECK: "not-judgeable"}, {CHECK: "not-seen"})
    assert disputable(judged_by_several(observed_doubly([*ten[1:], unjudged]))) == set()
    one_leader = [session(n, {GOALS: "seen"}, {GOALS: "not-seen"}, actor="L1") for n in range(10)]
    assert disputable(judged_by_several(observed_doubly(one_leader))) == set()


def track(text: str, seconds: int = 1) -> list[Interval]:
    """Return the intervals of a text in which a character is what was on for so many seconds."""
    found: list[Interval] = []
    for place, value in enumerate(text):
        name = NOT_RECORDED if value == "." else value
        end = (place + 1) * seconds * 1000
        begin = end - seconds * 1000
        if found and found[-1].value == name:
            begin = found.pop().start
        found.append(Interval(name, begin, end))
    return found


def timeline(text: str, start: int = 0, mark: int | None = None, seconds: int = 1) -> Timeline:
    return Timeline(track(text, seconds), start, mark)


def test_seconds_are_compared_on_the_window_that_both_recorded() -> None:
    found = compare_timelines(timeline("aabb.bbb"), timeline("abbbbba", start=1000))
    assert (found.begin, found.end) == (1000, 8000)
    assert found.table == {("a", "a"): 1, ("b", "b"): 4, ("b", "a"): 1}
    assert found.kappa == pytest.approx(4 / 7)  # by hand: po = 5/6, pe = (1·2 + 5·4) / 36


def test_what_is_on_at_the_beginning_of_a_second_counts_for_it() -> None:
    first = Timeline([Interval("a", 0, 1400), Interval("b", 1400, 3900)], 0)
    found = compare_timelines(first, timeline("bbbbb"))
    assert found.table == {("a", "b"): 2, ("b", "b"): 1}


def test_tolerance_works_both_before_and_after_and_differs_by_direction() -> None:
    # A flash of b that the second sees two seconds later; within one second each a is found.
    found = compare_timelines(timeline("aaaabaaaaa"), timeline("aaaaaabaaa"), tolerances=(1, 2))
    one, two = found.within
    assert found.kappa == pytest.approx(-1 / 9)
    assert one.first == one.second == 0
    assert two.first == two.second == 1
    early = compare_timelines(timeline("aaabbbbbbb"), timeline("aaaaaabbbb"), tolerances=(2,))
    late = compare_timelines(timeline("aaaaaabbbb"), timeline("aaabbbbbbb"), tolerances=(2,))
    assert (early.within[0].first, early.within[0].second) == (
        late.within[0].second,
        late.within[0].first,
    )
    short = compare_timelines(timeline("aaaaaaaaaa"), timeline("aaaababaaa"), tolerances=(1,))
    assert short.within[0].first is None  # each a is found, so nothing varies
    assert short.within[0].second == 0  # no b is found


def test_onsets_match_one_to_one_within_the_tolerance() -> None:
    first = timeline("abcbc.aaa", seconds=10)  # b at 10 and 30 s, c at 20 and 40 s, a at 60 s
    second = timeline("aabbbccca", seconds=10)  # b at 20 s, c at 50 s, a at 80 s
    ten, nine = compare_timelines(first, second, tolerances=(10, 9)).within
    assert ten.matched == (
        (("a", 0), ("a", 0)),
        (("b", 10_000), ("b", 20_000)),
        (("c", 40_000), ("c", 50_000)),
    )
    assert ten.only_first == (("c", 20_000), ("b", 30_000), ("a", 60_000))
    assert ten.only_second == (("a", 80_000),)
    assert [one for one, _ in nine.matched] == [("a", 0)]


def test_what_is_on_when_the_window_begins_or_begins_after_it_is_no_missed_onset() -> None:
    found = compare_timelines(timeline("aaaaaaabbbbbc"), timeline("aaaabbb", start=5000), (1,))
    (within,) = found.within
    assert within.matched == ()
    assert within.only_first == (("b", 7000),)
    assert within.only_second == (("b", 9000),)


def test_clocks_are_set_alike_by_the_moment_that_both_marked() -> None:
    # The second clock is 3 s ahead, and its record begins a second later than the first.
    first = timeline("aaabbbccc", start=100_000, mark=3000)
    second = timeline("aabbbcccc", start=104_000, mark=2000)
    found = compare_timelines(first, second)
    assert found.offset == 3000
    assert found.kappa == 1
    assert (found.begin, found.end) == (1000, 9000)
    trusted = compare_timelines(first, timeline("aabbbcccc", start=104_000))
    assert (trusted.offset, trusted.begin) == (0, 4000)
    assert [each.tolerance for each in found.within] == [5, 10, 15]


@pytest.mark.parametrize("text", ["", "aaa", "....."])
def test_timelines_that_nothing_can_be_said_of_have_no_kappa(text: str) -> None:
    assert compare_timelines(timeline("aaaaa"), timeline(text)).kappa is None


def test_many_sessions_are_drawn_in_clusters_and_few_one_by_one() -> None:
    few = [{("seen", "seen"): 1, ("seen", "not-seen"): number % 2} for number in range(100)]
    many = few * 30
    one, all_of_them = agreement(few, ("seen", "not-seen")), agreement(many, ("seen", "not-seen"))
    assert one.percent.value == all_of_them.percent.value
    assert all_of_them.sessions == 3000
    low, high = all_of_them.percent.low, all_of_them.percent.high
    assert low is not None
    assert high is not None
    assert 0 < high - low < (one.percent.high or 1) - (one.percent.low or 0)


def test_researchers_agree_on_cells_that_several_ruled() -> None:
    def ruling(by: str, verdict: str, indicator: str = CHECK, line: str = "session") -> Ruling:
        return Ruling(f"{by}{indicator}{line}", by, "", indicator, "team", line, "", verdict, "")

    first = [ruling("W1", "corroborated"), ruling("W2", "divided"), ruling("W1", "divided", VISITS)]
    second = [ruling("W2", "contradicted"), ruling("W1", "contradicted")]
    ruled = [verdicts_by(each) for each in (first, second)]
    assert ruled == [[("corroborated", "divided")], [("contradicted", "contradicted")]]
    found = compare_rulings(ruled)
    assert (found.n, found.percent.value, found.ac1.value) == (2, 0.5, None)  # too few for AC1
    found = compare_rulings([ruled[1] * 12])
    assert (found.n, found.percent.value, found.kappa.value) == (12, 1.0, None)  # no variation
