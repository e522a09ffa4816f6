"""A disk of a few megabytes, really there and really full, for a program that a test starts.

It is a tmpfs that only that program sees: mounted as root, or in a user namespace of its own. A
container that allows neither has a small /dev/shm, which is filled up to the size that is asked for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = Path("/dev/shm")
SMALL = 256  # MB; a larger one is memory of the machine, which is not to be filled
MOUNT = 'mount -t tmpfs -o size="$0"m tmpfs "$1" && shift && exec "$@"'
WAYS = (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"])


def run_on_small_disk(megabytes: int, script: Path, *arguments: object) -> str:
    """Run a Python script with the disk's folder and these arguments; return what it prints."""
    command = [sys.executable, str(script)]
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            mounted = [*way, "sh", "-c", MOUNT, str(megabytes), folder]
            if _succeeds([*mounted, "true"]):
                return _run([*mounted, *command, folder, *map(str, arguments)])
    with _filled(megabytes) as folder:
        return _run([*command, folder, *map(str, arguments)])


def environment() -> dict[str, str]:
    """Return what a program needs that a test starts, to import the project and its tests."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


@contextmanager
def _filled(megabytes: int) -> Iterator[str]:
    """A folder in /dev/shm when that has only so much room left."""
    room = shutil.disk_usage(SHARED) if SHARED.is_dir() else None
    if room is None or not megabytes < room.free >> 20 <= SMALL:
        pytest.fail(
            "This system has no small disk to fill: run the tests as root, or allow user namespaces "
            "(sysctl user.max_user_namespaces), or in a container with --shm-size=64m."
        )
    with tempfile.TemporaryDirectory(dir=SHARED) as folder:
        ballast = os.open(f"{folder}/ballast", os.O_CREAT | os.O_WRONLY)
        os.posix_fallocate(ballast, 0, room.free - (megabytes << 20))
        os.close(ballast)
        Path(folder, "disk").mkdir()
        yield f"{folder}/disk"


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    return done.stdout
