"""How events become interviews with their claims, and what was heard in them becomes the testimony of a study."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import N_, Problem
from .events import Event
from .memos import Memo, memos
from .records import LEADERSHIP, Entry, Slot
from .registers import LEADER, School
from .slots import chains, standing
from .story import Story, read_story

UNJUDGED = "unjudged"
FOCUS_GROUP = "focus-group"
CONTRADICTIONS = (("affirms", "never"), ("denies", "always"))


@dataclass(frozen=True, slots=True)
class Source:
    """Where an imported claim comes from: the tool, its document, its own id of the segment."""

    tool: str
    document: str
    id: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a claim says. Without respondents it is the group's, without a speaker.

    `stance` and `mode` are `unjudged` until somebody judges them; what is empty was not said.
    `codebook` is the version of the codebook that the codes are of. `about` is a leader's code as a
    participant, or `leadership`.
    """

    respondents: tuple[str, ...]
    form: str
    text: str
    codes: tuple[str, ...]
    codebook: str
    stance: str = UNJUDGED
    mode: str = UNJUDGED
    scope: str = ""
    frequency: str = ""
    about: str = ""
    unit: str = ""
    place: str = ""
    topic: str = ""
    coder: str = ""
    number: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as it stands: `said` holds what nothing replaced, several in conflict side by side.

    `id` is that of its first event and stays when it is revised; `events` are all of them, so that
    taking the claim back is taking these back. `label` is its name for people, once it has one.
    """

    id: str
    interview: str
    said: Slot[Said]
    events: tuple[str, ...]
    by: str
    memos: tuple[Memo, ...] = ()
    label: str = ""

    @property
    def judged(self) -> bool:
        """Whether stance and mode are judged, and nobody contradicts that."""
        said = self.said.value
        return UNJUDGED not in (said.stance, said.mode) and not self.said.conflict


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview or focus group with its claims, in the order of their numbers."""

    stream: str
    recorded: Slot[Mapping[str, Any]] | None = None
    claims: tuple[Claim, ...] = ()
    memos: tuple[Memo, ...] = ()  # on the interview as a whole
    problems: tuple[Problem, ...] = ()
    log: tuple[Entry, ...] = ()

    @property
    def label(self) -> str:
        """Its name for people, or its stream while its header is not here."""
        return str(self._value("interview")) or self.stream

    @property
    def kind(self) -> str:
        return str(self._value("kind"))

    @property
    def school(self) -> str:
        return str(self._value("school"))

    @property
    def date(self) -> str:
        """The day as YYYY-MM-DD, or empty."""
        return str(self._value("date"))

    @property
    def topic_list(self) -> str:
        return str(self._value("topic-list"))

    @property
    def participants(self) -> tuple[str, ...]:
        """The respondents who took part."""
        return tuple(self._value("participants"))

    @property
    def next_number(self) -> int:
        """The number of the next claim: no other has it or had it."""
        recorded = (entry.event for entry in self.log if entry.event.kind == "claim-recorded")
        numbers = [event.data.get("number") for event in recorded]
        used = (n for n in numbers if type(n) is int and n > 0)
        return max(used, default=len(self.claims)) + 1

    def claim(self, event: str) -> Claim | None:
        """Return the claim that an event is of, or None."""
        return next((claim for claim in self.claims if event in claim.events), None)

    def _value(self, name: str) -> Any:
        return self.recorded.value.get(name, "") if self.recorded else ""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the respondents of a study said and may be used, each claim with its label.

    `withdrawn` counts the claims that left, by school, because somebody withdrew who said them.
    `interviewed` are, by school, the respondents who took part and did not withdraw.
    """

    claims: tuple[Claim, ...] = ()
    withdrawn: Mapping[str, int] = field(default_factory=dict)
    interviewed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def fold_interview(events: Iterable[Event]) -> Interview:
    """Return the interview that the events of its stream amount to. Total over any events."""
    story = read_story(events, "interview-recorded")
    recorded = standing(("", e.event, e.event.data) for e in story.of("interview-recorded"))
    written = memos(story.of("memo-written"))
    interview = Interview(
        stream=story.stream,
        recorded=recorded.get(""),
        claims=_claims(story, written),
        memos=tuple(memo for memo in written if not memo.claim),
        log=story.log,
    )
    return replace(interview, problems=(*story.problems, *_of_claims(interview)))


def heard(interviews: Iterable[Interview], schools: Iterable[School]) -> Testimony:
    """Return the claims that may be used, labelled, and how many a withdrawal took out.

    A claim of several leaves when one of them withdraws, since nobody can say whose words it holds; a
    group's without a speaker when all who took part did. Labels (`S2-c14`) are respondent and
    number, and count the claims that left, so that none is ever given to another.
    """
    registers: dict[str, list[School]] = defaultdict(list)
    for school in sorted(schools, key=lambda each: each.stream):
        registers[school.code].append(school)
    claims: list[Claim] = []
    withdrawn: dict[str, int] = defaultdict(int)
    took_part: dict[str, dict[str, None]] = defaultdict(dict)
    used: set[str] = set()
    for interview in sorted(interviews, key=lambda each: (each.date, each.label, each.stream)):
        code = interview.school
        gone = {
            respondent
            for respondent in _everybody(interview)
            if any(school.withdrawn(respondent) for school in registers[code])
        }
        # What nobody took part in by name leaves with the school.
        closed = any(school.withdrawn("") for school in registers[code])
        took_part[code] |= dict.fromkeys(r for r in interview.participants if r not in gone)
        for number, claim in enumerate(interview.claims, 1):
            label = _label(claim, interview, number, used)
            if closed or _left(claim, interview, gone):
                withdrawn[code] += 1
            else:
                claims.append(replace(claim, label=label))
    return Testimony(
        tuple(claims), dict(withdrawn), {code: tuple(found) for code, found in took_part.items()}
    )


def leader_of(said: Said, school: School, day: str = "") -> str:
    """Return the code of the leader whom a claim is about, or `leadership`.

    A leader's own claim is about that leader unless it says otherwise.
    """
    if said.about:
        return said.about
    leaders = {
        school.participant(respondent, day)
        for respondent in said.respondents
        if respondent in school.respondents and school.respondents[respondent].role == LEADER
    }
    return next(iter(leaders)) if len(leaders) == 1 and "" not in leaders else LEADERSHIP


def said_of(data: Mapping[str, Any]) -> Said:
    """Return what the data of a `claim-recorded` says. *Affirms, never* and the like are unjudged."""
    stance, frequency = data["stance"], data.get("frequency", "")
    source = data.get("source")
    return Said(
        respondents=tuple(dict.fromkeys(data["respondents"])),
        form=data["form"],
        text=data["text"],
        codes=tuple(dict.fromkeys(data["codes"])),
        codebook=data["codebook"],
        stance=UNJUDGED if (stance, frequency) in CONTRADICTIONS else stance,
        mode=data["mode"],
        scope=data.get("scope", ""),
        frequency=frequency,
        about=data.get("about", ""),
        unit=data.get("unit", ""),
        place=data.get("place", ""),
        topic=data.get("topic", ""),
        coder=data.get("coder", ""),
        number=data.get("number"),
        source=Source(source["tool"], source["document"], source["id"]) if source else None,
    )


def data_of(said: Said) -> dict[str, Any]:
    """Return the data of a `claim-recorded` that says this."""
    optional = {
        name: getattr(said, name)
        for name in ("scope", "frequency", "about", "unit", "place", "topic", "coder")
        if getattr(said, name)
    }
    if said.number is not None:
        optional["number"] = said.number
    if said.source:
        source = said.source
        optional["source"] = {"tool": source.tool, "document": source.document, "id": source.id}
    return {
        "respondents": list(said.respondents),
        "form": said.form,
        "text": said.text,
        "codes": list(said.codes),
        "codebook": said.codebook,
        "stance": said.stance,
        "mode": said.mode,
        **optional,
    }


def _claims(story: Story, written: Iterable[Memo]) -> tuple[Claim, ...]:
    entries = {entry.event.id: entry for entry in story.of("claim-recorded")}
    about: dict[str, list[Memo]] = defaultdict(list)
    for memo in written:
        about[memo.claim].append(memo)
    found = []
    for chain in _chains(entries):
        events = [entries[id].event for id in chain]
        said = standing(("", event, said_of(event.data)) for event in events)[""]
        notes = tuple(memo for id in chain for memo in about.get(id, ()))
        found.append(Claim(chain[0], story.stream, said, tuple(chain), _by(said, entries), notes))
    order = {id: place for place, id in enumerate(entries)}

    def place(claim: Claim) -> tuple[bool, int, int]:
        number = claim.said.value.number
        return number is None, number or 0, order[claim.id]

    return tuple(sorted(found, key=place))


def _chains(entries: Mapping[str, Entry]) -> Iterator[list[str]]:
    """Yield the ids of each claim's events in order: those that replace one another, in any way."""
    for chain in chains(entry.event for entry in entries.values()):
        # Those that replace nothing come first, so that a late revision never lends the claim its id.
        yield sorted(chain, key=lambda id: not set(entries[id].event.replaces).isdisjoint(chain))


