"""What a command prints and writes, where what was typed can neither steer the terminal nor be half a file."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

from observation.core.errors import N_, Refused
from observation.core.work import Cancelled
from observation.store import FULL, Unavailable

__all__ = [
    "FULL",
    "Unavailable",
    "abandon_stdout",
    "counted",
    "off_the_line",
    "say",
    "sentence",
    "tick",
    "write",
]

UNREADABLE = (b"%PDF", b"PK\x03\x04")  # how prints and workbooks begin
_shown = 0  # characters that `tick` left on the line


def say(text: str, error: bool = False) -> None:
    """Print a line, in which no character that was typed or taken in can steer the terminal."""
    to = sys.stderr if error else sys.stdout
    if to is None:  # closed by whoever started the program
        return
    off_the_line()
    plain = "".join(_visible(character) for character in text)
    encoding = to.encoding or "utf-8"
    print(plain.encode(encoding, "backslashreplace").decode(encoding), file=to, flush=True)


def counted(number: int, one: str, many: str = "") -> str:
    """Return how many of what, in English: `1 record`, `2 records`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def tick(text: str) -> None:
    """Show how far something is, on one line of the terminal, which what is said next takes the place of."""
    global _shown
    room = shutil.get_terminal_size().columns - 1
    text = text[:room]
    print(f"\r{text}{' ' * (_shown - len(text))}", end="", file=sys.stderr, flush=True)
    _shown = len(text)


def off_the_line() -> None:
    """Take what `tick` showed off the terminal."""
    global _shown
    if _shown:
        print(f"\r{' ' * _shown}\r", end="", file=sys.stderr, flush=True)
        _shown = 0


def write(path: str | None, content: bytes) -> None:
    """Write the file whole or not at all, or to stdout. Only a regular file is ever replaced."""
    if path is None:
        if sys.stdout is None:
            raise Refused(N_("There is no output to write to; name a file with --output."))
        if sys.stdout.isatty() and content[:4] in UNREADABLE:
            raise Refused(N_("This is not text that a terminal shows; name a file with --output."))
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except KeyboardInterrupt:
            abandon_stdout(at_once=True)
            raise Cancelled("Stopped; what came out is not all of it.") from None
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


def abandon_stdout(at_once: bool = False) -> None:
    """Let a stdout that takes nothing more not fail once again, or wait, when the program ends."""
    try:
        if sys.stdout and at_once:
            raise OSError
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError, ValueError):  # one that is no file of the system
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _visible(character: str) -> str:
    steers = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
    return character.encode("unicode_escape").decode() if steers else character
