"""Schools made of a few words, to triangulate: what was judged in which session, and who said what."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from observation.core.cells import (
    TEACHER,
    USUAL,
    Case,
    Cell,
    Interviewed,
    Settings,
    Triangulation,
)
from observation.core.codebook import open_codebook
from observation.core.interviews import Claim, Said
from observation.core.records import LEADERSHIP, TEAM, Sighting, Slot
from observation.core.registers import LEADER, Respondent, School
from observation.core.sessions import Judged, Observed
from observation.core.triangulation import triangulate
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file

INSTRUMENT = Instruments().newest()
CODEBOOK = open_codebook(codebook_file(INSTRUMENT.id), INSTRUMENT)

GOALS = "intervening.sets-goals"
TEACHERS = "stimulating.teachers-set-goals"
CHECK = "professionality.action-check"  # of the team, in the session
VISITS = "learning.visits-planned"  # of the team, in the session or elsewhere
INFORMS = "intervening.informs"  # of a leader, in the session or elsewhere
OUTSIDE = "stimulating.walks-round"  # of a leader, nowhere to be seen
GROUP, FOCUS = "interview/leader", "interview/team"


def saw(
    label: str,
    judged: dict[str, str],
    actor: str = "",
    observer: str = "W1",
    day: str = "2018-03-13",
    present: Iterable[str] = ("L1",),
    leaders: Iterable[str] = ("L1",),
    **also: Any,
) -> Observed:
    """Return what an observer judged, by behaviour; of the leadership where no `actor` is named."""
    judgements = {}
    for behaviour, state in judged.items():
        who = actor or LEADERSHIP
        if INSTRUMENT.indicator(behaviour).actor == TEAM:
            who = TEAM
        sightings = (
            (Sighting(f"{label} {behaviour}", 60_000, "session"),) if state == "seen" else ()
        )
        judgements[behaviour, who] = Judged(state, also.get("when", "session"), sightings)
    return Observed(
        stream=f"observation/{label}/{observer}", label=label, school="A",
        unit=also.get("unit", "7-8"), observer=observer, day=day, state=also.get("state", "approved"),
        leaders=tuple(leaders), present=tuple(present), judgements=judgements,
    )  # fmt: skip


def says(
    respondent: str,
    stance: str,
    behaviour: str = CHECK,
    frequency: str = "",
    mode: str = "descriptive",
    scope: str = "board-session",
    **also: Any,
) -> Claim:
    """Return a claim of one respondent, of several apart by a space, or of nobody."""
    given = f"{respondent} {stance} {behaviour} {frequency} {mode} {scope} {sorted(also.items())}"
    id = str(uuid.uuid5(uuid.NAMESPACE_OID, given))
    interview = also.pop("interview", GROUP if respondent.startswith("S") else FOCUS)
    label = also.pop("label", f"{respondent}-{id[:4]}")
    by = also.pop("by", "W9")
    said = Said(
        tuple(respondent.split()), "quotation", "…", tuple(behaviour.split()), "1",
        stance=stance, mode=mode, scope=scope, frequency=frequency, **also,
    )  # fmt: skip
    return Claim(id, interview, Slot((said,), (id,)), (id,), by, label=label)


def school(**also: Any) -> School:
    """Return school A: leaders L1 (S1) and, as asked, others; teachers R1 to R9."""
    roles = {"S1": LEADER, "S2": LEADER} | {f"R{n}": TEACHER for n in range(1, 10)}
    respondents = {
        code: Respondent(code, Slot(({"respondent": code, "role": role},), (code,)))
        for code, role in roles.items()
    }
    linked = also.pop("leaders", {"L1": "S1"})
    leaders = {
        code: Slot(({"participant": code, "respondent": respondent},), (code,))
        for code, respondent in linked.items()
    }
    return School("school/a", "A", respondents=respondents, leaders=leaders, **also)


def case(*found: Observed | Claim, interviewed: int = 9, **also: Any) -> Case:
    """Return the case of school A with these records and claims."""
    return Case(
        school(**also),
        tuple(each for each in found if isinstance(each, Observed)),
        tuple(each for each in found if isinstance(each, Claim)),
        {GROUP: Interviewed("2018-03-21", False), FOCUS: Interviewed("2018-03-20", True)},
        ("S1", *(f"R{number}" for number in range(1, interviewed + 1))),
    )


def triangulated(
    *found: Observed | Claim, settings: Settings = USUAL, **also: Any
) -> Triangulation:
    """Return the verdicts of the school with these records and claims."""
    return triangulate(case(*found, **also), INSTRUMENT, CODEBOOK, settings)


def cell(
    *found: Observed | Claim, of: str = CHECK, actor: str = "", line: str = "", **also: Any
) -> Cell:
    """Return the headline cell of one behaviour, or that of a line."""
    if not actor:
        actor = TEAM if INSTRUMENT.indicator(of).actor == TEAM else LEADERSHIP
    lines = triangulated(*found, **also).row(of, actor)
    (one,) = [each for each in lines if (each.line == line if line else each.headline)]
    return one
