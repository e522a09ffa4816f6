"""`observation import`, and `observation sample`, which imports what comes with the program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from observation.called import command
from observation.core.errors import N_, Refused
from observation.core.events import Event, utc
from observation.core.work import Step
from observation.importing.bundle import read_bundle
from observation.importing.tables import TABLES
from observation.settings import Context
from observation.store import FULL, Outcome, Receipt, sample
from observation.store.catalogue import in_order
from observation.store.deposit import Incomplete, take_in
from observation.store.erased import told_apart
from observation.store.erasure import erased_meanwhile
from observation.store.quarantine import SetAside, problem_of

from .study import add_study
from .tables import import_table
from .terminal import counted, say
from .working import add_quiet, working

GZIP = b"\x1f\x8b"  # how a backup begins
STOPPED = "Stopped; nothing was taken in."


def add(commands: Any) -> None:
    """Add the commands to the parser's."""
    made_up = commands.add_parser("sample", help="load the sample study, or remove it")
    made_up.add_argument("--remove", action="store_true", help="remove it, leaving nothing")
    made_up.add_argument(
        "--with-own", action="store_true", help="also what was recorded in it, for good"
    )
    made_up.set_defaults(run=_sample)

    load = commands.add_parser("import", help="take in a bundle, or a table of claims or codes")
    load.add_argument(
        "file", metavar="FILE", help="a bundle, - for stdin; or a table as CSV or XLSX"
    )
    load.add_argument(
        "--new-study", action="store_true", help="allow a study beside those already here"
    )
    load.add_argument(
        "--salvage",
        action="store_true",
        help="of a bundle that is damaged, take in every event that can be read",
    )
    load.add_argument("--dry-run", action="store_true", help="say what a table would bring")
    load.add_argument(
        "--map", metavar="FILE", help="what a table does not say itself, TOML or JSON"
    )
    load.add_argument("--revise", action="store_true", help="take changed segments in as revisions")
    load.add_argument(
        "--report",
        metavar="FILE",
        help="of a table, write there as JSON how far it is and what it brings",
    )
    load.add_argument("--by", metavar="CODE", help="the member who imports; default: the first")
    add_study(load)
    add_quiet(load)
    load.set_defaults(run=_import, stopped=STOPPED)


def _sample(context: Context, options: argparse.Namespace) -> None:
    if options.remove:
        _remove_sample(context, options.with_own)
        return
    if options.with_own:
        raise Refused(N_("--with-own is for --remove."))
    outcomes = sample.put_in(
        context.store, context.catalogue, context.beside, utc(context.clock.now())
    )
    say(f"the sample study: {sum(outcomes.values())} events ({_counted(outcomes)}).")


def _remove_sample(context: Context, confirmed: bool) -> None:
    """Remove it; what was recorded in it is named, and goes along only when that was confirmed."""
    sample.resume(context.store, context.catalogue, context.beside)
    if not sample.is_here(context.store):
        say("The sample study is not here.")
        return
    own = sample.recorded(context.store, context.beside)
    for stream, some in own.events.items():
        say(f"  {stream}: {len(some)} events did not come with the sample")
    if own.aside:
        say(f"  {len(own.aside)} events that were set aside")
    if own.tables:
        say(f"  {len(own.tables)} tables that wait to be taken in")
    if own and not confirmed:
        raise Refused(
            N_(
                "Nothing was removed. Take along what is to stay with “observation export bundle”, then say --with-own: the rest goes for good."
            )
        )
    if not sample.remove(context.store, context.catalogue, context.beside, own.stamp):
        raise Refused(
            N_("Something was recorded in it meanwhile, which is still there; look again.")
        )
    say("The sample study was removed; nothing of it is left.")
    for name in own.tablets:
        say(f"  the tablet {name} was enrolled in it; enrol it again")


def _import(context: Context, options: argparse.Namespace) -> int:
    if options.file == "-":
        _take_in(context, sys.stdin.buffer, "stdin", options)
        return 0
    path = Path(options.file)
    if path.suffix.casefold() in TABLES:
        return import_table(context, path, options)
    for given in ("dry_run", "map", "revise", "report", "by", "study"):
        if getattr(options, given):
            raise Refused(
                N_("--%(option)s is for tables (%(kinds)s); a bundle is taken in as it is."),
                option=given.replace("_", "-"),
                kinds=", ".join(TABLES),
            )
    with path.open("rb") as source:
        if source.read(2) == GZIP:
            raise Refused(
                N_("%(file)s is not a bundle but a backup; take it in with: %(command)s"),
                file=options.file,
                command=command(context.data, "restore", options.file),
            )
        source.seek(0)
        _take_in(context, source, options.file, options)
    return 0


def _take_in(context: Context, source: IO[bytes], name: str, options: argparse.Namespace) -> None:
    lost: list[Refused] = []
    written = False

    def heard(step: Step) -> None:
        nonlocal written
        written = written or step.last

    progress = working(options, heard)
    bundle = read_bundle(source, lost.append if options.salvage else None, progress, 2)
    studies = context.store.events.studies()
    if studies and bundle.study not in studies and not options.new_study:
        raise Refused(
            N_(
                "This bundle is of study %(study)s and here is %(here)s. Nothing was taken in; to keep both beside each other, say --new-study."
            ),
            study=bundle.study,
            here=", ".join(studies),
        )
    receipt = Receipt(utc(datetime.now(UTC)), f"import of {Path(name).name}")
    incomplete = None
    store, streams = context.store, {event.stream for event in bundle.events}
    try:
        with erased_meanwhile(store, bundle.study, streams, receipt.received, context.catalogue):
            taken, held = told_apart(store, bundle.study, bundle.events)
            aside = [_aside(each, bundle.study, receipt) for each in held]
            outcomes = take_in(
                store, context.catalogue, bundle.study, taken, receipt, aside, progress, 2
            )
    except Incomplete as refused:
        incomplete, outcomes = refused, refused.outcomes
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refused(
            N_("The disk is full. All was taken in; make room and import again, which finishes it.")
            if written
            else N_("The disk is full. Nothing was taken in; make room and import again.")
        ) from error
    say(f"{name}: {counted(len(bundle.events), 'event')} ({_counted(outcomes) or 'none'}).")
    for summary in in_order(context.catalogue.look(bundle.study).values.values()):
        if summary.problems and summary.stream in streams:
            record = context.catalogue.record(bundle.study, summary.stream)
            for problem in record.observation.problems:
                say(f"{summary.label}: {problem}", error=True)
    for each in lost:
        say(str(each), error=True)
    if held:
        say(
            f"{counted(len(held), 'event is', 'events are')} of a school or a respondent that was erased here; set aside, and a lead decides on the page Tablets.",
            error=True,
        )
    if incomplete:
        raise incomplete
    if lost:
        raise Refused(
            N_("%(name)s is damaged; all of it that can be read was taken in. Keep the file."),
            name=name,
        )


def _counted(outcomes: Mapping[Outcome, int]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))


def _aside(held: tuple[Event, Refused], study: str, receipt: Receipt) -> SetAside:
    event, reason = held
    problem = problem_of(event.id, reason)
    return SetAside(event.digest, receipt.source, receipt.received, problem, event.as_dict(), study)
