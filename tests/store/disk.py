"""A disk that tells: notes every call that the program makes below a folder, and fails on demand."""

import builtins
import errno
import io
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FILLING = ("mkdir", "create", "write", "fsync", "replace")  # what needs room on a disk
WRITING = (*FILLING, "unlink")


@dataclass(frozen=True)
class Call:
    """One call: what it does, to which name below the folder, and the bytes that it writes."""

    verb: str
    name: str
    content: bytes = b""
    target: str = ""

    def __str__(self):
        return f"{self.verb} {os.path.basename(self.target or self.name)}"


class Disk:
    """Stands between the program and one folder while it is entered."""

    def __init__(self, folder: Path):
        self.folder = os.path.abspath(folder)
        self.calls = []
        self._names = {}  # of open descriptors
        self._next = self._error = self._lasting = None
        self._real = {}

    def written(self):
        """Return in words what was done to files and folders, and not what was only looked at."""
        return [str(call) for call in self.calls if call.verb in WRITING]

    def fail(self, call, error=errno.EIO, lasting=False):
        """Let the call-th call from now fail, and with `lasting` all after it.

        A full disk (ENOSPC) fails where room is needed only, and counts such calls only.
        """
        self.calls.clear()
        self._next, self._error, self._lasting = call, error, lasting
        self.failed = 0

    def mend(self):
        """Let no call fail any more."""
        self._next = None

    def note(self, verb, path, content=b"", target=None):
        """Note a call, or fail in its place."""
        filling = verb in FILLING
        if self._next is not None and (filling or self._error != errno.ENOSPC):
            self._next -= 1
            if self._next == 0 or (self._next < 0 and self._lasting):
                self.failed += 1
                raise OSError(self._error, os.strerror(self._error), str(path))
        self.calls.append(Call(verb, self._name(path), content, target and self._name(target)))

    def __enter__(self):
        for module, names in (
            (os, ("open", "close", "fsync", "replace", "unlink", "mkdir")),
            (os, ("scandir", "listdir", "stat", "lstat")),
            (io, ("open",)),
        ):
            for name in names:
                self._real[module, name] = getattr(module, name)
        os.open, os.close, os.fsync = self._open, self._close, self._fsync
        os.replace, os.unlink, os.mkdir = self._replace, self._unlink, self._mkdir
        for name in ("scandir", "listdir", "stat", "lstat"):
            setattr(os, name, self._looking(name))
        io.open = builtins.open = self._file
        return self

    def __exit__(self, *error):
        for (module, name), real in self._real.items():
            setattr(module, name, real)
        builtins.open = io.open

    def _mine(self, path):
        if isinstance(path, int):
            return path in self._names
        path = os.fspath(path)
        return isinstance(path, str) and (
            path == self.folder or path.startswith(self.folder + os.sep)
        )

    def _name(self, path):
        return os.path.relpath(self._names.get(path, path), self.folder)

    def _open(self, path, flags, *more, **named):
        if not self._mine(path):
            return self._real[os, "open"](path, flags, *more, **named)
        self.note("open", path)
        descriptor = self._real[os, "open"](path, flags, *more, **named)
        self._names[descriptor] = os.fspath(path)
        return descriptor

    def _close(self, descriptor):
        self._names.pop(descriptor, None)
        self._real[os, "close"](descriptor)

    def _fsync(self, descriptor):
        if self._mine(descriptor):
            self.note("fsync", descriptor)
        self._real[os, "fsync"](descriptor)

    def _replace(self, source, target, **named):
        if self._mine(source):
            self.note("replace", source, target=target)
        self._real[os, "replace"](source, target, **named)

    def _unlink(self, path, **named):
        if self._mine(path) and self._is_there(path):
            self.note("unlink", path)
        self._real[os, "unlink"](path, **named)

    def _mkdir(self, path, *more, **named):
        # Only what changes something, as in `_unlink`.
        if self._mine(path) and self._is_there(os.path.dirname(path)) > self._is_there(path):
            self.note("mkdir", path)
        self._real[os, "mkdir"](path, *more, **named)

    def _is_there(self, path):
        with suppress(OSError):
            return bool(self._real[os, "lstat"](path))
        return False

    def _looking(self, verb):
        real = self._real[os, verb]

        def look(path=".", *more, **named):
            if self._mine(path):
                self.note(verb, path)
            return real(path, *more, **named)

        return look

    def _file(self, path, mode="r", *more, **named):
        if not self._mine(path):
            return self._real[io, "open"](path, mode, *more, **named)
        self.note("create" if "w" in mode else "read", path)
        file = self._real[io, "open"](path, mode, *more, **named)
        if "w" not in mode:
            return file
        self._names[file.fileno()] = os.fspath(path)
        return _Draft(file, self, path)


class _Draft:
    """A file that is written: a write that fails has written a part."""

    def __init__(self, file, disk, path):
        self._given = file, disk, path

    def __enter__(self):
        return self

    def __exit__(self, *error):
        file, disk, _path = self._given
        disk._names.pop(file.fileno())
        file.close()

    def write(self, content):
        file, disk, path = self._given
        file.write(content[: len(content) // 2])
        disk.note("write", path, content)
        file.write(content[len(content) // 2 :])

    def __getattr__(self, name):
        return getattr(self._given[0], name)
