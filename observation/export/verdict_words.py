"""What verdicts, patterns and flags are called, and the sign of each: on pages, prints and in workbooks."""

from __future__ import annotations

from collections.abc import Callable

from observation.core import verdicts
from observation.core.cells import (
    CHANGED,
    IN_GENERAL,
    IN_SESSION,
    Cell,
)
from observation.core.claims import (
    AFFIRMS,
    CONTEXT,
    DENIES,
    ELSEWHERE,
    OTHER_UNIT,
    SOMETIMES,
    UNJUDGED,
    WISH,
    position,
)
from observation.core.errors import N_
from observation.core.interviews import Said

VERDICTS = {
    verdicts.CORROBORATED: N_("corroborated"),
    verdicts.PARTLY_CORROBORATED: N_("partly corroborated"),
    verdicts.CONTRADICTED: N_("contradicted"),
    verdicts.PARTLY_CONTRADICTED: N_("partly contradicted"),
    verdicts.DIVIDED: N_("claims diverge"),
    verdicts.SUPPLEMENTED: N_("supplemented"),
    verdicts.UNMENTIONED_UNSEEN: N_("not mentioned, not seen"),
    verdicts.UNTESTED: N_("not tested"),
    verdicts.NO_DATA: N_("no data"),
    verdicts.REALISED: N_("wish, seen"),
    verdicts.PARTLY_REALISED: N_("wish, partly seen"),
    verdicts.GAP: N_("wish, not seen"),
    verdicts.UNDETERMINABLE: N_("wish, cannot be determined"),
    verdicts.NOT_COMPARABLE: N_("not comparable"),
    verdicts.TO_JUDGE: N_("still to be judged"),
}
MEANINGS = {  # in a sentence each; the rules themselves are the tables of core/verdicts.py
    verdicts.CORROBORATED: N_(
        "All who spoke of it affirm it, and it was seen wherever it could be judged; or they deny it, and it was looked for and not seen."
    ),
    verdicts.PARTLY_CORROBORATED: N_(
        "As “corroborated”, but only some of them, or only sometimes."
    ),
    verdicts.CONTRADICTED: N_(
        "All who spoke of it affirm it, and it was looked for and not seen; or they deny it, and it was seen wherever it could be judged."
    ),
    verdicts.PARTLY_CONTRADICTED: N_(
        "As “contradicted”, but only some of them, or only sometimes."
    ),
    verdicts.DIVIDED: N_(
        "Some affirm it and others deny it; beside it stands whom observation supports."
    ),
    verdicts.SUPPLEMENTED: N_("Nobody spoke of it, and it was seen."),
    verdicts.UNMENTIONED_UNSEEN: N_(
        "Nobody spoke of it, and it was looked for and not seen. Nothing follows from that."
    ),
    verdicts.UNTESTED: N_("It was spoken of, and no session gives anything to go by."),
    verdicts.NO_DATA: N_("Nobody spoke of it, and no session gives anything to go by."),
    verdicts.REALISED: N_("It was wished for, and seen. Wishes are kept apart from facts."),
    verdicts.PARTLY_REALISED: N_("It was wished for, and seen in some of the sessions."),
    verdicts.GAP: N_("It was wished for, and looked for and not seen."),
    verdicts.UNDETERMINABLE: N_("It was wished for, and no session gives anything to go by."),
}
PROVISIONAL = N_("provisionally")
PROVISIONALLY = {  # of a wish it is the seeing that is provisional
    verdicts.REALISED: N_("wish, provisionally seen"),
    verdicts.PARTLY_REALISED: N_("wish, provisionally partly seen"),
    verdicts.GAP: N_("wish, provisionally not seen"),
}
STRENGTHS = {
    "strong": N_("strong support"),
    "moderate": N_("moderate support"),
    "weak": N_("weak support"),
}
BREADTHS = {
    "broad": N_("broadly carried"),
    "limited": N_("by a few"),
    "single": N_("by one"),
}
LINES = {IN_SESSION: N_("in the board session"), IN_GENERAL: N_("in general")}
STANCES = {
    AFFIRMS: ("+", N_("affirms")),
    DENIES: ("−", N_("denies")),
    SOMETIMES: ("±", N_("varies, sometimes")),
}
USES = {
    WISH: N_("wish"),
    CONTEXT: N_("context"),
    ELSEWHERE: N_("elsewhere"),
    OTHER_UNIT: N_("another unit"),
    UNJUDGED: N_("still to be judged"),
}
MODES = {
    "past": N_("past"),
    "future": N_("future"),
    "hearsay": N_("hearsay"),
}
FREQUENCIES = {
    "always": N_("always"),
    "mostly": N_("mostly"),
    "sometimes": N_("sometimes"),
    "never": N_("never"),
}
SUPPORTS = {
    AFFIRMS: N_("observation supports who affirms"),
    DENIES: N_("observation supports who denies"),
}
FLAGS = {
    "self-view-team-view": N_("leader and team see it differently"),
    "self-report-only": N_("self-report only"),
    "gap": N_("wish not seen"),
    "wishes-only": N_("wishes only"),
    "past-only": N_("of the past only"),
    "elsewhere-only": N_("of elsewhere only"),
    "other-unit": N_("of a unit that was not observed"),
    "not-seen-here": N_("not seen here, which says nothing of elsewhere"),
    "not-observable": N_("no board session can show this"),
    "observers-disagree": N_("observers disagree"),
    "one-observer": N_("of two observers one says so"),
    "one-session": N_("one session"),
    "low-agreement": N_("observers agree too little on this"),
    "same-person": N_("coded by an observer"),
    "judged-late": N_("judged afterwards"),
    CHANGED: N_("suggestion changed since the ruling"),
    "incomplete": N_("claims still to be judged"),
}

