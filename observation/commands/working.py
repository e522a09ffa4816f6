"""How a command shows how far it is, and how Ctrl-C and SIGTERM stop it: between two steps, with nothing half."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from functools import partial
from types import FrameType
from typing import Any

from observation.core.work import Cancelled, Progress, Step, left, quietly

from .terminal import say, tick

SOON = 1.0  # seconds in which nothing is shown: most work is done by then
ON_A_TERMINAL, IN_LINES = 0.1, 5.0  # seconds between two signs
AGAIN = 0.05  # seconds until an interrupt that was lost comes once more
PATIENCE = 3.0  # seconds in which whoever works gets to the next step, before it is interrupted where it waits
TOO_LATE = b"\nobservation: it cannot be stopped any more and goes on to its end.\n"


class _State(Enum):
    """What a signal does: it interrupts at once, asks who works, is too late, or was heard already."""

    IDLE, WORKING, SEALED, STOPPING = range(4)


class _Stop:
    """Whether this process was asked to stop, and what that may still do."""

    def __init__(self) -> None:
        self.state = _State.IDLE
        self.asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        if self.state is _State.IDLE:
            raise KeyboardInterrupt
        if not self.asked:
            self.asked = True
            if self.state is _State.SEALED:
                with suppress(OSError):  # print may be in the middle of a line
                    os.write(2, TOO_LATE)
            elif hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, PATIENCE)
            else:
                self.interrupt(number, frame)

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Hear the timer: of who was asked and does not stop, or of an interrupt that was lost."""
        (self.interrupt if self.asked else self.ask)(number, frame)

    def lost(self) -> None:
        """Ask again soon: Python drops what is raised where nothing can be, such as at the end of an object."""
        self.asked = False
        if self.state is _State.STOPPING:
            self.state = _State.WORKING
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, AGAIN)

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.state is _State.WORKING:  # it waits: for a lock, a network, a line of its input
            self.state = _State.STOPPING
            raise KeyboardInterrupt


_stop = _Stop()


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it SIGINT and SIGTERM raise KeyboardInterrupt, or where work goes on Cancelled at its next step.

    That happens once: whoever undoes what was begun is not stopped at that.
    """
    global _stop
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _stop = _Stop()
    wanted: dict[int, Any] = {signal.SIGINT: _stop.ask, signal.SIGTERM: _stop.ask}
    if hasattr(signal, "SIGALRM"):
        wanted[signal.SIGALRM] = _stop.hear
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    tell = sys.unraisablehook
    sys.unraisablehook = partial(_unless_interrupted, tell, _stop)
    try:
        yield
    finally:
        sys.unraisablehook = tell
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _unless_interrupted(
    tell: Callable[[Any], object], stop: _Stop, dropped: sys.UnraisableHookArgs
) -> None:
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        stop.lost()
    else:
        tell(dropped)


def seal() -> None:
    """Let the work go on to its end from here on; raise Cancelled when it was asked to stop before."""
    _check()
    if _stop.state is _State.WORKING:
        _stop.state = _State.SEALED


def _check() -> None:
    if _stop.asked and _stop.state is _State.WORKING:
        _stop.state = _State.STOPPING
        raise Cancelled


def add_quiet(command: argparse.ArgumentParser) -> None:
    """Add the option that keeps a command from showing how far it is."""
    command.add_argument("--quiet", action="store_true", help="do not show how far it is")


def working(options: argparse.Namespace, also: Progress = quietly) -> Progress:
    """Begin the work of the command: return what shows how far it is, and stops it when it was asked to.

    It rewrites one line of a terminal; elsewhere it writes a line every few seconds. `also` is told of
    every step before.
    """
    if _stop.state is _State.IDLE:
        _stop.state = _State.WORKING
    return _Shown(options.quiet, also)


class _Shown:
    def __init__(self, quiet: bool, also: Progress) -> None:
        self._quiet, self._also = quiet or sys.stderr is None, also
        self._terminal = not self._quiet and sys.stderr.isatty()
        self._next = time.monotonic() + SOON
        self._part, self._since = 0, 0.0

    def __call__(self, step: Step) -> None:
        _check()
        self._also(step)
        if step.last:
            seal()
        now = time.monotonic()
        if step.part != self._part:
            self._part, self._since = step.part, now
        if self._quiet or now < self._next:
            return
        self._next = now + (ON_A_TERMINAL if self._terminal else IN_LINES)
        (tick if self._terminal else _plainly)(in_words(step, left(step, now - self._since)))


def in_words(step: Step, seconds: int | None = None) -> str:
    """Return how far it is, and how long it still takes where that is known."""
    of = f" of {step.of:,}" if step.of else ""
    if step.of == 1:
        return step.what
    still = ""
    if seconds is not None:
        minutes = -(-seconds // 60)
        still = f"; about {minutes} min left" if minutes > 1 else "; less than a minute left"
    return f"{step.what}: {step.done:,}{of}{still}"


def _plainly(text: str) -> None:
    say(text, error=True)
