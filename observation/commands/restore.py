"""`observation restore`"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from observation.core.errors import N_, Refused
from observation.settings import Context
from observation.store.restore import restore

from .terminal import FULL, counted, say
from .working import add_quiet, working


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    load = commands.add_parser("restore", help="add everything that a backup holds, or nothing")
    load.add_argument("file", type=Path, metavar="FILE", help="a file made by backup")
    add_quiet(load)
    load.set_defaults(run=_restore, stopped="Stopped; nothing was changed.")


def _restore(context: Context, options: argparse.Namespace) -> int:
    try:
        found = restore(
            context.store, context.schedules, options.file, context.clock.now(), working(options)
        )
    except Refused as refused:
        raise Refused(N_("%(reason)s Nothing was changed."), reason=refused) from refused
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refused(
            N_("The disk is full. Nothing was changed; make room and restore again.")
        ) from error
    holds = found.contents
    say(
        f"{options.file}, made {found.made}: {counted(holds.streams, 'record')}, {counted(holds.events, 'event')}. "
        "Tablets offer again what they keep."
    )
    for name in found.added:
        say(f"{name}: added to the own schedules; a server that runs reads it at its next start.")
    for name in found.others:
        say(f"observation: {name} is another schedule here; that one stays.", error=True)
    for name in holds.missing:
        say(f"observation: {name} could not be read when the backup was made.", error=True)
    return 1 if found.others or holds.missing else 0
