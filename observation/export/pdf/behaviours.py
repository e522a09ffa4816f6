"""The behaviours that are coded, with what was said of each: a glyph and a word, times, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from observation.core.errors import N_
from observation.core.format import clock, length, share
from observation.core.instrument import Group, Indicator
from observation.core.judgements import BLANK, CONFLICT, NOT_JUDGEABLE, NOT_SEEN, SEEN
from observation.core.records import LEADERSHIP, TEAM, Interval, Judgement, Sighting
from observation.core.timeline import totals
from observation.export.verdict_words import AXES

from .glyphs import Glyph
from .layout import Block, Cell, Gap, Row, Rule, Stack, section
from .style import HAIR, LINE, MUTED, SMALL, SMALL_MUTED
from .text import Span, Text
from .words import Words

GLYPH = 8.0

STATES = {
    SEEN: N_("seen"),
    NOT_SEEN: N_("looked for, not seen"),
    NOT_JUDGEABLE: N_("cannot be judged"),
    BLANK: N_("not filled in"),
    CONFLICT: N_("contradiction"),
}
WHEN = {
    "session": N_("in the session"),
    "finish": N_("when finishing"),
    "later": N_("later"),
    "log": N_("by the log"),
}
OUTSIDE = N_("outside the session")
TABLES = {"leadership": N_("Leadership"), "collaboration": N_("Professional collaboration")}


def behaviours(words: Words) -> list[tuple[str, Block]]:
    """Return per table its title and its behaviours, grouped as in the instrument."""
    found: list[tuple[str, Block]] = []
    for table in dict.fromkeys(group.table for group in words.instrument.groups):
        title = words.say(TABLES[table])
        groups = [group for group in words.instrument.groups if group.table == table]
        found.append((title, section(title, [_group(words, group) for group in groups])))
    return found


def _group(words: Words, group: Group) -> Block:
    """Return the group's behaviours; those of which nothing is said share the last line."""
    axes = " · ".join(words.say(AXES[axis]) for axis in group.axes)
    name = [Span(words.of(group.name), bold=True), Span(f"  {axes}", colour=MUTED)]
    bodies: list[Block] = []
    blank: list[str] = []
    for indicator in words.instrument.indicators:
        if indicator.group != group.id:
            continue
        lines = said(words, indicator)
        if all(judgement.state == BLANK and not judgement.suggested for judgement in lines):
            blank.append(_unsaid(words, indicator))
        else:
            bodies.append(_behaviour(words, indicator, lines))
    if blank:
        text = f"{words.say(STATES[BLANK])}: {'; '.join(blank)}"
        bodies.append(_marked(BLANK, Text(text, SMALL_MUTED)))
    head = Stack([Gap(2), Text(name, SMALL), Gap(1.5), Rule(HAIR, LINE), Gap(1.5)])
    return Stack([*bodies, Gap(2)], head, gap=2)


def _unsaid(words: Words, indicator: Indicator) -> str:
    """Return the name of a behaviour of which nothing is said, with what excuses that."""
    more = [words.say(OUTSIDE)] if indicator.locus == "outside" else []
    if others := _others(words, indicator):
        more.append(words.say(N_("also under %(groups)s"), groups=others))
    name = words.of(indicator.short)
    return f"{name} ({', '.join(more)})" if more else name


def _others(words: Words, indicator: Indicator) -> str:
    """Return under which other groups the same behaviour stands."""
    codes = [c for c in words.instrument.codes_of(indicator.code) if c != indicator.code]
    groups = [words.instrument.group(words.instrument.indicator(c).group) for c in codes]
    return ", ".join(words.of(group.name) for group in groups)


def _behaviour(words: Words, indicator: Indicator, lines: Sequence[Judgement]) -> Block:
    name: list[str | Span] = [words.of(indicator.name)]
    if others := _others(words, indicator):
        same = words.say(N_("same behaviour under %(groups)s, counted once"), groups=others)
        name.append(Span(f" ({same})", colour=MUTED))
    told = [Text(_line(words, indicator, line, len(lines) > 1), SMALL) for line in lines]
    if len(lines) == 1:
        return _marked(lines[0].state, Stack([Text(name, SMALL), *told]))
    each = [_marked(line.state, text) for line, text in zip(lines, told, strict=True)]
    return Stack([Row([Cell(Gap(0), GLYPH), Cell(Text(name, SMALL))], 4), *each])


