"""The sample study is put in and removed as often as is wished, and what somebody recorded in it is not lost."""

import shutil
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from observation.core.errors import Refused
from observation.instruments import Instruments
from observation.settings import Clock
from observation.store import Outcome, Receipt, open_store, sample
from observation.store.accounts import accounts, invite
from observation.store.catalogue import Catalogue
from observation.store.codes import new_code
from observation.store.codes import redeem as enter
from observation.store.devices import devices, enrol, find_device
from observation.store.erasure import Wanted, begin, resume
from observation.store.leftovers import Folders
from observation.store.quarantine import quarantined
from observation.store.receiving import receive
from observation.store.server import SAMPLE, current_study, study_to_come
from tests.recorder import Recorder
from tests.samples import BUNDLE
from tests.store.conftest import url_of
from tests.store.store_events import everything
from tests.store.test_erasure_kills import at_files, at_writes, killed_at, points

NOW = "2026-11-30T09:00:00.000Z"
OWN_STUDY = "0190a5b0-0000-7000-8000-00000000000f"
TABLET = "0190a5b0-0000-7000-8000-0000000000d1"
OWN_STREAM = "observation/0190a5b0-0000-7000-8000-0000000000aa"
INTERVIEW = next(e.stream for e in BUNDLE.events if e.stream.startswith("interview/"))


class Place:
    """A store, with the folders beside it and what is derived from it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.store = open_store(url)
        self.folders = Folders(folder / "imports", folder / "backups", folder / "made")
        self.catalogue = Catalogue(self.store.events, Instruments(), folder / "cache.sqlite3")
        self.given = self.store, self.catalogue, self.folders

    def put_in(self):
        return sample.put_in(*self.given, NOW)

    def remove(self, agreed=""):
        return sample.remove(*self.given, agreed)

    def own(self):
        return sample.recorded(self.store, self.folders)

    def look(self):
        """Read all that is derived, as the pages do."""
        for derived in self.catalogue.derived:
            derived.look(SAMPLE)
        return self.catalogue.look(SAMPLE).values

    def held(self):
        """All that the store holds, but for what a value's version says."""
        return everything(self.store)

    def record(self, stream=OWN_STREAM, study=SAMPLE, device="forms"):
        recorder = Recorder(device=device, stream=stream)
        recorder.begin(school="A", unit="1", label="A-09")
        self.store.events.append(study, stream, recorder.events, Receipt(NOW, device))
        return recorder.events


@pytest.fixture
def place(request, url, tmp_path):
    return Place(url, tmp_path)


def claim(device, seq=1, text="added"):
    like = next(e for e in BUNDLE.events if e.kind == "claim-recorded" and e.stream == INTERVIEW)
    id = f"0190a5b0-0000-7000-8000-0000000c{seq:04x}"
    return replace(like, id=id, device=device, seq=seq, data=dict(like.data) | {"text": text})


class TestInAndOut:
    def test_the_id_and_the_events_are_those_of_the_file(self):
        assert BUNDLE.study == SAMPLE
        assert sample.events() == BUNDLE.events

    def test_put_in_removed_and_put_in_again_is_as_if_put_in_once(self, place):
        empty = place.held()
        assert place.put_in() == {Outcome.KEPT: len(BUNDLE.events)}
        assert place.put_in() == {Outcome.ALREADY_KEPT: len(BUNDLE.events)}
        first, listed = place.held(), place.look()
        assert len(listed) == 4
        assert place.remove()
        assert place.held() == empty
        assert place.look() == {}
        assert place.store.events.studies() == []
        assert place.put_in() == {Outcome.KEPT: len(BUNDLE.events)}
        assert place.held() == first
        assert {s: each.label for s, each in place.look().items()} == {
            s: each.label for s, each in listed.items()
        }

    def test_no_file_and_no_derived_byte_of_it_is_left(self, tmp_path):
        place = Place(f"tinydb:{tmp_path / 'data'}", tmp_path)
        study_to_come(place.store)
        place.record(study=OWN_STUDY)
        place.catalogue.look(OWN_STUDY)
        before = files(tmp_path)
        place.put_in()
        place.look()
        waiting = tmp_path / "imports" / "0123456789abcdef"
        waiting.mkdir(parents=True)
        (waiting / "upload.json").write_text(f'{{"study": "{SAMPLE}", "name": "t.csv"}}')
        (waiting / "table.csv").write_text("werkdruk")
        assert place.remove(place.own().stamp)
        assert files(tmp_path) - before <= {"data/registry/sample.json"}
        texts = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        for trace in (SAMPLE, "Bordsessies voorjaar", "D-01-W2", INTERVIEW, "werkdruk"):
            assert trace.encode() not in texts

    def test_another_study_is_untouched_and_is_the_current_one(self, place):
        place.record(study=OWN_STUDY)
        before = place.held()
        place.put_in()
        assert current_study(place.store) == OWN_STUDY
        assert place.remove()
        assert place.held() == before

    def test_what_was_erased_in_it_comes_again(self, place):
        place.put_in()
        first = place.held()
        made = begin(place.store, place.catalogue, Wanted(SAMPLE, "D"), "Jo", NOW, place.folders)
        resume(place.store, place.catalogue, made.id, NOW, place.folders)
        assert place.held() != first
        assert place.remove()
        assert place.store.registry.list("erased") == place.store.registry.list("erasure") == {}
        place.put_in()
        assert place.held() == first

    def test_who_led_it_leads_the_study_to_come_and_others_have_no_part(self, place):
        place.put_in()
        registry, now = place.store.registry, Clock().now()
        invite(registry, "Noor", SAMPLE, "lead", now)
        invite(registry, "Kim", SAMPLE, "analyst", now)
        place.remove()
        coming = study_to_come(place.store)
        assert {each.name: each.roles for each in accounts(registry)} == {
            "Noor": {coming: "lead"},
            "Kim": {},
        }

    def test_nobody_comes_by_it_into_a_study_that_is_there(self, place):
        place.record(study=OWN_STUDY)
        place.put_in()
        invite(place.store.registry, "Noor", SAMPLE, "lead", Clock().now())
        place.remove()
        assert [each.roles for each in accounts(place.store.registry)] == [{}]


