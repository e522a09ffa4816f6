"""The long sheets of a workbook: all that verdicts are made of, a row a thing, with ids and in English.

What stands in them is enough to come to every verdict again: `docs/formats.md` says how.
"""

from __future__ import annotations

from collections.abc import Iterator

from observation.core.cells import Case, Triangulation
from observation.core.codebook import Codebook
from observation.core.interviews import FOCUS_GROUP, Claim
from observation.core.records import Sighting
from observation.core.sessions import Judged, Observed, sessions_of
from observation.export.xlsx import Column, Value

from .copies import Copy

Row = dict[str, Value]
INTERVIEW = "interview"
UNTIMED = "?"  # of a sighting without a time
APART = "; "  # between several

CLAIM_COLUMNS = (
    Column("row", width=11), Column("school", width=9), Column("label", width=11),
    Column("part", width=6), Column("interview", width=20), Column("kind", width=12),
    Column("date", width=11), Column("respondents", width=12), Column("roles", width=16),
    Column("codes", width=32), Column("stance", width=10), Column("mode", width=12),
    Column("scope", width=14), Column("frequency", width=11), Column("about", width=11),
    Column("unit", width=8), Column("judged", width=8), Column("form", width=11),
    Column("text", width=70), Column("place", width=10), Column("topic", width=14),
    Column("coder", width=8), Column("by", width=8), Column("imported", width=9),
    Column("participant", width=11), Column("from", width=11), Column("until", width=11),
    Column("interviewed", width=11), Column("claim", width=38), Column("interview-id", width=47),
)  # fmt: skip
CLAIM_KEYS = ("row", "school", "label", "claim", "interview-id")
OBSERVATION_COLUMNS = (
    Column("row", width=11), Column("school", width=9), Column("session", width=12),
    Column("label", width=12), Column("observer", width=9), Column("day", width=11),
    Column("unit", width=8), Column("review", width=10), Column("counted", width=9),
    Column("leaders", width=10), Column("present", width=10), Column("code", width=32),
    Column("actor", width=11), Column("state", width=13), Column("judged", width=9),
    Column("times", width=7), Column("seconds", width=16), Column("observations", width=30),
    Column("observation", width=49),
)  # fmt: skip
OBSERVATION_KEYS = ("row", "school", "label", "code", "actor", "observation")


def claim_rows(found: Triangulation, codebook: Codebook) -> Iterator[Row]:
    """Yield a row for each respondent and each leader's term of a school, and then for each claim.

    Who withdrew is in none of them. Codes are those that the claim counts for now.
    """
    case = found.case
    yield from _respondents(case)
    yield from _leaders(case)
    for claim in case.claims:
        yield {"row": "claim", "school": case.school.code, **_claim(claim, case, codebook)}


def observation_rows(copy: Copy) -> Iterator[Row]:
    """Yield a row for each record of a school, for each judgement in it, and for what observers settled.

    A record in which nothing was judged has its row; a behaviour without a row is blank. `counted` is
    whether the settings let it count. In a report nothing names an observer, or a leader who did not
    agree to stand in it.
    """
    found = copy.found
    case = found.case
    counted = {each.stream: s.label for s in found.sessions for each in s.observed}
    every = sessions_of(case.observed, case.school.matched)
    sessions = {each.stream: s.label for s in every for each in s.observed} | counted
    for record in case.observed:
        head = _record(record, copy)
        head["session"] = copy.label(sessions[record.stream])
        head["counted"] = _yes(record.stream in counted)
        yield {"row": "record", **head}
        for (code, actor), judged in sorted(record.judgements.items()):
            if copy.may_name(actor):
                yield {"row": "judgement", **head, **_judgement(code, actor, judged)}
    yield from _settled(copy)


def _respondents(case: Case) -> Iterator[Row]:
    for code, each in sorted(case.school.respondents.items()):
        if not case.school.withdrawn(code):
            yield {
                "row": "respondent",
                "school": case.school.code,
                "respondents": code,
                "roles": each.role,
                "interviewed": _yes(code in case.interviewed),
            }
    for code in sorted(set(case.interviewed) - set(case.school.respondents)):
        yield {
            "row": "respondent",
            "school": case.school.code,
            "respondents": code,
            "interviewed": "yes",
        }


def _leaders(case: Case) -> Iterator[Row]:
    for participant, slot in case.school.leaders.items():
        for said in slot.values:
            respondent = str(said.get("respondent", ""))
            gone = bool(respondent) and case.school.withdrawn(respondent)
            yield {
                "row": "leader",
                "school": case.school.code,
                "respondents": "" if gone else respondent,
                "participant": participant,
                "from": str(said.get("from", "")),
                "until": str(said.get("until") or ""),
            }


def _claim(claim: Claim, case: Case, codebook: Codebook) -> Row:
    said = claim.said.value
    interview = case.interviews.get(claim.interview)
    people = case.school.respondents
    return {
        "label": claim.label,
        "interview": interview.label if interview else "",
        "kind": FOCUS_GROUP if interview and interview.group else INTERVIEW,
        "date": interview.day if interview else "",
        "respondents": APART.join(said.respondents),
        "roles": APART.join(people[c].role if c in people else "" for c in said.respondents),
        "codes": APART.join(sorted({codebook.current(code) for code in said.codes})),
        "stance": said.stance,
        "mode": said.mode,
        "scope": said.scope,
        "frequency": said.frequency,
        "about": said.about,
        "unit": said.unit,
        "judged": _yes(claim.judged),
        "form": said.form,
        "text": said.text,
        "place": said.place,
        "topic": said.topic,
        "coder": said.coder,
        "by": claim.by,
        "imported": _yes(said.source is not None),
        "claim": claim.id,
        "interview-id": claim.interview,
    }


def _record(record: Observed, copy: Copy) -> Row:
    return {
        "school": record.school,
        "label": copy.label(record.label),
        "observer": record.observer if copy.inside else "",
        "day": record.day,
        "unit": record.unit,
        "review": record.state,
        "leaders": APART.join(filter(copy.may_name, record.leaders)),
        "present": APART.join(filter(copy.may_name, record.present)),
        "observation": record.stream,
    }


def _judgement(code: str, actor: str, judged: Judged) -> Row:
    return {
        "code": code,
        "actor": actor,
        "state": judged.state,
        "judged": judged.judged,
        "times": len(judged.sightings),
        "seconds": APART.join(map(_second, judged.sightings)),
    }


def _second(sighting: Sighting) -> str:
    return UNTIMED if sighting.time is None else str(sighting.time // 1000)


def _settled(copy: Copy) -> Iterator[Row]:
    """Which records are of one session, and what each observer agrees to where they differed."""
    school = copy.found.case.school
    for together in school.matched:
        names = APART.join(map(copy.label, together))
        yield {"row": "matched", "school": school.code, "observations": names}
    for (streams, code, actor), votes in sorted(
        school.agreed.items(), key=lambda each: (sorted(each[0][0]), *each[0][1:])
    ):
        for observer, vote in sorted(votes.items()):
            if copy.may_name(actor):
                yield {
                    "row": "consensus",
                    "school": school.code,
                    "observer": observer if copy.inside else "",
                    "code": code,
                    "actor": actor,
                    "state": vote.state,
                    "observations": APART.join(sorted(streams)),
                }


def _yes(value: bool) -> str:
    return "yes" if value else "no"
