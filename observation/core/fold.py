"""How events become an observation: the one way. Order of arrival does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .errors import N_, Problem
from .events import Event, union
from .instrument import Instrument
from .judgements import judgements
from .kinds import KINDS, RESERVED
from .records import (
    NOBODY,
    NOT_RECORDED,
    Answer,
    Description,
    Entry,
    Interval,
    Note,
    NoteText,
    Observation,
    Participant,
    Slot,
)
from .review import review
from .slots import standing
from .story import Story, read_story
from .timeline import Change, spells, track

HEADER = ("label", "school", "unit", "place")


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
    story = read_story(events, "observation-begun")
    end, ended = _end(story, now)
    people = _people(story, end)
    leads = track(_lead_changes(story), end)
    problems = [
        *story.problems,
        *_unknown(story, instrument, people),
        *_undecided(people),
        *_misplaced(story, end, ended),
        *(Problem.of(event.id, _CONFLICT) for event in union(conflicts)),
    ]
    return Observation(
        stream=story.stream,
        begun=story.begun,
        start=story.start,
        end=end,
        ended=ended,
        header=_header(story),
        people=people,
        phases=track(_changes(story, "phase-started", "phase"), end),
        leads=leads,
        interruptions=_interruptions(story, end),
        notes=tuple(_notes(story)),
        marks=tuple(story.of("mark-set")),
        judgements=judgements(
            story.of("indicator-judged"),
            people,
            leads,
            instrument,
            unseen=story.begun.data.get("already-running", 0) if story.begun else 0,
            known=ended or bool(now),
        ),
        board=_board(story),
        answers=_answers(story),
        review=review(story.log, story.counted),
        log=story.log,
        problems=tuple(sorted(set(problems))),
        steps=story.steps,
    )


def pinned(events: Iterable[Event]) -> tuple[str, str, str] | None:
    """Return id, version and digest of the instrument that an observation's events name, or None."""
    begun = read_story(events, "observation-begun").begun
    if begun is None:
        return None
    named = begun.data["instrument"]
    return named["id"], named["version"], named["digest"]


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
    return max(*known, now - story.start, 0, 0), False


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


def _people(story: Story, end: int) -> tuple[Participant, ...]:
    described: list[tuple[str, Event, Description]] = []
    changes: dict[str, list[Change]] = {}
    traces = set(_leaders(story))
    for entry in story.of(
        "observation-begun", "person-recorded", "person-arrived", "person-departed"
    ):
        event, data = entry.event, entry.event.data
        if event.kind == "observation-begun":
            traces |= {listed["person"] for listed in data["people"] if listed["present"]}
            for listed in data["people"] if event is story.begun else ():
                described.append((listed["person"], event, _description(listed)))
                if listed["present"]:
                    arrival = (0, listed["person"], event.id)
                    changes.setdefault(listed["person"], []).append(arrival)
        elif event.kind == "person-recorded":
            described.append((data["person"], event, _description(data)))
        else:
            there = data["person"] if event.kind == "person-arrived" else ""
            changes.setdefault(data["person"], []).append((entry.time, there, event.id))
            traces.add(data["person"])
    slots = standing(described)
    nobody_said = Slot((Description(role="", expected=False),), ("",))
    return tuple(
        Participant(
            code,
            slots.get(code, nobody_said),
            spells(changes.get(code, ()), end),
            code in traces,
        )
        for code in dict.fromkeys([*slots, *changes, *_leaders(story)])
    )


def _description(data: object) -> Description:
    assert isinstance(data, dict)
    return Description(data["role"], data.get("expected", True), data.get("reason", ""))


def _leaders(story: Story) -> Iterator[str]:
    return (
        entry.event.data["lead"]
        for entry in story.of("lead-taken")
        if entry.event.data["lead"] not in RESERVED
    )


def _changes(story: Story, kind: str, name: str) -> Iterator[Change]:
    return ((entry.time, entry.event.data[name], entry.event.id) for entry in story.of(kind))


