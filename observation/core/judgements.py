"""What is said of each behaviour: the observer's judgements, and what the log settles.

Four states are kept apart, since confusing them ruins a triangulation: seen, looked for and not
seen, could not be judged, and nothing said (blank). A judgement without a person, of something that
the leadership does, is about the leadership as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .events import Event
from .instrument import Indicator, Instrument
from .records import (
    LEADERSHIP,
    NOT_RECORDED,
    TEAM,
    Entry,
    Interval,
    Judgement,
    Participant,
    Sighting,
)
from .slots import standing
from .timeline import overlap

SEEN = "seen"
NOT_SEEN = "not-seen"
NOT_JUDGEABLE = "not-judgeable"
BLANK = "blank"
CONFLICT = "conflict"


def judgements(
    entries: Iterable[Entry],
    people: Sequence[Participant],
    leads: Sequence[Interval],
    instrument: Instrument,
) -> tuple[Judgement, ...]:
    """Return what is said per indicator and actor, in the instrument's order.

    Of a behaviour of the team there is one judgement; of one of the leadership there is one per
    leader, one per other person who was seen doing it, and last one for the leadership as a whole.
    Two codes of one behaviour have the same judgements. `entries` are judgements that count, in
    order; an observer's own always win over what the log settles.
    """
    said = _said(entries, instrument)
    log = _Log(people, leads, instrument)
    found: list[Judgement] = []
    for indicator in instrument.indicators:
        if indicator.actor == TEAM:
            found.append(_own(indicator, TEAM, said))
        else:
            found += _of_leadership(indicator, said, log)
    return tuple(found)


def _of_leadership(indicator: Indicator, said: _Said, log: _Log) -> list[Judgement]:
    leaders = [leader.person for leader in log.leaders]
    whole = _own(indicator, LEADERSHIP, said)
    part = indicator.log.part.id if indicator.log and indicator.log.part else ""
    parts = {actor: _own(indicator, actor, said, part) for actor in (*leaders, LEADERSHIP)}
    judged: list[Judgement] = []
    for leader in log.leaders:
        own = _own(indicator, leader.person, said)
        handed = _inherited(parts[leader.person], parts[LEADERSHIP], leaders)
        settled = log.settle(indicator, [leader], handed)
        # That a leader was away outweighs what was said of the leadership as a whole.
        if own.state == BLANK and settled.state != NOT_JUDGEABLE:
            own = _inherited(own, whole, leaders)
        judged.append(_settled(own, settled))
    actors = {actor for code, _, actor in said if code == _behaviour(indicator)}
    others = sorted(actors - {*leaders, LEADERSHIP})
    if whole.state == BLANK and any(item.source == "observer" for item in judged):
        whole = _together(whole, judged)
    handed = parts[LEADERSHIP]
    if handed.state == BLANK:
        handed = _together(handed, [parts[leader] for leader in leaders])
    return [
        *judged,
        *(_own(indicator, other, said) for other in others),
        _settled(whole, log.settle(indicator, log.leaders, handed)),
    ]


@dataclass(frozen=True, slots=True)
class _Statement:
    state: str
    sighting: Sighting


_Said = Mapping[tuple[str, str, str], Sequence[_Statement]]


def _said(entries: Iterable[Entry], instrument: Instrument) -> _Said:
    """The standing statements by (behaviour, part, actor)."""
    given: list[tuple[tuple[str, str], Event, tuple[str, _Statement]]] = []
    known = {indicator.code: indicator for indicator in instrument.indicators}
    for entry in entries:
        data = entry.event.data
        indicator = known.get(data["indicator"])
        if indicator is None:
            continue
        person = data.get("person", "")
        actor = TEAM if indicator.actor == TEAM else person or LEADERSHIP
        timed = entry.time >= 0 and (data["judged"] == "session" or "moment" in data)
        sighting = Sighting(entry.event.id, entry.time if timed else None, data["judged"], person)
        key = _behaviour(indicator), data.get("part", "")
        given.append((key, entry.event, (actor, _Statement(data["state"], sighting))))
    said: dict[tuple[str, str, str], list[_Statement]] = {}
    # A judgement replaces one of another actor too: first a tap, then by whom.
    for (behaviour, part), slot in standing(given).items():
        for actor, statement in slot.values:
            said.setdefault((behaviour, part, actor), []).append(statement)
    return said


def _own(indicator: Indicator, actor: str, said: _Said, part: str = "") -> Judgement:
    """What the observer says of this actor and of nobody else."""
    statements = said.get((_behaviour(indicator), part, actor))
    if not statements:
        return Judgement(indicator.code, actor, BLANK)
    states = {statement.state for statement in statements}
    return Judgement(
        indicator.code,
        actor,
        states.pop() if len(states) == 1 else CONFLICT,
        source="observer",
        judged=min((s.sighting.judged for s in statements), key=_WHEN.index),
        sightings=tuple(s.sighting for s in statements if s.state == SEEN),
    )


def _behaviour(indicator: Indicator) -> str:
    return indicator.same_as or indicator.code


_WHEN = ("session", "finish", "later")  # from the strongest to the weakest


def _inherited(own: Judgement, whole: Judgement, leaders: Sequence[str]) -> Judgement:
    """What is said of the leadership holds for a leader: a sighting only of the one leader."""
    if own.state != BLANK or (whole.state == SEEN and len(leaders) > 1):
        return own
    return replace(whole, actor=own.actor)


def _together(whole: Judgement, of: Sequence[Judgement]) -> Judgement:
    """What the judgements of the leaders say of the leadership: seen when any leader did it."""
    states = {judgement.state for judgement in of} - {NOT_JUDGEABLE}
    if CONFLICT in states:
        state = CONFLICT
    elif SEEN in states:
        state = SEEN
    elif not states and of:
        state = NOT_JUDGEABLE
    else:
        state = NOT_SEEN if states == {NOT_SEEN} else BLANK
    if state == BLANK:
        return whole
    sightings = [sighting for judgement in of for sighting in judgement.sightings]
    times = sorted(sightings, key=lambda sighting: (sighting.time is None, sighting.time or 0))
    when = min((judgement.judged for judgement in of if judgement.judged), key=_WHEN.index)
    return replace(whole, state=state, source="observer", judged=when, sightings=tuple(times))


def _settled(own: Judgement, log: Judgement) -> Judgement:
    """The observer's judgement, or the log's where there is none."""
    if own.state == BLANK:
        return replace(log, actor=own.actor)
    return replace(own, suggested=log.state if log.state != BLANK else "")


class _Log:
    """What a session's log settles by the instrument's rules."""

    def __init__(
        self, people: Sequence[Participant], leads: Sequence[Interval], instrument: Instrument
    ) -> None:
        self.leaders = [person for person in people if person.role == instrument.leading_role]
        self._seconds = instrument.leading_seconds
        self._leads = leads
        # Without a word on who was there, nobody can be called absent.
        self._somebody = any(person.present for person in people)

    def settle(
        self, indicator: Indicator, leaders: Sequence[Participant], handed: Judgement
    ) -> Judgement:
        """Return what the log says of these leaders together; `handed` is said of the rule's part."""
        blank = Judgement(indicator.code, LEADERSHIP, BLANK)
        if not self._somebody:
            return blank
        present = [leader for leader in leaders if leader.present]
        rule = indicator.log.rule if indicator.log else ""
        if rule == "present":
            arrivals = [spell for leader in present for spell in leader.spells]
            return _by_log(blank, SEEN if present else NOT_SEEN, arrivals)
        if rule == "present-not-leading":
            if not present:
                return _by_log(blank, NOT_JUDGEABLE)
            leads = self._lead(present)
            return blank if leads is None else _by_log(blank, NOT_SEEN if leads else SEEN)
        if rule == "leads-or-part":
            return self._leads_or_part(blank, present, handed)
        return _by_log(blank, NOT_JUDGEABLE) if indicator.needs_leader and not present else blank

    def _leads_or_part(
        self, blank: Judgement, present: Sequence[Participant], handed: Judgement
    ) -> Judgement:
        leads = self._lead(present)
        if leads:
            by = {leader.person for leader in present}
            found = _by_log(blank, SEEN, [lead for lead in self._leads if lead.value in by])
            return replace(found, sightings=(*found.sightings, *handed.sightings))
        if handed.state in (SEEN, CONFLICT):
            return replace(handed, actor=blank.actor)
        if leads is False and handed.state == NOT_SEEN:
            return replace(handed, source="log", sightings=())
        return blank

    def _lead(self, present: Sequence[Participant]) -> bool | None:
        """Whether these people led long enough; None when too much was not recorded to know."""
        codes = {person.person for person in present}
        led = sum(lead.length for lead in self._leads if lead.value in codes)
        if led >= self._seconds * 1000:
            return True
        unknown = [lead for lead in self._leads if lead.value == NOT_RECORDED]
        spells = [spell for person in present for spell in person.spells]
        possibly = led + sum(overlap(lead, spells) for lead in unknown)
        return None if possibly >= self._seconds * 1000 else False


def _by_log(blank: Judgement, state: str, evidence: Iterable[Interval] = ()) -> Judgement:
    sightings = tuple(
        Sighting(interval.event, interval.start, "session", interval.value)
        for interval in sorted(evidence, key=lambda interval: interval.start)
    )
    return replace(blank, state=state, source="log", sightings=sightings)
