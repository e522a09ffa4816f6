"""The timeline of a session as numbers that a template only has to put in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from observation.core.format import clock, share
from observation.core.records import NOBODY, NOT_RECORDED, Interval, Observation, Record
from observation.export.pdf.words import Words

from .words import language

RUNNING_LEAST = 15 * 60_000  # ms that the scale spans at least while the session goes on
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 960, 1920)  # minutes between two numbers
MOST_NUMBERS = 6
LETTER = 0.62  # em, the width of a letter of a label as a rule
PADDING = 0.9  # em, before and after a label
NARROW = 20  # em, the least width of the bands: on a telephone
WIDE = 52  # em, their width on a tablet
SHORT = {NOBODY: "–", NOT_RECORDED: "?"}  # so that no stretch is told by its look alone


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a band: `x` and `width` in percent of the scale.

    `look` is a class of style sheets; `room` says where the label fits inside: everywhere, wide
    (only on a wide screen) or nowhere.
    """

    look: str
    label: str
    title: str
    x: float
    width: float
    room: str


@dataclass(frozen=True, slots=True)
class Point:
    """A moment on the scale, in percent, with what is said of it."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Share:
    """A row of the tables beside the bands; lengths are minutes and seconds."""

    look: str
    name: str
    detail: str
    times: str
    length: str
    share: str
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A session's bands and their tables; `now` (percent) is where a session that goes on is."""

    phases: tuple[Stretch, ...]
    leads: tuple[Stretch, ...]
    interruptions: tuple[Stretch, ...]
    seen: tuple[Point, ...]
    ticks: tuple[Point, ...]
    now: float | None
    phase_rows: tuple[Share, ...]
    lead_rows: tuple[Share, ...]


def timeline(record: Record) -> Timeline:
    """Return the timeline of a record, also of one that has just begun, in the page's language.

    The scale runs to the end; while the session goes on, at least to 15 minutes.
    """
    observation, words = record.observation, Words(record, language())
    scale = _Scale(max(observation.end, 1 if observation.ended else RUNNING_LEAST))
    bands = _bands(words, scale)
    return Timeline(
        phases=bands.phases,
        leads=bands.leads,
        interruptions=tuple(
            scale.stretch(i, "interruption", i.value or _("Interruption"))
            for i in observation.interruptions
        ),
        seen=tuple(_sightings(words, scale)),
        ticks=tuple(scale.ticks()),
        now=None if observation.ended else scale.at(observation.end),
        phase_rows=tuple(_phase_rows(words)),
        lead_rows=tuple(_lead_rows(words)),
    )


@dataclass(frozen=True, slots=True)
class Bands:
    """The phases and leads of one record, beside those of another."""

    phases: tuple[Stretch, ...]
    leads: tuple[Stretch, ...]


