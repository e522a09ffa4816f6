"""What goes in is what comes out: the sample study against the paper that it was written from.

The figures and words here are those that the observers wrote down, minute by minute.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from observation.export.json import observation_value
from tests.samples import FILE, records

ROOT = Path(__file__).parents[1]

PAPER: dict[str, dict[str, Any]] = {
    "A-01": {
        "begin": "2018-03-13T15:10:00+01:00",
        "end": "2018-03-13T15:25:40+01:00",
        "phases": [("check-in", 0, 295), ("content", 295, 580), ("planning", 875, 65)],
        "leads": [("C1", 0, 400), ("T2", 400, 205), ("C1", 605, 335)],
        "people": {"C1": 735, "T2": 205},
        "roles": {"coach": 735, "teacher": 205},
        "seen": {
            "community.seek-each-other": [110],
            "professionality.action-check": [150],
            "professionality.hold-to-account": [190],
            "learning.knowledge-sharing": [330],
            "professionality.goals-on-board": [440],
            "learning.feedback": [510],
            "stimulating.teachers-set-goals": [640],
            "facilitating.teachers-set-goals": [640],
            "community.joint-design-planned": [730],
        },
        "not-seen": {
            "learning.visits-planned",
            "learning.feedback-planned",
            "stimulating.present",
            "intervening.leads",
        },
        "not-judgeable": {
            "stimulating.not-leading",
            "facilitating.asks-needs",
            "facilitating.visit-schedule",
            "intervening.sets-goals",
            "intervening.intervenes",
            "intervening.informs",
        },
        "board": {"actions-done": 4, "actions-not-done": 1, "new-team": 1},
        "absent": {"L1": "other-task", "L2": "other-task", "T4": "other-working-day"},
        "notes": {
            20: "iedereen hangt een smiley op; T2 kiest een sombere",
            65: "T1 vraagt door bij T2: “slecht geslapen, drukke week”",
            510: "T3 is kritisch op de toets van T2: de vragen zijn te makkelijk",
            555: "gelach; sfeer is informeel",
            810: "T2 moppert dat T4 er nooit bij is op dinsdag",
        },
    },
    "D-01": {
        "begin": "2018-03-22T15:30:00+01:00",
        "end": "2018-03-22T15:47:10+01:00",
        "phases": [("check-in", 0, 290), ("content", 290, 615), ("planning", 905, 125)],
        "leads": [("T32", 0, 320), ("L5", 320, 250), ("T32", 570, 460)],
        "people": {"T32": 780, "L5": 250},
        "roles": {"teacher": 780, "school-leader": 250},
        "seen": {
            "stimulating.present": [0],
            "intervening.leads": [320],
            "professionality.action-check": [185],
            "professionality.goals-on-board": [290],
            "intervening.informs": [350],
            "intervening.sets-goals": [520],
            "learning.knowledge-sharing": [610],
            "intervening.intervenes": [720],
            "facilitating.asks-needs": [750],
        },
        "not-seen": {
            "stimulating.not-leading",
            "professionality.hold-to-account",
            "learning.feedback",
            "learning.visits-planned",
            "stimulating.teachers-set-goals",
            "facilitating.teachers-set-goals",
        },
        "not-judgeable": {"community.joint-design-planned"},
        "board": {"actions-done": 3, "actions-not-done": 2, "new-leader": 1},
        "absent": {"T34": "other-working-day"},
        "notes": {
            70: "rondje, kort, ieder één woord",
            495: "T33 vraagt wie dat allemaal moet doen",
            750: "L5 vraagt wat er nodig is voor de eerste les; T33: extra rekenrekjes",
            930: "T32 vraagt naar lesbezoeken; L5: deze maand niet, te druk",
        },
    },
    "D-01-W2": {
        "begin": "2018-03-22T15:29:56+01:00",
        "end": "2018-03-22T15:47:06+01:00",
        "phases": [("check-in", 0, 284), ("content", 284, 621), ("planning", 905, 125)],
        "leads": [
            ("T32", 0, 322), ("L5", 322, 247), ("T32", 569, 152), ("L5", 721, 53), ("T32", 774, 256),
        ],
        "people": {"T32": 730, "L5": 300},
        "roles": {"teacher": 730, "school-leader": 300},
        "seen": {
            "stimulating.present": [0],
            "intervening.leads": [322, 721],
            "professionality.action-check": [184],
            "professionality.goals-on-board": [289],
            "intervening.informs": [351],
            "intervening.sets-goals": [520],
            "learning.knowledge-sharing": [609],
            "learning.feedback": [634],
            "intervening.intervenes": [721],
        },
        "not-seen": {
            "stimulating.not-leading",
            "professionality.hold-to-account",
            "learning.visits-planned",
            "facilitating.asks-needs",
        },
        "not-judgeable": {
            "community.joint-design-planned",
            "stimulating.teachers-set-goals",
            "facilitating.teachers-set-goals",
        },
        "board": {},
        "absent": {"T34": "other-working-day"},
        "notes": {},
    },
    "D-02": {
        "begin": "2018-04-05T15:31:00+02:00",
        "end": "2018-04-05T15:45:30+02:00",
        "phases": [("check-in", 0, 280), ("content", 280, 440), ("planning", 720, 150)],
        "leads": [("T33", 0, 870)],
        "people": {"T33": 870},
        "roles": {"teacher": 870},
        "seen": {
            "stimulating.present": [420],
            "stimulating.not-leading": [],
            "professionality.action-check": [140],
            "professionality.goals-on-board": [280],
            "stimulating.teachers-set-goals": [310],
            "facilitating.teachers-set-goals": [310],
            "intervening.informs": [450],
            "professionality.hold-to-account": [560],
            "learning.visits-planned": [790],
        },
        "not-seen": {"intervening.leads", "intervening.sets-goals", "intervening.intervenes"},
        "not-judgeable": {"facilitating.asks-needs"},
        "board": {"actions-done": 4, "actions-not-done": 1, "new-team": 1},
        "absent": {"T34": "other-working-day"},
        "notes": {
            310: "de leerkrachten bedenken zelf een actie voor de rekenhoek",
            450: "L5 vertelt kort over de inspectie",
            560: "T31 zegt tegen T35 dat de afspraak niet is nagekomen",
        },
    },
}  # fmt: skip


@pytest.fixture(params=list(PAPER))
def both(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the paper says, and the JSON of the record."""
    return PAPER[request.param], observation_value(records()[request.param], "nl")


