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


def hold(path: Path) -> int:
    """Return a descriptor that holds the file as long as any process has it open."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    _wait_for(descriptor)
    return descriptor


def is_held(path: Path) -> bool:
    """Return whether somebody has the file open as `hold` gave it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _is_free(descriptor)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _is_free(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _wait_for(descriptor: int) -> None:
        while True:
            try:
                return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except PermissionError:
                time.sleep(POLL)

else:
    import fcntl

    def _is_free(descriptor: int) -> bool:
        try:
            fcntl.flock(
                descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB
            )  # who else asks is in nobody's way
        except BlockingIOError:
            return False
        return True

    def _wait_for(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
