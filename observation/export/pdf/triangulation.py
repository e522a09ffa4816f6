"""The triangulation sheet of one school: claims, observation and verdict side by side, A4 landscape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from observation.core.cells import Triangulation
from observation.core.codebook import Codebook
from observation.core.errors import N_
from observation.core.instrument import Group, Indicator, Instrument
from observation.core.judgements import BLANK, CONFLICT, NOT_JUDGEABLE, NOT_SEEN, SEEN
from observation.core.triangulation import BOTH, RULES
from observation.export.small_groups import of_school_line
from observation.export.triangulation import INTERNAL
from observation.export.verdict_words import AXES, LINES, STANCES

from .behaviours import STATES, TABLES
from .glyphs import draw_glyph
from .layout import Block, Gap, Row, Rule, Stack
from .layout import Cell as Place
from .page import Document, Marked, foot_height, render
from .provenance import NO_JUDGEMENT
from .sheet import Sheet, ranged
from .sheet_below import below
from .sheet_cells import (
    OBSERVERS_DISAGREE,
    QUIET,
    SEPARATOR,
    STRONG,
    TEXT,
    of_counter,
    of_leaders,
    of_meaning,
    of_sessions,
    of_team,
    of_verdict,
    short_verdict,
)
from .sheet_rows import SheetRow, rows_of
from .style import BAND, HAIR, INK, LANDSCAPE, LINE, MM, MUTED, STROKE, TINT, Colour, Style
from .text import Span, Text, draw_line, line_width
from .verdict_glyphs import draw_strength, draw_verdict

TITLE = Style(20, 24, INK, bold=True)
SUBTITLE = Style(10.5, 14, MUTED)
BAND_NAME = Style(10, 13, INK, bold=True)
FOOT = Style(9, 11.3, MUTED)
GUTTER = 3 * MM
SPACE = 9.0  # between the table and what stands below
VERDICT = 4  # the column that is read first, counted from 0
AUDIENCES = {INTERNAL: N_("internal copy"), "report": N_("copy for the school")}
ARROWS = {"top-down": "↓", "bottom-up": "↑"}
Part = Callable[[Sheet, SheetRow], Block]


def triangulation_sheet(
    found: Triangulation,
    instrument: Instrument,
    codebook: Codebook,
    language: str,
    audience: str = INTERNAL,
    *,
    study: str = "",
    period: str = "",
    stamp: str = "",
    date: str = "",
    agreement: str = "",
    withheld: Collection[str] = (),
) -> bytes:
    """Return the sheet as a PDF in this language; the same arguments give the same bytes.

    `study` and `period` are names, `stamp` names the data, `date` is the day it was made (YYYY-MM-DD),
    `agreement` a line on how far observers agree. The words of claims are those of the case: it must
    have them; a report does not quote those that are withheld.
    """
    sheet = Sheet(found, instrument, codebook, language, audience)
    document = Document(
        title=_title(sheet),
        subject=sheet.say(N_("Whether observation bears out what was said")),
        language=language,
        page=sheet.say(N_("page %(page)s of %(pages)s")),
        foot=sheet_foot(sheet, stamp, date, agreement),
        paper=LANDSCAPE,
        style=FOOT,
        whole=True,
    )
    bottom = LANDSCAPE.footer + foot_height(document) + 10
    document = replace(document, paper=replace(LANDSCAPE, bottom=bottom))
    return render(list(_blocks(sheet, document, study, period)), document)


def _blocks(sheet: Sheet, document: Document, study: str, period: str) -> Iterator[Block]:
    yield _head(sheet, study, period or sheet.found.settings.period.name)
    yield Gap(6)
    yield _legend(sheet)
    yield Gap(6)
    yield _table(sheet, document.paper.height)
    for title, block in below(sheet):
        yield Gap(SPACE)
        yield Marked(block, title)


def sheet_foot(sheet: Sheet, stamp: str, date: str, agreement: str) -> str:
    """What a reader must know on every page: by which rules, of which data, and what it is not."""
    settings, instrument = sheet.found.settings, sheet.instrument
    broad = N_("broad from %(number)s respondents and half of who spoke")
    told = [
        _school(sheet),
        sheet.say(AUDIENCES.get(sheet.audience, sheet.audience)),
        sheet.say(N_("rules %(version)s"), version=RULES),
        sheet.say(broad, number=settings.broad),
        sheet.say(N_("leads from %(seconds)s s"), seconds=instrument.leading_seconds),
    ]
    if settings.strict:
        told.append(sheet.say(N_("strict: agreement asks for equal prominence")))
    if settings.approved_only:
        told.append(sheet.say(N_("approved observations only")))
    told.append(f"{sheet.of(instrument.title)} {instrument.version} ({instrument.digest[:8]})")
    version = sheet.codebook.version  # an own one is the id of its event
    version = version[:8] if len(version) == 36 else version
    told.append(sheet.say(N_("codebook %(version)s"), version=version))
    if sheet.hidden:
        told.append(
            sheet.say(N_("without claims of leaders who did not agree to stand in reports"))
        )
    told += [agreement] if agreement else []
    told += [sheet.say(N_("data %(stamp)s"), stamp=stamp)] if stamp else []
    told += [sheet.on(date)] if date else []
    told.append(sheet.say(NO_JUDGEMENT))
    return SEPARATOR.join(told)


def _head(sheet: Sheet, study: str, period: str) -> Block:
    audience = sheet.say(AUDIENCES.get(sheet.audience, sheet.audience))
    below_it = SEPARATOR.join(filter(None, (study, period, audience)))
    left = Stack([Text(_title(sheet), TITLE), Text(below_it, SUBTITLE)])
    right = Stack([Text(each, QUIET.but(right=True)) for each in _facts(sheet)])
    row = Row([Place(left), Place(Stack([Gap(3), right]))], 20)
    return Stack([row, Gap(4), Rule(STROKE, INK)])


def _title(sheet: Sheet) -> str:
    return SEPARATOR.join((sheet.say(N_("Triangulation sheet")), _school(sheet)))


def _school(sheet: Sheet) -> str:
    return " ".join((sheet.say(N_("School")), sheet.found.case.school.code))


def _facts(sheet: Sheet) -> Iterator[str]:
    """Who was heard and what was observed, in the order of the strips."""
    found = sheet.found
    leaders = [code for code in found.case.interviewed if code in sheet.leaders]
    others = [code for code in found.case.interviewed if code not in sheet.leaders]
    leaders_told = N_("interviewed leaders: %(number)s")
    teachers_told = N_("interviewed teachers: %(number)s")
    yield SEPARATOR.join(
        sheet.say(sentence, number=_people(sheet, codes))
        for sentence, codes in ((leaders_told, leaders), (teachers_told, others))
    )
    labels = ", ".join(session.label for session in found.sessions)
    number = len(found.sessions)
    yield sheet.say(N_("board sessions, as in the strips: %(number)s"), number=number) + (
        f" ({labels})" if labels else ""
    )
    observers = {each.observer for session in found.sessions for each in session.observed}
    double = sum(len(session.observed) > 1 for session in found.sessions)
    told = [sheet.say(N_("observers: %(observers)s"), observers=ranged(observers - {""}) or "—")]
    told.append(sheet.say(N_("observed by two: %(part)s of %(whole)s"), part=double, whole=number))
    yield SEPARATOR.join(told)
    left = []
    if found.left_out:
        left.append(sheet.say(N_("sessions outside the period: %(number)s"), number=found.left_out))
    if found.unapproved:
        waiting = N_("observations not approved, left out: %(number)s")
        left.append(sheet.say(waiting, number=found.unapproved))
    if left:
        yield SEPARATOR.join(left)


def _people(sheet: Sheet, codes: Sequence[str]) -> str:
    number = sheet.number(len(codes))
    return f"{number} ({ranged(codes)})" if codes and sheet.inside else number


def _legend(sheet: Sheet) -> Block:
    states = (SEEN, NOT_SEEN, NOT_JUDGEABLE, BLANK)
    items: list[_Item] = [_Item(sheet.say(STATES[state]), state=state) for state in states]
    items.append(_Item(sheet.say(OBSERVERS_DISAGREE), state=CONFLICT))
    items += [_Item(sheet.say(word), sign=sign) for sign, word in STANCES.values()]
    items.append(_Item(sheet.say(N_("hollow: provisional")), verdict="corroborated"))
    items.append(_Item(sheet.say(N_("how well supported")), strength="moderate"))
    items.append(_Item(sheet.say(N_("“ruled” is a researcher’s, all else the rules’ suggestion"))))
    # Where readers look first.
    small = of_school_line(sheet.found.case, sheet.instrument, sheet.language, sheet.audience)
    items += [_Item(small)] if small else []
    return _Legend(tuple(items))


@dataclass(frozen=True, slots=True)
class _Item:
    """A sign and what it means: a judgement's glyph, a letter, a hollow verdict or bars of strength."""

    words: str
    state: str = ""
    sign: str = ""
    verdict: str = ""
    strength: str = ""

    @property
    def sign_width(self) -> float:
        if self.strength:
            return 18.0
        return 11.5 if self.verdict else 10.0 if self.state or self.sign else 0.0

    @property
    def width(self) -> float:
        return self.sign_width + line_width(self.words, QUIET)


