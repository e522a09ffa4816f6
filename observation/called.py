"""How this program was called, so that a command that it prints can be pasted where it was started."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "observation"


def called() -> str:
    """Return how to call the program: as it was called itself, by its name alone where the shell finds it."""
    here = Path(sys.argv[0] if sys.argv else "")
    if here.parts[-2:] == (NAME, "__main__.py"):
        return f"{shlex.quote(sys.executable)} -m {NAME}"
    if here.name != NAME:  # started in another way, such as by a WSGI server
        return NAME
    found = shutil.which(NAME)
    if found and Path(found).resolve() == here.resolve():
        return NAME
    return shlex.quote(str(here))


def command(data: Path, *words: str) -> str:
    """Return a whole command, with its data folder where that is another than the usual one."""
    folder = () if data == Path("data") else ("--data", str(data))
    return f"{called()} {shlex.join([*folder, *words])}"
