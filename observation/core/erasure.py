"""What an erasure takes of a stream: which events go, and what is said anew without a code.

A code is known by its *mark* only, a hash, so that what was erased can be told from what was not
without keeping the code itself.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from .events import Event, stream_kind
from .fold import school_of_observation
from .interviews import Claim, Interview, data_of, fold_interview
from .registers import fold_school
from .slots import chains

SCHOOL, RESPONDENT = "school", "respondent"  # what is erased
SERVER = "server"  # the device of what is said anew
IDS = ("replaces", "event", "issue", "note", "claim", "id", "digest")  # fields that name events
BY_RESPONDENT = ("respondent-recorded", "consent-given", "consent-withdrawn")


def mark_of(study: str, school: str, respondent: str = "") -> str:
    """Return the mark of a school, or of a respondent of it: a SHA-256 with the study's id."""
    return sha256(json.dumps([study, school, respondent]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Scope:
    """The schools and respondents of a study that are, or are to be, erased: their marks."""

    study: str
    marks: frozenset[str]

    def school(self, code: Any) -> bool:
        """Return whether this is the code of such a school."""
        return isinstance(code, str) and mark_of(self.study, code) in self.marks

    def respondent(self, school: str, code: Any) -> bool:
        """Return whether this is the code of such a respondent of the school."""
        return (
            isinstance(code, str) and bool(code) and mark_of(self.study, school, code) in self.marks
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What goes of a stream: the events with these ids, all of it (`whole`), and how many claims.

    `anew` are events that say again, without the code, what others said: each with the id of that one.
    """

    whole: bool = False
    ids: frozenset[str] = frozenset()
    anew: tuple[tuple[str, Event], ...] = ()
    claims: int = 0


NOTHING = Part()


def school_of(stream: str, events: Iterable[Event]) -> str:
    """Return the code of the school that a stream is of, as all pages count it, or ""."""
    kind = stream_kind(stream)
    if kind == "observation":
        return school_of_observation(events)
    if kind == "interview":
        return fold_interview(events).school
    return fold_school(events).code if kind == "school" else ""


def schools_named(event: Event) -> tuple[str, ...]:
    """Return the codes of schools that an event says it is of."""
    value = event.data.get("school")
    if event.kind == "header-corrected" and event.data.get("field") == "school":
        value = event.data.get("value")
    return (value,) if isinstance(value, str) else ()


def respondents_named(event: Event) -> tuple[str, ...]:
    """Return the codes of respondents that an event names."""
    data = event.data
    found = [data.get("respondent")]
    for name in ("participants", "respondents"):
        if isinstance(data.get(name), (list, tuple)):
            found += data[name]
    return tuple(code for code in found if isinstance(code, str) and code)


def part_of_interview(
    events: Collection[Event], conflicts: Collection[Event], scope: Scope
) -> Part:
    """Return what goes of an interview with the respondents of the scope: by the rule of `heard`.

    Claims go with all their revisions, memos and what took them back; who took part is said anew
    without them. When nobody is left it goes whole.
    """
    found = fold_interview(events)
    gone = {code for event in (*events, *conflicts) for code in respondents_named(event)}
    gone = {code for code in gone if scope.respondent(found.school, code)}
    if not gone:
        return NOTHING
    stay = [claim for claim in found.claims if not _leaves(claim, found, gone)]
    standing = {event for claim in stay for event in claim.events}
    speaking = {code for claim in stay for said in claim.said.values for code in said.respondents}
    if not (set(found.participants) | speaking) - gone:
        return Part(whole=True, claims=len(found.claims))
    said = [each for each in events if each.kind == "claim-recorded"]
    ids: set[str] = set()
    claims = len(found.claims) - len(stay)
    for chain in map(set, chains(said)):
        in_conflict = [e for e in conflicts if e.id in chain]
        own = (*(e for e in said if e.id in chain), *in_conflict)
        if chain & standing:
            if not any(set(respondents_named(e)) & gone for e in in_conflict):
                continue
            claims += 1
        elif not any(set(respondents_named(e)) & gone for e in own) and not any(
            chain & set(claim.events) for claim in found.claims
        ):
            continue  # was taken back, and is nobody's of them
        ids |= chain
    anew = [*_numbered(found, ids, events)]
    headers = [each for each in events if each.kind == "interview-recorded"]
    stood = found.recorded.events if found.recorded else ()
    more, without = _without(headers, conflicts, stood, gone)
    return Part(False, frozenset(_with_memos(ids | more, events)), (*without, *anew), claims)


def part_of_school(
    events: Collection[Event], conflicts: Collection[Event], scope: Scope, claims: Collection[str]
) -> Part:
    """Return what goes of a school's stream with the respondents of the scope.

    `claims` are the ids of claims that go, or went. A leader stays a participant, without the link.
    """
    found = fold_school(events)
    every = (*events, *conflicts)
    gone = {code for event in every for code in respondents_named(event)}
    gone = {code for code in gone if scope.respondent(found.code, code)}
    ids = {e.id for e in every if e.kind in BY_RESPONDENT and e.data.get("respondent") in gone}
    ids |= {e.id for e in every if e.kind == "quotation-withheld" and e.data.get("claim") in claims}
    told = [each for each in events if each.kind == "feedback-recorded"]
    shown = {each.event for each in found.feedback}
    for chain in map(set, chains(told)):
        own = [e for e in every if e.id in chain and (e.id in shown or not chain & shown)]
        if any(e.data.get("respondent") in gone for e in own):
            ids |= chain
    leaders = [each for each in events if each.kind == "leader-recorded"]
    stood = [event for slot in found.leaders.values() for event in slot.events]
    more, without = _without(leaders, conflicts, stood, gone)
    return Part(False, frozenset(_with_memos(ids | more, events)), tuple(without))


def citing(event: Event, pattern: re.Pattern[str]) -> bool:
    """Return whether what somebody wrote in an event names what the pattern finds."""
    return any(pattern.search(text) for text in _texts(event.data))


def labels_of(events: Iterable[Event], part: Part) -> set[str]:
    """Return the labels by which texts cite what goes of a stream: of the whole, and of its claims."""
    found: set[str] = set()
    for event in events:
        data = event.data
        if part.whole and event.kind in ("observation-begun", "label-assigned"):
            found.add(str(data.get("label", "")))
        if part.whole and event.kind == "header-corrected" and data.get("field") == "label":
            found.add(str(data.get("value", "")))
        if part.whole and event.kind == "interview-recorded":
            found.add(str(data.get("interview", "")))
    interview = fold_interview(events) if any(e.kind == "claim-recorded" for e in events) else None
    for number, claim in enumerate(interview.claims if interview else (), 1):
        if interview and (part.whole or not part.ids.isdisjoint(claim.events)):
            said = claim.said.value
            own = number if said.number is None else said.number
            found.add(f"{'+'.join(said.respondents) or interview.label}-c{own}")
    return found


def words_of(text: str) -> list[str]:
    """Return the words of a text as `pattern_of` tells them apart."""
    return re.findall(r"[\w-]+", text)


def pattern_of(labels: Iterable[str]) -> re.Pattern[str]:
    """Return what finds these labels and codes in a text, each as a word of its own."""
    # The longest first: S2-c14 is not S2-c1.
    words = sorted({label for label in labels if label}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?![\w-])")


def _leaves(claim: Claim, interview: Interview, gone: set[str]) -> bool:
    speakers = {code for said in claim.said.values for code in said.respondents}
    if speakers:
        return bool(speakers & gone)
    return bool(interview.participants) and gone >= set(interview.participants)


def _without(
    events: Collection[Event], conflicts: Collection[Event], stood: Iterable[str], gone: set[str]
) -> tuple[set[str], list[tuple[str, Event]]]:
    """Of headers that replace one another: the ids of those chains that name somebody who is gone, and
    what stood of them said anew without."""
    ids: set[str] = set()
    anew = []
    known = {event.id: event for event in events}
    for chain in map(set, chains(events)):
        own = [e for e in (*events, *conflicts) if e.id in chain]
        if not any(set(respondents_named(event)) & gone for event in own):
            continue
        ids |= chain
        for id in (id for id in stood if id in chain):
            event = known[id]
            if chain - {id} <= set(event.replaces) and not set(respondents_named(event)) & gone:
                ids.discard(id)  # it is what was said anew before
                continue
            data = dict(event.data)
            if data.get("respondent") in gone:
                del data["respondent"]
            if "participants" in data:
                data["participants"] = [p for p in data["participants"] if p not in gone]
            anew.append((id, _again(event, data, chain)))
    return ids, anew


def _numbered(
    interview: Interview, ids: set[str], events: Iterable[Event]
) -> Iterator[tuple[str, Event]]:
    """Claims that stay and are called by their place, said anew with that number: labels stay."""
    known = {event.id: event for event in events}
    if not any(claim.events[0] in ids for claim in interview.claims):
        return
    for number, claim in enumerate(interview.claims, 1):
        stays = claim.events[0] not in ids and not claim.said.conflict
        if stays and claim.said.value.number is None:
            id = claim.said.events[0]
            data = data_of(replace(claim.said.value, number=number))
            kept = {n: v for n, v in known[id].data.items() if n not in data}
            yield id, _again(known[id], kept | data, set(claim.said.events))


def _again(event: Event, data: Mapping[str, Any], replaced: Collection[str]) -> Event:
    """The event with other data, as the server says it; its number is given when it is written."""
    name = " ".join(["again", *sorted(replaced)])
    return replace(
        event,
        id=str(uuid.uuid5(uuid.UUID(event.stream.partition("/")[2]), f"{name} of {event.id}")),
        device=SERVER,
        boot=SERVER,
        elapsed=0,
        data={**data, "replaces": sorted(replaced)},
    )


def _with_memos(ids: set[str], events: Iterable[Event]) -> set[str]:
    """With what was written of these events, what took it back, and so on."""
    about: dict[Any, set[str]] = defaultdict(set)
    for event in events:
        for name in ("event", "claim"):
            target = event.data.get(name)
            if event.kind in ("event-retracted", "memo-written") and isinstance(target, str):
                about[target].add(event.id)
        if event.kind == "memo-written":
            for other in event.replaces:  # a memo goes with all that it was
                about[other].add(event.id)
                about[event.id].add(other)
    found, wanted = set(ids), list(ids)
    while wanted:
        for id in about[wanted.pop()] - found:
            found.add(id)
            wanted.append(id)
    return found


def _texts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if name not in IDS:
            yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, key)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each, name)
