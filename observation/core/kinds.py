"""The kinds of events that this program understands, and what the data of each must hold.

One table for the fold, for `docs/events.md` and for the screens. A kind that is not here, or whose
data has another shape, is kept and shown; the fold only does not use it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .errors import N_, Problem
from .events import STREAM_KINDS, Event, instant
from .verdicts import VERDICTS

RESERVED = ("nobody", "not-recorded", "leadership", "team")  # never codes of people
ANY = ", ".join(STREAM_KINDS)  # a kind of event that every stream may hold
_NAME = re.compile(r"[^\s,;]{1,64}")
_DATE = re.compile(r"(19|20|21)\d\d-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Field:
    """What one value in an event's data must be; `form` is how a form writes it.

    `form` is text, code (white space at the ends does not count), number, flag or list.
    """

    meaning: str
    holds: Callable[[Any], bool]
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its stream, what it says, its data; `timed` when its moment matters.

    Fields whose name ends in `?` may be absent. Every kind may carry `replaces` and `because` (why
    something was changed afterwards), every timed one `ago` (ms before it was recorded) or
    `moment` (ISO 8601, set by hand).
    """

    name: str
    stream: str
    says: str
    fields: Mapping[str, Field]
    timed: bool = False

    def all_fields(self) -> Iterator[tuple[str, bool, Field]]:
        """Yield name, whether it must be there, and rule of every field of this kind."""
        for name, field in self.fields.items():
            yield name.removesuffix("?"), not name.endswith("?"), field
        yield "replaces", False, IDS
        yield "because", False, TEXT
        if self.timed:
            yield "ago", False, MILLISECONDS
            yield "moment", False, TIME


def shape_problem(event: Event) -> Problem | None:
    """Return why the data of an event of a known kind cannot be used, or None when it can."""
    if _fits(event):
        return None
    for name, required, field in KINDS[event.kind].all_fields():
        if name not in event.data:
            if required:
                return Problem.of(
                    event.id, N_("“%(kind)s” says no %(field)s."), kind=event.kind, field=name
                )
        elif not field.holds(event.data[name]):
            return Problem.of(
                event.id,
                N_("The %(field)s of “%(kind)s” is not %(meaning)s."),
                field=name,
                kind=event.kind,
                meaning=field.meaning,
            )
    return None


def _fits(event: Event) -> bool:
    """Whether the data has its kind's shape: the quick answer, which is nearly always yes."""
    required, fields = _SHAPES[event.kind]
    data = event.data
    if not required <= data.keys():
        return False
    for name, value in data.items():
        holds = fields.get(name)
        if holds is not None and not holds(value):
            return False
    return True


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _code(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 64


def _time(value: Any) -> bool:
    try:
        instant(value)
    except ValueError:
        return False
    return True


def _date(value: Any) -> bool:
    try:
        return bool(_DATE.fullmatch(value)) and bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _change(value: Any) -> bool:
    """A change to the codebook: what is done to which code, and texts."""
    return (
        isinstance(value, Mapping)
        and value.get("change") in ("add", "set", "merge")
        and NAME.holds(value.get("code"))
        and all(isinstance(text, str) for text in value.values())
    )


def _one_of(*words: str) -> Field:
    return Field("one of " + ", ".join(words), lambda value: value in words, "code")


def _list_of(field: Field) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, (list, tuple)) and all(map(field.holds, value))


def _person(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and PERSON.holds(value.get("person"))
        and CODE.holds(value.get("role"))
        and isinstance(value.get("present"), bool)
        and isinstance(value.get("expected", True), bool)
        and CODE.holds(value.get("reason", "unknown"))
    )


TEXT = Field("text", _text)
CODE = Field("a code of 1 to 64 characters", _code, "code")
PERSON = Field("a person's code", lambda value: _code(value) and value not in RESERVED, "code")
FLAG = Field("true or false", lambda value: isinstance(value, bool), "flag")
COUNT = Field(
    "a whole number, 0 or more", lambda value: type(value) is int and value >= 0, "number"
)
MILLISECONDS = Field("milliseconds, 0 or more", COUNT.holds, "number")
NUMBER = Field("a whole number", lambda value: type(value) is int, "number")
TIME = Field("an ISO 8601 time with offset", _time, "code")
IDS = Field("a list of event ids", _list_of(TEXT), "list")
CODES = Field("a list of codes", _list_of(CODE), "list")
PEOPLE = Field("a list of people, each with person, role and present", _list_of(Field("", _person)))
INSTRUMENT = Field(
    "an object with id, version and digest",
    lambda value: (
        isinstance(value, Mapping) and all(_code(value.get(k)) for k in ("id", "version", "digest"))
    ),
)
NAME = Field(
    "a code of 1 to 64 characters without white space, commas or semicolons",
    lambda value: isinstance(value, str) and bool(_NAME.fullmatch(value)),
    "code",
)
NO_NAME = N_(
    "Write a code of 1 to 64 characters without white space, commas or semicolons instead of “%(text)s”."
)
NAMES = Field("a list of such codes", _list_of(NAME), "list")
DATE = Field("a date as YYYY-MM-DD", _date, "code")
CHANGES = Field("a list of changes to codes", _list_of(Field("", _change)))
SOURCE = Field(
    "an object with tool, document and id",
    lambda value: (
        isinstance(value, Mapping)
        and all(isinstance(value.get(key), str) for key in ("tool", "document", "id"))
    ),
)
ROLE = _one_of("school-leader", "coach", "expert-coach", "teacher", "other")
STANCES = ("affirms", "denies", "mixed", "unjudged")
MODES = ("descriptive", "normative", "past", "future", "hearsay", "unjudged")
SCOPES = ("board-session", "general", "elsewhere")
FREQUENCIES = ("always", "mostly", "sometimes", "never")
STATE = _one_of("seen", "not-seen", "not-judgeable")
JUDGED = _one_of("session", "finish", "later")
VERDICT = _one_of(*VERDICTS)

