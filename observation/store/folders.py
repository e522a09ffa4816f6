"""The folders of a store on a disk: made when they are needed, their names durable before anything in them counts."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


class Folders:
    """The folders from `top` downwards, made when absent; nobody removes or renames them meanwhile.

    Used by one thread at a time: the holder of the store's lock.
    """

    def __init__(self, top: Path) -> None:
        top.mkdir(parents=True, exist_ok=True)
        self.top = top
        self._safe: set[Path] = set()

    def make(self, folder: Path) -> None:
        """Make the folder and those above it where they are absent; `sync` makes them durable."""
        if not folder.is_dir():
            self._safe.clear()
            folder.mkdir(parents=True, exist_ok=True)

    def sync(self, folder: Path) -> None:
        """Make the names in the folder durable, and its own name and those of all above it.

        The latter once in this process, and not only when it made them: a folder that another call
        made, and then failed or was killed, is not yet safe.
        """
        sync_folder(folder)
        unsafe = []
        while folder not in self._safe and folder != folder.parent:
            unsafe.append(folder)
            folder = folder.parent
            with suppress(PermissionError):  # who may not look into it made nothing there
                sync_folder(folder)
        self._safe.update(unsafe)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the platform has a way to do so."""
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
