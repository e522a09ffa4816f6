"""`observation serve`"""

from __future__ import annotations

import argparse
from typing import Any

from observation.settings import Context

from .terminal import say


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    serve = commands.add_parser("serve", help="serve the program to a browser on this machine")
    serve.add_argument("--host", default="127.0.0.1", help="an address of this machine itself")
    serve.add_argument("--port", type=_port, default=8000)
    serve.set_defaults(run=_serve)


def _serve(context: Context, options: argparse.Namespace) -> None:
    from observation.web.serving import serve

    serve(context, options.host, options.port, say)


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
