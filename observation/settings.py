"""Where this program keeps its things, as the command line or the environment says."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.instruments import Instruments
from observation.store import Store, open_store
from observation.store.audit import DAYS
from observation.store.backup_state import InBackup
from observation.store.catalogue import Catalogue
from observation.store.leftovers import Folders

ENVIRONMENT_DATA = "OBSERVATION_DATA"
ENVIRONMENT_STORE = "OBSERVATION_STORE"
ENVIRONMENT_BACKUP = "OBSERVATION_BACKUP"
ENVIRONMENT_CACHE = "OBSERVATION_CACHE"
ENVIRONMENT_HOSTS = "OBSERVATION_HOSTS"
ENVIRONMENT_PROXIES = "OBSERVATION_PROXIES"
ENVIRONMENT_AUDIT = "OBSERVATION_AUDIT_DAYS"
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
SCHEDULES = "instruments"  # the folder of own schedules in the data folder


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
    """What every page and every command works on, and with what another process opens the same."""

    store: Store
    instruments: Instruments
    catalogue: Catalogue
    in_backup: InBackup
    data: Path
    backups: Path  # the folder of the nightly ones
    cache: Path  # the folder of what can be derived again
    url: str = field(repr=False)  # it may hold a password
    hosts: tuple[str, ...] = ()  # by which other machines call this one
    proxies: int = 0  # before this server, whose word on who asks is taken
    address: str = ""  # by which other machines open it over HTTPS, where one is known
    ends: datetime | None = None  # its certificate, which nothing renews by itself
    audit_days: int = DAYS  # that entries of the audit log are kept
    clock: Clock = field(default_factory=Clock)

    @property
    def schedules(self) -> Path:
        """The folder of own schedules."""
        return self.data / SCHEDULES

    @property
    def beside(self) -> Folders:
        """The folders beside the store in which something of its records may lie."""
        return Folders(self.data / "imports", self.backups, self.data / "made")

    @property
    def environment(self) -> dict[str, str]:
        """What tells another process of this program to open the same."""
        return {
            ENVIRONMENT_DATA: str(self.data),
            ENVIRONMENT_STORE: self.url,
            ENVIRONMENT_BACKUP: str(self.backups),
            ENVIRONMENT_CACHE: str(self.cache),
            ENVIRONMENT_HOSTS: ",".join(self.hosts),
            ENVIRONMENT_PROXIES: str(self.proxies),
            ENVIRONMENT_AUDIT: str(self.audit_days),
        }


def open_context(
    data: Path | None = None,
    url: str | None = None,
    environment: Mapping[str, str] = os.environ,
    backups: Path | None = None,
) -> Context:
    """Open the instruments and the store: `url`, OBSERVATION_STORE, or TinyDB under the data folder.

    The data folder is `data`, OBSERVATION_DATA, or `data` in the current folder; that of the backups
    `backups`, OBSERVATION_BACKUP, or `backups` in the data folder; what can be derived again lies in
    OBSERVATION_CACHE, or `cache` in the data folder. OBSERVATION_HOSTS are the names, with commas,
    by which other machines call this one, OBSERVATION_PROXIES is how many proxies stand before it,
    OBSERVATION_AUDIT_DAYS for how many days the audit log is kept.
    Raises Refused for a URL or a schedule file that cannot be used, and for settings that make no sense.
    """
    data = data or Path(environment.get(ENVIRONMENT_DATA) or "data")
    url = url or environment.get(ENVIRONMENT_STORE) or f"tinydb:{data / 'store'}"
    backups = backups or Path(environment.get(ENVIRONMENT_BACKUP) or data / "backups")
    store = open_store(url)
    instruments = Instruments(data / SCHEDULES)
    cache = Path(environment.get(ENVIRONMENT_CACHE) or data / "cache")
    catalogue = Catalogue(store.events, instruments, _summaries(cache, store, url))
    in_backup = InBackup(store.registry)
    return Context(
        store,
        instruments,
        catalogue,
        in_backup,
        data,
        backups,
        cache,
        url,
        hosts_of(environment.get(ENVIRONMENT_HOSTS, "")),
        _proxies(environment.get(ENVIRONMENT_PROXIES) or "0"),
        audit_days=_audit_days(environment.get(ENVIRONMENT_AUDIT) or str(DAYS)),
    )


def hosts_of(text: str) -> tuple[str, ...]:
    """Return the names of a server in a text with commas; raise Refused for what is none."""
    hosts = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    for name in hosts:
        if not HOST.fullmatch(name):
            raise Refused(
                N_("“%(name)s” is no name of a server; give one such as board.school.example."),
                name=name,
            )
    return hosts


def _proxies(text: str) -> int:
    if not text.isdecimal() or int(text) > 9:
        raise Refused(N_("OBSERVATION_PROXIES is a number from 0 to 9, not “%(text)s”."), text=text)
    return int(text)


def _audit_days(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or not int(text):
        raise Refused(
            N_("OBSERVATION_AUDIT_DAYS is a number of days, 1 or more, not “%(text)s”."), text=text
        )
    return int(text)


def _summaries(cache: Path, store: Store, url: str) -> Path | None:
    """The file of the summaries of one store; none for what ends with this process."""
    if url == "memory:":
        return None
    named = hashlib.sha256(str(store.folder or url).encode()).hexdigest()[:16]
    return cache / f"{named}.sqlite3"
