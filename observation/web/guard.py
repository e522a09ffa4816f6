"""What every response carries and every request must be, from the first page on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import partial
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from werkzeug.exceptions import Forbidden

LARGE = {"imports.upload": 300 * 1024 * 1024}  # bytes; a table is refused with a sentence
PORT = "(?::[0-9]{1,5})?"
THIS_MACHINE = r"127\.0\.0\.1|localhost|\[::1\]"  # as Host says it
HERE = re.compile(f"(?:{THIS_MACHINE}){PORT}")
READING = ("GET", "HEAD", "OPTIONS")

# No inline script or style, nothing from elsewhere, no frame around it.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # no-referrer would make Flask-WTF refuse every form over HTTPS
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}  # seconds: a year


class OtherSite(Forbidden):
    """What a page of another site made the browser send; nothing of it is recorded or shown again."""


class _Cookies(SecureCookieSessionInterface):
    """A cookie that was given over HTTPS goes over nothing else."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def protect(app: Flask, key: str, hosts: Collection[str] = ()) -> CSRFProtect:
    """Refuse requests that name another host than this machine or these, or come from another site's
    form, and set the headers on all answers; `key` signs forms and cookies. Return what checks the forms.
    """
    app.session_interface = _Cookies()
    app.config.update(
        SECRET_KEY=key,
        MAX_CONTENT_LENGTH=1_000_000,  # bytes
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open for days
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
    )
    names = "|".join([THIS_MACHINE, *map(re.escape, hosts)])
    own = re.compile(f"(?:{names}){PORT}")
    app.before_request(partial(_refuse_other_hosts, own))
    # Before the token is looked at, which answers in more words.
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)
    return CSRFProtect(app)


def is_loopback(host: str) -> bool:
    """Return whether an address or name is one of this machine itself."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def is_known_own() -> bool:
    """Return whether the browser itself says that a page of this server, or a person, made it send this."""
    return any(name in request.headers for name in ("Origin", "Sec-Fetch-Site")) and not _foreign()


def _refuse_other_hosts(own: re.Pattern[str]) -> None:
    # A page of another site can make its own name point here; the browser then says so in Host.
    if request.endpoint in LARGE:
        request.max_content_length = LARGE[request.endpoint]  # before anything reads the form
    # Over plain HTTP other machines get no further than a page that says so, by whatever name.
    stopped = not request.is_secure and not is_loopback(request.remote_addr or "127.0.0.1")
    if not stopped and not own.fullmatch(request.headers.get("Host", "")):
        abort(400, "This server does not go by that name; OBSERVATION_HOSTS says which it has.")


def _refuse_other_sites() -> None:
    if request.method not in READING and _foreign():
        raise OtherSite


def _foreign() -> bool:
    """Whether the browser says that another site made it send this; other clients say nothing."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    # A person who asks for a page by hand is of no site; a script never is.
    by_hand = site == "none" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if site != "same-origin" and not by_hand:
        return True
    origin = request.headers.get("Origin")
    try:
        return origin is not None and urlsplit(origin).netloc != request.headers["Host"]
    except ValueError:  # no address at all
        return True


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        # What says that it is for everybody holds nothing of a study and may be kept.
        if name != "Cache-Control" or not response.cache_control.public:
            response.headers[name] = value
    # On localhost it would keep browsers for a year from whatever else is served there.
    if request.is_secure and not HERE.fullmatch(request.headers.get("Host", "")):
        response.headers.update(ONLY_HTTPS)
    return response
