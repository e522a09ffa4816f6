"""What stands below the table of a triangulation sheet: wishes, context and roles, what was not tested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from observation.core import verdicts
from observation.core.cells import Cell, Tested
from observation.core.claims import positions
from observation.core.errors import N_
from observation.core.interviews import Claim
from observation.core.records import LEADERSHIP, TEAM
from observation.core.triangulation import BOTH
from observation.export.triangulation import shown
from observation.export.verdict_words import LINES, VERDICTS

from .layout import Block, Columns, Gap, Row, Rule, Stack
from .layout import Cell as Place
from .sheet import Sheet
from .sheet_cells import QUIET, SEPARATOR, STRONG, TEXT
from .sheet_rows import without_row
from .style import HAIR, INK, LINE, MM, MUTED, STROKE, Style
from .text import Span, Text

TITLE = Style(11, 14, INK, bold=True)
WIDTHS = (52 * MM, 84 * MM, 62 * MM, 66 * MM)  # wish, words, practice, verdict: 273 mm with gutters
QUOTED = 3  # claims under a code that are quoted


def below(sheet: Sheet) -> Iterator[tuple[str, Block]]:
    """Yield each block with its title; one of which there is nothing to tell says so."""
    nothing = sheet.say(N_("none"))
    for title, items in (
        (sheet.say(N_("Wishes and practice")), list(_wishes(sheet))),
        (sheet.say(N_("Context and roles")), _in_columns(list(_others(sheet)))),
        (sheet.say(N_("Untested")), list(_untested(sheet))),
    ):
        head = Stack([Text(title, TITLE), Gap(1.5), Rule(STROKE, INK), Gap(3)])
        yield title, Stack(items or [Text(nothing, QUIET)], head, gap=2)


def _wishes(sheet: Sheet) -> Iterator[Block]:
    """Who wishes it, in whose words, how often it was observed, and what became of it."""
    for cell in shown(sheet.found, sheet.audience):
        wishes = [each for each in cell.wishes if sheet.may_show(each.statement.claim)]
        if not wishes or cell.wish is None:
            continue
        seen, total = len(cell.sights.seen), cell.sights.total
        practice = sheet.say(
            N_("sessions in which it was seen: %(seen)s of %(total)s"), seen=seen, total=total
        )
        if not total:
            practice = sheet.say(N_("nothing to go by"))
        verdict = sheet.verdict(cell.wish.verdict, cell.wish.provisional)
        blocks: list[Block] = [
            Text([Span(_name(sheet, cell), bold=True), *_where(sheet, cell)], TEXT),
            Stack([Text(_wished(sheet, cell, each), TEXT) for each in wishes], gap=2),
            Stack([Text(practice, TEXT), Text(_people(sheet, wishes), QUIET)]),
            Text(verdict, STRONG),
        ]
        places = [Place(block, wide) for block, wide in zip(blocks, WIDTHS, strict=True)]
        yield Row(places, 3 * MM, 3, 3, repeat=True, whole=300)
        yield Rule(HAIR, LINE)


def _wished(sheet: Sheet, cell: Cell, each: Tested) -> list[str | Span]:
    """A wish with its label, and what became of it where not the same became of all."""
    claim = each.statement.claim
    told = [claim.label] if sheet.inside else []
    if cell.wish and each.verdict.verdict != cell.wish.verdict:
        told.append(sheet.verdict(each.verdict.verdict, each.verdict.provisional))
    sign = sheet.sign(claim)
    spans: list[str | Span] = [Span(f"{sign}\xa0", bold=True)] if sign else []
    return [*spans, sheet.quoted(claim), Span(f" {SEPARATOR.join(told)}", colour=MUTED)]


def _people(sheet: Sheet, wishes: list[Tested]) -> str:
    """Of how many it is a wish, by role."""
    people = {who for each in wishes for who in each.statement.said.respondents}
    leaders = len(people & sheet.leaders)
    told = []
    if leaders:
        told.append(sheet.say(N_("leaders: %(number)s"), number=sheet.number(leaders)))
    if len(people) > leaders:
        number = sheet.number(len(people) - leaders)
        told.append(sheet.say(N_("team: %(number)s"), number=number))
    by = sheet.say(N_("wished by"))
    return f"{by} {', '.join(told)}" if told else ""


def _in_columns(items: list[Block]) -> list[Block]:
    return [Columns(items, count=3, gutter=6 * MM, gap=4)] if items else []


def _others(sheet: Sheet) -> Iterator[Block]:
    """The claims on other codes: each code's place in the codebook, then what was said."""
    order = {code: place for place, code in enumerate(sheet.codebook.codes)}
    for code in sorted(sheet.found.others, key=lambda each: (order.get(each, len(order)), each)):
        claims = [each for each in sheet.found.others[code] if sheet.may_show(each)]
        if not claims:
            continue
        quoted = [each for each in claims if sheet.quoted(each)][:QUOTED]
        lines: list[Block] = [Text(sheet.codebook.path(code, sheet.language), STRONG)]
        lines += [Text(_said(sheet, each), TEXT) for each in quoted]
        rest = [each for each in claims if each not in quoted]
        if rest and sheet.inside:
            lines.append(Text(", ".join(each.label for each in rest), QUIET))
        elif rest:
            number = sheet.number(len(rest))
            lines.append(Text(sheet.say(N_("more claims: %(number)s"), number=number), QUIET))
        yield _Whole(Stack(lines, gap=1))


