"""Interviews, claims and testimony are folds: total, and the same in any order of arrival."""

from __future__ import annotations

import random
from typing import Any

import pytest

from observation.core.codebook import open_codebook
from observation.core.events import Event
from observation.core.fitting import misfits, names_perhaps
from observation.core.interviews import (
    Interview,
    Said,
    Source,
    data_of,
    fold_interview,
    heard,
    leader_of,
    said_of,
)
from observation.core.kinds import FREQUENCIES, KINDS, MODES, SCOPES, STANCES, shape_problem
from observation.core.registers import School, fold_school, fold_study
from observation.core.verdicts import VERDICTS
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from tests.recorder import Recorder

STREAM = "interview/0190a5b0-0000-7000-8000-000000000001"
SCHOOL = "school/0190a5b0-0000-7000-8000-000000000002"
STUDY = "study/0190a5b0-0000-7000-8000-000000000003"
INSTRUMENT = Instruments().newest()
CODEBOOK = open_codebook(codebook_file(INSTRUMENT.id), INSTRUMENT)


def group(*participants: str, **more: Any) -> Recorder:
    recorder = Recorder(stream=STREAM)
    given = {"interview": "focusgroep 1", "kind": "focus-group", "school": "A"} | more
    recorder.add(0, "interview-recorded", participants=list(participants), **given)
    return recorder


def said(*respondents: str, text: str = "Zo gaat dat.", **more: Any) -> dict[str, Any]:
    return {
        "respondents": list(respondents),
        "form": "quotation",
        "text": text,
        "codes": ["learning.feedback"],
        "codebook": "appendix-2 1.0",
        "stance": "unjudged",
        "mode": "unjudged",
        **more,
    }


def school(*acts: tuple[str, dict[str, Any]]) -> School:
    recorder = Recorder(stream=SCHOOL)
    recorder.add(0, "school-recorded", school="A")
    for second, (kind, data) in enumerate(acts, 1):
        recorder.add(second, kind, **data)
    return fold_school(recorder.events)


def respondent(code: str, role: str = "teacher") -> tuple[str, dict[str, Any]]:
    return "respondent-recorded", {"respondent": code, "role": role}


def test_a_claim_holds_all_that_it_was_recorded_with() -> None:
    whole = said("R6", "R7", scope="general", frequency="mostly", about="L1", unit="7-8",
                 place="12", topic="practice", coder="W1", number=3,
                 source={"tool": "taguette", "document": "d", "id": "3"})  # fmt: skip
    recorder = group("R6", "R7")
    recorder.add(1, "claim-recorded", **whole)
    (claim,) = fold_interview(recorder.events).claims
    assert claim.said.value == Said(
        ("R6", "R7"), "quotation", "Zo gaat dat.", ("learning.feedback",), "appendix-2 1.0",
        "unjudged", "unjudged", "general", "mostly", "L1", "7-8", "12", "practice", "W1", 3,
        Source("taguette", "d", "3"),
    )  # fmt: skip
    assert data_of(claim.said.value) == whole


@pytest.mark.parametrize("name", ["stance", "mode"])
def test_nothing_defaults_to_affirms(name: str) -> None:
    recorder = group("R6")
    data = said("R6")
    del data[name]
    recorder.add(1, "claim-recorded", **data)
    interview = fold_interview(recorder.events)
    assert (interview.claims, len(interview.problems)) == ((), 1)


@pytest.mark.parametrize(("stance", "frequency"), [("affirms", "never"), ("denies", "always")])
def test_a_claim_that_contradicts_itself_is_not_judged_and_named(
    stance: str, frequency: str
) -> None:
    recorder = group("R6")
    recorder.add(1, "claim-recorded", **said("R6", stance=stance, frequency=frequency))
    interview = fold_interview(recorder.events)
    assert interview.claims[0].said.value.stance == "unjudged"
    assert "contradict" in str(interview.problems[0])


