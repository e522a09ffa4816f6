"""Data of every format that was ever written is read; what a newer program wrote is left alone."""

import errno
import json
import shutil
from pathlib import Path

import pytest
from tinydb import TinyDB

from observation.cli import main
from observation.settings import open_context
from observation.store import Outcome, Receipt, Shell, open_store, wholefile
from observation.store.verify import verify
from observation.web import create_app
from tests.store.disk import Disk
from tests.store.store_events import LATER

FIXTURES = Path(__file__).with_name("fixtures")  # a data folder for each format; none ever changes
STUDY = "0190a5b0-0000-7000-8000-00000000000f"
STREAM = "observation/0190a5b0-0000-7000-8000-000000000001"
TABLET = "0190a5b0-0000-7000-8000-0000000000d1"
KEPT = [  # number, kind, and how the hash begins
    (1, "observation-begun", "5edd3809"),
    (2, "phase-started", "e373f346"),
    (3, "note-written", "03a7fc03"),
    (4, "weather-observed", "2f0bd18e"),
    (6, "observation-ended", "89cc85f3"),
]
NOTE = "De school\u00adleider vraagt: “waarom één lijn?” \U0001f600\nen zwijgt"


@pytest.fixture(params=sorted(path.name for path in FIXTURES.iterdir()))
def data(request, tmp_path):
    """A data folder as a program of that format left it."""
    return shutil.copytree(FIXTURES / request.param, tmp_path / "data")


def test_the_events_of_every_format_are_read(data):
    events = open_store(f"tinydb:{data / 'store'}").events
    assert events.studies() == [STUDY]
    assert list(events.versions(STUDY)) == [STREAM, f"study/{STUDY}"]
    log = events.read(STUDY, STREAM)
    assert [(k.event.seq, k.event.kind, k.digest[:8]) for k in log.kept] == KEPT
    assert all(kept.event.digest == kept.digest for kept in (*log.kept, *log.conflicts))
    assert {kept.receipt for kept in log.kept} == {Receipt("2018-03-13T16:00:00.000Z", TABLET)}
    assert log.kept[2].event.data["text"] == NOTE
    assert [(k.event.data["text"], k.receipt.source) for k in log.conflicts] == [
        ("De schoolleider vraagt iets", "import of session.jsonl")
    ]
    erased = "480a9303-e18e-5f4e-895a-843edf446c46"
    assert log.shells == (Shell(erased, STREAM, "tablet", 5, "2018-06-01T12:00:00.000Z"),)
    assert len(list(verify(events))) == 1  # the conflict


def test_the_registry_of_every_format_is_read(data):
    registry = open_store(f"tinydb:{data / 'store'}").registry
    value, version = registry.get("device", TABLET)
    assert (value["name"], value["study"], version) == ("iPad “één”", STUDY, 1)
    assert registry.get("server", "log")[0]["epoch"] == 2


def test_a_stream_of_every_format_is_gone_on_with(data):
    events = open_store(f"tinydb:{data / 'store'}").events
    before, version = events.read(STUDY, STREAM), events.versions(STUDY)[STREAM]
    again = [*before.events, *(kept.event for kept in before.conflicts)]
    outcomes = events.append(STUDY, STREAM, again, LATER)
    assert outcomes == [Outcome.ALREADY_KEPT] * 5 + [Outcome.CONFLICT]
    assert events.versions(STUDY)[STREAM] == version
    other = open_store("memory:").events
    other.merge(STUDY, before)
    other.erase(STUDY, STREAM, [before.events[1].id], LATER.received)
    events.merge(STUDY, other.read(STUDY, STREAM))
    after = events.read(STUDY, STREAM)
    assert [kept.event.seq for kept in after.kept] == [1, 3, 4, 6]
    assert (after.kept[1:], after.conflicts) == (before.kept[2:], before.conflicts)


def test_a_kind_that_this_program_does_not_know_stands_on_the_page(data):
    client = create_app(open_context(data)).test_client()
    page = client.get(f"/{STREAM.replace('/', 's/')}?language=en").get_data(as_text=True)
    assert "This program does not know “weather-observed”; it is kept" in page
    assert '<div class="log-text" dir="auto">weather-observed</div>' in page


class TestTheMark:
    def test_a_store_says_of_what_format_it_is(self, tmp_path):
        open_store(f"tinydb:{tmp_path}")
        check = json.loads((tmp_path / "format.json").read_bytes())["check"]["1"]
        assert (check["format"], check["documents"]) == (wholefile.FORMAT, 0)
        with TinyDB(tmp_path / "format.json", access_mode="r") as database:
            assert database.tables() == {"check"}

    def test_one_of_a_newer_format_is_refused_at_the_start_and_left_alone(
        self, tmp_path, monkeypatch, capsys
    ):
        with monkeypatch.context() as newer:
            newer.setattr(wholefile, "FORMAT", 2)
            open_store(f"tinydb:{tmp_path / 'store'}")
        before = (tmp_path / "store" / "format.json").read_bytes()
        for command in ("serve", "verify", "sample"):
            assert main(["--data", str(tmp_path), command]) == 1
            said = capsys.readouterr().err
            assert "store was written by a newer program than this one; install that." in said
        assert (tmp_path / "store" / "format.json").read_bytes() == before
        assert [path.name for path in (tmp_path / "store").glob("[!.]*")] == ["format.json"]

    def test_a_store_without_one_is_of_the_first_format_and_gets_one(self, data):
        mark = data / "store" / "format.json"
        mark.unlink(missing_ok=True)
        assert open_store(f"tinydb:{data / 'store'}").events.studies() == [STUDY]
        assert mark.exists()

    def test_a_damaged_one_is_none_and_is_written_anew(self, data):
        mark = data / "store" / "format.json"
        open_store(f"tinydb:{data / 'store'}")
        whole = mark.read_bytes()
        mark.write_bytes(b"x")
        assert open_store(f"tinydb:{data / 'store'}").events.studies() == [STUDY]
        assert mark.read_bytes() == whole

    def test_a_disk_that_has_no_room_for_one_keeps_nobody_from_reading(self, data):
        (data / "store" / "format.json").unlink(missing_ok=True)
        with Disk(data) as disk:
            disk.fail(1, errno.ENOSPC, lasting=True)
            store = open_store(f"tinydb:{data / 'store'}")
            assert len(store.events.read(STUDY, STREAM).kept) == 5
            assert disk.failed
