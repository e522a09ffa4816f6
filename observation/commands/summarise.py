"""`observation summarise`: what lists and verdicts are made of, by all processors of the machine."""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import islice
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.settings import Context, open_context
from observation.store import Receipt
from observation.store.deposit import SERVER, settle_labels
from observation.store.lock import Lock
from observation.store.projection import Projected

from .terminal import progress, say

PART = 100  # streams that a process folds at once, and that become visible together
FEW = 5 * PART  # streams that are folded before other processes would have begun

Made = dict[str, tuple[str, str]]


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "summarise", help="bring what lists and verdicts are made of up to date; happens by itself"
    )
    command.set_defaults(run=_summarise)


def here(context: Context) -> bool:
    """Bring everything up to date before anybody goes on; return False where that cannot be kept."""
    try:
        summarise(context)
    except (Refused, OSError):
        return False
    return True


def summarise(context: Context) -> int:
    """Fold all records that changed since they were last summarised; return how many those were.

    Whoever comes second waits for the first and finds little left. Labels that were held twice are
    settled, since a deposit does that only where all observations are known. Raises Refused when
    what was folded cannot be kept.
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
            counts: dict[str, int] = {}
            for projected in context.catalogue.of_many:
                folded = _study(context, projected, study)
                counts[projected.kind] = max(folded, counts.get(projected.kind, 0))
            done += sum(counts.values())
    return done


def _study(context: Context, projected: Projected[Any], study: str) -> int:
    behind = projected.behind(study)
    done = 0
    for made in _folded(context, projected, study, behind):
        projected.keep(study, made)
        if not projected.shared:
            raise Refused(
                N_("%(file)s cannot be written; make room, or name another folder."),
                file=context.catalogue.path,
            )
        done += len(made)
        progress(done, len(behind))
    if behind and projected is context.catalogue.summaries:
        now = utc(context.clock.now())
        settle_labels(context.store.events, context.catalogue, study, Receipt(now, SERVER))
    return done


def _folded(
    context: Context, projected: Projected[Any], study: str, behind: Mapping[str, str]
) -> Iterator[Made]:
    items = iter(behind.items())
    parts = list(iter(lambda: dict(islice(items, PART)), {}))
    processors = os.cpu_count() or 1
    if len(behind) <= FEW or processors < 2:
        yield from (projected.fold(study, part) for part in parts)
        return
    with ProcessPoolExecutor(
        processors, multiprocessing.get_context("spawn"), _open, (context.environment,)
    ) as processes:
        place = context.catalogue.of_many.index(projected)
        begun = [processes.submit(_fold, place, study, part) for part in parts]
        for each in as_completed(begun):
            yield each.result()


_opened: Context  # of a process of the pool


def _open(environment: Mapping[str, str]) -> None:
    global _opened
    _opened = open_context(environment=environment)


def _fold(place: int, study: str, versions: Mapping[str, str]) -> Made:
    return _opened.catalogue.of_many[place].fold(study, versions)


def _summarise(context: Context, options: argparse.Namespace) -> None:
    say(f"{summarise(context)} records summarised.")