_OBSERVATION = (
    Kind(
        "observation-begun",
        "observation",
        "An observer begins; the session's start. Fixes the instrument and proposes a label.",
        {
            "instrument": INSTRUMENT,
            "label": CODE,
            "school": CODE,
            "unit": CODE,
            "people": PEOPLE,
            "source": _one_of("live", "paper"),
            "place?": TEXT,
            "already-running?": MILLISECONDS,
        },
        timed=True,
    ),
    Kind(
        "header-corrected",
        "observation",
        "One field of the header is put right.",
        {"field": _one_of("label", "school", "unit", "place", "observer"), "value": TEXT},
    ),
    Kind(
        "label-assigned", "observation", "The server gives the label that stays.", {"label": CODE}
    ),
    Kind(
        "person-recorded",
        "observation",
        "Who a person is: added during the session, put right, or an absence explained.",
        {"person": PERSON, "role": CODE, "expected?": FLAG, "reason?": CODE},
    ),
    Kind("person-arrived", "observation", "A person comes in.", {"person": PERSON}, timed=True),
    Kind("person-departed", "observation", "A person leaves.", {"person": PERSON}, timed=True),
    Kind(
        "phase-started",
        "observation",
        "A phase begins and ends the one before.",
        {"phase": CODE},
        timed=True,
    ),
    Kind(
        "lead-taken",
        "observation",
        "Somebody, `nobody`, or somebody who was `not-recorded` leads from now on.",
        {"lead": CODE},
        timed=True,
    ),
    Kind(
        "interruption-started",
        "observation",
        "Something breaks in on the phase.",
        {"text?": TEXT},
        timed=True,
    ),
    Kind("interruption-ended", "observation", "The interruption is over.", {}, timed=True),
    Kind(
        "note-written",
        "observation",
        "What was seen, heard word for word, or an impression; `part` numbers the parts of a long one.",
        {"text": TEXT, "kind": CODE, "tags": CODES, "person?": PERSON, "part?": COUNT},
        timed=True,
    ),
    Kind(
        "note-corrected",
        "observation",
        "A note's text, kind or tags are put right.",
        {"note": TEXT, "text": TEXT, "kind": CODE, "tags": CODES},
    ),
    Kind("mark-set", "observation", "A moment to come back to.", {"text?": TEXT}, timed=True),
    Kind(
        "indicator-judged",
        "observation",
        "A behaviour was seen, looked for and not seen, or could not be judged; by whom, when judged.",
        {"indicator": CODE, "state": STATE, "judged": JUDGED, "person?": PERSON, "part?": CODE},
        timed=True,
    ),
    Kind(
        "board-counted",
        "observation",
        "One or more of what stands on the board.",
        {"counter": CODE, "number": NUMBER},
        timed=True,
    ),
    Kind(
        "answer-given",
        "observation",
        "The observer's own answer to a question of the schedule or of after the session.",
        {"question": CODE, "text?": TEXT, "choice?": CODE},
    ),
    Kind(
        "observation-ended", "observation", "The session is over; the clocks stop.", {}, timed=True
    ),
    Kind(
        "observation-finished",
        "observation",
        "The observer has worked the record out; `events` is how many events of content it then had.",
        {"events": COUNT},
    ),
    Kind(
        "observation-approved",
        "observation",
        "A reviewer agrees with the record as it is; `events` as for finishing.",
        {"events": COUNT},
    ),
    Kind(
        "issue-raised",
        "observation",
        "A reviewer asks about one answer, or about the whole record.",
        {"text": TEXT, "question?": CODE},
    ),
    Kind("issue-answered", "observation", "The observer answers.", {"issue": TEXT, "text": TEXT}),
    Kind("issue-closed", "observation", "The reviewer is content.", {"issue": TEXT}),
    Kind("event-retracted", ANY, "An earlier event does not count.", {"event": TEXT}),
    Kind(
        "moment-corrected",
        "observation",
        "An earlier event happened at another moment.",
        {"event": TEXT, "moment": TIME},
    ),
    Kind(
        "page-hidden",
        "observation",
        "The page left the screen, and the tablet may sleep; or it was left by a link, to another page.",
        {"to?": CODE},
    ),
    Kind("page-shown", "observation", "The page is in view again.", {}),
)

