"""The lock of a store on a disk: one holder at a time among all threads and processes of a machine."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

Locking = Callable[[], AbstractContextManager[object]]  # holds a lock for a block

POLL = 0.002  # seconds between two tries, where the system does not wake who waits


class Lock:
    """A lock on a file, which the system takes from a holder that is killed.

    The file is opened anew each time, since the system tells threads apart by that.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._holder: int | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock for a block, once it is free; raise RuntimeError where this thread holds it."""
        if self._holder == threading.get_ident():
            raise RuntimeError("this thread holds the lock and would wait for itself")
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _wait_for(descriptor)
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None
        finally:
            os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _wait_for(descriptor: int) -> None:
        while True:
            try:
                return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except PermissionError:
                time.sleep(POLL)

else:
    import fcntl

    def _wait_for(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
