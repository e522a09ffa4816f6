"""A backup and a restore that are killed at any file operation: nothing half counts, nothing is mixed."""

import os
import shutil
import signal
import sys
from datetime import UTC, datetime, timedelta

import pytest

from observation.store import open_store
from observation.store.backup import make_backup, make_nightly
from observation.store.backup_file import Backup
from observation.store.backup_state import STILL, state
from observation.store.restore import restore
from observation.store.server import identity
from tests.store.store_events import (
    ERASED,
    OTHER_STREAM,
    OTHER_STUDY,
    RECEIPT,
    STREAM,
    STUDY,
    everything,
    make_event,
    make_events,
)

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)
POINTS = 50
FILE_OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link")


def killed_at(act, operation):
    """Do it in a process of its own that is killed before that file operation; 0: not at all.

    Return how many there were, or -1 when it was killed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0

        def look(event, _):
            nonlocal count
            if event in FILE_OPERATIONS:
                count += 1
                if count == operation:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(look)
            act()
            os.write(writing, str(count).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found = told.read()
    _, status = os.waitpid(child, 0)
    assert found or os.WIFSIGNALED(status), "it neither ended nor was killed"
    return int(found) if found else -1


def points(act):
    """Fifty file operations, evenly spread over those that it takes."""
    total = killed_at(act, 0)
    assert total > POINTS
    return [1 + each * total // POINTS for each in range(POINTS)]


@pytest.fixture
def filled(tmp_path):
    """A store of four streams, a tablet and its identity."""
    store = open_store(f"tinydb:{tmp_path / 'data'}")
    store.events.append(STUDY, STREAM, [*make_events(5), make_event(2, text="other")], RECEIPT)
    store.events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
    store.events.append(STUDY, OTHER_STREAM, make_events(2, stream=OTHER_STREAM), RECEIPT)
    for number, study in ((3, STUDY), (4, OTHER_STUDY)):
        stream = STREAM.replace("a1", f"a{number}")
        store.events.append(study, stream, make_events(2, stream=stream), RECEIPT)
    store.registry.put("device", "a", {"name": "iPad"}, None)
    identity(store.registry)
    return store


def test_a_killed_backup_never_counts_and_hinders_none(filled, tmp_path):
    folder, schedules = tmp_path / "backups", tmp_path / "instruments"
    make_nightly(filled, schedules, folder, lambda: NOW)
    before = state(filled.registry, NOW).last
    logs = everything(filled)[0]

    def act():
        make_nightly(filled, schedules, folder, lambda: NOW + timedelta(hours=1))

    counted = 0
    saved = tmp_path / "saved"
    shutil.copytree(tmp_path / "data", saved)
    first = os.listdir(folder)
    for operation in points(act):
        shutil.rmtree(tmp_path / "data")
        shutil.copytree(saved, tmp_path / "data")
        for name in set(os.listdir(folder)) - set(first):
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert killed_at(act, operation) == -1
        store = open_store(f"tinydb:{tmp_path / 'data'}")
        assert everything(store)[0] == logs
        later = NOW + timedelta(hours=1) + STILL
        found = state(store.registry, later)
        assert found.running is None
        if found.last != before:
            counted += 1
        for each in (found.last, before):
            assert len(list(Backup(each.file))) == 6  # streams and kinds, all of them
        made = make_nightly(store, schedules, folder, lambda now=later: now)
        assert state(store.registry, later).last == made
        assert not [name for name in os.listdir(folder) if name.startswith(".")]
        assert len(os.listdir(folder)) in (2, 3)
    assert counted < POINTS / 4
    print(f"{POINTS} backups killed, {counted} of them after they counted")


@pytest.mark.parametrize("damaged", [False, True])
def test_a_killed_restore_leaves_the_old_store_or_the_new_one(filled, tmp_path, damaged):
    schedules, file = tmp_path / "instruments", tmp_path / "file.gz"
    make_backup(filled, schedules, file, lambda: NOW)
    old = open_store(f"tinydb:{tmp_path / 'old'}")
    old.events.append(STUDY, STREAM, [make_event(4), make_event(9)], RECEIPT)
    old.events.append(STUDY, OTHER_STREAM, make_events(2, stream=OTHER_STREAM), RECEIPT)
    old.events.erase(STUDY, OTHER_STREAM, [make_event(1, stream=OTHER_STREAM).id], ERASED)
    old.registry.put("device", "b", {"name": "other"}, None)
    identity(old.registry)
    if damaged:
        (old.folder / STUDY / f"{STREAM}.json").write_bytes(b"damaged")
    place = tmp_path / "place"

    def fresh():
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(old.folder, place)

    def act():
        restore(open_store(f"tinydb:{place}"), schedules, file, NOW)

    def seen():
        store = open_store(f"tinydb:{place}")
        assert sorted(os.listdir(place)) == sorted({*os.listdir(place)} - {".restore"})
        beside = sorted(path.read_bytes() for path in place.rglob("*.damaged-*"))
        try:
            return everything(store), beside
        except ValueError as error:
            return str(error), beside

    fresh()
    before = seen()
    act()
    after = seen()
    assert (before == after, len(after[1])) == (False, int(damaged))
    fresh()
    became = []
    for operation in points(act):
        fresh()
        assert killed_at(act, operation) == -1
        found = seen()
        assert found in (before, after)
        became.append(found == after)
        act()
        assert seen()[0][0] == after[0][0]
    assert became == sorted(became), "once it has happened it has happened"
    assert {True, False} == set(became)
    print(f"{POINTS} restores killed: {became.count(False)} left the old store, the others the new")
