"""Which schools and respondents were erased: marks in the registry, by which what comes later is known.

A mark is a hash, so the codes themselves are not kept. Marks are part of backups and copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from observation.core.erasure import (
    Scope,
    mark_of,
    respondents_named,
    school_of,
    schools_named,
)
from observation.core.errors import N_, Refused
from observation.core.events import Event, read_event

from . import Log, Registry, Store
from .log import outcome_of
from .quarantine import quarantined
from .reading import read_stream
from .server import changed

KIND = "erased"
BEGINNINGS = ("observation-begun", "interview-recorded", "school-recorded")
SCHOOL = Refused(
    N_("This is of a school that was erased here; a lead decides whether it is used anew.")
)
RESPONDENT = Refused(
    N_("This names a respondent who was erased here; a lead decides whether the code is used anew.")
)


def refuse_erased(store: Store, study: str, events: Sequence[Event]) -> None:
    """Raise Refused when one of these events names what was erased: who records it chooses another code."""
    for event, reason in zip(events, refusals(store, study, events), strict=True):
        if reason:
            codes = (*schools_named(event), *respondents_named(event)) or (event.stream,)
            raise Refused(
                N_(
                    "%(codes)s: a school or a respondent of this code was erased here; use another."
                ),
                codes=", ".join(codes),
            )


def mark(registry: Registry, study: str, key: str, at: str) -> None:
    """Mark a code as erased at this time (ISO 8601, UTC), durable when the call returns."""
    changed(registry, KIND, key, lambda _: {"study": study, "at": at, "anew": ""})


def scope_of(registry: Registry, study: str) -> Scope:
    """Return all that is erased in a study and was not used anew since."""
    return Scope(study, marked(registry).get(study, frozenset()))


def marked(registry: Registry) -> dict[str, frozenset[str]]:
    """Return by study the marks of all that is erased and was not used anew since."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, value in registry.list(KIND).items():
        if not value["anew"]:
            found[value["study"]].add(key)
    return {study: frozenset(marks) for study, marks in found.items()}


def use_anew(store: Store, study: str, events: Iterable[Event], now: str) -> None:
    """Let what these events name be used anew, as a lead decided who took them in."""
    events = list(events)
    scope = scope_of(store.registry, study)
    if not scope.marks:
        return
    for event in events:
        school = _record(store, scope, event.stream, events).school
        codes = [(code, "") for code in schools_named(event)]
        codes += [(school, code) for code in respondents_named(event)]
        for key in {mark_of(study, *each) for each in codes} & scope.marks:
            changed(store.registry, KIND, key, lambda value: value | {"anew": now})


def refusals(store: Store, study: str, events: Sequence[Event]) -> list[Refused | None]:
    """Return for each of these events, in order, why it is not taken in without a lead, or None.

    That is what names a school or a respondent who was erased, and all of a new record whose beginning
    does, here or among what was set aside. What comes for a stream that was erased as a whole is not
    meant: the stream itself takes nothing in.
    """
    scope = scope_of(store.registry, study)
    if not scope.marks:
        return [None] * len(events)
    found: dict[str, _Record] = {}
    for event in events:
        if event.stream not in found:
            found[event.stream] = _record(store, scope, event.stream, events)
    return [found[event.stream].refusal(event) for event in events]


def told_apart(
    store: Store, study: str, events: Sequence[Event]
) -> tuple[list[Event], list[tuple[Event, Refused]]]:
    """Return the events that may be taken in, and the others with the reason."""
    reasons = refusals(store, study, events)
    pairs = list(zip(events, reasons, strict=True))
    return [e for e, why in pairs if why is None], [(e, why) for e, why in pairs if why]


class _Record:
    """A stream as it is here, together with what of it comes in."""

    def __init__(self, scope: Scope, log: Log, more: Sequence[Event]) -> None:
        self._scope, self._log = scope, log
        self.school = school_of(log.stream, (*log.events, *more))
        begun = [] if log.kept else [each for each in more if each.kind in BEGINNINGS]
        reasons = list(map(self._named, begun))
        self._held = next((reason for reason in reasons if reason), None)

    def refusal(self, event: Event) -> Refused | None:
        if outcome_of(self._log, event):  # it is here, or was erased here: nothing to decide
            return None
        return self._held or self._named(event) or self._moved(event)

    def _moved(self, event: Event) -> Refused | None:
        """Why an event that says the school anew is held: what is here names somebody who was erased of that one."""
        if event.kind not in BEGINNINGS:
            return None
        return next(filter(None, map(self._named, self._log.events)), None)

    def _named(self, event: Event) -> Refused | None:
        if any(map(self._scope.school, schools_named(event))):
            return SCHOOL
        named = any(self._scope.respondent(self.school, code) for code in respondents_named(event))
        return RESPONDENT if named else None


def _record(store: Store, scope: Scope, stream: str, events: Iterable[Event]) -> _Record:
    try:
        log = read_stream(store.events, scope.study, stream)
    except Refused:  # what becomes of it is said where it is written
        log = Log(stream)
    more = [event for event in events if event.stream == stream]
    if not log.kept:  # its beginning may have been set aside with a batch before
        more += event_of_raw(quarantined(store.registry), stream)
    return _Record(scope, log, more)


def event_of_raw(items: Iterable[Any], stream: str) -> list[Event]:
    """Return the events of a stream among what was set aside."""
    found = []
    for item in items:
        if isinstance(item.event, dict) and item.event.get("stream") == stream:
            try:
                found.append(read_event(item.event))
            except Refused:
                continue
    return found
