"""`observation backup`"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from observation.settings import Context
from observation.store.backup import make_backup, make_nightly

from .terminal import counted, say
from .working import add_quiet, working


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    backup = commands.add_parser(
        "backup", help="write everything to one file, and prove that it can be restored"
    )
    backup.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="default: a new one in the folder of the nightly backups",
    )
    backup.add_argument(
        "--due", action="store_true", help="only if none was made since last night (without FILE)"
    )
    add_quiet(backup)
    backup.set_defaults(
        run=_backup, stopped="Stopped; no backup was made and nothing is left of this one."
    )


def _backup(context: Context, options: argparse.Namespace) -> int:
    store, schedules, now = context.store, context.schedules, context.clock.now
    progress = working(options)
    if options.file is None:
        made = make_nightly(store, schedules, context.backups, now, not options.due, progress)
        if made is None:
            say("No backup is due.")
            return 0
    else:
        made = make_backup(store, schedules, options.file, now, progress)
    holds = made.contents
    held = f"{counted(holds.streams, 'record')}, {counted(holds.events, 'event')}"
    say(f"{made.file}: {held}; restored on trial and compared.")
    for name in holds.missing:
        say(f"observation: {name} cannot be read and is not in the backup.", error=True)
    return 1 if holds.missing else 0
