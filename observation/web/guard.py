"""What every response carries and every request must be, from the first page on."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from functools import partial

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect

LARGE = {"imports.upload": 300 * 1024 * 1024}  # bytes; a table is refused with a sentence
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

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
    app.before_request(partial(_refuse_other_hosts, frozenset(hosts)))
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


def _refuse_other_hosts(hosts: frozenset[str]) -> None:
    # A page of another site can make its own name point here; the browser then says so in Host.
    if request.endpoint in LARGE:
        request.max_content_length = LARGE[request.endpoint]  # before anything reads the form
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if name not in LOOPBACK and name.lower() not in hosts:
        abort(400, "This server does not go by that name; OBSERVATION_HOSTS says which it has.")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        # What says that it is for everybody holds nothing of a study and may be kept.
        if name != "Cache-Control" or not response.cache_control.public:
            response.headers[name] = value
    return response
