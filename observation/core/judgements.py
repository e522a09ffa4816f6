"""What is said of each behaviour: the observer's judgements, and what the log settles.

Four states are kept apart, since confusing them ruins a triangulation: seen, looked for and not
seen, could not be judged, and nothing said (blank). A judgement without a person, of something that
the leadership does, is about the leadership as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .events import Event
from .instrument import Indicator, Instrument
from .kinds import shape_problem
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
    unseen: int = 0,
    known: bool = True,
) -> tuple[Judgement, ...]:
    """Return what is said per indicator and actor, in the instrument's order.

    Of a behaviour of the team there is one judgement; of one of the leadership there is one per
    leader, one per other person who was seen doing it, and last one for the leadership as a whole.
    Two codes of one behaviour have the same judgements. `entries` are judgements that count, in
    order; an observer's own always win over what the log settles. `unseen` is for how many ms the
    session went on before the observer came in; without a `known` end the log settles nothing but
    that somebody was there.
    """
    log = _Log(people, leads, instrument, unseen, known)
    said = _said(entries, instrument, {leader.person for leader in log.leaders})
    found: list[Judgement] = []
    for indicator in instrument.indicators:
        if indicator.actor == TEAM:
            found.append(_own(indicator, TEAM, said))
        else:
            found += _of_leadership(indicator, said, log)
    return tuple(found)


def standing_judgements(
    log: Iterable[Entry], instrument: Instrument
) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return the ids of the judgements that stand, by behaviour, part and actor.

    These are what a choice between them replaces. `log` is an observation's whole log, in order.
    """
    usable = (
        entry
        for entry in log
        if entry.event.kind == "indicator-judged"
        and not entry.retracted
        and shape_problem(entry.event) is None
    )
    said = _said(usable, instrument)
    return {key: tuple(each.sighting.event for each in said[key]) for key in said}


def _of_leadership(indicator: Indicator, said: _Said, log: _Log) -> list[Judgement]:
    leaders = [leader.person for leader in log.leaders]
    # One leader who leads is enough for "the leadership leads"; that it does not takes all of them.
    any_of = NOT_SEEN if indicator.log and indicator.log.rule == "present-not-leading" else SEEN
    whole = _own(indicator, LEADERSHIP, said)
    own = [_own(indicator, leader, said) for leader in leaders]
    part = indicator.log.part.id if indicator.log and indicator.log.part else ""
    handed = _own(indicator, LEADERSHIP, said, part)
    handed_by = [_own(indicator, leader, said, part) for leader in leaders]
    judged: list[Judgement] = []
    for leader, by, points in zip(log.leaders, own, handed_by, strict=True):
        settled = log.settle(indicator, [leader], _inherited(points, handed, leaders, any_of))
        inherited = _inherited(by, whole, leaders, any_of)
        # That a leader was away outweighs that the leadership as a whole was not seen doing it.
        if by.state == BLANK and inherited.state != SEEN and settled.state == NOT_JUDGEABLE:
            inherited = by
        judged.append(_settled(inherited, settled))
    actors = {actor for code, about, actor in said if code == _behaviour(indicator) and not about}
    together = log.settle(indicator, log.leaders, _together(handed, handed_by, any_of))
    if any(item.state != BLANK for item in own):
        whole = _together(whole, own if whole.state != BLANK else judged, any_of)
    return [
        *judged,
        *(_own(indicator, other, said) for other in sorted(actors - {*leaders, LEADERSHIP})),
        _settled(whole, together),
    ]


@dataclass(frozen=True, slots=True)
class _Statement:
    state: str
    sighting: Sighting


_Said = Mapping[tuple[str, str, str], Sequence[_Statement]]


def _said(entries: Iterable[Entry], instrument: Instrument, leaders: Collection[str] = ()) -> _Said:
    """The standing statements by (behaviour, part, actor)."""
    given: list[tuple[tuple[str, str], Event, tuple[str, _Statement]]] = []
    known = {indicator.code: indicator for indicator in instrument.indicators}
    for entry in entries:
        data = entry.event.data
        indicator = known.get(data["indicator"])
        if indicator is None:
            continue
        person, part = data.get("person", ""), data.get("part", "")
        actor = TEAM if indicator.actor == TEAM else person or LEADERSHIP
        if part and person not in leaders:
            actor = LEADERSHIP  # handed over through another
        timed = entry.time >= 0 and (data["judged"] == "session" or "moment" in data)
        sighting = Sighting(entry.event.id, entry.time if timed else None, data["judged"], person)
        key = _behaviour(indicator), part
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


def _inherited(own: Judgement, whole: Judgement, leaders: Sequence[str], any_of: str) -> Judgement:
    """What is said of the leadership holds for a leader, but what any of several may have done."""
    if own.state != BLANK or (whole.state == any_of and len(leaders) > 1):
        return own
    return replace(whole, actor=own.actor)


