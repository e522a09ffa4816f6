"""The server: cheroot, on this machine's own address."""

from __future__ import annotations

import errno
import gc
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from cheroot.wsgi import Server

from observation.core.cells import USUAL
from observation.core.errors import N_, Refused
from observation.settings import Context

from . import create_app
from .guard import LARGE, is_loopback
from .nightly import LOOK, Nightly, on_one_disk

THREADS = 8


def serve(context: Context, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until interrupted (Ctrl-C or SIGTERM); say the address once it answers.

    Raises Refused for an address that others can reach, since there are no accounts yet, and for a
    port that is taken.
    """
    if not is_loopback(host):
        raise Refused(
            N_(
                "The server has no accounts yet, so it answers to this machine only; use --host 127.0.0.1 instead of %(host)s."
            ),
            host=host,
        )
    app = create_app(context)
    server = Server((host, port), app, numthreads=THREADS)
    server.max_request_body_size = max(LARGE.values())  # of all other requests the app takes less
    try:
        server.prepare()
    except OSError as error:
        if os.strerror(errno.EADDRINUSE) not in str(error):  # cheroot keeps the words only
            raise
        raise Refused(
            N_("Port %(port)s is taken; choose another with --port."), port=port
        ) from None
    shown = f"[{host}]" if ":" in host else host
    say(f"Open http://{shown}:{server.bind_addr[1]} in a browser on this machine.")
    say(f"Records are kept in {context.store.place or context.data.resolve()}. Stop with Ctrl-C.")
    signal.signal(signal.SIGTERM, _interrupt)
    nightly = Nightly(context, say, LOOK)
    if context.url != "memory:":
        threading.Thread(target=read_ahead, args=(context,), daemon=True).start()
        say(f"A backup is made every night in {context.backups.resolve()}{_disk(context)}.")
        nightly.start()
    try:
        server.serve()
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        nightly.stop()
        server.stop()


def read_ahead(context: Context) -> None:
    """Read what lists and verdicts are made of, so that the first page of a large study does not wait for it.

    What cannot be read is named by the pages that need it.
    """
    catalogue = context.catalogue
    gc.disable()
    try:
        with suppress(Refused, OSError):
            for study in context.store.events.studies():
                catalogue.doubles(study)
                catalogue.observers(study, USUAL)
    finally:
        gc.freeze()  # what was read stays; whoever collects need not look at it again and again
        gc.enable()


def _disk(context: Context) -> str:
    one = on_one_disk(context, context.backups)
    return ", on the same disk as the records; name another with --backup DIR" if one else ""


def _interrupt(signal: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
