"""Many files of a store at once: written beside, then all put in place, or none.

The folder of drafts becomes the folder of what is ready by one rename: that is the moment at which
it happens. From then on whoever takes the store's lock, or opens it, puts the rest in place first.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import Damaged
from .folders import Folders, sync_folder
from .wholefile import WholeFile

FOLDER, DRAFT, READY = ".restore", "draft", "ready"


@contextmanager
def staged(directory: Path) -> Iterator[Path]:
    """Yield an empty folder; the files in it take their places in the store when the block ends.

    Nothing is changed when the block raises. The caller holds the store's lock.
    """
    draft = directory / FOLDER / DRAFT
    draft.mkdir(parents=True)
    try:
        yield draft
        for folder in _folders(draft):
            # Made now, so that a disk that fills up meanwhile can stop nothing afterwards.
            os.makedirs(directory / folder.relative_to(draft), exist_ok=True)
        _sync_all(draft)
        os.rename(draft, draft.with_name(READY))
    except BaseException:
        shutil.rmtree(directory / FOLDER, ignore_errors=True)
        raise
    sync_folder(directory / FOLDER)
    sync_folder(directory)
    finish(directory)


def unfinished(directory: Path) -> bool:
    """Return whether a restore is under way, or was stopped."""
    return os.path.lexists(directory / FOLDER)


def finish(directory: Path) -> None:
    """Put in place what a stopped restore had ready, and remove what it had not.

    The caller holds the store's lock, so none is under way.
    """
    if not unfinished(directory):
        return
    ready = directory / FOLDER / READY
    for path in sorted(path for path in ready.rglob("*") if not path.is_dir()):
        os.replace(path, directory / path.relative_to(ready))
    if ready.is_dir():
        # All of them: also what was here already is relied on from now on.
        for folder in (*_folders(directory), directory):
            sync_folder(folder)
    shutil.rmtree(directory / FOLDER)


def staged_file(path: Path, name: str, folders: Folders, draft: Path) -> WholeFile:
    """Return the draft of a file of the store: at first what is there now.

    What is there and damaged is as if it were not; its bytes will lie beside it.
    """
    drafted = draft / path.relative_to(folders.top)
    if os.path.lexists(path) and not drafted.exists():
        drafted.parent.mkdir(parents=True, exist_ok=True)
        try:
            WholeFile(path, name, folders).read()
            _link(path, drafted)
        except Damaged:
            changed = path.stat().st_mtime_ns
            _link(path, drafted.with_name(f"{path.name}.damaged-{changed}"))
    return WholeFile(
        drafted, name, Folders(draft), durable=False
    )  # all drafts are synced at the end


def _link(path: Path, other: Path) -> None:
    """Let the file have this name too: a file is replaced and never written into."""
    try:
        os.link(path, other)  # costs no room, and does for what the disk cannot read
    except FileExistsError:
        pass
    except OSError:
        shutil.copyfile(path, other)  # a file system without links


def _sync_all(top: Path) -> None:
    """Make everything in a folder durable."""
    if hasattr(os, "sync"):
        os.sync()  # all at once, so that little is left to do for each
    for path in top.rglob("*"):
        if not path.is_dir():
            descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    for folder in (*_folders(top), top):
        sync_folder(folder)


def _folders(top: Path) -> Iterator[Path]:
    for path, folders, _ in os.walk(top):
        yield from (Path(path) / folder for folder in folders)
