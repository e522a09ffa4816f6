"""How the tables of other tools look: by which header each is known and what its columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from observation.core.spreadsheet import CLAIM_COLUMNS

OWN: Final = "observation"
ENOUGH = 0.8  # of a profile's columns must be there

# What a column may hold. A table needs `text` and `codes`; everything else may be missing.
COLUMNS = (
    *("id", "document", "group", "text", "codes", "place", "place-end", "memo", "coder"),
    *("respondents", "form", "stance", "mode", "scope", "frequency", "about", "unit", "topic"),
    *("school", "kind", "date"),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of table: `columns` names the header of what each column holds, in small letters."""

    name: str
    columns: Mapping[str, str]

    def score(self, header: Sequence[str]) -> float:
        """Return how much of the profile's header is there, from 0 to 1."""
        there = {cell.strip().casefold() for cell in header}
        return sum(name in there for name in self.columns.values()) / len(self.columns)

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Return the index of each column that is there, by what it holds."""
        there = [cell.strip().casefold() for cell in header]
        return {hold: there.index(name) for hold, name in self.columns.items() if name in there}


PROFILES = (
    Profile(OWN, {name: name for name in CLAIM_COLUMNS}),
    Profile("taguette", {"id": "id", "document": "document", "codes": "tag", "text": "content"}),
    Profile(
        "maxqda",
        {
            "memo": "comment",
            "group": "document group",
            "document": "document name",
            "codes": "code",
            "place": "beginning",
            "place-end": "end",
            "text": "segment",
            "coder": "created by",
        },
    ),
    Profile(
        "maxqda-german",
        {
            "memo": "kommentar",
            "group": "dokumentgruppe",
            "document": "dokumentname",
            "codes": "code",
            "place": "anfang",
            "place-end": "ende",
            "text": "segment",
            "coder": "erstellt von",
        },
    ),
    Profile(
        "qualcoder",
        {
            "document": "file",
            "coder": "coder",
            "text": "coded",
            "id": "id",
            "codes": "codename",
            "memo": "coded_memo",
        },
    ),
    Profile(
        "qualcoder-cases",
        {
            "respondents": "case",
            "document": "filename",
            "coder": "coder",
            "text": "coded",
            "id": "id",
            "codes": "codename",
            "memo": "coded_memo",
        },
    ),
    Profile(
        "atlas.ti",
        {
            "id": "id",
            "document": "document",
            "text": "quotation content",
            "codes": "codes",
            "memo": "comment",
            "place": "reference",
            "coder": "created by",
        },
    ),
    Profile(
        "atlas.ti-web",
        {
            "id": "number",
            "document": "document",
            "text": "text content",
            "codes": "codes",
            "memo": "comment",
            "place": "reference",
        },
    ),
)


def profile_of(
    header: Sequence[str], mapped: Profile | None = None
) -> tuple[Profile | None, float]:
    """Return the profile that fits a header best, and how well; a mapped one only when it fits whole.

    Without text and codes no profile fits.
    """
    if mapped is not None:
        return (mapped, 2.0) if mapped.score(header) == 1 else (None, 0.0)
    best: tuple[Profile | None, float] = (None, 0.0)
    for profile in PROFILES:
        score = profile.score(header)
        whole = {"text", "codes"} <= profile.places(header).keys()
        if whole and score >= ENOUGH and (score, len(profile.columns)) > (
            best[1], len(best[0].columns) if best[0] else 0
        ):  # fmt: skip
            best = profile, score
    return best
