"""Roles at a school of which so few people are known that whoever knows the school recognises them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .registers import LEADER, School
from .sessions import Observed

FEWEST = 5  # people of a role among whom one is not recognised at once


def small_groups(school: School, observed: Iterable[Observed]) -> dict[str, int]:
    """Return of each role at the school of which fewer than 5 people are known how many, by role.

    Known are the respondents of the register who did not withdraw, and the participants of sessions,
    with the leaders of the register among them. Who is both is not known but of leaders, so the
    larger of the two numbers counts: there are at least so many.
    """
    took_part = {code: role for each in observed for code, role in each.people.items()}
    took_part |= dict.fromkeys(school.leaders, LEADER)
    heard = {
        code: each.role for code, each in school.respondents.items() if not school.withdrawn(code)
    }
    return smallest(took_part, heard)


def smallest(*groups: Mapping[str, str]) -> dict[str, int]:
    """Return how many people of a role the largest of these groups (role by code) has, where fewer than 5."""
    found: dict[str, int] = {}
    for group in groups:
        roles = list(group.values())
        for role in filter(None, roles):
            found[role] = max(found.get(role, 0), roles.count(role))
    return {role: number for role, number in sorted(found.items()) if number < FEWEST}
