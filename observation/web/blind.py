"""Who observed at a school sees what was said there after the own observation is approved, not before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import g

from observation.core.errors import N_

from .screens import context
from .trouble import Answered

APPROVED = "approved"  # of the states of review
LISTED = 5  # labels


class Blind(Answered):
    """What was said at a school might colour what is still to be written down of what was seen."""

    status = 403

    def __init__(self, school: str, labels: Collection[str]) -> None:
        super().__init__(
            N_(
                "You observed at school %(school)s, and not all of it is approved yet (%(labels)s). "
                "What was said there is shown to you after that, so that it does not colour what you saw."
            ),
            school=school,
            labels=", ".join(sorted(labels)[:LISTED]),
        )


def unapproved(study: str) -> Mapping[str, Collection[str]]:
    """Return by school the labels of what the visitor observed there and is not approved."""
    member = g.visitor.member(study)
    found: dict[str, set[str]] = {}
    if member:
        for each in context().catalogue.look(study).values.values():
            if each.observer == member and each.begun and each.state != APPROVED:
                found.setdefault(each.school, set()).add(each.label)
    return found


def refuse_blind(study: str, school: str = "") -> None:
    """Raise Blind where the visitor may not see yet what was said at this school, or at any."""
    for code, labels in sorted(unapproved(study).items()):
        if school in ("", code):
            raise Blind(code, labels)
