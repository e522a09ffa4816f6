"""Lists read a study from its streams, and a label is held once."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.core.errors import Refused
from observation.core.events import Event
from observation.instruments import Instruments
from observation.store import Damaged, OtherStudy, Outcome, Receipt, Store, open_store, projection
from observation.store.catalogue import Catalogue
from observation.store.deposit import Incomplete, deposit
from tests.recorder import Recorder, person

STUDY = "0190a5b0-0000-7000-8000-00000000aaaa"


class Place:
    """A store with a catalogue, and a clock that counts deposits."""

    def __init__(self, store: Store) -> None:
        self.events = store.events
        self.catalogue = Catalogue(store.events, Instruments())
        self.deposits = 0

    def deposit(self, events: list[Event], study: str = STUDY) -> dict[Outcome, int]:
        self.deposits += 1
        receipt = Receipt(f"2018-03-13T15:{self.deposits:02d}:00.000Z", "tablet")
        return deposit(self.events, self.catalogue, study, events, receipt)

    @property
    def labels(self) -> list[str]:
        return [record.observation.label for record in self.catalogue.records(STUDY)]


@pytest.fixture(params=["memory", "tinydb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place on each backend."""
    return Place(open_store("memory:" if request.param == "memory" else f"tinydb:{tmp_path}"))


def observation(number: int, label: str = "A-01", by: str = "W1") -> Recorder:
    recorder = Recorder(
        f"tablet-{number}", by, f"observation/0190a5b0-0000-7000-8000-{number:012d}"
    )
    recorder.begin(person("T1"), label=label)
    return recorder


def test_what_is_deposited_is_listed_and_a_change_is_seen_at_once(place: Place) -> None:
    recorder = observation(1)
    place.deposit(recorder.events)
    assert place.labels == ["A-01"]
    recorder.add(30, "observation-ended")
    place.deposit(recorder.events)
    (record,) = place.catalogue.records(STUDY)
    assert (record.observation.end, record.events) == (30_000, 2)


def test_an_unchanged_stream_is_not_folded_again(place: Place) -> None:
    place.deposit(observation(1).events)
    (before,) = place.catalogue.look(STUDY).values.values()
    place.deposit(observation(2, "A-02").events)
    assert place.catalogue.look(STUDY).values[before.stream] is before


def test_the_second_that_comes_with_a_label_gets_the_observers_code_behind_it(place: Place) -> None:
    place.deposit(observation(2).events)
    place.deposit(observation(1, by="W2").events)
    assert place.labels == ["A-01", "A-01-W2"]
    assert place.catalogue.find("A-01").observation.stream.endswith("2")


def test_where_that_is_taken_too_a_number_follows(place: Place) -> None:
    for number in (1, 2, 3):
        place.deposit(observation(number).events)
    assert place.labels == ["A-01", "A-01-W1", "A-01-W1-2"]


def test_a_label_that_was_given_stays_and_depositing_again_changes_nothing(place: Place) -> None:
    for number in (1, 2):
        place.deposit(observation(number).events)
    versions = place.events.versions(STUDY)
    for number in (2, 1):
        assert place.deposit(observation(number).events) == {Outcome.ALREADY_KEPT: 1}
    assert place.events.versions(STUDY) == versions


def test_a_deposit_with_a_stream_of_another_study_writes_nothing(place: Place) -> None:
    place.deposit(observation(1).events)
    other = "0190a5b0-0000-7000-8000-00000000bbbb"
    with pytest.raises(OtherStudy):
        place.deposit([*observation(2).events, *observation(1).events], other)
    assert place.events.studies() == [STUDY]


def test_an_unknown_label_is_refused_with_the_known_ones(place: Place) -> None:
    place.deposit(observation(1).events)
    with pytest.raises(Refused, match="Known: A-01"):
        place.catalogue.find("B-01")


def test_a_damaged_observation_is_named_and_the_others_are_served(tmp_path: Path) -> None:
    place = Place(open_store(f"tinydb:{tmp_path}"))
    place.deposit(observation(1).events)
    place.deposit(observation(2, "A-02").events)
    (file,) = tmp_path.rglob("*000000000001.json")
    file.write_bytes(file.read_bytes()[:-9])
    assert place.labels == ["A-02"]
    (damaged,) = place.catalogue.look(STUDY).damaged.values()
    assert isinstance(damaged, Damaged)
    assert damaged.stream.endswith("1")


def test_a_long_label_is_cut_so_that_what_tells_it_apart_stays(place: Place) -> None:
    for number, by in ((1, "W1"), (2, "W2"), (3, "W2"), (4, "w" * 64)):
        place.deposit(observation(number, "A" * 64, by).events)
    assert sorted(place.labels) == sorted(
        ["A" * 64, "A" * 61 + "-W2", "A" * 59 + "-W2-2", "A" * 31 + "-" + "w" * 32]
    )
    assert all(not r.observation.problems for r in place.catalogue.records(STUDY))


