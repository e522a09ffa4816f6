"""Work that another process does, which gives way to whoever records or reads.

In the server's own it would keep taps waiting for Python's lock. It is told where things are by its
environment, since a database's address may hold a password that a command line shows to everybody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

from observation.settings import Context

LOWEST = 19  # priority
AGAIN = 60.0  # seconds after a failure


def begin(context: Context, *words: str) -> subprocess.Popen[bytes]:
    """Begin a command of this program, `words`, in another process of the lowest priority."""
    command = [sys.executable, "-m", "observation", *words]
    # What it has to say, other than errors, is for who types the command.
    process = subprocess.Popen(
        command, env=os.environ | context.environment, stdout=subprocess.DEVNULL
    )
    give_way(process.pid)
    return process


def give_way(process: int) -> None:
    """Let the process, and those that it begins from now on, run only while nobody else wants to."""
    with suppress(ProcessLookupError):  # ended already
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, process, LOWEST)
        if hasattr(os, "SCHED_IDLE"):  # at once, and not only in the long run
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


class Summarising:
    """The process that folds what many streams are summarised by; one at a time of this server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._waiting: threading.Thread | None = None
        self._failed = float("-inf")

    def begin(self) -> bool:
        """Have it under way; return False when that failed lately, so that whoever looks folds."""
        with self._lock:
            if self._waiting and self._waiting.is_alive():
                return True
            if time.monotonic() < self._failed + AGAIN:
                return False
            self._waiting = threading.Thread(target=self._run, daemon=True)
            self._waiting.start()
            return True

    def _run(self) -> None:
        try:
            with begin(self._context, "summarise") as process:
                failed = bool(process.wait())
        except OSError:
            failed = True
        if failed:
            self._failed = time.monotonic()
