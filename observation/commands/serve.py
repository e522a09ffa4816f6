"""`observation serve`"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Any

from observation.settings import Context, hosts_of

from .terminal import say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    serve = commands.add_parser("serve", help="serve the program to browsers")
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen at; 0.0.0.0 for other machines too",
    )
    serve.add_argument("--port", type=_port, default=8000, help="default: 8000; 0 takes a free one")
    serve.add_argument(
        "--name",
        action="append",
        default=[],
        help="a name by which other machines call this one (OBSERVATION_HOSTS)",
    )
    serve.add_argument(
        "--certificate", type=Path, metavar="FILE", help="for HTTPS: the certificate, PEM"
    )
    serve.add_argument("--key", type=Path, metavar="FILE", help="for HTTPS: its key, PEM")
    serve.add_argument("--no-open", action="store_true", help="open no browser")
    serve.set_defaults(run=_serve)


def _serve(context: Context, options: argparse.Namespace) -> None:
    from observation.web.greeting import Place
    from observation.web.serving import serve

    names = (*context.hosts, *hosts_of(",".join(options.name)))
    serve(
        replace(context, hosts=names),
        Place(options.host, options.port, options.certificate, options.key),
        say,
        _show if _watched() and not options.no_open else None,
    )


def _watched() -> bool:
    """Whether a person started it, at a desktop."""
    desktop = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return desktop and sys.stdout is not None and sys.stdout.isatty()


def _show(address: str) -> None:
    # Some browsers return only when they are closed.
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
