"""One stream's events in the order in which they happened, with what of them counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .clock import ClockStep, recorded_times
from .errors import N_, Problem
from .events import Event, instant, union
from .kinds import KINDS, shape_problem
from .records import Entry
from .slots import standing


@dataclass(frozen=True, slots=True)
class Story:
    """A stream in order: `log` holds every event, `of` yields those that count.

    An event counts when it is not retracted and its data has the shape of its kind. Times are ms since
    `start`, which is ms since 1970 (UTC); one before the start is negative.
    """

    stream: str
    begun: Event | None
    start: int
    log: tuple[Entry, ...]
    counted: tuple[Entry, ...]
    by_kind: Mapping[str, Sequence[Entry]]  # the same
    steps: tuple[ClockStep, ...]
    problems: tuple[Problem, ...]

    def of(self, *kinds: str) -> Iterator[Entry]:
        """Yield the entries of these kinds that count, in order."""
        there = [kind for kind in kinds if kind in self.by_kind]
        if len(there) < 2:
            return iter(self.by_kind[there[0]] if there else ())
        return (entry for entry in self.counted if entry.event.kind in kinds)


def read_story(events: Iterable[Event], beginning: str) -> Story:
    """Return the story of one stream's events; `beginning` is the kind of event that starts it.

    Ordered by moment, recorded time, device, `seq` and id. Device and `seq` stand before the id,
    since within a device they are the true order, also when its wall clock went back.
    """
    log = union(events)
    ids = {event.id for event in log}
    usable, problems = _usable(log)
    recorded, steps = _recorded(log)
    begun, extra = _beginning(usable, beginning, recorded)
    # Without its beginning a record has no start, so that one act cannot be taken back.
    retracted = retracted_ids(usable) - ({begun.id} if begun else set())
    effective = [event for event in usable if event.id not in retracted]
    moments = recorded | _moments(effective, recorded)
    start = moments[begun.id] if begun else min(moments.values(), default=0)
    entries = sorted(
        (Entry(e, moments[e.id] - start, recorded[e.id] - start, e.id in retracted) for e in log),
        key=lambda entry: (
            entry.time,
            entry.recorded,
            entry.event.device,
            entry.event.seq,
            entry.event.id,
        ),
    )
    counting = {event.id for event in effective}
    counted = tuple(entry for entry in entries if entry.event.id in counting)
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in counted:
        by_kind[entry.event.kind].append(entry)
    early = [entry for entry in counted if entry.time < 0 and KINDS[entry.event.kind].timed]
    return Story(
        stream=log[0].stream if log else "",
        begun=begun,
        start=start,
        log=tuple(entries),
        counted=counted,
        by_kind=dict(by_kind),
        steps=tuple(steps),
        problems=(*problems, *extra, *_of_nothing(usable, ids), *map(_early, early)),
    )


def beginning(events: Iterable[Event], kind: str) -> Event | None:
    """Return the event of this kind with which one stream's story begins, or None without one."""
    events = tuple(events)
    usable, _problems = _usable(union(event for event in events if event.kind == kind))
    if len(usable) > 1:  # which of them is the first is said by the clocks of all
        return _beginning(usable, kind, _recorded(union(events))[0])[0]
    return usable[0] if usable else None


def taken_back(events: Iterable[Event], id: str) -> str:
    """Return the kind of what is taken back with this event, empty where that is not known.

    To take back a retraction is about what it took back: that would stand again.
    """
    known = {event.id: event for event in events}
    passed: set[str] = set()
    while id in known and known[id].kind == "event-retracted" and id not in passed:
        passed.add(id)
        id = str(known[id].data["event"])
    return known[id].kind if id in known else ""


def retracted_ids(events: Iterable[Event]) -> set[str]:
    """Return the ids that a retraction takes back which is not itself taken back.

    Retractions that take each other back in a circle have no effect.
    """
    retractors = defaultdict(set)
    for event in events:
        if event.kind == "event-retracted":
            retractors[event.data["event"]].add(event.id)
    effective: set[str] = set()
    retracted: set[str] = set()
    undecided = set(retractors) | {id for by in retractors.values() for id in by}
    while True:
        free = {id for id in undecided if retractors.get(id, set()) <= retracted}
        taken = {id for id in undecided if retractors.get(id, set()) & effective}
        if not free | taken:
            return retracted
        effective |= free
        retracted |= taken
        undecided -= free | taken


def _usable(log: Iterable[Event]) -> tuple[list[Event], list[Problem]]:
    usable, problems = [], []
    for event in log:
        if event.kind not in KINDS:
            problem: Problem | None = Problem.of(
                event.id,
                N_(
                    "This program does not know “%(kind)s”; it is kept, and a newer one may use it."
                ),
                kind=event.kind,
            )
        else:
            problem = shape_problem(event)
        if problem is None:
            usable.append(event)
        else:
            problems.append(problem)
    return usable, problems


def _recorded(log: Iterable[Event]) -> tuple[dict[str, int], list[ClockStep]]:
    devices = defaultdict(list)
    for event in log:
        devices[event.device].append(event)
    times: dict[str, int] = {}
    steps: list[ClockStep] = []
    for device in sorted(devices):
        found, listed = recorded_times(devices[device])
        times |= found
        steps += listed
    return times, steps


def _moments(events: Iterable[Event], recorded: dict[str, int]) -> dict[str, int]:
    """The moments, in ms since 1970, of events that say theirs or that a correction names."""
    moments = {}
    corrections = []
    for event in events:
        if event.kind == "moment-corrected":
            corrections.append((event.data["event"], event, instant(event.data["moment"])))
        elif KINDS[event.kind].timed and "moment" in event.data:
            moments[event.id] = instant(event.data["moment"])
        elif KINDS[event.kind].timed and "ago" in event.data:
            moments[event.id] = recorded[event.id] - event.data["ago"]
    for id, slot in standing(corrections).items():
        if id in recorded:
            moments[id] = slot.value
    return moments


def _beginning(
    usable: Iterable[Event], kind: str, recorded: dict[str, int]
) -> tuple[Event | None, list[Problem]]:
    found = sorted(
        (event for event in usable if event.kind == kind),
        key=lambda event: (recorded[event.id], event.device, event.seq, event.id),
    )
    if not found:
        return None, [Problem.of("", N_("The beginning of this record has not arrived yet."))]
    again = N_("This record begins twice; the first beginning counts.")
    ids = {event.id for event in found}
    # One that was made in the sight of another puts it right.
    anew = [event for event in found if ids.isdisjoint(event.replaces)]
    return found[0], [Problem.of(event.id, again) for event in anew[1:]]


def _of_nothing(usable: Iterable[Event], ids: set[str]) -> Iterator[Problem]:
    """What refers to an event that is not here: it may still come from another device."""
    for event in usable:
        if event.kind in ("event-retracted", "moment-corrected") and event.data["event"] not in ids:
            yield Problem.of(
                event.id,
                N_("This corrects or takes back an entry that is not in the record (yet)."),
            )


def _early(entry: Entry) -> Problem:
    return Problem.of(
        entry.event.id,
        N_("Its moment lies %(seconds)s s before the start; correct the moment, or the start."),
        seconds=-(entry.time // 1000),
    )
