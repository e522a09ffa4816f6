"""`observation export bundle | observation | schedule | claims | codebook | triangulation`"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.core.work import Step, told
from observation.export import FORMATS
from observation.export.bundle import bundle_lines
from observation.export.claims import TABLE_FORMATS, claims_table, codes_table
from observation.language import LANGUAGES
from observation.settings import Context
from observation.store.reading import read_stream
from observation.store.work import Reporter

from . import triangulation
from .study import add_study, chosen_study
from .tables import known_here
from .terminal import counted, say, write
from .working import add_quiet, working

READ = N_("Records read")


def add(commands: Any) -> None:
    """Add the commands to the parser's."""
    export = commands.add_parser(
        "export",
        help="write a bundle, an observation, a schedule, claims, the codebook or verdicts",
    )
    what = export.add_subparsers(title="what", required=True, metavar="WHAT", dest="part")
    bundle = what.add_parser("bundle", help="all events of a study, to be imported again")
    bundle.set_defaults(run=_export_bundle)
    observation = what.add_parser("observation", help="one observation by its label")
    observation.add_argument("label", metavar="LABEL", help="or its UUID, or its stream")
    observation.add_argument(
        "--format", choices=list(FORMATS), default="pdf", help="default: %(default)s"
    )
    observation.set_defaults(run=_export_observation)
    schedule = what.add_parser("schedule", help="the blank schedule, to write on (PDF)")
    schedule.add_argument("--instrument", metavar="ID", help="default: the one that comes with it")
    schedule.set_defaults(run=_export_schedule)
    claims = what.add_parser("claims", help="the claims of a study, a table to be imported again")
    claims.set_defaults(run=_export_claims)
    codebook = what.add_parser(
        "codebook", help="the codes of a study, a table to be imported again"
    )
    codebook.set_defaults(run=_export_codebook)
    triangulation.add(what)
    for command in (claims, codebook):
        command.add_argument(
            "--format", choices=TABLE_FORMATS, default=TABLE_FORMATS[0], help="default: %(default)s"
        )
    for command in (observation, schedule):
        command.add_argument(
            "--language", choices=LANGUAGES, default=LANGUAGES[0], help="default: %(default)s"
        )
    for command in (bundle, observation, claims, codebook):
        add_study(command)
    for command in (bundle, observation, schedule, claims, codebook):
        command.add_argument("--output", metavar="FILE", help="default: stdout")
    claims.add_argument("--report", metavar="FILE", help="write there as JSON how far it is")
    for command in (bundle, observation, claims, codebook):
        add_quiet(command)
    for command in (bundle, observation, schedule, claims, codebook):
        command.set_defaults(stopped=triangulation.STOPPED)


def _export_bundle(context: Context, options: argparse.Namespace) -> int:
    study = chosen_study(context, options.study)
    logs, damaged = [], []
    streams = sorted(context.store.events.versions(study))
    for stream in told(streams, working(options), Step(READ, of=len(streams))):
        try:
            logs.append(read_stream(context.store.events, study, stream))
        except Refused as refused:
            damaged.append(refused)
    events = (kept.event for log in logs for kept in (*log.kept, *log.conflicts))
    write(options.output, b"".join(bundle_lines(study, utc(datetime.now(UTC)), events)))
    for each in damaged:
        say(f"observation: {each}", error=True)
    return 1 if damaged else 0


def _export_observation(context: Context, options: argparse.Namespace) -> None:
    working(options)
    study = None if options.study is None else chosen_study(context, options.study)
    record = context.catalogue.find(options.label, study)
    header = record.observation.header
    if "school" in header:
        context.catalogue.refuse_withdrawn(record.study, header["school"].value)
    write(options.output, FORMATS[options.format](record, options.language))


def _export_schedule(context: Context, options: argparse.Namespace) -> None:
    from observation.export.pdf.blank import blank_schedule

    wanted = {"id": options.instrument} if options.instrument else {}
    instrument = context.instruments.newest(**wanted)
    write(options.output, blank_schedule(instrument, options.language))


def _export_claims(context: Context, options: argparse.Namespace) -> None:
    study = chosen_study(context, options.study)
    events = context.store.events
    reporter = Reporter(Path(options.report) if options.report else None)
    streams = events.versions(study)
    read = told(streams, working(options, reporter), Step(READ, of=len(streams)))
    with reporter.ending():
        content, withdrawn = claims_table(
            options.format, ((stream, read_stream(events, study, stream).events) for stream in read)
        )
        write(options.output, content)
    for school, number in sorted(withdrawn.items()):
        left = f"{counted(number, 'claim')} left with a consent that was withdrawn"
        say(f"School {school}: {left}.", error=True)
    triangulation.say_small_groups(context, study)


def _export_codebook(context: Context, options: argparse.Namespace) -> None:
    study = chosen_study(context, options.study)
    working(options)
    codebook = known_here(context, context.store.events, study, "").codebook
    write(options.output, codes_table(options.format, codebook))
