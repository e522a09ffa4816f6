"""How events become the study and its schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import N_, Problem
from .events import Event
from .memos import Memo, memos
from .records import Entry, Slot
from .rulings import Agreed, Feedback, Ruling, agreed_of, feedback_of, rulings_of
from .slots import standing
from .story import read_story

Said = Mapping[str, Any]
LEADER = "school-leader"
ATTRIBUTES = ("sector", "denomination", "pupils")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the study's codebook: its name, its event, and what it changed."""

    event: str
    name: str
    changes: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Study:
    """The study as it is recorded: name, instrument, members, periods and expectations by code.

    `versions` are those of its own codebook, in the order in which they were made; `retention` says
    until when its records may be kept.
    """

    stream: str
    name: str = ""
    instrument: str = ""
    recorded: Slot[Said] | None = None
    members: Mapping[str, Slot[Said]] = field(default_factory=dict)
    periods: Mapping[str, Slot[Said]] = field(default_factory=dict)
    expectations: Mapping[str, Slot[Said]] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    retention: Slot[Said] | None = None
    memos: tuple[Memo, ...] = ()
    problems: tuple[Problem, ...] = ()
    log: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What a school was going through; dates as YYYY-MM-DD, empty where not known."""

    event: str
    circumstance: str
    text: str = ""
    since: str = ""
    until: str = ""

    def during(self, since: str, until: str) -> bool:
        """Return whether it was so on any day from `since` to `until` (YYYY-MM-DD, both included)."""
        return (not self.until or since <= self.until) and (not self.since or self.since <= until)


@dataclass(frozen=True, slots=True)
class Respondent:
    """Somebody who was interviewed: the pseudonym, role and number of the focus group, if any."""

    code: str
    said: Slot[Said]

    @property
    def role(self) -> str:
        return str(self.said.value["role"])

    @property
    def group(self) -> str:
        return str(self.said.value.get("group", ""))


@dataclass(frozen=True, slots=True)
class Consent:
    """What a respondent, or the school, agreed to.

    Where a consent and a withdrawal stand beside each other it is withdrawn: agreeing again
    replaces the withdrawal.
    """

    given: tuple[Said, ...] = ()
    withdrawn: str = ""  # the date of the first withdrawal that stands
    events: tuple[str, ...] = ()  # all that stand

    @property
    def report(self) -> bool:
        """Whether everything that stands agrees to what a report would show of a leader."""
        return bool(
            self.given and not self.withdrawn and all(g.get("report") is True for g in self.given)
        )


@dataclass(frozen=True, slots=True)
class School:
    """A school (a case): attributes, circumstances, units, people, consent, matched sessions, rulings.

    `consents` has the school's own under the empty code. `matched` are the observations of one
    session each; `matchings` are the events that say so.
    """

    stream: str
    code: str = ""
    recorded: Slot[Said] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    circumstances: tuple[Circumstance, ...] = ()
    units: Mapping[str, Slot[Said]] = field(default_factory=dict)
    leaders: Mapping[str, Slot[Said]] = field(default_factory=dict)
    respondents: Mapping[str, Respondent] = field(default_factory=dict)
    consents: Mapping[str, Consent] = field(default_factory=dict)
    matched: tuple[tuple[str, ...], ...] = ()
    matchings: tuple[str, ...] = ()
    agreed: Agreed = field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    withheld: Mapping[str, Slot[Said]] = field(default_factory=dict)
    memos: tuple[Memo, ...] = ()
    problems: tuple[Problem, ...] = ()
    log: tuple[Entry, ...] = ()

    def withdrawn(self, respondent: str) -> bool:
        """Return whether nothing that this respondent said may be used any more."""
        return any(
            code in self.consents and self.consents[code].withdrawn for code in ("", respondent)
        )

    def consented(self, respondent: str) -> bool:
        """Return whether a consent of this respondent is recorded, or one of the whole school."""
        return any(code in self.consents and self.consents[code].given for code in ("", respondent))

    def participant(self, respondent: str, day: str = "") -> str:
        """Return the leader's code as a participant, on a day (YYYY-MM-DD) if given, or ""."""
        for participant, slot in self.leaders.items():
            for said in slot.values:
                if said.get("respondent") == respondent and _on(said, day):
                    return participant
        return ""

    def respondent(self, participant: str, day: str = "") -> str:
        """Return the respondent that a leader is, on a day (YYYY-MM-DD) if given, or ""."""
        slot = self.leaders.get(participant)
        terms = (said for said in slot.values if _on(said, day)) if slot else iter(())
        return next((str(said["respondent"]) for said in terms if said.get("respondent")), "")


def fold_study(events: Iterable[Event]) -> Study:
    """Return the study that the events of its stream amount to. Total over any events."""
    story = read_story(events, "study-recorded")
    recorded = _data(story.of("study-recorded"), "")
    said = recorded[""].value if recorded else {}
    periods = _data(story.of("period-recorded"), "period")
    return Study(
        stream=story.stream,
        name=said.get("name", ""),
        instrument=said.get("instrument", ""),
        recorded=recorded.get(""),
        members=_data(story.of("member-recorded"), "member"),
        periods=periods,
        expectations=_data(story.of("expectation-recorded"), "expectation"),
        versions=tuple(
            Version(e.event.id, e.event.data["version"], tuple(e.event.data["changes"]))
            for e in story.of("codebook-changed")
        ),
        retention=_data(story.of("retention-recorded"), "").get(""),
        memos=memos(story.of("memo-written")),
        problems=(*story.problems, *_backwards(periods)),
        log=story.log,
    )


