"""Both engines, and a screen for the one that cannot do without."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def screen() -> Iterator[None]:
    """A screen that nobody sees, for the browsers that have no headless mode."""
    program = shutil.which("Xvfb")
    assert program, "Xvfb is missing; type: apt-get install xvfb"
    read, write = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1400x1200x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as numbers:
        display = f":{numbers.readline().strip()}"
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = display
    yield
    if before is None:
        del os.environ["DISPLAY"]
    else:
        os.environ["DISPLAY"] = before
    server.terminate()
    server.wait()


@pytest.fixture(params=["chromium", "webkit"])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each of the two engines on which a tablet runs."""
    if request.param == "webkit":
        request.getfixturevalue("screen")
    return str(request.param)
