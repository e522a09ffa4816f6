"""`observation import`, and `observation sample`, which imports what comes with the program."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import IO, Any

from observation.core.errors import N_, Refused
from observation.core.events import Event, utc
from observation.core.work import Step
from observation.importing.bundle import read_bundle
from observation.importing.tables import TABLES
from observation.settings import Context
from observation.store import FULL, Receipt
from observation.store.catalogue import in_order
from observation.store.deposit import Incomplete, take_in
from observation.store.erased import told_apart
from observation.store.erasure import erased_meanwhile
from observation.store.quarantine import SetAside, problem_of

from .study import add_study
from .tables import import_table
from .terminal import say
from .working import add_quiet, working

STOPPED = "Stopped; nothing was taken in."


def add(commands: Any) -> None:
    """Add the commands to the parser's."""
    sample = commands.add_parser("sample", help="load the sample study")
    sample.set_defaults(run=_sample, new_study=True, salvage=False, quiet=False, stopped=STOPPED)

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
    with (resources.files("observation") / "sample" / "study.jsonl").open("rb") as source:
        _take_in(context, source, "the sample study", options)


def _import(context: Context, options: argparse.Namespace) -> None:
    if options.file == "-":
        _take_in(context, sys.stdin.buffer, "stdin", options)
        return
    path = Path(options.file)
    if path.suffix.casefold() in TABLES:
        import_table(context, path, options)
        return
    for given in ("dry_run", "map", "revise", "report", "by", "study"):
        if getattr(options, given):
            raise Refused(
                N_("--%(option)s is for tables (%(kinds)s); a bundle is taken in as it is."),
                option=given.replace("_", "-"),
                kinds=", ".join(TABLES),
            )
    with path.open("rb") as source:
        _take_in(context, source, options.file, options)


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
    counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    say(f"{name}: {len(bundle.events)} events ({counts or 'none'}).")
    for summary in in_order(context.catalogue.look(bundle.study).values.values()):
        if summary.problems and summary.stream in streams:
            record = context.catalogue.record(bundle.study, summary.stream)
            for problem in record.observation.problems:
                say(f"{summary.label}: {problem}", error=True)
    for each in lost:
        say(str(each), error=True)
    if held:
        say(
            f"{len(held)} events are of a school or a respondent that was erased here: they are set aside, and a lead decides on the page Tablets.",
            error=True,
        )
    if incomplete:
        raise incomplete
    if lost:
        raise Refused(
            N_("%(name)s is damaged; all of it that can be read was taken in. Keep the file."),
            name=name,
        )


def _aside(held: tuple[Event, Refused], study: str, receipt: Receipt) -> SetAside:
    event, reason = held
    problem = problem_of(event.id, reason)
    return SetAside(event.digest, receipt.source, receipt.received, problem, event.as_dict(), study)
