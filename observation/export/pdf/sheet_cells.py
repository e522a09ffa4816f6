"""The cells of a row of a triangulation sheet, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from observation.core import verdicts
from observation.core.cells import Cell, Sights, Tested
from observation.core.citing import ABSENCE, CLAIM, COUNTER, DISPUTE, SIGHTING, cited, label_of
from observation.core.claims import (
    AFFIRMS,
    DENIES,
    SOMETIMES,
    TESTABLE,
    UNJUDGED,
    is_of_team,
    positions,
)
from observation.core.errors import N_
from observation.core.interviews import Claim
from observation.core.judgements import BLANK, CONFLICT, NOT_JUDGEABLE, NOT_SEEN
from observation.core.records import LEADERSHIP, TEAM
from observation.core.rulings import Ruling
from observation.core.sessions import DISPUTED, Session
from observation.core.triangulation import UNKNOWN
from observation.export.verdict_words import BREADTHS, STANCES, STRENGTHS, SUPPORTS

from .behaviours import STATES
from .glyphs import draw_glyph
from .layout import Block, Gap, Stack
from .sheet import Sheet
from .sheet_rows import SheetRow
from .style import INK, MUTED, Style
from .text import Span, Text
from .verdict_glyphs import VerdictGlyph

TEXT = Style(9, 11.3, INK)
STRONG = TEXT.but(bold=True)
QUIET = TEXT.but(colour=MUTED)
WORD = Style(10.5, 12.4, INK, bold=True)  # of a verdict
PITCH = 10.4  # between the glyphs of a strip
QUOTED = 2  # of the team's claims: one typical, one deviating
OWN = 3  # of a leader's claims those that are quoted
NAMED = 4  # moments against a verdict that are named again; more stand in the observation
NO_CLAIM = N_("no claim")
NO_STRENGTH = (*UNKNOWN, verdicts.UNMENTIONED_UNSEEN)
SEPARATOR = " · "
Line = tuple[list[str | Span], Style]


def of_leaders(sheet: Sheet, row: SheetRow) -> Block:
    """What leaders said, each claim with its words and label."""
    told = [(cell, each) for cell in row.cells for each in sheet.claims(cell, of_leaders=True)]
    if not told:
        return Text(sheet.say(NO_CLAIM), QUIET)
    return Stack(list(_told(sheet, told, _first(sheet, told, OWN), of_leaders=True)), gap=2)


def of_team(sheet: Sheet, row: SheetRow) -> Block:
    """How many others affirm, deny or say sometimes, and at most two of their claims in words."""
    told = [(cell, each) for cell in row.cells for each in sheet.claims(cell, of_leaders=False)]
    if not told:
        return Text(sheet.say(NO_CLAIM), QUIET)
    lines = counts(sheet, row.cells[-1], [each for _, each in told])
    blocks: list[Block] = [Text(spans, style) for spans, style in lines]
    blocks += _told(sheet, told, _typical(sheet, told), of_leaders=False)
    return Stack(blocks, gap=2)


def of_sessions(sheet: Sheet, row: SheetRow) -> Block:
    """The strip of sessions, in how many it was seen, and when; what could not count in words."""
    sights = row.sights
    blocks: list[Block] = []
    if sights.said:
        blocks += [_Strip(tuple(said.state for _, said in sights.said)), Gap(1)]
    blocks.append(Text(how_often(sheet, sights), TEXT))
    blocks += [Text(each, QUIET) for each in moments(sheet, row)]
    return Stack(blocks)


def of_verdict(sheet: Sheet, row: SheetRow) -> Block:
    """The verdict of every cell of the row: glyph, word, strength, and what a ruling leaves of the suggestion."""
    several = len(row.cells) > 1
    blocks: list[Block] = []
    for cell in row.cells:
        blocks += [Gap(6)] if blocks else []
        about = several or cell.actor not in (TEAM, LEADERSHIP)
        blocks += [Text(sheet.actor(cell.actor), QUIET)] if about else []
        blocks += _verdict(sheet, cell)
    return Stack(blocks)


def of_counter(sheet: Sheet, row: SheetRow) -> Block:
    """What speaks against the verdicts, by label."""
    none = "—" if any(map(sheet.is_kept_back, row.cells)) else sheet.say(N_("none"))
    return _of_each(sheet, row, lambda cell: list(against(sheet, cell)), none)


def of_meaning(sheet: Sheet, row: SheetRow) -> Block:
    """The researchers' interpretation, and the flags in words."""
    return _of_each(sheet, row, lambda cell: list(meaning(sheet, cell)), "—")


