"""The look of every print: type scale, colours and measures. All lengths are in points (1/72 inch)."""

from __future__ import annotations

from dataclasses import dataclass, replace

Colour = tuple[float, float, float]  # red, green, blue, each 0 to 1


def colour(hexadecimal: str) -> Colour:
    """Return the colour of six hexadecimal digits, `1f2326`."""
    red, green, blue = (int(hexadecimal[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; `hang` indents what follows the first line of a line that begins so."""

    size: float
    leading: float
    colour: Colour
    bold: bool = False
    italic: bool = False
    right: bool = False
    hang: float = 0.0

    def but(self, **changes: object) -> Style:
        """Return this style with other values for some of its fields."""
        return replace(self, **changes)  # type: ignore[arg-type]


PAGE = (595.2756, 841.8898)  # A4
MARGIN = 45.0  # left and right
TOP = 36.0
BOTTOM = 45.0  # the footer stands in it
FOOTER = 25.0  # its baseline, from the edge
WIDTH = PAGE[0] - 2 * MARGIN
GUTTER = 14.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A page and its margins; the foot stands in the lower one, its last baseline at `footer`."""

    size: tuple[float, float] = PAGE
    margin: float = MARGIN
    top: float = TOP
    bottom: float = BOTTOM
    footer: float = FOOTER

    @property
    def width(self) -> float:
        return self.size[0] - 2 * self.margin

    @property
    def height(self) -> float:
        return self.size[1] - self.top - self.bottom


PORTRAIT = Paper()
MM = 72 / 25.4
LANDSCAPE = Paper((PAGE[1], PAGE[0]), margin=12 * MM, top=30.0, footer=22.0)

QUESTION = 146.0  # the left column of the schedule

INK = colour("1f2326")
MUTED = colour("596164")  # 6.3 to 1 on white
LINE = colour("d5d2ca")
WRITE = colour("a9a69d")  # lines to write on
WHITE = colour("ffffff")
BAND = colour("e9e6de")  # behind a heading that runs over the page
TINT = colour("f4f2ec")  # behind the column that is read first

# Phases in blues, in the instrument's order; after the last one they begin again.
PHASES = (colour("cfe3f3"), colour("8fbfe3"), colour("4e93c8"), colour("b9c6d2"))
# The role that leads schools first, then the other roles in the instrument's order; from one to the
# next they differ in lightness too, for printers without colour.
LEADING_ROLE = colour("bd5200")
ROLES = (colour("5b2f6b"), colour("e2a6c6"), colour("4db592"), colour("f0c84a"), colour("8ccbf0"))

TITLE = Style(24, 27, INK, bold=True)
SUBTITLE = Style(10, 13, MUTED)
BODY = Style(10, 12.7, INK)
STRONG = BODY.but(bold=True)
SMALL = Style(8.5, 10.9, INK)
SMALL_STRONG = SMALL.but(bold=True)
SMALL_MUTED = SMALL.but(colour=MUTED)
LABEL = Style(8, 10.2, MUTED)
FOOT = Style(8, 10.2, MUTED)

HAIR = 0.5
STROKE = 1.1
