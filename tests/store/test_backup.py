"""A backup counts once it was restored on trial and compared with what was read; nothing else does."""

import errno
import gzip
import json
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from observation.core.errors import Refused
from observation.core.work import Step
from observation.store import backup, open_store
from observation.store.backup import KEPT, is_due, make_backup, make_nightly
from observation.store.backup_file import Backup, Kind, Missing, Schedule, Stream
from observation.store.backup_state import STILL, Busy, InBackup, State, Work, state, working
from observation.store.restore import restore
from tests.store.store_events import (
    ERASED,
    LATER,
    OTHER_STREAM,
    OTHER_STUDY,
    RECEIPT,
    STREAM,
    STUDY,
    everything,
    make_event,
    make_events,
    together,
)

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """The folder of own schedules, of which there are none."""
    return tmp_path / "instruments"


@pytest.fixture
def file(tmp_path):
    """Where the backup goes."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "file.gz"


@pytest.fixture
def filled(store):
    """A store with three streams of two studies and a value of the registry."""
    store.events.append(STUDY, STREAM, [*make_events(5), make_event(2, text="other")], RECEIPT)
    store.events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
    store.events.append(STUDY, OTHER_STREAM, make_events(2, stream=OTHER_STREAM), LATER)
    third = STREAM.replace("a1", "a3")
    store.events.append(OTHER_STUDY, third, make_events(1, stream=third), RECEIPT)
    store.registry.put("device", "a", {"name": "iPad"}, None)
    return store


def at(now=NOW):
    return lambda: now


class TestTheFile:
    def test_it_holds_all_streams_all_kinds_and_own_schedules(self, filled, folder, file):
        folder.mkdir()
        (folder / "own.toml").write_text("id = 'own'")
        make_backup(filled, folder, file, at())
        logs, _ = everything(filled)
        items = list(Backup(file))
        assert {(i.study, i.log.stream): i.log for i in items if isinstance(i, Stream)} == logs
        assert [i for i in items if isinstance(i, Kind)] == [
            Kind("device", {"a": {"name": "iPad"}})
        ]
        assert items[-1] == Schedule("own.toml", "id = 'own'")

    def test_it_says_what_is_in_it_and_what_is_not(self, filled, folder, file):
        made = make_backup(filled, folder, file, at())
        first, *_, last = gzip.decompress(file.read_bytes()).splitlines()
        assert json.loads(first)["without"] == [
            "secret-key",
            "registry/backup",
            "registry/covered",
            "registry/secret",
            "registry/session",
            "registry/attempt",
        ]
        assert json.loads(first)["made"] == made.made == "2026-03-13T14:10:00.000Z"
        assert json.loads(last)["end"] == {
            "streams": 3, "events": 7, "conflicts": 1, "shells": 1, "kinds": 1, "schedules": 0, "missing": [],
        }  # fmt: skip

    def test_the_same_content_gives_the_same_bytes(self, filled, folder, file):
        make_backup(filled, folder, file, at())
        first = file.read_bytes()
        make_backup(filled, folder, file, at())
        assert file.read_bytes() == first

    def test_only_its_owner_can_read_it(self, filled, folder, file):
        make_backup(filled, folder, file, at())
        assert file.stat().st_mode & 0o777 == 0o600

    def test_nothing_else_is_left_in_the_folder(self, filled, folder, file):
        make_backup(filled, folder, file, at())
        assert os.listdir(file.parent) == [file.name]

    def test_a_link_to_a_file_is_followed_and_a_folder_is_refused(self, filled, folder, file):
        link = file.with_name("link")
        link.symlink_to(file)
        make_backup(filled, folder, link, at())
        assert (link.is_symlink(), file.is_file()) == (True, True)
        with pytest.raises(Refused, match="is a folder"):
            make_backup(filled, folder, file.parent, at())

    def test_an_empty_store_has_a_backup_too(self, store, folder, file):
        assert make_backup(store, folder, file, at()).contents.streams == 0
        restore(store, folder, file, NOW)


def spoiled(monkeypatch, spoil):
    """Let `spoil` alter the bytes that were written before they are restored on trial."""
    restored = backup._restored

    def first(file, scratch, work):
        file.write_bytes(spoil(file.read_bytes()))
        return restored(file, scratch, work)

    monkeypatch.setattr(backup, "_restored", first)


class TestWhatDoesNotCount:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda content: b"",
            lambda content: content[: len(content) // 2],
            lambda content: content[:-1],
            lambda content: content[:60] + bytes([content[60] ^ 4]) + content[61:],
        ],
        ids=["empty", "half", "a byte less", "a bit flipped"],
    )
    def test_a_file_that_the_disk_has_otherwise(self, filled, folder, file, monkeypatch, spoil):
        make_backup(filled, folder, file, at())
        before, known = file.read_bytes(), state(filled.registry, NOW).last
        spoiled(monkeypatch, spoil)
        with pytest.raises(Refused):
            make_backup(filled, folder, file, at(NOW + timedelta(days=1)))
        found = state(filled.registry, NOW)
        assert (found.last, found.running, bool(found.why)) == (known, None, True)
        assert (file.read_bytes(), os.listdir(file.parent)) == (before, [file.name])

    def test_a_file_that_restores_something_else(self, filled, folder, file, monkeypatch):
        put_back = backup.put_back

        def forgetful(store, schedules, given, progress):
            found = put_back(store, schedules, given, progress)
            store.events.append(STUDY, STREAM, [make_event(9)], RECEIPT)
            return found

        monkeypatch.setattr(backup, "put_back", forgetful)
        with pytest.raises(Refused, match=f"is not what was read: {STUDY}/{STREAM}"):
            make_backup(filled, folder, file, at())
        assert (state(filled.registry, NOW).last, file.exists()) == (None, False)

    @pytest.mark.parametrize("part", ["receipt", "digest", "shell", "conflict", "registry"])
    def test_whatever_is_lost_on_the_way_is_seen(self, filled, folder, file, monkeypatch, part):
        read = backup._Reading._noted

        def lossy(self, name, item):
            if self._step.what == backup.COMPARED and isinstance(item, Stream):
                item = Stream(item.study, without(item.log, part))
            if self._step.what == backup.COMPARED and part == "registry" and isinstance(item, Kind):
                item = Kind(item.kind, {"a": {"name": "ipad"}})
            return read(self, name, item)

        monkeypatch.setattr(backup._Reading, "_noted", lossy)
        with pytest.raises(Refused, match="is not what was read"):
            make_backup(filled, folder, file, at())
        assert state(filled.registry, NOW).last is None

    @pytest.mark.parametrize("call", range(1, 12))
    def test_a_disk_that_is_full_leaves_the_old_file(self, filled, folder, file, monkeypatch, call):
        file.write_bytes(b"old")
        write, calls = gzip.GzipFile.write, iter(range(1, 100))

        def full(self, content):
            if next(calls) == call:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
            return write(self, content)

        monkeypatch.setattr(gzip.GzipFile, "write", full)
        if call <= 6:  # lines
            with pytest.raises(OSError, match="No space left"):
                make_backup(filled, folder, file, at())
            assert (file.read_bytes(), os.listdir(file.parent)) == (b"old", [file.name])
            assert str(state(filled.registry, NOW).why) == f"{file}: No space left on device"
        else:
            make_backup(filled, folder, file, at())
            assert Backup(file).made


def without(log, part):
    """The log with one thing of it lost."""
    kept = list(log.kept)
    if part == "receipt":
        kept[0] = type(kept[0])(
            kept[0].event, kept[0].digest, LATER if kept[0].receipt == RECEIPT else RECEIPT
        )
    if part == "digest":
        kept[0] = type(kept[0])(kept[0].event, "0" * 64, kept[0].receipt)
    shells = () if part == "shell" else log.shells
    conflicts = () if part == "conflict" else log.conflicts
    return type(log)(log.stream, tuple(kept), conflicts, shells)


class TestWhileTabletsGoOn:
    def test_what_is_deposited_meanwhile_disturbs_nothing(self, filled, folder, file, monkeypatch):
        """Between any two reads something comes in, also into what was read already."""
        numbers = iter(range(10, 100))
        noted = backup._Reading._noted

        def deposits(self, name, item):
            if self._store is filled:
                filled.events.append(STUDY, STREAM, [make_event(next(numbers))], LATER)
                stream = f"observation/01900000-0000-7000-8000-{next(numbers):012}"
                filled.events.append(STUDY, stream, [make_event(1, stream=stream)], LATER)
            return noted(self, name, item)

        monkeypatch.setattr(backup._Reading, "_noted", deposits)
        made = make_backup(filled, folder, file, at())
        assert made.contents.streams == 3
        assert has(InBackup(filled.registry), filled) == {OTHER_STREAM}

    def test_a_stream_that_is_being_written_is_read_whole(self, filled, folder, file):
        stop = []

        def write():
            for seq in range(10, 400, 10):
                filled.events.append(
                    STUDY, STREAM, [make_event(seq + each) for each in range(10)], LATER
                )
            stop.append(True)

        writer = Thread(target=write)
        writer.start()
        sizes = set()
        while not stop:
            make_backup(filled, folder, file, at())
            (log,) = [
                i.log for i in Backup(file) if isinstance(i, Stream) and i.log.stream == STREAM
            ]
            sizes.add(len(log.kept) % 10)
        writer.join()
        assert sizes == {4}


def has(known, store):
    """The streams that lie, as they are, in the last checked backup."""
    return {s for s, v in store.events.versions(STUDY).items() if known.versions(STUDY).get(s) == v}


class TestInBackup:
    @pytest.fixture
    def known(self, filled, folder, file):
        make_backup(filled, folder, file, at())
        return InBackup(filled.registry)

    def test_all_that_was_there_is_in_it(self, filled, known):
        assert has(known, filled) == {STREAM, OTHER_STREAM}

    def test_what_changed_since_is_not_until_the_next(self, filled, known, folder, file):
        filled.events.append(STUDY, STREAM, [make_event(9)], LATER)
        filled.events.erase(STUDY, OTHER_STREAM, [make_event(1, stream=OTHER_STREAM).id], ERASED)
        assert has(known, filled) == set()
        make_backup(filled, folder, file, at(NOW + timedelta(days=1)))
        assert has(known, filled) == {STREAM, OTHER_STREAM}

    def test_what_was_sent_again_still_is(self, filled, known):
        filled.events.append(STUDY, STREAM, [make_event(1)], LATER)
        assert STREAM in has(known, filled)

    def test_without_a_backup_nothing_is(self, store):
        store.events.append(STUDY, STREAM, make_events(1), RECEIPT)
        assert has(InBackup(store.registry), store) == set()

    def test_one_that_failed_changes_nothing(self, filled, known, folder, file, monkeypatch):
        spoiled(monkeypatch, lambda content: b"")
        with pytest.raises(Refused):
            make_backup(filled, folder, file, at(NOW + timedelta(days=1)))
        assert has(known, filled) == {STREAM, OTHER_STREAM}


class TestDamage:
    """What cannot be read is left out and named; what else there is counts."""

    @pytest.fixture
    def store(self, tmp_path):
        return open_store(f"tinydb:{tmp_path / 'data'}")

    def test_the_rest_is_in_it_and_counts(self, filled, folder, file):
        (filled.folder / STUDY / f"{STREAM}.json").write_bytes(b"x")
        (filled.folder / "registry" / "device.json").write_bytes(b"x")
        made = make_backup(filled, folder, file, at())
        assert made.contents.missing == [STREAM, "registry/device"]
        assert [i.name for i in Backup(file) if isinstance(i, Missing)] == made.contents.missing
        assert has(InBackup(filled.registry), filled) == {OTHER_STREAM}
        assert (filled.folder / STUDY / f"{STREAM}.json").read_bytes() == b"x"

    def test_no_older_one_is_removed_while_something_is_damaged(self, filled, folder, file):
        path = filled.folder / STUDY / f"{STREAM}.json"
        sound, nights = path.read_bytes(), 0

        def night():
            nonlocal nights
            nights += 1
            make_nightly(filled, folder, file.parent, at(NOW + timedelta(days=nights)))
            return len(os.listdir(file.parent))

        assert [night() for _ in range(KEPT + 2)] == [*range(1, KEPT + 1), KEPT, KEPT]
        path.write_bytes(b"x")
        assert [night(), night()] == [KEPT + 1, KEPT + 2]
        path.write_bytes(sound)
        assert night() == KEPT

    @pytest.mark.parametrize("kind", ["backup", "covered"])
    def test_what_is_known_of_backups_may_be_damaged_and_the_next_one_brings_it_back(
        self, filled, folder, file, kind
    ):
        make_backup(filled, folder, file, at())
        (filled.folder / "registry" / f"{kind}.json").write_bytes(b"x")
        assert has(InBackup(filled.registry), filled) == set()
        assert is_due(filled, NOW) == (kind == "backup")
        tomorrow = NOW + timedelta(days=1)
        assert is_due(filled, tomorrow)
        assert make_nightly(filled, folder, file.parent, at(tomorrow), always=False)
        assert not is_due(filled, tomorrow)
        assert len(has(InBackup(filled.registry), filled)) == 2
        kept = [
            path
            for path in filled.folder.rglob("*")
            if path.is_file() and path.read_bytes() == b"x"
        ]
        assert len(kept) == 1  # the damaged bytes


DUE = [
    # now (UTC), when the last was made, when one failed: due?
    ("03-13T14:10", None, None, True),
    ("03-13T14:10", "03-13T03:00", None, False),
    ("03-13T14:10", "03-13T02:59", None, True),
    ("03-13T02:59", "03-12T03:00", None, False),
    ("03-13T02:59", "03-12T02:59", None, True),
    ("03-13T03:00", "03-12T23:00", None, True),
    ("03-13T14:10", "03-01T03:00", "03-13T13:20", False),
    ("03-13T14:10", "03-01T03:00", "03-13T13:00", True),
    ("03-13T14:10", "03-14T03:00", None, True),  # the clock was wrong then
    ("03-13T14:10", "03-13T14:11", None, False),  # the clock of another machine
]


class TestNightly:
    def test_the_newest_are_kept_also_when_the_clock_goes_back(self, store, folder, file):
        for day in range(KEPT):
            make_nightly(store, folder, file.parent, at(NOW + timedelta(days=day)))
        old = make_nightly(store, folder, file.parent, at(NOW - timedelta(days=900)))
        assert os.path.exists(old.file)
        assert len(os.listdir(file.parent)) == KEPT

    def test_one_that_another_server_made_meanwhile_is_enough(self, filled, folder, file):
        assert make_nightly(filled, folder, file.parent, at(), always=False)
        assert make_nightly(filled, folder, file.parent, at(), always=False) is None
        assert state(filled.registry, NOW).running is None
        assert len(os.listdir(file.parent)) == 1

    def test_other_files_in_the_folder_are_left_alone(self, store, folder, file):
        for name in ("mine.jsonl.gz", "backup.txt", ".hidden"):
            file.with_name(name).write_text("mine")
        for day in range(KEPT + 3):
            make_nightly(store, folder, file.parent, at(NOW + timedelta(days=day)))
        assert {"mine.jsonl.gz", "backup.txt", ".hidden"} < set(os.listdir(file.parent))

    def test_what_a_killed_one_left_is_removed(self, store, folder, file):
        scratch = file.with_name(".backup-x.jsonl.gz.check")
        (scratch / "store").mkdir(parents=True)
        file.with_name(".backup-x.jsonl.gz.draft").write_text("x")
        made = make_nightly(store, folder, file.parent, at())
        assert os.listdir(file.parent) == [os.path.basename(made.file)]

    @pytest.mark.parametrize(("now", "made", "failed", "due"), DUE)
    def test_one_is_due_after_each_night_and_an_hour_after_one_that_failed(
        self, now, made, failed, due
    ):
        last = made and backup.Checked("file", f"2026-{made}:00.000Z", 1, None)
        found = State(last, failed=f"2026-{failed}:00.000Z" if failed else "")
        assert found.due(datetime.fromisoformat(f"2026-{now}:00+00:00")) is due

    @pytest.mark.parametrize(("hours", "late"), [(0, False), (48, False), (49, True)])
    def test_after_two_days_it_is_late(self, hours, late):
        last = backup.Checked("file", "2026-03-13T14:10:00.000Z", 1, None)
        assert State(last).late(NOW + timedelta(hours=hours)) is late

    def test_without_one_it_is_late(self):
        assert State().late(NOW)


class TestOneAtATime:
    def test_of_several_at_once_one_is_made(self, filled, folder, tmp_path):
        became = []

        def make(number):
            try:
                became.append(make_backup(filled, folder, tmp_path / f"{number}.gz", at()))
            except Busy as busy:
                became.append(busy)

        together([lambda number=number: make(number) for number in range(4)])
        made = [each for each in became if isinstance(each, backup.Checked)]
        assert len(became) == 4
        assert len(made) >= 1
        assert state(filled.registry, NOW).last in made
        assert state(filled.registry, NOW).running is None

    def test_while_one_is_made_another_is_refused(self, store):
        Work(store.registry, at())
        with pytest.raises(Busy):
            Work(store.registry, at(NOW + STILL - timedelta(seconds=1)))

    def test_one_that_gives_no_sign_of_life_is_given_up_and_may_not_go_on(self, store):
        stuck = Work(store.registry, at())
        Work(store.registry, at(NOW + STILL))
        with pytest.raises(Busy):
            stuck.tell(Step("compared", 0, 3))
        with pytest.raises(Busy):
            stuck.checked(backup.Checked("file", stuck.since, 1, None), {})
        assert state(store.registry, NOW + STILL).last is None

    def test_how_far_it_is_can_be_seen(self, store):
        work = Work(store.registry, at())
        work.tell(Step("compared", 0, 12))
        found = state(store.registry, NOW).running
        assert (found.since, found.step) == (work.since, Step("compared", 0, 12))

    def test_one_that_is_interrupted_leaves_the_place_free(self, store):
        with pytest.raises(KeyboardInterrupt), working(store, at()):
            raise KeyboardInterrupt
        found = state(store.registry, NOW)
        assert (found.running, found.why) == (None, None)
        Work(store.registry, at())


@pytest.mark.slow
def test_its_memory_does_not_grow_with_the_store(tmp_path, folder):
    """Ten times as many sessions, each as large as before, and hardly more memory."""
    peaks = []
    for sessions in (12, 120):
        store = open_store(f"tinydb:{tmp_path / str(sessions)}")
        for number in range(sessions):
            stream = f"observation/01900000-0000-7000-8000-{number:012}"
            events = [make_event(seq, stream=stream, text="x" * 3000) for seq in range(1, 31)]
            store.events.append(STUDY, stream, events, RECEIPT)
        tracemalloc.start()
        make_backup(store, folder, tmp_path / "file.gz", at())
        restore(
            open_store(f"tinydb:{tmp_path / str(sessions)}-new"), folder, tmp_path / "file.gz", NOW
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Beside what it holds, something of the interpreter's own may just grow, by 2 MB.
    added = (120 - 12) * 30 * 3000  # bytes
    assert peaks[1] - peaks[0] < added / 3, peaks