def short_verdict(sheet: Sheet, row: SheetRow) -> Block:
    """The verdicts of a row in glyph and word only."""
    blocks: list[Block] = []
    for cell in row.cells:
        blocks += [Gap(6)] if blocks else []
        blocks += _words(sheet, cell, bare=True)
    return Stack(blocks)


@dataclass(frozen=True, slots=True)
class _Strip:
    """A glyph for each session, by day."""

    states: tuple[str, ...]

    def height(self, width: float) -> float:
        return -(-len(self.states) // self._fitting(width)) * TEXT.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        fitting = self._fitting(width)
        for number, state in enumerate(self.states):
            line, place = divmod(number, fitting)
            middle = top - (line + 0.5) * TEXT.leading
            shape = CONFLICT if state == DISPUTED else state
            draw_glyph(canvas, shape, x + 3.6 + place * PITCH, middle, 3.4)

    def _fitting(self, width: float) -> int:
        return max(1, int((width - 7.2) / PITCH) + 1)


def counts(sheet: Sheet, cell: Cell, told: Sequence[Tested]) -> Iterator[Line]:
    """Yield how these respondents stand, of how many who spoke and were interviewed, and how widely it is carried."""
    stands = positions((each.statement for each in told), is_of_team)
    if not stands.spoke:
        return
    signs = (
        (stands.affirms, STANCES[AFFIRMS][0]),
        (stands.denies, STANCES[DENIES][0]),
        (stands.sometimes, STANCES[SOMETIMES][0]),
    )
    numbers = "\xa0\xa0".join(f"{sheet.number(len(who))}\xa0{sign}" for who, sign in signs)
    others = [each for each in sheet.found.case.interviewed if each not in sheet.leaders]
    interviewed = sheet.number(len(others))
    of = sheet.say(N_("%(interviewed)s interviewed"), interviewed=interviewed)
    if sheet.inside or all(len(who) != 1 for who, _ in signs):
        # Beside their total one of three numbers that says 1-2 could be worked out.
        of = "; ".join((sheet.say(N_("of %(spoke)s"), spoke=len(stands.spoke)), of))
    yield [Span(numbers, bold=True), Span(f"  {of}", colour=MUTED)], TEXT
    breadth = cell.breadth if sheet.inside or cell.breadth != "single" else "limited"
    if breadth and not sheet.is_kept_back(cell):
        words = [sheet.say(BREADTHS[breadth])]
        if not sheet.hidden and not sheet.leaders.isdisjoint(cell.carried):
            words.append(sheet.say(N_("a leader among them")))
        yield [", ".join(words)], QUIET


def _first(
    sheet: Sheet, told: Sequence[tuple[Cell, Tested]], most: int
) -> list[tuple[Cell, Tested]]:
    with_words = [pair for pair in told if sheet.quoted(pair[1].statement.claim)]
    return sorted(with_words, key=lambda pair: pair[1].statement.use != TESTABLE)[:most]


def _typical(sheet: Sheet, told: Sequence[tuple[Cell, Tested]]) -> list[tuple[Cell, Tested]]:
    """Return one claim of the stance that most have and one of another; else what else there is."""
    by_sign: dict[str, list[tuple[Cell, Tested]]] = {}
    rest: list[tuple[Cell, Tested]] = []
    for pair in told:
        statement = pair[1].statement
        if not sheet.quoted(statement.claim):
            continue
        if statement.use == TESTABLE:
            by_sign.setdefault(sheet.sign(statement.claim), []).append(pair)
        else:
            rest.append(pair)
    sides = sorted(by_sign.values(), key=lambda side: (-len(_who(side)), -len(side)))
    chosen = [min(side, key=_best) for side in sides[:QUOTED]]
    return [*chosen, *rest[: QUOTED - len(chosen)]]


def _who(pairs: Iterable[tuple[Cell, Tested]]) -> set[str]:
    return {who for _, each in pairs for who in each.statement.said.respondents}


def _best(pair: tuple[Cell, Tested]) -> tuple[bool, int, str]:
    """The words themselves rather than a paraphrase, then of most people."""
    said, claim = pair[1].statement.said, pair[1].statement.claim
    return said.form != "quotation", -len(said.respondents), claim.label


def _told(
    sheet: Sheet,
    told: Sequence[tuple[Cell, Tested]],
    quoted: Sequence[tuple[Cell, Tested]],
    of_leaders: bool,
) -> Iterator[Block]:
    """The quoted claims, each with its sign, words, label and own verdict; the others by label.

    A report says of how many leaders, or others, those are.
    """
    for cell, each in quoted:
        claim = each.statement.claim
        sign = sheet.sign(claim)
        spans: list[str | Span] = [Span(f"{sign}\xa0", bold=True)] if sign else []
        spans.append(sheet.quoted(claim))
        more = SEPARATOR.join(beside(sheet, cell, each))
        yield Text([*spans, Span(f" {more}", colour=MUTED)] if more else spans, TEXT)
    chosen = {id(each) for _, each in quoted}
    others: dict[str, list[Claim]] = {}
    for cell, each in told:
        if id(each) not in chosen:
            key = " ".join(
                filter(None, (sheet.sign(each.statement.claim), _why(sheet, cell, each)))
            )
            others.setdefault(key, []).append(each.statement.claim)
    for key, claims in others.items():
        if sheet.inside:
            names = ", ".join(claim.label for claim in claims)
        else:
            names = sheet.number(len(sheet.speakers(claims, of_leaders)) or 1)
        if key in _SIGNS:
            yield Text([Span(f"{key}\xa0", bold=True), Span(names, colour=MUTED)], TEXT)
        else:
            yield Text([f"{key}: " if key else "", Span(names, colour=MUTED)], TEXT)


_SIGNS = {sign for sign, _ in STANCES.values()}


def beside(sheet: Sheet, cell: Cell, each: Tested) -> list[str]:
    """Return a claim's label, which a report has not, and how it is used where that needs saying."""
    told = [each.statement.claim.label] if sheet.inside else []
    return [*told, *filter(None, [_why(sheet, cell, each)])]


def _why(sheet: Sheet, cell: Cell, each: Tested) -> str:
    """How often it says and how it is used; its own verdict where that is another than its cell's."""
    told = sheet.remarks(each.statement)
    own = each.verdict
    same = (own.verdict, own.provisional) == (cell.verdict.verdict, cell.verdict.provisional)
    # Beside the cell's it would tell what a leader of whom this copy says nothing said.
    may = sheet.hidden.isdisjoint(cell.positions.spoke)
    if each.statement.use == TESTABLE and not same and may:
        told.append(sheet.verdict(own.verdict, own.provisional))
    return ", ".join(told)


def how_often(sheet: Sheet, sights: Sights) -> list[str | Span]:
    """Return in how many of the sessions that count it was seen."""
    if not sights.observable:
        return [Span(sheet.say(N_("cannot be observed in a board session")), colour=MUTED)]
    if not sights.total:
        return [Span(sheet.say(N_("nothing to go by")), colour=MUTED)]
    share = sheet.say(N_("%(seen)s of %(total)s"), seen=len(sights.seen), total=sights.total)
    return [Span(share, bold=True), f" {sheet.say(STATES['seen'])}"]


def moments(sheet: Sheet, row: SheetRow) -> Iterator[list[str | Span]]:
    """Yield the labels of what was seen, of what was not, and of counters; how many sessions say nothing."""
    sights = row.sights
    seen = [
        label
        for session, said in sights.said
        if session in sights.seen or (not sights.observable and said.state == "seen")
        for label in _labels(session, said.sightings)
    ]
    if seen:
        yield [SEPARATOR.join(dict.fromkeys(seen))]
    if sights.absent:
        yield [_named(sheet, STATES[NOT_SEEN], (each.label for each in sights.absent))]
    if sights.bare:
        yield [_named(sheet, NOT_COUNTED, (each.label for each in sights.bare))]
    counters = [label_of(each.label, each.sighting.time) for each in sights.counters]
    if counters and not _are_against(row, len(counters)):
        yield [_named(sheet, _counter_name(sheet, row.cells[-1]), counters)]
    if sights.disputed:
        yield [_named(sheet, OBSERVERS_DISAGREE, (each.label for each in sights.disputed))]
    if not sights.observable:
        return
    for state in (NOT_JUDGEABLE, BLANK):
        number = sum(said.state == state for _, said in sights.said)
        if number:
            yield [f"{sheet.say(STATES[state])}: {number}"]


def _are_against(row: SheetRow, counters: int) -> bool:
    """Whether the column beside names these counters, all of them."""
    against = (each for cell in row.cells for each in cited(cell) if each.what == COUNTER)
    return counters <= NAMED and all(each.against for each in against)


def _labels(session: Session, sightings: Iterable[tuple[str, Any]]) -> list[str]:
    return [label_of(label, each.time) for label, each in sightings] or [session.label]


NOT_COUNTED = N_("not seen, does not count here")
OBSERVERS_DISAGREE = N_("observers disagree")


def _named(sheet: Sheet, what: str, labels: Iterable[str]) -> str:
    return f"{sheet.say(what)}: {', '.join(dict.fromkeys(labels))}"


def _counter_name(sheet: Sheet, cell: Cell) -> str:
    """What a counter is: the opposite behaviour, where there is but one."""
    counters = sheet.instrument.indicator(cell.behaviour).counters
    word = sheet.say(N_("counter-example"))
    if len(counters) != 1:
        return word
    return f"{word} ({sheet.of(sheet.instrument.indicator(counters[0].code).short)})"


def _verdict(sheet: Sheet, cell: Cell) -> Iterator[Block]:
    yield from _words(sheet, cell)
    if sheet.is_kept_back(cell):
        return
    if cell.supports:
        yield Text(sheet.say(SUPPORTS[cell.supports]), TEXT)
    if cell.verdict.verdict not in NO_STRENGTH:
        yield Text(sheet.say(STRENGTHS[cell.strength]), QUIET)
    ruled = {each.verdict for each in cell.rulings}
    if cell.rulings:
        names = ", ".join(dict.fromkeys(each.by for each in cell.rulings))
        words = sheet.say(N_("ruled"))
        yield Text(f"{words}{SEPARATOR}{names}" if sheet.inside else words, QUIET)
    if ruled - {cell.verdict.verdict}:
        suggested = sheet.verdict(cell.verdict.verdict, cell.verdict.provisional)
        yield Text(sheet.say(N_("suggestion: %(verdict)s"), verdict=suggested), QUIET)
    if cell.wish and any(
        sheet.may_show(each.statement.claim) and each in cell.wishes for each in cell.tested
    ):
        yield Text(sheet.verdict(cell.wish.verdict, cell.wish.provisional), TEXT)


def _words(sheet: Sheet, cell: Cell, bare: bool = False) -> Iterator[Block]:
    """Glyph and word of what is ruled, else of what is suggested; one for each ruling that differs."""
    if sheet.is_kept_back(cell):
        yield Text(sheet.say(N_("not in this copy: rests on what a leader said")), QUIET)
        return
    strength = "" if bare or cell.verdict.verdict in NO_STRENGTH else cell.strength
    for verdict in dict.fromkeys(_rulings(cell)) or (cell.verdict.verdict,):
        provisional = cell.verdict.provisional and verdict not in UNKNOWN
        yield VerdictGlyph(verdict, provisional, strength)
        yield Text(sheet.verdict(verdict, provisional), WORD)


def _rulings(cell: Cell) -> list[str]:
    return [each.verdict for each in cell.rulings]


def _of_each(sheet: Sheet, row: SheetRow, of: Any, none: str) -> Block:
    """The lines of each cell of a row, under its actor where they differ; the same lines once."""
    lines: list[list[Any]] = [of(cell) for cell in row.cells]
    if all(each == lines[0] for each in lines):
        return _stacked(lines[0] or [([none], QUIET)])
    blocks: list[Block] = []
    for cell, each in zip(row.cells, lines, strict=True):
        blocks += [Gap(4)] if blocks else []
        blocks += [Text(sheet.actor(cell.actor), QUIET), _stacked(each or [([none], QUIET)])]
    return Stack(blocks)


def _stacked(lines: Iterable[Line]) -> Block:
    return Stack([Text(spans, style) for spans, style in lines], gap=2)


def against(sheet: Sheet, cell: Cell) -> Iterator[Line]:
    """Yield what speaks against a verdict, by what it is."""
    if sheet.is_kept_back(cell):
        return
    found = [each for each in cited(cell) if each.against]
    yield from _claims_against(sheet, cell, {e.label for e in found if e.what == CLAIM})
    for what, word in (
        (ABSENCE, STATES[NOT_SEEN]),
        (SIGHTING, STATES["seen"]),
        (COUNTER, _counter_name(sheet, cell)),
        (DISPUTE, OBSERVERS_DISAGREE),
    ):
        labels = list(dict.fromkeys(each.label for each in found if each.what == what))
        if len(labels) > NAMED:
            number = sheet.say(N_("%(number)s, see observation"), number=len(labels))
            yield [f"{sheet.say(word)}: {number}"], TEXT
        elif labels:
            yield [_named(sheet, word, labels)], TEXT


def _claims_against(sheet: Sheet, cell: Cell, labels: set[str]) -> Iterator[Line]:
    """By stance the claims, or in a report how many say so."""
    claims = [
        each.statement.claim
        for each in cell.tested
        if each.statement.claim.label in labels and sheet.may_show(each.statement.claim)
    ]
    for sign, word in STANCES.values():
        own = [claim for claim in claims if sheet.sign(claim) == sign]
        if own:
            people = {who for claim in own for who in claim.said.value.respondents}
            names = ", ".join(claim.label for claim in own)
            told = names if sheet.inside else sheet.number(len(people) or 1)
            yield [Span(f"{sign}\xa0", bold=True), f"{sheet.say(word)}: {told}"], TEXT


def meaning(sheet: Sheet, cell: Cell) -> Iterator[Line]:
    """Yield what researchers say of a verdict, then what else a reader must know."""
    if sheet.is_kept_back(cell):
        return
    for ruling in cell.rulings:
        yield from _ruled(sheet, ruling, several=len(cell.rulings) > 1)
    flags = sheet.flags(cell)
    to_judge = sum(
        each.statement.use == UNJUDGED and sheet.may_show(each.statement.claim)
        for each in cell.tested
    )
    if to_judge:
        flags.append(sheet.say(N_("to judge: %(number)s"), number=sheet.number(to_judge)))
    if flags:
        yield ["; ".join(flags)], QUIET


def _ruled(sheet: Sheet, ruling: Ruling, several: bool) -> Iterator[Line]:
    who: list[str | Span] = []
    if several and sheet.inside:
        who = [Span(f"{ruling.by}, {sheet.verdict(ruling.verdict)}: ", bold=True)]
    if who or ruling.text:
        yield [*who, sheet.masked(ruling.text)], TEXT
    if ruling.reason and sheet.inside:
        yield [sheet.say(N_("reason: %(reason)s"), reason=ruling.reason)], QUIET
