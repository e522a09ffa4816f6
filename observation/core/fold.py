"""How events become an observation: the one way. Order of arrival does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .clock import ClockStep
from .errors import N_, Problem
from .events import Event, union
from .instrument import Instrument
from .judgements import judgements
from .kinds import KINDS
from .people import lead_changes, participants
from .problems import problems_of
from .records import (
    Answer,
    Entry,
    Interval,
    Note,
    NoteText,
    Observation,
    Participant,
    Review,
    Slot,
)
from .review import review
from .slots import standing
from .story import Story, beginning, read_story
from .timeline import Change, spells, track

HEADER = ("label", "school", "unit", "place")


@dataclass(frozen=True, slots=True)
class Outline:
    """What lists say of an observation, and what all else of it is folded from.

    `end` is in ms since the start of the `story`.
    """

    story: Story
    end: int
    ended: bool
    header: dict[str, Slot[str]]
    people: tuple[Participant, ...]
    review: Review
    problems: tuple[Problem, ...]


def outline(
    events: Iterable[Event],
    instrument: Instrument,
    conflicts: Iterable[Event] = (),
    now: int = 0,
) -> Outline:
    """Return the first half of `fold_observation`, with the same arguments: enough for a list."""
    story = read_story(events, "observation-begun")
    end, ended = _end(story, now)
    people = participants(story, end)
    problems = {
        *story.problems,
        *problems_of(story, instrument, people, end, ended),
        *(Problem.of(event.id, _CONFLICT) for event in union(conflicts)),
    }
    return Outline(
        story=story,
        end=end,
        ended=ended,
        header=_header(story),
        people=people,
        review=review(story.log, story.counted),
        problems=tuple(sorted(problems)),
    )


def fold_observation(
    events: Iterable[Event],
    instrument: Instrument,
    conflicts: Iterable[Event] = (),
    now: int = 0,
) -> Observation:
    """Return the observation that these events of one stream amount to. Total over any events.

    `now` (ms since 1970, UTC) is how far tracks run while the session goes on; without it they run
    to the last moment that is known.

    `instrument` is the version that the observation pinned. `conflicts` are events of a known id
    with other content: they are named among the problems and change nothing. What cannot be used
    is named in `problems` and stands, like everything else, in `log`.
    """
    first = outline(events, instrument, conflicts, now)
    story, end = first.story, first.end
    leads = track(lead_changes(story), end)
    return Observation(
        stream=story.stream,
        begun=story.begun,
        start=story.start,
        end=end,
        ended=first.ended,
        header=first.header,
        people=first.people,
        phases=track(_changes(story, "phase-started", "phase"), end),
        leads=leads,
        interruptions=_interruptions(story, end),
        notes=tuple(_notes(story)),
        marks=tuple(story.of("mark-set")),
        judgements=judgements(
            story.of("indicator-judged"),
            first.people,
            leads,
            instrument,
            unseen=story.begun.data.get("already-running", 0) if story.begun else 0,
            known=first.ended or bool(now),
        ),
        board=_board(story),
        answers=_answers(story),
        review=first.review,
        worked_out=_worked_out(story, end, first.review.finished),
        log=story.log,
        problems=first.problems,
        steps=tuple(_steps(story, end, first.ended)),
    )


def pinned(events: Iterable[Event]) -> tuple[str, str, str] | None:
    """Return id, version and digest of the instrument that an observation's events name, or None."""
    begun = beginning(events, "observation-begun")
    if begun is None:
        return None
    named = begun.data["instrument"]
    return named["id"], named["version"], named["digest"]


def school_of_observation(events: Iterable[Event]) -> str:
    """Return the code of the school in an observation's header, or ""."""
    header = _header(read_story(events, "observation-begun"))
    return header["school"].value if "school" in header else ""


_CONFLICT = N_("Another text came under the same id; the first counts and both are kept.")