def test_labels_are_settled_also_when_all_was_kept_already(place: Place) -> None:
    for number in (1, 2):
        recorder = observation(number)
        receipt = Receipt(f"2018-03-13T15:0{number}:00.000Z", "tablet")
        place.events.append(STUDY, recorder.stream, recorder.events, receipt)
    assert place.labels == ["A-01", "A-01"]
    assert place.deposit(observation(2).events) == {Outcome.ALREADY_KEPT: 1}
    assert place.labels == ["A-01", "A-01-W1"]


def test_an_observation_is_found_by_its_stream_where_a_label_is_held_twice(place: Place) -> None:
    recorders = [observation(number) for number in (1, 2)]
    for recorder in recorders:
        place.events.append(STUDY, recorder.stream, recorder.events, Receipt("", ""))
    with pytest.raises(Refused) as refusal:
        place.catalogue.find("A-01")
    for recorder in recorders:
        assert recorder.stream in str(refusal.value)
        for name in (recorder.stream, recorder.stream.partition("/")[2]):
            assert place.catalogue.find(name).observation.stream == recorder.stream


@pytest.mark.parametrize("kind", ["folder", "loop"])
def test_what_is_no_file_is_named_with_the_words_of_the_system_until_it_can_be_read(
    tmp_path: Path, kind: str
) -> None:
    place = Place(open_store(f"tinydb:{tmp_path}"))
    place.deposit(observation(1).events)
    place.deposit(observation(2, "A-02").events)
    (file,) = tmp_path.rglob("*000000000001.json")
    aside = file.rename(tmp_path / "aside")
    file.mkdir() if kind == "folder" else file.symlink_to(file)
    assert place.labels == ["A-02"]
    (damaged,) = place.catalogue.look(STUDY).damaged.values()
    words = "Is a directory" if kind == "folder" else "Too many levels of symbolic links"
    assert words in str(damaged)
    file.rmdir() if kind == "folder" else file.unlink()
    aside.rename(file)
    assert place.labels == ["A-01", "A-02"]


def test_a_deposit_that_meets_damage_adds_everything_else_and_says_so(tmp_path: Path) -> None:
    place = Place(open_store(f"tinydb:{tmp_path}"))
    place.deposit(observation(1, "A-09").events)
    (file,) = tmp_path.rglob("*000000000001.json")
    file.write_bytes(b"{")
    given = [event for number in (1, 2, 3) for event in observation(number).events]
    with pytest.raises(Incomplete, match="000000000001 is damaged") as refusal:
        place.deposit(given)
    assert refusal.value.outcomes == {Outcome.KEPT: 2}
    assert place.labels == ["A-01", "A-01-W1"]
    assert file.read_bytes() == b"{"


def test_a_deposit_that_says_no_label_looks_at_its_own_stream_only(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = observation(1)
    place.deposit(recorder.events)
    recorder.add(5, "note-written", text="seen", kind="seen", tags=[])
    monkeypatch.setattr(place.catalogue, "look", lambda study: pytest.fail("it looks at all"))
    assert place.deposit(recorder.events[1:]) == {Outcome.KEPT: 1}


@pytest.mark.parametrize("kind", ["observation-begun", "header-corrected", "event-retracted"])
def test_whatever_can_make_a_label_held_twice_has_it_settled(place: Place, kind: str) -> None:
    first, second = observation(1), observation(2, "A-02" if kind == "header-corrected" else "A-01")
    corrected = ""
    if kind == "header-corrected":
        begun = [second.events[0].id]
        second.add(5, kind, field="label", value="A-01", replaces=begun)
    elif kind == "event-retracted":
        begun = [second.events[0].id]
        corrected = second.add(5, "header-corrected", field="label", value="A-02", replaces=begun)
    place.deposit(first.events)
    place.deposit(second.events)
    if corrected:
        assert place.labels == ["A-01", "A-02"]
        second.add(9, kind, event=corrected)
        place.deposit(second.events[-1:])
    assert place.labels == ["A-01", "A-01-W1"]


def test_labels_wait_until_all_observations_are_known(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "FEW", 0)
    place.deposit(observation(1).events)
    place.catalogue.summaries.elsewhere = lambda: True
    place.deposit(observation(2).events)
    assert place.catalogue.look(STUDY).missing == 1
    place.catalogue.summaries.elsewhere = None
    assert place.labels == ["A-01", "A-01"]
    place.deposit(observation(3, "B-01").events)
    assert place.labels == ["A-01", "A-01-W1", "B-01"]