def fold_school(events: Iterable[Event]) -> School:
    """Return the school that the events of its stream amount to. Total over any events."""
    story = read_story(events, "school-recorded")
    recorded = _data(story.of("school-recorded"), "")
    said = recorded[""].value if recorded else {}
    leaders = _data(story.of("leader-recorded"), "participant")
    respondents = {
        code: Respondent(code, slot)
        for code, slot in _data(story.of("respondent-recorded"), "respondent").items()
    }
    matchings = list(story.of("sessions-matched"))
    return School(
        stream=story.stream,
        code=said.get("school", ""),
        recorded=recorded.get(""),
        attributes={name: said[name] for name in ATTRIBUTES if name in said},
        circumstances=_circumstances(story.of("circumstance-recorded")),
        units=_data(story.of("unit-recorded"), "unit"),
        leaders=leaders,
        respondents=respondents,
        consents=_consents(story.of("consent-given", "consent-withdrawn")),
        matched=tuple(tuple(each.event.data["observations"]) for each in matchings),
        matchings=tuple(each.event.id for each in matchings),
        agreed=agreed_of(story.of("consensus-recorded")),
        rulings=rulings_of(story.of("ruling-recorded")),
        feedback=feedback_of(story.of("feedback-recorded")),
        withheld=_data(story.of("quotation-withheld"), "claim"),
        memos=memos(story.of("memo-written")),
        problems=(
            *story.problems,
            *_linked(leaders, respondents),
            *_two_roles(respondents),
            *_ends_before(story.of("leader-recorded", "circumstance-recorded")),
        ),
        log=story.log,
    )


def _data(entries: Iterable[Entry], key: str) -> dict[str, Slot[Said]]:
    """What stands of these events' data, by the value of one of its fields."""
    return standing(
        (entry.event.data.get(key, ""), entry.event, entry.event.data) for entry in entries
    )


def _circumstances(entries: Iterable[Entry]) -> tuple[Circumstance, ...]:
    """Each that nothing replaced: the same can happen twice."""
    found = _data(entries, "no such field").get("")
    pairs = zip(found.events, found.values, strict=True) if found else ()
    return tuple(
        Circumstance(
            id,
            said["circumstance"],
            said.get("text", ""),
            said.get("from", ""),
            said.get("until", ""),
        )
        for id, said in pairs
    )


def _consents(entries: Iterable[Entry]) -> dict[str, Consent]:
    found = standing((e.event.data.get("respondent", ""), e.event, e.event) for e in entries)
    return {
        code: Consent(
            tuple(event.data for event in slot.values if event.kind == "consent-given"),
            min((e.data["date"] for e in slot.values if e.kind == "consent-withdrawn"), default=""),
            slot.events,
        )
        for code, slot in found.items()
    }


def _on(said: Said, day: str) -> bool:
    return not day or said.get("from", "") <= day <= (said.get("until") or day)


def _linked(
    leaders: Mapping[str, Slot[Said]], respondents: Mapping[str, Respondent]
) -> Iterator[Problem]:
    """Links that must not be: only leaders are linked, and a respondent is one person."""
    holders: dict[str, str] = {}
    for participant, slot in leaders.items():
        for said, event in zip(slot.values, slot.events, strict=True):
            code = said.get("respondent")
            if code is None:
                continue
            if code in respondents and respondents[code].role != LEADER:
                yield Problem.of(
                    event,
                    N_(
                        "Respondent %(respondent)s is no school leader in the register, and only leaders may be linked to a participant; take the link back."
                    ),
                    respondent=code,
                )
            if holders.setdefault(code, participant) != participant:
                yield Problem.of(
                    event,
                    N_(
                        "Respondent %(respondent)s is linked to %(one)s and to %(other)s; take one of the links back."
                    ),
                    respondent=code,
                    one=holders[code],
                    other=participant,
                )


def _ends_before(entries: Iterable[Entry]) -> Iterator[Problem]:
    for entry in entries:
        said = entry.event.data
        if said.get("until") and said.get("from", "") > said["until"]:
            yield Problem.of(entry.event.id, N_("This ends before it begins; put its dates right."))


def _two_roles(respondents: Mapping[str, Respondent]) -> Iterator[Problem]:
    for code, respondent in respondents.items():
        if respondent.said.conflict:
            yield Problem.of(
                respondent.said.events[-1],
                N_("Respondent %(respondent)s is recorded in two ways; choose which is right."),
                respondent=code,
            )


def _backwards(periods: Mapping[str, Slot[Said]]) -> Iterator[Problem]:
    for code, slot in periods.items():
        for said, event in zip(slot.values, slot.events, strict=True):
            if said["from"] > said["until"]:
                yield Problem.of(
                    event,
                    N_("Period %(period)s ends before it begins; put its dates right."),
                    period=code,
                )
