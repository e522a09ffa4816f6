"""A restore adds all that a backup holds or nothing; what was erased stays erased."""

import gzip
import json
import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observation.core.errors import Refused
from observation.store import Damaged, open_store, staging
from observation.store.backup import make_backup
from observation.store.backup_file import Backup, Schedule, Stream, write_backup
from observation.store.devices import device_of, enrol, find_device, revoke
from observation.store.log import united
from observation.store.restore import restore
from observation.store.server import identity
from observation.store.verify import verify
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
)

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)
TABLET = "01900000-0000-7000-8000-0000000000d1"
THIRD = STREAM.replace("a1", "a3")


def fill(store):
    """Put something of everything into a store: conflicts, shells, odd texts, a tablet."""
    store.events.append(STUDY, STREAM, [*make_events(5), make_event(2, text="other")], RECEIPT)
    store.events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
    odd = make_event(1, stream=OTHER_STREAM, text="Çağrı \u0000 \U0001f600 </b>", list=[1, None])
    store.events.append(STUDY, OTHER_STREAM, [odd], LATER)
    store.events.append(OTHER_STUDY, THIRD, make_events(3, stream=THIRD), RECEIPT)
    store.registry.put("quarantine", "a", {"half": "\ud83d", "number": 0.5, "deep": [[]]}, None)
    identity(store.registry)
    return enrol(store.registry, STUDY, TABLET, "iPad", NOW)


@pytest.fixture
def schedules(tmp_path):
    folder = tmp_path / "instruments"
    folder.mkdir()
    return folder


@pytest.fixture
def file(store, tmp_path, schedules):
    """The backup of a filled store."""
    fill(store)
    make_backup(store, schedules, tmp_path / "file.gz", lambda: NOW)
    return tmp_path / "file.gz"


@pytest.fixture
def empty(request, store, tmp_path):
    """Another store of the same kind, with nothing in it."""
    if store.place:
        return open_store(request.getfixturevalue("postgres").url())
    tiny = store.folder is not None
    return open_store(f"tinydb:{tmp_path / 'empty'}" if tiny else "memory:")


def research(store):
    """All of a store but what is about its own backups and its epoch."""
    logs, kinds = everything(store)
    kinds = {k: v for k, v in kinds.items() if k not in ("backup", "covered")}
    kinds["server"] = {k: v for k, v in kinds["server"].items() if k != "log"}
    return logs, kinds, identity(store.registry).log


class TestOnAnEmptyMachine:
    def test_all_is_as_it_was(self, store, empty, file, schedules):
        restore(empty, schedules, file, NOW)
        assert research(empty) == research(store)
        assert [str(finding) for finding in verify(empty.events)] == [
            str(finding) for finding in verify(store.events)
        ]

    def test_the_tokens_of_tablets_work(self, store, empty, file, schedules):
        token = enrol(store.registry, STUDY, TABLET, "iPad", NOW)
        make_backup(store, schedules, file, lambda: NOW)
        restore(empty, schedules, file, NOW)
        assert device_of(empty.registry, token) == find_device(store.registry, TABLET)

    def test_a_new_epoch_of_the_same_log_begins(self, store, empty, file, schedules):
        restore(empty, schedules, file, NOW)
        before, after = identity(store.registry), identity(empty.registry)
        assert (before.log, before.epoch < after.epoch) == (after.log, True)

    def test_own_schedules_come_back(self, store, empty, schedules, tmp_path):
        (schedules / "own.toml").write_bytes("id = 'één'\r\n".encode())
        make_backup(store, schedules, tmp_path / "own.gz", lambda: NOW)
        found = restore(empty, tmp_path / "new" / "instruments", tmp_path / "own.gz", NOW)
        assert found.added == ["own.toml"]
        restored = tmp_path / "new" / "instruments" / "own.toml"
        assert restored.read_bytes() == (schedules / "own.toml").read_bytes()


