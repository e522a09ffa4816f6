"""`observation import FILE` for tables of claims and of codes: a dry run, then all or nothing."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.core.events import Event, utc
from observation.core.work import Progress, Step, told
from observation.importing.claims import NotReady, Plan, plan_claims
from observation.importing.codes import codes_score, new_version
from observation.importing.known import Known, imported, known_of
from observation.importing.mapping import Answers, read_mapping
from observation.importing.profiles import profile_of
from observation.importing.report import Report
from observation.importing.spool import Spool
from observation.importing.tables import Table, columns_of, read_table
from observation.settings import Context
from observation.store import EventStore, Receipt
from observation.store.deposit import TAKEN_IN
from observation.store.erased import refuse_erased
from observation.store.reading import read_stream
from observation.store.work import Reporter

from .study import chosen_study
from .terminal import counted, say
from .working import working


def import_table(context: Context, path: Path, options: argparse.Namespace) -> int:
    """Take in a table of claims or codes, or with --dry-run say what it would bring."""
    reporter = Reporter(Path(options.report) if options.report else None)
    report, progress = Report(reporter.write), working(options, reporter)
    try:
        return _import(context, path, options, report, progress)
    except NotReady:
        raise  # the report says what is unknown and wrong
    except Refused as refused:
        report.failed(refused, columns_of(path))
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        report.failed(Refused(N_("%(file)s: %(reason)s"), file=path.name, reason=reason))
        raise


def _import(
    context: Context, path: Path, options: argparse.Namespace, report: Report, progress: Progress
) -> int:
    answers = read_mapping(Path(options.map).read_bytes()) if options.map else Answers()
    table = read_table(
        path,
        lambda header: max(codes_score(header), profile_of(header, answers.profile)[1]),
    )
    receipt = Receipt(utc(datetime.now(UTC)), f"import of {path.name}")
    here = context.store.events
    with Spool() as spool:
        study = _study(context, path, options, spool)
        known = known_here(context, here, study, options.by or "")
        if codes_score(table.header) > profile_of(table.header, answers.profile)[1]:
            done = _plan_codes(table, known, path, options.dry_run, spool, report)
        else:
            done = _plan_claims(table, known, answers, here, options, spool, report, progress)
        if not options.dry_run:
            # Read and worked out before: others wait for the writing only.
            with context.store.restoring() as whole:
                number = 0
                for _, events in spool.streams():  # nobody marks anything as erased meanwhile
                    refuse_erased(whole, study, events)
                    number += 1
                step = Step(TAKEN_IN, of=number, part=3, parts=3)
                for stream, events in told(spool.streams(), progress, step):
                    whole.events.append(study, stream, events, receipt)
                progress(replace(step, done=number, last=True))
            done()
    return 0


def known_here(context: Context, events: EventStore, study: str, by: str) -> Known:
    """Return what the study knows, as an import or an export of its claims needs it."""
    return known_of(
        study,
        by,
        events.versions(study),
        lambda stream: read_stream(events, study, stream).events,
        lambda id: context.instruments.newest(id) if id else context.instruments.newest(),
    )


def _study(context: Context, path: Path, options: argparse.Namespace, spool: Spool) -> str:
    """The study that is meant; with --new-study one that is named after the file."""
    if not options.new_study:
        if not context.store.events.studies():
            raise Refused(
                N_(
                    "Here is no study yet; begin one with this table by --new-study, or import its bundle."
                )
            )
        return chosen_study(context, options.study)
    study = str(uuid.uuid4())
    stream = f"study/{study}"
    data = {"name": path.stem, "instrument": context.instruments.newest().id}
    by = options.by or "import"
    begun = [imported(stream, "study", "study-recorded", by, data)]
    begun.append(imported(stream, f"member {by}", "member-recorded", by, {"member": by}))
    spool.add(stream, begun)
    return study


def _plan_claims(
    table: Table,
    known: Known,
    answers: Answers,
    here: EventStore,
    options: argparse.Namespace,
    spool: Spool,
    report: Report,
    progress: Progress,
) -> Callable[[], None]:
    """Plan and say so; return what says that it was taken in."""

    def read(stream: str) -> Iterable[Event]:
        return read_stream(here, known.id, stream).events

    plan = plan_claims(
        table,
        known,
        answers,
        read,
        spool.add,
        options.revise,
        progress,
        2 if options.dry_run else 3,
    )
    profile, _ = profile_of(table.header, answers.profile)
    columns = {name: hold for hold, name in profile.columns.items()} if profile else {}
    _say(plan, table.path.name, taken=plan.ready and not options.dry_run)
    if options.dry_run or not plan.ready:
        report.planned(table, plan, columns, taken=False)
    if (
        not plan.ready
    ):  # of a dry run too: whoever calls it from a script learns that it would be refused
        raise NotReady(plan)
    return lambda: report.planned(table, plan, columns, taken=True)


def _plan_codes(
    table: Table, known: Known, path: Path, dry_run: bool, spool: Spool, report: Report
) -> Callable[[], None]:
    made = new_version(table, known)
    changes = made.data["changes"] if made else []
    if made:
        spool.add(made.stream, [made])
    for change in changes:
        say(f"{change['change']} {change['code']}")
    said = counted(len(changes), "change")
    say(f"{path.name}: {said} to the codebook{' (nothing was taken in)' if dry_run else ''}.")
    if dry_run:
        report.codes(table, len(changes), taken=False)
    return lambda: report.codes(table, len(changes), taken=True)


def _say(plan: Plan, name: str, taken: bool) -> None:
    for finding in plan.findings:
        say(str(finding.refused()), error=True)
    listed = sum(plan.unknown.values()) + plan.counts["errors"] + plan.counts["warnings"]
    if listed > len(plan.findings):
        say(f"{listed - len(plan.findings)} more of these.", error=True)
    for change in plan.changes:
        say(f"Row {change.row}, “{change.document}”: changed {', '.join(change.changed)}.")
    if plan.changes:
        say("Changed segments become revisions with --revise; without it what is here stays.")
    for kind, title in (
        ("code", "codes"),
        ("respondent", "respondents"),
        ("document", "documents"),
    ):
        names = [name for found, name in plan.unknown if found == kind]
        if names:
            say(f"[{title}]  # to be said in a file for --map")
            for each in names:
                quoted = each.replace("\\", "\\\\").replace('"', '\\"')
                say(f'"{quoted}" = ""')
    counts = ", ".join(f"{number} {what}" for what, number in sorted(plan.counts.items()) if number)
    where = " ".join(filter(None, (plan.profile, plan.encoding, repr(plan.delimiter).strip("'"))))
    said = "" if taken else " (nothing was taken in)"
    say(f"{name}: {where}: {counts}; {counted(len(plan.interviews), 'new interview')}.{said}")