@dataclass(frozen=True, slots=True)
class _Whole:
    """A block that no column cuts."""

    block: Block

    def height(self, width: float) -> float:
        return self.block.height(width)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        self.block.draw(canvas, x, top, width)


def _said(sheet: Sheet, claim: Claim) -> list[str | Span]:
    sign = sheet.sign(claim)
    spans: list[str | Span] = [Span(f"{sign}\xa0", bold=True)] if sign else []
    spans.append(sheet.quoted(claim))
    return [*spans, Span(f" {claim.label}", colour=MUTED)] if sheet.inside else spans


def _untested(sheet: Sheet) -> Iterator[Block]:
    """What has claims and no verdict, what was looked for and not seen, and of what nothing is known."""
    claimed = [
        _claimed(sheet, cell)
        for cell in shown(sheet.found, sheet.audience)
        if cell.verdict.verdict == verdicts.UNTESTED and not sheet.is_kept_back(cell)
    ]
    unseen, unknown = [], []
    for cell in without_row(sheet):
        if cell.verdict.verdict == verdicts.UNMENTIONED_UNSEEN:
            labels = ", ".join(each.label for each in cell.sights.absent)
            unseen.append(f"{_called(sheet, cell)} ({labels})")
        else:
            unknown.append(_called(sheet, cell))
    for what, told in (
        (N_("claims, and nothing to test them by"), claimed),
        (VERDICTS[verdicts.UNMENTIONED_UNSEEN], unseen),
        (VERDICTS[verdicts.NO_DATA], unknown),
    ):
        if told:
            word = sheet.say(what)
            text = "; ".join(dict.fromkeys(told))
            yield Text([Span(f"{word[:1].upper()}{word[1:]}: ", bold=True), text], TEXT)


def _claimed(sheet: Sheet, cell: Cell) -> str:
    """An untested cell with its claims and why nothing could be made of them."""
    told = [each for each in cell.tested if sheet.may_show(each.statement.claim)]
    if sheet.inside:
        who = ", ".join(each.statement.claim.label for each in told)
    else:
        stands = positions(each.statement for each in told)
        who = sheet.say(N_("respondents: %(number)s"), number=sheet.number(len(stands.spoke)))
    return f"{_called(sheet, cell)} ({'; '.join(filter(None, (who, *sheet.flags(cell))))})"


def _called(sheet: Sheet, cell: Cell) -> str:
    name = sheet.of(sheet.instrument.indicator(cell.behaviour).short)
    return "".join([name, *(each.text for each in _where(sheet, cell))])


def _where(sheet: Sheet, cell: Cell) -> list[Span]:
    """The actor and the line, where there are several."""
    told = [] if cell.actor in (TEAM, LEADERSHIP) else [sheet.actor(cell.actor)]
    if sheet.instrument.indicator(cell.behaviour).locus == BOTH:
        told.append(sheet.say(LINES[cell.line]))
    return [Span(f" {', '.join(told)}", colour=MUTED)] if told else []


def _name(sheet: Sheet, cell: Cell) -> str:
    return sheet.of(sheet.instrument.indicator(cell.behaviour).name)
