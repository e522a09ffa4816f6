"""Where a print comes from: who observed, with what, and whether the record is sound."""

from __future__ import annotations

from collections.abc import Iterator

from observation.core.clock import ClockStep
from observation.core.errors import N_
from observation.core.format import clock
from observation.export.small_groups import of_record_line

from .layout import Block, Cell, Gap, Row, Rule, Stack
from .style import INK, LABEL, SMALL_STRONG, STROKE
from .text import Span, Text
from .words import DASH, Words

NAMES = 58.0
NO_JUDGEMENT = N_("Pseudonyms; no judgement of persons.")
STEPS = {
    "slept": N_("The tablet slept: %(counted)s counted, %(wall)s by its clock."),
    "reloaded": N_("The page was opened anew: %(counted)s counted, %(wall)s by its clock."),
    "clock-changed": N_("The clock was changed: %(counted)s counted, %(wall)s by its clock."),
}


def provenance(words: Words) -> Block:
    """Return the origin of the record, then every problem and every step of the clock."""
    lines: list[Block] = [Text("\xa0· ".join(origin(words)), LABEL)]
    small = of_record_line(words.record, words.language)
    lines += [Text(small, LABEL)] if small else []
    lines += [Text(list(each), LABEL.but(colour=INK)) for each in _flaws(words)]
    title = Text(words.say(N_("Provenance")), SMALL_STRONG)
    rows = Row([Cell(title, NAMES), Cell(Stack(lines, gap=2))], 8, repeat=True)
    return Stack([rows], Stack([Rule(STROKE, INK), Gap(4)]))


def edition(words: Words) -> str:
    """Return the instrument's title, version and the beginning of its digest."""
    instrument = words.instrument
    return f"{words.of(instrument.title)} {instrument.version} ({instrument.digest[:8]})"


def origin(words: Words) -> Iterator[str]:
    """Yield where the record comes from, in a few words each."""
    record, observation = words.record, words.observation
    observer = observation.header.get("observer")
    named = " / ".join(dict.fromkeys(observer.values)) if observer else DASH
    yield words.say(N_("observer %(observer)s"), observer=named)
    yield edition(words)
    yield words.say(N_("%(number)s events"), number=record.events)
    if record.received:
        yield words.say(N_("received %(time)s"), time=words.moment(record.received))
    yield words.say(N_("data %(stamp)s"), stamp=record.stamp)
    threshold = words.instrument.leading_seconds
    yield words.say(N_("leads from %(seconds)s s"), seconds=threshold)
    yield words.say(NO_JUDGEMENT)


def _flaws(words: Words) -> Iterator[list[str | Span]]:
    observation = words.observation
    times = {entry.event.id: entry.time for entry in observation.log}
    for problem in observation.problems:
        sentence = words.translate(problem.sentence) % dict(problem.values)
        yield [*_at(times.get(problem.event)), sentence]
    for step in observation.steps:
        yield [*_at(times.get(step.event)), _step(words, step)]


def _at(time: int | None) -> Iterator[Span]:
    if time is not None and time >= 0:
        yield Span(f"{clock(time)} ", bold=True)


def _step(words: Words, step: ClockStep) -> str:
    sign = "-" if step.wall < 0 else ""
    wall = f"{sign}{clock(abs(step.wall))}"
    if step.cause not in STEPS:
        return f"{step.cause}: {clock(step.counted)}, {wall}"
    return words.say(STEPS[step.cause], counted=clock(step.counted), wall=wall)
