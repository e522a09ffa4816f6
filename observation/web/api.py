"""What the sync routes share: whose token it is, and answers that are JSON of one protocol."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, json, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from observation.core.batch import PROTOCOL, TooMany
from observation.core.errors import N_, Refused
from observation.store import Unavailable
from observation.store.devices import Device, device_of

from .guard import OtherSite
from .screens import context
from .trouble import OF_ANOTHER_SITE, TOO_LARGE, mistake
from .words import said

PREFIX = "/api/"
MISTAKES = {
    404: N_("There is no such thing here."),
    405: N_("This address does not take such a request."),
    413: TOO_LARGE,
}


class Denied(Refused):
    """A request that is answered with this status and the sentence."""

    def __init__(self, status: int, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.status = status


def routes_of(name: str) -> Blueprint:
    """Return a new blueprint under /api/v1 on which every refusal is an answer in JSON.

    Refused and Unavailable are 503 there and OSError 507, all with `retry`: the request may be good, the store is not.
    """
    routes = Blueprint(name, __name__, url_prefix=f"{PREFIX}v1")
    routes.register_error_handler(Denied, _denied)
    routes.register_error_handler(TooMany, lambda refused: refusal(refused, 413))
    routes.register_error_handler(Refused, lambda refused: retry(refused, 503))
    routes.register_error_handler(OSError, lambda _: retry(CANNOT_WRITE, 507))
    routes.register_error_handler(Unavailable, lambda error: retry(error.refused, 503))
    routes.after_request(_without_cookies)
    return routes


def answer_in_json(app: Flask) -> None:
    """Answer in JSON also where no route was reached: another address, too large, an error of ours."""
    app.register_error_handler(HTTPException, _mistake)


def answer(value: dict[str, Any], status: int = 200) -> Response:
    """Return an object of the protocol as the answer."""
    content = json.dumps({"protocol": PROTOCOL} | value, ensure_ascii=False)
    return Response(content, status, content_type="application/json")


def refusal(refused: Refused, status: int) -> Response:
    """Return the answer to a request that is not to be sent again as it is."""
    return answer({"error": said(refused)}, status)


def retry(refused: Refused, status: int, **more: Any) -> Response:
    """Return the answer to a request that is to be sent again later, as it is."""
    return answer(more | {"retry": said(refused)}, status)


def bearer(reading: bool = False) -> Device:
    """Return the device whose token the request carries; raise Denied without one (401).

    With `reading`, a revoked device is denied too (403).
    """
    token = token_of()
    device = device_of(context().store.registry, token) if token else None
    if device is None:
        raise Denied(401, N_("This tablet is not enrolled here; ask for a code and type it in."))
    if reading and device.revoked:
        raise Denied(403, N_("This tablet was revoked; it can read nothing here any more."))
    return device


def token_of() -> str:
    """Return the token that the request carries, empty without one."""
    # Werkzeug's own reading of it fails on a letter with an accent, which would be an error of ours.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def json_body() -> bytes:
    """Return the body of the request; raise Denied when it does not say that it is JSON (415)."""
    if request.mimetype != "application/json":
        raise Denied(415, N_("Send this as application/json."))
    return request.get_data()


CANNOT_WRITE = Refused(
    N_("The server cannot write at the moment, so nothing was taken in; it is tried again later.")
)


def _denied(denied: Denied) -> Response:
    response = refusal(denied, denied.status)
    if denied.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _mistake(error: HTTPException) -> ResponseReturnValue:
    if not request.path.startswith(PREFIX):
        return mistake(error)
    sentence = MISTAKES.get(error.code or 500, N_("The server could not take this request."))
    if isinstance(error, OtherSite):
        sentence = OF_ANOTHER_SITE
    return refusal(Refused(sentence), error.code or 500)


def _without_cookies(response: Response) -> Response:
    g.pop("language", None)  # the language of one answer is not a choice for all pages
    return response
