"""Codebooks as data, each for an instrument."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from observation.core.codebook import CodebookFile
from observation.core.errors import N_, Refused
from observation.core.instrument_file import read_file

FOLDER = Path(__file__).parent


@cache
def codebook_file(instrument: str) -> CodebookFile:
    """Return the newest codebook that comes with the program for this instrument; raise Refused."""
    files = [read_file(CodebookFile, path.read_bytes()) for path in sorted(FOLDER.glob("*.toml"))]
    found = [file for file in files if file.instrument == instrument]
    if not found:
        raise Refused(N_("There is no codebook for the instrument “%(id)s”."), id=instrument)
    return max(found, key=lambda file: tuple(map(int, file.version.split("."))))
