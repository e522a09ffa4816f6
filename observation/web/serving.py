"""The server: cheroot, on this machine's own address."""

from __future__ import annotations

import errno
import gc
import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue
from types import FrameType

from observation.core.cells import USUAL
from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.settings import Context
from observation.store import Unavailable, sample
from observation.store.erasure import resume_all

from . import create_app
from .certificate import ends_of
from .connections import Adapter, PatientServer
from .greeting import Place, elsewhere, greet, here
from .nightly import LOOK, Nightly, on_one_disk

THREADS = 8
QUEUE = 128  # connections that wait to be taken; a proxy opens many at once


def serve(
    context: Context,
    place: Place,
    say: Callable[[str], None],
    show: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted (Ctrl-C or SIGTERM); say and show the address once it answers.

    Raises Refused for a port that is taken, and for a certificate or a key that cannot be used.
    """
    host, port = place.host, place.port
    context = replace(context, address=elsewhere(context, place, port) if port else "")
    adapter = _certified(place) if place.certificate or place.key else None
    if adapter and place.certificate:
        context = replace(context, ends=ends_of(place.certificate))
    app = create_app(context)
    _finish_erasures(context, say)
    server = PatientServer((host, port), app, numthreads=THREADS, request_queue_size=QUEUE)
    server.ssl_adapter = adapter
    asked = _listen()
    try:
        server.prepare()
    except OSError as error:
        words = str(error)  # cheroot keeps the words only
        if os.strerror(errno.EADDRINUSE) in words:
            raise Refused(
                N_("Port %(port)s is taken; choose another with --port."), port=port
            ) from None
        if not (reason := re.search(r"\[Errno \d+\] ([^)]+)", words)):
            raise
        raise Refused(
            N_(
                "Port %(port)s of %(host)s cannot be opened (%(reason)s); choose another with --port or --host."
            ),
            port=port,
            host=host,
            reason=reason[1],
        ) from None
    nightly = Nightly(context, say, LOOK)
    stopper = threading.Thread(target=_stop, args=(server, asked))
    stopper.start()
    try:
        local = here(context, place, server.bind_addr[1])
        say(f"Open {local} in a browser{' on this machine' if place.here else ''}.")
        greet(context, place, server.bind_addr[1], say)
        kept = context.store.place or context.data.resolve()
        say(f"Records are kept in {kept}. Stop with Ctrl-C.")
        if context.url != "memory:":
            threading.Thread(target=read_ahead, args=(context,), daemon=True).start()
            say(f"A backup is made every night in {context.backups.resolve()}{_disk(context)}.")
            nightly.start()
        if show:
            show(local)
        server.serve()
    finally:
        nightly.stop()
        asked.put(signal.SIGTERM)  # also where something else went wrong
        stopper.join()
    say("Stopped.")


def _listen() -> SimpleQueue[int]:
    """Return the queue that holds Ctrl-C and SIGTERM from here on.

    An exception of a signal would come wherever the server is. In what C calls, as at a TLS handshake,
    it is lost and the server goes on; where a lock is let go, the lock stays and the server hangs.
    """
    asked: SimpleQueue[int] = SimpleQueue()  # of all queues this one may be filled by a signal

    def ask(number: int, frame: FrameType | None) -> None:
        asked.put(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return asked


def _stop(server: PatientServer, asked: SimpleQueue[int]) -> None:
    asked.get()
    server.stop()


def _certified(place: Place) -> Adapter:
    if not (place.certificate and place.key):
        raise Refused(N_("HTTPS needs both: give --certificate FILE and --key FILE."))
    try:
        return Adapter(str(place.certificate), str(place.key))
    except (OSError, ValueError) as error:
        raise Refused(
            N_(
                "%(certificate)s and %(key)s are no certificate with its key (%(reason)s); both are PEM files."
            ),
            certificate=place.certificate,
            key=place.key,
            reason=getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error),
        ) from None


def _finish_erasures(context: Context, say: Callable[[str], None]) -> None:
    """Finish what was being erased when the program stopped; what keeps that from being done is said."""
    try:
        now = utc(context.clock.now())
        resume_all(context.store, context.catalogue, now, context.beside)
        sample.resume(context.store, context.catalogue, context.beside)
    except (Refused, OSError, Unavailable) as error:
        say(f"An erasure, or the removal of the sample study, is not finished yet: {error}")


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
