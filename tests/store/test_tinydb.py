"""What the TinyDB files promise: readable by TinyDB, checked byte for byte, whole or not at all."""

import errno
import json
import os
import shutil
from hashlib import sha256

import pytest
from tinydb import TinyDB, where
from tinydb.table import Table

from observation.core.errors import Refused
from observation.store import Damaged, Outcome, open_store, wholefile
from observation.store.folders import Folders
from tests.store.disk import Disk
from tests.store.store_events import (
    ERASED,
    LATER,
    OTHER_STUDY,
    RECEIPT,
    STREAM,
    STUDY,
    make_event,
    make_events,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def events(folder):
    return open_store(f"tinydb:{folder}").events


@pytest.fixture
def file(folder, events):
    """The file of a stream of two events, a conflict and a shell: about 2 kB."""
    events.append(STUDY, STREAM, [*make_events(3), make_event(2, text="other")], RECEIPT)
    events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
    path = folder / STUDY / f"{STREAM}.json"
    assert 1500 < path.stat().st_size < 2500
    return path


class TestTheFile:
    def test_tinydb_as_it_comes_can_open_it(self, file, events):
        class Texts(Table):
            document_id_class = str

        with TinyDB(file, access_mode="r") as database:
            table = Texts(database.storage, "events")
            assert {row.doc_id for row in table.all()} == {event.id for event in make_events(3)}
            (found,) = table.search(where("event")["seq"] == 1)
            assert found["event"] == make_event(1).as_dict()
            assert found["sha256"] == make_event(1).digest
            assert database.table("check").get(doc_id=1)["documents"] == 3

    def test_its_last_line_gives_the_hash_of_all_bytes_before_the_hash(self, file):
        content = file.read_bytes()
        hash = json.loads(content)["check"]["1"]["sha256"]
        assert sha256(content[: content.index(hash.encode())]).hexdigest() == hash

    def test_it_is_ascii_and_has_a_line_for_each_event(self, file):
        lines = file.read_bytes().decode("ascii").splitlines()
        assert sum(line.startswith(f'"{make_event(2).id}":{{') for line in lines) == 1

    def test_erased_content_is_gone_from_the_folder(self, folder, events):
        events.append(STUDY, STREAM, [make_event(text="Johanna"), make_event(2)], RECEIPT)
        events.erase(STUDY, STREAM, [make_event().id], ERASED)
        found = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"Johanna" not in found
        assert make_event(text="Johanna").digest.encode() not in found

    def test_other_files_in_the_folder_are_no_streams(self, file, events):
        before = events.versions(STUDY)
        for name in (f"{file.name}.draft", "notes.json", ".DS_Store", f"{file.stem} (copy).json"):
            file.with_name(name).write_text("{}")
        (file.parents[2] / "lost+found").mkdir()
        (file.parents[2] / OTHER_STUDY / "observation").mkdir(parents=True)
        assert events.versions(STUDY) == before
        assert events.studies() == [STUDY]


class TestDamage:
    @pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
    def test_every_flipped_bit_is_seen(self, file, events, bit):
        content = file.read_bytes()
        for position in range(len(content)):
            altered = bytearray(content)
            altered[position] ^= bit
            file.write_bytes(altered)
            with pytest.raises(Damaged):
                events.read(STUDY, STREAM)

    def test_every_truncation_is_seen(self, file, events):
        content = file.read_bytes()
        for length in range(len(content)):
            file.write_bytes(content[:length])
            with pytest.raises(Damaged):
                events.read(STUDY, STREAM)

    @pytest.mark.parametrize(
        "content", [b"", b"{}", b"\x00" * 4096, b'{"events":{}}', b"<html>" * 40]
    )
    def test_something_else_in_its_place_is_seen_and_never_overwritten(self, file, events, content):
        file.write_bytes(content)
        for call in (
            lambda: events.read(STUDY, STREAM),
            lambda: events.append(STUDY, STREAM, [make_event(9)], LATER),
            lambda: events.compose(STUDY, STREAM, lambda log: [make_event(9)], LATER),
            lambda: events.erase(STUDY, STREAM, [make_event(1).id], ERASED),
        ):
            with pytest.raises(Damaged):
                call()
        assert file.read_bytes() == content

    def test_the_rest_of_the_study_is_served(self, file, events):
        other = STREAM.replace("a1", "a2")
        events.append(STUDY, other, [make_event(stream=other)], RECEIPT)
        file.write_bytes(b"")
        assert list(events.versions(STUDY)) == [STREAM, other]
        assert events.read(STUDY, other).events == (make_event(stream=other),)

    def test_a_well_made_file_of_another_shape_is_seen(self, file, events):
        first, second = (make_event(seq).id for seq in (1, 2))
        for change in (
            lambda table: table.update({first: {}}),
            lambda table: table.update({first: table[second]}),
            lambda table: table[first]["event"].update(more=1),
            lambda table: table[first]["event"].update(seq="1"),
            lambda table: table[first].pop("sha256"),
        ):
            content = file.read_bytes()
            table = json.loads(content)["events"]
            change(table)
            wholefile.WholeFile(file, STREAM, Folders(file.parents[2])).write({"events": table})
            with pytest.raises(Damaged):
                events.read(STUDY, STREAM)
            file.write_bytes(content)

    def test_a_disk_that_cannot_read_is_damage_and_too_many_open_files_is_not(
        self, file, events, monkeypatch
    ):
        def fails(number):
            def opens(path, flags):
                raise OSError(number, os.strerror(number))

            monkeypatch.setattr(wholefile, "_without_waiting", opens)

        fails(errno.EIO)
        with pytest.raises(Damaged):
            events.read(STUDY, STREAM)
        fails(errno.EMFILE)
        with pytest.raises(OSError, match="Too many"):
            events.read(STUDY, STREAM)

    def test_a_file_of_a_newer_program_is_left_alone(self, file, events, folder, monkeypatch):
        monkeypatch.setattr(wholefile, "FORMAT", 2)
        events.append(STUDY, STREAM, [make_event(4)], RECEIPT)
        open_store(f"tinydb:{folder}").registry.put("account", "a", {}, None)
        content = file.read_bytes()
        monkeypatch.undo()
        for call in (
            lambda: events.read(STUDY, STREAM),
            lambda: events.append(STUDY, STREAM, [make_event(5)], RECEIPT),
            lambda: open_store(f"tinydb:{folder}"),
        ):
            with pytest.raises(Refused, match="newer program") as refusal:
                call()
            assert not isinstance(refusal.value, Damaged)
        assert file.read_bytes() == content

    def test_a_damaged_registry_is_named_when_used_and_hides_no_record(self, file, folder):
        path = folder / "registry" / "account.json"
        path.parent.mkdir()
        path.write_bytes(b"{")
        store = open_store(f"tinydb:{folder}")
        assert store.events.read(STUDY, STREAM).events == tuple(make_events(2))
        with pytest.raises(Damaged):
            store.registry.put("account", "a", {}, None)
        assert path.read_bytes() == b"{"
        store.registry.put("device", "a", {}, None)
        assert store.registry.list("device") == {"a": {}}


class TestWriting:
    def test_a_first_save_returns_after_the_names_of_all_folders_are_synced_too(self, events, disk):
        events.append(STUDY, STREAM, make_events(120), RECEIPT)
        name = STREAM.partition("/")[2]
        assert disk.written() == [
            f"mkdir {STUDY}",
            "mkdir observation",
            f"create {name}.json.draft",
            f"write {name}.json.draft",
            f"fsync {name}.json.draft",
            f"replace {name}.json",
            "fsync observation",
            f"fsync {STUDY}",
            "fsync data",
            "fsync .",
        ]

    def test_a_later_save_syncs_the_file_and_its_folder_once_each(self, file, events, disk):
        events.append(STUDY, STREAM, [make_event(4)], RECEIPT)
        assert disk.written() == [
            f"create {file.name}.draft",
            f"write {file.name}.draft",
            f"fsync {file.name}.draft",
            f"replace {file.name}",
            "fsync observation",
        ]

    def test_saying_already_kept_waits_for_the_folder_too_but_writes_nothing(
        self, file, events, disk
    ):
        assert events.append(STUDY, STREAM, [make_event(1)], LATER) == [Outcome.ALREADY_KEPT]
        assert disk.written() == ["fsync observation"]

    def test_folders_that_another_process_made_are_synced_before_the_first_acknowledgement(
        self, file, folder, disk
    ):
        events = open_store(f"tinydb:{folder}").events
        disk.calls.clear()
        for _ in range(2):
            assert events.append(STUDY, STREAM, [make_event(1)], LATER) == [Outcome.ALREADY_KEPT]
        once = ["fsync observation", f"fsync {STUDY}", "fsync data", "fsync ."]
        assert disk.written() == [*once, "fsync observation"]

    def test_a_folder_that_was_taken_away_is_made_and_synced_again(
        self, file, folder, events, disk
    ):
        shutil.rmtree(folder / STUDY)
        events.append(STUDY, STREAM, [make_event(1)], RECEIPT)
        assert disk.written()[-4:-1] == ["fsync observation", f"fsync {STUDY}", "fsync data"]

    def test_what_a_killed_writer_left_behind_is_no_hindrance(self, file, events):
        file.with_name(f"{file.name}.draft").write_bytes(b'{"events":{')
        events.append(STUDY, STREAM, [make_event(4)], RECEIPT)
        assert [event.seq for event in events.read(STUDY, STREAM).events] == [1, 2, 4]
        assert [path.name for path in file.parent.iterdir()] == [file.name]

    def test_a_save_of_many_events_writes_once(self, file, events, disk):
        events.append(STUDY, STREAM, make_events(200), RECEIPT)
        assert sum(call.startswith("replace") for call in disk.written()) == 1

    def test_the_registry_is_written_the_same_way(self, folder, disk):
        registry = open_store(f"tinydb:{folder}").registry
        registry.put("account", "a", {}, None)
        registry.put("account", "b", {}, None)
        disk.calls.clear()
        registry.put("account", "a", {"role": "lead"}, 1)
        registry.delete("account", "b")
        once = ["create account.json.draft", "write account.json.draft", "fsync account.json.draft"]
        assert disk.written() == [*once, "replace account.json", "fsync registry"] * 2

    def test_writing_within_a_composition_is_refused_and_not_lost(self, events):
        def make(log):
            events.append(STUDY, STREAM, [make_event(1)], RECEIPT)
            return [make_event(2)]

        with pytest.raises(RuntimeError):
            events.compose(STUDY, STREAM, make, RECEIPT)
        assert events.append(STUDY, STREAM, [make_event(3)], RECEIPT) == [Outcome.KEPT]


@pytest.fixture
def disk(folder, events, request):
    if "file" in request.fixturenames:
        request.getfixturevalue("file")
    with Disk(folder.parent) as disk:
        yield disk
