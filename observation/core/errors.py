"""What the core refuses, and why: sentences that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


def N_(sentence: str) -> str:
    """Return the sentence unchanged, marked for the catalogues of translations."""
    return sentence


class Refused(ValueError):
    """Input that cannot be used as it is; the text is a sentence for the person who gave it.

    `sentence` is an English template with `%(name)s` places and `values` fills them, so that the
    edge can translate it; `str()` is the filled English sentence. `field` is the name of the one that it
    is about, where somebody filled in a form, else empty.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values
        self.field = ""

    def at(self, field: str) -> Self:
        """Return this, about the field of that name."""
        self.field = field
        return self


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Why an event that was kept is not used, or needs a person to look; `event` is its id.

    Like Refused a template with its values, but a value itself: folds hold and compare it.
    """

    event: str
    sentence: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, event: str, sentence: str, **values: object) -> Problem:
        """Return the problem with its values as text."""
        return cls(event, sentence, tuple((name, str(value)) for name, value in values.items()))

    def __str__(self) -> str:
        return self.sentence % dict(self.values)