AXES = {
    "top-down": N_("top-down"),
    "bottom-up": N_("bottom-up"),
    "task": N_("task focused"),
    "person": N_("person focused"),
}

# A circle for what is borne out, a square for what is not; hollow while it is provisional.
GLYPHS = {
    verdicts.CORROBORATED: "●○",
    verdicts.PARTLY_CORROBORATED: "◑◔",
    verdicts.CONTRADICTED: "■□",
    verdicts.PARTLY_CONTRADICTED: "◧◫",
    verdicts.DIVIDED: "≠≠",
    verdicts.SUPPLEMENTED: "++",
    verdicts.UNMENTIONED_UNSEEN: "––",
    verdicts.UNTESTED: "◌◌",
    verdicts.NO_DATA: "··",
    verdicts.REALISED: "●○",
    verdicts.PARTLY_REALISED: "◑◔",
    verdicts.GAP: "■□",
    verdicts.UNDETERMINABLE: "◌◌",
}
STATES = {"seen": "●", "not-seen": "○", "not-judgeable": "–", "blank": "·", "disputed": "≠"}
CLAIMS = {
    verdicts.ALL: N_("All who spoke of it affirm it"),
    verdicts.SOME: N_("Some affirm it and others say sometimes"),
    verdicts.VARY: N_("All who spoke of it say sometimes"),
    verdicts.FEW: N_("Some deny it and others say sometimes"),
    verdicts.NONE: N_("All who spoke of it deny it"),
    verdicts.SPLIT: N_("Some affirm it and others deny it"),
    verdicts.SILENT: N_("Nobody said how it is"),
}
OBSERVATIONS = {
    verdicts.SEEN: N_("it was seen in each of the sessions where it could be judged (%(m)s)"),
    verdicts.VARYING: N_("it was seen in %(m)s of the sessions where it could be judged (%(t)s)"),
    verdicts.NOT_SEEN: N_("it was looked for and not seen (sessions: %(a)s)"),
    verdicts.NOTHING: N_("no session gives anything to go by"),
}


def glyph(verdict: verdicts.Verdict) -> str:
    """Return the sign of a verdict, the hollow one where it is provisional."""
    return GLYPHS.get(verdict.verdict, "··")[verdict.provisional]


def verdict_word(verdict: str, provisional: bool, say: Callable[[str], str]) -> str:
    """Return the word for a verdict, with *provisionally* where it is; `say` puts it into a language."""
    if provisional and verdict in PROVISIONALLY:
        return say(PROVISIONALLY[verdict])
    word = say(VERDICTS[verdict]) if verdict in VERDICTS else verdict
    return f"{say(PROVISIONAL)} {word}" if provisional else word


def observation_values(cell: Cell) -> dict[str, int]:
    """Return what the sentence of an observation's pattern names."""
    sights = cell.sights
    return {"m": len(sights.seen), "a": len(sights.absent), "t": sights.total}


def sign(said: Said) -> str:
    """Return the sign of how a claim stands, or "" when it is not judged."""
    return STANCES.get(position(said), ("", ""))[0]