@dataclass(frozen=True, slots=True)
class _Legend:
    """Signs with their meanings, side by side on as many lines as they take."""

    items: tuple[_Item, ...]

    def height(self, width: float) -> float:
        return (self._placed(width)[-1][2] + 1) * 12.5

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        for item, left, line in self._placed(width):
            start, middle = x + left, top - line * 12.5 - 6.25
            baseline = middle - 0.35 * QUIET.size
            if item.state:
                draw_glyph(canvas, item.state, start + 3.4, middle, 3.2)
            elif item.verdict:
                draw_verdict(canvas, item.verdict, True, start + 4.2, middle, 4.2)
            elif item.strength:
                draw_strength(canvas, item.strength, start, middle)
            elif item.sign:
                draw_line(canvas, start, baseline, item.sign, STRONG)
            draw_line(canvas, start + item.sign_width, baseline, item.words, QUIET)

    def _placed(self, width: float) -> list[tuple[_Item, float, int]]:
        placed: list[tuple[_Item, float, int]] = []
        left, line = 0.0, 0
        for item in self.items:
            if left and left + item.width > width:
                left, line = 0.0, line + 1
            placed.append((item, left, line))
            left += item.width + 13
        return placed


def _columns(sheet: Sheet) -> list[tuple[str, float, Part]]:
    """The columns with their widths in mm, which are 273 together; without that of leaders others get its room."""
    columns: list[tuple[str, float, Part]] = [
        (N_("Indicator"), 34, _indicator),
        (N_("Leader’s claims"), 46, of_leaders),
        (N_("Team’s claims"), 50, of_team),
        (N_("Observed"), 44, of_sessions),
        (N_("Verdict"), 30, of_verdict),
        (N_("Counter-evidence"), 34, of_counter),
        (N_("Interpretation"), 35, of_meaning),
    ]
    if sheet.has_leaders:
        return columns
    more = (8, 0, 14, 8, 0, 6, 10)
    return [
        (name, wide + extra, part)
        for (name, wide, part), extra in zip(columns, more, strict=True)
        if part is not of_leaders
    ]