def test_a_revision_keeps_the_claim_and_two_at_once_are_a_conflict() -> None:
    one, other = group("R6"), Recorder("other", stream=STREAM)
    first = one.add(1, "claim-recorded", **said("R6"))
    one.add(2, "claim-recorded", **said("R6", stance="affirms", replaces=[first]))
    (claim,) = fold_interview(one.events).claims
    assert (claim.id, claim.said.value.stance, claim.said.conflict) == (first, "affirms", False)
    other.add(3, "claim-recorded", **said("R6", stance="denies", replaces=[first]))
    (claim,) = fold_interview([*one.events, *other.events]).claims
    assert {value.stance for value in claim.said.values} == {"affirms", "denies"}
    assert (claim.said.conflict, claim.judged) == (True, False)


def test_a_claim_that_is_taken_back_leaves_and_taking_that_back_brings_it_again() -> None:
    recorder = group("R6")
    claim = recorder.add(1, "claim-recorded", **said("R6"))
    back = recorder.add(2, "event-retracted", event=claim)
    assert fold_interview(recorder.events).claims == ()
    recorder.add(3, "event-retracted", event=back)
    assert len(fold_interview(recorder.events).claims) == 1


def test_a_groups_assent_has_no_speaker() -> None:
    recorder = group("R6", "R7")
    recorder.add(1, "claim-recorded", **said())
    found = heard([fold_interview(recorder.events)], [school()])
    assert (found.claims[0].said.value.respondents, found.claims[0].label) == (
        (),
        "focusgroep 1-c1",
    )


def test_memos_lie_with_their_claim_and_with_the_interview() -> None:
    recorder = group("R6")
    first = recorder.add(1, "claim-recorded", **said("R6"))
    recorder.add(2, "claim-recorded", **said("R6", stance="mixed", replaces=[first]))
    recorder.add(3, "memo-written", text="Navragen.", claim=first)
    old = recorder.add(4, "memo-written", text="Rumoerig")
    recorder.add(5, "memo-written", text="Rumoerig, toch open", replaces=[old])
    interview = fold_interview(recorder.events)
    assert [memo.text for memo in interview.claims[0].memos] == ["Navragen."]
    assert [memo.text for memo in interview.memos] == ["Rumoerig, toch open"]


def test_what_a_withdrawn_respondent_said_leaves_at_once_and_is_counted() -> None:
    recorder = group("R6", "R7")
    for who in (["R6"], ["R7"], ["R6", "R7"], []):
        recorder.add(1, "claim-recorded", **said(*who))
    interview = fold_interview(recorder.events)
    consent = ("consent-given", {"respondent": "R6", "date": "2018-02-01", "letter": "B1"})
    gone = ("consent-withdrawn", {"respondent": "R6", "date": "2018-05-01"})
    before = heard([interview], [school(consent)])
    after = heard([interview], [school(consent, gone)])
    assert (len(before.claims), before.withdrawn) == (4, {})
    assert [claim.said.value.respondents for claim in after.claims] == [("R7",), ()]
    assert (after.withdrawn, after.interviewed) == ({"A": 2}, {"A": ("R7",)})
    labels = {claim.id: claim.label for claim in before.claims}
    assert all(labels[claim.id] == claim.label for claim in after.claims)


def test_a_school_that_withdraws_takes_all_its_claims_with_it() -> None:
    recorder = group("R6")
    recorder.add(1, "claim-recorded", **said("R6"))
    recorder.add(2, "claim-recorded", **said())
    found = heard(
        [fold_interview(recorder.events)], [school(("consent-withdrawn", {"date": "2018-05-01"}))]
    )
    assert (found.claims, found.withdrawn) == ((), {"A": 2})


def test_agreeing_again_replaces_the_withdrawal_and_agreeing_beside_it_does_not() -> None:
    recorder = Recorder(stream=SCHOOL)
    recorder.add(0, "school-recorded", school="A")
    gone = recorder.add(1, "consent-withdrawn", respondent="S1", date="2018-05-01")
    recorder.add(2, "consent-given", respondent="S1", date="2018-06-01", report=True)
    assert fold_school(recorder.events).withdrawn("S1")
    recorder.add(
        3, "consent-given", respondent="S1", date="2018-06-01", report=True, replaces=[gone]
    )
    found = fold_school(recorder.events)
    assert (found.withdrawn("S1"), found.consents["S1"].report) == (False, True)


