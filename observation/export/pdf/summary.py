"""The summary of one observation: two A4 pages for an ordinary session, more for long answers."""

from __future__ import annotations

from collections.abc import Iterator

from observation.core.errors import N_
from observation.core.records import Record
from observation.export.answers import shown_answers

from .behaviours import behaviours
from .facts import facts
from .header import header
from .layout import Block, Cell, Gap, Row, Stack
from .notes import afterwards, board, notes
from .page import AtFoot, Document, Marked, render
from .provenance import NO_JUDGEMENT, provenance
from .ribbon import Ribbon
from .schedule import schedule
from .text import printable
from .words import Words

SPACE = 10.0  # between the parts


def observation_summary(record: Record, language: str) -> bytes:
    """Return the observation as a PDF in this language; the same record gives the same bytes."""
    words = Words(record, language)
    label = printable(record.observation.label)
    page = words.say(N_("page %(page)s of %(pages)s"))
    stamp = words.say(N_("data %(stamp)s"), stamp=record.stamp)
    document = Document(
        title=f"{label} · {words.of(words.instrument.title)}",
        subject=words.say(N_("Summary of an observation")),
        language=language,
        page=page,
        foot=f"{label} · {stamp} · {words.say(NO_JUDGEMENT)}",
    )
    return render(list(_blocks(words)), document)


def _blocks(words: Words) -> Iterator[Block]:
    record = words.record
    yield header(words)
    yield Gap(SPACE)
    yield Marked(Ribbon(words), words.say(N_("Timeline")))
    yield Gap(8)
    yield from facts(words)
    yield Gap(SPACE)
    yield Marked(schedule(words), words.say(N_("Schedule")))
    yield Gap(SPACE)
    yield _coded(words)
    told = [text for answer in shown_answers(record, words.language) for text in answer.texts]
    listed = notes(words, told)
    if listed:
        yield Gap(SPACE)
        yield Marked(listed, words.say(N_("Notes and marks")))
    yield Gap(SPACE)
    yield AtFoot(Marked(provenance(words), words.say(N_("Provenance"))))


def _coded(words: Words) -> Block:
    """The first table of behaviours; beside it the others, the board and what was asked after."""
    (title, first), *others = behaviours(words)
    right: list[Block] = [Marked(block, name) for name, block in others]
    for block in (board(words), *afterwards(words)):
        right += [Gap(6), block]
    return Row([Cell(Marked(first, title)), Cell(Stack(right))], gutter=22)
