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
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from observation.settings import Context
from observation.store import work

LOWEST = 19  # priority
AGAIN = 60.0  # seconds after a failure


def begin(context: Context, *words: str, keep: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Begin a command of this program, `words`, in another process of the lowest priority.

    It has the descriptors of `keep` open too.
    """
    command = [sys.executable, "-m", "observation", *words]
    # What it has to say, other than errors, is for who types the command.
    process = subprocess.Popen(
        command, env=os.environ | context.environment, stdout=subprocess.DEVNULL, pass_fds=keep
    )
    give_way(process.pid)
    return process


def begin_in(folder: Path, context: Context, *words: str) -> None:
    """Begin a command that tells in the folder how far it is; nothing is done while another one goes on there."""
    if work.read_report(folder)[work.STATE] == work.RUNNING:
        return
    # One that has told its end and is about to go is waited for.
    held = work.begin_in(folder)
    process = begin(
        context, *words, "--quiet", "--report", str(folder.absolute() / work.REPORT),
        keep=[held] if os.name != "nt" else [],
    )  # fmt: skip

    def wait() -> None:  # so that its end is known
        process.wait()
        if os.name == "nt":  # where no other process can hold it
            os.close(held)

    if os.name != "nt":
        os.close(held)
    threading.Thread(target=wait, daemon=True).start()


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