class TestOverAStore:
    def test_what_it_has_beyond_the_backup_stays(self, store, file, schedules):
        store.events.append(STUDY, STREAM, [make_event(6)], LATER)
        store.events.append(
            STUDY,
            THIRD.replace("a3", "a4"),
            [make_event(1, stream=THIRD.replace("a3", "a4"))],
            LATER,
        )
        store.registry.put("account", "a", "later", None)
        before = research(store)
        restore(store, schedules, file, NOW)
        assert research(store) == before

    def test_what_was_erased_since_stays_erased(self, store, file, schedules):
        store.events.erase(STUDY, STREAM, [make_event(2).id], "2026-03-14T00:00:00Z")
        before = research(store)
        restore(store, schedules, file, NOW)
        assert research(store) == before
        assert {shell.seq for shell in store.events.read(STUDY, STREAM).shells} == {2, 3}

    def test_what_was_erased_in_the_backup_is_erased(self, store, empty, file, schedules):
        empty.events.append(STUDY, STREAM, make_events(5), RECEIPT)
        restore(empty, schedules, file, NOW)
        log = empty.events.read(STUDY, STREAM)
        assert make_event(3).id not in {event.id for event in log.events}
        assert [shell.seq for shell in log.shells] == [3]

    def test_a_tablet_that_was_revoked_since_stays_revoked(self, store, file, schedules):
        revoke(store.registry, TABLET, NOW)
        restore(store, schedules, file, NOW)
        assert find_device(store.registry, TABLET).revoked

    def test_each_time_begins_another_epoch(self, store, file, schedules):
        epochs = [identity(store.registry).epoch]
        for _ in range(3):
            restore(store, schedules, file, NOW)
            epochs.append(identity(store.registry).epoch)
        assert sorted(set(epochs)) == epochs

    def test_a_stream_of_another_study_refuses_all(self, store, empty, file, schedules):
        empty.events.append(STUDY, THIRD, make_events(1, stream=THIRD), RECEIPT)
        before = everything(empty)
        with pytest.raises(Refused, match="another study"):
            restore(empty, schedules, file, NOW)
        assert everything(empty) == before

    def test_another_schedule_of_that_name_stays_and_is_named(
        self, store, empty, schedules, tmp_path
    ):
        (schedules / "own.toml").write_text("one")
        make_backup(store, schedules, tmp_path / "own.gz", lambda: NOW)
        (schedules / "own.toml").write_text("other")
        found = restore(empty, schedules, tmp_path / "own.gz", NOW)
        assert (found.added, found.others) == ([], ["own.toml"])
        assert (schedules / "own.toml").read_text() == "other"


PARTS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from("ab"), st.booleans()), max_size=8)


@settings(max_examples=60, deadline=None)
@given(there=PARTS, here=PARTS)
def test_a_restore_is_the_union_and_an_id_that_either_erased_is_erased(
    tmp_path_factory, there, here
):
    folder = tmp_path_factory.mktemp("union")
    stores = []
    for parts in (there, here):
        store = open_store("memory:")
        for seq, text, erased in parts:
            store.events.append(STUDY, STREAM, [make_event(seq, text=text)], RECEIPT)
            if erased:
                store.events.erase(STUDY, STREAM, [make_event(seq).id], ERASED)
        stores.append(store)
    source, target = stores
    expected = united(*(each.events.read(STUDY, STREAM) for each in (target, source)))
    make_backup(source, folder, folder / "file.gz", lambda: NOW)
    restore(target, folder, folder / "file.gz", NOW)
    assert target.events.read(STUDY, STREAM) == expected


def refused(target, schedules, path):
    """The sentence with which a file is refused; nothing was changed by it."""
    before = everything(target)
    with pytest.raises(Refused) as raised:
        restore(target, schedules, path, NOW)
    assert everything(target) == before
    return str(raised.value)


def lines(path):
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


