"""`observation certificate`: HTTPS for a laptop that has no name on the internet."""

from __future__ import annotations

import argparse
import shlex
import sys
from ipaddress import ip_address
from typing import Any

from observation.called import command
from observation.core.errors import N_, Refused
from observation.settings import Context, hosts_of

from .terminal import say

FOLDER = "certificate"  # in the data folder
PORT = 8443


def add(commands: Any) -> None:
    """Add the command to the parser's."""
    certificate = commands.add_parser(
        "certificate", help="make a certificate that tablets trust once they trust its authority"
    )
    certificate.add_argument(
        "--name", action="append", default=[], help="a name by which other machines call this one"
    )
    certificate.add_argument(
        "--host", action="append", default=[], type=_address, help="an address of this machine"
    )
    certificate.set_defaults(run=_certificate)


def _certificate(context: Context, options: argparse.Namespace) -> None:
    try:
        from . import authority
    except ModuleNotFoundError:
        raise Refused(
            N_("This needs the package cryptography; type: %(command)s"),
            command=shlex.join([sys.executable, "-m", "pip", "install", "cryptography"]),
        ) from None
    folder = context.data / FOLDER
    names = hosts_of(",".join(options.name))
    made = authority.certify(folder, names, options.host, context.clock.now())
    hosts = [*made.names, *map(str, made.addresses)]
    say(f"A certificate for {', '.join(hosts)}, until {made.ends:%Y-%m-%d}.")
    say(f"Each tablet has to trust {folder / authority.AUTHORITY} once; docs/https.md says how.")
    say(f"Its SHA-256: {made.fingerprint}")
    say("Serve with:")
    say(f"  {command(context.data, *_serving(made.names, made.addresses, folder, authority))}")


def _serving(names: Any, addresses: Any, folder: Any, authority: Any) -> list[str]:
    words = ["serve", "--host", "0.0.0.0", "--port", str(PORT)]
    for each in (*names, *addresses):
        if str(each) != "localhost" and not getattr(each, "is_loopback", False):
            words += ["--name", str(each)]
    files = ("--certificate", authority.CERTIFICATE), ("--key", authority.KEY)
    return [*words, *(word for option, name in files for word in (option, str(folder / name)))]


def _address(text: str) -> Any:
    try:
        return ip_address(text)
    except ValueError:
        raise argparse.ArgumentTypeError("an address is one such as 192.168.1.20") from None
