"""Charts as shapes that a page draws as SVG and a print on its canvas: one description of each.

Lengths are in pixels from the upper left corner, letters are 12 high; a print draws three quarters of it. No meaning is by colour
alone: what a shape is stands in it, beside it or in the table that goes with the chart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from observation.core.comparison import Led, Shown, Style
from observation.core.errors import N_
from observation.core.format import share
from observation.core.instrument import Instrument
from observation.core.records import NOBODY
from observation.core.saturation import BASE

from .verdict_words import AXES

Say = Callable[..., str]
DIRECTIONS = ("top-down", "bottom-up")
FOCI = ("task", "person")

WIDTH = 350.0  # what fits on a telephone
WIDEST = 620.0  # beside which a table still fits in print
LETTER = 6.6  # the width of a letter as a rule
ROW = 28.0
DROP = 4.0  # from the middle of a label to its baseline
MINUTE = 60_000  # ms


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `look` is how it is filled: a role, seen, not-seen, nothing, outside, frame, bar."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line; `look` is axis, grid or usual."""

    x: float
    y: float
    to_x: float
    to_y: float
    look: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose baseline is at `y`; `anchor` is start, middle or end, `look` plain, strong, soft or a role."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Chart:
    """Shapes in a frame, those that come later on top; `title` says what it shows."""

    title: str
    width: float
    height: float
    shapes: tuple[Box | Line | Dot | Label, ...]


