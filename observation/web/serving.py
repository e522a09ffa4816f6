"""The server: cheroot, on this machine's own address."""

from __future__ import annotations

import ipaddress
import signal
from types import FrameType

from cheroot.wsgi import Server

from observation.core.errors import N_, Refused
from observation.settings import Context

from . import create_app

THREADS = 8


def serve(context: Context, host: str, port: int) -> None:
    """Serve until interrupted (Ctrl-C or SIGTERM); print the address once it answers.

    Raises Refused for an address that others can reach: there are no accounts yet.
    """
    if not _is_loopback(host):
        raise Refused(
            N_(
                "The server has no accounts yet, so it answers to this machine only; use --host 127.0.0.1 instead of %(host)s."
            ),
            host=host,
        )
    server = Server((host, port), create_app(context), numthreads=THREADS)
    server.prepare()
    shown = f"[{host}]" if ":" in host else host
    print(f"Open http://{shown}:{server.bind_addr[1]} in a browser on this machine.", flush=True)
    print(f"Records are kept in {context.data.resolve()}. Stop with Ctrl-C.", flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server.serve()
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    finally:
        server.stop()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _interrupt(signal: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
