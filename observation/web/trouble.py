"""What a page answers when the store cannot do its part: its disk is full or fails, a record is damaged."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from observation.core.errors import N_, Refused
from observation.store import FULL, Unavailable

from .again import send_again
from .guard import OtherSite, is_known_own
from .refill import refilled
from .words import said

NOT_THERE = N_(
    "There is no such page here, or none for your role; the address may be cut off, or of another server. A lead can say who may see what."
)
TOO_LARGE = N_("This is more than the server takes at once; send it in parts.")
EXPIRED = N_(
    "The browser kept no cookie of this server, so the form cannot be told from another site’s, and nothing was recorded. "
    "Allow cookies, go back, copy what you typed, open the page again and send it."
)
OF_ANOTHER_SITE = N_("This came from a page of another site; open the program itself.")
OF_OURS = N_(
    "Something went wrong in this program, so this may not be recorded; go back and send it again, which is harmless. "
    "What went wrong stands where the server was started."
)
MISTAKES = {404: NOT_THERE, 405: NOT_THERE, 413: TOO_LARGE, 500: OF_OURS}


class Answered(Refused):
    """A reason for which a whole page is not shown; `status` is what HTTP calls it."""

    status: int


class Unwritten(Answered):
    """Nothing was recorded, and not because of what was sent."""

    def __init__(self, error: OSError | Unavailable) -> None:
        if isinstance(error, Unavailable):
            self.status = 503
            super().__init__(error.refused.sentence, **error.refused.values)
        elif error.errno in FULL:
            self.status = 507
            super().__init__(
                N_(
                    "The disk of the server is full; make room on it and send this again. What was recorded before can still be read and exported."
                )
            )
        else:
            self.status = 503
            super().__init__(
                N_(
                    "The disk of the server does not answer as it should (%(reason)s); try again later."
                ),
                reason=error.strerror or str(error),
            )


def not_recorded(refused: Refused, screen: ResponseReturnValue, status: int = 422) -> Response:
    """Return the screen, which says why nothing was recorded, with the status for that.

    The form that was sent holds what was typed, and the reason has the focus and leads to its field.
    """
    response = make_response(screen)
    response.status_code = refused.status if isinstance(refused, Unwritten) else status
    go = gettext("Go to the field")
    page = response.get_data(as_text=True)
    response.set_data(refilled(page, request.path, request.form, refused, go))
    return response


def answer_pages(app: Flask) -> None:
    """Answer every page that the store keeps from being shown with the reason."""
    app.register_error_handler(OSError, lambda error: _page(Unwritten(error)))
    app.register_error_handler(Unavailable, lambda error: _page(Unwritten(error)))
    app.register_error_handler(Refused, lambda refused: _page(refused))


def mistake(error: HTTPException) -> ResponseReturnValue:
    """Return the page for what HTTP calls a mistake, in words; a redirection as it is."""
    code = error.code or 500
    if code < 400:
        return error
    known = MISTAKES.get(code)
    if isinstance(error, OtherSite):
        known = OF_ANOTHER_SITE
    elif isinstance(error, CSRFError):
        if is_known_own():
            return send_again(), code
        known = EXPIRED
    sentence = said(Refused(known)) if known else error.description
    return render_template("trouble.html", sentence=sentence), code


def _page(refused: Refused) -> tuple[str, int]:
    status = refused.status if isinstance(refused, Answered) else 503
    return render_template("trouble.html", sentence=said(refused)), status
