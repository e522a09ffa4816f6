"""Schedules as data: the ones that come with the program, and own ones in the data folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.core.events import Event
from observation.core.fold import pinned
from observation.core.instrument import Instrument
from observation.core.instrument_file import read_instrument

SHIPPED = Path(__file__).parent
DEFAULT = "appendix-4"


class Instruments:
    """The instruments that this program can read, by id, version and digest."""

    def __init__(self, *folders: Path) -> None:
        """Read every `*.toml` of the folders; raises Refused, naming the file, for a bad one."""
        self._all = [
            _read(path) for folder in (SHIPPED, *folders) for path in sorted(folder.glob("*.toml"))
        ]

    def __iter__(self) -> Iterator[Instrument]:
        """Every version of every instrument, each file's content once."""
        return iter({instrument.digest: instrument for instrument in self._all}.values())

    @property
    def digest(self) -> str:
        """The SHA-256 of which instruments these are."""
        own = sorted(f"{each.id} {each.version} {each.digest}" for each in self._all)
        return sha256("\n".join(own).encode()).hexdigest()

    def newest(self, id: str = DEFAULT) -> Instrument:
        """Return the version of this instrument that new observations use; raise Refused."""
        found = [instrument for instrument in self._all if instrument.id == id]
        if not found:
            raise Refused(
                N_("There is no instrument “%(id)s” here; put its file in the data folder."), id=id
            )
        return max(found, key=lambda instrument: _order(instrument.version))

    def with_digest(self, digest: str) -> Instrument | None:
        """Return the instrument whose file has this SHA-256, or None."""
        return next((each for each in self._all if each.digest == digest), None)

    def pinned(self, events: Iterable[Event]) -> Instrument:
        """Return the instrument that the observation of these events was made with.

        Where that version is not here, or nothing says which, the newest of the same id, or the
        default one, stands in; a record says so.
        """
        wanted = pinned(events)
        for instrument in self._all:
            if (instrument.id, instrument.version, instrument.digest) == wanted:
                return instrument
        known = {instrument.id for instrument in self._all}
        return self.newest(wanted[0] if wanted and wanted[0] in known else DEFAULT)


@cache
def _read(path: Path) -> Instrument:
    try:
        return read_instrument(path.read_bytes())
    except Refused as refused:
        raise Refused(N_("%(file)s: %(reason)s"), file=path.name, reason=refused) from refused


def _order(version: str) -> tuple[tuple[int, str], ...]:
    """Versions by their numbers: 1.10 comes after 1.9."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in version.split("."))