def _marked(state: str, block: Block) -> Block:
    return Row([Cell(Glyph(state, SMALL), GLYPH), Cell(block)], 4, whole=5 * SMALL.leading)


def said(words: Words, indicator: Indicator) -> list[Judgement]:
    """Return what is to be told of an indicator: one judgement where all agree, else one an actor.

    The leadership as a whole is told apart only when it says something that its people do not.
    """
    found = [j for j in words.observation.judgements if j.code == indicator.code]
    whole = next((j for j in found if j.actor in (TEAM, LEADERSHIP)), None)
    people = [j for j in found if j is not whole]
    if whole is None or not people:
        return found
    if all(_told(judgement) == _told(whole) for judgement in people):
        return [whole]
    events = {s.event for judgement in people for s in judgement.sightings}
    manners = {_manner(judgement) for judgement in people}
    new = any(s.event not in events for s in whole.sightings)
    return [*people, whole] if new or _manner(whole) not in manners else people


def _told(judgement: Judgement) -> Judgement:
    return replace(judgement, actor="")


def _manner(judgement: Judgement) -> tuple[str, str, str, str]:
    return judgement.state, judgement.source, judgement.judged, judgement.suggested


def _line(
    words: Words, indicator: Indicator, judgement: Judgement, named: bool
) -> list[str | Span]:
    spans: list[str | Span] = []
    if named:
        spans.append(Span(f"{words.actor(judgement.actor)} ", bold=True))
    spans.append(Span(words.say(STATES[judgement.state]), bold=True))
    times = ", ".join(_times(words, judgement, named))
    if times and judgement.state == CONFLICT:
        times = f"{words.say(STATES[SEEN])} {times}"
    spans += [f" {times}"] if times else []
    more = [words.say(WHEN[each]) for each in (judgement.judged,) if each]
    if judgement.source == "log":
        more.append(words.say(WHEN["log"]))
        more += measured(words, indicator, judgement)
    if more:
        spans.append(Span(f" · {', '.join(more)}", colour=MUTED))
    if judgement.suggested and judgement.suggested != judgement.state:
        other = words.say(
            N_("the log says: %(state)s"), state=words.say(STATES[judgement.suggested])
        )
        spans.append(Span(f" · {other}", bold=True))
    return spans


def _times(words: Words, judgement: Judgement, named: bool) -> Iterator[str]:
    """Yield when and by whom it was seen, and how a sighting was made where that differs."""
    for sighting in judgement.sightings:
        when = words.say(_REMEMBERED) if sighting.time is None else clock(sighting.time)
        by = (
            sighting.person
            if sighting.person and not (named and _self(judgement, sighting))
            else ""
        )
        other = judgement.source == "observer" and sighting.judged != judgement.judged
        how = words.say(WHEN[sighting.judged]) if other else ""
        more = ", ".join(filter(None, (by, how)))
        yield f"{when} ({more})" if more else when


_REMEMBERED = N_("remembered afterwards")


def _self(judgement: Judgement, sighting: Sighting) -> bool:
    return sighting.person == judgement.actor


def measured(words: Words, indicator: Indicator, judgement: Judgement) -> Iterator[str]:
    """Yield the numbers from which the log settled it: how long there, how long in the lead."""
    if indicator.log is None or judgement.state not in (SEEN, NOT_SEEN):
        return
    observation = words.observation
    leaders = [
        person
        for person in observation.people
        if person.role == words.instrument.leading_role
        and person.present
        and judgement.actor in (person.person, LEADERSHIP)
    ]
    if not leaders:
        return
    if indicator.log.rule == "present":
        there = _union([spell for each in leaders for spell in each.spells])
        yield words.say(N_("%(time)s present"), time=clock(there))
        return
    led = totals(observation.leads)
    whole = sum(led.get(each.person, 0) for each in leaders)
    part = share(whole, observation.end)
    yield words.say(N_("%(time)s in the lead, %(share)s"), time=clock(whole), share=part)


def _union(stretches: Iterable[Interval]) -> int:
    """How long at least one of the stretches lasted by the times that are shown, in ms."""
    total = reached = 0
    for each in sorted(stretches, key=lambda each: each.start):
        total += max(0, length(max(each.start, reached), each.end))
        reached = max(reached, each.end)
    return total
