"""The schedule itself: *Vraag* and *Observatie*, as in the appendix."""

from __future__ import annotations

from observation.core.errors import N_
from observation.export.answers import ShownAnswer, shown_answers

from .layout import Block, Cell, Gap, Row, Rule, Stack
from .style import BODY, INK, LABEL, QUESTION, STROKE
from .text import Text, line_width
from .words import DASH, Words

LEAST = 5 * BODY.leading  # an answer that is no higher stays in one piece


def schedule(words: Words) -> Block:
    """Return every question with its answer; long ones run on, with the question again."""
    head = Row(
        [
            Cell(Text(words.say(N_("Question")), BODY.but(bold=True)), QUESTION),
            Cell(Text(words.say(N_("Observation")), BODY.but(bold=True))),
        ]
    )
    rows = [
        Row(
            [
                Cell(Text(words.of(answer.question.name), BODY), QUESTION),
                Cell(_answer(words, answer)),
            ],
            above=3,
            below=3,
            rule=Rule() if number else None,
            whole=LEAST,
            repeat=True,
        )
        for number, answer in enumerate(shown_answers(words.record, words.language))
    ]
    return Stack(rows, Stack([head, Gap(2), Rule(STROKE, INK)]))


def _answer(words: Words, answer: ShownAnswer) -> Block:
    """Return what stands under a question; that it is a draft, or a conflict, stands above it."""
    body = BODY.but(hang=line_width("00:00 ", BODY))  # text under text, not under its time
    if len(answer.texts) > 1:
        items: list[Block] = [
            Row([Cell(Text(f"{number}", MARK), 8), Cell(Text(text.strip() or DASH, body))], 4)
            for number, text in enumerate(answer.texts, 1)
        ]
        return Stack(items, Text(words.say(CONFLICT), MARK))
    text = answer.texts[0].strip()
    if not text:
        return Text(DASH, BODY)
    draft = Text(words.say(DRAFT), MARK) if answer.draft else None
    return Stack([Text(text, body)], draft)


MARK = LABEL.but(bold=True)
DRAFT = N_("Draft from the log, not taken over")
CONFLICT = N_("Texts that contradict each other; all are shown.")
