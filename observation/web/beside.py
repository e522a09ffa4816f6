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
    process = subprocess.Popen(command, env=os.environ | context.environment)
    if hasattr(os, "setpriority"):
        with suppress(ProcessLookupError):  # ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST)
    return process


class Summarising:
    """The process that folds what many streams are summarised by; one at a time of this server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._failed = float("-inf")

    def begin(self) -> bool:
        """Have it under way; return False when that failed lately, so that whoever looks folds."""
        with self._lock:
            code = self._process.poll() if self._process else None
            if self._process and code is None:
                return True
            if self._process and code:
                self._process, self._failed = None, time.monotonic()
            if time.monotonic() < self._failed + AGAIN:
                return False
            try:
                self._process = begin(self._context, "summarise")
            except OSError:
                self._failed = time.monotonic()
            return self._process is not None
