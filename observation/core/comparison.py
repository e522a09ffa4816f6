"""Schools beside each other: how sessions ran, who led, what was seen in which phase, and which styles.

Everything is a count with what it is out of; there is no average and no score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import verdicts
from .cells import IN_SESSION, Cell, Triangulation
from .format import length
from .instrument import Group, Indicator, Instrument
from .judgements import NOT_SEEN, SEEN
from .records import LEADERSHIP, NOBODY, NOT_RECORDED, TEAM, Interval
from .rulings import Agreed
from .sessions import Observed, Session
from .timeline import totals
from .verdicts import Verdict

OUTSIDE = "outside"  # a locus
UNKNOWN = ""  # the role of somebody of whom only the code is known

# In how many of the schools one and the same verdict stands.
EVERYWHERE, MOSTLY, VARYING, ONCE, UNTESTED = "everywhere", "mostly", "varying", "once", "untested"


@dataclass(frozen=True, slots=True)
class Led:
    """For how long each role led, in ms, in all sessions together; `nobody` is one of them.

    `unknown` is for how long nobody wrote down who led.
    """

    roles: Mapping[str, int]
    unknown: int

    @property
    def known(self) -> int:
        """For how long it was written down who led, in ms."""
        return sum(self.roles.values())


@dataclass(frozen=True, slots=True)
class Occasions:
    """How often a behaviour was seen in a phase: in `seen` of the `judged` sessions.

    Those are the sessions that had the phase and in which it was judged seen or not seen; `had` is
    every session that had the phase.
    """

    seen: int
    judged: int
    had: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A behaviour under one of its codes: seen in m of T sessions; `observable` is False outside sessions."""

    indicator: Indicator
    m: int
    total: int
    observable: bool


@dataclass(frozen=True, slots=True)
class Style:
    """A leadership style with what was seen of its behaviours."""

    group: Group
    behaviours: tuple[Shown, ...]

    @property
    def seen(self) -> int:
        """How many of its behaviours were seen at least once."""
        return sum(each.m > 0 for each in self.behaviours)

    @property
    def judged(self) -> int:
        """How many of them were judged seen or not seen at least once."""
        return sum(each.total > 0 for each in self.behaviours)


def lengths(session: Session) -> dict[str, int]:
    """Return how long each phase of a session was, in ms, by its first record; one it had not is not in it."""
    return totals(session.observed[0].phases)


def led(sessions: Iterable[Session], phase: str = "") -> Led:
    """Return for how long each role led while a phase was on, or in the whole of these sessions.

    By the first record of each: two observers of one session would count it twice.
    """
    roles: Counter[str] = Counter()
    unknown = 0
    for session in sessions:
        record = session.observed[0]
        on = [each for each in record.phases if each.value == phase]
        for lead in record.leads:
            length = sum(_both(lead, each) for each in on) if phase else lead.shown
            if lead.value == NOT_RECORDED:
                unknown += length
            elif length:
                roles[_role(record, lead.value)] += length
    return Led(dict(roles), unknown)


def _both(one: Interval, other: Interval) -> int:
    """For how long both were on by the times that are shown, in ms."""
    return max(0, length(max(one.start, other.start), min(one.end, other.end)))


def occasions(
    sessions: Sequence[Session], indicator: Indicator, phase: str, agreed: Agreed
) -> Occasions:
    """Return how often a behaviour was seen in a phase, of how many sessions that had this phase.

    A session counts as seen when one of its sightings has a time in the phase, by the track of whoever
    saw it; a sighting without a time lies in no phase. Where it was seen in another phase only, it
    was judged and not seen in this one.
    """
    had = [session for session in sessions if _had(session, phase)]
    actor = actor_of(indicator)
    seen = judged = 0
    for session in had:
        said = session.said(indicator.code, actor, agreed)
        if said.state not in (SEEN, NOT_SEEN):
            continue
        tracks = {each.label: each.phases for each in session.observed}
        judged += 1
        seen += any(
            sighting.time is not None and phase_at(tracks[label], sighting.time) == phase
            for label, sighting in said.sightings
        )
    return Occasions(seen, judged, len(had))


def phase_at(track: Iterable[Interval], time: int) -> str:
    """Return the phase that was on at a time (ms since the start), or ""."""
    return next((each.value for each in track if each.start <= time < each.end), "")


def styles(found: Triangulation, instrument: Instrument) -> tuple[Style, ...]:
    """Return the styles of leadership with what was seen of them in the sessions of a school.

    A behaviour with two codes stands under both its styles. The leadership is seen when any leader is.
    """
    in_session = {
        (cell.behaviour, cell.actor): cell.sights
        for cell in found.cells
        if cell.line == IN_SESSION and cell.actor in (TEAM, LEADERSHIP)
    }

    def shown(indicator: Indicator) -> Shown:
        behaviour = instrument.indicator(instrument.behaviour(indicator.code))
        sights = in_session.get((behaviour.code, actor_of(behaviour)))
        seen, total = (len(sights.seen), sights.total) if sights else (0, 0)
        return Shown(indicator, seen, total, behaviour.locus != OUTSIDE)

    return tuple(
        Style(group, tuple(shown(each) for each in instrument.indicators if each.group == group.id))
        for group in instrument.groups
        if group.axes
    )


def standing(cell: Cell) -> Verdict:
    """Return the verdict that stands: what researchers rule where all say the same, else the suggestion."""
    ruled = {each.verdict for each in cell.rulings}
    if len(ruled) != 1 or ruled == {cell.verdict.verdict}:
        return cell.verdict
    return Verdict(ruled.pop(), "ruling")


def headline(cells: Iterable[Cell], behaviour: str, actor: str) -> Cell | None:
    """Return the cell, of those of a school, that stands for a behaviour: its headline.

    Of a leader who was spoken of where nobody spoke of the leadership; None without any cell.
    """
    heads = [c for c in cells if c.behaviour == behaviour and c.headline]
    whole = next((c for c in heads if c.actor == actor), None)
    spoken = [c for c in heads if c.positions.spoke]
    if whole and not whole.positions.spoke and spoken:
        return spoken[0]
    return whole


def over_schools(cells: Iterable[Cell | None]) -> tuple[str, str]:
    """Return the pattern over schools of a behaviour's verdicts, and the verdict that most have, or "".

    Everywhere is one verdict in all schools where it was tested, at least two; mostly is one in more
    than half of them; once is one school. What is provisional enters no conclusion.
    """
    found = Counter(
        verdict.verdict
        for cell in cells
        if cell and not (verdict := standing(cell)).provisional and is_tested(verdict)
    )
    number = found.total()
    if number < 2:
        return (ONCE, next(iter(found))) if number else (UNTESTED, "")
    usual, most = max(found.items(), key=lambda each: (each[1], each[0]))
    if most == number:
        return EVERYWHERE, usual
    return (MOSTLY, usual) if 2 * most > number else (VARYING, "")


def is_tested(verdict: Verdict) -> bool:
    """Return whether a verdict compares what was said with what was seen."""
    return verdicts.farmer(verdict.verdict) != "silence"


def actor_of(indicator: Indicator) -> str:
    """Return who does a behaviour, as a whole: the team or the leadership."""
    return TEAM if indicator.actor == TEAM else LEADERSHIP


def _had(session: Session, phase: str) -> bool:
    return any(i.value == phase and i.length for each in session.observed for i in each.phases)


def _role(record: Observed, leader: str) -> str:
    """The role of who led; nobody stands for itself."""
    if leader in record.roles:
        return record.roles[leader]
    return leader if leader == NOBODY else UNKNOWN
