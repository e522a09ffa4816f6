"""Records that no observer would make: what both folds must find alike, whatever it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from observation.core.review import ABOUT
from observation.instruments import Instruments

INSTRUMENT = Instruments().newest()
START = 1_521_939_000_000  # 25 March 2018, a little before summer time began
MINUTE = 60_000
PEOPLE = ["P1", "P2", "10", "9", "__proto__", " \ue000", "\U00010000"]
LEADS = [*PEOPLE, "nobody", "not-recorded", "team"]
ROLES = ["school-leader", "coach", "teacher", "other", "janitor"]
# Mostly a person has one role: of whom two stand, the log says nothing more.
ROLE_OF = dict(zip(PEOPLE, ["school-leader", "school-leader", "coach"], strict=False))
REASONS = ["ill", "unknown", "at sea"]
CODES = [indicator.code for indicator in INSTRUMENT.indicators]
LOGGED = [indicator.code for indicator in INSTRUMENT.indicators if indicator.log]
TAGS = [tag.id for tag in INSTRUMENT.tags]
TEXTS = [
    "",
    " bell ",
    "\ufeff",
    "\x1c\x85",
    "\u3000x",
    "ßa",
    "ǆ",
    "\U00010428b",
    "twee\nregels",
    "yes",
]
PIN = {"id": "appendix-4", "version": "1.0", "digest": "0"}
JUNK = [None, 7, -1, "", " ", "x" * 65, [], {}, ["x"], True, "2018-02-30T10:00:00Z"]
# What the tally does not look at, so that it need not know when it is malformed.
UNUSED = (
    *("instrument", "label", "school", "unit", "source", "place", "already-running"),
    *("text", "kind", "tags", "note", "note-written person"),
)


def random_record(r: random.Random, spared: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the events of up to two devices whose clocks are moved, in any order, and perhaps `now`.

    Some values are junk, but never those that are `spared`.
    """
    events = [event for name in ("a", "b")[: r.randint(1, 2)] for event in random_device(r, name)]
    ids = [event["id"] for event in events]
    of: dict[str, list[str]] = {}
    for event in events:
        of.setdefault(event["kind"], []).append(event["id"])
    content = sum(event["kind"] not in ABOUT for event in events)
    for event in events:
        data = event["data"]
        for name, aim in (("event", ""), ("note", "note-written"), ("issue", "issue-raised")):
            if name in data:
                data[name] = r.choice(r.choice([of.get(aim, ids), [*ids, "elsewhere"]]))
        if "events" in data:
            data["events"] = content + r.choice([0, 0, -1])
        if r.random() < 0.2:
            seen = r.choice([ids, of[event["kind"]], of[event["kind"]]])
            data["replaces"] = r.choices(seen, k=r.randint(0, 3))
            data["because"] = "seen again on the photograph"
        if data and r.random() < 0.04:
            names = [n for n in data if not {n, f"{event['kind']} {n}"} & {*spared}]
            data[r.choice(names or ["ago"])] = r.choice(JUNK)
    r.shuffle(events)
    now = {"now": START + r.randint(-5, 90) * MINUTE} if r.random() < 0.3 else {}
    return {"events": events, **now}


def random_device(r: random.Random, device: str) -> Iterator[dict[str, Any]]:
    wall, elapsed, boot = START + r.choice([0, 0, 0, -3, 5]) * MINUTE, 1000, "1"
    for seq in range(1, r.randint(2, 40)):
        step = r.choice([0, 0, 1, 500, 10_000, 15_000, MINUTE, 7 * MINUTE])
        wall, elapsed = wall + step, elapsed + step
        if r.random() < 0.1:  # asleep, or the clock was changed
            wall += r.choice([1, -1]) * r.choice([1999, 2001, MINUTE, 720 * MINUTE, 5 * 10**9])
        if r.random() < 0.06:
            boot, elapsed = str(r.randint(1, 3)), r.randint(0, 1000)
        kind, data = random_act(r, first=seq == 1 and r.random() < 0.9)
        yield {
            "id": f"{r.choice('0123456789abcdef')}{device}{seq}",
            "seq": seq,
            "device": device,
            "by": r.choice(["W1", "W1", "W2"]),
            "kind": kind,
            "at": iso(wall, r.choice([1, 2])),
            "elapsed": elapsed,
            "boot": boot,
            "data": data,
        }


