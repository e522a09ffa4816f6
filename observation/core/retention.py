"""How long the records of a study may be kept, and when that is over; nothing is erased by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .registers import Study

SOON = 30  # days before the end from which it is said


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when records may be kept (YYYY-MM-DD, that day included), by what letter or plan, and how many days are left."""

    until: str
    text: str
    left: int

    @property
    def over(self) -> bool:
        """Whether they should have been erased."""
        return self.left < 0

    @property
    def due(self) -> bool:
        """Whether somebody has to do something: it is over, or will be within 30 days."""
        return self.left <= SOON


def retention_of(study: Study, today: date) -> Retention | None:
    """Return how long the study's records may be kept, or None where nobody said so.

    Of several dates that stand beside each other the first counts: no promise is broken by it.
    """
    if study.retention is None:
        return None
    said = min(study.retention.values, key=lambda each: str(each["until"]))
    left = date.fromisoformat(str(said["until"])) - today
    return Retention(str(said["until"]), str(said.get("text", "")), left.days)
