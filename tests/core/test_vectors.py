"""What Python and JavaScript must find alike: shared vectors, then random values and records."""

import json
import random
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from observation.core.canonical import canonical, digest, parse_json
from observation.core.clock import recorded_times
from observation.core.errors import Refused
from observation.core.events import Event, uuid7
from observation.core.fold import _interruptions, fold_observation
from observation.core.judgements import _said
from observation.core.people import lead_changes, participants
from observation.core.story import read_story
from observation.core.timeline import track
from observation.instruments import Instruments

TESTS = Path(__file__).parents[1]
STREAM = "observation/01900000-0000-7000-8000-0000000000a1"
INSTRUMENT = Instruments().newest()
INDICATORS = {
    indicator.code: {"actor": indicator.actor, "same_as": indicator.same_as}
    for indicator in INSTRUMENT.indicators
}


def whole(given):
    """Return the event of a vector with the fields that matter in none."""
    return Event(**{"stream": STREAM, "by": "W1", "format": 1} | given)


def plain_canonical(source):
    value = parse_json(source)
    return {"text": canonical(value).decode(), "sha256": digest(value)}


def plain_uuid7(given):
    return uuid7(given["milliseconds"], bytes.fromhex(given["random"]), given["previous"])


def plain_clock(given):
    devices = defaultdict(list)
    for event in map(whole, given["events"]):
        devices[event.device].append(event)
    found = [recorded_times(events) for events in devices.values()]
    times = {id: time for times, _ in found for id, time in times.items()}
    start = min(times.values())
    return {
        "start": start,
        "times": {id: time - start for id, time in times.items()},
        "steps": [[s.event, s.cause, s.counted, s.wall] for _, steps in found for s in steps],
    }


def plain_tally(given):
    """Return what tests/js/plain.mjs returns, from the Python fold."""
    events = [whole(event) for event in given["events"]]
    for code, said in given.get("indicators", {}).items():
        assert said.items() <= INDICATORS[code].items()
    story = read_story(events, "observation-begun")
    if "now" in given and not any(story.of("observation-ended")):
        # A mark that is set now: the fold itself never knows what time it is.
        now = {"at": iso(max(given["now"], story.start)), "kind": "mark-set", "data": {}}
        mark = replace(events[0], id="~", device="~", **now)
        observation = fold_observation([*events, mark], INSTRUMENT)
    else:
        observation = fold_observation(events, INSTRUMENT)
    end = observation.end
    phases = [(e.time, e.event.data["phase"], e.event.id) for e in story.of("phase-started")]
    breaks = [i for i in _interruptions(story, end + 1) if i.end > end]
    return {
        "start": observation.start,
        "end": end,
        "ended": observation.ended,
        "phases": [[i.value, i.start, i.end, i.event] for i in observation.phases],
        "leads": [[i.value, i.start, i.end, i.event] for i in observation.leads],
        "interruptions": [[i.value, i.start, i.end, i.event] for i in observation.interruptions],
        "people": [
            [person.person, person.role, [[s.start, s.end, s.event] for s in person.spells]]
            for person in observation.people
        ],
        "described": [
            [
                person.person,
                person.description.value.expected,
                person.description.value.reason,
                person.description.conflict,
            ]
            for person in observation.people
        ],
        "judged": plain_judged(story),
        "board": observation.board,
        "order": [entry.event.id for entry in story.log],
        "times": {entry.event.id: entry.time for entry in story.log},
        "recorded": {entry.event.id: entry.recorded for entry in story.log},
        "retracted": [entry.event.id for entry in story.log if entry.retracted],
        "current": {
            "phase": on(track(phases, end + 1)),
            "lead": on(track(lead_changes(story), end + 1)),
            "interruption": on(breaks),
            "there": [
                person.person
                for person in participants(story, end + 1)
                if any(spell.end > end for spell in person.spells)
            ],
        },
    }


def plain_judged(story):
    rows = defaultdict(list)
    for (behaviour, part, _), slot in _said(story.of("indicator-judged"), INSTRUMENT).items():
        rows[behaviour, part] += slot
    place = {entry.event.id: number for number, entry in enumerate(story.log)}

    def order(statement):
        return place[statement.sighting.event]

    return [
        [
            *key,
            *(
                sum(s.state == state for s in said)
                for state in ("seen", "not-seen", "not-judgeable")
            ),
            [[s.sighting.event, s.sighting.time] for s in sorted(said, key=order)],
        ]
        for key, said in rows.items()
    ]


def on(intervals):
    return [intervals[-1].value, intervals[-1].start] if intervals else None


def iso(milliseconds, hours=1):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return moment.astimezone(timezone(timedelta(hours=hours))).isoformat(timespec="milliseconds")


