"""`observation copy`"""

from __future__ import annotations

import argparse
from typing import Any

from observation.core.errors import N_, Refused
from observation.settings import Context
from observation.store import open_store
from observation.store.copying import copy

from .terminal import counted, progress, say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    move = commands.add_parser("copy", help="copy everything into another store, and prove it")
    move.add_argument("--to", required=True, metavar="URL", help="such as postgresql://...")
    move.set_defaults(run=_copy)


def _copy(context: Context, options: argparse.Namespace) -> int:
    if options.to == context.url:
        raise Refused(N_("This store is copied into itself; name another one with --to."))
    target = open_store(options.to)
    done = copy(context.store, target, context.clock.now(), progress)
    say(
        f"{counted(done.streams, 'record')}, {counted(done.events, 'event')}, {counted(done.values, 'value')} of the registry; "
        "read back and compared."
    )
    for problem in done.problems:
        say(f"observation: {problem}", error=True)
    return 1 if done.problems else 0