def random_act(r: random.Random, first: bool) -> tuple[str, dict[str, Any]]:
    person, text = r.choice(PEOPLE), r.choice(TEXTS)
    begun: dict[str, Any] = {
        "instrument": PIN,
        "label": "A-01",
        "school": "A",
        "unit": "7",
        "source": "live",
    }
    begun["people"] = [
        {"person": person, "role": role(r, person), "present": r.random() < 0.7, **absence(r)}
        for person in r.choices(PEOPLE, k=r.randint(0, 5))
    ]
    begun |= r.choice([{}, {}, {"place": text}, {"already-running": r.choice([0, 30_000, MINUTE])}])
    noted = {
        "text": text,
        "kind": r.choice(["seen", "verbatim", "impression"]),
        "tags": r.choices([*TAGS, "strange"], k=r.choice([0, 1, 1, 2])),
    }
    acts: dict[str, dict[str, Any]] = {
        "phase-started": {"phase": r.choice(["check-in", "content", "planning", "break"])},
        "lead-taken": {"lead": r.choice(LEADS)},
        "person-recorded": {"person": person, "role": role(r, person), **absence(r)},
        "person-arrived": {"person": person},
        "person-departed": {"person": person},
        "interruption-started": r.choice([{}, {"text": text}]),
        "interruption-ended": {},
        "note-written": noted | r.choice([{}, {"person": person}]),
        "note-corrected": noted | {"note": ""},
        "mark-set": {},
        "indicator-judged": {
            "indicator": r.choice([*CODES, *LOGGED, "strange.code"]),
            "state": r.choice(["seen", "not-seen", "not-judgeable"]),
            "judged": r.choice(["session", "finish", "later"]),
            **r.choice([{}, {"person": person}]),
            **r.choice([{}, {}, {"part": "points"}, {"part": "hands-over"}]),
        },
        "board-counted": {"counter": r.choice(["goals", "1", "0"]), "number": r.randint(-1, 3)},
        "answer-given": {
            "question": r.choice(["present", "other", "ordinary", "ordinary-why", "strange"]),
            **r.choice([{}, {"text": text}, {"choice": "yes"}, {"text": "", "choice": "no"}]),
        },
        "header-corrected": {
            "field": r.choice(["label", "school", "unit", "place", "observer"]),
            "value": text,
        },
        "label-assigned": {"label": r.choice(["A-01", "A-01-W2"])},
        "observation-finished": {"events": 0},
        "observation-approved": {"events": 0},
        "issue-raised": {"text": text, **r.choice([{}, {"question": r.choice(["other", "lead"])}])},
        "issue-answered": {"issue": "", "text": text},
        "issue-closed": {"issue": ""},
        "event-retracted": {"event": ""},
        "moment-corrected": {"event": "", "moment": iso(START + r.randint(-1, 60) * MINUTE)},
        "observation-ended": {},
        "observation-begun": begun,
        "page-hidden": r.choice([{}, {"to": "finish"}]),
        "page-shown": {},
        "bell-rung": {"moment": "never"},
    }
    rare = ("label-assigned", "observation-finished", "observation-approved", "issue-raised")
    often = {"observation-ended": 0.3, "observation-begun": 0.1, "event-retracted": 4}
    often |= {"indicator-judged": 4, "lead-taken": 2, **dict.fromkeys(rare, 0.3)}
    weights = [often.get(kind, 1) for kind in acts]
    kind = "observation-begun" if first else r.choices(list(acts), weights)[0]
    when = r.choice([{}, {}, {}, {"ago": r.choice([0, 10_000, 5 * MINUTE])}, {"moment": ""}])
    if "moment" in when:
        when = {"moment": iso(START + r.randint(-1, 60) * MINUTE, r.choice([1, 1, 0, -3.5]))}
    return kind, acts[kind] | ({} if kind in ("moment-corrected", "bell-rung") else when)


def role(r: random.Random, person: str) -> str:
    return ROLE_OF.get(person, "teacher") if r.random() < 0.9 else r.choice(ROLES)


def absence(r: random.Random) -> dict[str, Any]:
    return r.choice(
        [{}, {}, {}, {"expected": False}, {"expected": True}, {"reason": r.choice(REASONS)}]
    )


def iso(milliseconds: int, hours: float = 1) -> str:
    """Return an instant as ISO 8601 where the clock is so many hours ahead of Greenwich."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return moment.astimezone(timezone(timedelta(hours=hours))).isoformat(timespec="milliseconds")
