"""What was set aside, looked into: a lead accepts it or refuses it, and nothing is deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TypeVar

from flask import Blueprint, Response, abort, json, redirect, render_template, request, url_for
from flask_babel import gettext as _

from observation.core.erasure import school_of
from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.store import Outcome, Registry
from observation.store.accepting import OPEN, REFUSED, TAKEN_IN, Standing, accept, standings
from observation.store.devices import Device, devices
from observation.store.quarantine import decide, decisions, quarantined
from observation.store.reading import read_stream

from .aside import Group, Told, groups, tell
from .blind import refuse_blind
from .moments import day_and_time, local
from .screens import Answer, context
from .words import said

pages = Blueprint("quarantine", __name__, url_prefix="/tablets/set-aside")

T = TypeVar("T")

BECAME = {
    Outcome.KEPT: N_("Taken in: %(number)s."),
    Outcome.ALREADY_KEPT: N_("Were there already: %(number)s."),
    Outcome.CONFLICT: N_(
        "In conflict with what was there: %(number)s. Both are kept, and the observation says so."
    ),
}

NOT_WRITTEN = Refused(
    N_("The server could not write all of it down; here is what became of it. Try again later.")
)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a group is in one state: the entries, and why some could not be taken in now.

    `until` is when the last of it came; `decided` when a lead last said something of it, or empty.
    """

    state: str
    entries: list[Told]
    obstacles: list[tuple[str, int]]
    until: str
    decided: str

    @property
    def acceptable(self) -> bool:
        """Whether any of it could be taken in now."""
        return sum(number for _sentence, number in self.obstacles) < len(self.entries)


@pages.get("/<key>")
def show(key: str) -> Answer:
    """Show what was set aside of one tablet, for one reason and of one observation."""
    _refuse_blind(_find(key))
    return _screen(key)


@pages.get("/<key>/events.json")
def events(key: str) -> Answer:
    """Return all of it as it came, as a file."""
    group = _find(key)
    if group is None:
        abort(404)
    _refuse_blind(group)
    items = [asdict(each.item) for each in group.standings]
    content = json.dumps(items, ensure_ascii=False, indent=1)
    response = Response(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="set-aside-{key}.json"'
    return response


@pages.post("/<key>")
def decision(key: str) -> Answer:
    """Accept or refuse what the page showed, and say what became of it.

    That is what was in one state and had come until then: what came since nobody has looked into.
    """
    accepting = {"accept": True, "refuse": False}.get(request.form.get("decision", ""))
    if accepting is None:
        abort(400)
    state, until = request.form.get("state", ""), request.form.get("until", "")
    group = _find(key)
    _refuse_blind(group)
    chosen = [e for e in group.of(state) if e.item.received <= until] if group else []
    if not chosen:
        return _screen(key, [_("This was decided already; here is what became of it.")])
    store, now = context().store, utc(context().clock.now())
    try:
        if accepting:
            became = accept(store, context().catalogue, chosen, now)
            return _screen(key, list(_outcome(key, chosen, became)))
        decide(store.registry, [each.item.digest for each in chosen], False, now)
        return _screen(key, [_("Refused: %(number)s.", number=len(chosen))])
    except Refused as refused:
        return _screen(key, refused=refused, status=503)
    except OSError:
        return _screen(key, refused=NOT_WRITTEN, status=507)


def readable(read: Callable[[Registry], T], damaged: list[Refused]) -> T | None:
    """Return what can be read of the registry; when nothing can, None, and `damaged` gets the reason."""
    try:
        return read(context().store.registry)
    except Refused as refused:
        damaged.append(refused)
        return None


def set_aside(tablets: Iterable[Device], damaged: list[Refused]) -> list[Group]:
    """Return all that was set aside and can be read; `damaged` gets the reasons why other cannot."""
    tablets = list(tablets)
    items = readable(quarantined, damaged) or []
    decided = readable(decisions, damaged) or {}
    found = standings(context().store.events, items, decided, tablets)
    return groups(found, {each.id: each.name for each in tablets})


def study_of_group(key: str) -> str:
    """Return the study of what was set aside under this key, empty where there is none."""
    group = _find(key)
    return group.study if group else ""


def _find(key: str) -> Group | None:
    tablets = readable(devices, []) or []
    return next((group for group in set_aside(tablets, []) if group.key == key), None)


def _refuse_blind(group: Group | None) -> None:
    """Raise Blind where it is of an interview at a school of which the visitor may not see yet what was said."""
    if group is None or not group.stream.startswith("interview/"):
        return
    events = [each.event for each in group.standings if each.event]
    with suppress(Refused):  # damaged: what was set aside may still say the school
        events += read_stream(context().store.events, group.study, group.stream).events
    refuse_blind(group.study, school_of(group.stream, events))


def _screen(
    key: str, became: Iterable[str] = (), refused: Refused | None = None, status: int = 200
) -> Answer:
    damaged: list[Refused] = []
    found = set_aside(readable(devices, damaged) or [], damaged)
    group = next((each for each in found if each.key == key), None)
    if group is None:
        if damaged:
            return redirect(url_for("tablets.index"), code=303)  # which says what is damaged
        abort(404)
    here = group.stream and context().store.events.study_of(group.stream)
    html = render_template(
        "tablets/set_aside.html",
        group=group,
        observation=group.stream.partition("/")[2] if here else "",
        parts=[_part(group, state) for state in (OPEN, REFUSED, TAKEN_IN) if group.of(state)],
        since=day_and_time(local(group.standings[0].item.received)),
        until=day_and_time(local(group.standings[-1].item.received)),
        became=list(became),
        damaged=[refused, *damaged] if refused else damaged,
    )
    return html, status


def _part(group: Group, state: str) -> Part:
    own = group.of(state)
    decided = max((each.decision.at for each in own if each.decision), default="")
    return Part(
        state,
        list(tell(group, state)),
        _obstacles(own) if state != TAKEN_IN else [],
        own[-1].item.received,
        day_and_time(local(decided)) if decided else "",
    )


def _obstacles(found: Iterable[Standing]) -> list[tuple[str, int]]:
    """Why some cannot be taken in as things are, and how many."""
    return sorted(Counter(said(each.obstacle) for each in found if each.obstacle).items())


def _outcome(key: str, chosen: Iterable[Standing], became: Mapping[Outcome, int]) -> Iterator[str]:
    """What became of what was accepted, a sentence each."""
    for outcome, sentence in BECAME.items():
        if became[outcome]:
            yield _(sentence, number=became[outcome])
    group, digests = _find(key), {each.item.digest for each in chosen}
    left = [each for each in group.of(OPEN) if each.item.digest in digests] if group else []
    for reason, number in _obstacles(left):
        yield _("Still set aside: %(number)s. %(reason)s", number=number, reason=reason)
