"""`observation verify`"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.work import Cancelled, Progress, Step
from observation.importing.bundle import read_bundle
from observation.settings import Context
from observation.store import EventStore
from observation.store.backup_file import Backup
from observation.store.comparing import Newer, compare_backup, compare_events
from observation.store.verify import CHECKED, Finding, verify, verify_registry

from .terminal import counted, say
from .working import add_quiet, working

GZIP = b"\x1f\x8b"


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    check = commands.add_parser("verify", help="check every record; exit 1 when one needs a look")
    check.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="a backup, or what a tablet saved: name what says something else there",
    )
    add_quiet(check)
    check.set_defaults(run=_verify)


def _verify(context: Context, options: argparse.Namespace) -> int:
    records = findings = 0

    def looked(step: Step) -> None:
        nonlocal records
        if step.what == CHECKED:
            records = step.done

    progress = working(options, looked)
    store, newer = context.store, Newer()
    found = [verify(store.events, progress), verify_registry(store.registry)]
    if options.against:
        found.append(_compared(store.events, options.against, newer, progress))
    try:
        for finding in chain(*found):
            findings += 1
            say(str(finding))
    except (Cancelled, KeyboardInterrupt):
        so_far = f"{records} records checked, {findings} findings so far"
        raise Cancelled(f"Stopped; {so_far}. Nothing was changed.") from None
    if newer.events:
        say(
            f"{counted(newer.events, 'event is', 'events are')} newer than {options.against}, which tells nothing of them."
        )
    say(f"{counted(records, 'record')} checked, {counted(findings, 'finding')}.")
    return 1 if findings else 0


def _compared(store: EventStore, file: Path, newer: Newer, progress: Progress) -> Iterator[Finding]:
    with file.open("rb") as source:
        packed = source.read(len(GZIP)) == GZIP
    if packed:
        yield from compare_backup(store, Backup(file), newer, progress)
        return
    with file.open("rb") as source:
        try:
            copy = read_bundle(source, progress=progress)
        except Refused as reason:
            raise Refused(N_("%(file)s: %(reason)s"), file=file, reason=reason) from None
    yield from compare_events(store, copy.study, copy.events, copy.device, newer)
