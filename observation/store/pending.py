"""Where something of an erasure may still lie: on tablets that have not asked since, in older backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.core.events import instant

from . import Registry
from .backup import NAME, SUFFIX
from .backup_file import Backup
from .backup_state import state, this_host
from .devices import Device, devices
from .erasure import Erasure, erasures
from .server import changed
from .telling import told

KIND = "asked"  # by tablet when it last heard of the erasures


@dataclass(frozen=True, slots=True)
class Pending:
    """A tablet that has not heard of an erasure: `recorded` in what went, or `unsent` when it last told."""

    device: Device
    recorded: bool
    unsent: int


@dataclass(frozen=True, slots=True)
class Older:
    """A backup that was made (ISO 8601, UTC) before an erasure was done, and that may hold it still."""

    file: Path
    made: str


def heard(registry: Registry, study: str, device: str, now: str) -> None:
    """Note that a tablet was told what is erased; written only where that is news."""
    own = [each for each in erasures(registry) if each.study == study]
    if not own:
        return
    found = registry.get(KIND, device)
    if found is None or _before(found[0], max(each.finished or each.at for each in own)):
        changed(registry, KIND, device, lambda _: now)


def erased_streams(registry: Registry, study: str, device: str) -> list[str]:
    """Return the streams of which something was erased and in which this tablet had recorded."""
    own = (each for each in erasures(registry) if each.study == study)
    return sorted({s for each in own for s, recorded in each.streams.items() if device in recorded})


def pending(registry: Registry, erasure: Erasure) -> list[Pending]:
    """Return the tablets on which something of it may still lie, by name.

    That is a tablet of the study that recorded in what went, or that said that it held something unsent,
    and that has not asked since what was erased.
    """
    asked, said = registry.list(KIND), told(registry, [])
    recorded = {device for each in erasure.streams.values() for device in each}
    found = []
    for device in devices(registry, []):
        unsent = (said[device.id].unsent or 0) if device.id in said else 0
        concerned = device.id in recorded or unsent
        since = asked.get(device.id, "")
        if device.study == erasure.study and concerned and _before(since, _done(erasure)):
            found.append(Pending(device, device.id in recorded, unsent))
    return sorted(found, key=lambda each: (each.device.name, each.device.id))


def older_backups(registry: Registry, folder: Path, erasure: Erasure, now: datetime) -> list[Older]:
    """Return the backups in the folder, and the last one that is known, that may hold it.

    They were made before it was done, and not before anything of it was there, where that is known.
    """
    files = set(folder.glob(f"{NAME}*{SUFFIX}"))
    last = state(registry, now).last
    known = [last.file] if last and last.host in ("", this_host()) else []
    # Of another name or place, and no longer the last: it was known when the erasure began.
    files |= {Path(each) for each in (*known, erasure.backup) if each and Path(each).is_file()}
    found = {}
    for file in files:
        try:
            made = Backup(file).made
        except (Refused, OSError):
            continue  # no backup can be read out of it
        if _before(made, _done(erasure)) and not _before(made, erasure.since or made):
            found[file.resolve()] = Older(file, made)
    return sorted(found.values(), key=lambda each: (each.made, str(each.file)))


def delete_older(registry: Registry, folder: Path, erasure: Erasure, now: datetime) -> list[Older]:
    """Delete those backups, and return them; raise Refused while there is no checked one made since."""
    last = state(registry, now).last
    if last is None or last.is_gone() or _before(last.made, _done(erasure)):
        raise Refused(
            N_(
                "There is no checked backup since the erasure yet; make one first, so that one is left."
            )
        )
    found = older_backups(registry, folder, erasure, now)
    for each in found:
        each.file.unlink(missing_ok=True)
    return found


def _done(erasure: Erasure) -> str:
    """When it was done; one that goes on is not done before any time that is known."""
    return erasure.finished or "2199-01-01T00:00:00Z"


def _before(time: str, other: str) -> bool:
    return not time or instant(time) < instant(other)
