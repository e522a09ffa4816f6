"""What the log counts: phases and lead with their lengths, and who was there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from observation.core.errors import N_
from observation.core.format import clock, share
from observation.core.records import NOBODY, NOT_RECORDED, Interval, Participant
from observation.export.json import lead_seconds

from .layout import Block, Cell, Gap, Row, Rule, Stack
from .ribbon import INTERRUPTION, Look, Swatch, lead_look, phase_look, role_look
from .style import INK, LABEL, MUTED, SMALL, SMALL_MUTED
from .text import Span, Text
from .words import DASH, Words, stretch

PHASES = 224.0  # width of the table of phases
SWATCH = 7.0
TIME = 31.0
SHARE = 34.0
USUAL = 46.0
NAMES = 66.0  # as in the ribbon


def facts(words: Words) -> list[Block]:
    """Return the tables of phases and lead beside each other, and the people under them."""
    tables = Row([Cell(_phases(words), PHASES), Cell(_leads(words))], gutter=22)
    return [tables, Gap(7), _people(words)]


def _phases(words: Words) -> Block:
    usual = {phase.id: phase.usual_seconds for phase in words.instrument.phases}
    rows: list[Block] = []
    for phase in words.observation.phases:
        normal = usual.get(phase.value)
        rows.append(
            _phase(
                phase_look(words, phase.value),
                words.phase(phase.value),
                phase,
                f"± {clock(normal * 1000)}" if normal else DASH,
            )
        )
    for interruption in words.observation.interruptions:
        what = "" if interruption.value == "interruption" else f": {interruption.value}"
        name = words.say(N_("Interruption")) + what
        rows.append(_phase(INTERRUPTION, name, interruption, ""))
    head = _head(
        words, N_("Phase"), (N_("begin"), TIME), (N_("length"), TIME), (N_("usual"), USUAL)
    )
    return Stack(rows or [Text(DASH, SMALL)], head)


def _phase(look: Look, name: str, interval: Interval, usual: str) -> Block:
    return _row(
        Cell(Swatch(look, SMALL.leading), SWATCH),
        Cell(Text(name, SMALL)),
        _number(clock(interval.start), TIME),
        _number(clock(interval.shown), TIME),
        Cell(Text(usual, SMALL_MUTED.but(right=True)), USUAL),
    )


def _leads(words: Words) -> Block:
    observation = words.observation
    counted = lead_seconds(observation)
    rows: list[Block] = []
    for role, codes in _by_role(words, counted["people"]).items():
        total = counted["roles"][role]
        if len(codes) > 1:
            name = words.role(role, 2)
            rows.append(_lead(words, role_look(words, role), [name], "", total, observation.end))
        for code in codes:
            times = ", ".join(stretch(i) for i in observation.leads if i.value == code)
            name = words.leader(code)
            apart: list[str | Span] = [name]
            if code not in (NOBODY, NOT_RECORDED):
                apart = [Span(name, bold=True)]
                if len(codes) == 1:
                    apart.append(f" {words.role(role)}")
            look = lead_look(words, code) if len(codes) == 1 else None
            rows.append(_lead(words, look, apart, times, counted["people"][code], observation.end))
    head = _head(words, N_("Lead"), (N_("when"), None), (N_("length"), TIME), (N_("share"), SHARE))
    return Stack(rows or [Text(DASH, SMALL)], head)


def _by_role(words: Words, people: Iterable[str]) -> dict[str, list[str]]:
    """The codes that led by role, in order of first appearance; nobody and not recorded last."""
    found: dict[str, list[str]] = {}
    special = (NOBODY, NOT_RECORDED)
    for code in sorted(people, key=lambda code: code in special):
        person = words.observation.person(code)
        role = code if code in special else person.role if person else ""
        found.setdefault(role, []).append(code)
    return found


def _lead(
    words: Words, look: Look | None, name: list[str | Span], times: str, total: int, whole: int
) -> Block:
    return _row(
        Cell(Swatch(look, SMALL.leading) if look else Gap(0), SWATCH),
        Cell(Text(name, SMALL)),
        Cell(Text(times, SMALL_MUTED)),
        _number(clock(total * 1000), TIME),
        _number(share(total * 1000, whole), SHARE),
    )


def _row(*cells: Cell) -> Block:
    return Row(cells, gutter=6, above=1, below=1)


def _number(text: str, width: float) -> Cell:
    return Cell(Text(text, SMALL.but(right=True)), width)


def _head(words: Words, name: str, *columns: tuple[str, float | None]) -> Block:
    cells = [Cell(Gap(0), SWATCH), Cell(Text(words.say(name), LABEL.but(bold=True, colour=INK)))]
    cells += [
        Cell(Text(words.say(title), LABEL.but(right=wide is not None)), wide)
        for title, wide in columns
    ]
    return Stack([Row(cells, gutter=6), Gap(1.5), Rule(0.6, MUTED), Gap(1.5)])


def _people(words: Words) -> Block:
    there = [person for person in words.observation.people if person.present]
    away = [person for person in words.observation.people if not person.present]
    rows: list[Block] = []
    for name, people, more in (
        (N_("Present"), there, _stay),
        (N_("Absent"), away, _reason),
    ):
        if people:
            text = Text(list(_listed(words, people, more)), SMALL)
            title = Text(words.say(name), LABEL.but(bold=True, colour=INK))
            rows.append(Row([Cell(title, NAMES - 14), Cell(text)]))
    return Stack(rows, gap=1)


def _listed(
    words: Words, people: Iterable[Participant], more: Callable[[Words, Participant], str]
) -> Iterator[str | Span]:
    """Yield the people by role in the instrument's order, codes in bold, with what is said of each."""
    groups: dict[str, list[Participant]] = {role.id: [] for role in words.instrument.roles}
    for person in people:
        groups.setdefault(person.role, []).append(person)
    first = True
    for role, members in groups.items():
        if not members:
            continue
        before = "" if first else "\xa0· "
        yield Span(f"{before}{words.role(role, len(members))} ", colour=MUTED)
        first = False
        for number, member in enumerate(members):
            said = more(words, member)
            yield Span(f"{', ' if number else ''}{member.person}", bold=True)
            if said:
                yield f" ({said})"


def _stay(words: Words, person: Participant) -> str:
    end = words.observation.end
    if [(spell.start, spell.end) for spell in person.spells] == [(0, end)]:
        return ""
    return ", ".join(map(stretch, person.spells))


def _reason(words: Words, person: Participant) -> str:
    description = person.description.value
    reason = words.named(words.instrument.absences, description.reason)
    expected = "" if description.expected else words.say(N_("was not expected"))
    return "; ".join(filter(None, (expected, reason)))
