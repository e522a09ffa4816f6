"""Long work that is cancelled at any step leaves a store as it was, or says what stays; progress only grows."""

import os
from datetime import UTC, datetime

import pytest

from observation.core.work import Cancelled, Step
from observation.instruments import Instruments
from observation.store import Receipt, open_store
from observation.store.audit import is_audit
from observation.store.backup import make_backup, make_nightly
from observation.store.backup_state import STILL, Work, cancel, state
from observation.store.catalogue import Catalogue
from observation.store.copying import copy
from observation.store.deposit import take_in
from observation.store.restore import restore
from observation.store.verify import verify
from tests.samples import BUNDLE
from tests.store.conftest import url_of
from tests.store.store_events import everything

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)
RECEIPT = Receipt("2026-03-13T14:10:00.000Z", "test")
ABOUT_BACKUPS = ("backup", "covered")


class Cancelling:
    """Cancels at the step of this number, counting from 1; remembers how far the work was."""

    def __init__(self, at=None):
        self.at, self.steps = at, []

    def __call__(self, step):
        self.steps.append(step)
        if len(self.steps) == self.at and not step.last:
            raise Cancelled


@pytest.fixture(params=["tinydb", "postgresql"])
def place(request, tmp_path):
    class Place:
        folder = tmp_path / "folder"
        schedules = tmp_path / "instruments"

        def __init__(self):
            self.folder.mkdir()
            self.schedules.mkdir()
            (self.schedules / "own.toml").write_text("id = 'own'")
            self.full, self.empty = self.store(), self.store()
            take_in(self.full, self.catalogue(self.full), BUNDLE.study, BUNDLE.events, RECEIPT)
            make_backup(self.full, self.schedules, tmp_path / "known.gz", lambda: NOW)

        def store(self):
            return open_store(url_of(request, request.param))

        def catalogue(self, store):
            return Catalogue(store.events, Instruments(), None)

        def work(self, kind, progress):
            """Do some work on the empty store, or in the folder."""
            match kind:
                case "bundle":
                    take_in(
                        self.empty, self.catalogue(self.empty), BUNDLE.study, BUNDLE.events,
                        RECEIPT, progress=progress,
                    )  # fmt: skip
                case "restore":
                    into = self.folder / "instruments"
                    restore(self.empty, into, tmp_path / "known.gz", NOW, progress)
                case "backup":
                    target = self.folder / "made.gz"
                    make_backup(self.full, self.schedules, target, lambda: NOW, progress)
                case "nightly":
                    given = self.full, self.schedules, self.folder / "nightly", lambda: NOW
                    make_nightly(*given, progress=progress)

        def all(self):
            """All there is of both stores but for what is known of backups, and the files of the folder."""
            found = []
            for store in (self.full, self.empty):
                logs, kinds = everything(store)
                found.append(
                    (
                        logs,
                        {
                            k: v
                            for k, v in kinds.items()
                            if k not in ABOUT_BACKUPS and not is_audit(k) and v
                        },
                    )
                )
            files = sorted(str(path) for path in self.folder.rglob("*") if not path.is_dir())
            return found, files, state(self.full.registry, NOW).running

    return Place()


@pytest.mark.parametrize("kind", ["bundle", "restore", "backup", "nightly"])
def test_cancelled_at_any_step_nothing_is_changed_and_after_the_last_all_is_there(place, kind):
    before, number = place.all(), 0
    while True:
        number += 1
        progress = Cancelling(number)
        try:
            place.work(kind, progress)
        except Cancelled:
            assert place.all() == before, progress.steps[-1]
            continue
        break
    assert number > 10  # there were moments
    assert progress.steps[-1].last  # and after it none
    assert place.all() != before


@pytest.mark.parametrize("kind", ["bundle", "restore", "backup"])
def test_progress_only_grows_and_reaches_the_end(place, kind):
    progress = Cancelling()
    place.work(kind, progress)
    shares = [step.share for step in progress.steps if step.share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [step.last for step in progress.steps].count(True) == 1


def test_a_copy_leaves_whole_records_and_goes_on(place):
    every, _ = everything(place.full)
    for number in range(1, len(every) + 2):
        target, progress = place.store(), Cancelling(number)
        with pytest.raises(Cancelled):
            copy(place.full, target, NOW, progress)
        there, kinds = everything(target)
        assert len(there) == progress.steps[-1].done == number - 1
        assert there.items() <= every.items()
        assert not {k for k, v in kinds.items() if v}
        copy(place.full, target, NOW)
        assert everything(target)[0] == every


def test_a_check_can_be_cancelled_after_each_record(place):
    for number in range(1, 12):
        with pytest.raises(Cancelled):
            list(verify(place.full.events, Cancelling(number)))


def test_a_page_cancels_a_backup_that_another_process_makes(place, monkeypatch):
    told = []

    def pressed(step):
        told.append(step)
        if len(told) == 3:
            assert cancel(place.full.registry, NOW)

    # Signs of life are rare, and each finds that its mark is gone.
    before = state(place.full.registry, NOW).last
    monkeypatch.setattr("observation.store.backup_state.EVERY", 0)
    with pytest.raises(Cancelled):
        make_backup(place.full, place.schedules, place.folder / "made.gz", lambda: NOW, pressed)
    found = state(place.full.registry, NOW)
    assert (found.last, found.running, str(found.why)) == (before, None, "It was cancelled.")
    assert not found.due(NOW)  # it would begin again at once
    assert os.listdir(place.folder) == []
    make_backup(place.full, place.schedules, place.folder / "made.gz", lambda: NOW)
    assert not state(place.full.registry, NOW).failed


def test_a_backup_that_is_ready_or_was_given_up_cannot_be_cancelled(place):
    registry = place.full.registry
    assert not cancel(registry, NOW)
    Work(registry, lambda: NOW)
    assert not cancel(registry, NOW + STILL)
    assert cancel(registry, NOW)
    work = Work(registry, lambda: NOW)
    work.tell(Step("", 1, 1, last=True))
    assert not cancel(registry, NOW)
    work.ended()
