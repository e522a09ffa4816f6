"""What somebody who withdrew said, taken out of what others wrote down of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .interviews import Interview, heard
from .memos import Memo
from .registers import School

GONE = "[…]"  # in place of words of somebody who withdrew
LEAST = 3  # words of a claim: fewer are anybody's


@dataclass(frozen=True, slots=True)
class Withheld:
    """The words of claims that left with a consent, as they may stand in what researchers wrote."""

    words: re.Pattern[str] | None = None

    def out_of(self, text: str) -> str:
        """Return the text without these words. Who says it otherwise quotes what nobody can find."""
        return self.words.sub(GONE, text) if self.words else text

    def of_memos(self, memos: Iterable[Memo]) -> tuple[Memo, ...]:
        """Return the memos without these words."""
        return tuple(replace(memo, text=self.out_of(memo.text)) for memo in memos)

    def of_school(self, school: School) -> School:
        """Return the school whose rulings, memos and feedback are without these words, and without feedback of who withdrew."""
        return replace(
            school,
            rulings=tuple(
                replace(each, text=self.out_of(each.text), reason=self.out_of(each.reason))
                for each in school.rulings
            ),
            feedback=tuple(
                replace(each, text=self.out_of(each.text))
                for each in school.feedback
                if not (each.respondent and school.withdrawn(each.respondent))
            ),
            memos=self.of_memos(school.memos),
        )


def withheld(interviews: Iterable[Interview], schools: Iterable[School]) -> Withheld:
    """Return the words of all claims of these interviews that left because somebody at these schools withdrew."""
    interviews = list(interviews)
    stay = {(c.interview, c.id) for c in heard(interviews, schools).claims}
    texts = {
        said.text
        for interview in interviews
        for claim in interview.claims
        if (claim.interview, claim.id) not in stay
        for said in claim.said.values
    }
    phrases = [words for words in map(str.split, texts) if len(words) >= LEAST]
    phrases.sort(key=len, reverse=True)  # a longer one holds a shorter one
    if not phrases:
        return Withheld()
    patterns = (r"\s+".join(map(re.escape, words)) for words in phrases)
    return Withheld(re.compile("|".join(patterns), re.I))