class TestWhatIsNoBackup:
    @pytest.mark.parametrize(
        "content",
        [b"", b"\0" * 5000, b"{}", gzip.compress(b""), gzip.compress(b"[1]\n"), gzip.compress(b'{"bundle":1}\n'), gzip.compress(b"[" * 300_000 + b"\n"), gzip.compress(b"\0" * 300_000_000, 1)],
        ids=["empty", "zeros", "plain", "empty gzip", "another list", "a bundle", "deep", "without an end"],
    )  # fmt: skip
    def test_another_file_is_refused(self, store, schedules, tmp_path, content):
        path = tmp_path / "other"
        path.write_bytes(content)
        assert refused(store, schedules, path) == "other is no backup of this program."

    def test_a_newer_one_is_refused(self, store, file, schedules):
        first, *rest = lines(file)
        newer = json.dumps(json.loads(first) | {"backup": 2}).encode() + b"\n"
        file.write_bytes(gzip.compress(newer + b"".join(rest)))
        assert "made by a newer program; install that one" in refused(store, schedules, file)

    @pytest.mark.slow
    def test_one_that_breaks_off_anywhere_is_refused_and_says_where(self, empty, file, schedules):
        content = file.read_bytes()
        for length in range(0, len(content), -(-len(content) // 200)):
            file.write_bytes(content[:length])
            sentence = refused(empty, schedules, file)
            assert "breaks off after line" in sentence or not length

    def test_a_line_that_is_left_out_twice_there_or_moved_is_named(self, empty, file, schedules):
        whole = lines(file)
        for number in range(1, len(whole)):
            for changed in (
                whole[:number] + whole[number + 1 :],
                whole[: number + 1] + whole[number:],
                [*whole[:number], whole[-1]],
            ):
                if changed == whole:
                    continue
                file.write_bytes(gzip.compress(b"".join(changed)))
                sentence = refused(empty, schedules, file)
                at_end = changed == whole[:-1]
                place = (
                    "breaks off after line"
                    if at_end
                    else f"Line {number + 1 + (len(changed) > len(whole))}"
                )
                assert place in sentence

    @pytest.mark.slow
    def test_every_flipped_bit_is_refused_or_changes_nothing(self, empty, file, schedules):
        content, items = file.read_bytes(), list(Backup(file))
        chance, seen = random.Random(27), 0
        for bit in {*range(80), *(chance.randrange(len(content) * 8) for _ in range(200))}:
            altered = bytearray(content)
            altered[bit // 8] ^= 1 << bit % 8
            file.write_bytes(altered)
            try:
                assert list(Backup(file)) == items
            except Refused:
                refused(empty, schedules, file)
                seen += 1
        assert seen > 150

    def test_a_letter_changed_in_what_is_packed_is_named_by_its_line(self, empty, file, schedules):
        whole = lines(file)
        for number, line in enumerate(whole[1:], start=2):
            place = len(line) // 2
            altered = line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
            file.write_bytes(
                gzip.compress(b"".join([*whole[: number - 1], altered, *whole[number:]]))
            )
            assert f"Line {number} of the backup" in refused(empty, schedules, file)

    @pytest.mark.parametrize("name", ["../own.toml", "/etc/own.toml", "own.txt", ".."])
    def test_a_schedule_is_written_nowhere_else(self, store, schedules, tmp_path, name):
        path = tmp_path / "file"
        with path.open("wb") as file:
            write_backup(file, "2026-03-13T14:10:00.000Z", [Schedule(name, "x")])
        assert "not the name of a schedule" in refused(store, schedules, path)
        assert list(tmp_path.rglob("own*")) == []

    def test_a_stream_is_written_nowhere_else(self, store, schedules, tmp_path, file):
        (item, *_) = [each for each in Backup(file) if isinstance(each, Stream)]
        for study in ("..", "../..", "x"):
            with (tmp_path / "bad").open("wb") as bad:
                write_backup(bad, "2026-03-13T14:10:00.000Z", [Stream(study, item.log)])
            assert "A study is named by a UUID" in refused(store, schedules, tmp_path / "bad")


class TestDamageInFiles:
    """What only a store in files can be: a stream or a kind whose bytes are not those written."""

    @pytest.fixture
    def store(self, tmp_path):
        return open_store(f"tinydb:{tmp_path / 'data'}")

    @pytest.fixture
    def damaged(self, store, file):
        paths = [store.folder / STUDY / f"{STREAM}.json", store.folder / "registry" / "device.json"]
        for path in paths:
            path.write_bytes(path.read_bytes()[:-9])
        return {path: path.read_bytes() for path in paths}

    def test_the_backup_takes_its_place_and_its_bytes_lie_beside_it(
        self, store, file, schedules, damaged, empty
    ):
        restore(empty, schedules, file, NOW)
        restore(store, schedules, file, NOW)
        assert research(store) == research(empty)
        for path, content in damaged.items():
            (beside,) = path.parent.glob(f"{path.name}.damaged-*")
            assert beside.read_bytes() == content

    def test_a_restore_that_is_refused_leaves_it_as_it_is(self, store, file, schedules, damaged):
        file.write_bytes(file.read_bytes()[:-1])
        with pytest.raises(Refused):
            restore(store, schedules, file, NOW)
        with pytest.raises(Damaged):
            store.events.read(STUDY, STREAM)
        assert {path: path.read_bytes() for path in damaged} == damaged
        assert not list(store.folder.rglob("*.damaged-*"))

    def test_damage_that_the_backup_does_not_know_stays_where_it_is(self, store, file, schedules):
        stream = THIRD.replace("a3", "a4")
        store.events.append(STUDY, stream, [make_event(1, stream=stream)], RECEIPT)
        path = store.folder / STUDY / f"{stream}.json"
        path.write_bytes(b"x")
        restore(store, schedules, file, NOW)
        assert path.read_bytes() == b"x"

    def test_without_links_it_comes_to_the_same(
        self, store, file, schedules, damaged, empty, monkeypatch
    ):
        def refuse(*_):
            raise PermissionError(1, os.strerror(1))

        restore(empty, schedules, file, NOW)
        monkeypatch.setattr(staging.os, "link", refuse)
        restore(store, schedules, file, NOW)
        assert research(store) == research(empty)
        assert len(list(store.folder.rglob("*.damaged-*"))) == 2


def test_a_clock_that_was_set_back_begins_a_new_epoch_too(store, file, schedules):
    restore(store, schedules, file, NOW)
    first = identity(store.registry).epoch
    restore(store, schedules, file, NOW - timedelta(days=400))
    assert identity(store.registry).epoch > first
