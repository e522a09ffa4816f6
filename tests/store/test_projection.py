"""What lists are made of is derived, follows every change, and may be lost at any moment."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from observation.commands import summarise
from observation.core.events import Event
from observation.core.fold import fold_observation
from observation.instruments import Instruments
from observation.settings import Context, open_context
from observation.store import Damaged, EventStore, Kept, Log, Receipt, Store, open_store, projection
from observation.store.backup import make_backup
from observation.store.catalogue import Catalogue
from observation.store.log import ordered
from observation.store.projection import Projected, Projection
from observation.store.restore import restore
from observation.store.rows import Rows
from observation.store.summary import Summary, summary_of
from tests.core.random_records import random_record
from tests.recorder import Recorder, person
from tests.small_disk import environment, run_on_small_disk
from tests.store.store_events import together

STUDY = "0190a5b0-0000-7000-8000-00000000aaaa"
RECEIPT = Receipt("2018-03-13T15:00:00.000Z", "tablet")
NOW = "2018-04-01T00:00:00Z"
SECRET = "Zeldzame-naam-7Q"


def recorded(number: int, label: str = "", **begun: str) -> Recorder:
    """Return an observation with this number."""
    stream = f"observation/0190a5b0-0000-7000-8000-{number:012d}"
    recorder = Recorder(f"tablet-{number}", "W1", stream)
    recorder.begin(person("T1"), label=label or f"A-{number:02d}", **begun)
    return recorder


def corrected_to(unit: str) -> tuple[Recorder, str]:
    """Return an observation whose unit was put right, and the id of the event that says so."""
    recorder = recorded(2)
    seen = [recorder.events[0].id]
    return recorder, recorder.add(5, "header-corrected", field="unit", value=unit, replaces=seen)


class Counted:
    """A store that counts what is read of it, and lets something happen after a read."""

    def __init__(self, events: EventStore) -> None:
        self._events = events
        self.reads: list[str] = []
        self.after: Callable[[], object] = lambda: None

    def read(self, study: str, stream: str) -> object:
        log = self._events.read(study, stream)
        self.reads.append(stream)
        self.after()
        return log

    def __getattr__(self, name: str) -> object:
        return getattr(self._events, name)


class Place:
    """A store of some observations, with a catalogue and what it keeps beside."""

    def __init__(self, folder: Path, observations: int = 3) -> None:
        self.folder, self.path = folder, folder / "cache" / "summaries.sqlite3"
        self.store: Store = open_store(f"tinydb:{folder / 'store'}")
        for number in range(1, observations + 1):
            self.add(recorded(number))

    def add(self, recorder: Recorder) -> None:
        self.store.events.append(STUDY, recorder.stream, recorder.events, RECEIPT)

    def catalogue(self, events: EventStore | None = None) -> Catalogue:
        """Return the catalogue of a program that has just been started."""
        return Catalogue(events or self.store.events, Instruments(), self.path)

    def counted(self) -> tuple[Catalogue, list[str]]:
        """Return such a catalogue, and what it reads from now on."""
        counted = Counted(self.store.events)
        return self.catalogue(counted), counted.reads  # type: ignore[arg-type]

    def file(self, number: int) -> Path:
        (found,) = (self.folder / "store").rglob(f"*{number:012d}.json")
        return found

    @property
    def truth(self) -> dict[str, Summary]:
        """What a catalogue that remembers nothing says."""
        return dict(Catalogue(self.store.events, Instruments()).look(STUDY).values)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


class TestWhatIsDerived:
    @pytest.mark.parametrize("seed", range(4))
    def test_a_summary_says_what_the_whole_record_says(self, seed: int) -> None:
        instrument = Instruments().newest()
        for count in range(100):
            given = random_record(random.Random(f"{seed} {count}"))["events"]
            stream = recorded(1).stream
            events = [Event(**({"stream": stream, "by": "W1", "format": 1} | e)) for e in given]
            log = _log_of(stream, events)
            whole = fold_observation(log.events, instrument)
            said = summary_of(log, instrument)
            header = {name: slot.value for name, slot in whole.header.items()}
            assert (said.label, said.start, said.end, said.ended) == (
                header.get("label", stream), whole.start, whole.end, whole.ended,
            )  # fmt: skip
            assert (said.state, said.problems) == (whole.review.state, len(whole.problems))
            for name in ("school", "unit", "place", "observer"):
                assert getattr(said, name) == header.get(name, "")
            assert said.people == tuple(
                (p.person, p.role) for p in whole.people if p.role and p.description.value.expected
            )
            assert bool(said.begun) == (whole.begun is not None)

    def test_it_is_read_again_as_it_was_made(self, place: Place) -> None:
        assert dict(place.catalogue().look(STUDY).values) == place.truth
        catalogue, reads = place.counted()
        assert dict(catalogue.look(STUDY).values) == place.truth
        assert reads == []

    def test_only_what_changed_is_folded_again(self, place: Place) -> None:
        place.catalogue().look(STUDY)
        recorder = recorded(2)
        recorder.add(9, "observation-ended")
        place.add(recorder)
        catalogue, reads = place.counted()
        assert catalogue.look(STUDY).values[recorder.stream].ended
        assert reads == [recorder.stream]

    def test_another_program_or_other_instruments_fold_anew(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.catalogue().look(STUDY)
        with monkeypatch.context() as patch:
            patch.setattr(Instruments, "digest", "of another schedule more")
            catalogue, reads = place.counted()
            catalogue.look(STUDY)
            assert len(reads) == 3
        monkeypatch.setattr("observation.store.summary.program", lambda: "a newer one")
        catalogue, reads = place.counted()
        catalogue.look(STUDY)
        assert len(reads) == 3

    def test_a_change_while_it_is_folded_is_seen_at_the_next_look(self, place: Place) -> None:
        counted = Counted(place.store.events)
        recorder = recorded(2)
        recorder.add(9, "observation-ended")

        def change() -> None:
            counted.after = lambda: None
            place.add(recorder)

        counted.after = change
        catalogue = place.catalogue(counted)  # type: ignore[arg-type]
        first = catalogue.look(STUDY)
        assert recorder.stream not in first.versions
        assert dict(catalogue.look(STUDY).values) == place.truth

    def test_a_stream_that_is_no_longer_there_leaves_nothing(self, place: Place) -> None:
        place.add(recorded(4, label=SECRET))
        place.catalogue().look(STUDY)
        assert SECRET.encode() in place.path.read_bytes()
        place.file(4).unlink()
        assert len(place.catalogue().look(STUDY).values) == 3
        assert SECRET.encode() not in place.path.read_bytes()

    def test_any_pure_function_of_a_stream_can_be_one(self, place: Place) -> None:
        kinds = Projection(
            "kinds", "observation", "1", lambda log: [e.kind for e in log.events], tuple
        )
        for version, reads_again in (("1", 3), ("1", 0), ("2", 3)):
            counted = Counted(place.store.events)
            projected = Projected(
                counted,  # type: ignore[arg-type]
                replace(kinds, version=version),
                Rows(place.path),
            )
            values = projected.look(STUDY).values
            assert set(values.values()) == {("observation-begun",)}
            assert len(counted.reads) == reads_again


class TestItMayBeLost:
    def test_at_any_moment(self, place: Place) -> None:
        catalogue = place.catalogue()
        for number in range(10, 20):
            place.add(recorded(number))
            assert dict(catalogue.look(STUDY).values) == place.truth
            if number % 2:
                place.path.unlink()
        assert dict(place.catalogue().look(STUDY).values) == place.truth

    @pytest.mark.parametrize(
        "content", [b"", b"no database", b"SQLite format 3\0" + bytes(range(256)) * 20]
    )
    def test_what_is_no_such_file_is_made_anew(self, place: Place, content: bytes) -> None:
        place.path.parent.mkdir()
        place.path.write_bytes(content)
        for _ in range(2):
            assert dict(place.catalogue().look(STUDY).values) == place.truth
        catalogue, reads = place.counted()
        catalogue.look(STUDY)
        assert reads == []

    def test_a_file_of_another_format_is_thrown_away(self, place: Place) -> None:
        place.path.parent.mkdir()
        with sqlite3.connect(place.path) as file:
            file.execute("PRAGMA user_version = 99")
            file.execute("CREATE TABLE rows (everything)")
        file.close()
        for _ in range(2):
            assert dict(place.catalogue().look(STUDY).values) == place.truth

    def test_a_file_that_is_damaged_anywhere_never_says_something_wrong(self, place: Place) -> None:
        for number in range(4, 30):
            place.add(recorded(number))
        place.catalogue().look(STUDY)
        whole, truth, chance = place.path.read_bytes(), place.truth, random.Random(7)
        for _ in range(60):
            content = bytearray(whole)
            at = chance.randrange(len(content))
            content[at : at + 200] = chance.randbytes(len(content[at : at + 200]))
            place.path.write_bytes(content)
            assert dict(place.catalogue().look(STUDY).values) == truth

    def test_a_row_that_was_changed_is_no_row(self, place: Place) -> None:
        place.catalogue().look(STUDY)
        with sqlite3.connect(place.path) as file:
            file.execute("UPDATE rows SET value = replace(value, 'A-0', 'B-0')")
        file.close()
        assert dict(place.catalogue().look(STUDY).values) == place.truth

    def test_a_folder_that_cannot_be_written_to_keeps_nothing_from_being_shown(
        self, place: Place
    ) -> None:
        place.path.parent.write_text("a file stands where the folder should be")
        catalogue = place.catalogue()
        for _ in range(2):
            assert dict(catalogue.look(STUDY).values) == place.truth

    def test_somebody_else_who_holds_the_file_keeps_nobody_waiting_long(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("observation.store.rows.WAIT", 0.01)
        place.catalogue().look(STUDY)
        place.add(recorded(4))
        with sqlite3.connect(place.path, isolation_level=None) as file:
            file.execute("BEGIN EXCLUSIVE")
            assert dict(place.catalogue().look(STUDY).values) == place.truth
            file.execute("ROLLBACK")
        file.close()

    def test_on_a_full_disk_lists_are_shown(self) -> None:
        printed = run_on_small_disk(2, Path(__file__).with_name("full_cache.py"))
        assert printed.split() == ["40", "40", "40"]


class TestDamage:
    def test_a_damaged_stream_is_named_and_whole_again_after_a_restore(self, place: Place) -> None:
        context = open_context(place.folder, f"tinydb:{place.folder / 'store'}", {})
        backup = make_backup(
            context.store, context.schedules, place.folder / "backup.gz", context.clock.now
        ).file
        content = place.file(2).read_bytes()
        place.file(2).write_bytes(content[:-9])
        for catalogue in (place.catalogue(), place.catalogue()):
            look = catalogue.look(STUDY)
            ((stream, damage),) = look.damaged.items()
            assert isinstance(damage, Damaged)
            assert stream == damage.stream == recorded(2).stream
            assert "breaks off" in str(damage)
            assert len(look.values) == 2
        restore(context.store, context.schedules, Path(backup), context.clock.now())
        look = catalogue.look(STUDY)
        assert (len(look.values), look.damaged) == (3, {})

    def test_all_that_is_derived_from_a_record_is_made_of_one_reading(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context, read, reads = open_context(place.folder), summarise.read_stream, list[str]()
        monkeypatch.setattr(
            summarise,
            "read_stream",
            lambda e, s, stream: reads.append(stream) or read(e, s, stream),
        )
        assert summarise.summarise(context) == len(reads) == 3
        assert len(set(reads)) == 3
        assert len(context.catalogue.evidence.observed.behind(STUDY)) == 0
        assert len(context.catalogue.summaries.behind(STUDY)) == 0

    def test_many_damaged_ones_do_not_keep_lists_from_being_finished(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(projection, "FEW", 1)
        for number in (1, 2, 3):
            place.file(number).write_bytes(b"{")
        place.add(recorded(4))
        place.catalogue().look(STUDY)
        catalogue = place.catalogue()
        catalogue.summaries.elsewhere = lambda: pytest.fail("there is nothing left to fold")
        look = catalogue.look(STUDY)
        assert (look.missing, len(look.damaged), len(look.values)) == (0, 3, 1)


class TestParts:
    """The values of one part of a study, such as a school."""

    @pytest.mark.parametrize("part", ["A", "", "with\na line end", '"', "{"])
    def test_no_other_is_read_and_each_only_once(self, place: Place, part: str) -> None:
        place.add(recorded(4, school=part))
        place.add(recorded(5, school=part))
        read: list[str] = []
        of_school = Projection(
            "school", "observation", "1", lambda log: log.events[0].data["school"],
            lambda value: read.append(value) or value, lambda value: f"of {value}",
        )  # fmt: skip
        own = 5 if part == "A" else 2
        for _ in range(2):  # made, and as it was kept
            read.clear()
            projected = Projected(place.store.events, of_school, Rows(place.path))
            for _again in range(2):
                values = projected.look(STUDY).values
                assert list(values.of(f"of {part}", "of another")) == [part] * own
                assert (len(values), read) == (5, [part] * own)


class TestErased:
    def test_not_a_byte_of_what_was_erased_stays(self, place: Place) -> None:
        recorder, corrected = corrected_to(SECRET)
        place.add(recorder)
        for number in range(4, 60):
            place.add(recorded(number, unit=f"unit {number}"))
        catalogue = place.catalogue()
        catalogue.look(STUDY)
        assert SECRET.encode() in place.path.read_bytes()
        catalogue.erase(STUDY, recorder.stream, [corrected], NOW)
        left = b"".join(each.read_bytes() for each in place.folder.rglob("*") if each.is_file())
        assert SECRET.encode() not in left
        assert catalogue.look(STUDY).values[recorder.stream].unit != SECRET

    def test_also_when_the_store_itself_was_told(self, place: Place) -> None:
        recorder, corrected = corrected_to(SECRET)
        place.add(recorder)
        place.catalogue().look(STUDY)
        assert SECRET.encode() in place.path.read_bytes()
        place.store.events.erase(STUDY, recorder.stream, [corrected], NOW)
        place.catalogue().look(STUDY)
        assert SECRET.encode() not in place.path.read_bytes()


class TestMuchIsFoldedElsewhere:
    @pytest.fixture
    def context(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
        """A data folder with seven observations, where more than two are much."""
        monkeypatch.setattr(projection, "FEW", 2)
        context = open_context(tmp_path, environment={})
        for number in range(1, 8):
            recorder = recorded(number, label="A-01" if number in (3, 5) else "")
            context.store.events.append(STUDY, recorder.stream, recorder.events, RECEIPT)
        return context

    def test_a_look_goes_without_what_is_missing(self, context: Context) -> None:
        asked: list[int] = []
        context.catalogue.summaries.elsewhere = lambda: not asked.append(1)
        look = context.catalogue.look(STUDY)
        assert (len(look.values), look.missing, asked) == (0, 7, [1])
        summarise.summarise(open_context(context.data, environment={}))
        look = context.catalogue.look(STUDY)
        assert (len(look.values), look.missing, asked) == (7, 0, [1])

    def test_what_verdicts_take_of_interviews_too(self, context: Context) -> None:
        header = {"interview": "R1", "kind": "interview", "school": "A", "date": "2018-03-13",
                  "participants": ["R1"], "topic-list": "teachers"}  # fmt: skip
        for number in range(1, 5):
            stream = f"interview/0190a5b0-0000-7000-8000-{number:012d}"
            recorder = Recorder("laptop", "W1", stream)
            recorder.add(0, "interview-recorded", **header)
            context.store.events.append(STUDY, stream, recorder.events, RECEIPT)
        for projected in context.catalogue.of_many:
            projected.elsewhere = lambda: True
        assert [look.missing for look in context.catalogue.evidence.look(STUDY)] == [7, 4]
        assert summarise.summarise(open_context(context.data, environment={})) == 11
        assert [look.missing for look in context.catalogue.evidence.look(STUDY)] == [0, 0]

    def test_it_settles_the_labels_that_no_deposit_could(self, context: Context) -> None:
        summarise.summarise(context)
        labels = sorted(each.label for each in context.catalogue.look(STUDY).values.values())
        assert labels == ["A-01", "A-01-W1", "A-01-W1-2", "A-02", "A-04", "A-06", "A-07"]

    def test_where_nobody_else_can_a_look_folds_for_a_while(
        self, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(projection, "PATIENCE", 0)
        context.catalogue.summaries.elsewhere = lambda: False
        missing = [context.catalogue.look(STUDY).missing for _ in range(6)]
        assert missing == [6, 5, 4, 3, 2, 0]

    def test_several_processes_at_once_do_it_together(
        self, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        words = [sys.executable, "-m", "observation", "--data", str(context.data), "summarise"]
        outputs: list[bytes] = []
        together(
            [
                lambda: outputs.append(subprocess.run(words, capture_output=True, check=True,
                                                      env=environment()).stdout)
            ] * 3
        )  # fmt: skip
        counts = sorted(int(each.split()[0]) for each in outputs)
        assert counts[0] <= 2
        assert sum(counts) >= 7
        look = context.catalogue.look(STUDY)
        assert (len(look.values), look.missing) == (7, 0)

    def test_by_several_processors(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(summarise, "FEW", 1)
        monkeypatch.setattr(summarise, "PART", 2)
        monkeypatch.setattr(os, "cpu_count", lambda: 3)
        monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
        assert summarise.summarise(context) == 7
        assert len(context.catalogue.look(STUDY).values) == 7

    def test_many_threads_look_at_once(self, context: Context) -> None:
        found: list[int] = []
        together([lambda: found.append(len(context.catalogue.look(STUDY).values))] * 8)
        assert found == [7] * 8


def _log_of(stream: str, events: list[Event]) -> Log:
    return ordered(stream, [Kept(event, "", RECEIPT) for event in events], [], [])
