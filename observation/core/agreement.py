"""How far observers of one session agree: on what they judged, and on their timelines.

A unit is a behaviour in a session. Units within a session depend on each other, so intervals come
from drawing whole sessions. What is undefined is None, never 1 or 0; there are no adjectives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from statistics import quantiles

from .coefficients import (
    Said,
    Table,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    pabak,
    pairs_of,
    percent_agreement,
    specific_agreement,
)
from .draws import drawn, draws
from .judgements import BLANK, NOT_JUDGEABLE, NOT_SEEN, SEEN
from .records import LEADERSHIP, NOT_RECORDED, TEAM, Interval
from .sessions import DISPUTED, NOTHING, Observed, Session, consolidated
from .verdicts import VERDICTS

JUDGEABLE = "judgeable"
WHOLE = (LEADERSHIP, TEAM)  # a behaviour has one of them: one unit for each behaviour in a session
SEED = 20180313
RESAMPLES = 1000
LEAST_SESSIONS = 5  # below it, too few sessions for an interval
CLUSTERS = 200  # drawn from at most; more sessions are put together, a few in each
LEAST_UNITS = 10  # below it, no coefficient of a single behaviour
LEAST_AC1 = 0.60  # of seen or not seen; below it observers agree too little on a behaviour
TOLERANCES = (5, 10, 15)  # seconds
UNIT = 1000  # ms: the time unit of a timeline


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95 %; None is what is undefined, or rests on too little.

    `undefined` is in how many of the resamples the figure was undefined; the interval is of the rest.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    undefined: int = 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far observers agree on one question: `n` units, in how many sessions.

    `table` is by pairs of what was said, the first observer by code first. `specific` is the
    agreement on each value: of seen the positive agreement, of not-seen the negative.
    """

    n: int
    sessions: int
    table: Table
    percent: Estimate
    specific: Mapping[str, Estimate]
    kappa: Estimate
    pabak: Estimate
    ac1: Estimate
    alpha: Estimate


@dataclass(frozen=True, slots=True)
class Compared:
    """Agreement on whether it could be judged, on the three states, and on whether it was seen.

    `seen` is of the units that both could judge.
    """

    judgeable: Agreement
    states: Agreement
    seen: Agreement


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A behaviour of one actor of which observers say different things.

    `said` is by observer: seen, not-seen, not-judgeable, or disputed for who contradicts himself.
    """

    session: str
    behaviour: str
    actor: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Doubly:
    """A session of more than one observer, and what they said of its behaviours.

    `units` are behaviours of leadership and the team as a whole, with what was said by those who do
    not contradict themselves, the first observer by code first; of each said by several.
    """

    session: Session
    units: tuple[tuple[str, Said], ...]
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Observers:
    """What the observers of a study agree on; `sessions` are the labels of those observed doubly."""

    sessions: tuple[str, ...]
    study: Compared
    behaviours: Mapping[str, Compared]
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A track of one observation, without overlap: phases or leads, in ms since its `start`.

    `start` is in ms since 1970 by the observer's clock, `mark` when the moment that both observers
    marked was, in ms since the start; None where there is no such moment.
    """

    intervals: Sequence[Interval]
    start: int
    mark: int | None = None


Onset = tuple[str, int]  # what began, and when: ms since the start of the first observation


@dataclass(frozen=True, slots=True)
class Within:
    """Agreement within a tolerance, in seconds.

    `first` is the kappa when each second of the first observer is looked for with the second,
    `second` the other way round. `matched` are pairs of onsets; an onset is in one pair at most.
    """

    tolerance: int
    first: float | None
    second: float | None
    matched: tuple[tuple[Onset, Onset], ...]
    only_first: tuple[Onset, ...]
    only_second: tuple[Onset, ...]


@dataclass(frozen=True, slots=True)
class Timelines:
    """How far two timelines agree, from `begin` to `end` (ms since the start of the first).

    `offset` is by how many ms the second clock was ahead. `table` counts the seconds in which both
    recorded something, by what they recorded; `kappa` is without tolerance.
    """

    offset: int
    begin: int
    end: int
    table: Table
    kappa: float | None
    within: tuple[Within, ...]


