"""The head of a summary: what, where, when, by whom, and what a reader must know before reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from observation.core.errors import N_
from observation.core.events import local_time
from observation.core.format import clock
from observation.core.records import Observation
from observation.core.review import STATES

from .layout import Block, Cell, Gap, Row, Rule, Stack
from .style import BODY, HAIR, INK, LABEL, SMALL, STROKE, SUBTITLE, TITLE, WHITE, WIDTH
from .text import Span, Text, draw_line, line_width
from .words import DASH, Words

SETTLED = ("finished", "approved")  # the states of review that ask for nothing
SO_FAR = N_("so far")
FIELDS = (96.0, 124.0, 155.0, 88.0)  # widths of the columns of fields
NAMES = {
    "label": N_("Observation"),
    "school": N_("School"),
    "unit": N_("Unit"),
    "place": N_("Place"),
    "observer": N_("Observer"),
}


def header(words: Words) -> Block:
    """Return the title, the header fields of the schedule and what must be known of the record."""
    observation = words.observation
    state = observation.review.state
    chip = _Chip(words.say(STATES[state]), filled=state not in SETTLED)
    blocks: list[Block] = [
        Row([Cell(_title(words)), Cell(chip, 110)]),
        Gap(4),
        Rule(STROKE, INK),
        Gap(5),
        _fields(words),
    ]
    notices: list[Block] = [_Notice(Text(spans, SMALL)) for spans in _notices(words)]
    if notices:
        blocks += [Gap(7), Stack(notices, gap=3)]
    return Stack(blocks)


def _title(words: Words) -> Block:
    """The label and, beside it where there is room, what this is."""
    label = Text(words.observation.label, TITLE)
    what = Text(words.of(words.instrument.title), SUBTITLE)
    wide = line_width(words.observation.label, TITLE) + 1
    if wide > WIDTH / 2:
        return Stack([label, what])
    # On one baseline, where the letters stand.
    lower = Stack(
        [Gap((TITLE.leading - SUBTITLE.leading + 0.7 * (TITLE.size - SUBTITLE.size)) / 2), what]
    )
    return Row([Cell(label, wide), Cell(lower)], gutter=9)


def begin_and_end(observation: Observation) -> tuple[datetime | None, datetime | None]:
    """Return when the session began and ended by the wall clock there; None for what is not known."""
    if observation.begun is None:
        return None, None
    zone = str(observation.begun.data.get("moment", observation.begun.at))
    begin = local_time(observation.start, zone)
    end = local_time(observation.start + observation.end, zone)
    return begin, end if observation.ended else None


def _fields(words: Words) -> Block:
    observation = words.observation
    begin, end = begin_and_end(observation)
    values = {
        "observation": _field(words, "label"),
        "location": _field(words, "place"),
        "date": words.day(begin.date()) if begin else DASH,
        "duration": clock(observation.end) + ("" if observation.ended else f" {words.say(SO_FAR)}"),
    }
    hours = f"{begin:%H:%M}–{f'{end:%H:%M}' if end else '…'}" if begin else DASH
    fields = [(words.of(item.name), values.get(item.id, DASH)) for item in words.instrument.header]
    fields += [(words.say(NAMES[name]), _field(words, name)) for name in ("school", "unit")]
    fields += [(words.say(NAMES["observer"]), _field(words, "observer"))]
    fields += [(words.say(N_("Begin and end")), hours)]
    blocks = [Stack([Text(name, LABEL), Text(value, BODY)]) for name, value in fields]
    rows = [
        Row([Cell(b, w) for b, w in zip(blocks[start:], FIELDS, strict=False)])
        for start in range(0, len(blocks), len(FIELDS))
    ]
    return Stack(rows, gap=4)


def _field(words: Words, name: str) -> str:
    """A field's value; values that stand beside each other all show."""
    slot = words.observation.header.get(name)
    if slot is None:
        return words.observation.label if name == "label" else DASH
    return " / ".join(dict.fromkeys(value or DASH for value in slot.values))


def _notices(words: Words) -> Iterator[list[str | Span]]:
    observation = words.observation
    if not observation.ended:
        yield _notice(
            words,
            N_("The session has not been ended."),
            N_("Times run to the last moment that is known."),
        )
    if not observation.finished:
        yield _notice(
            words, N_("Draft."), N_("The observer has not finished working out this record.")
        )
    elif observation.review.state == "edited":
        yield _notice(
            words,
            N_("Edited."),
            N_("Something was added or changed since it was finished or approved."),
        )
    if observation.from_paper:
        yield _notice(
            words,
            N_("Typed in from paper."),
            N_("The start and every time were set by hand afterwards."),
        )
    running = observation.begun.data.get("already-running", 0) if observation.begun else 0
    if running:
        yield _notice(
            words,
            N_("The session was already under way."),
            N_("What came before this record began was not observed."),
        )
    if not words.record.pinned:
        yield _notice(
            words,
            N_("The version of the instrument of this observation is not known here."),
            N_("It is shown with the version named at the end."),
        )
    conflicts = [name for name, slot in observation.header.items() if slot.conflict]
    if conflicts:
        names = ", ".join(words.say(NAMES[name]) if name in NAMES else name for name in conflicts)
        yield [
            Span(words.say(N_("Contradiction in the header.")), bold=True),
            " ",
            words.say(N_("Several values stand beside each other: %(names)s."), names=names),
        ]


def _notice(words: Words, what: str, more: str) -> list[str | Span]:
    return [Span(words.say(what), bold=True), f" {words.say(more)}"]


@dataclass(frozen=True, slots=True)
class _Notice:
    text: Text

    def height(self, width: float) -> float:
        return self.text.height(width - 9)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        parts = self.text.split(width - 9, room)
        return parts and (_Notice(parts[0]), _Notice(parts[1]))

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        canvas.setFillColorRGB(*INK)
        canvas.rect(x, top - self.height(width) + 1, 2.4, self.height(width) - 2, stroke=0, fill=1)
        self.text.draw(canvas, x + 9, top, width - 9)


@dataclass(frozen=True, slots=True)
class _Chip:
    """A word in a box at the right; filled when it asks for attention."""

    word: str
    filled: bool

    def height(self, width: float) -> float:
        return TITLE.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        style = BODY.but(bold=True, colour=WHITE if self.filled else INK)
        wide, high = line_width(self.word, style) + 14, 17.0
        left, bottom = x + width - wide, top - (TITLE.leading + high) / 2
        canvas.setFillColorRGB(*INK)
        canvas.setStrokeColorRGB(*INK)
        canvas.setLineWidth(2 * HAIR)
        canvas.roundRect(left, bottom, wide, high, 3, stroke=1, fill=int(self.filled))
        draw_line(canvas, left + 7, bottom + high / 2 - 0.36 * style.size, self.word, style)