Both = tuple[dict[str, Any], dict[str, Any]]


def test_the_session_begins_and_ends_when_the_paper_says(both: Both) -> None:
    paper, found = both
    assert (found["begin"], found["end"]) == (paper["begin"], paper["end"])
    assert found["seconds"] == sum(seconds for _, _, seconds in paper["phases"])


def test_phases_are_those_of_the_paper(both: Both) -> None:
    paper, found = both
    assert [tuple(phase.values()) for phase in found["phases"]] == paper["phases"]


def test_who_leads_and_for_how_long_is_as_on_the_paper(both: Both) -> None:
    paper, found = both
    leads = [(lead["person"], lead["start"], lead["seconds"]) for lead in found["leads"]]
    assert leads == paper["leads"]
    assert found["lead_seconds"] == {"people": paper["people"], "roles": paper["roles"]}


@pytest.mark.parametrize("whole", ["leadership", "team"])
def test_behaviours_are_judged_as_on_the_paper_and_nothing_else_is(both: Both, whole: str) -> None:
    paper, found = both
    states = {i["code"]: i for i in found["indicators"] if i["actor"] == whole}
    seen = {code: i["times"] for code, i in states.items() if i["state"] == "seen"}
    assert seen == {code: times for code, times in paper["seen"].items() if code in states}
    for state in ("not-seen", "not-judgeable"):
        of_state = {code for code, i in states.items() if i["state"] == state}
        assert of_state == paper[state] & set(states)


def test_board_absences_and_notes_are_those_of_the_paper(both: Both) -> None:
    paper, found = both
    assert found["board"] == paper["board"]
    absent = {p["person"]: p["reason"] for p in found["people"] if not p["present"]}
    assert absent == paper["absent"]
    notes = {note["time"]: note["text"] for note in found["notes"]}
    assert paper["notes"].items() <= notes.items()
    assert found["problems"] == []
    assert found["clock"] == []


def test_an_impression_prefills_no_answer() -> None:
    answers = observation_value(records()["A-01"], "nl")["answers"]
    assert "gelach" not in str(answers)


def test_the_coming_and_going_of_a_leader_is_kept() -> None:
    (leader,) = [
        p for p in observation_value(records()["D-02"], "nl")["people"] if p["person"] == "L5"
    ]
    assert leader["spells"] == [{"start": 420, "seconds": 210}]


def test_the_interruption_is_kept() -> None:
    assert observation_value(records()["D-02"], "nl")["interruptions"] == [
        {"text": "kind aan de deur", "start": 490, "seconds": 40}
    ]


def test_the_record_typed_in_from_paper_says_so() -> None:
    sources = {label: observation_value(r, "nl")["source"] for label, r in records().items()}
    assert sources == {"A-01": "live", "D-01": "paper", "D-01-W2": "live", "D-02": "live"}


def test_the_sample_study_is_what_its_script_makes(tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_sample.py"))
    target = tmp_path / "study.jsonl"
    script["main"].__globals__["TARGET"] = target
    script["main"]()
    assert target.read_bytes() == FILE.read_bytes(), "run python scripts/make_sample.py"
