"""The nightly work: a backup, by a process that gives way to whoever records or reads; and what is too old is forgotten."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from observation.settings import Context
from observation.store import Unavailable
from observation.store.audit import forget
from observation.store.backup import is_due

from . import beside, made, uploads

LOOK = 60.0  # seconds between two looks whether one is due


class Nightly(threading.Thread):
    """Makes a backup whenever one is due, and forgets what is too old: of the audit log, of files that were made or brought.

    It looks every `look` seconds, or nearly.
    """

    def __init__(self, context: Context, say: Callable[[str], None], look: float) -> None:
        super().__init__(daemon=True)
        self._context, self._say, self._look = context, say, look
        self._end = threading.Event()
        self._forgot: date | None = None

    def run(self) -> None:
        # Not all servers at the same moment: who looks second finds that it is being made.
        while not self._end.wait(self._look * random.uniform(0.5, 1.5)):
            now = self._context.clock.now()
            try:
                if is_due(self._context.store, now):
                    run_backup(self._context, "--due")
            except (ValueError, OSError, Unavailable) as error:  # the next look may find it mended
                self._say(f"No backup: {error}")
            try:
                self._forget(now)
                made.forget_old(self._context)
                uploads.forget_old(self._context)
            except (ValueError, OSError, Unavailable) as error:
                self._say(f"What is too old stays for now: {error}")

    def stop(self) -> None:
        """Look no more; a backup that is being made is finished by its own process."""
        self._end.set()

    def _forget(self, now: datetime) -> None:
        if self._forgot != now.date():
            forget(self._context.store.registry, now, self._context.audit_days)
            self._forgot = now.date()


def run_backup(context: Context, *options: str) -> None:
    """Make a backup in the folder of the nightly ones, in another process, and wait for its end."""
    with beside.begin(context, "backup", *options):
        pass


def begin_backup(context: Context) -> threading.Thread:
    """Begin what `run_backup` does, and return at once."""
    thread = threading.Thread(target=run_backup, args=[context], daemon=True)
    thread.start()
    return thread


def on_one_disk(context: Context, file: Path) -> bool | None:
    """Return whether a file or folder lies on the disk of the records; None where that is not known."""
    folder = context.store.folder
    return None if folder is None else _disk(folder) == _disk(file)


def _disk(path: Path) -> int:
    there = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    return there.stat().st_dev
