"""`observation copy`"""

from __future__ import annotations

import argparse
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.work import Cancelled, Step
from observation.settings import Context
from observation.store import open_store
from observation.store.copying import copy

from .terminal import counted, say
from .working import add_quiet, working


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    move = commands.add_parser("copy", help="copy everything into another store, and prove it")
    move.add_argument("--to", required=True, metavar="URL", help="such as postgresql://...")
    add_quiet(move)
    move.set_defaults(run=_copy)


def _copy(context: Context, options: argparse.Namespace) -> int:
    if options.to == context.url:
        raise Refused(N_("This store is copied into itself; name another one with --to."))
    target = open_store(options.to)
    so_far = Step("")

    def copied(step: Step) -> None:
        nonlocal so_far
        so_far = step

    try:
        progress = working(options, copied)
        done = copy(context.store, target, context.clock.now(), progress)
    except (Cancelled, KeyboardInterrupt):
        raise Cancelled(_stays(so_far)) from None
    say(
        f"{counted(done.streams, 'record')}, {counted(done.events, 'event')}, {counted(done.values, 'value')} of the registry; "
        "read back and compared."
    )
    for problem in done.problems:
        say(f"observation: {problem}", error=True)
    return 1 if done.problems else 0


def _stays(step: Step) -> str:
    if not step.done:
        return "Stopped; nothing was copied, and nothing here was changed."
    return (
        f"Stopped; {step.done} of {step.of} records are there, each of them whole, and nothing here was "
        "changed. Copy again, which goes on."
    )
