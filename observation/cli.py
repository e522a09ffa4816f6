"""The command line: `observation serve | sample | import | export | enrol | verify`."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import IO

from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.export import FORMATS
from observation.export.bundle import bundle_lines
from observation.importing.bundle import read_bundle
from observation.language import LANGUAGES
from observation.settings import Context, open_context
from observation.store import FULL, Receipt
from observation.store.catalogue import read_stream
from observation.store.codes import MINUTES, new_code
from observation.store.deposit import Incomplete, deposit
from observation.store.server import current_study
from observation.store.verify import verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when it did what was asked, 1 with a sentence when not."""
    options = parser().parse_args(arguments)
    try:
        code = int(options.run(open_context(options.data, options.store), options) or 0)
        if sys.stdout:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # who reads it, such as head, has seen enough
        _abandon_stdout()
        return 1
    except (Refused, OSError) as error:
        _print(f"observation: {_sentence(error)}", error=True)
        _abandon_stdout()
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="observation",
        description="Observe board sessions, and compare what was seen with what was said.",
    )
    root.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the folder that holds everything local (OBSERVATION_DATA; default: data)",
    )
    root.add_argument(
        "--store",
        metavar="URL",
        help="where events are kept (OBSERVATION_STORE; default: tinydb:DIR/store)",
    )
    commands = root.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve the program to a browser on this machine")
    serve.add_argument("--host", default="127.0.0.1", help="an address of this machine itself")
    serve.add_argument("--port", type=_port, default=8000)
    serve.set_defaults(run=_serve)

    sample = commands.add_parser("sample", help="load the sample study")
    sample.set_defaults(run=_sample)

    load = commands.add_parser("import", help="take in the events of a bundle")
    load.add_argument("bundle", metavar="BUNDLE", help="a file made by export bundle; - for stdin")
    load.add_argument(
        "--new-study", action="store_true", help="allow a study beside those already here"
    )
    load.set_defaults(run=_import)

    enrol = commands.add_parser("enrol", help="print a code with which one tablet can join")
    enrol.set_defaults(run=_enrol)

    export = commands.add_parser(
        "export", help="write a bundle, an observation or a blank schedule"
    )
    what = export.add_subparsers(title="what", required=True, metavar="WHAT")
    bundle = what.add_parser("bundle", help="all events of a study, to be imported again")
    bundle.set_defaults(run=_export_bundle)
    observation = what.add_parser("observation", help="one observation by its label")
    observation.add_argument("label", metavar="LABEL", help="or its UUID, or its stream")
    observation.add_argument("--format", choices=list(FORMATS), default="pdf")
    observation.set_defaults(run=_export_observation)
    schedule = what.add_parser("schedule", help="the blank schedule, to write on (PDF)")
    schedule.add_argument("--instrument", metavar="ID", help="default: the one that comes with it")
    schedule.set_defaults(run=_export_schedule)
    for command in (observation, schedule):
        command.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    for command in (bundle, observation, enrol):
        command.add_argument("--study", metavar="ID", help="needed where several studies are kept")
    for command in (bundle, observation, schedule):
        command.add_argument("--output", metavar="FILE", help="default: stdout")

    check = commands.add_parser("verify", help="check every record; exit 1 when one needs a look")
    check.set_defaults(run=_verify)
    return root


def _serve(context: Context, options: argparse.Namespace) -> None:
    from observation.web.serving import serve

    serve(context, options.host, options.port, _print)


def _sample(context: Context, options: argparse.Namespace) -> None:
    with (resources.files("observation") / "sample" / "study.jsonl").open("rb") as source:
        _take_in(context, source, "the sample study", new_study=True)


def _import(context: Context, options: argparse.Namespace) -> None:
    if options.bundle == "-":
        _take_in(context, sys.stdin.buffer, "stdin", options.new_study)
        return
    with Path(options.bundle).open("rb") as source:
        _take_in(context, source, options.bundle, options.new_study)


def _take_in(context: Context, source: IO[bytes], name: str, new_study: bool) -> None:
    bundle = read_bundle(source)
    studies = context.store.events.studies()
    if studies and bundle.study not in studies and not new_study:
        raise Refused(
            N_(
                "This bundle is of study %(study)s and here is %(here)s. Nothing was taken in; to keep both beside each other, say --new-study."
            ),
            study=bundle.study,
            here=", ".join(studies),
        )
    receipt = Receipt(_now(), f"import of {Path(name).name}")
    incomplete = None
    try:
        outcomes = deposit(
            context.store.events, context.catalogue, bundle.study, bundle.events, receipt
        )
    except Incomplete as refused:
        incomplete, outcomes = refused, refused.outcomes
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Refused(
            N_(
                "The disk is full. What was taken in before is kept; make room and import again, which finishes it."
            )
        ) from error
    counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    _print(f"{name}: {len(bundle.events)} events ({counts or 'none'}).")
    streams = {event.stream for event in bundle.events}
    for record in context.catalogue.records(bundle.study):
        if record.observation.stream in streams:
            for problem in record.observation.problems:
                _print(f"{record.observation.label}: {problem}", error=True)
    if incomplete:
        raise incomplete