def _table(sheet: Sheet, page: float) -> Block:
    columns = _columns(sheet)
    widths = [wide * MM - GUTTER for _, wide, _ in columns]
    widths[-1] += GUTTER
    names = [Text(sheet.say(name), STRONG) for name, _, _ in columns]
    names_row = _Line(_places(names, widths), _tint(columns), 3, 4, None)
    head = Stack([names_row, Rule(STROKE, INK)])
    wide = sum(widths) + GUTTER * (len(widths) - 1)
    # A row is split when it is higher than a page with the head of the table and that of its style.
    whole = page - head.height(wide) - _Band([]).height(wide) - 1
    groups = [
        Marked(Stack(rows, _Band(_style(sheet, group))), sheet.of(group.name))
        for group in sheet.instrument.groups
        if (rows := _rows(sheet, group, columns, widths, whole))
    ]
    nothing = sheet.say(N_("No claims, and nothing seen."))
    return Stack(groups or [Gap(5), Text(nothing, TEXT)], head)


def _rows(
    sheet: Sheet,
    group: Group,
    columns: Sequence[tuple[str, float, Part]],
    widths: Sequence[float],
    whole: float,
) -> list[Block]:
    rows = [
        row
        for indicator in sheet.instrument.indicators
        if indicator.group == group.id
        for row in rows_of(sheet, indicator)
    ]
    return [
        _Line(
            _places([_part(sheet, row, part) for _, _, part in columns], widths),
            _tint(columns),
            5,
            6,
            Rule(HAIR, LINE),
            whole,
        )
        for row in rows
    ]


