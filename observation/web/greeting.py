"""What a server says when it starts: where it is opened, here and from other machines, and how the first comes in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from observation.core.errors import Refused
from observation.settings import Context
from observation.store import Unavailable
from observation.store.accounts import VALID, first_lead
from observation.store.server import current_study

from .certificate import is_soon
from .guard import is_loopback

HTTPS = 443  # the port that no address names


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen: an address and a port, and for HTTPS the files of a certificate and its key."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it is every address of this machine."""
        try:
            return ipaddress.ip_address(self.host).is_unspecified
        except ValueError:
            return False

    @property
    def here(self) -> bool:
        """Whether a browser on this machine reaches it without leaving the machine."""
        return self.everywhere or is_loopback(self.host)


def here(context: Context, place: Place, port: int) -> str:
    """Return the address for a browser on this machine, where nobody is asked to sign in if it can be."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    if place.everywhere:
        host = "localhost"
    elif place.certificate and context.hosts:
        host = context.hosts[0]
    return f"{'https' if place.certificate else 'http'}://{host}:{port}"


def elsewhere(context: Context, place: Place, port: int) -> str:
    """Return the address for other machines; empty where they cannot come over HTTPS by a name."""
    if not context.hosts or not (place.certificate or context.proxies):
        return ""
    named = "" if context.proxies or port == HTTPS else f":{port}"  # a proxy has the usual port
    return f"https://{context.hosts[0]}{named}"


def greet(context: Context, place: Place, port: int, say: Callable[[str], None]) -> None:
    """Say what other machines open, or what keeps them out, and how the first of them gets an account."""
    if context.ends and is_soon(context.ends, context.clock.now()):
        say(
            f"The certificate ends on {context.ends:%Y-%m-%d}; after that tablets keep what they record and cannot send it."
        )
    address = elsewhere(context, place, port)
    if address:
        say(f"Other machines open {address}.")
        _invite_first(context, address, say)
    elif not is_loopback(place.host) and not place.certificate:
        say(
            "Other machines get no further than a page that says that they need HTTPS: see --certificate."
        )
    elif not is_loopback(place.host):
        say(
            "Other machines get no answer before this one knows by which name they call it: --name."
        )


def _invite_first(context: Context, address: str, say: Callable[[str], None]) -> None:
    """Say a link for the first account, as long as none ever had a password.

    What keeps it from being made does not keep the server from serving.
    """
    try:
        study = current_study(context.store)
        secret = first_lead(context.store.registry, study, context.clock.now())
    except (Refused, OSError, Unavailable) as error:
        say(f"There is no link for a first account: {error}")
        return
    if secret:
        say(f"{address}/invitation#{secret}")
        say(
            f"Whoever opens this link first, within {VALID.days} days and before the next start, leads the study."
        )
