"""Drafts of the schedule's answers, written from the log by the instrument's rules.

A draft is a suggestion until the observer takes it over: impressions, what has no standing text,
and what was said afterwards never enter one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from .errors import N_
from .format import clock, share
from .instrument import Instrument, Question
from .records import (
    NOBODY,
    NOT_RECORDED,
    Judgement,
    Note,
    Observation,
    Participant,
)
from .timeline import totals

Translate = Callable[[str], str]

PRESENT = N_("Present")
ABSENT = N_("Absent")
REMEMBERED = N_("remembered afterwards")
NOBODY_LEADS = N_("nobody leads")
UNRECORDED = N_("not recorded")
INTERRUPTION = N_("Interruption")
# What a draft asks `translate` for, beside the instrument's own words: a page hands these to a tablet.
WORDS = (PRESENT, ABSENT, REMEMBERED, NOBODY_LEADS, UNRECORDED, INTERRUPTION)


def draft(
    question: Question,
    observation: Observation,
    instrument: Instrument,
    language: str,
    translate: Translate,
) -> str:
    """Return the draft of an answer, empty when the log says nothing about the question.

    Lines are separated by newlines; times are minutes and seconds since the start. `translate`
    turns an English sentence into the language.
    """
    writer = _Writer(observation, instrument, language, translate)
    rule = question.prefill
    lines: list[str] = []
    if rule.people:
        lines += writer.people()
    if rule.phases:
        lines += writer.phases()
    if rule.leads:
        lines += writer.leads()
    if rule.indicators or rule.actors:
        lines += writer.indicators(rule.indicators, rule.actors)
    lines += writer.notes(rule.notes, rule.untagged)
    return "\n".join(lines)


def leader_name(code: str, translate: Translate) -> str:
    """Return a value of the lead track as people read it."""
    return (
        translate({NOBODY: NOBODY_LEADS, NOT_RECORDED: UNRECORDED}[code])
        if code in (NOBODY, NOT_RECORDED)
        else code
    )


class _Writer:
    def __init__(
        self, observation: Observation, instrument: Instrument, language: str, translate: Translate
    ) -> None:
        self.observation = observation
        self.instrument = instrument
        self.language = language
        self._ = translate

    def people(self) -> Iterator[str]:
        """Who is there by role, then who was expected and is not, with the reason."""
        there = [person for person in self.observation.people if person.present]
        away = [
            person
            for person in self.observation.people
            if not person.present and person.description.value.expected
        ]
        if there:
            yield f"{self._(PRESENT)}: {self._by_role(there, self._stay)}."
        if away:
            yield f"{self._(ABSENT)}: {self._by_role(away, self._reason)}."

    def phases(self) -> Iterator[str]:
        """The phases in order with times and lengths, then the interruptions."""
        names = {phase.id: phase.name[self.language] for phase in self.instrument.phases}
        names[NOT_RECORDED] = self._(UNRECORDED)
        stretches = [
            f"{names.get(phase.value, phase.value)} {clock(phase.start)}–{clock(phase.end)} ({clock(phase.shown)})"
            for phase in self.observation.phases
        ]
        if stretches:
            yield _sentence("; ".join(stretches))
        for interruption in self.observation.interruptions:
            what = f": {interruption.value}" if interruption.value.strip() else ""
            word = self._(INTERRUPTION)
            yield f"{word} {clock(interruption.start)}–{clock(interruption.end)}{what}."

    def leads(self) -> Iterator[str]:
        """How long each person led, with the share of the session."""
        shares = [
            f"{self._with_role(code)} {clock(length)} ({share(length, self.observation.end)})"
            for code, length in totals(self.observation.leads).items()
        ]
        if shares and set(totals(self.observation.leads)) != {NOT_RECORDED}:
            yield _sentence("; ".join(shares))

    def indicators(self, tables: Sequence[str], actors: Sequence[str]) -> Iterator[str]:
        """The behaviours seen, each with its times; a behaviour of two codes once."""
        table = {group.id: group.table for group in self.instrument.groups}
        for indicator in self.instrument.behaviours():
            if table[indicator.group] not in tables and indicator.actor not in actors:
                continue
            judged = self.observation.judgement(indicator.code, indicator.actor)
            if judged and judged.state == "seen":
                times = self._times(judged)
                yield indicator.short[self.language] + (f": {times}" if times else "")

    def notes(self, tags: Sequence[str], untagged: bool) -> Iterator[str]:
        """The notes with one of the tags, one a line; several tags as headings."""
        if len(tags) > 1 and not untagged:
            for tag in tags:
                found = [self._note(note) for note in self._notes([tag], False)]
                if found:
                    name = self.instrument.tag(tag).name[self.language]
                    yield _sentence(f"{name} – {'; '.join(found)}")
            return
        for note in self._notes(tags, untagged):
            yield self._note(note, first=True)

    def _notes(self, tags: Sequence[str], untagged: bool) -> Iterator[Note]:
        prefilling = {kind.id for kind in self.instrument.note_kinds if kind.prefills}
        for note in self.observation.notes:
            content = note.content.value
            wanted = set(content.tags) & set(tags) or (untagged and not content.tags)
            if wanted and content.kind in prefilling and content.text.strip():
                yield note

    def _note(self, note: Note, first: bool = False) -> str:
        text = note.content.value.text
        if note.time is None or note.time >= self.observation.end:
            return text
        return f"{clock(note.time)} {text}" if first else f"{text} ({clock(note.time)})"

    def _times(self, judgement: Judgement) -> str:
        times = []
        for sighting in judgement.sightings:
            when = self._(REMEMBERED) if sighting.time is None else clock(sighting.time)
            by = f"({sighting.person})" if sighting.person else ""
            times.append(f"{when} {by}".strip())
        return ", ".join(dict.fromkeys(times))

    def _by_role(self, people: Iterable[Participant], more: Callable[[Participant], str]) -> str:
        groups: dict[str, list[Participant]] = {role.id: [] for role in self.instrument.roles}
        for person in people:
            groups.setdefault(person.role, []).append(person)
        found = []
        for role, members in groups.items():
            if members:
                listed = ", ".join(f"{member.person}{more(member)}" for member in members)
                found.append(f"{self._role(role, len(members))} {listed}".strip())
        return "; ".join(found)

    def _role(self, id: str, number: int = 1) -> str:
        for role in self.instrument.roles:
            if role.id == id:
                return (role.name if number == 1 else role.plural)[self.language]
        return id

    def _with_role(self, code: str) -> str:
        person = self.observation.person(code)
        name = leader_name(code, self._)
        return f"{name} ({self._role(person.role)})" if person and person.role else name

    def _stay(self, person: Participant) -> str:
        """When somebody was there, unless from beginning to end."""
        end = self.observation.end
        if [(spell.start, spell.end) for spell in person.spells] == [(0, end)]:
            return ""
        return (
            f" ({', '.join(f'{clock(spell.start)}–{clock(spell.end)}' for spell in person.spells)})"
        )

    def _reason(self, person: Participant) -> str:
        reason = person.description.value.reason
        names = {item.id: item.name[self.language] for item in self.instrument.absences}
        return f" ({names.get(reason, reason)})" if reason else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
