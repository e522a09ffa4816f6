"""Which of a study's observations a page lists: chosen by the address, in order, a hundred at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from observation.store.summary import Summary

PAGE = 100  # observations
LOOK = "needs-a-look"  # beside the states of review
BY_DATE = "date"
PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address asks for: empty is everything; `page` counts from 1."""

    school: str = ""
    observer: str = ""
    state: str = ""
    text: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Choice:
        """Read the choice from an address's arguments; what makes no sense there is left out."""
        page = given.get("page", "")
        return cls(
            given.get("school", ""),
            given.get("observer", ""),
            given.get("state", ""),
            given.get("text", "").strip(),
            BY_DATE if given.get("sort") == BY_DATE else "",
            int(page) if PAGE_NUMBER.fullmatch(page) else 1,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.school or self.observer or self.state or self.text)

    def takes(self, summary: Summary) -> bool:
        """Return whether the observation is among those that are asked for."""
        words = (summary.label, summary.school, summary.unit, summary.place, summary.observer)
        return (
            self.school in ("", summary.school)
            and self.observer in ("", summary.observer)
            and self.state in ("", shown_state(summary))
            and (not self.text or self.text.casefold() in "\n".join(words).casefold())
        )

    def address(self, page: int) -> dict[str, str | int]:
        """Return the arguments of the address of another page of the same."""
        own = {
            name: getattr(self, name) for name in ("school", "observer", "state", "text", "sort")
        }
        return {name: value for name, value in own.items() if value} | {"page": page}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of what was chosen, `first` to `last` of `found`, in groups by school (date: one group).

    `schools`, `observers` and `states` are what can be chosen.
    """

    choice: Choice
    groups: list[tuple[str, list[Summary]]]
    first: int
    last: int
    found: int
    total: int
    page: int
    pages: int
    schools: list[str]
    observers: list[str]
    states: list[str]

    @property
    def long(self) -> bool:
        """Whether there is more than fits on one page, so that choosing helps."""
        return self.total > PAGE


def listing(summaries: Iterable[Summary], choice: Choice) -> Listing:
    """Return the page that is asked for, or the last one there is."""
    every = list(summaries)
    found = [each for each in every if choice.takes(each)]
    if choice.sort == BY_DATE:
        found.sort(key=lambda each: (-each.start, each.label, each.stream))
    else:
        found.sort(key=lambda each: (each.school, each.label, each.stream))
    pages = max(1, -(-len(found) // PAGE))
    page = min(choice.page, pages)
    first = (page - 1) * PAGE
    shown = found[first : first + PAGE]
    by = groupby(shown, lambda each: "" if choice.sort == BY_DATE else each.school)
    return Listing(
        choice=choice,
        groups=[(school, list(group)) for school, group in by],
        first=first + 1 if shown else 0,
        last=first + len(shown),
        found=len(found),
        total=len(every),
        page=page,
        pages=pages,
        schools=sorted({each.school for each in every} - {""}),
        observers=sorted({each.observer for each in every} - {""}),
        states=[state for state in STATES if state in set(map(shown_state, every))],
    )


def shown_state(summary: Summary) -> str:
    """Return the state that a list shows: that of review, or that something needs a look."""
    return LOOK if summary.problems else summary.state


STATES = ("draft", "finished", "has-issues", "edited", "approved", LOOK)