def agreement(sessions: Iterable[Table], values: Sequence[str], least: int = 0) -> Agreement:
    """Return how far observers agree, of the table of each session; `values` are all that could be said.

    There is no coefficient below `least` units, and no interval below 5 sessions. Intervals are
    percentiles of resampled sessions, beyond 200 of them of clusters of sessions. Source: Efron &
    Tibshirani 1993; Field & Welsh 2007 for clusters.
    """
    every = [table for each in sessions if (table := _by_several(each))]
    units = _together(every)
    again = _resampled(_clusters(every)) if len(every) >= LEAST_SESSIONS else []
    return _agreement(units, len(every), again, values, least)


def observed_doubly(sessions: Iterable[Session]) -> list[Doubly]:
    """Return those of the sessions that more than one observer recorded, by day and label.

    Records of one observer count as one. What is blank, or said both ways by one observer, is
    missing. Disagreements are of every actor.
    """
    return [
        _doubly(session, observers)
        for session in sorted(sessions, key=lambda each: (each.day, each.label))
        if len(observers := _observers(session)) > 1
    ]


def compare_observers(sessions: Sequence[Doubly]) -> Observers:
    """Return how far different observers of the same sessions agree, and all that they disagree on.

    Intervals are of the study, not of each behaviour: with the others that would be a hundred at
    once, of a few units each.
    """
    study = [Counter(said for _, said in each.units) for each in sessions]
    behaviours: dict[str, Counter[Said]] = {}
    for each in sessions:
        for behaviour, said in each.units:
            behaviours.setdefault(behaviour, Counter())[said] += 1

    def of_study(answers: Mapping[str, str]) -> Agreement:
        return agreement(_answered(study, answers), tuple(dict.fromkeys(answers.values())))

    def of_behaviour(units: Table, answers: Mapping[str, str]) -> Agreement:
        (answered,) = _answered([units], answers)
        table = _by_several(answered)
        # A behaviour is one unit of each session.
        return _agreement(
            table, sum(table.values()), (), tuple(dict.fromkeys(answers.values())), LEAST_UNITS
        )

    return Observers(
        sessions=tuple(each.session.label for each in sessions),
        study=_compared(of_study),
        behaviours={
            behaviour: _compared(partial(of_behaviour, units))
            for behaviour, units in behaviours.items()
        },
        disagreements=tuple(one for each in sessions for one in each.disagreements),
    )


def compare_rulings(schools: Iterable[Iterable[Said]]) -> Agreement:
    """Return how far researchers agree on cells that several ruled; of each school what they ruled.

    A unit is a cell. Cells of a school depend on each other, so intervals draw whole schools.
    """
    return agreement(map(Counter, schools), VERDICTS, LEAST_UNITS)


def agreement_on_seen(sessions: Iterable[Doubly]) -> Agreement:
    """Return how far observers agree on seen or not seen, of what both could judge; without intervals."""
    units: Counter[Said] = Counter()
    doubly = 0
    for session in sessions:
        judged = [each for _, each in _judged(session)]
        units.update(judged)
        doubly += bool(judged)
    return _agreement(units, doubly, (), (SEEN, NOT_SEEN))


def judged_by_several(sessions: Iterable[Doubly]) -> dict[str, Counter[Said]]:
    """Return by behaviour how often observers who both judged seen or not seen said what."""
    tables: dict[str, Counter[Said]] = {}
    for session in sessions:
        for behaviour, judged in _judged(session):
            tables.setdefault(behaviour, Counter())[judged] += 1
    return tables


def disputable(tables: Mapping[str, Counter[Said]]) -> frozenset[str]:
    """Return the behaviours on which observers agree too little, of the tables of `judged_by_several`.

    Of 10 units or more that both judged seen or not seen, AC1 is below .60. A threshold is a
    convention, so it is printed wherever it is used.
    """
    return frozenset(
        behaviour
        for behaviour, table in tables.items()
        if table.total() >= LEAST_UNITS
        and (figure := gwet_ac1(pairs_of(table), 2)) is not None
        and figure < LEAST_AC1
    )