def _part(sheet: Sheet, row: SheetRow, part: Part) -> Block:
    """A cell of a row; of a behaviour that stands elsewhere already, only what it is and the verdict."""
    if row.elsewhere is None or part is _indicator:
        return part(sheet, row)
    if part is of_verdict:
        return short_verdict(sheet, row)
    if part is of_team:
        group = sheet.of(sheet.instrument.group(row.elsewhere.group).name)
        where = N_("see %(group)s: the same behaviour, counted once")
        return Text(f"→ {sheet.say(where, group=group)}", QUIET)
    return Gap(0)


def _indicator(sheet: Sheet, row: SheetRow) -> Block:
    """The wording to the letter, the code, the line where there are two, and under which style it stands too."""
    indicator = row.indicator
    blocks: list[Block] = [Text(sheet.of(indicator.name), STRONG)]
    if indicator.locus == BOTH:
        blocks.append(Text(sheet.say(LINES[row.line]), TEXT))
    blocks.append(Text(_code(indicator), QUIET))
    others = [sheet.instrument.group(each.group) for each in sheet.also_under(indicator)]
    if others and row.elsewhere is None:
        names = ", ".join(sheet.of(group.name) for group in others)
        blocks.append(Text(sheet.say(N_("also under %(groups)s"), groups=names), QUIET))
    return Stack(blocks)


def _code(indicator: Indicator) -> str:
    """The code, which may be broken behind its dot."""
    return indicator.code.replace(".", ". ", 1) if len(indicator.code) > 20 else indicator.code


def _style(sheet: Sheet, group: Group) -> list[str | Span]:
    axes = [f"{ARROWS.get(axis, '')} {sheet.say(AXES[axis])}".strip() for axis in group.axes]
    told = SEPARATOR.join([sheet.say(TABLES[group.table]), *axes])
    return [sheet.of(group.name), Span(f"   {told}", bold=False, colour=MUTED)]


def _tint(columns: Sequence[tuple[str, float, Part]]) -> tuple[float, float]:
    """Where the column of verdicts begins, and how wide it is."""
    number = next(place for place, (_, _, part) in enumerate(columns) if part is of_verdict)
    left = sum(wide for _, wide, _ in columns[:number]) * MM
    return left - GUTTER / 2, columns[number][1] * MM


def _places(blocks: Sequence[Block], widths: Sequence[float]) -> list[Place]:
    return [Place(block, wide) for block, wide in zip(blocks, widths, strict=True)]


class _Line:
    """A row of the table on a tint behind its verdict, with a rule below."""

    def __init__(
        self,
        places: Sequence[Place],
        tint: tuple[float, float],
        above: float,
        below: float,
        rule: Rule | None,
        whole: float = 1e9,
    ) -> None:
        self._row = Row(places, GUTTER, above, below, whole=whole, repeat=True)
        self._tint, self._rule = tint, rule

    def height(self, width: float) -> float:
        return self._row.height(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        parts = self._row.split(width, room)
        return parts and (self._with(parts[0]), self._with(parts[1]))

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        high = self.height(width)
        left, wide = self._tint
        shade(canvas, x + left, top, wide, high, TINT)
        if self._rule:
            # Clear of the tint below, which would eat half of it.
            self._rule.draw(canvas, x, top - high + 2 * self._rule.thickness, width)
        self._row.draw(canvas, x, top, width)

    def _with(self, row: Any) -> _Line:
        part = _Line([], self._tint, 0, 0, self._rule)
        part._row = row
        return part


class _Band:
    """A heading that runs over the page."""

    def __init__(self, spans: Sequence[str | Span]) -> None:
        self._text = Text(spans, BAND_NAME)

    def height(self, width: float) -> float:
        return BAND_NAME.leading + 6

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        shade(canvas, x, top, width, self.height(width), BAND)
        self._text.draw(canvas, x + 5, top - 3, width - 10)


def shade(canvas: Any, x: float, top: float, wide: float, high: float, colour: Colour) -> None:
    """Fill a rectangle, whose upper left corner is at (x, top), with a colour."""
    canvas.setFillColorRGB(*colour)
    canvas.rect(x, top - high, wide, high, stroke=0, fill=1)
