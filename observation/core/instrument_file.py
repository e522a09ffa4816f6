"""Schedule files: the bytes of a TOML file in, an Instrument out, or a sentence that names the place.

The form of the file is the dataclasses of `instrument.py`: their annotations say what a key may
hold. See `observation/instruments/appendix-4.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin
from typing import get_type_hints as hints_of

from .errors import Refused
from .instrument import (
    STYLES,
    TILE_LENGTH,
    AfterQuestion,
    Code,
    Group,
    GroupId,
    Id,
    Indicator,
    Instrument,
    LogRule,
    Text,
)

T = TypeVar("T")
_WANTED = {str: "a text between quotes", int: "a whole number above 0", bool: "true or false"}


def read_instrument(content: bytes) -> Instrument:
    """Return the instrument in the bytes of a schedule file, or raise Refused naming the place.

    A place counts rows from 1: `indicators[10] “intervening.leads”: ...`.
    """
    return read_file(Instrument, content)


def read_file(kind: type[T], content: bytes) -> T:
    """Return the dataclass of this kind in the bytes of a TOML file, or raise Refused.

    Its annotations are the form of the file; its `digest` is the SHA-256 of the bytes.
    """
    keys = _parsed(content)
    made: T = _Reader(keys).table(kind, keys, "", digest=sha256(content).hexdigest())
    return made


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))  # some editors put a mark in front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _refuse("", f"line {line} holds a byte that is not UTF-8; save the file as UTF-8.")
    except RecursionError:
        _refuse("", "it is nested too deeply; take brackets out.")
    except ValueError as error:
        _refuse("", f"this is not TOML: {error}; correct it there.")


class _Reader:
    """Reads one file's values as the annotations above want them, or refuses naming the place."""

    def __init__(self, file: dict[str, Any]) -> None:
        # Gathered before anything is judged, since a row may refer to rows further down.
        self.ids = {key: tuple(map(_name_of, _rows(rows))) for key, rows in file.items()}
        self.languages = tuple(each for each in _rows(file.get("languages")) if _fits(str, each))
        self.firsts: dict[str, Indicator] = {}

    def table(self, kind: Any, keys: Any, place: str, **given: Any) -> Any:
        """Return the dataclass in a table; what is `given` is not asked of the file."""
        if not isinstance(keys, dict):
            _refuse(place, "this must be a table of keys and values.")
        if kind is Indicator and "same-as" in keys:
            return self._second_code(keys, place)
        known = {each.name.replace("_", "-"): each for each in fields(kind)}
        wanted = {key: each for key, each in known.items() if each.name not in given}
        _refuse_other_keys(keys, wanted, place)
        for key, field in wanted.items():
            if key in keys:
                given[field.name] = self.value(_hints(kind)[field.name], keys[key], place, key)
            elif field.default is MISSING:
                _refuse(place, f"“{key}” is missing; add it.")
        made = kind(**given)
        if problem := _contradiction(made):
            _refuse(place, problem)
        if isinstance(made, Indicator):
            self.firsts[made.code] = made
        return made

    def value(self, hint: Any, value: Any, place: str, key: str) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):  # X or None, and None is the key left out
            return self.value(args[0], value, place, key)
        if origin is tuple:
            return self._list(args[0], value, place, key)
        if is_dataclass(hint):
            return self.table(hint, value, _inside(place, key))
        if hint is Text:
            return self._text(value, _inside(place, key))
        if origin is Literal:
            return _known(value, args, place, key)
        if origin is Annotated and isinstance(args[1], str):
            return _known(value, self.ids.get(args[1], ()), place, key)
        if origin is Annotated and not (_fits(str, value) and args[1].fullmatch(value)):
            _refuse(
                place, f"{key} “{_shown(value)}” must be small letters and digits, joined by - or ."
            )
        if hint in _WANTED and not _fits(hint, value):
            _refuse(place, f"{key} must be {_WANTED[hint]}.")
        return value

    def _list(self, hint: Any, values: Any, place: str, key: str) -> tuple[Any, ...]:
        if not isinstance(values, list) or not values:
            _refuse(place, f"{key} must be a list of one or more; fill it, or leave it out.")
        found: dict[Any, Any] = {}
        for number, each in enumerate(values, 1):
            name = _name_of(each)
            row = f"{_inside(place, key)}[{number}]" + (f" “{name}”" if name else "")
            table = is_dataclass(hint)
            made = self.table(hint, each, row) if table else self.value(hint, each, place, key)
            if name in found:
                _refuse(row, "this stands in the list already; take it out or give it its own id.")
            found[name] = made
        return tuple(found.values())

    def _text(self, words: Any, place: str) -> Text:
        if not isinstance(words, dict):
            _refuse(place, f"this must be a text per language ({', '.join(self.languages)}).")
        _refuse_other_keys(words, self.languages, place)
        for language in self.languages:
            if not _fits(str, words.get(language)):
                _refuse(place, f"the text in “{language}” is missing; add the translation.")
        return Text({language: words[language] for language in self.languages})

    def _second_code(self, keys: dict[str, Any], place: str) -> Indicator:
        second = self.table(_SecondCode, keys, place)
        first = _known(second.same_as, tuple(self.firsts), place, "same-as")
        own = {each.name: getattr(second, each.name) for each in fields(second)}
        return replace(self.firsts[first], **own)


