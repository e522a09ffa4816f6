"""`observation verify`"""

from __future__ import annotations

import argparse
from itertools import chain
from typing import Any

from observation.settings import Context
from observation.store.verify import verify, verify_registry

from .terminal import off_the_line, progress, say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    check = commands.add_parser("verify", help="check every record; exit 1 when one needs a look")
    check.set_defaults(run=_verify)


def _verify(context: Context, options: argparse.Namespace) -> int:
    records = findings = 0

    def looked(done: int, of: int) -> None:
        nonlocal records
        records = done
        progress(done, of)

    store = context.store
    for finding in chain(verify(store.events, looked), verify_registry(store.registry)):
        findings += 1
        off_the_line()
        say(str(finding))
    say(f"{records} records checked, {findings} findings.")
    return 1 if findings else 0