def _export_bundle(context: Context, options: argparse.Namespace) -> int:
    study = _study(context, options.study)
    logs, damaged = [], []
    for stream in sorted(context.store.events.versions(study)):
        try:
            logs.append(read_stream(context.store.events, study, stream))
        except Refused as refused:
            damaged.append(refused)
    events = (kept.event for log in logs for kept in (*log.kept, *log.conflicts))
    _write(options.output, b"".join(bundle_lines(study, _now(), events)))
    for each in damaged:
        _print(f"observation: {each}", error=True)
    return 1 if damaged else 0


def _export_observation(context: Context, options: argparse.Namespace) -> None:
    study = None if options.study is None else _study(context, options.study)
    record = context.catalogue.find(options.label, study)
    _write(options.output, FORMATS[options.format](record, options.language))


def _export_schedule(context: Context, options: argparse.Namespace) -> None:
    from observation.export.pdf.blank import blank_schedule

    wanted = {"id": options.instrument} if options.instrument else {}
    instrument = context.instruments.newest(**wanted)
    _write(options.output, blank_schedule(instrument, options.language))


def _enrol(context: Context, options: argparse.Namespace) -> None:
    several = options.study is not None or len(context.store.events.studies()) > 1
    study = _study(context, options.study) if several else current_study(context.store)
    code = new_code(context.store.registry, study, datetime.now(UTC))
    _print(f"{code} (for one tablet, valid for {MINUTES} minutes)")


def _verify(context: Context, options: argparse.Namespace) -> int:
    findings = 0
    for finding in verify(context.store.events):
        findings += 1
        _print(f"{finding.stream}: {finding.problem}")
    number = sum(len(context.store.events.versions(s)) for s in context.store.events.studies())
    _print(f"{number} records checked, {findings} findings.")
    return 1 if findings else 0


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _study(context: Context, wanted: str | None) -> str:
    """Return the study that is wanted, or the only one; raise Refused where that says none."""
    studies = context.store.events.studies()
    if wanted in studies:
        return str(wanted)
    if wanted is not None:
        raise Refused(
            N_("There is no study “%(study)s” here. Known: %(studies)s."),
            study=wanted,
            studies=", ".join(studies) or "-",
        )
    if len(studies) != 1:
        raise Refused(
            N_("Here are %(number)s studies; name one with --study: %(studies)s."),
            number=len(studies),
            studies=", ".join(studies) or "-",
        )
    return studies[0]


def _write(path: str | None, content: bytes) -> None:
    """Write the file whole or not at all, or to stdout. Only a regular file is ever replaced."""
    if path is None:
        if sys.stdout is None:
            raise Refused(N_("There is no output to write to; name a file with --output."))
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    if not path or os.path.isdir(path):
        raise Refused(N_("“%(path)s” is not the name of a file; --output needs one."), path=path)
    target = os.path.realpath(path)
    draft = os.path.join(os.path.dirname(target), f".{secrets.token_hex(8)}.draft")
    try:
        if os.path.islink(target) or (os.path.exists(path) and not os.path.isfile(path)):
            Path(path).write_bytes(content)  # a device, a pipe; or a link in a circle, which fails
            return
        try:
            with open(draft, "xb") as file:
                file.write(content)
            if os.path.exists(target):
                shutil.copymode(target, draft)
            os.replace(draft, target)
        finally:
            Path(draft).unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def _print(text: str, error: bool = False) -> None:
    """Print a line, in which no character that was typed or taken in can steer the terminal."""
    to = sys.stderr if error else sys.stdout
    if to is None:  # closed by whoever started the program
        return
    plain = "".join(_visible(character) for character in text)
    encoding = to.encoding or "utf-8"
    print(plain.encode(encoding, "backslashreplace").decode(encoding), file=to, flush=True)


def _visible(character: str) -> str:
    steers = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
    return character.encode("unicode_escape").decode() if steers else character


def _abandon_stdout() -> None:
    """Let a stdout that takes nothing more not fail once again when the program ends."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _now() -> str:
    return utc(datetime.now(UTC))


def _sentence(error: Refused | OSError) -> str:
    if isinstance(error, OSError):
        words = error.strerror or str(error)
        return f"{words}: {error.filename}" if error.filename else words
    return str(error)
