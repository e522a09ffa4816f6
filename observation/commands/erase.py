"""`observation erase`: a school or a respondent, after a look at what would go; and what was erased."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from observation.core.events import utc
from observation.settings import Context
from observation.store.erasure import (
    DONE,
    Erasure,
    Wanted,
    begin,
    erasure,
    erasures,
    resume,
    resume_all,
    what_goes,
)
from observation.store.leftovers import how_much_beside
from observation.store.pending import delete_older, older_backups, pending

from .study import add_study, chosen_study
from .terminal import counted, say
from .working import add_quiet, seal, working

WORDS = {
    "schools": ("record of the school", "records of the school"),
    "observations": ("observation", "observations"),
    "interviews": ("interview", "interviews"),
    "claims": ("claim", "claims"),
    "sessions": ("session matched", "sessions matched"),
    "events": ("event", "events"),
    "conflicts": ("event in conflict", "events in conflict"),
    "set-aside": ("event that was set aside", "events that were set aside"),
    "tables": ("table that waits to be taken in", "tables that wait to be taken in"),
}


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    erase = commands.add_parser("erase", help="erase a school or a respondent, for good")
    kinds = erase.add_subparsers(title="erase", required=True, metavar="WHAT", dest="part")
    school = kinds.add_parser("school", help="a school with all its records")
    respondent = kinds.add_parser("respondent", help="a respondent with what was said alone")
    for command in (school, respondent):
        command.add_argument("code", metavar="CODE", help="as it stands in the register")
        command.add_argument("--by", required=True, metavar="NAME", help="who decides it")
        command.add_argument("--confirm", action="store_true", help="do it; else it is shown only")
        add_study(command)
        add_quiet(command)
        command.set_defaults(run=_erase, stopped="Stopped; nothing was erased.")
    school.set_defaults(school=None)
    respondent.add_argument("--school", required=True, metavar="CODE", help="of which school")
    listed = kinds.add_parser("list", help="what was erased, and where something may still lie")
    listed.set_defaults(run=_list)
    backups = kinds.add_parser("backups", help="delete the backups made before an erasure")
    backups.add_argument("id", metavar="ID", help="of the erasure, as list shows it")
    backups.add_argument("--confirm", action="store_true", help="do it; else they are shown only")
    backups.set_defaults(run=_backups)


def _erase(context: Context, options: argparse.Namespace) -> int:
    study = chosen_study(context, options.study)
    school = options.school or options.code
    wanted = Wanted(study, school, options.code if options.school else "")
    store, catalogue, beside = context.store, context.catalogue, context.beside
    if not options.confirm:
        found = what_goes(store, catalogue, wanted, beside)
        _counts({**found.counts, **how_much_beside(store, wanted.scope, beside)})
        for refused in found.unread.values():
            say(f"observation: {refused}", error=True)
        say("Nothing was erased; say --confirm to erase this for good.", error=True)
        return 0
    now = utc(context.clock.now())
    progress = working(options)
    resume_all(store, catalogue, now, beside)
    seal()  # what is written down is done, whatever stops it
    made = begin(store, catalogue, wanted, options.by, now, beside)
    made = resume(store, catalogue, made.id, utc(context.clock.now()), beside, progress)
    _report(context, made)
    return 0 if made.state == DONE else 1


def _list(context: Context, options: argparse.Namespace) -> None:
    resume_all(context.store, context.catalogue, utc(context.clock.now()), context.beside)
    for each in erasures(context.store.registry):
        _report(context, each)


def _backups(context: Context, options: argparse.Namespace) -> None:
    found = erasure(context.store.registry, options.id)
    given = context.store.registry, context.backups, found, context.clock.now()
    older = delete_older(*given) if options.confirm else older_backups(*given)
    for each in older:
        say(f"{each.file}, made {each.made}{': deleted' if options.confirm else ''}")
    if older and not options.confirm:
        say("Nothing was deleted; say --confirm to delete these.", error=True)


def _report(context: Context, made: Erasure) -> None:
    say(f"{made.id}: {made.what}, by {made.by}, {made.at}: {made.state}")
    _counts(made.counts)
    for each in pending(context.store.registry, made):
        more = f", {counted(each.unsent, 'event')} unsent when it last told" if each.unsent else ""
        say(f"  may still lie on the tablet {each.device.name}{more}")
    for older in older_backups(context.store.registry, context.backups, made, context.clock.now()):
        say(f"  may still lie in the backup {older.file}, made {older.made}")
    for stream, event in made.places:
        say(f"  cited in {stream}, event {event}")
    for stream in made.unread:
        say(f"  could not be read, so nobody knows of what it is: {stream}")


def _counts(counts: Mapping[str, int]) -> None:
    for name, words in WORDS.items():
        if counts.get(name):
            say(f"  {counted(counts[name], *words)}")
