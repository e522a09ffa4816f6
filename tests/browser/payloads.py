"""200 texts that run as a script wherever they are taken for more than text, and a study that is full of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from observation.core.events import STREAM_KINDS, Event
from observation.core.kinds import (
    CHANGES,
    CODE,
    CODES,
    COUNT,
    DATE,
    FLAG,
    IDS,
    INSTRUMENT,
    KINDS,
    MILLISECONDS,
    NAME,
    NAMES,
    NUMBER,
    PEOPLE,
    PERSON,
    SOURCE,
    TEXT,
    TIME,
    Field,
    Kind,
)
from tests.recorder import INSTRUMENT as PINNED

RUN = "__xss=1"
WORKED_OUT = "1787569"  # 1337 * 1337, which no payload holds
_TAGS = (
    "img src=x onerror", "svg onload", "svg/onload", "input autofocus onfocus", "details open ontoggle",
    "video src=x onerror", "audio src onerror", "iframe onload", "object data=x onerror", "marquee onstart",
    "select autofocus onfocus", "a href=# autofocus onfocus", "style onload", "link rel=stylesheet href=x onerror",
    "script src=x onerror", "body onload", "embed src=/ onload", "button autofocus onfocus", "image src=x onerror",
)  # fmt: skip
_BREAKS = ("", '">', "'>", "</textarea>", "</title>", "-->", "</script>")
_OTHERS = (
    f"<script>{RUN}</script>", f"<ScRiPt>{RUN}</sCrIpT>", f"<script\n>{RUN}</script >", f"<scr<script>ipt>{RUN}</script>",
    f"<script type=module>{RUN}</script>", f"<svg><script>{RUN}</script></svg>", f"<svg><script>{RUN.replace('_', '&#95;')}</script>",
    f'"><script>{RUN}</script>', f"';{RUN};//", f'";{RUN};//', f"</script><script>{RUN}</script>", f"]]><script>{RUN}</script>",
    f"<!--><script>{RUN}</script>", f"<script>//\u2028{RUN}</script>", f"`;{RUN};`", f"\\';{RUN};//", f"\\u003cscript\\u003e{RUN}",
    f'" onmouseover="{RUN}', f'" autofocus onfocus="{RUN}" x="', f"' autofocus onfocus='{RUN}' x='", f"x onfocus={RUN} autofocus",
    f'"onfocus={RUN}//autofocus', f'" style="animation-name:x" onanimationstart="{RUN}"', f'" formaction="javascript:{RUN}',
    f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"java\tscript:{RUN}", f"\x01javascript:{RUN}", f"javascript&colon;{RUN}",
    f"&#106;avascript:{RUN}", f"javascript://%0a{RUN}", f"data:text/html,<script>{RUN}</script>", f"vbscript:{RUN}",
    f"<a href=javascript:{RUN}>x</a>", f'<a href="&#x6a;avascript:{RUN}">x', f"<iframe src=javascript:{RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>", f"<form action=javascript:{RUN}><button autofocus>", f"<base href=javascript:{RUN}//>",
    "{{1337*1337}}", "${1337*1337}", "#{1337*1337}", "<%= 1337*1337 %>", "{%print(1337*1337)%}", "{{config}}", "[[1337*1337]]",
    "{{''.__class__.__mro__}}", "{{constructor.constructor('__xss=1')()}}", "%(x)s%s%n", "{0.__class__}", "{#1337#}",
    "&lt;script&gt;__xss=1&lt;/script&gt;", "%3Cscript%3E__xss=1%3C/script%3E", "&#60;script&#62;__xss=1", "&amp;lt;img src=x&amp;gt;",
    "＜script＞__xss=1＜/script＞", "+ADw-script+AD4-__xss=1", "\u02b9><img src=x onerror=__xss=1>", "<img src=x\u00a0onerror=__xss=1>",
    "\x00<script>__xss=1</script>", "<scr\x00ipt>__xss=1</script>", "<img/\x00/src=x onerror=__xss=1>", "<\x0bscript>__xss=1</script>",
    "\u202e<script>__xss=1</script>", "\u2066<img src=x onerror=__xss=1>\u2069", "\u200f\"><svg onload=__xss=1>", "\ufeff<svg onload=__xss=1>",
    "</style><style>*{display:none}</style>", "<style>@import '//example.org'</style>", "x;background:url(//example.org/x)",
    "};*{color:red}/*", "<p style=background:url(javascript:__xss=1)>", "<link rel=stylesheet href=//example.org>",
    "<base href=//example.org/>", "<meta http-equiv=refresh content=0;url=//example.org>", "<form action=//example.org><input name=x>",
    "<img src=//example.org/x.png>", "<svg><image href=//example.org/x>", "<svg><use href=data:image/svg+xml,x#x>",
    "<svg><animate onbegin=__xss=1 attributeName=x>", "<svg><a href=javascript:__xss=1><text>x", "<svg><set attributeName=x onbegin=__xss=1>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=__xss=1>\">", "<math><mtext><table><mglyph><style><img src=x onerror=__xss=1>",
    "<noscript><p title=\"</noscript><img src=x onerror=__xss=1>\">", "<template><img src=x onerror=__xss=1></template>",
    "<img name=body>", "<a id=forms></a><a id=forms name=x>", "__proto__", "constructor", "toString", "hasOwnProperty",
    "<x id=x tabindex=1 onfocus=__xss=1>", "<plaintext>", "<xmp><img src=x onerror=__xss=1>", "<!DOCTYPE x [<!ENTITY x '__xss=1'>]>&x;",
)  # fmt: skip
PAYLOADS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *_OTHERS,
            *(f"{start}<{tag}={RUN}>" for start in _BREAKS for tag in _TAGS),
        )
    )
)[:200]

NAMESPACE = uuid.UUID("0190a5b0-0000-7000-8000-0000000000ff")
START = datetime.fromisoformat("2018-03-13T15:10:00+01:00")
EACH = 20  # payloads in one school with its session and its interview
STUDY = "0190a5b0-0000-7000-8000-00000000000f"
TEMPLATE_WORDS = {"header-corrected": {"field": "place"}}  # not another label for a whole record


def name(*parts: object) -> str:
    """Return the UUID of what these say."""
    return str(uuid.uuid5(NAMESPACE, " ".join(map(str, parts))))


class Stream:
    """Events of one stream, one a second."""

    def __init__(self, kind: str, of: object) -> None:
        self.name, self.events = (
            f"{kind}/{STUDY if kind == 'study' else name(kind, of)}",
            list[Event](),
        )

    def add(self, kind: str, /, by: str = "W1", **data: Any) -> str:
        """Record an event and return its id; `_` in a name of the data stands for `-`."""
        seq = len(self.events) + 1
        at = (START + timedelta(seconds=seq)).isoformat(timespec="milliseconds")
        given = {each.rstrip("_").replace("_", "-"): value for each, value in data.items()}
        id = name(self.name, seq)
        self.events.append(
            Event(id, self.name, kind, at, seq * 1000, name("device"), "boot", seq, by, given)
        )
        return id


def study() -> list[list[Event]]:
    """Return the events of a study by stream: every payload once in every kind of text field that takes it."""
    streams = [_register()]
    for place, payload in enumerate(PAYLOADS):
        streams += _named(place, payload)
    for world in range(0, len(PAYLOADS), EACH):
        streams += _world(world, PAYLOADS[world : world + EACH])
    return [stream.events for stream in streams]


def fits(field: Field, payload: str) -> bool:
    """Whether a text field takes the payload."""
    return bool(field.holds(payload))


def free_fields(kind: Kind) -> Iterator[str]:
    """Yield the fields of a kind in which anybody may write what he likes."""
    for each, _, field in kind.all_fields():
        if each != "replaces" and field in (
            TEXT,
            CODE,
            PERSON,
            NAME,
            CODES,
            NAMES,
            IDS,
            SOURCE,
            CHANGES,
        ):
            yield each


def planted(kind: Kind, payload: str) -> dict[str, Any]:
    """Return data of the kind that holds the payload in each field that takes it."""
    made: dict[Field, Callable[[], Any]] = {
        COUNT: lambda: 1, MILLISECONDS: lambda: 1, NUMBER: lambda: 1, FLAG: lambda: True, DATE: lambda: "2018-03-13",
        TIME: lambda: START.isoformat(), INSTRUMENT: pinned, IDS: lambda: [payload], CODES: lambda: [code],
        NAMES: lambda: [word], TEXT: lambda: payload, CODE: lambda: code, PERSON: lambda: code, NAME: lambda: word,
        SOURCE: lambda: dict.fromkeys(("tool", "document", "id"), payload),
        PEOPLE: lambda: [{"person": code, "role": code, "present": False, "reason": code}],
        CHANGES: lambda: [{"change": "add", "code": word, "name": payload, "definition": payload, "parent": payload}],
    }  # fmt: skip
    code = payload if fits(CODE, payload) else "x"
    word = payload if fits(NAME, payload) else "x"
    data = {}
    for each, _, field in kind.all_fields():
        if each not in ("replaces", "ago", "moment"):
            one_of = field.meaning.removeprefix("one of ").split(", ")[0]
            data[each] = made[field]() if field in made else one_of
    return data | TEMPLATE_WORDS.get(kind.name, {})


def pinned() -> dict[str, str]:
    return {"id": PINNED.id, "version": PINNED.version, "digest": PINNED.digest}


def _register() -> Stream:
    stream = Stream("study", "")
    stream.add("study-recorded", name=PAYLOADS[0], instrument=PINNED.id)
    stream.add("member-recorded", member="W1")
    for place, payload in enumerate(PAYLOADS):
        if fits(CODE, payload):
            stream.add("member-recorded", member=payload)
        word = payload if fits(NAME, payload) else f"p{place}"
        stream.add(
            "period-recorded", period=word, name=payload, from_="2018-03-01", until="2018-04-01"
        )
        change = {"change": "add", "code": f"own.{word}"[:64], "name": payload, "definition": payload,
                  "parent": "context", "counts-when": payload, "counts-not-when": payload, "example": payload,
                  "aliases": payload, "source": payload}  # fmt: skip
        stream.add("codebook-changed", version=f"v{place}", changes=[change])
        stream.add("memo-written", text=payload, because=payload)
        if fits(NAME, payload):
            stream.add("memo-written", text=payload, code=word)
    # Each has a list of all codes to choose from, so there are few of them.
    for place in range(0, len(PAYLOADS), EACH):
        words = "\n".join(PAYLOADS[place : place + EACH])
        stream.add("expectation-recorded", expectation=f"E{place}", text=words, codes=["learning"])
        stream.add("retention-recorded", until="2018-04-01", text=words)
    return stream


def _named(place: int, payload: str) -> list[Stream]:
    """A school, a session and an interview that are called by the payload, for the lists."""
    code = payload if fits(CODE, payload) else f"c{place}"
    word = payload if fits(NAME, payload) else f"w{place}"
    school, session, interview = (
        Stream(kind, place) for kind in ("school", "observation", "interview")
    )
    school.add("school-recorded", school=word, sector=payload, denomination=payload)
    school.add("unit-recorded", unit=code)
    person = {"person": code, "role": "teacher", "present": True}
    session.add("observation-begun", code, instrument=pinned(), label=code, school=word, unit=code,
                people=[person], source="live", place=payload)  # fmt: skip
    interview.add(
        "interview-recorded", interview=code, kind="interview", school=word, participants=[word]
    )
    return [school, session, interview]


def _world(world: int, payloads: Sequence[str]) -> list[Stream]:
    """A school with its session and its interview, which hold the payloads in all that is said of them."""
    made = {kind: Stream(kind, f"world {world}") for kind in STREAM_KINDS if kind != "study"}
    school, session, interview = made["school"], made["observation"], made["interview"]
    of, words = f"S{world}", [each for each in payloads if fits(NAME, each)]
    codes = [each for each in payloads if fits(CODE, each)]
    school.add("school-recorded", school=of, sector=payloads[0], denomination=payloads[0])
    session.add("observation-begun", instrument=pinned(), label=f"{of}-01", school=of, unit="1", source="live", place=payloads[0],
                people=[{"person": each, "role": "teacher", "present": True} for each in (*codes, "L1")])  # fmt: skip
    interview.add("interview-recorded", interview=f"I{world}", kind="focus-group", school=of,
                  participants=["R1", *words], date="2018-03-13")  # fmt: skip
    for place, payload in enumerate(payloads):
        code = payload if fits(CODE, payload) else "L1"
        word = payload if fits(NAME, payload) else "R1"
        school.add("unit-recorded", unit=code)
        school.add("respondent-recorded", respondent=word, role="teacher")
        school.add("consent-given", respondent=word, date="2018-03-01", letter=payload, report=True)
        school.add("circumstance-recorded", circumstance="new-method", text=payload)
        school.add("memo-written", text=payload)
        indicator = "community.seek-each-other"
        school.add("ruling-recorded", code, indicator=indicator, actor="team", line="session",
                   verdict="corroborated", suggestion="corroborated", text=payload)  # fmt: skip
        school.add("feedback-recorded", indicator=indicator, text=payload, respondent=word)
        noted = session.add("note-written", text=payload, kind="event", tags=[code], person=code)
        session.add(
            "note-corrected", note=noted, text=payload, kind="seen", tags=[code], because=payload
        )
        session.add("phase-started", phase="check-in")
        session.add("lead-taken", lead=code)
        session.add("interruption-started", text=payload)
        session.add("interruption-ended")
        session.add("mark-set", text=payload)
        session.add(
            "indicator-judged", indicator=indicator, state="seen", judged="session", person=code
        )
        questions = ("ordinary", "atmosphere", "question-1")
        session.add("answer-given", question=questions[place % 3], text=payload)
        raised = session.add("issue-raised", code, text=payload)
        session.add("issue-answered", issue=raised, text=payload)
        claim = interview.add(
            "claim-recorded", code, respondents=[word], form="quotation", text=payload, codes=[indicator], codebook="x",
            stance="affirms", mode="descriptive", scope="board-session", place=payload, coder=word, unit=code, number=place,
            source={"tool": payload, "document": payload, "id": payload},
        )  # fmt: skip
        interview.add("memo-written", text=payload, claim=claim)
    said = {event.kind for stream in made.values() for event in stream.events}
    for kind in KINDS.values():
        for each in kind.stream.split(", "):
            # What was withdrawn would hide what was said.
            if each in made and kind.name not in {*said, "consent-withdrawn"}:
                for payload in payloads:
                    made[each].add(kind.name, **planted(kind, payload))
    return list(made.values())
