"""What Python and JavaScript must find alike: shared vectors, then random values and records."""

import json
import random
import shutil
import subprocess
from collections import defaultdict
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from observation.core.canonical import canonical, digest, parse_json
from observation.core.clock import recorded_times
from observation.core.errors import Refused
from observation.core.events import Event, uuid7
from observation.core.fitting import names_perhaps
from observation.core.fold import _interruptions, fold_observation, pinned
from observation.core.format import clock, length, percent, share
from observation.core.interviews import fold_interview
from observation.core.judgements import _said
from observation.core.people import lead_changes, participants
from observation.core.prefill import WORDS
from observation.core.story import read_story
from observation.core.timeline import track
from observation.instruments import Instruments
from observation.language import translator
from tests import samples
from tests.core.plain_record import plain_record
from tests.core.random_interviews import random_interview
from tests.core.random_records import UNUSED, iso, random_record

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
    return uuid7(**given)


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


def plain_whole_record(given):
    return parsed(plain_record(map(whole, given["events"]), INSTRUMENT, given.get("now", 0)))


def plain_interview(given):
    """Return what tests/js/plain.mjs returns, from the Python fold."""
    found = fold_interview(map(whole, given["events"]))
    recorded = found.recorded
    return parsed(
        {
            "recorded": recorded and [list(recorded.values), recorded.conflict],
            "claims": [
                [
                    claim.id,
                    claim.events,
                    [asdict(said) for said in claim.said.values],
                    claim.said.conflict,
                ]
                for claim in found.claims
            ],
            "next": found.next_number,
        }
    )


def parsed(value):
    """Return the value as it is read from JSON, where a tuple is a list."""
    return json.loads(json.dumps(value))


FOLDS = {
    "canonical": plain_canonical,
    "uuid7": plain_uuid7,
    "clock": plain_clock,
    "story": plain_tally,
    "tally": plain_tally,
    "record": plain_whole_record,
    "interview": plain_interview,
    "names": lambda given: {"names": names_perhaps(given["text"], given["known"])},
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
RECORDS = settings(max_examples=6, deadline=None, phases=[Phase.reuse, Phase.generate])


@RECORDS
@given(seed=st.integers(0, 2**32))
def test_both_make_the_same_tally_of_any_record(seed):
    records = [random_record(random.Random(f"{seed} {count}"), UNUSED) for count in range(50)]
    answers = ask_node([{"tally": record | {"indicators": INDICATORS}} for record in records])
    for record, found in zip(records, answers, strict=True):
        assert found == plain_tally(record), json.dumps(record)


@RECORDS
@given(seed=st.integers(0, 2**32))
def test_both_judge_draft_and_leave_open_the_same_of_any_record(seed):
    records = [random_record(random.Random(f"{seed} {count}")) for count in range(50)]
    answers = ask_node([{"record": record} for record in records])
    for record, found in zip(records, answers, strict=True):
        assert found == plain_whole_record(record), json.dumps(record)


@RECORDS
@given(seed=st.integers(0, 2**32))
def test_both_find_the_same_claims_in_any_interview(seed):
    records = [random_interview(random.Random(f"{seed} {count}")) for count in range(50)]
    answers = ask_node([{"interview": record} for record in records])
    for record, found in zip(records, answers, strict=True):
        assert found == plain_interview(record), json.dumps(record)


def test_both_find_the_same_claims_in_the_sample():
    interviews = defaultdict(list)
    for event in samples.BUNDLE.events:
        if event.stream.startswith("interview/"):
            interviews[event.stream].append(event.as_dict())
    given = [{"events": events} for events in interviews.values()]
    assert len(given) == 4
    assert ask_node([{"interview": one} for one in given]) == list(map(plain_interview, given))


@pytest.mark.parametrize("label", ["A-01", "D-01", "D-01-W2", "D-02"])
def test_both_judge_draft_and_leave_open_the_same_of_the_sample(label):
    log = samples.records()[label].observation.log
    given = {"events": [entry.event.as_dict() for entry in log]}
    (found,) = ask_node([{"record": given}])
    assert found == plain_whole_record(given)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=100))
def test_both_round_half_a_percent_to_the_even_number(shares):
    shares += [(1, 200), (3, 200), (5, 200), (1, 8), (3, 8), (0, 0)]
    answers = ask_node([{"percent": share} for share in shares])
    assert answers == [percent(*share) for share in shares]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(*3 * [st.integers(-70_000, 4_000_000)]), min_size=100))
def test_both_write_times_lengths_and_shares_alike(times):
    found = [
        [clock(start), length(start, end), share(end - start, whole)]
        for start, end, whole in map(sorted, times)
    ]
    assert ask_node([{"format": sorted(each)} for each in times]) == found


def test_the_instrument_of_the_vectors_is_the_one_that_is_shipped():
    vectors = json.loads((TESTS / "vectors" / "instrument.json").read_text(encoding="utf-8"))
    dutch = {sentence: translator("nl")(sentence) for sentence in WORDS}
    shipped = {"instrument": asdict(INSTRUMENT), "words": {"nl": dutch}}
    assert vectors == json.loads(json.dumps(shipped, default=dict))


@pytest.mark.parametrize("seed", range(4))
def test_the_instrument_is_the_one_that_the_stories_beginning_names(seed):
    several = 0
    for count in range(250):
        record = random_record(random.Random(f"{seed} {count}"))
        events = [whole(event) for event in record["events"]]
        begun = read_story(events, "observation-begun").begun
        named = begun and begun.data["instrument"]
        assert pinned(events) == (named and (named["id"], named["version"], named["digest"]))
        several += sum(event.kind == "observation-begun" for event in events) > 1
    assert several > 20
