"""What stands beside the schedule: the board's counts, what was asked afterwards, and all notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from observation.core.errors import N_
from observation.core.format import clock
from observation.core.instrument import AfterQuestion
from observation.core.records import Answer, Note, Slot

from .layout import Block, Cell, Columns, Gap, Row, section
from .style import MUTED, SMALL, SMALL_MUTED, SMALL_STRONG
from .text import Span, Text
from .words import DASH, Words

TIME = 28.0
NUMBER = 30.0
NOT_FILLED_IN = N_("not filled in")
CONTRADICTION = N_("contradiction")
OR = N_("or")
AFTER = N_("after the end")


def board(words: Words) -> Block:
    """Return what was counted on the board, and what was not counted."""
    counts = words.observation.board
    names = {counter.id: words.of(counter.name) for counter in words.instrument.board}
    counted = [*(c for c in names if c in counts), *(c for c in counts if c not in names)]
    rows: list[Block] = [Gap(2)]
    for counter in counted:
        number = Text(str(counts[counter]), SMALL_STRONG.but(right=True))
        rows.append(Row([Cell(Text(names.get(counter, counter), SMALL)), Cell(number, NUMBER)]))
    blank = [words.of(each.short) for each in words.instrument.board if each.id not in counts]
    if blank:
        said = words.say(N_("not counted: %(names)s"), names="; ".join(blank))
        rows.append(Text(said, SMALL_MUTED))
    return section(words.say(N_("Board")), rows, gap=1)


def afterwards(words: Words) -> Iterator[Block]:
    """Yield what was answered after the session; what is no evidence stands apart and says so."""
    answers = words.observation.answers
    asked = [question for question in words.instrument.afterwards if question.evidence]
    given: list[Block] = [Gap(2)]
    for question in asked:
        if question.id in answers:
            given.append(_asked(words, question, answers[question.id]))
    blank = [words.of(question.name) for question in asked if question.id not in answers]
    if blank:
        given.append(Text(f"{words.say(NOT_FILLED_IN)}: {' '.join(blank)}", SMALL_MUTED))
    known = {q.id for q in (*words.instrument.questions, *words.instrument.afterwards)}
    for id, slot in answers.items():
        if id not in known:
            given.append(Text([Span(f"{id} ", colour=MUTED), _all(words, slot)], SMALL))
    yield section(words.say(N_("After the session")), given, gap=1)
    apart = [q for q in words.instrument.afterwards if not q.evidence and q.id in answers]
    if apart:
        rows = [_asked(words, question, answers[question.id]) for question in apart]
        yield section(words.say(N_("Kept apart: not evidence")), [Gap(2), *rows], gap=1)


def _asked(words: Words, question: AfterQuestion, slot: Slot[Answer]) -> Block:
    name = Span(f"{words.of(question.name)} ", colour=MUTED)
    return Text([name, _answered(words, question, slot)], SMALL)


def _answered(words: Words, question: AfterQuestion, slot: Slot[Answer]) -> str:
    texts = []
    for answer in slot.values:
        choice = words.named(question.choices, answer.choice) if answer.choice else ""
        text = _day(words, answer.text) if question.kind == "date" else answer.text.strip()
        texts.append("; ".join(filter(None, (choice, text))) or DASH)
    return _together(words, texts)


def _all(words: Words, slot: Slot[Answer]) -> str:
    return _together(words, [" ".join((a.choice, a.text)).strip() or DASH for a in slot.values])


def _together(words: Words, texts: Sequence[str]) -> str:
    """Texts that contradict each other stand beside each other and say so."""
    different = list(dict.fromkeys(texts))
    if len(different) == 1:
        return different[0]
    return f"{' / '.join(different)} ({words.say(CONTRADICTION)})"


def _day(words: Words, text: str) -> str:
    try:
        return words.day(date.fromisoformat(text))
    except ValueError:
        return text


def notes(words: Words, told: Sequence[str]) -> Block | None:
    """Return the notes and marks in order, in two columns, or None when there are none.

    A plain note that stands word for word among the texts that are `told` already is only counted.
    """
    listed: list[tuple[int | None, Block]] = []
    elsewhere = 0
    for note in words.observation.notes:
        if _is_told(words, note, told):
            elsewhere += 1
        else:
            listed.append((note.time, _note(words, note)))
    for entry in words.observation.marks:
        text = str(entry.event.data.get("text", "")).strip()
        spans: list[str | Span] = [Span(words.say(N_("mark")), bold=True), f" {text}"]
        listed.append((entry.time, _timed(words, entry.time, spans)))
    listed.sort(key=lambda each: (each[0] is None, each[0] or 0))
    if not listed and not elsewhere:
        return None
    more = ""
    if elsewhere:
        more = words.say(N_("word for word in the answers above: %(number)s"), number=elsewhere)
    columns = Columns([block for _, block in listed], gap=1.5)
    items: list[Block] = [Gap(3), columns] if listed else []
    return section(words.say(N_("Notes and marks")), items, more=more)


def _is_told(words: Words, note: Note, told: Sequence[str]) -> bool:
    """Whether a plain note stands among the texts as a draft writes it: with its time, or alone."""
    content = note.content.value
    text = content.text.strip()
    if content.kind != words.instrument.note_kinds[0].id or note.content.conflict or not text:
        return False
    when = "" if note.time is None else clock(note.time)
    forms = (f"{when} {text}", f"{text} ({when})") if when else ()
    return any(text == each.strip() or any(form in each for form in forms) for each in told) or any(
        text == line.strip() for each in told for line in each.split("\n")
    )


def _note(words: Words, note: Note) -> Block:
    spans: list[str | Span] = []
    for number, content in enumerate(dict.fromkeys(note.content.values)):
        if number:
            spans.append(Span(f"\n{words.say(OR)}: ", bold=True))
        if content.kind != words.instrument.note_kinds[0].id:
            kind = words.named(words.instrument.note_kinds, content.kind)
            spans.append(Span(f"{kind}: ", bold=True))
        spans.append(content.text.strip() or DASH)
        about = [words.named(words.instrument.tags, tag) for tag in content.tags]
        about += [note.person] if note.person else []
        spans.append(Span(f" {' · '.join(about)}", colour=MUTED))
    if note.content.conflict:
        spans.append(Span(f" ({words.say(CONTRADICTION)})", bold=True))
    return _timed(words, note.time, spans)


def _timed(words: Words, time: int | None, spans: Sequence[str | Span]) -> Block:
    observation = words.observation
    late = time is not None and observation.ended and time > observation.end
    after = [Span(f" ({words.say(AFTER)})", colour=MUTED)] if late else []
    when = DASH if time is None else clock(time)
    return Row([Cell(Text(when, SMALL_MUTED), TIME), Cell(Text([*spans, *after], SMALL))], 5)
