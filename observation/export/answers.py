"""The schedule's answers as they are shown: the observer's own, or a draft from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from observation.core.instrument import Question
from observation.core.prefill import draft
from observation.core.records import Record
from observation.language import translator


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One question with what stands under it.

    `texts` holds one text, or several that conflict; `draft` says that it is a suggestion from the
    log that no observer took over.
    """

    question: Question
    texts: tuple[str, ...]
    draft: bool


def shown_answers(record: Record, language: str) -> Iterator[ShownAnswer]:
    """Yield every question of the schedule with its answer, in the schedule's order."""
    translate = translator(language)
    for question in record.instrument.questions:
        given = record.observation.answers.get(question.id)
        if given is not None:
            texts = dict.fromkeys(answer.text for answer in given.values)
            yield ShownAnswer(question, tuple(texts), draft=False)
        else:
            text = draft(question, record.observation, record.instrument, language, translate)
            yield ShownAnswer(question, (text,), draft=True)