def test_only_leaders_are_linked_to_a_respondent() -> None:
    link = ("leader-recorded", {"participant": "T1", "respondent": "R6"})
    assert school(respondent("R6", "school-leader"), link).problems == ()
    (problem,) = school(respondent("R6"), link).problems
    assert "only leaders may be linked" in str(problem)


def test_one_respondent_is_not_two_leaders() -> None:
    links = [("leader-recorded", {"participant": p, "respondent": "S1"}) for p in ("L1", "L2")]
    assert len(school(*links).problems) == 1


def test_a_leaders_own_claim_is_about_that_leader_on_that_day() -> None:
    found = school(
        respondent("S1", "school-leader"),
        respondent("R6"),
        ("leader-recorded", {"participant": "L1", "respondent": "S1", "from": "2018-01-01"}),
    )
    own, team = said_of(said("S1")), said_of(said("R6"))
    assert leader_of(own, found, "2018-03-01") == "L1"
    assert leader_of(own, found, "2017-03-01") == leader_of(team, found) == "leadership"
    assert leader_of(said_of(said("R6", about="L2")), found) == "L2"


def test_circumstances_and_periods_say_when() -> None:
    merger = ("circumstance-recorded", {"circumstance": "merger", "from": "2017-08-01"})
    (found,) = school(merger).circumstances
    assert found.during("2018-01-01", "2018-02-01")
    assert not found.during("2016-01-01", "2017-01-01")
    recorder = Recorder(stream=STUDY)
    recorder.add(0, "study-recorded", name="x", instrument="appendix-4")
    recorder.add(
        1, "period-recorded", period="P1", name="voorjaar", **{"from": "2018-06-01"},
        until="2018-02-01",
    )  # fmt: skip
    recorder.add(2, "expectation-recorded", expectation="E1", text="solitary", codes=["learning"])
    study = fold_study(recorder.events)
    assert (study.expectations["E1"].value["text"], len(study.problems)) == ("solitary", 1)


def test_what_is_not_in_register_or_codebook_is_named() -> None:
    recorder = group("R6", "R9", **{"topic-list": "teachers"})
    recorder.add(1, "claim-recorded", **said("R6"))
    wrong = said("R9", codes=["nowhere"], unit="x", about="L9", topic="role")
    recorder.add(2, "claim-recorded", **wrong)
    found = [
        str(p) for p in misfits(fold_interview(recorder.events), school(respondent("R6")), CODEBOOK)
    ]
    assert [part for part in ("nowhere", "role", "R9", "L9", "“x”") if part in " ".join(found)] == [
        "nowhere", "role", "R9", "L9", "“x”",
    ]  # fmt: skip
    assert len(found) == 5


def test_a_capitalised_word_inside_a_sentence_is_perhaps_a_name() -> None:
    known = CODEBOOK.file.capitalised
    text = "Gisteren zei Marieke dat R7 Nederlands geeft. Peter weet dat niet; met De Boer wel."
    assert names_perhaps(text, known) == ["Marieke", "De", "Boer"]
    assert names_perhaps("“Ja.” Zo ging het.\nOok hier: Alles goed", known) == []


JUNK: list[Any] = [None, 7, "", " ", "x y", [], {}, ["x"], [7], True, "2018-02-30", "R6"]
RESPONDENTS = ["R6", "R7", "S1"]


