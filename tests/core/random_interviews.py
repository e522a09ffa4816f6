"""Random interviews, whole and broken: what two folds are compared on."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.core.random_records import iso

START = 1_520_950_200_000  # ms since 1970


def random_interview(random: Random) -> dict[str, Any]:
    """Return the events of an interview: claims, revisions in any order, retractions, odd data."""
    ids = [f"e{number:02}" for number in range(random.randint(1, 14))]
    boots = {"tablet": ("b1", "b2"), "laptop": ("b3",)}
    events = []
    for seq, id in enumerate(ids, 1):
        device = random.choice(list(boots))
        kind, data = _act(random, ids)
        if random.random() < 0.4:
            data["replaces"] = random.sample(ids, min(len(ids), random.randint(0, 2)))
        at = START + random.randint(0, 20) * 60_000
        events.append(
            {
                "id": id,
                "seq": seq,
                "kind": kind,
                "at": iso(at),
                "elapsed": random.randint(0, 1_200_000),
                "boot": random.choice(boots[device]),
                "device": device,
                "data": data,
            }
        )
    random.shuffle(events)
    return {"events": events}


def _act(random: Random, ids: list[str]) -> tuple[str, dict[str, Any]]:
    kind = random.choice(["interview-recorded", *["claim-recorded"] * 4, "event-retracted"])
    if kind == "event-retracted":
        return kind, {"event": random.choice([*ids, "nothing"])}
    if kind == "interview-recorded":
        data = {
            "interview": random.choice(["S1 interview", "R2"]),
            "kind": "interview",
            "school": random.choice(["A", "B"]),
            "participants": random.sample(["R1", "R2", "S1"], random.randint(0, 3)),
            "date": random.choice(["2018-03-13", "2018-02-30", "13-03-2018"]),
        }
    else:
        data = {
            "respondents": random.choices(["R1", "R2", "S1"], k=random.randint(0, 3)),
            "form": random.choice(["quotation", "paraphrase"]),
            "text": random.choice(["Ja.", "Nee.", ""]),
            "codes": random.choices(["learning.feedback", "context"], k=random.randint(0, 2)),
            "codebook": "1",
            "stance": random.choice(["affirms", "denies", "mixed", "unjudged", "maybe"]),
            "mode": random.choice(["descriptive", "normative", "unjudged"]),
            "frequency": random.choice(["always", "never", "sometimes"]),
            "about": random.choice(["leadership", "L1", "a b", "\ufeffx", "a\x1cb"]),
            "number": random.choice([0, 1, 2, 3, 2.5, "2", -1]),
            "source": {"tool": "taguette", "document": "d", "id": random.choice(["1", "2", 3])},
        }
    for name in list(data):
        if random.random() < 0.1 or (
            name in ("date", "frequency", "about", "number", "source") and random.random() < 0.6
        ):
            del data[name]
    return kind, data