def _lead_changes(story: Story) -> Iterator[Change]:
    """Who leads from when; a leader who departs leaves nobody."""
    leading = NOT_RECORDED
    for entry in story.of("lead-taken", "person-departed"):
        if entry.event.kind == "lead-taken":
            leading = entry.event.data["lead"]
        elif entry.event.data["person"] == leading:
            leading = NOBODY
        else:
            continue
        yield entry.time, leading, entry.event.id


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


def _unknown(
    story: Story, instrument: Instrument, people: tuple[Participant, ...]
) -> Iterator[Problem]:
    """What names something that the instrument or the list of people does not have."""
    described = {person.person for person in people if person.role}
    known = {
        "phase": {phase.id for phase in instrument.phases},
        "indicator": {indicator.code for indicator in instrument.indicators},
        "counter": {counter.id for counter in instrument.board},
        "question": {question.id for question in instrument.questions}
        | {question.id for question in instrument.afterwards},
        "role": {role.id for role in instrument.roles},
        "kind": {kind.id for kind in instrument.note_kinds},
        "reason": {reason.id for reason in instrument.absences},
        "person": described,
        "lead": described | set(RESERVED[:2]),
    }
    rule_parts = {i.log.part.id for i in instrument.indicators if i.log and i.log.part}
    tags = {tag.id for tag in instrument.tags}
    for entry in story.counted:
        data = entry.event.data
        parts = (data, *data["people"]) if entry.event is story.begun else (data,)
        named = [(name, part[name]) for part in parts for name in known if name in part]
        strange = [(name, value) for name, value in named if value not in known[name]]
        if entry.event.kind == "indicator-judged" and data.get("part", "") not in {"", *rule_parts}:
            strange.append(("part", data["part"]))
        strange += [("tag", tag) for tag in data.get("tags", ()) if tag not in tags]
        for name, value in strange:
            yield Problem.of(
                entry.event.id,
                _STRANGE_PERSON if name in ("person", "lead") else _STRANGE_WORD,
                name=name,
                value=value,
            )


def _undecided(people: tuple[Participant, ...]) -> Iterator[Problem]:
    """Who has several descriptions beside each other: a role decides whose behaviour is judged."""
    for person in people:
        if person.description.conflict:
            yield Problem.of(
                person.description.events[-1],
                N_("%(person)s is described in several ways; choose one."),
                person=person.person,
            )


_STRANGE_PERSON = N_("“%(value)s” is not among the people of this session; add who that is.")
_STRANGE_WORD = N_(
    "The instrument of this observation has no %(name)s “%(value)s”; it is kept as written."
)


def _misplaced(story: Story, end: int, ended: bool) -> Iterator[Problem]:
    """What contradicts the end of the session or who was there."""
    ends = {entry.time: entry.event.id for entry in story.of("observation-ended")}
    if len(ends) > 1:
        yield Problem.of(
            ends[max(ends)], N_("The session ends at several moments; the last one counts.")
        )
    # One ms further: who is there at the last moment is there, though the stretch has no length yet.
    for entry in story.of("indicator-judged", "board-counted", "mark-set"):
        if ended and entry.time > end and entry.event.data.get("judged", "session") == "session":
            yield Problem.of(
                entry.event.id,
                N_("This comes after the end of the session; correct its moment, or the end."),
            )
    by_code = {person.person: person for person in _people(story, end + 1)}
    for entry in story.of("lead-taken", "phase-started"):
        if ended and entry.time >= end:
            yield Problem.of(
                entry.event.id,
                N_("This comes at or after the end of the session and has no length."),
            )
            continue
        person = by_code.get(entry.event.data.get("lead", ""))
        if (
            person
            and person.role
            and not any(s.start <= entry.time < max(s.end, s.start + 1) for s in person.spells)
        ):
            yield Problem.of(
                entry.event.id,
                N_("%(person)s leads but is not marked as present; add when %(person)s came in."),
                person=person.person,
            )