_REGISTERS = (
    Kind(
        "study-recorded",
        "study",
        "The study's name and instrument.",
        {"name": TEXT, "instrument": CODE},
    ),
    Kind("member-recorded", "study", "A member of the study, by code.", {"member": CODE}),
    Kind(
        "school-recorded",
        "school",
        "A school (a case) and its attributes.",
        {"school": CODE, "sector?": TEXT, "denomination?": TEXT, "pupils?": COUNT},
    ),
    Kind("unit-recorded", "school", "A unit of the school.", {"unit": CODE}),
    Kind(
        "leader-recorded",
        "school",
        "A school leader's code as participant and as respondent; dates as YYYY-MM-DD.",
        {"participant": PERSON, "respondent?": CODE, "from?": TEXT, "until?": TEXT},
    ),
    Kind(
        "sessions-matched",
        "school",
        "These observations are of one session.",
        {"observations": CODES},
    ),
    Kind(
        "consensus-recorded",
        "school",
        "An observer agrees to what the observers of one session say together, whatever each wrote down.",
        {"observations": CODES, "indicator": NAME, "actor": CODE, "state": STATE},
    ),
    Kind(
        "ruling-recorded",
        "school",
        "A researcher rules on a cell: the verdict, what was suggested then, and the interpretation.",
        {
            "indicator": NAME,
            "actor": CODE,
            "line": _one_of("session", "general"),
            "verdict": VERDICT,
            "suggestion": VERDICT,
            "period?": NAME,
            "text?": TEXT,
            "blind?": FLAG,
        },
    ),
    Kind(
        "feedback-recorded",
        "school",
        "What respondents said of a finding when it was shown to them.",
        {"indicator": NAME, "text": TEXT, "respondent?": NAME},
    ),
    Kind(
        "quotation-withheld",
        "school",
        "The words of a claim, by its id, might tell who said them, so no report quotes them.",
        {"claim": CODE},
    ),
    Kind(
        "period-recorded",
        "study",
        "A named range of dates, both days included.",
        {"period": NAME, "name": TEXT, "from": DATE, "until": DATE},
    ),
    Kind(
        "expectation-recorded",
        "study",
        "What theory led the study to expect, and the codes that it is about.",
        {"expectation": NAME, "text": TEXT, "codes?": NAMES},
    ),
    Kind(
        "retention-recorded",
        "study",
        "Until when records of the study may be kept, that day included; `text`: the letter or plan that says so.",
        {"until": DATE, "text?": TEXT},
    ),
    Kind(
        "codebook-changed",
        "study",
        "A new version of the study's codebook: codes added, set (name, definition, ...) or merged.",
        {"version": NAME, "changes": CHANGES},
    ),
    Kind(
        "circumstance-recorded",
        "school",
        "What the school was going through, one of the codebook's circumstances; from and until when.",
        {"circumstance": NAME, "text?": TEXT, "from?": DATE, "until?": DATE},
    ),
    Kind(
        "respondent-recorded",
        "school",
        "Somebody who was interviewed, by pseudonym; `group` is the number of the focus group.",
        {"respondent": NAME, "role": ROLE, "group?": NAME},
    ),
    Kind(
        "consent-given",
        "school",
        "A respondent, or without one the school, agrees; `report`: also to stand in reports by role.",
        {"respondent?": NAME, "date": DATE, "letter?": TEXT, "report?": FLAG},
    ),
    Kind(
        "consent-withdrawn",
        "school",
        "A respondent, or without one the school, agrees no longer: the claims leave at once.",
        {"respondent?": NAME, "date": DATE},
    ),
    Kind(
        "memo-written",
        "study, school, interview",
        "A thought on a code or the study, on the school, on a claim or the interview.",
        {"text": TEXT, "code?": NAME, "claim?": TEXT},
    ),
)

_INTERVIEWS = (
    Kind(
        "interview-recorded",
        "interview",
        "One interview or focus group: who took part, when, and by which topic list.",
        {
            "interview": CODE,
            "kind": _one_of("interview", "focus-group"),
            "school": NAME,
            "participants": NAMES,
            "date?": DATE,
            "topic-list?": NAME,
        },
    ),
    Kind(
        "claim-recorded",
        "interview",
        "One statement by one or more respondents, or by nobody in particular (a group's assent).",
        {
            "respondents": NAMES,
            "form": _one_of("quotation", "paraphrase"),
            "text": TEXT,
            "codes": NAMES,
            "codebook": CODE,
            "stance": _one_of(*STANCES),
            "mode": _one_of(*MODES),
            "scope?": _one_of(*SCOPES),
            "frequency?": _one_of(*FREQUENCIES),
            "about?": NAME,
            "unit?": CODE,
            "place?": TEXT,
            "topic?": NAME,
            "coder?": NAME,
            "number?": COUNT,
            "source?": SOURCE,
        },
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (*_OBSERVATION, *_REGISTERS, *_INTERVIEWS)}
_SHAPES = {
    name: (
        {field for field, required, _ in kind.all_fields() if required},
        {field: rule.holds for field, _, rule in kind.all_fields()},
    )
    for name, kind in KINDS.items()
}
