"""One look at a store: what is shown together is of one moment, and is asked for once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_seen: ContextVar[dict[tuple[int, str], Any] | None] = ContextVar("seen", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Within it a study is as it was when it was first looked at; for what only reads.

    A look within a look is the same look.
    """
    if _seen.get() is not None:
        yield
        return
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


@contextmanager
def afresh() -> Iterator[None]:
    """Within it all is looked at anew."""
    token = _seen.set(None)
    try:
        yield
    finally:
        _seen.reset(token)


def once(of: object, study: str, look: Callable[[], T]) -> T:
    """Return what `look` returns for this object and study; within one look what it returned first."""
    seen = _seen.get()
    if seen is None:
        return look()
    place = id(of), study
    if place not in seen:
        seen[place] = look()
    found: T = seen[place]
    return found
