"""Board sessions as a triangulation takes them: what one or more observers judged, consolidated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .events import local_time
from .instrument import Instrument
from .judgements import BLANK, CONFLICT, NOT_JUDGEABLE, NOT_SEEN, SEEN
from .records import Interval, Observation, Sighting
from .rulings import Agreed

DISPUTED = "disputed"  # one saw it, another looked for it and did not


@dataclass(frozen=True, slots=True)
class Judged:
    """What one observer says of a behaviour of one actor; `judged` is session, finish, later or ""."""

    state: str
    judged: str = ""
    sightings: tuple[Sighting, ...] = ()


NOTHING = Judged(BLANK)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a triangulation, and a comparison of schools, takes of an observation.

    `day` is YYYY-MM-DD by the wall clock of the place, `state` that of review. `leaders` are the
    leaders who were expected or came, `present` those of them who were there. `judgements` are by
    behaviour and actor; what is not in it is blank. `phases` and `leads` are tracks in ms since
    `start`, which is in ms since 1970 by the observer's clock; `roles` are those of whoever led, by
    person. `mark` is when the first moment to come back to was set (ms since the start), or None.
    `people` are the roles of all whom the record names, by person.
    """

    stream: str
    label: str
    school: str
    unit: str
    observer: str
    day: str
    state: str
    leaders: tuple[str, ...]
    present: tuple[str, ...]
    judgements: Mapping[tuple[str, str], Judged]
    phases: tuple[Interval, ...] = ()
    leads: tuple[Interval, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    start: int = 0
    mark: int | None = None
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consolidated:
    """What the observers of a session say together of a behaviour of one actor.

    `state` is seen, not-seen, not-judgeable, blank or disputed. `one_observer` is whether only one
    of several says so. `sightings` are of those who saw it, each with its observation's label.
    """

    state: str
    one_observer: bool = False
    late: bool = False  # judged later than at Finish
    sightings: tuple[tuple[str, Sighting], ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One board session, with the records of all who observed it, by label."""

    observed: tuple[Observed, ...]

    @property
    def label(self) -> str:
        """The label of its first record."""
        return self.observed[0].label

    @property
    def day(self) -> str:
        return self.observed[0].day

    @property
    def unit(self) -> str:
        return self.observed[0].unit

    @property
    def streams(self) -> frozenset[str]:
        return frozenset(each.stream for each in self.observed)

    def was_there(self, actor: str, leadership: str) -> bool:
        """Return whether this leader, or any for the leadership as a whole, was there at any time."""
        present = {leader for each in self.observed for leader in each.present}
        return bool(present) if actor == leadership else actor in present

    def said(self, behaviour: str, actor: str, agreed: Agreed) -> Consolidated:
        """Return what stands of a behaviour of one actor; what all agree to stands for what is disputed."""
        given = [(each, each.judgements.get((behaviour, actor), NOTHING)) for each in self.observed]
        state, alone = consolidated([judged.state for _, judged in given])
        if state == DISPUTED:
            votes = agreed.get((self.streams, behaviour, actor), {})
            given_by = [votes.get(each.observer) for each in self.observed]
            states = {vote.state if vote else DISPUTED for vote in given_by}
            state = states.pop() if len(states) == 1 else DISPUTED
        told = [(each, judged) for each, judged in given if judged.state == state]
        return Consolidated(
            state,
            alone,
            late=any(judged.judged == "later" for _, judged in told),
            sightings=tuple((each.label, s) for each, judged in told for s in judged.sightings),
        )


def consolidated(states: Sequence[str]) -> tuple[str, bool]:
    """Return what several observers say together, and whether only one of several says it.

    Seen beside not-seen is disputed, as is whoever contradicts himself. Either of them stands
    beside not-judgeable and blank, not-judgeable beside blank.
    """
    said = {state for state in states if state in (SEEN, NOT_SEEN)}
    if CONFLICT in states or len(said) > 1:
        return DISPUTED, False
    if said:
        (state,) = said
        return state, len(states) > 1 and list(states).count(state) == 1
    return NOT_JUDGEABLE if NOT_JUDGEABLE in states else BLANK, False


def observed_of(observation: Observation, instrument: Instrument) -> Observed:
    """Return what a triangulation takes of an observation that was made with this instrument."""
    said = {name: slot.value for name, slot in observation.header.items()}
    begun = observation.begun
    day = ""
    if begun:
        moment = local_time(observation.start, str(begun.data.get("moment", begun.at)))
        day = moment.date().isoformat()
    leaders = [each for each in observation.people if each.role == instrument.leading_role]
    behaviours = {indicator.code for indicator in instrument.behaviours()}
    return Observed(
        stream=observation.stream,
        label=observation.label,
        school=said.get("school", ""),
        unit=said.get("unit", ""),
        observer=said.get("observer", ""),
        day=day,
        state=observation.review.state,
        leaders=tuple(each.person for each in leaders),
        present=tuple(each.person for each in leaders if each.present),
        judgements={
            (each.code, each.actor): Judged(each.state, each.judged, each.sightings)
            for each in observation.judgements
            if each.code in behaviours and each.state != BLANK
        },
        phases=_bare(observation.phases),
        leads=_bare(observation.leads),
        roles={
            each.person: each.role
            for each in observation.people
            if any(lead.value == each.person for lead in observation.leads)
        },
        start=observation.start,
        mark=min((entry.time for entry in observation.marks), default=None),
        people={each.person: each.role for each in observation.people},
    )


def _bare(track: Iterable[Interval]) -> tuple[Interval, ...]:
    """The track without the events that it came from, which nobody looks up here."""
    return tuple(replace(each, event="") for each in track)


def sessions_of(observed: Iterable[Observed], matched: Iterable[Sequence[str]]) -> list[Session]:
    """Return the sessions of these observations, by day and label.

    `matched` are streams, or labels, of observations of one session; lists that share one are one.
    """
    every = sorted(observed, key=lambda each: (each.label, each.stream))
    names = {each.label: each.stream for each in reversed(every)}
    names |= {each.stream: each.stream for each in every}
    first = {each.stream: each.stream for each in every}

    def root(stream: str) -> str:
        while first[stream] != stream:
            stream = first[stream]
        return stream

    for together in matched:
        one, *others = [names[name] for name in together if name in names] or [""]
        for other in others:
            first[root(other)] = root(one)
    found: dict[str, list[Observed]] = {}
    for each in every:
        found.setdefault(root(each.stream), []).append(each)
    return sorted(
        (Session(tuple(each)) for each in found.values()),
        key=lambda session: (session.day, session.label, session.observed[0].stream),
    )
