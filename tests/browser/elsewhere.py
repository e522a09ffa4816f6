"""A machine in the network of the server: it reaches it by an address or a name, and trusts an authority."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tests.browser import place


def own_address() -> str:
    """Return the address of this machine in its network, or the one that it has without any."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


ADDRESS = own_address()


def trust(authority: Path, home: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the Chromium of this home trust an authority."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    for words in (
        ["-N", "--empty-password"],
        ["-A", "-n", "authority", "-t", "C,,", "-i", str(authority)],
    ):
        subprocess.run(["certutil", "-d", f"sql:{database}", *words], check=True)
    patch.setenv("HOME", str(home))


def resolve(name: str, patch: pytest.MonkeyPatch) -> None:
    """Let Chromium find this machine by a name, as a school's network or mDNS does."""
    rule = f"--host-resolver-rules=MAP {name} {ADDRESS}"
    patch.setattr(place, "FLAGS", (*place.FLAGS, rule))