def _by(said: Slot[Said], entries: Mapping[str, Entry]) -> str:
    return entries[said.events[0]].event.by


def _everybody(interview: Interview) -> set[str]:
    named = {
        respondent
        for claim in interview.claims
        for said in claim.said.values
        for respondent in said.respondents
    }
    return named | set(interview.participants)


def _left(claim: Claim, interview: Interview, gone: set[str]) -> bool:
    speakers = {respondent for said in claim.said.values for respondent in said.respondents}
    if speakers:
        return bool(speakers & gone)
    return bool(interview.participants) and gone >= set(interview.participants)


def _label(claim: Claim, interview: Interview, number: int, used: set[str]) -> str:
    said = claim.said.value
    who = "+".join(said.respondents) or interview.label
    label = first = f"{who}-c{number if said.number is None else said.number}"
    again = 2
    while label in used:
        label = f"{first}.{again}"
        again += 1
    used.add(label)
    return label


def _of_claims(interview: Interview) -> Iterator[Problem]:
    if interview.recorded and interview.recorded.conflict:
        yield Problem.of(
            interview.recorded.events[-1],
            N_("This interview is described in two ways; choose which is right."),
        )
    known = {entry.event.id: entry.event for entry in interview.log}
    for claim in interview.claims:
        for event, said in zip(claim.said.events, claim.said.values, strict=True):
            if known[event].data["stance"] != said.stance:
                yield Problem.of(
                    event,
                    N_(
                        "“%(stance)s” and “%(frequency)s” contradict each other, so the claim counts as not judged; judge it again."
                    ),
                    stance=known[event].data["stance"],
                    frequency=said.frequency,
                )
            if not said.codes:
                yield Problem.of(event, N_("This claim has no code; give it one."))
            if not said.text.strip():
                yield Problem.of(event, N_("This claim has no text; take it back or write it."))
            for respondent in said.respondents:
                if interview.recorded and respondent not in interview.participants:
                    yield Problem.of(
                        event,
                        N_(
                            "Respondent %(respondent)s did not take part in this interview; put the claim or the participants right."
                        ),
                        respondent=respondent,
                    )