def compare_timelines(
    first: Timeline, second: Timeline, tolerances: Sequence[int] = TOLERANCES
) -> Timelines:
    """Return how far two timelines of one session agree, on the window that both cover.

    Clocks are set alike by the mark, or trusted where one has none. Time units are the whole
    seconds of the window; those in which one recorded nothing are left out. With a tolerance a
    second agrees when the other says the same within so many seconds before or after it, and two
    onsets of one value match. Source: Bakeman, Quera & Gnisci 2009.
    """
    offset = 0
    if first.mark is not None and second.mark is not None:
        offset = second.start + second.mark - first.start - first.mark
    shift = second.start - offset - first.start
    moved = [replace(i, start=i.start + shift, end=i.end + shift) for i in second.intervals]
    tracks = first.intervals, moved
    begin = max(min((each.start for each in track), default=0) for track in tracks)
    end = max(begin, min(max((each.end for each in track), default=0) for track in tracks))
    ours, theirs = (_by_second(track, begin, (end - begin) // UNIT) for track in tracks)
    mine, others = (
        sorted((each.value, each.start) for each in track if each.value != NOT_RECORDED)
        for track in tracks
    )

    def within(tolerance: int) -> Within:
        pairs = _matched(mine, others, tolerance * 1000)
        # What is on when the window begins may have begun before it: it can match, not be missed.
        inside = ([each for each in onsets if begin < each[1] < end] for onsets in (mine, others))
        only_first, only_second = (
            tuple(sorted(set(onsets) - {pair[side] for pair in pairs}, key=lambda onset: onset[1]))
            for side, onsets in enumerate(inside)
        )
        return Within(
            tolerance=tolerance,
            first=cohen_kappa(_seconds(ours, theirs, tolerance)),
            second=cohen_kappa(_seconds(theirs, ours, tolerance)),
            matched=tuple(pairs),
            only_first=only_first,
            only_second=only_second,
        )

    table = _seconds(ours, theirs, 0)
    return Timelines(offset, begin, end, table, cohen_kappa(table), tuple(map(within, tolerances)))


def _agreement(
    units: Table, sessions: int, again: Sequence[Table], values: Sequence[str], least: int = 0
) -> Agreement:
    """The figures of these units, with intervals from the tables that were drawn `again`."""
    n, categories = sum(units.values()), len(values)
    paired, paired_again = pairs_of(units), [pairs_of(table) for table in again]

    def coefficient(figure: Callable[[Table], float | None]) -> Estimate:
        return _estimate(figure, paired, paired_again) if n >= least else Estimate(None)

    return Agreement(
        n=n,
        sessions=sessions,
        table=paired,
        percent=_estimate(percent_agreement, paired, paired_again),
        specific={
            value: _estimate(partial(specific_agreement, value=value), paired, paired_again)
            for value in values
        },
        kappa=coefficient(cohen_kappa),
        pabak=coefficient(partial(pabak, categories=categories)),
        ac1=coefficient(partial(gwet_ac1, categories=categories)),
        alpha=_estimate(krippendorff_alpha, units, again) if n >= least else Estimate(None),
    )


def _clusters(sessions: Sequence[Table]) -> list[Table]:
    """The sessions, or where they are many the sums of a few of them in each cluster."""
    if len(sessions) <= CLUSTERS:
        return list(sessions)
    return [_together(sessions[place::CLUSTERS]) for place in range(CLUSTERS)]


def _resampled(sessions: Sequence[Table]) -> list[Table]:
    """The sum of as many sessions as there are, drawn with replacement, again and again."""
    columns = {
        said: [session.get(said, 0) for session in sessions]
        for said in dict.fromkeys(said for session in sessions for said in session)
    }
    return [
        {said: sum(map(counts.__getitem__, picks)) for said, counts in columns.items()}
        for picks in _picks(len(sessions))
    ]


@lru_cache(maxsize=16)
def _picks(sessions: int) -> tuple[tuple[int, ...], ...]:
    """Which sessions are in each resample: the same for every behaviour, so they are drawn once."""
    numbers = draws(SEED)
    return tuple(tuple(drawn(numbers, sessions) for _ in range(sessions)) for _ in range(RESAMPLES))


def _judged(session: Doubly) -> Iterator[tuple[str, Said]]:
    """The behaviours of which several said seen or not seen, as one unit each, and what they said."""
    for behaviour, said in session.units:
        judged = tuple(state for state in said if state in (SEEN, NOT_SEEN))
        if len(judged) > 1:
            yield behaviour, judged


def _together(tables: Iterable[Table]) -> Table:
    found: dict[Said, int] = {}
    for table in tables:
        for said, count in table.items():
            found[said] = found.get(said, 0) + count
    return found


def _by_several(table: Table) -> Table:
    return {said: count for said, count in table.items() if len(said) > 1}


def _estimate(
    figure: Callable[[Table], float | None], whole: Table, again: Sequence[Table]
) -> Estimate:
    value = figure(whole)
    if value is None:
        return Estimate(None)
    found = [figured for table in again if (figured := figure(table)) is not None]
    if len(found) < 2:
        return Estimate(value)
    low, *_, high = quantiles(found, n=40, method="inclusive")
    return Estimate(value, low, high, len(again) - len(found))


def _doubly(session: Session, observers: Mapping[str, Sequence[Observed]]) -> Doubly:
    units, disagreements = [], []
    for behaviour, actor, told, said in _told(session, observers):
        if len(told) > 1 and (len({state for _, state in told}) > 1 or not said):
            disagreements.append(Disagreement(session.label, behaviour, actor, told))
        if len(said) > 1 and actor in WHOLE:
            units.append((behaviour, said))
    return Doubly(session, tuple(units), tuple(disagreements))


def _told(
    session: Session, observers: Mapping[str, Sequence[Observed]]
) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...], Said]]:
    """Of each behaviour and actor who says what, and what was said by who does not contradict himself."""
    for behaviour, actor in dict.fromkeys(k for each in session.observed for k in each.judgements):
        states = ((who, _state(of, behaviour, actor)) for who, of in observers.items())
        told = tuple((who, state) for who, state in states if state != BLANK)
        yield behaviour, actor, told, tuple(state for _, state in told if state != DISPUTED)


