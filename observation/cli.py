"""The command line: `observation serve | sample | import | enrol | user | export | erase | verify | summarise | audit | backup | restore | copy | certificate`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from observation.commands import (
    audit,
    backup,
    certificate,
    copy,
    enrol,
    erase,
    export,
    restore,
    serve,
    summarise,
    take_in,
    user,
    verify,
)
from observation.commands.terminal import (
    Unavailable,
    abandon_stdout,
    off_the_line,
    say,
    sentence,
)
from observation.commands.working import stoppable
from observation.core.errors import Refused
from observation.core.work import Cancelled
from observation.settings import open_context


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when it did what was asked, 1 with a sentence when not, 130 when it was stopped."""
    options = parser().parse_args(arguments)
    with stoppable():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    try:
        context = open_context(options.data, options.store, backups=options.backup)
        for projected in context.catalogue.of_many:
            projected.elsewhere = partial(summarise.here, context)
        code = 1
        try:
            code = int(options.run(context, options) or 0)
        finally:
            audit.note(context, options, done=not code)
        if sys.stdout:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # who reads it, such as head, has seen enough
        abandon_stdout()
        return 1
    except (Refused, OSError, Unavailable) as error:
        say(f"observation: {sentence(error)}", error=True)
        abandon_stdout()
        return 1
    except (Cancelled, KeyboardInterrupt) as stopped:
        stays = stopped.stays if isinstance(stopped, Cancelled) else ""
        say(f"observation: {stays or getattr(options, 'stopped', 'Stopped.')}", error=True)
        abandon_stdout()
        return 130
    finally:
        off_the_line()


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="observation",
        description="Observe board sessions, and compare what was seen with what was said.",
    )
    root.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the folder that holds everything local (OBSERVATION_DATA; default: data)",
    )
    root.add_argument(
        "--store",
        metavar="URL",
        help="where events are kept (OBSERVATION_STORE; default: tinydb:DIR/store)",
    )
    root.add_argument(
        "--backup",
        type=Path,
        metavar="DIR",
        help="the folder of the nightly backups (OBSERVATION_BACKUP; default: DIR/backups)",
    )
    commands = root.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )

    for command in (
        serve,
        take_in,
        enrol,
        user,
        export,
        erase,
        verify,
        summarise,
        audit,
        backup,
        restore,
        copy,
        certificate,
    ):
        command.add(commands)
    return root
