"""Where this program keeps its things, as the command line or the environment says."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from observation.instruments import Instruments
from observation.store import Store, open_store
from observation.store.catalogue import Catalogue

ENVIRONMENT_DATA = "OBSERVATION_DATA"
ENVIRONMENT_STORE = "OBSERVATION_STORE"


_STARTED = time.monotonic_ns()


class Clock:
    """The machine's two clocks, handed in so that a test can hold them."""

    def now(self) -> datetime:
        """Return the wall clock with its offset."""
        return datetime.now().astimezone()

    def elapsed(self) -> int:
        """Return the milliseconds since the program started, by the clock that nobody can set."""
        return (time.monotonic_ns() - _STARTED) // 1_000_000


@dataclass(frozen=True, slots=True)
class Context:
    """What every page and every command works on."""

    store: Store
    instruments: Instruments
    catalogue: Catalogue
    data: Path
    clock: Clock = field(default_factory=Clock)


def open_context(
    data: Path | None = None,
    url: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Context:
    """Open the instruments and the store: `url`, OBSERVATION_STORE, or TinyDB under the data folder.

    The data folder is `data`, OBSERVATION_DATA, or `data` in the current folder. Raises Refused for
    a URL or a schedule file that cannot be used.
    """
    data = data or Path(environment.get(ENVIRONMENT_DATA) or "data")
    url = url or environment.get(ENVIRONMENT_STORE) or f"tinydb:{data / 'store'}"
    store = open_store(url)
    instruments = Instruments(data / "instruments")
    return Context(store, instruments, Catalogue(store.events, instruments.pinned), data)
