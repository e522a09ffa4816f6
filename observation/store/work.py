"""Work that another process does for a page, in a folder of its own: how far it is, and whether it is wanted.

The folder is the wish. Whoever works looks for it at every step and before anything counts, so that to cancel
is to take the folder away. The process holds a file in it as long as it lives; so nobody waits for one
that was killed, whichever server asks.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from observation.core.errors import Refused
from observation.core.work import Cancelled, Step, left

from .lock import hold, is_held

REPORT, HELD, STEP = "report.json", "held", "step"
STATE, RUNNING, MADE, FAILED = "state", "running", "made", "failed"
EVERY = 0.5  # seconds between two words on how far it is
PATIENCE = 2.0  # seconds in which a folder that was looked into comes back


class Reporter:
    """What one process tells of its work in a file that others read; without a path it tells nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._next = 0.0
        self._part, self._since = 0, 0.0
        self._last = False

    def __call__(self, step: Step) -> None:
        """Tell how far it is, every now and then; raise Cancelled when the work is not wanted any more."""
        if self._path is None:
            return
        now = time.monotonic()
        if step.part != self._part:
            self._part, self._since = step.part, now
        if now < self._next and not step.last:
            return
        self._next = now + EVERY
        seconds = left(step, now - self._since)
        self.write({STATE: RUNNING, STEP: asdict(step), "left": seconds})
        self._last = self._last or step.last  # from here on it is too late

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Tell at the end of the block that the file is made, or why it is not."""
        try:
            yield
        except Refused as refused:
            values = {name: str(value) for name, value in refused.values.items()}
            self.write({STATE: FAILED, "sentence": refused.sentence, "values": values})
            raise
        self.write({STATE: MADE})

    def write(self, value: Any) -> None:
        """Tell this, whole; raise Cancelled when the work is not wanted any more."""
        if self._path is None:
            return
        until = time.monotonic() + (PATIENCE if self._last else 0)
        draft = self._path.with_name(f".{self._path.name}.draft")
        while True:
            try:
                draft.write_text(json.dumps(value), encoding="utf-8")
                os.replace(draft, self._path)
                return
            except FileNotFoundError:
                if time.monotonic() > until:
                    raise Cancelled from None
                time.sleep(0.02)  # somebody looks whether it is too late


def read_report(folder: Path) -> dict[str, Any]:
    """Return what was last told of the work in a folder; of a process that ended without a last word FAILED.

    How far that one was is still said.
    """
    lives = goes_on(folder)
    try:
        found: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {STATE: RUNNING}
    # After that look: its last word is here.
    return found | {STATE: FAILED} if found[STATE] == RUNNING and not lives else found


def step_of(report: dict[str, Any]) -> Step:
    """Return how far work is by its report."""
    value = report.get(STEP)
    return Step(**value) if value else Step("")


def goes_on(folder: Path) -> bool:
    """Return whether a process works in the folder."""
    return is_held(folder / HELD)


def begin_in(folder: Path) -> int:
    """Return a descriptor that the process is to have open which works in the folder from now on."""
    descriptor = hold(folder / HELD)
    (folder / REPORT).unlink(missing_ok=True)
    return descriptor


def cancel(folder: Path) -> bool:
    """Take the folder away, with all in it; return False when the work is past what can be undone.

    Then it stays, and the work comes to its end.
    """
    aside = folder.with_name(f".{folder.name}")
    try:
        os.rename(folder, aside)  # at once: whoever works finds it, or does not
    except FileNotFoundError:
        return True
    if goes_on(aside):
        with suppress(OSError, ValueError):
            if step_of(json.loads((aside / REPORT).read_text(encoding="utf-8"))).last:
                os.rename(aside, folder)
                return False
    shutil.rmtree(aside, ignore_errors=True)
    return True
