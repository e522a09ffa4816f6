"""The log in words: what each event says, for the person who recorded it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from observation.core.errors import N_
from observation.core.kinds import KINDS
from observation.core.prefill import leader_name
from observation.core.records import Entry, NoteText, Record

from .words import language

# What kinds say; on the tablet the page fills in the same sentences.
SENTENCES = {
    "observation-begun": N_("Begin"),
    "observation-ended": N_("End of the session"),
    "phase-started": N_("%(phase)s begins"),
    "lead-taken": N_("%(person)s leads"),
    "person-arrived": N_("%(person)s comes in"),
    "person-departed": N_("%(person)s leaves"),
    "interruption-started": N_("Interruption"),
    "interruption-ended": N_("The interruption is over"),
    "mark-set": N_("Mark"),
    "label-assigned": N_("Label %(label)s"),
    "observation-finished": N_("Finished"),
    "observation-approved": N_("Approved"),
    "issue-raised": N_("Question: %(text)s"),
    "issue-answered": N_("Answer: %(text)s"),
    "issue-closed": N_("Question settled"),
    "event-retracted": N_("Taken back: %(what)s"),
    "moment-corrected": N_("Other moment: %(what)s"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An event as the log shows it; `timed` when its moment matters."""

    event: str
    kind: str
    time: int
    timed: bool
    text: str
    detail: str
    by: str
    retracted: bool
    because: str


def lines(record: Record, notes: Mapping[str, NoteText] | None = None) -> Iterator[Line]:
    """Yield every event that a person recorded, oldest first; a note as it stands in `notes`."""
    words = _Words(record, notes or {})
    for entry in record.observation.log:
        if entry.event.kind in ("page-hidden", "page-shown"):
            continue
        text, detail = words.say(entry)
        kind = KINDS.get(entry.event.kind)
        yield Line(
            entry.event.id,
            entry.event.kind,
            entry.time,
            kind is not None and kind.timed,
            text,
            detail,
            entry.event.by,
            entry.retracted,
            str(entry.event.data.get("because", "")),
        )


# What can be put right of a header.
FIELDS = {
    "label": N_("Observation"),
    "school": N_("School"),
    "unit": N_("Unit"),
    "place": N_("Place"),
    "observer": N_("Observer"),
}


def state_name(state: str) -> str:
    """Return the word for a state of judgement."""
    name: str = {
        "seen": _("seen"),
        "not-seen": _("looked for, not seen"),
        "not-judgeable": _("cannot be judged"),
        "conflict": _("contradicts itself"),
    }.get(state, _("not filled in"))
    return name


class _Words:
    def __init__(self, record: Record, notes: Mapping[str, NoteText]) -> None:
        self._notes = notes
        instrument = record.instrument
        self._language = language()
        self._phases = {item.id: item.name[self._language] for item in instrument.phases}
        self._tags = {item.id: item.name[self._language] for item in instrument.tags}
        self._roles = {item.id: item.name[self._language] for item in instrument.roles}
        self._reasons = {item.id: item.name[self._language] for item in instrument.absences}
        questions = (*instrument.questions, *instrument.afterwards)
        self._questions = {item.id: item.name[self._language] for item in questions}
        self._choices = {
            (asked.id, item.id): item.name[self._language]
            for asked in instrument.afterwards
            for item in asked.choices
        }
        self._kinds = {kind.id: kind.name[self._language] for kind in instrument.note_kinds}
        self._codes = {i.code: i.short[self._language] for i in instrument.indicators}
        self._board = {counter.id: counter.short[self._language] for counter in instrument.board}
        self._parts = {
            i.log.part.id: i.log.part.name[self._language]
            for i in instrument.indicators
            if i.log and i.log.part
        }
        self._entries = {entry.event.id: entry for entry in record.observation.log}

    def say(self, entry: Entry, deep: bool = True) -> tuple[str, str]:
        """Return what the event says and a detail; an event of another shape is named by its kind."""
        try:
            return self._say(entry, deep)
        except (KeyError, TypeError, AttributeError):
            return entry.event.kind, ""

    def _say(self, entry: Entry, deep: bool) -> tuple[str, str]:
        data = entry.event.data
        sentence = SENTENCES.get(entry.event.kind, "")
        match entry.event.kind:
            case "observation-begun":
                return _(sentence), ", ".join(p["person"] for p in data["people"] if p["present"])
            case "phase-started":
                return _(sentence, phase=self._phases[data["phase"]]), ""
            case "lead-taken":
                if data["lead"] in ("nobody", "not-recorded"):
                    return leader_name(data["lead"], _).capitalize(), ""
                return _(sentence, person=data["lead"]), ""
            case "person-arrived" | "person-departed":
                return _(sentence, person=data["person"]), ""
            case "person-recorded":
                reason = self._reasons.get(data.get("reason", ""), "")
                return f"{data['person']}: {self._roles[data['role']]}", reason
            case "interruption-started" | "interruption-ended" | "mark-set" | "observation-ended":
                return _(sentence), data.get("text", "")
            case "note-written" | "note-corrected":
                own = NoteText(data["text"], data["kind"], data["tags"])
                note = self._notes.get(entry.event.id, own)
                tags = [self._tags.get(tag, tag) for tag in note.tags]
                return note.text, " · ".join([*tags, self._kinds.get(note.kind, note.kind)])
            case "indicator-judged":
                name = self._parts.get(data.get("part", ""), "") or self._codes[data["indicator"]]
                return f"{name}: {state_name(data['state'])}", data.get("person", "")
            case "board-counted":
                return f"{self._board[data['counter']]}: {data['number']:+d}", ""
            case "answer-given":
                choice = data.get("choice", "")
                said = self._choices.get((data["question"], choice), choice)
                return self._questions[data["question"]], data.get("text") or said
            case "header-corrected":
                return f"{_(FIELDS[data['field']])}: {data['value']}", ""
            case "interview-recorded":
                return data["interview"], ", ".join(data["participants"])
            case "claim-recorded":
                return data["text"], ", ".join(data["respondents"])
            case "label-assigned":
                return _(sentence, label=data["label"]), ""
            case "observation-finished" | "observation-approved" | "issue-closed":
                return _(sentence), ""
            case "issue-raised":
                about = self._questions[data["question"]] if data.get("question") else ""
                return _(sentence, text=data["text"]), about
            case "issue-answered":
                return _(sentence, text=data["text"]), ""
            case "event-retracted":
                return _(sentence, what=self._about(data["event"], deep)), ""
            case "moment-corrected":
                return _(sentence, what=self._about(data["event"], deep)), data["moment"]
        return entry.event.kind, ""

    def _about(self, id: str, deep: bool) -> str:
        entry = self._entries.get(id)
        return self.say(entry, deep=False)[0] if entry and deep else "…"
