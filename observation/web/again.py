"""A form that cannot be told to be ours comes back with all that was typed, to be sent again.

Its page lay open while the cookie or the key changed. Only what the browser says to be of this server comes
back: another site's form would otherwise need one press of a button.
"""

from __future__ import annotations

from flask import current_app, render_template, request, url_for

from observation.core.events import is_uuid

TOKEN, SENT_BEFORE = "csrf_token", "_again"


def send_again() -> str:
    """Return the page that holds what was sent in one form with a fresh token, to the same address.

    A form that has come back once already says, by `_again`, that the browser keeps no cookies.
    """
    sent = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in (TOKEN, SENT_BEFORE)
    ]
    address = url_for(str(request.endpoint), **(request.view_args or {}))
    query = request.query_string.decode("latin-1")
    return render_template(
        "again.html",
        action=f"{address}?{query}" if query else address,
        sent=sent,
        readable=[value for name, value in sent if _is_to_be_read(name, value)],
        files=[name for name, file in request.files.items(multi=True) if file.filename],
        mark=SENT_BEFORE,
        keeps_no_cookie=SENT_BEFORE in request.form
        and current_app.session_interface.get_cookie_name(current_app) not in request.cookies,
    )


def _is_to_be_read(name: str, value: str) -> bool:
    """Whether somebody wrote or chose this; the rest is the page's own."""
    return bool(value.strip()) and not name.startswith("_") and not is_uuid(value)
