"""What is chosen of a triangulation by an address: which sessions count, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from observation.core.cells import Period, Settings
from observation.core.errors import N_, Refused

from .area import Area
from .screens import context


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address asks for: empty is everything; `page` counts from 1.

    `phase` narrows to what was seen in it and changes no verdict; `role` is of whose claims verdicts are.
    """

    group: str = ""
    phase: str = ""
    role: str = ""
    period: str = ""
    approved: bool = False
    strict: bool = False
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Choice:
        """Read the choice from an address's arguments; what makes no sense there is left out."""
        page = given.get("page", "")
        return cls(
            given.get("group", ""),
            given.get("phase", ""),
            given.get("role", ""),
            given.get("period", ""),
            bool(given.get("approved")),
            bool(given.get("strict")),
            max(1, int(page)) if page.isdecimal() and len(page) < 9 else 1,
        )

    def settings(self, area: Area) -> Settings:
        """Return what the engine is to count; a period that the study does not have is the whole."""
        slot = area.study.periods.get(self.period)
        period = Period()
        if slot:
            period = Period(self.period, slot.value["from"], slot.value["until"])
        settings = Settings(period=period, approved_only=self.approved, strict=self.strict)
        return context().catalogue.heeding_observers(area.id, settings)

    def address(self, **other: object) -> dict[str, object]:
        """Return the arguments of an address of the same choice, but for these."""
        own = {
            "group": self.group,
            "phase": self.phase,
            "role": self.role,
            "period": self.period,
            "approved": "1" if self.approved else "",
            "strict": "1" if self.strict else "",
            "study": request.args.get("study", ""),
        }
        return {name: value for name, value in (own | other).items() if value}


def name_damaged(found: Area) -> None:
    """Name in `damaged` what cannot be read; while much is still to be read say how far that is."""
    for look in context().catalogue.evidence.look(found.id):
        found.damaged.extend(look.damaged.values())
        if look.missing:
            found.damaged.append(
                Refused(
                    N_(
                        "%(read)s of %(number)s records are read; the verdicts here are of these. Open the page again in a minute."
                    ),
                    read=len(look.values),
                    number=len(look.values) + look.missing,
                )
            )
