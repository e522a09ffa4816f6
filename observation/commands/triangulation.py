"""`observation export triangulation`: the verdicts of one school, or of all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from observation.core.codebook import open_codebook
from observation.core.errors import N_, Refused
from observation.core.registers import fold_study
from observation.core.triangulation import Period, Settings, Triangulation, triangulate
from observation.export.triangulation import AUDIENCES, cells_csv, cells_json
from observation.instruments.codebooks import codebook_file
from observation.settings import Context
from observation.store.reading import read_stream

from .study import add_study, chosen_study
from .terminal import say, write

FORMATS = ("json", "csv", "csv-raw")


def add(what: Any) -> None:
    """Add the command to what can be exported."""
    command = what.add_parser("triangulation", help="whether observation bears out what was said")
    command.add_argument("--school", metavar="CODE", help="default: every school")
    command.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    command.add_argument("--audience", choices=AUDIENCES, default=AUDIENCES[0])
    command.add_argument(
        "--period", metavar="NAME", help="a period of the study; default: all of it"
    )
    command.add_argument("--approved", action="store_true", help="approved observations only")
    command.add_argument(
        "--strict", action="store_true", help="agreement asks for equal prominence"
    )
    command.add_argument("--output", metavar="FILE", help="default: stdout")
    add_study(command)
    command.set_defaults(run=_export)


def _export(context: Context, options: argparse.Namespace) -> int:
    study = chosen_study(context, options.study)
    damaged: list[Refused] = []
    found = list(_found(context, study, options, damaged))
    if options.format == "json":
        content = cells_json(found, options.audience)
    else:
        content = cells_csv(found, options.audience, options.format)
    write(options.output, content)
    for each in damaged:
        say(f"observation: {each}", error=True)
    return 1 if damaged else 0


def _found(
    context: Context, study: str, options: argparse.Namespace, damaged: list[Refused]
) -> Iterator[Triangulation]:
    recorded = fold_study(read_stream(context.store.events, study, f"study/{study}").events)
    wanted = {"id": recorded.instrument} if recorded.instrument else {}
    instrument = context.instruments.newest(**wanted)
    codebook = open_codebook(codebook_file(instrument.id), instrument, recorded.versions)
    settings = Settings(
        period=_period(recorded.periods, options.period),
        approved_only=options.approved,
        strict=options.strict,
    )
    evidence = context.catalogue.evidence
    schools, unread = evidence.schools(study)
    damaged += unread
    for look in evidence.look(study):
        damaged += look.damaged.values()
    known = ", ".join(school.code for school in schools) or "-"
    chosen = [each for each in schools if options.school in (None, each.code)]
    if options.school is not None and not chosen:
        raise Refused(
            N_("There is no school “%(school)s” in the register. Known: %(known)s."),
            school=options.school,
            known=known,
        )
    for case in evidence.cases(study, chosen).values():
        yield triangulate(case, instrument, codebook, settings)


def _period(periods: Any, name: str | None) -> Period:
    if name is None:
        return Period()
    if name not in periods:
        raise Refused(
            N_("The study has no period “%(period)s”. Known: %(known)s."),
            period=name,
            known=", ".join(periods) or "-",
        )
    said = periods[name].value
    return Period(name, said["from"], said["until"])
