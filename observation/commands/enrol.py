"""`observation enrol`"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from observation.settings import Context
from observation.store.accounts import ANALYST, OBSERVER
from observation.store.codes import MINUTES, new_code
from observation.store.server import current_study

from .study import add_study, chosen_study
from .terminal import say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    enrol = commands.add_parser("enrol", help="print a code with which one tablet can join")
    add_study(enrol)
    enrol.add_argument(
        "--role",
        choices=(OBSERVER, ANALYST),
        default=ANALYST,
        help="of who will hold the tablet: an observer's records no interviews",
    )
    enrol.set_defaults(run=_enrol)


def _enrol(context: Context, options: argparse.Namespace) -> None:
    several = options.study is not None or len(context.store.events.studies()) > 1
    study = chosen_study(context, options.study) if several else current_study(context.store)
    code = new_code(context.store.registry, study, datetime.now(UTC), options.role)
    say(f"{code} (for one tablet, valid for {MINUTES} minutes)")
