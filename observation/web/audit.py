"""The audit log on a page: who did what, for the leads of a study and for whoever sits at the server itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _

from observation.core.errors import Refused
from observation.store.accounts import LEAD, Account, accounts
from observation.store.audit import Entry, Where, entries

from .audit_words import DID, ENDED
from .moments import day_and_time, local
from .roles import Visitor
from .screens import context

pages = Blueprint("audit", __name__, url_prefix="/audit")

PAGE = 100  # entries
LATEST = 10_000  # the last page that can be asked for
HERE, COMMANDS, TABLETS = "@here", "@commands", "@tablets"  # of the filter, beside names


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in words; `address` leads to what it was done on, or is empty."""

    time: str
    who: str
    did: str
    about: str
    address: str
    events: tuple[str, ...]
    ended: str
    study: str


@pages.get("")
def index() -> str:
    """Show the newest entries that the visitor may see, 100 at a time, by who and by what."""
    who, what = request.args.get("who", ""), request.args.get("what", "")
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    if not 0 < page <= LATEST:
        abort(404)
    unreadable: list[Refused] = []
    wanted = _wanted(who, what, _visible())
    found = filter(wanted, entries(context().store.registry, unreadable.append))
    shown = list(islice(found, (page - 1) * PAGE, page * PAGE + 1))
    return render_template(
        "access/audit.html",
        rows=[_row(entry) for entry in shown[:PAGE]],
        page=page,
        more=len(shown) > PAGE,
        who=who,
        what=what,
        people=list(_people()),
        deeds=_deeds(),
        unreadable=unreadable,
        days=context().audit_days,
        several=len(context().store.events.studies()) > 1,
    )


def _visible() -> Callable[[Entry], bool]:
    """What the visitor may see: of the studies that the account leads, and by its people of no single one."""
    visitor: Visitor = g.visitor
    if visitor.here:
        return lambda entry: True
    people = {each.name for each in _accounts()}
    return lambda entry: visitor.role(entry.study) == LEAD if entry.study else entry.who in people


def _accounts() -> list[Account]:
    """The accounts that have a part in a study that the visitor leads."""
    visitor: Visitor = g.visitor
    return [
        each
        for each in accounts(context().store.registry)
        if visitor.here or any(visitor.role(study) == LEAD for study in each.roles)
    ]


def _wanted(who: str, what: str, visible: Callable[[Entry], bool]) -> Callable[[Entry], bool]:
    places: Mapping[str, Callable[[Entry], bool]] = {
        "": lambda entry: True,
        HERE: lambda entry: entry.where is Where.PAGE and not entry.who,
        COMMANDS: lambda entry: entry.where is Where.COMMAND,
        TABLETS: lambda entry: entry.where is Where.TABLET,
    }

    def named(entry: Entry) -> bool:
        return entry.where is not Where.COMMAND and entry.who == who

    by = places.get(who, named)
    return lambda entry: visible(entry) and by(entry) and what in ("", entry.what)


def _people() -> Iterator[tuple[str, str]]:
    yield HERE, _("without an account")
    yield COMMANDS, _("command line")
    yield TABLETS, _("tablet")
    for each in _accounts():
        yield each.name, each.name


def _deeds() -> list[tuple[str, str]]:
    named = [(what, _said(what)) for what in DID]
    return sorted(named, key=lambda each: each[1].casefold())


def _said(what: str) -> str:
    command = f" ({_('command line')})" if what.startswith("command ") else ""
    return str(_(DID[what])) + command if what in DID else what


def _row(entry: Entry) -> Row:
    kind, _slash, id = entry.object.partition("/")
    return Row(
        day_and_time(local(entry.time)),
        _who(entry),
        _said(entry.what),
        _about(kind, id, entry),
        _address(kind, id),
        entry.events,
        str(_(ENDED[entry.outcome])),
        entry.study,
    )


def _who(entry: Entry) -> str:
    if entry.where is Where.COMMAND:
        return str(_("%(user)s on the command line", user=entry.who))
    if entry.where is Where.TABLET:
        return str(_("tablet"))
    return entry.who or str(_("without an account"))


def _about(kind: str, id: str, entry: Entry) -> str:
    """What it was done on: by its code or label as they are now, never as they were noted."""
    if kind == "account":
        return id
    name = _name(kind, entry) or id[:8]
    if kind == "school":
        return str(_("School %(school)s", school=name))
    if kind in ("study", "quarantine", "imports", "erasure", "access"):
        return ""
    kinds = {"observation": _("observation"), "interview": _("interview"), "device": _("tablet")}
    return f"{kinds.get(kind, kind)} {name}"


def _name(kind: str, entry: Entry) -> str:
    """The code or label of a record; empty where it has none, or is not there."""
    catalogue = context().catalogue
    match kind:
        case "school":
            school = catalogue.school_summaries.look(entry.study).values.get(entry.object)
            return school.school if school else ""
        case "observation":
            observation = catalogue.look(entry.study).values.get(entry.object)
            return observation.label if observation else ""
        case "interview":
            interview = catalogue.interviews(entry.study).values.get(entry.object)
            return interview.label if interview else ""
    return ""


def _address(kind: str, id: str) -> str:
    if kind in ("observation", "interview", "school"):
        place: dict[str, Any] = {kind: id}
        return url_for(f"{kind}s.show", **place)
    if kind == "quarantine":
        return url_for("quarantine.show", key=id)
    return ""