def beside(
    records: Sequence[tuple[Record, int]],
) -> tuple[tuple[Bands, ...], tuple[Point, ...]]:
    """Return the bands of records of one session on a common scale, and the numbers of the scale.

    Each record comes with by how many ms it began later than some moment; the scale begins with the
    earliest of them. What a stretch says of its times is by its own record's clock.
    """
    zero = min(later for _, later in records)
    end = max(1, *(later - zero + record.observation.end for record, later in records))
    bands = []
    for record, later in records:
        bands.append(_bands(Words(record, language()), _Scale(end, later - zero)))
    return tuple(bands), tuple(_Scale(end).ticks())


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the beginning to `end`; what is put on it began `later` than that. All in ms."""

    end: int
    later: int = 0

    def at(self, time: int) -> float:
        return round(100 * min(max(time + self.later, 0), self.end) / self.end, 3)

    def stretch(self, interval: Interval, look: str, label: str) -> Stretch:
        x, width = self.at(interval.start), self.at(interval.end) - self.at(interval.start)
        title = f"{label} {_span(interval)} ({_length(interval)})"
        room = _room(label, width)
        if room == "nowhere" and look in SHORT:
            label = SHORT[look]
            room = _room(label, width)
        return Stretch(look, label, title, x, round(width, 3), room)

    def ticks(self) -> Iterator[Point]:
        minutes = self.end // 60_000
        step = next((s for s in STEPS if minutes / s <= MOST_NUMBERS), minutes // MOST_NUMBERS)
        for minute in range(0, minutes + 1, step):
            yield Point(self.at(minute * 60_000), str(minute))


def _bands(words: Words, scale: _Scale) -> Bands:
    return Bands(
        tuple(
            scale.stretch(i, _phase_look(words, i.value), words.phase(i.value))
            for i in words.observation.phases
        ),
        tuple(
            scale.stretch(i, _lead_look(words, i.value), words.leader(i.value))
            for i in words.observation.leads
        ),
    )


def _room(label: str, width: float) -> str:
    needed = len(label) * LETTER + PADDING
    if needed <= NARROW * width / 100:
        return "everywhere"
    return "wide" if needed <= WIDE * width / 100 else "nowhere"


def _phase_look(words: Words, id: str) -> str:
    known = [phase.id for phase in words.instrument.phases]
    if id == NOT_RECORDED:
        return NOT_RECORDED
    return f"phase-{known.index(id) % 4 + 1}" if id in known else "unknown"


def _lead_look(words: Words, code: str) -> str:
    """The look of who leads, by role: its place in the instrument."""
    if code in (NOBODY, NOT_RECORDED):
        return code
    person = words.observation.person(code)
    known = [role.id for role in words.instrument.roles]
    if person is None or person.role not in known:
        return "unknown"
    return f"role-{known.index(person.role) % 5 + 1}"


def _sightings(words: Words, scale: _Scale) -> Iterator[Point]:
    """When the observer saw a behaviour; several at one moment are one point."""
    found: dict[int, list[str]] = {}
    for indicator in words.instrument.behaviours():
        for judgement in words.observation.judgements:
            if judgement.code != indicator.code or judgement.source != "observer":
                continue
            for sighting in judgement.sightings:
                names = found.setdefault(-1 if sighting.time is None else sighting.time, [])
                if words.of(indicator.short) not in names:
                    names.append(words.of(indicator.short))
    for time, names in sorted(found.items()):
        if time >= 0:
            yield Point(scale.at(time), f"{clock(time)} {', '.join(names)}")


def _phase_rows(words: Words) -> Iterator[Share]:
    usual = {phase.id: phase.usual_seconds for phase in words.instrument.phases}
    for phase, stretches in _by_value(words.observation.phases):
        normal = usual.get(phase)
        yield _row(
            words.observation,
            stretches,
            _phase_look(words, phase),
            words.phase(phase),
            usual=f"± {clock(normal * 1000)}" if normal else "",
        )
    for interruption in words.observation.interruptions:
        name = interruption.value if interruption.value != "interruption" else ""
        yield _row(words.observation, [interruption], "interruption", _("Interruption"), name)


def _lead_rows(words: Words) -> Iterator[Share]:
    for code, stretches in _by_value(words.observation.leads):
        person = words.observation.person(code)
        role = words.role(person.role) if person else ""
        look = _lead_look(words, code)
        yield _row(words.observation, stretches, look, words.leader(code), role)


def _by_value(intervals: Iterable[Interval]) -> Iterator[tuple[str, list[Interval]]]:
    found: dict[str, list[Interval]] = {}
    for interval in intervals:
        found.setdefault(interval.value, []).append(interval)
    # What nobody wrote down stands last.
    yield from sorted(found.items(), key=lambda each: each[0] == NOT_RECORDED)


def _row(
    observation: Observation,
    stretches: list[Interval],
    look: str,
    name: str,
    detail: str = "",
    usual: str = "",
) -> Share:
    lasted = sum(stretch.shown for stretch in stretches)
    return Share(
        look,
        name,
        detail,
        ", ".join(map(_span, stretches)),
        clock(lasted),
        share(lasted, observation.end),
        usual,
    )


def _span(interval: Interval) -> str:
    return f"{clock(interval.start)}–{clock(interval.end)}"


def _length(interval: Interval) -> str:
    return clock(interval.shown)