class TestWhatSomebodyRecorded:
    def test_an_observation_of_ones_own_is_not_lost_unasked(self, place):
        place.put_in()
        own = place.record()
        before = place.held()
        with pytest.raises(sample.Recorded) as refused:
            place.remove()
        assert list(refused.value.own.events) == [OWN_STREAM]
        assert place.held() == before
        with pytest.raises(sample.Recorded):
            place.remove("0123456789abcdef")
        assert place.held() == before
        assert refused.value.own.number == len(own)

    def test_what_came_after_the_look_stays_with_its_record(self, place):
        place.put_in()
        place.record()
        stamp = place.own().stamp
        place.store.events.append(SAMPLE, INTERVIEW, [claim("forms")], Receipt(NOW, "forms"))
        with pytest.raises(sample.Recorded):
            place.remove(stamp)
        assert len(place.store.events.versions(SAMPLE)) == 12

    def test_what_comes_in_during_the_removal_stays(self, place, monkeypatch):
        place.put_in()
        forget, late = place.catalogue.forget, []

        def with_a_late_claim(study, stream, may):
            if not late:
                late.append(claim("forms"))
                place.store.events.append(SAMPLE, INTERVIEW, late, Receipt(NOW, "forms"))
            return forget(study, stream, may)

        monkeypatch.setattr(place.catalogue, "forget", with_a_late_claim)
        assert not place.remove()
        assert list(place.store.events.versions(SAMPLE)) == [INTERVIEW]
        assert late[0] in place.store.events.read(SAMPLE, INTERVIEW).events
        monkeypatch.undo()
        assert place.remove(place.own().stamp)
        assert place.store.events.studies() == []

    def test_with_a_word_it_goes_for_good(self, place):
        place.put_in()
        place.record()
        assert place.remove(place.own().stamp)
        assert place.store.events.studies() == []

    def test_the_sample_of_an_older_release_is_nobodys_own(self, place):
        other = [replace(e, data=dict(e.data) | {"text": "before"}) for e in BUNDLE.events[:1]]
        place.store.events.append(SAMPLE, other[0].stream, other, Receipt(NOW, sample.SOURCE))
        assert not place.own()
        assert place.remove()


