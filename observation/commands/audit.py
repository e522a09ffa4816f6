"""`observation audit`, the audit log as a table; and how a command gets into it."""

from __future__ import annotations

import argparse
import csv
import getpass
from datetime import date
from io import StringIO
from typing import Any

from observation.core.errors import Refused
from observation.core.events import utc
from observation.core.spreadsheet import shielded
from observation.settings import Context
from observation.store import Unavailable
from observation.store.accounts import find_account
from observation.store.audit import Entry, Outcome, Where, add_entry, entries

from .study import add_study, chosen_study
from .terminal import say, sentence, write

# What changes nothing and lets nothing of a study leave.
NOT = ("serve", "verify", "summarise", "audit", "user list", "erase list", "export schedule")
COLUMNS = ("time", "where", "who", "what", "outcome", "study", "object", "events")


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    audit = commands.add_parser("audit", help="who did what, as CSV: the audit log, oldest first")
    audit.add_argument(
        "--since", type=_day, metavar="DATE", help="such as 2026-11-30; default: all"
    )
    add_study(audit)
    audit.set_defaults(run=_audit)


def note(context: Context, options: argparse.Namespace, done: bool) -> None:
    """Put the command that was run into the audit log; say so where that cannot be."""
    what = " ".join(filter(None, (options.command, getattr(options, "part", ""))))
    looked = getattr(options, "dry_run", False) or getattr(options, "due", False)
    if what in NOT or looked or not getattr(options, "confirm", True):
        return
    try:
        entry = Entry(
            utc(context.clock.now()),
            Where.COMMAND,
            _user(),
            f"command {what}",
            Outcome.DONE if done else Outcome.FAILED,
            _study(context, options),
            _object(context, options, done),
        )
        add_entry(context.store.registry, entry)
    except (Refused, OSError, Unavailable) as error:
        say(f"observation: the audit log lacks this command: {sentence(error)}", error=True)


def _audit(context: Context, options: argparse.Namespace) -> int:
    study = chosen_study(context, options.study) if options.study is not None else None
    since = options.since.isoformat() if options.since else ""
    unreadable: list[Refused] = []
    target = StringIO(newline="")
    rows = csv.writer(target)
    rows.writerow(COLUMNS)
    for entry in reversed(list(entries(context.store.registry, unreadable.append))):
        if entry.time >= since and study in (None, entry.study):
            cells = [getattr(entry, name) for name in COLUMNS[:-1]] + [" ".join(entry.events)]
            rows.writerow([shielded(cell) for cell in cells])
    write(None, target.getvalue().encode())
    for each in unreadable:
        say(f"observation: {each}", error=True)
    return 1 if unreadable else 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write a date as 2026-11-30") from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return ""


def _study(context: Context, options: argparse.Namespace) -> str:
    """The study that was named, or the only one."""
    studies = context.store.events.studies()
    named = getattr(options, "study", None)
    if named is not None:
        return str(named) if named in studies else ""
    return studies[0] if len(studies) == 1 else ""


def _object(context: Context, options: argparse.Namespace, done: bool) -> str:
    """What it was done on, by an id or the name of an account."""
    if options.command == "user":
        account = find_account(context.store.registry, options.name)
        return f"account/{account.name}" if account else ""
    if done and hasattr(options, "label"):
        return str(context.catalogue.find(options.label, options.study).observation.stream)
    code = getattr(options, "school", None)
    known = context.catalogue.school_summaries.look(_study(context, options)).values if code else {}
    return next((stream for stream in sorted(known) if known[stream].school == code), "")