@dataclass(frozen=True, slots=True)
class _SecondCode:
    """All that a second code of a behaviour may say for itself."""

    code: Id
    group: GroupId
    name: Text
    same_as: Code


_hints = cache(lambda kind: hints_of(kind, include_extras=True))


def _fits(kind: type, value: object) -> bool:
    match value:
        case bool():  # before int, since in Python a truth is a number too
            return kind is bool
        case int():
            return kind is int and value > 0
        case str():
            return kind is str and value.strip() != ""
    return False


def _known(value: object, known: tuple[str, ...], place: str, key: str) -> str:
    if not isinstance(value, str) or value not in known:
        names = ", ".join(known) or "(none so far)"
        _refuse(place, f"{key} “{_shown(value)}” is not one of {names}; write one of these.")
    return value


def _contradiction(made: object) -> str | None:
    """Return what the keys of one table may not say together, if they do."""
    match made:
        case AfterQuestion(kind=kind, choices=choices) if (kind == "choice") != bool(choices):
            return "a question of kind choice has choices, another has none; correct one of them."
        case Group(table="leadership", axes=axes) if axes not in STYLES:
            return "axes must be two, a direction and then a focus, such as top-down, task."
        case Group(table="collaboration", axes=[_, *_]):
            return "only a style of leadership has axes; take them out."
        case LogRule(rule=rule, part=part) if (rule == "leads-or-part") != bool(part):
            return "the rule leads-or-part has a part, another has none; correct one of them."
        case Indicator(short=short) if any(len(name) > TILE_LENGTH for name in short.values()):
            return f"short is longer than {TILE_LENGTH} characters; shorten it."
        case Indicator(code=code, counters=counters) if code in [each.code for each in counters]:
            return "counters names this indicator itself; take it out."
    return None


def _refuse_other_keys(keys: Mapping[str, object], known: Iterable[str], place: str) -> None:
    for key in keys:
        if key not in known:
            _refuse(place, f"“{key}” is not a key here; known are {', '.join(known)}.")


def _rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _name_of(row: object) -> str:
    name = row.get("id", row.get("code")) if isinstance(row, dict) else row
    return name if isinstance(name, str) else ""


def _shown(value: object) -> str:
    # Only texts: a table may be nested deeper, and a number be longer, than Python can print.
    return value[:40] if isinstance(value, str) else "..."


def _inside(place: str, key: str) -> str:
    return f"{place}, {key}" if place else key


def _refuse(place: str, problem: str) -> NoReturn:
    raise Refused(
        "%(place)s: %(problem)s", place=place or "The schedule file", problem=problem
    ) from None