FOLDS = {
    "canonical": plain_canonical,
    "uuid7": plain_uuid7,
    "clock": plain_clock,
    "story": plain_tally,
    "tally": plain_tally,
}
CASES = [
    pytest.param(FOLDS[name], case, id=f"{name}: {case['says']}")
    for name in FOLDS
    for case in json.loads((TESTS / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("fold", "case"), CASES)
def test_python_finds_what_the_vector_says(fold, case):
    if case.get("refused"):
        with pytest.raises(Refused, match=r"^.{20,}\.$"):
            fold(case["in"])
        return
    found = fold(case["in"])
    # A case names only what it is about.
    named = {name: found[name] for name in case["out"]} if isinstance(found, dict) else found
    assert named == case["out"]


def ask_node(questions):
    """Return Node's answer to each question, from one process."""
    node = shutil.which("node")
    assert node, "Node.js is missing, so JavaScript is not tested; type: apt-get install nodejs"
    lines = "\n".join(map(json.dumps, questions))
    script = TESTS / "js" / "compare.mjs"
    ran = subprocess.run(
        [node, script], input=lines, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.split("\n") if line]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("10\ud7ff\ue000\uffff𐀀"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=30,
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUES, min_size=20, max_size=60))
def test_both_find_one_digest_for_any_value(values):
    assert ask_node([{"digest": value} for value in values]) == [digest(value) for value in values]


# Each seed makes fifty records, which do not become smaller with the seed: no shrinking.
@settings(max_examples=6, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_both_make_the_same_of_any_record(seed):
    records = [random_record(random.Random(f"{seed} {count}")) for count in range(50)]
    answers = ask_node([{"tally": record | {"indicators": INDICATORS}} for record in records])
    for record, found in zip(records, answers, strict=True):
        assert found == plain_tally(record), json.dumps(record)


START = 1_521_939_000_000  # 25 March 2018, a little before summer time began
MINUTE = 60_000
PEOPLE = ["P1", "P2", "10", "9", "__proto__"]
LEADS = [*PEOPLE, "nobody", "not-recorded", "team"]
PIN = {"id": "appendix-4", "version": "1.0", "digest": "0"}
JUNK = [None, 7, -1, "", " ", "x" * 65, [], {}, ["x"], True, "2018-02-30T10:00:00Z"]


def random_record(r):
    """Return the events of up to two devices whose clocks are moved, in any order."""
    events = [event for name in ("a", "b")[: r.randint(1, 2)] for event in random_device(r, name)]
    ids = [event["id"] for event in events]
    for event in events:
        data = event["data"]
        if "event" in data:
            data["event"] = r.choice([*ids, "elsewhere"])
        if r.random() < 0.2:
            data["replaces"] = r.choices(ids, k=r.randint(0, 3))
            data["because"] = "seen again on the photograph"
        if data and r.random() < 0.04:
            data[r.choice([name for name in data if name not in UNUSED] or ["ago"])] = r.choice(
                JUNK
            )
    r.shuffle(events)
    now = {"now": START + r.randint(-5, 90) * MINUTE} if r.random() < 0.3 else {}
    return {"events": events, **now}


# What the tally does not look at, so that it need not know when it is malformed.
UNUSED = ("instrument", "label", "school", "unit", "source", "text", "kind", "tags")


def random_device(r, device):
    wall, elapsed, boot = START + r.choice([0, 0, 0, -3, 5]) * MINUTE, 1000, "1"
    for seq in range(1, r.randint(2, 30)):
        step = r.choice([0, 0, 1, 500, 10_000, MINUTE, 7 * MINUTE])
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
            "kind": kind,
            "at": iso(wall, r.choice([1, 2])),
            "elapsed": elapsed,
            "boot": boot,
            "data": data,
        }


def random_act(r, first):
    person, text = r.choice(PEOPLE), r.choice(["", " bell ", "\ufeff", "\x1c\x85", "\u3000x"])
    begun = {"instrument": PIN, "label": "A-01", "school": "A", "unit": "7", "source": "live"}
    begun["people"] = [
        {"person": person, "role": r.choice(["coach", "teacher"]), "present": r.random() < 0.7}
        for person in r.choices(PEOPLE, k=r.randint(0, 4))
    ]
    acts = {
        "phase-started": {"phase": r.choice(["check-in", "content", "planning"])},
        "lead-taken": {"lead": r.choice(LEADS)},
        "person-recorded": {
            "person": person,
            "role": r.choice(["coach", "other"]),
            **r.choice([{}, {"expected": False}, {"reason": "ill"}]),
        },
        "person-arrived": {"person": person},
        "person-departed": {"person": person},
        "interruption-started": {"text": text},
        "interruption-ended": {},
        "note-written": {"text": text, "kind": "seen", "tags": ["leader"]},
        "mark-set": {},
        "indicator-judged": {
            "indicator": r.choice(list(INDICATORS)),
            "state": r.choice(["seen", "not-seen", "not-judgeable"]),
            "judged": r.choice(["session", "finish", "later"]),
            **r.choice([{}, {"person": person}, {"part": "hands-over"}]),
        },
        "board-counted": {"counter": r.choice(["goals", "1", "0"]), "number": r.randint(-1, 3)},
        "event-retracted": {"event": ""},
        "moment-corrected": {"event": "", "moment": iso(START + r.randint(-1, 60) * MINUTE)},
        "observation-ended": {},
        "observation-begun": begun,
        "page-hidden": {},
        "page-shown": {},
        "answer-given": {"question": "other"},
        "bell-rung": {"moment": "never"},
    }
    often = {"observation-ended": 0.3, "observation-begun": 0.1, "event-retracted": 4}
    weights = [often.get(kind, 1) for kind in acts]
    kind = "observation-begun" if first else r.choices(list(acts), weights)[0]
    when = r.choice([{}, {}, {}, {"ago": r.choice([0, 10_000, 5 * MINUTE])}, {"moment": ""}])
    if "moment" in when:
        when = {"moment": iso(START + r.randint(-1, 60) * MINUTE)}
    return kind, acts[kind] | ({} if kind in ("moment-corrected", "bell-rung") else when)
