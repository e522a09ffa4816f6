"""`observation verify`"""

from __future__ import annotations

import argparse
from typing import Any

from observation.settings import Context
from observation.store.verify import verify

from .terminal import say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    check = commands.add_parser("verify", help="check every record; exit 1 when one needs a look")
    check.set_defaults(run=_verify)


def _verify(context: Context, options: argparse.Namespace) -> int:
    findings = 0
    for finding in verify(context.store.events):
        findings += 1
        say(f"{finding.stream}: {finding.problem}")
    number = sum(len(context.store.events.versions(s)) for s in context.store.events.studies())
    say(f"{number} records checked, {findings} findings.")
    return 1 if findings else 0
