"""A schedule as data, for the tablet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from .screens import context

pages = Blueprint("instruments", __name__, url_prefix="/instruments")


@pages.get("/<digest>.json")
def show(digest: str) -> Response:
    """Return the instrument with this SHA-256; it never changes, so it may be kept for ever."""
    found = context().instruments.with_digest(digest)
    if found is None:
        abort(404)
    response = jsonify(plain(found))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def plain(value: Any) -> Any:
    """Return a frozen value as JSON holds it: dataclasses and texts as objects, tuples as lists."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return [plain(each) for each in value] if isinstance(value, tuple) else value
