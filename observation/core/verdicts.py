"""The rules by which claims and observations are compared: tables, and what of them is provisional.

Each function is total over its patterns. A verdict carries the id of the rule that gave it, which is
the row and the column of its table.

Sources: Farmer et al. 2006 (Qual Health Res 16:377, the triangulation protocol) for agreement,
partial agreement, silence and dissonance; Guetterman, Fetters & Creswell 2015 (Ann Fam Med 13:554)
for confirmation, expansion and discordance; Argyris & Schön 1974 for wishes kept apart from facts.
"""

from __future__ import annotations

from dataclasses import dataclass

CORROBORATED = "corroborated"
PARTLY_CORROBORATED = "partly-corroborated"
CONTRADICTED = "contradicted"
PARTLY_CONTRADICTED = "partly-contradicted"
DIVIDED = "divided"
SUPPLEMENTED = "supplemented"
UNMENTIONED_UNSEEN = "unmentioned-unseen"
UNTESTED = "untested"
NO_DATA = "no-data"
REALISED, PARTLY_REALISED, GAP = "realised", "partly-realised", "gap"
UNDETERMINABLE = "undeterminable"
NOT_COMPARABLE = "not-comparable"
TO_JUDGE = "to-judge"

# Patterns of the observations and of the claims, the columns and rows of the tables.
OBSERVATIONS = SEEN, VARYING, NOT_SEEN, NOTHING = "O+", "O±", "O−", "O0"
CLAIMS = ALL, SOME, VARY, FEW, NONE, SPLIT, SILENT = "D+", "D+~", "D~", "D−~", "D−", "D≠", "D0"

VERDICTS = (
    CORROBORATED, PARTLY_CORROBORATED, CONTRADICTED, PARTLY_CONTRADICTED, DIVIDED, SUPPLEMENTED,
    UNMENTIONED_UNSEEN, UNTESTED, NO_DATA,
)  # fmt: skip
WISHES = (REALISED, PARTLY_REALISED, GAP, UNDETERMINABLE)

_CELLS = {
    ALL: (CORROBORATED, PARTLY_CORROBORATED, CONTRADICTED, UNTESTED),
    SOME: (PARTLY_CORROBORATED, PARTLY_CORROBORATED, PARTLY_CONTRADICTED, UNTESTED),
    VARY: (PARTLY_CORROBORATED, CORROBORATED, PARTLY_CORROBORATED, UNTESTED),
    FEW: (PARTLY_CONTRADICTED, PARTLY_CONTRADICTED, PARTLY_CORROBORATED, UNTESTED),
    NONE: (CONTRADICTED, PARTLY_CONTRADICTED, CORROBORATED, UNTESTED),
    SPLIT: (DIVIDED, DIVIDED, DIVIDED, UNTESTED),
    SILENT: (SUPPLEMENTED, SUPPLEMENTED, UNMENTIONED_UNSEEN, NO_DATA),
}
# A cell is never more favourable than its claims.
_EXTREMES = {(ALL, "always", VARYING): PARTLY_CONTRADICTED, (NONE, "never", VARYING): CONTRADICTED}

_CLAIMS = {
    "affirms": (CORROBORATED, PARTLY_CORROBORATED, CONTRADICTED, UNTESTED),
    "denies": (CONTRADICTED, PARTLY_CONTRADICTED, CORROBORATED, UNTESTED),
    "sometimes": (PARTLY_CORROBORATED, CORROBORATED, PARTLY_CORROBORATED, UNTESTED),
    "affirms-always": (CORROBORATED, PARTLY_CONTRADICTED, CONTRADICTED, UNTESTED),
    "denies-never": (CONTRADICTED, CONTRADICTED, CORROBORATED, UNTESTED),
    "wish-affirms": (REALISED, PARTLY_REALISED, GAP, UNDETERMINABLE),
    "wish-denies": (GAP, PARTLY_REALISED, REALISED, UNDETERMINABLE),
    "wish-mixed": (UNDETERMINABLE,) * 4,
}

_FARMER = {
    CORROBORATED: "agreement",
    PARTLY_CORROBORATED: "partial-agreement",
    PARTLY_CONTRADICTED: "partial-agreement",
    DIVIDED: "partial-agreement",
    CONTRADICTED: "dissonance",
}
_META = {
    CORROBORATED: "confirmation",
    PARTLY_CORROBORATED: "confirmation",
    CONTRADICTED: "discordance",
    PARTLY_CONTRADICTED: "discordance",
    DIVIDED: "discordance",
    SUPPLEMENTED: "expansion",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says; `rule` is its id: the claims' pattern or stance, a slash, the observations'."""

    verdict: str
    rule: str
    provisional: bool = False


def of_cell(claims: str, observation: str, all_say: str = "") -> Verdict:
    """Return the verdict of a cell; `all_say` is a frequency that all its claims say, or empty."""
    found = _EXTREMES.get((claims, all_say, observation))
    if found:
        return Verdict(found, f"{claims} {all_say}/{observation}")
    return Verdict(_CELLS[claims][OBSERVATIONS.index(observation)], f"{claims}/{observation}")


def of_claim(stance: str, frequency: str, observation: str) -> Verdict:
    """Return the verdict of one claim of how it is."""
    row = stance
    if stance == "mixed" or (stance, frequency) == ("affirms", "sometimes"):
        row = "sometimes"
    elif (stance, frequency) in (("affirms", "always"), ("denies", "never")):
        row = f"{stance}-{frequency}"
    return _of(row, observation)


def of_wish(stance: str, observation: str) -> Verdict:
    """Return how much of a wish was observed: that it should be, or that it should not be."""
    return _of(f"wish-{stance}", observation)


def farmer(verdict: str) -> str:
    """Return the code of Farmer et al. for a verdict: agreement, partial agreement, dissonance or silence."""
    return _FARMER.get(verdict, "silence")


def meta(verdict: str) -> str:
    """Return the meta-inference for a verdict: confirmation, discordance, expansion, or empty."""
    return _META.get(verdict, "")


def _of(row: str, observation: str) -> Verdict:
    return Verdict(_CLAIMS[row][OBSERVATIONS.index(observation)], f"{row}/{observation}")