def _together(whole: Judgement, of: Sequence[Judgement], any_of: str) -> Judgement:
    """What is said of the leadership and of its leaders, as one judgement of the leadership.

    One leader of whom `any_of` holds is enough for it to hold of the leadership; its opposite takes
    all who could be judged. What the observer said of the whole must agree with that.
    """
    states = {judgement.state for judgement in of} - {NOT_JUDGEABLE}
    opposite = NOT_SEEN if any_of == SEEN else SEEN
    if CONFLICT in states:
        state = CONFLICT
    elif any_of in states:
        state = any_of
    elif not states and of:
        state = NOT_JUDGEABLE
    else:
        state = opposite if states == {opposite} else BLANK
    if state == BLANK:
        return whole
    if whole.state not in (BLANK, state):
        state = CONFLICT
    sightings = {s.event: s for judgement in (whole, *of) for s in judgement.sightings}
    times = sorted(sightings.values(), key=lambda s: (s.time is None, s.time or 0, s.event))
    when = min((j.judged for j in (whole, *of) if j.judged), key=_WHEN.index)
    return replace(whole, state=state, source="observer", judged=when, sightings=tuple(times))


def _settled(own: Judgement, log: Judgement) -> Judgement:
    """The observer's judgement, or the log's where there is none."""
    if own.state == BLANK:
        return replace(log, actor=own.actor)
    return replace(own, suggested=log.state if log.state != BLANK else "")


class _Log:
    """What a session's log settles by the instrument's rules; nothing where it may be wrong."""

    def __init__(
        self,
        people: Sequence[Participant],
        leads: Sequence[Interval],
        instrument: Instrument,
        unseen: int,
        known: bool,
    ) -> None:
        role = instrument.leading_role
        self.leaders = [person for person in people if person.role == role]
        self._least = instrument.leading_seconds * 1000
        self._leads = leads
        self._unseen = unseen
        self._known = known
        # Without a word on who was there nobody can be called absent, nor while somebody whose
        # role is not known, or not agreed on, may have been the leader.
        described = [{each.role for each in person.description.values} for person in people]
        self._certain = any(person.present for person in people) and not any(
            person.traces and ("" in roles or (role in roles and len(roles) > 1))
            for person, roles in zip(people, described, strict=True)
        )

    def settle(
        self, indicator: Indicator, leaders: Sequence[Participant], handed: Judgement
    ) -> Judgement:
        """Return what the log says of these leaders together; `handed` is said of the rule's part."""
        blank = Judgement(indicator.code, LEADERSHIP, BLANK)
        there = self._there(leaders)
        present = [leader for leader in leaders if leader.present]
        rule = indicator.log.rule if indicator.log else ""
        if rule == "present" and there:
            arrivals = [spell for leader in present for spell in leader.spells]
            return _by_log(blank, SEEN, arrivals)
        if rule == "leads-or-part":
            return self._leads_or_part(blank, there, present, handed)
        if not self._known or there is None:
            return blank
        if rule == "present":
            return _by_log(blank, NOT_SEEN)
        if rule == "present-not-leading" and there:
            leads = self._lead(present)
            return blank if leads is None else _by_log(blank, NOT_SEEN if leads else SEEN)
        away = not there and (indicator.needs_leader or rule == "present-not-leading")
        return _by_log(blank, NOT_JUDGEABLE) if away else blank

    def _there(self, leaders: Sequence[Participant]) -> bool | None:
        """Whether any of them was there; None when the record does not tell for sure."""
        if any(leader.present for leader in leaders):
            return True
        unsure = not self._certain or self._unseen or any(leader.traces for leader in leaders)
        return None if unsure else False

    def _leads_or_part(
        self,
        blank: Judgement,
        there: bool | None,
        present: Sequence[Participant],
        handed: Judgement,
    ) -> Judgement:
        leads = self._lead(present) if self._known and there is not None else None
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
        if led >= self._least:
            return True
        unknown = [lead for lead in self._leads if lead.value == NOT_RECORDED]
        spells = [spell for person in present for spell in person.spells]
        possibly = led + sum(overlap(lead, spells) for lead in unknown)
        # What went on before the observer came in may have been led by anybody.
        return None if possibly + self._unseen >= self._least else False


def _by_log(blank: Judgement, state: str, evidence: Iterable[Interval] = ()) -> Judgement:
    sightings = tuple(
        Sighting(interval.event, interval.start, "session", interval.value)
        for interval in sorted(evidence, key=lambda interval: interval.start)
    )
    return replace(blank, state=state, source="log", sightings=sightings)
