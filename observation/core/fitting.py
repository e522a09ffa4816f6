"""Whether a claim fits what the registers and the codebook know; what does not is named."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from .codebook import Codebook
from .errors import N_, Problem
from .interviews import Interview, Said
from .records import LEADERSHIP
from .registers import School

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_CODE = re.compile(r"[A-Z]{1,2}\d{1,4}")  # of a person: S1, R23, L5


def misfits(interview: Interview, school: School | None, codebook: Codebook) -> Iterator[Problem]:
    """Yield what an interview and its claims name that is not in the register or the codebook (yet)."""
    if school is None and interview.recorded:
        yield Problem.of(
            interview.recorded.events[0],
            N_(
                "School %(school)s is not in the register; record it there, or put the interview right."
            ),
            school=interview.school,
        )
    for claim in interview.claims:
        for event, said in zip(claim.said.events, claim.said.values, strict=True):
            yield from misfits_of(event, said, interview.topic_list, school, codebook)


def misfits_of(
    event: str, said: Said, topic_list: str, school: School | None, codebook: Codebook
) -> Iterator[Problem]:
    """Yield what one claim names that is not there: respondents, codes, unit, leader, topic."""
    for code in said.codes:
        if code not in codebook.codes:
            yield Problem.of(
                event, N_("The codebook has no code “%(code)s”; use one that it has."), code=code
            )
    known = {topics.id: topics for topics in codebook.file.topic_lists}
    topics = known[topic_list].topics if topic_list in known else ()
    if said.topic and topics and said.topic not in [topic.id for topic in topics]:
        yield Problem.of(
            event,
            N_("The topic list has no topic “%(topic)s”; use one that it has."),
            topic=said.topic,
        )
    if school is None:
        return
    for respondent in said.respondents:
        if respondent not in school.respondents:
            yield Problem.of(
                event,
                N_(
                    "School %(school)s has no respondent %(respondent)s in its register; record who that is, or put the claim right."
                ),
                school=school.code,
                respondent=respondent,
            )
    if said.about and said.about != LEADERSHIP and said.about not in school.leaders:
        yield Problem.of(
            event,
            N_("School %(school)s has no leader %(leader)s; use one that it has, or leadership."),
            school=school.code,
            leader=said.about,
        )
    if said.unit and said.unit not in school.units:
        yield Problem.of(
            event,
            N_("School %(school)s has no unit “%(unit)s”; use one that it has."),
            school=school.code,
            unit=said.unit,
        )


def names_perhaps(text: str, known: Collection[str]) -> list[str]:
    """Return the words with a capital that may be names: not first in a sentence, a code, or known.

    It misses names at the beginning of a sentence and those written small.
    """
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        before = text[: match.start()].rstrip()
        first = (
            not before
            or before[-1] in ".!?:;…\n“”‘’\"'(–-"
            or "\n" in text[len(before) : match.start()]
        )
        short = word.isupper() and len(word) > 1  # an abbreviation
        if word[0].isupper() and not (first or short or word in known or _CODE.fullmatch(word)):
            found.append(word)
    return list(dict.fromkeys(found))