def _end(story: Story, now: int) -> tuple[int, bool]:
    """The end in ms since the start: as said, else the last moment that is known, or now."""
    ends = [entry.time for entry in story.of("observation-ended")]
    if ends:
        return max(0, *ends), True
    known = (
        entry.time
        for entry in story.counted
        if KINDS[entry.event.kind].timed and entry.event.data.get("judged", "session") == "session"
    )
    # A tablet whose clock fell back to 1970 may begin before it: no time is not the time 0.
    running = now - story.start if now else 0
    return max(*known, running, 0, 0), False


def _steps(story: Story, end: int, ended: bool) -> Iterator[ClockStep]:
    """The steps of the clock that need a look: after the end only those that went back.

    A record is worked out when there is time, on a tablet that sleeps in between.
    """
    later = set(_later(story, end)) if ended else set()
    return (s for s in story.steps if s not in later or s.wall < s.counted)


def _worked_out(story: Story, end: int, finished: str) -> int | None:
    """How long after the session its observer finished it, in ms; None before that.

    Recorded time, and what it left out while the tablet slept or was off.
    """
    done = next((entry for entry in story.log if entry.event.id == finished), None)
    if done is None:
        return None
    left_out = sum(
        max(0, step.wall - step.counted)
        for step, entry in _later(story, end).items()
        if entry.event.device == done.event.device and entry.event.seq <= done.event.seq
    )
    return max(0, done.recorded - end) + left_out


def _later(story: Story, end: int) -> dict[ClockStep, Entry]:
    """The steps that were made after the end as a whole, with the event that each came to."""
    entries = {entry.event.id: entry for entry in story.log}
    steps = {step: entries[step.event] for step in story.steps}
    return {
        step: entry
        for step, entry in steps.items()
        if entry.recorded - step.counted >= end and entry.event.kind != "observation-ended"
    }


def _header(story: Story) -> dict[str, Slot[str]]:
    given = []
    for entry in story.of("observation-begun"):
        if entry.event is story.begun:
            data = entry.event.data
            given += [(name, entry.event, data[name]) for name in HEADER if name in data]
            given.append(("observer", entry.event, entry.event.by))
    for entry in story.of("header-corrected"):
        given.append((entry.event.data["field"], entry.event, entry.event.data["value"]))
    header = standing(given)
    # The server's word stands whatever was proposed: a label, once printed, never changes.
    assigned = standing(
        ("label", e.event, e.event.data["label"]) for e in story.of("label-assigned")
    )
    return header | assigned


def _changes(story: Story, kind: str, name: str) -> Iterator[Change]:
    return ((entry.time, entry.event.data[name], entry.event.id) for entry in story.of(kind))


def _interruptions(story: Story, end: int) -> tuple[Interval, ...]:
    """The spells in which the session was interrupted, with what by."""
    changes, texts = [], {}
    for entry in story.of("interruption-started", "interruption-ended"):
        id = entry.event.id
        on = entry.event.kind == "interruption-started"
        texts[id] = entry.event.data.get("text", "")
        changes.append((entry.time, id if on else "", id))
    return tuple(replace(spell, value=texts[spell.value]) for spell in spells(changes, end))


def _notes(story: Story) -> Iterator[Note]:
    written = {entry.event.id: entry for entry in story.of("note-written")}
    given = [(id, entry.event, _note_text(entry)) for id, entry in written.items()]
    for entry in story.of("note-corrected"):
        given.append((entry.event.data["note"], entry.event, _note_text(entry)))
    texts = standing(given)
    for id, entry in written.items():
        time = entry.time if entry.time >= 0 else None
        yield Note(id, time, texts[id], entry.event.data.get("person", ""))


def _note_text(entry: Entry) -> NoteText:
    data = entry.event.data
    return NoteText(data["text"], data["kind"], tuple(data["tags"]))


def _board(story: Story) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in story.of("board-counted"):
        counter = entry.event.data["counter"]
        counts[counter] = counts.get(counter, 0) + entry.event.data["number"]
    return counts


def _answers(story: Story) -> dict[str, Slot[Answer]]:
    return standing(
        (
            entry.event.data["question"],
            entry.event,
            Answer(entry.event.data.get("text", ""), entry.event.data.get("choice", "")),
        )
        for entry in story.of("answer-given")
    )
