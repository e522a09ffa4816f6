"""The timeline of a session as bands: phases, who leads, interruptions, and when behaviour was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from observation.core.errors import N_
from observation.core.records import NOBODY, NOT_RECORDED, Interval

from .layout import Block
from .style import (
    HAIR,
    INK,
    LABEL,
    LEADING_ROLE,
    LINE,
    MUTED,
    PHASES,
    ROLES,
    SMALL,
    WHITE,
    Colour,
)
from .text import draw_line, line_width, printable
from .words import Words

NAMES = 66.0  # width of the bands' names
BAND = 17.0
STRIP = 9.0
GAP = 4.0
AXIS = 13.0
HATCH = 3.6  # between two lines of hatching
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 960, 1920)  # minutes between numbers
TIGHTEST = 26.0  # points between two numbers of the axis


@dataclass(frozen=True, slots=True)
class Look:
    """How a stretch is filled: a colour, with or without hatching; None is only its outline."""

    fill: Colour | None = None
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Swatch:
    """A small sample of a look, beside its name in a table."""

    look: Look
    leading: float

    def height(self, width: float) -> float:
        return self.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        size = 7.0
        draw_box(canvas, x, top - (self.leading + size) / 2, width, size, self.look)


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The bands of one observation over its minutes."""

    words: Words

    def height(self, width: float) -> float:
        bands = 2 * (BAND + GAP) + STRIP + GAP + AXIS
        return bands + (STRIP + GAP if self.words.observation.interruptions else 0.0)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        words, observation = self.words, self.words.observation
        scale = _Scale(x + NAMES, width - NAMES, max(observation.end, 1))
        lowest = top - self.height(width) + AXIS
        _axis(canvas, scale, top, lowest)
        phases = [(i, words.phase(i.value), phase_look(words, i.value)) for i in observation.phases]
        leads = [(i, words.leader(i.value), lead_look(words, i.value)) for i in observation.leads]
        for name, band in ((N_("Phase"), phases), (N_("Lead"), leads)):
            _name(canvas, x, top - BAND / 2, words.say(name))
            for interval, label, look in band:
                _stretch(canvas, scale, interval, top, label, look)
            top -= BAND + GAP
        if observation.interruptions:
            _name(canvas, x, top - STRIP / 2, words.say(N_("Interruption")))
            for interval in observation.interruptions:
                left, size = scale.span(interval)
                draw_box(canvas, left, top - STRIP, size, STRIP, INTERRUPTION)
            top -= STRIP + GAP
        _name(canvas, x, top - STRIP / 2, words.say(N_("Seen")))
        _name(canvas, x, lowest - 8.6, words.say(N_("minutes")))
        canvas.setFillColorRGB(*INK)
        for time in sorted(set(_sightings(words))):
            canvas.circle(scale.at(time), top - STRIP / 2, 2, stroke=0, fill=1)


INTERRUPTION = Look(fill=INK)
_NOT_RECORDED = Look(hatched=True)
_NOBODY = Look()


def phase_look(words: Words, phase: str) -> Look:
    """Return the look of a phase, by its place in the instrument."""
    if phase == NOT_RECORDED:
        return _NOT_RECORDED
    known = [item.id for item in words.instrument.phases]
    return Look(PHASES[known.index(phase) % len(PHASES)] if phase in known else LINE)


def lead_look(words: Words, code: str) -> Look:
    """Return the look of who leads, by role; nobody and not recorded have looks of their own."""
    if code in (NOBODY, NOT_RECORDED):
        return _NOBODY if code == NOBODY else _NOT_RECORDED
    person = words.observation.person(code)
    return role_look(words, person.role if person else "")


def role_look(words: Words, role: str) -> Look:
    """Return the look of a role."""
    if role == words.instrument.leading_role:
        return Look(LEADING_ROLE)
    others = [
        each.id for each in words.instrument.roles if each.id != words.instrument.leading_role
    ]
    return Look(ROLES[others.index(role) % len(ROLES)] if role in others else MUTED)


def draw_box(canvas: Any, x: float, bottom: float, width: float, height: float, look: Look) -> None:
    """Draw a rectangle in a look."""
    if look.fill is not None:
        canvas.setFillColorRGB(*look.fill)
        canvas.rect(x, bottom, width, height, stroke=0, fill=1)
        return
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(x, bottom, width, height)
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.setFillColorRGB(*WHITE)
    canvas.rect(x, bottom, width, height, stroke=0, fill=1)
    canvas.setStrokeColorRGB(*MUTED)
    if look.hatched:
        canvas.setLineWidth(0.5)
        for step in range(int((width + height) / HATCH) + 2):
            start = x - height + step * HATCH
            canvas.line(start, bottom, start + height, bottom + height)
    canvas.setLineWidth(1.2)  # half of it is clipped off
    canvas.rect(x, bottom, width, height, stroke=1, fill=0)
    canvas.restoreState()


@dataclass(frozen=True, slots=True)
class _Scale:
    left: float
    width: float
    end: int

    def at(self, time: int) -> float:
        return self.left + self.width * min(max(time, 0), self.end) / self.end

    def span(self, interval: Interval) -> tuple[float, float]:
        """Where a stretch begins and how wide it is; a point of white parts it from the next."""
        left, right = self.at(interval.start), self.at(interval.end)
        return left, max(right - left - (1.0 if interval.end < self.end else 0.0), 0.6)


def _axis(canvas: Any, scale: _Scale, top: float, bottom: float) -> None:
    minutes = scale.end / 60_000
    step = next((s for s in STEPS if scale.width * s / max(minutes, 1e-9) >= TIGHTEST), STEPS[-1])
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(HAIR)
    canvas.line(scale.left, bottom, scale.left + scale.width, bottom)
    for minute in range(int(minutes) + 1):
        x = scale.at(minute * 60_000)
        numbered = minute % step == 0
        if step <= 60 or numbered:
            canvas.line(x, bottom, x, bottom - (3.5 if numbered else 2))
        if numbered:
            canvas.line(x, bottom, x, top)
            label = str(minute)
            draw_line(canvas, x - line_width(label, LABEL) / 2, bottom - 11.5, label, LABEL)


def _name(canvas: Any, x: float, middle: float, name: str) -> None:
    draw_line(canvas, x, middle - 0.36 * LABEL.size, name, LABEL)


def _stretch(
    canvas: Any, scale: _Scale, interval: Interval, top: float, label: str, look: Look
) -> None:
    left, size = scale.span(interval)
    draw_box(canvas, left, top - BAND, size, BAND, look)
    style = SMALL.but(bold=True, colour=_on(look.fill))
    label = " ".join(printable(label).split())
    wide = line_width(label, style)
    if wide + 8 > size:
        return
    baseline = top - BAND / 2 - 0.36 * style.size
    if look.hatched:
        canvas.setFillColorRGB(*WHITE)
        canvas.rect(left + 2.5, top - BAND + 2.5, wide + 5, BAND - 5, stroke=0, fill=1)
    draw_line(canvas, left + 5, baseline, label, style)


def _on(fill: Colour | None) -> Colour:
    """Ink or white, whichever is seen best on the colour."""
    if fill is None:
        return INK
    red, green, blue = fill
    return WHITE if 0.3 * red + 0.59 * green + 0.11 * blue < 0.52 else INK


def _sightings(words: Words) -> Iterator[int]:
    """When the observer saw any behaviour; what the log says of people stands in the bands."""
    for judgement in words.observation.judgements:
        if judgement.source == "observer":
            yield from (s.time for s in judgement.sightings if s.time is not None)
