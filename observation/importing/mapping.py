"""What a researcher says of a table that it does not say itself: columns, codes, respondents, documents.

A mapping file is TOML or JSON; `docs/formats.md` describes it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from observation.core.errors import N_, Refused
from observation.core.kinds import DATE, KINDS, NAME, ROLE

from .profiles import COLUMNS, Profile

LEAVE_OUT = "-"  # a code that is mapped to this is not taken over
GROUP = "group"  # a respondent that is mapped to this is the group, without a speaker
AT = " @ "  # between a document and a place: who speaks there


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A respondent whom the import enters in the register of a school."""

    school: str
    role: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of an interview whose document does not say it."""

    interview: str = ""
    kind: str = ""
    school: str = ""
    date: str = ""
    topic_list: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """All that is said; empty where a table says everything itself."""

    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    respondents: Mapping[str, str] = field(default_factory=dict)
    new: Mapping[str, Newcomer] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)

    @property
    def profile(self) -> Profile | None:
        """The table's columns, where they are named."""
        names = {hold: name.strip().casefold() for hold, name in self.columns.items()}
        return Profile("mapped", names) if names else None


def read_mapping(content: bytes) -> Answers:
    """Return the mapping in the bytes of a TOML or JSON file; raise Refused, naming the place."""
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(
            N_("The mapping is neither TOML nor JSON (%(why)s); correct it there."),
            why=str(error)[:80],
        ) from None
    return mapping_of(value)


def mapping_of(value: Any) -> Answers:
    """Return the mapping that a JSON object says; raise Refused, naming the place."""
    given = _table(value, "", ("columns", "codes", "respondents", "new", "documents"))
    columns = _texts(given, "columns", COLUMNS)
    if columns and not {"text", "codes"} <= columns.keys():
        raise Refused(N_("A mapping of columns names at least those of “text” and “codes”."))
    kinds = KINDS["interview-recorded"].fields
    return Answers(
        columns=columns,
        codes=_texts(given, "codes"),
        respondents=_texts(given, "respondents"),
        new={
            code: Newcomer(**_row(row, f"new.{code}", {"school": NAME, "role": ROLE}, {"group": NAME}))
            for code, row in _table(given.get("new", {}), "new").items()
        },
        documents={
            name: Document(
                **_row(
                    row, f"documents.{name}", {},
                    {"interview": kinds["interview"], "kind": kinds["kind"], "school": NAME,
                     "date": DATE, "topic-list": NAME},
                )
            )
            for name, row in _table(given.get("documents", {}), "documents").items()
        },
    )  # fmt: skip


def _table(value: Any, place: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(
            N_("In the mapping, “%(place)s” must be a table of names and values."), place=place
        )
    for name in value:
        if known and name not in known:
            raise Refused(
                N_("In the mapping, “%(name)s” is not known; use %(known)s."),
                name=name,
                known=", ".join(known),
            )
    return value


def _texts(given: dict[str, Any], name: str, known: tuple[str, ...] = ()) -> dict[str, str]:
    found = _table(given.get(name, {}), name, known)
    for key, text in found.items():
        if not isinstance(text, str):
            raise Refused(
                N_("In the mapping, “%(place)s” must be a text between quotes."),
                place=f"{name}.{key}",
            )
    return found


def _row(
    value: Any, place: str, required: Mapping[str, Any], optional: Mapping[str, Any]
) -> dict[str, str]:
    row = _table(value, place, (*required, *optional))
    for name, rule in {**required, **optional}.items():
        if (name in row or name in required) and not rule.holds(row.get(name)):
            raise Refused(
                N_("In the mapping, “%(place)s” must be %(meaning)s."),
                place=f"{place}.{name}",
                meaning=rule.meaning,
            )
    return {name.replace("-", "_"): text for name, text in row.items()}
