"""One document of a table beside the interview that it is: what is new, the same, or changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from observation.core.canonical import digest
from observation.core.errors import N_
from observation.core.events import Event, is_uuid
from observation.core.interviews import (
    Claim,
    Interview,
    Said,
    data_of,
    fold_interview,
    said_of,
)
from observation.core.kinds import KINDS
from observation.core.memos import from_one_cell

from .header import Header
from .interpret import Finding, Meant, interpret
from .known import IMPORT, Known, imported
from .mapping import Answers, Newcomer
from .profiles import OWN
from .segments import Segment


@dataclass(frozen=True, slots=True)
class Change:
    """A claim whose words or judgement another export of the same stretch has changed."""

    row: int
    document: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """What a document would bring: `events` by stream, and what is to be said about it."""

    events: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    new_interview: bool = False
    respondents: tuple[str, ...] = ()
    new: int = 0
    same: int = 0
    left_out: int = 0
    taken_back: int = 0


def plan_document(
    document: str,
    segments: Sequence[Segment],
    known: Known,
    answers: Answers,
    revise: bool,
    stream: str,
    log: Iterable[Event],
) -> DocumentPlan:
    """Return what the segments of one document bring to its interview, whose events are `log`.

    With `revise` what another export changed becomes a revision; else it is only listed.
    """
    planner = _Planner(document, segments, known, answers, stream, tuple(log))
    return planner.plan(revise)


class _Planner:
    def __init__(
        self,
        document: str,
        segments: Sequence[Segment],
        known: Known,
        answers: Answers,
        stream: str,
        log: tuple[Event, ...],
    ) -> None:
        self.document, self.segments, self.known, self.answers = document, segments, known, answers
        self.stream, self.log = stream, log
        self.header = Header(document, segments, known, answers)
        self.interview: Interview = fold_interview(log)
        self.claims = {id: claim for claim in self.interview.claims for id in claim.events}
        self.events = {event.id: event for event in log}
        self.ids = set(self.events)
        self.findings: list[Finding] = []
        self.changes: list[Change] = []
        self.made: list[Event] = []
        self.own = segments[0].tool == OWN
        self.counts = {"new": 0, "same": 0, "left_out": 0, "taken_back": 0}

    def plan(self, revise: bool) -> DocumentPlan:
        listed = self.header.listed()
        named = frozenset(self.header.named())
        meant: list[Meant] = []
        speakers = dict.fromkeys((*sorted(named), *listed))
        for segment in self.segments:
            if self.own and not segment.key:
                continue  # an interview without claims
            reading = interpret(segment, self.known, self.answers, named)
            meant += reading.meant
            self.findings += reading.findings
            self.counts["left_out"] += reading.left_out
            if self.own and not segment.text("text"):
                self._find(
                    "error", segment, N_("this holds no text; fill it in or delete the row.")
                )
            self._strangers(segment, reading.meant, listed)
            for each in reading.meant:
                speakers |= dict.fromkeys(each.said.respondents)
            unknown = reading.left_out or any(f.kind == "code" for f in reading.findings)
            if not unknown and not any(each.said.codes for each in reading.meant):
                self._find("warning", segment, N_("This stretch has no code; give it one."))
        self.header.same_throughout()
        school = self.header.school([*speakers], listed, self.interview.school)
        if school:
            self.header.agree(school, meant)
            self._describe(self.header.described(school, [*speakers]))
        if self.own:
            self._remember(from_one_cell(self.segments[0].text("interview-memos")))
        numbers = max((c.said.value.number or 0 for c in self.interview.claims), default=0)
        for each in meant:
            if each.said.number is None and not self.own:
                numbers += 1
                each = replace(each, said=replace(each.said, number=numbers))
            self._claim(each, revise)
        registers = self._newcomers(school, listed, [*speakers])
        events = {self.stream: tuple(self.made)} if self.made else {}
        return DocumentPlan(
            {**registers, **events},
            (*self.findings, *self.header.findings),
            tuple(self.changes),
            not self.log,
            tuple(
                e.data["respondent"]
                for made in registers.values()
                for e in made
                if "respondent" in e.data
            ),
            **self.counts,
        )

    def _strangers(
        self, segment: Segment, meant: Iterable[Meant], listed: Mapping[str, Newcomer]
    ) -> None:
        """Name who speaks in this program's own table and is in no register, nor among the participants."""
        for respondent in (r for each in meant for r in each.said.respondents if self.own):
            known = respondent.upper() in self.known.respondents
            if not known and respondent not in listed and respondent not in self.answers.new:
                self._find(
                    "respondent",
                    segment,
                    N_("No register has a respondent “%(respondent)s”; record who that is, or name another in the mapping."),
                    name=respondent,
                    column="respondents",
                    respondent=respondent,
                )  # fmt: skip

    def _describe(self, data: dict[str, Any]) -> None:
        """Record the interview, or add what the file says that it does not have yet."""
        old: Mapping[str, Any] = self.interview.recorded.value if self.interview.recorded else {}
        data["participants"] = list(
            dict.fromkeys((*old.get("participants", ()), *data["participants"]))
        )
        wanted = {**data, **{k: v for k, v in old.items() if k not in ("participants", "replaces")}}
        added = [
            name
            for name in wanted
            if name not in old or list_of(old[name]) != list_of(wanted[name])
        ]
        if self.interview.recorded:
            if not added:
                return
            wanted["replaces"] = list(self.interview.recorded.events)
        name = f"interview {digest(wanted)}" if old else "interview"
        self._make(name, "interview-recorded", wanted)

    def _claim(self, meant: Meant, revise: bool) -> None:
        if problem := _unfit(meant.said):
            self.findings.append(Finding("error", meant.row, problem, N_("This is no code."), {}))
            return
        first = self._event(meant.name, "claim-recorded", data_of(meant.said))
        if self.own and is_uuid(meant.key):  # a claim of this program keeps its id
            first = replace(first, id=meant.key, device=f"import-{meant.key}")
        claim = self.claims.get(first.id)
        if claim is None and first.id in self.ids:
            self.counts["taken_back"] += 1
        elif claim is None:
            self.counts["new"] += 1
            self.made.append(first)
            self._memos(meant, first.id)
        else:
            self._again(meant, claim, revise)

    def _again(self, meant: Meant, claim: Claim, revise: bool) -> None:
        """The stretch is here already: the same, or changed since it was last imported."""
        before = [
            said_of(self.events[id].data)
            for id in claim.events
            if self.own or self.events[id].boot == IMPORT
        ]  # fmt: skip
        here = claim.said.value
        # The number and the version of the codebook are of the first import, not of the file.
        said = replace(
            meant.said,
            number=here.number if not self.own else meant.said.number,
            codebook=before[-1].codebook if before and not self.own else meant.said.codebook,
        )
        ignored = {"number", "source"} if self.own else {"number"}
        if any(not _differing(said, each) - ignored for each in (*before, here)):
            self.counts["same"] += 1
            self._memos(meant, claim.id)
            return
        last = before[-1] if before else here
        changed = _differing(said, last) - ignored
        names = [each.name for each in fields(Said) if each.name in changed]
        merged = replace(here, **{name: getattr(said, name) for name in names})
        self.changes.append(Change(meant.row, self.document, tuple(names)))
        if revise:
            data = {**data_of(merged), "replaces": list(claim.said.events)}
            self._make(f"{meant.name} {digest(data)}", "claim-recorded", data)
            self._memos(meant, claim.id)

    def _remember(self, texts: Iterable[str]) -> None:
        here = {memo.text for memo in self.interview.memos}
        for place, text in enumerate(texts):
            if text not in here:
                self._make(f"memo {text}", "memo-written", {"text": text}, place)

    def _memos(self, meant: Meant, claim: str) -> None:
        here = self.claims.get(claim)
        known = {memo.text for memo in here.memos} if here else set()
        texts = meant.memos if not self.own else self._own_memos(meant)
        for place, text in enumerate(texts):
            if text not in known:
                data = {"text": text, "claim": claim}
                self._make(f"memo {meant.name} {text}", "memo-written", data, place)

    def _own_memos(self, meant: Meant) -> list[str]:
        segment = next(s for s in self.segments if meant.key == s.key)
        return from_one_cell(segment.text("memos"))

    def _newcomers(
        self, school: str, listed: Mapping[str, Newcomer], speakers: Iterable[str]
    ) -> dict[str, tuple[Event, ...]]:
        """Enter in the registers whom the file or the mapping introduces."""
        found: dict[str, list[Event]] = {}
        if school and school not in self.known.schools:
            self._school(found, school)
        for code in speakers:
            newcomer = self.answers.new.get(code) or listed.get(code)
            held = self.known.respondents.get(code.upper(), ())
            if newcomer is None or not newcomer.role:
                continue
            of = newcomer.school or school
            if held:
                register = self.known.schools[held[0][0]].respondents[held[0][1]]
                if register.role != newcomer.role:
                    self._find(
                        "error",
                        self.segments[0],
                        N_("Respondent %(respondent)s is %(here)s in the register and %(there)s in the file; put one of them right."),
                        column="participants",
                        respondent=code,
                        here=register.role,
                        there=newcomer.role,
                    )  # fmt: skip
                continue
            made = self._school(found, of)
            stream = self.known.school_stream(of)
            data = {"respondent": code, "role": newcomer.role}
            data |= {"group": newcomer.group} if newcomer.group else {}
            made.append(
                imported(stream, f"respondent {code}", "respondent-recorded", self.known.by, data)
            )
        return {stream: tuple(made) for stream, made in found.items()}

    def _school(self, found: dict[str, list[Event]], code: str) -> list[Event]:
        """The events that come to a school, with its beginning where it is new."""
        stream = self.known.school_stream(code)
        made = found.setdefault(stream, [])
        if code not in self.known.schools and not made:
            said = {"school": code}
            made.append(imported(stream, "school", "school-recorded", self.known.by, said))
        return made

    def _make(self, name: str, kind: str, data: Mapping[str, Any], place: int = 0) -> None:
        event = self._event(name, kind, data, place)
        if event.id not in self.ids:
            self.ids.add(event.id)
            self.made.append(event)

    def _event(self, name: str, kind: str, data: Mapping[str, Any], place: int = 0) -> Event:
        return imported(self.stream, name, kind, self.known.by, data, place)

    def _find(
        self,
        kind: str,
        segment: Segment,
        sentence: str,
        name: str = "",
        column: str = "",
        **values: object,
    ) -> None:
        cell = segment.cell(column or "text")
        values.setdefault("document", self.document)
        self.findings.append(Finding(kind, cell.row, cell.column, sentence, values, name))


def list_of(value: Any) -> Any:
    """Return a sequence as a list, since stored ones are tuples."""
    return list(value) if isinstance(value, (list, tuple)) else value


def _differing(one: Said, other: Said) -> set[str]:
    return {f.name for f in fields(Said) if getattr(one, f.name) != getattr(other, f.name)}


def _unfit(said: Said) -> str:
    """The name of the field that an event could not hold, or empty."""
    rules = {name.removesuffix("?"): rule for name, rule in KINDS["claim-recorded"].fields.items()}
    data = data_of(said)
    return next((name for name, value in data.items() if not rules[name].holds(value)), "")