def act(chance: random.Random) -> tuple[str, dict[str, Any]]:
    pick = chance.choice
    acts: dict[str, dict[str, Any]] = {
        "interview-recorded": {
            "interview": pick("ab"), "kind": pick(["interview", "focus-group"]), "school": "A",
            "participants": chance.sample(RESPONDENTS, 2), "date": "2018-03-01",
        },
        "claim-recorded": said(
            *chance.sample(RESPONDENTS, chance.randint(0, 2)), text=pick(["", "a", "b"]),
            stance=pick(STANCES), mode=pick(MODES), codes=chance.sample(["a", "b", "c"], 2),
            **pick([{}, {"scope": pick(SCOPES)}, {"frequency": pick(FREQUENCIES)}, {"number": 1}]),
        ),
        "memo-written": {"text": pick("xy"), **pick([{}, {"code": "a"}])},
        "event-retracted": {},
        "respondent-recorded": {"respondent": pick(RESPONDENTS), "role": pick(["teacher", "school-leader"])},
        "leader-recorded": {"participant": pick(["L1", "L2"]), "respondent": pick(RESPONDENTS)},
        "consent-given": {"respondent": pick(RESPONDENTS), "date": "2018-01-01", "report": True},
        "consent-withdrawn": {"date": "2018-01-01", **pick([{}, {"respondent": pick(RESPONDENTS)}])},
        "consensus-recorded": {"observations": ["a", "b"], "indicator": "x", "actor": "team", "state": "seen"},
        "ruling-recorded": {
            "indicator": "x", "actor": "team", "line": "session", "verdict": pick(VERDICTS),
            "suggestion": "untested",
        },
        "feedback-recorded": {"indicator": "x", "text": pick("ab")},
        "quotation-withheld": {"claim": pick("ab")},
        "circumstance-recorded": {"circumstance": "merger", "from": "2018-01-01"},
        "school-recorded": {"school": pick("AB")},
        "study-recorded": {"name": pick("xy"), "instrument": "appendix-4"},
        "period-recorded": {"period": pick("pq"), "name": "x", "from": "2018-01-01", "until": "2017-01-01"},
        "retention-recorded": {"until": pick(["2028-01-01", "2029-01-01"]), "text": pick("xy")},
        "codebook-changed": {"version": "v", "changes": [{"change": "add", "code": pick("kl")}]},
        "bell-rung": {},
    }  # fmt: skip
    kind = pick([*acts, *["claim-recorded"] * 6, "event-retracted", "memo-written"])
    data = dict(acts[kind])
    if data and chance.random() < 0.06:
        data[pick([*data])] = pick(JUNK)
    return kind, data


def log(chance: random.Random, stream: str) -> list[Event]:
    devices = [Recorder(name, stream=stream) for name in "ab"]
    ids: list[str] = ["elsewhere"]
    for second in range(chance.randint(0, 40)):
        kind, data = act(chance)
        if kind == "event-retracted":
            data["event"] = chance.choice(ids)
        if kind == "memo-written" and chance.random() < 0.5:
            data["claim"] = chance.choice(ids)
        if chance.random() < 0.4:
            data["replaces"] = chance.choices(ids, k=chance.randint(0, 2))
        ids.append(chance.choice(devices).add(second // 3, kind, **data))
    return [event for device in devices for event in device.events]


@pytest.mark.parametrize("seed", range(150))
def test_any_events_fold_alike_in_any_order_and_no_claim_that_stands_is_hidden(seed: int) -> None:
    chance = random.Random(seed)
    streams = {name: log(chance, name) for name in (STREAM, SCHOOL, STUDY)}

    def folded() -> tuple[Interview, Any, Any, Any]:
        for events in streams.values():
            chance.shuffle(events)
        interview = fold_interview(streams[STREAM])
        school, study = fold_school(streams[SCHOOL]), fold_study(streams[STUDY])
        return interview, school, study, heard([interview], [school])

    interview, school, study, found = first = folded()
    assert folded() == first
    assert {e.event.id for e in interview.log} == {event.id for event in streams[STREAM]}
    assert len(found.claims) + sum(found.withdrawn.values()) == len(interview.claims)
    assert len({claim.label for claim in found.claims}) == len(found.claims)
    usable = [
        entry.event.id
        for entry in interview.log
        if entry.event.kind == "claim-recorded"
        and not entry.retracted
        and shape_problem(entry.event) is None
    ]
    assert sorted(id for claim in interview.claims for id in claim.events) == sorted(usable)
    open_codebook(CODEBOOK.file, INSTRUMENT, study.versions)
    list(misfits(interview, school, CODEBOOK))


def test_every_kind_of_the_registers_and_interviews_was_tried() -> None:
    chance = random.Random(1)
    tried = {act(chance)[0] for _ in range(2000)}
    wanted = {k.name for k in KINDS.values() if "observation" not in k.stream}
    assert wanted - tried <= {
        "member-recorded", "unit-recorded", "sessions-matched", "expectation-recorded",
    }  # fmt: skip
