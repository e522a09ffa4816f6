"""A school that withdrew, on its own pages: readable for leads until it is erased, and nowhere else."""

from __future__ import annotations

from .area import Area


def withdrawn_on(found: Area, code: str) -> str:
    """Return the day on which the school of this code withdrew (YYYY-MM-DD), or ""."""
    school = found.school(code) if code else None
    return school.consents[""].withdrawn if school and school.withdrawn("") else ""
