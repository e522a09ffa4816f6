"""CSV and JSON hold what was recorded, to the letter, and run nothing in a spreadsheet."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest

from observation.core.fold import fold_observation
from observation.core.records import Record
from observation.export.csv import observation_csv, observation_csv_raw
from observation.export.json import observation_json, observation_value
from tests.recorder import INSTRUMENT, Recorder, person
from tests.samples import records


def record_of(recorder: Recorder) -> Record:
    """A record around what was recorded, as the sample's first."""
    return replace(records()["A-01"], observation=fold_observation(recorder.events, INSTRUMENT))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_lengths_add_up_to_the_whole_whatever_the_milliseconds() -> None:
    recorder = Recorder()
    recorder.begin(person("T1"), person("T2"))
    for step in range(9):
        recorder.add(0.9 + 3.7 * step, "lead-taken", lead=("T1", "T2")[step % 2])
    recorder.add(60.6, "observation-ended")
    value = observation_value(record_of(recorder), "nl")
    assert sum(lead["seconds"] for lead in value["leads"]) == value["seconds"] == 60
    assert sum(value["lead_seconds"]["people"].values()) == 60


@pytest.mark.parametrize("label", list(records()))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_same_data_gives_the_same_bytes(label: str, language: str) -> None:
    for export in (observation_json, observation_csv, observation_csv_raw):
        assert export(records()[label], language) == export(records()[label], language)


def test_csv_and_json_say_the_same() -> None:
    value = json.loads(observation_json(records()["D-01"], "nl"))
    table = rows(observation_csv_raw(records()["D-01"], "nl"))
    leads = [(r["person"], r["start"], r["seconds"]) for r in table if r["part"] == "lead"]
    assert leads == [(x["person"], str(x["start"]), str(x["seconds"])) for x in value["leads"]]
    notes = [r["text"] for r in table if r["part"] == "note"]
    assert notes == [note["text"] for note in value["notes"]]
    assert {r["label"] for r in table} == {"D-01"}


@pytest.mark.parametrize(
    "text", ["=1+1", "+31", "-2", "@sum", "\tx", "\rx", "gewoon", "", "'al", "a\nb"]
)
def test_no_cell_begins_like_a_formula_and_raw_gives_every_text_back(text: str) -> None:
    recorder = Recorder()
    recorder.begin(person("T1"))
    recorder.add(5, "note-written", text=text, kind="seen", tags=[])
    record = record_of(recorder)
    safe = [row for row in rows(observation_csv(record, "nl")) if row["part"] == "note"]
    raw = [row for row in rows(observation_csv_raw(record, "nl")) if row["part"] == "note"]
    assert raw[0]["text"] == text
    assert safe[0]["text"] == (f"'{text}" if text[:1] in tuple("=+-@\t\r") and text else text)


def test_an_unfinished_observation_says_so_and_has_no_end() -> None:
    recorder = Recorder()
    recorder.begin(person("T1"))
    recorder.add(42, "note-written", text="x", kind="seen", tags=[])
    value = observation_value(record_of(recorder), "nl")
    assert (value["ended"], value["end"], value["seconds"]) == (False, None, 42)


def test_conflicting_answers_are_all_exported() -> None:
    recorder, other = Recorder(), Recorder("other")
    recorder.begin(person("T1"))
    recorder.add(5, "answer-given", question="other", text="stil")
    other.add(6, "answer-given", question="other", text="druk")
    observation = recorder.fold(other)
    record = replace(records()["A-01"], observation=observation)
    answer = observation_value(record, "nl")["answers"]["other"]
    assert sorted([answer["text"], *answer["also"]]) == ["druk", "stil"]
    assert {"stil", "druk"} <= {row["text"] for row in rows(observation_csv(record, "nl"))}