def _observers(session: Session) -> dict[str, list[Observed]]:
    """The records of a session by observer, in the order of their codes."""
    found: dict[str, list[Observed]] = {}
    for each in sorted(session.observed, key=lambda each: each.observer or each.label):
        found.setdefault(each.observer or each.label, []).append(each)
    return found


def _state(records: Iterable[Observed], behaviour: str, actor: str) -> str:
    given = [each.judgements.get((behaviour, actor), NOTHING).state for each in records]
    return consolidated(given)[0]


def _compared(asked: Callable[[Mapping[str, str]], Agreement]) -> Compared:
    """What each of the three questions finds; of a question it is said what a state answers to it."""
    return Compared(
        judgeable=asked({SEEN: JUDGEABLE, NOT_SEEN: JUDGEABLE, NOT_JUDGEABLE: NOT_JUDGEABLE}),
        states=asked({state: state for state in (SEEN, NOT_SEEN, NOT_JUDGEABLE)}),
        seen=asked({state: state for state in (SEEN, NOT_SEEN)}),
    )


def _answered(tables: Iterable[Table], answers: Mapping[str, str]) -> Iterator[Table]:
    """The tables with each state as its answer; a state without one is left out."""
    known: dict[Said, Said] = {}
    for table in tables:
        found: dict[Said, int] = {}
        for said, count in table.items():
            if said not in known:
                known[said] = tuple(answers[state] for state in said if state in answers)
            answer = known[said]
            found[answer] = found.get(answer, 0) + count
        yield found


def _by_second(track: Iterable[Interval], begin: int, seconds: int) -> list[str]:
    """What was on at the start of each second of the window."""
    found = [NOT_RECORDED] * seconds
    for each in track:
        since, until = (
            min(max(-((begin - time) // UNIT), 0), seconds) for time in (each.start, each.end)
        )
        found[since:until] = [each.value] * (until - since)
    return found


def _seconds(ours: Sequence[str], theirs: Sequence[str], tolerance: int) -> Table:
    found: Counter[Said] = Counter()
    for second, (our, their) in enumerate(zip(ours, theirs, strict=True)):
        if NOT_RECORDED not in (our, their):
            near = theirs[max(second - tolerance, 0) : second + tolerance + 1]
            found[our, our if our in near else their] += 1
    return found


def _matched(
    ours: Sequence[Onset], theirs: Sequence[Onset], tolerance: int
) -> list[tuple[Onset, Onset]]:
    """As many pairs of onsets as possible; both come by value and time, the tolerance is in ms."""
    pairs: list[tuple[Onset, Onset]] = []
    one = two = 0
    while one < len(ours) and two < len(theirs):
        (value, time), (other, moment) = ours[one], theirs[two]
        # The earliest with the earliest that is near enough: no other choice gives more pairs.
        if value == other and abs(time - moment) <= tolerance:
            pairs.append((ours[one], theirs[two]))
            one, two = one + 1, two + 1
        elif ours[one] < theirs[two]:
            one += 1
        else:
            two += 1
    return sorted(pairs, key=lambda pair: pair[0][1])
