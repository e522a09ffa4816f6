"""`observation summarise`: what lists and verdicts are made of, by all processors of the machine."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache, partial
from itertools import islice
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.core.work import Cancelled, Progress, Step, quietly
from observation.settings import Context, open_context
from observation.store import Receipt
from observation.store.deposit import SERVER, settle_labels
from observation.store.lock import Lock
from observation.store.projection import Projected
from observation.store.reading import read_stream

from .terminal import counted, say
from .working import add_quiet, working

PART = 100  # streams that a process folds at once, and that become visible together
SUMMARISED = N_("Records summarised")
FEW = 5  # parts that are folded before other processes would have begun

Made = dict[str, tuple[str, str]]


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "summarise", help="bring what lists and verdicts are made of up to date; happens by itself"
    )
    add_quiet(command)
    command.set_defaults(run=_summarise)


def here(context: Context) -> bool:
    """Bring everything up to date before anybody goes on; return False where that cannot be kept."""
    try:
        summarise(context)
    except (Refused, OSError):
        return False
    return True


def summarise(context: Context, progress: Progress = quietly) -> int:
    """Fold all records that changed since they were last summarised; return how many those were.

    Whoever comes second waits for the first and finds little left. Labels that were held twice are
    settled, since a deposit does that only where all observations are known. Raises Refused when
    what was folded cannot be kept. What `progress` raises stops it; what was folded by then stays.
    """
    for projected in context.catalogue.of_many:
        projected.elsewhere = None  # that is here
    path = context.catalogue.path
    if path is None:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    with Lock(path.with_suffix(".lock"))():
        for study in context.store.events.studies():
            for kind in dict.fromkeys(projected.kind for projected in context.catalogue.of_many):
                done += _study(context, kind, study, progress)
    return done


def _study(context: Context, kind: str, study: str, progress: Progress) -> int:
    """Fold the streams of one kind, each for all that is derived from it; return how many those were."""
    projections = _of_kind(context, kind)
    behind = [projected.behind(study) for projected in projections]
    streams = list(dict.fromkeys(stream for each in behind for stream in each))
    done = 0
    if streams:
        progress(Step(SUMMARISED, 0, len(streams)))
    for part in _folded(context, kind, study, behind, streams):
        for projected, made in zip(projections, part, strict=True):
            projected.keep(study, made)
            if not projected.shared:
                raise Refused(
                    N_("%(file)s cannot be written; make room, or name another folder."),
                    file=context.catalogue.path,
                )
        done += len({stream for made in part for stream in made})
        progress(Step(SUMMARISED, done, len(streams)))
    if streams and context.catalogue.summaries in projections:
        now = utc(context.clock.now())
        settle_labels(context.store.events, context.catalogue, study, Receipt(now, SERVER))
    return done


def _folded(
    context: Context,
    kind: str,
    study: str,
    behind: Sequence[Mapping[str, str]],
    streams: Iterable[str],
) -> Iterator[list[Made]]:
    """What is made of some streams at a time, by projection; `behind` is by projection too."""
    items = iter(streams)
    parts = [
        [{stream: each[stream] for stream in some if stream in each} for each in behind]
        for some in iter(lambda: list(islice(items, PART)), [])
    ]
    processors = os.cpu_count() or 1
    if len(parts) <= FEW or processors < 2:
        yield from (_fold_in(context, kind, study, part) for part in parts)
        return
    with ProcessPoolExecutor(
        processors, multiprocessing.get_context("spawn"), _open, (context.environment,)
    ) as processes:
        try:
            with _unheard():
                begun = [processes.submit(_fold, kind, study, part) for part in parts]
            for each in as_completed(begun):
                yield each.result()
        except BaseException:
            processes.shutdown(cancel_futures=True)
            raise


@contextmanager
def _unheard() -> Iterator[None]:
    """Let processes that begin within it be stopped by this one only, not by a Ctrl-C that all of them get."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _fold_in(
    context: Context, kind: str, study: str, part: Sequence[Mapping[str, str]]
) -> list[Made]:
    events, projections = context.store.events, _of_kind(context, kind)
    found: list[Made] = [{} for _ in projections]
    for stream in dict.fromkeys(stream for each in part for stream in each):
        read = cache(partial(read_stream, events, study, stream))  # once for all of them
        for projected, versions, made in zip(projections, part, found, strict=True):
            if stream in versions:
                made[stream] = versions[stream], projected.fold(stream, read)
    return found


def _of_kind(context: Context, kind: str) -> list[Projected[Any]]:
    return [each for each in context.catalogue.of_many if each.kind == kind]


_opened: Context  # of a process of the pool


def _open(environment: Mapping[str, str]) -> None:
    global _opened
    _opened = open_context(environment=environment)


def _fold(kind: str, study: str, part: Sequence[Mapping[str, str]]) -> list[Made]:
    return _fold_in(_opened, kind, study, part)


def _summarise(context: Context, options: argparse.Namespace) -> None:
    try:
        done = summarise(context, working(options))
    except (Cancelled, KeyboardInterrupt):
        stays = (
            "Stopped; what was summarised by then stays, and the rest is done when it is needed."
        )
        raise Cancelled(stays) from None
    say(f"{counted(done, 'record')} summarised.")
