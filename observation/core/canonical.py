"""The one sequence of bytes that stands for a value, so that two programs find the same hash.

RFC 8785 (JSON Canonicalization Scheme), restricted to what events need: objects, arrays, strings
without lone surrogates, booleans, null, and integers within ±(2^53 − 1). `static/js/core/canonical.js`
does the same; both are tested against `tests/vectors/canonical.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .errors import N_, Refused

INTEGER_LIMIT = 2**53 - 1  # beyond it JavaScript loses digits
DEPTH_LIMIT = 16


def canonical(value: Any) -> bytes:
    """Return the canonical UTF-8 bytes of a JSON value; raise Refused for one that has none."""
    return copied(value)[1]


def copied(value: Any, depth: int = 0) -> tuple[Any, bytes]:
    """Return a copy of a JSON value that nobody else holds, and its canonical bytes; raise Refused.

    `depth` is how deep the value lies within the one that is to be kept.
    """
    try:
        copy = _ordered(value, depth)
        return copy, _ENCODE(copy).encode()
    except UnicodeEncodeError:
        raise Refused(
            N_("A text holds half of a character (a lone surrogate); type it again.")
        ) from None


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def parse_json(text: str | bytes) -> Any:
    """Return the JSON value in the text; raise Refused for what `canonical` could not write back.

    Stricter than `json.loads`: a name that stands twice in one object, a fraction and NaN are
    refused, since silently keeping one of two values would lose the other.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except Refused:
        raise
    except RecursionError:
        raise Refused(N_("This text is nested too deeply to be read.")) from None
    except ValueError as error:
        raise Refused(N_("This is not JSON: %(reason)s."), reason=error) from None


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _ordered(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if abs(value) > INTEGER_LIMIT:
            raise Refused(N_("A number is too large to be kept exactly; write it as text."))
        return value
    if depth >= DEPTH_LIMIT:
        raise Refused(N_("This value is nested more than %(limit)s deep."), limit=DEPTH_LIMIT)
    if isinstance(value, (dict, Mapping)):  # a dict is known at once, any other mapping is asked
        for name in value:
            if not isinstance(name, str):
                raise Refused(
                    N_("A name in an object must be text, not %(name)s."), name=repr(name)
                )
        # RFC 8785 3.2.3: names are sorted by UTF-16 code units, as JavaScript does.
        names = sorted(value, key=None if "".join(value).isascii() else _utf16)
        return {name: _ordered(value[name], depth + 1) for name in names}
    if isinstance(value, (list, tuple)):
        return [_ordered(item, depth + 1) for item in value]
    raise Refused(
        N_("A value of the kind %(kind)s cannot be kept; use text, a whole number, true or false."),
        kind=type(value).__name__,
    )


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(N_("A name stands twice in one object; keep one of the two."))
    return found


def _no_fraction(text: str) -> Any:
    raise Refused(N_("The number %(number)s is not a whole number."), number=text)
