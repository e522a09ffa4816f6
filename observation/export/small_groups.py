"""How exports, and the pages from which they are taken, say that a role at a school has fewer than 5 people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from observation.core.cells import Case
from observation.core.errors import N_
from observation.core.instrument import Instrument
from observation.core.records import Record
from observation.core.small_groups import FEWEST, small_groups, smallest
from observation.language import translator

from .triangulation import FEW, INTERNAL

WHOEVER = N_(
    "Fewer than %(fewest)s people in a role: %(groups)s. Whoever knows the school recognises them."
)


def groups_line(
    groups: Mapping[str, int], instrument: Instrument, language: str, audience: str = INTERNAL
) -> str:
    """Return the groups in words, `school leaders 2, coach 1`; a report says 1-2 for one person."""
    roles = {role.id: role for role in instrument.roles}
    told = []
    for role, number in groups.items():
        one = number == 1 and audience == INTERNAL
        named = (
            (roles[role].name if one else roles[role].plural)[language] if role in roles else role
        )
        told.append(f"{named} {number if one or number > 1 else FEW}")
    return ", ".join(told)


def of_school_line(
    case: Case, instrument: Instrument, language: str, audience: str = INTERNAL
) -> str:
    """Return in a sentence in which roles fewer than 5 people are known at a school, or ""."""
    groups = small_groups(case.school, case.observed)
    return _sentence(groups_line(groups, instrument, language, audience), language)


def small_groups_line(
    cases: Iterable[Case], instrument: Instrument, language: str, audience: str = INTERNAL
) -> str:
    """Return in a sentence in which roles few people are known at each of these schools, or ""."""
    named = ((case.school.code, small_groups(case.school, case.observed)) for case in cases)
    lines = [f"{code}: {groups_line(g, instrument, language, audience)}" for code, g in named if g]
    return _sentence("; ".join(lines), language)


def of_record_line(record: Record, language: str) -> str:
    """Return in a sentence in which roles fewer than 5 people are in an observation, or ""."""
    found = smallest({each.person: each.role for each in record.observation.people})
    return _sentence(groups_line(found, record.instrument, language), language)


def _sentence(groups: str, language: str) -> str:
    said = translator(language)(WHOEVER)
    return said % {"fewest": FEWEST, "groups": groups} if groups else ""
