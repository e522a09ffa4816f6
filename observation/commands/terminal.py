"""What a command prints and writes, where what was typed can neither steer the terminal nor be half a file."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import unicodedata
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.store import FULL, Unavailable

__all__ = [
    "FULL",
    "Unavailable",
    "abandon_stdout",
    "counted",
    "off_the_line",
    "progress",
    "say",
    "sentence",
    "write",
]


def say(text: str, error: bool = False) -> None:
    """Print a line, in which no character that was typed or taken in can steer the terminal."""
    to = sys.stderr if error else sys.stdout
    if to is None:  # closed by whoever started the program
        return
    plain = "".join(_visible(character) for character in text)
    encoding = to.encoding or "utf-8"
    print(plain.encode(encoding, "backslashreplace").decode(encoding), file=to, flush=True)


def counted(number: int, one: str, many: str = "") -> str:
    """Return how many of what, in English: `1 record`, `2 records`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def progress(read: int, total: int) -> None:
    """Show how many of how many records are read, on one line of the terminal; nowhere else."""
    if sys.stderr and sys.stderr.isatty():
        end = "\n" if read >= total else ""
        print(f"\r{read} of {total} records are read", end=end, file=sys.stderr, flush=True)


def tick(text: str) -> None:
    """Show how far something is, on one line of the terminal; nowhere else."""
    if sys.stderr and sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def off_the_line() -> None:
    """Let what is printed next begin on a line of its own, after `progress` or `tick`."""
    if sys.stderr and sys.stderr.isatty():
        print(file=sys.stderr, flush=True)


def write(path: str | None, content: bytes) -> None:
    """Write the file whole or not at all, or to stdout. Only a regular file is ever replaced."""
    if path is None:
        if sys.stdout is None:
            raise Refused(N_("There is no output to write to; name a file with --output."))
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    if not path or os.path.isdir(path):
        raise Refused(N_("“%(path)s” is not the name of a file; --output needs one."), path=path)
    target = os.path.realpath(path)
    draft = os.path.join(os.path.dirname(target), f".{secrets.token_hex(8)}.draft")
    try:
        if os.path.islink(target) or (os.path.exists(path) and not os.path.isfile(path)):
            Path(path).write_bytes(content)  # a device, a pipe; or a link in a circle, which fails
            return
        try:
            with open(draft, "xb") as file:
                file.write(content)
            if os.path.exists(target):
                shutil.copymode(target, draft)
            os.replace(draft, target)
        finally:
            Path(draft).unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def sentence(error: Refused | OSError | Unavailable) -> str:
    """Return what went wrong, with the name of the file where there is one."""
    if isinstance(error, OSError):
        words = error.strerror or str(error)
        return f"{words}: {error.filename}" if error.filename else words
    return str(error)


def abandon_stdout() -> None:
    """Let a stdout that takes nothing more not fail once again when the program ends."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _visible(character: str) -> str:
    steers = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
    return character.encode("unicode_escape").decode() if steers else character