class TestTablets:
    def sent(self, place, device, events):
        results = receive(
            place.store, place.catalogue, device, [each.as_dict() for each in events], NOW
        )
        return [str(each.outcome) for each in results]

    def enrolled(self, place, study):
        enrol(place.store.registry, study, TABLET, "iPad", Clock().now())
        return find_device(place.store.registry, TABLET)

    def test_a_tablet_of_it_is_a_tablet_no_more_and_its_code_is_void(self, place):
        place.put_in()
        self.enrolled(place, SAMPLE)
        code = new_code(place.store.registry, SAMPLE, Clock().now())
        assert place.own().tablets == ["iPad"]
        place.remove()
        assert devices(place.store.registry) == []
        with pytest.raises(Refused, match="not known"):
            enter(place.store.registry, code, TABLET, "iPad", Clock().now())

    def test_an_addition_to_a_record_of_the_removed_sample_is_set_aside(self, place):
        place.put_in()
        place.remove()
        device = self.enrolled(place, OWN_STUDY)
        assert self.sent(place, device, [claim(TABLET)]) == ["quarantined"]
        assert place.store.events.studies() == []
        assert len(quarantined(place.store.registry)) == 1
        place.put_in()
        assert self.sent(place, device, [claim(TABLET)]) == ["quarantined"]

    def test_what_was_given_up_is_deleted_from_the_tablet_that_holds_it(self, place):
        place.put_in()
        device = self.enrolled(place, SAMPLE)
        observed = place.record(device=TABLET)
        said = claim(TABLET)
        assert self.sent(place, device, [said]) == ["kept"]
        place.remove(place.own().stamp)
        device = self.enrolled(place, OWN_STUDY)
        assert set(self.sent(place, device, [*observed, said])) == {"erased"}
        assert place.store.events.studies() == []
        assert quarantined(place.store.registry) == []

    def test_what_no_server_had_of_it_is_taken_in_where_the_tablet_belongs(self, place):
        place.put_in()
        self.enrolled(place, SAMPLE)
        place.remove()
        recorder = Recorder(device=TABLET, stream=OWN_STREAM)
        recorder.begin(school="A", unit="1", label="A-01")
        device = self.enrolled(place, OWN_STUDY)
        assert set(self.sent(place, device, recorder.events)) == {"kept"}
        assert place.store.events.studies() == [OWN_STUDY]


def files(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {
        "cache.sqlite3"
    }


def removal(url, folder, own):
    """Remove as a process does that opens the store."""
    place = Place(url, folder)
    place.remove(place.own().stamp if own else "")


def finished(url, folder, full):
    """Finish what was killed, and put the sample in again."""
    place = Place(url, folder)
    under_way = place.store.registry.get(sample.KIND, sample.REMOVAL)
    if under_way is None and place.store.events.studies():
        assert place.held() == full
        return False
    assert sample.resume(*place.given)
    assert place.store.events.studies() == []
    assert place.look() == {}
    place.put_in()
    assert len(place.look()) == 4
    assert not place.own()
    return True


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["as it came", "with an own observation"])
def test_a_removal_that_was_killed_is_finished(tmp_path, own):
    url, folder = f"tinydb:{tmp_path / 'at' / 'data'}", tmp_path / "at"
    folder.mkdir()
    place = Place(url, folder)
    place.put_in()
    if own:
        place.record()
    place.look()
    full = place.held()
    shutil.copytree(folder, tmp_path / "saved")

    def fresh():
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "saved", folder)

    total = killed_at(lambda: removal(url, folder, own), at_files, 0)
    became = []
    for operation in points(total, 40):
        fresh()
        assert killed_at(lambda: removal(url, folder, own), at_files, operation) == -1
        became.append(finished(url, folder, full))
    assert set(became) == {False, True}
    assert became == sorted(became), "once it is written down it happens"
    print(f"40 of {total} steps killed, {became.count(True)} after it was written down")


@pytest.mark.slow
def test_one_in_a_database_is_finished_too(request, tmp_path):
    total, became = None, []
    for each in range(16):
        folder, url = tmp_path / str(each), url_of(request, "postgresql")
        folder.mkdir()
        place = Place(url, folder)
        place.put_in()
        full = place.held()
        if total is None:
            total = killed_at(partial(removal, url, folder, False), at_writes, 0)
            continue
        at = 1 + (each - 1) * total // 15
        assert killed_at(partial(removal, url, folder, False), at_writes, at) == -1
        became.append(finished(url, folder, full))
    assert set(became) == {False, True}
    print(f"15 of {total} steps killed, {became.count(True)} after it was written down")


@pytest.mark.slow
def test_putting_it_in_is_whole_or_not_at_all(tmp_path):
    url, folder = f"tinydb:{tmp_path / 'at' / 'data'}", tmp_path / "at"

    def put_in():
        Place(url, folder).put_in()

    def fresh():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        Place(url, folder)

    fresh()
    total = killed_at(put_in, at_files, 0)
    numbers = set()
    for operation in points(total, 30):
        fresh()
        assert killed_at(put_in, at_files, operation) == -1
        numbers.add(len(Place(url, folder).store.events.versions(SAMPLE)))
    assert numbers == {0, 11}


def test_who_removes_and_who_puts_in_at_once_leave_all_or_nothing(url, tmp_path):
    place = Place(url, tmp_path)
    for _ in range(15):
        place.put_in()
        acts = [place.remove, place.put_in, place.remove]
        threads = [threading.Thread(target=act) for act in acts]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(place.store.events.versions(SAMPLE)) in (0, 11)
        assert place.store.registry.get(sample.KIND, sample.REMOVAL) is None