def phase_chart(
    title: str, rows: Sequence[tuple[str, int | None, Sequence[int]]], longest: int
) -> Chart:
    """Return how long each phase took: a dot for each session, a mark for what is usual.

    A row is a phase's name, its usual length in seconds if known, and the lengths in ms; the axis runs
    to `longest` ms.
    """
    left, right, top = 82.0, 12.0, 6.0
    most = max(longest, 15 * MINUTE)
    wide, foot = WIDTH - left - right, top + ROW * len(rows)
    shapes: list[Box | Line | Dot | Label] = []

    def at(time: float) -> float:
        return left + wide * time / most

    step = next(s for s in (5, 10, 20, 60, 240, 1440) if most / MINUTE / s <= 8 or s == 1440)
    for minute in range(0, int(most // MINUTE) + 1, step):
        x = at(minute * MINUTE)
        shapes.append(Line(x, top, x, foot, "grid"))
        shapes.append(Label(x, foot + 15, str(minute), "middle", "soft"))
    for place, (name, usual, lengths) in enumerate(rows):
        middle = top + ROW * (place + 0.5)
        shapes.append(Label(0, middle + DROP, name))
        if usual:
            x = at(usual * 1000)
            shapes.append(Line(x, middle - 10, x, middle + 10, "usual"))
        shapes += _dots([at(length) for length in lengths], middle)
    shapes.append(Line(left, foot, left + wide, foot, "axis"))
    return Chart(title, WIDTH, foot + 20, tuple(shapes))


def lead_chart(
    title: str, rows: Sequence[tuple[str, Led]], instrument: Instrument, say: Say, language: str
) -> Chart:
    """Return which part of the time each role led: a bar for each row, of what was written down."""
    left, top, high = 82.0, 4.0, 20.0
    wide = WIDTH - left
    shapes: list[Box | Line | Dot | Label] = []
    for place, (name, led) in enumerate(rows):
        y = top + ROW * place
        shapes.append(Label(0, y + high / 2 + DROP, name))
        if not led.known:
            shapes.append(Label(left, y + high / 2 + DROP, say(N_("not recorded")), look="soft"))
        x = left
        for role, length in in_order(led.roles, instrument):
            part = wide * length / led.known
            shapes.append(Box(x, y, part, high, look_of(role, instrument)))
            words = short_of(role, instrument, say, language)
            part_of = share(length, led.known)
            for text in (f"{words} {part_of}", part_of):
                if len(text) * LETTER + 6 <= part:
                    baseline = y + high / 2 + DROP
                    look = look_of(role, instrument)
                    shapes.append(Label(x + part / 2, baseline, text, "middle", look))
                    break
            x += part
    return Chart(title, WIDTH, top + ROW * len(rows) - 4, tuple(shapes))


def axes_chart(title: str, styles: Sequence[Style], say: Say, language: str) -> Chart:
    """Return the two axes of leadership: direction across, focus down, in each corner a style.

    A square is a behaviour: filled was seen, open was looked for and not seen, dashed gave nothing
    to go by, crossed cannot show in a session. Beside them stands how many, of how many.
    """
    left, top, wide, high = 100.0, 20.0, (WIDTH - 100.0) / 2, 88.0
    shapes: list[Box | Line | Dot | Label] = []
    for column, name in enumerate(DIRECTIONS):
        x = left + wide * (column + 0.5)
        shapes.append(Label(x, 13, say(AXES[name]), "middle", "soft"))
    for row, name in enumerate(FOCI):
        for line, word in enumerate(say(AXES[name]).split(" ", 1)):
            y = top + high * (row + 0.5) + 14 * line
            shapes.append(Label(0, y, word, look="soft"))
    for style in styles:
        direction, focus = style.group.axes
        column, row = DIRECTIONS.index(direction), FOCI.index(focus)
        x, y = left + wide * column, top + high * row
        shapes.append(Box(x, y, wide, high, "frame"))
        shapes.append(Label(x + 8, y + 18, style.group.name[language], look="strong"))
        for place, shown in enumerate(style.behaviours):
            shapes += _square(shown, x + 8 + 20 * place, y + 28)
        told = say(N_("%(seen)s of %(judged)s seen"), seen=style.seen, judged=style.judged)
        of = say(N_("behaviours: %(number)s"), number=len(style.behaviours))
        shapes.append(Label(x + 8, y + 60, told))
        shapes.append(Label(x + 8, y + 77, of, look="soft"))
    return Chart(title, WIDTH, top + 2 * high + 1, tuple(shapes))


def saturation_chart(title: str, counts: Sequence[int]) -> Chart:
    """Return how many codes there are after each interview: a bar, with in it what is new in that interview.

    `counts` are the numbers of different codes after each interview; a line ends the base.
    """
    left, top, high = 30.0, 10.0, 110.0
    many = max(1, len(counts))
    step = min(max(18.0, (WIDTH - left) / many), 36.0, (WIDEST - left) / many)
    width = max(WIDTH, left + step * len(counts))
    apart = min(4.0, step / 4)
    named = next(n for n in (1, 5, 10, 50, 100, 500, many) if n * step >= 18.0 or n == many)
    most = max(counts, default=1) or 1
    foot = top + high
    shapes: list[Box | Line | Dot | Label] = []
    for number in sorted({0, most // 2, most}):
        y = foot - high * number / most
        shapes.append(Line(left, y, width, y, "grid"))
        shapes.append(Label(left - 4, y + DROP, str(number), "end", "soft"))
    before = 0
    for place, count in enumerate(counts):
        x = left + step * place + apart / 2
        old, new = (high * n / most for n in (before, count - before))
        shapes.append(Box(x, foot - old, step - apart, old, "bar"))
        shapes.append(Box(x, foot - old - new, step - apart, new, "seen"))
        if not (place + 1) % named:
            shapes.append(
                Label(left + step * (place + 0.5), foot + 15, str(place + 1), "middle", "soft")
            )
        before = count
    if len(counts) > BASE:
        x = left + step * BASE
        shapes.append(Line(x, top - 4, x, foot, "usual"))
    shapes.append(Line(left, foot, width, foot, "axis"))
    return Chart(title, width, foot + 20, tuple(shapes))


def in_order(roles: Mapping[str, int], instrument: Instrument) -> list[tuple[str, int]]:
    """Return roles with their lengths in the order of the instrument; others come last."""
    known = [role.id for role in instrument.roles]
    return sorted(
        roles.items(),
        key=lambda each: (known.index(each[0]) if each[0] in known else len(known), each[0]),
    )


def look_of(role: str, instrument: Instrument) -> str:
    """Return the look of a role: its place in the instrument."""
    if role == NOBODY:
        return NOBODY
    known = [each.id for each in instrument.roles]
    return f"role-{known.index(role) % 5 + 1}" if role in known else "unknown"


def short_of(role: str, instrument: Instrument, say: Say, language: str) -> str:
    """Return a role's short name; nobody and whoever is unknown have one too."""
    if role == NOBODY:
        return say(N_("nobody"))
    found = next((each for each in instrument.roles if each.id == role), None)
    return found.short[language] if found else say(N_("role unknown"))


def _dots(places: Sequence[float], middle: float) -> list[Box | Line | Dot | Label]:
    """A dot at each place, beside each other downwards where they would hide each other."""
    found: list[Box | Line | Dot | Label] = []
    taken: list[tuple[float, int]] = []
    for x in sorted(places):
        level = 0
        while any(abs(x - other) < 7 and level == used for other, used in taken):
            level += 1
        taken.append((x, level))
        found.append(Dot(x, middle + (0, -7, 7)[level % 3]))
    return found


def _square(shown: Shown, x: float, y: float) -> list[Box | Line | Dot | Label]:
    size = 14.0
    if not shown.observable:
        return [
            Box(x, y, size, size, "outside"),
            Line(x, y, x + size, y + size, "grid"),
            Line(x, y + size, x + size, y, "grid"),
        ]
    look = "seen" if shown.m else "not-seen" if shown.total else "nothing"
    return [Box(x, y, size, size, look)]
