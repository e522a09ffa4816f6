"""`observation export triangulation`: the verdicts of one school, or of all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from observation.core.agreement import agreement_on_seen
from observation.core.cells import Case, Period, Settings, Triangulation
from observation.core.codebook import Codebook, open_codebook
from observation.core.errors import N_, Refused
from observation.core.instrument import Instrument
from observation.core.registers import School, Study, fold_study
from observation.core.triangulation import triangulate
from observation.core.work import Progress, Step, told
from observation.export.agreement_words import agreement_line
from observation.export.comparison import BESIDE, Comparison
from observation.export.small_groups import small_groups_line
from observation.export.triangulation import (
    AUDIENCES,
    INTERNAL,
    cells_csv,
    cells_json,
    for_audience,
)
from observation.instruments.codebooks import codebook_file
from observation.language import LANGUAGES, translator
from observation.settings import Context
from observation.store.evidence import Evidence
from observation.store.looking import one_look
from observation.store.reading import read_stream
from observation.store.work import Reporter

from .study import add_study, chosen_study
from .terminal import say, write
from .working import add_quiet, working

STOPPED = "Stopped; no file was written."
WORKED_OUT = N_("Schools worked out")
FORMATS = ("json", "csv", "csv-raw", "pdf", "xlsx")


def add(what: Any) -> None:
    """Add the command to what can be exported."""
    command = what.add_parser("triangulation", help="whether observation bears out what was said")
    command.add_argument("--school", metavar="CODE", help="default: every school")
    command.add_argument(
        "--format", choices=FORMATS, default=FORMATS[0], help="default: %(default)s"
    )
    command.add_argument(
        "--audience",
        choices=AUDIENCES,
        default=AUDIENCES[0],
        help="for whom: report is the copy for a school",
    )
    command.add_argument(
        "--period", metavar="NAME", help="a period of the study; default: all of it"
    )
    command.add_argument("--approved", action="store_true", help="approved observations only")
    command.add_argument(
        "--strict", action="store_true", help="agreement asks for equal prominence"
    )
    command.add_argument(
        "--language", choices=LANGUAGES, default=LANGUAGES[0], help="of PDF and XLSX"
    )
    command.add_argument("--output", metavar="FILE", help="default: stdout")
    command.add_argument(
        "--report", metavar="FILE", help="of XLSX, write there as JSON how far it is"
    )
    add_study(command)
    add_quiet(command)
    command.set_defaults(run=_export, stopped=STOPPED)


def _export(context: Context, options: argparse.Namespace) -> int:
    study = chosen_study(context, options.study)
    if options.school is not None:
        context.catalogue.refuse_withdrawn(study, options.school)
    if options.format == "pdf":
        with one_look():
            content = _print(context, study, options, working(options))
        write(options.output, content)
        return 0
    damaged: list[Refused] = []
    reporter = Reporter(Path(options.report) if options.report else None)
    progress = working(options, reporter)
    if options.format == "xlsx":
        with reporter.ending():
            content = _workbook(context, study, options, damaged, progress)
            return _written(options, content, damaged)
    with one_look():
        found = _found(context, study, options, damaged, progress)
        if options.format == "json":
            content = cells_json(found, options.audience)
        else:
            content = cells_csv(found, options.audience, options.format)
    say_small_groups(context, study, options.school, options.audience)
    return _written(options, content, damaged)


def say_small_groups(
    context: Context, study: str, code: str | None = None, audience: str = INTERNAL
) -> None:
    """Say which roles at the schools that are exported have few people; a table has no place for that."""
    recorded = fold_study(read_stream(context.store.events, study, f"study/{study}").events)
    instrument, _ = _instrument(context, recorded)
    evidence = context.catalogue.evidence
    schools = [each for each in evidence.schools(study)[0] if code in (None, each.code)]
    cases = evidence.cases(study, schools).values()
    if line := small_groups_line(cases, instrument, "en", audience):
        say(line, error=True)


def _written(options: argparse.Namespace, content: bytes, damaged: Sequence[Refused]) -> int:
    write(options.output, content)
    for each in damaged:
        say(f"observation: {each}", error=True)
    return 1 if damaged else 0


def _workbook(
    context: Context,
    study: str,
    options: argparse.Namespace,
    damaged: list[Refused],
    progress: Progress,
) -> bytes:
    """Return the workbook of one school or of all; what cannot be read is named in it and in `damaged`."""
    from observation.export.workbook import Edition, workbook

    recorded = fold_study(read_stream(context.store.events, study, f"study/{study}").events)
    settings = _settings(context, study, recorded, options)
    instrument, codebook = _instrument(context, recorded)
    evidence = context.catalogue.evidence
    schools = _chosen(_readable(context, study, damaged), options.school)
    edition = Edition(
        recorded.name,
        instrument,
        codebook,
        settings,
        options.language,
        options.audience,
        _name_of(recorded.periods, options.period),
        [translator(options.language)(each.sentence) % each.values for each in damaged],
    )
    return workbook(
        edition,
        (
            (
                triangulate(for_audience(case, options.audience), instrument, codebook, settings),
                evidence.stamp(study, case),
            )
            for case in told(
                evidence.told(study, schools), progress, Step(WORKED_OUT, of=len(schools))
            )
        ),
    )


def _print(context: Context, study: str, options: argparse.Namespace, progress: Progress) -> bytes:
    """Return the sheet of one school, or all schools compared; raise Refused when anything cannot be read."""
    from observation.export.pdf.comparison import comparison_print
    from observation.export.pdf.triangulation import triangulation_sheet

    recorded = fold_study(read_stream(context.store.events, study, f"study/{study}").events)
    instrument, codebook = _instrument(context, recorded)
    settings = _settings(context, study, recorded, options)
    evidence = context.catalogue.evidence
    damaged: list[Refused] = []
    schools = _readable(context, study, damaged)
    # A sheet that lacks what cannot be read would say *no claim* where there is one.
    if damaged:
        raise damaged[0]
    chosen = _chosen(schools, options.school)
    date = context.clock.now().date().isoformat()
    if options.school is None:
        cases = _cases(evidence, study, chosen, progress, parts=2)
        found = [
            triangulate(for_audience(case, options.audience), instrument, codebook, settings)
            for case in cases
        ]
        return comparison_print(
            [
                Comparison(
                    tuple(some), recorded, instrument, codebook, options.language, options.audience
                )
                for some in _beside(found)
            ],
            date=date,
            progress=progress,
            part=2,
        )
    case = evidence.case(study, chosen[0])
    return triangulation_sheet(
        triangulate(for_audience(case, options.audience), instrument, codebook, settings),
        instrument,
        codebook,
        options.language,
        options.audience,
        study=recorded.name,
        period=_name_of(recorded.periods, options.period),
        stamp=evidence.stamp(study, case),
        agreement=agreement_line(
            agreement_on_seen(context.catalogue.doubly(study, settings)), options.language
        ),
        date=date,
    )


def _beside(found: Sequence[Triangulation]) -> list[Sequence[Triangulation]]:
    """The schools of each page; of a study without schools one page that says so."""
    return [found[at : at + BESIDE] for at in range(0, len(found), BESIDE)] or [[]]


def _found(
    context: Context,
    study: str,
    options: argparse.Namespace,
    damaged: list[Refused],
    progress: Progress,
) -> Iterator[Triangulation]:
    recorded = fold_study(read_stream(context.store.events, study, f"study/{study}").events)
    instrument, codebook = _instrument(context, recorded)
    settings = _settings(context, study, recorded, options)
    evidence = context.catalogue.evidence
    chosen = _chosen(_readable(context, study, damaged), options.school)
    for case in _cases(evidence, study, chosen, progress):
        yield triangulate(for_audience(case, options.audience), instrument, codebook, settings)


def _cases(
    evidence: Evidence,
    study: str,
    schools: Sequence[School],
    progress: Progress,
    parts: int = 1,
) -> Iterator[Case]:
    """Yield the case of each school, one at a time: not all are held, and it can be told how far it is."""
    for school in told(schools, progress, Step(WORKED_OUT, of=len(schools), parts=parts)):
        yield evidence.cases(study, [school])[school.code]


def _readable(context: Context, study: str, damaged: list[Refused]) -> list[School]:
    """Return the schools that can be read, and name in `damaged` what of the study cannot."""
    schools, unread = context.catalogue.evidence.schools(study)
    damaged += unread
    for look in context.catalogue.evidence.look(study):
        damaged += look.damaged.values()
    return schools


def _instrument(context: Context, recorded: Study) -> tuple[Instrument, Codebook]:
    wanted = {"id": recorded.instrument} if recorded.instrument else {}
    instrument = context.instruments.newest(**wanted)
    return instrument, open_codebook(codebook_file(instrument.id), instrument, recorded.versions)


def _settings(
    context: Context, study: str, recorded: Study, options: argparse.Namespace
) -> Settings:
    settings = Settings(
        period=_period(recorded.periods, options.period),
        approved_only=options.approved,
        strict=options.strict,
    )
    return context.catalogue.heeding_observers(study, settings)


def _chosen(schools: Sequence[School], code: str | None) -> list[School]:
    """Return the school with this code, or all when none is named; raise Refused for one that is not there."""
    chosen = [each for each in schools if code in (None, each.code)]
    if code is not None and not chosen:
        raise Refused(
            N_("There is no school “%(school)s” in the register. Known: %(known)s."),
            school=code,
            known=", ".join(school.code for school in schools) or "-",
        )
    return chosen


def _name_of(periods: Any, code: str | None) -> str:
    return str(periods[code].value.get("name", code)) if code else ""


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
