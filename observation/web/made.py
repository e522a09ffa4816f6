"""Files of a study that take long to make: another process makes one, which is offered for an hour.

What is of a few records is made while whoever asks waits. Else the same command as on the command line makes
it, in a folder beside the records; asked for again while it is made, or is still of what there is, it is the
same file. It is handed out only as long as nothing changed at a school and nothing was erased since it was asked for: that may be a withdrawal.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Response, abort

from observation.core.errors import N_, Refused
from observation.core.work import Step
from observation.settings import Context
from observation.store.erased import marked
from observation.store.leftovers import MADE_FOR
from observation.store.work import (
    FAILED,
    MADE,
    RUNNING,
    STATE,
    cancel,
    goes_on,
    read_report,
    step_of,
)

from . import beside
from .screens import context
from .trouble import Answered

FEW = 60  # records that whoever asks waits for
MOST = 3  # that are made at once
KEPT = 3600.0  # seconds after it was made
TAKEN = 600.0  # after it was handed out whole: some browsers fetch a file twice
PART = 1 << 16  # bytes
KEY = re.compile(r"[0-9a-f]{16}")
FILE, ONCE = "result", "taken"
VOID = "void"


class Busy(Answered):
    """So many files are being made that another one would make all of them wait."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            N_("%(number)s files are being made already; wait for one, or cancel one."), number=MOST
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was asked for: of which study, which one (`kind`) in which words of the command, and its name.

    `of` is what there was of the study then, `allowed` what might be handed out, `back` where it was asked for.
    """

    study: str
    kind: str
    words: list[str]
    name: str
    type: str
    back: str
    of: str
    allowed: str
    key: str = ""

    @property
    def folder(self) -> Path:
        return _folder(context()) / self.key

    @property
    def file(self) -> Path:
        return self.folder / FILE

    @property
    def state(self) -> str:
        """How it is: RUNNING, MADE, FAILED or VOID; of what is void nothing stays."""
        if self.allowed != _allowed(self.study):
            self.file.unlink(missing_ok=True)
            return VOID
        state = str(self._report[STATE])
        return FAILED if state == MADE and not self.file.exists() else state

    @property
    def cancelled(self) -> str:
        """The address of where it was asked for, which then says that no file was made."""
        return f"{self.back}{'&' if '?' in self.back else '?'}cancelled=1"

    @property
    def step(self) -> Step:
        return step_of(self._report)

    @property
    def left(self) -> int | None:
        """How many seconds it still takes, where anybody can say."""
        return self._report.get("left")

    @property
    def why(self) -> Refused | None:
        """Why it was not made, where that is known."""
        told = self._report
        return Refused(told["sentence"], **told["values"]) if "sentence" in told else None

    @property
    def _report(self) -> dict[str, Any]:
        return read_report(self.folder)


def make(study: str, kind: str, words: list[str], name: str, type: str, back: str) -> Made:
    """Have the file made that the command `export` writes, unless it is there or on its way; raise Busy."""
    forget_old(context())
    versions = context().store.events.versions(study)
    # Before anything is read for it.
    wanted = Made(study, kind, words, name, type, back, _digest(versions), _allowed(study))
    going = 0
    for each in _every():
        state = each.state
        going += state == RUNNING
        same = (each.study, each.words) == (study, words) and each.allowed == wanted.allowed
        if same and (state == RUNNING or (state == MADE and each.of == wanted.of)):
            return each
    if going >= MOST:
        raise Busy
    made = Made(**(asdict(wanted) | {"key": secrets.token_hex(8)}))
    made.folder.mkdir(parents=True, mode=0o700)
    value = {name: part for name, part in asdict(made).items() if name != "key"}
    (made.folder / MADE_FOR).write_text(json.dumps(value), encoding="utf-8")
    beside.begin_in(
        made.folder, context(), "export", *words, "--study", study, "--output",
        str(made.file.absolute()),
    )  # fmt: skip
    return made


def find_made(key: str) -> Made:
    """Return the file of this key, or answer 404."""
    found = _read(_folder(context()) / key) if KEY.fullmatch(key) else None
    return found or abort(404)


def end(made: Made) -> None:
    """Let it be made no more, and leave nothing of it."""
    cancel(made.folder)


def handed_out(made: Made) -> Response:
    """Answer with the file; once all of it was sent it is kept for some minutes only."""
    try:
        file = made.file.open("rb")
    except FileNotFoundError:
        abort(404)
    size, once = made.file.stat().st_size, made.folder / ONCE

    def parts() -> Iterator[bytes]:
        with file:
            while part := file.read(PART):
                yield part
        with suppress(OSError):
            once.touch()

    response = Response(parts(), content_type=made.type)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.call_on_close(file.close)
    return response


def forget_old(context: Context) -> None:
    """Leave nothing of files that are offered no more, nor of work that broke off."""
    for folder in _folder(context).glob("*"):
        with suppress(OSError):
            old = _since(folder) > KEPT or _since(folder / ONCE) > TAKEN
            if old and not goes_on(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _since(path: Path) -> float:
    """For how many seconds nothing changed there, or none at all."""
    return time.time() - path.stat().st_mtime if path.exists() else 0


def _every() -> Iterator[Made]:
    for folder in sorted(_folder(context()).glob("*")):
        if KEY.fullmatch(folder.name) and (found := _read(folder)):
            yield found


def _read(folder: Path) -> Made | None:
    try:
        value = json.loads((folder / MADE_FOR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Made(**value, key=folder.name)


def _allowed(study: str) -> str:
    """What changes with each withdrawal and erasure: what stands at schools, and the marks of what was erased."""
    found = context().store
    schools = {s: v for s, v in found.events.versions(study).items() if s.startswith("school/")}
    return _digest([schools, sorted(marked(found.registry).get(study, ()))])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _folder(context: Context) -> Path:
    return context.beside.made
