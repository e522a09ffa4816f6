"""A school or a respondent is erased: nothing of it is left, nothing else is touched, nothing comes back."""

import gzip
import re
from dataclasses import replace
from datetime import datetime

import pytest

from observation.core.cells import USUAL
from observation.core.codebook import open_codebook
from observation.core.errors import Refused
from observation.core.events import Event
from observation.core.interviews import fold_interview
from observation.core.registers import fold_school
from observation.core.triangulation import triangulate
from observation.export import FORMATS
from observation.export.bundle import bundle_lines
from observation.export.claims import TABLE_FORMATS, claims_table
from observation.export.pdf.triangulation import triangulation_sheet
from observation.export.triangulation import cells_csv, cells_json
from observation.export.workbook import Edition, workbook
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from observation.store import Outcome, open_store
from observation.store.accepting import accept, standings
from observation.store.accounts import OBSERVER
from observation.store.backup import make_backup
from observation.store.copying import copy
from observation.store.deposit import deposit
from observation.store.devices import devices, enrol, find_device
from observation.store.erased import refusals
from observation.store.erasure import DONE, Wanted, begin, erasures, resume, what_goes
from observation.store.leftovers import Folders
from observation.store.quarantine import decisions, quarantined
from observation.store.receiving import QUARANTINED, receive
from observation.store.restore import restore
from observation.store.verify import verify, verify_registry
from tests.store.conftest import SHARED, url_of
from tests.store.erased_study import (
    NOW,
    OTHER_TABLET,
    PIN,
    RECEIPT,
    START,
    STUDY,
    Study,
    catalogue_of,
    filled,
    look,
    stream_of,
)
from tests.store.store_events import everything

SCHOOL, RESPONDENT = Wanted(STUDY, "D"), Wanted(STUDY, "D", "S2")


class Place:
    """A store of both schools with its catalogue and the folders beside it; `markers` are those of D."""

    def __init__(self, url, tmp_path, fill=True):
        self.url, self.tmp_path = url, tmp_path
        self.store = open_store(url)
        self.catalogue = catalogue_of(self.store, tmp_path / "cache" / "rows.sqlite3")
        self.folders = Folders(tmp_path / "imports", tmp_path / "backups", tmp_path / "made")
        if not fill:
            return
        self.folders.backups.mkdir(parents=True)
        self.markers = filled(self.store, self.catalogue, self.folders)

    def backup(self, name):
        """Make a backup and return its file."""
        make_backup(self.store, self.tmp_path / "own", self.tmp_path / name, lambda: START)
        return self.tmp_path / name

    def erase(self, wanted=SCHOOL):
        """Erase, whole."""
        made = begin(self.store, self.catalogue, wanted, "Jo", NOW, self.folders)
        made = resume(self.store, self.catalogue, made.id, NOW, self.folders)
        assert made.state == DONE
        return made

    def read(self, kind, name):
        """Return the log of a stream."""
        return self.store.events.read(STUDY, stream_of(kind, name))

    def interview(self, name):
        """Return an interview, folded."""
        return fold_interview(self.read("interview", name).events)

    def texts(self):
        """Return all that anybody can read in the store: events, registry."""
        return repr(everything(self.store))


@pytest.fixture
def place(request, tmp_path):
    return Place(url_of(request, request.param), tmp_path)


every = pytest.mark.parametrize("place", ["memory", *SHARED], indirect=True)
one = pytest.mark.parametrize("place", ["memory"], indirect=True)


def left(content, markers):
    """The markers that are in some bytes."""
    return [each for each in markers if each.encode() in content]


def bytes_of(postgres, place):
    """All bytes in which a store could keep something: its files, or its tables' files and a dump."""
    files = [path for path in place.tmp_path.rglob("*") if path.is_file()]
    found = b"".join(path.read_bytes() for path in files)
    if not place.url.startswith("postgresql"):
        folder = place.store.folder
        return found + b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    schema = place.url.rpartition("%3D")[2]
    tables = postgres.sql(
        "SELECT c.oid::regclass, pg_relation_filepath(c.oid) FROM pg_class c"
        f" JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = '{schema}'"
        " AND relkind IN ('r', 'i') UNION ALL"
        " SELECT t.oid::regclass, pg_relation_filepath(t.oid) FROM pg_class c"
        f" JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_class t ON t.oid = c.reltoastrelid WHERE nspname = '{schema}'"
    )
    postgres.sql("CHECKPOINT")  # what is in memory only is in the files then
    data = postgres.folder / "data"
    assert len(tables) > 8
    found += b"".join((data / str(path)).read_bytes() for _, path in tables)
    for table in ("events", "streams", "registry", "damaged"):
        found += repr(postgres.sql(f"SELECT * FROM {schema}.{table}")).encode()
    return (
        found + repr(postgres.sql(f"SELECT * FROM pg_stats WHERE schemaname = '{schema}'")).encode()
    )


def exports_of(place, school):
    """All that the program gives of one school, by name."""
    found = {}
    for record in place.catalogue.records(STUDY):
        if record.observation.header["school"].value == school:
            for name, form in FORMATS.items():
                label = record.observation.header["label"].value
                found[f"{label} {name}"] = form(record, "en")
    streams = {s: place.store.events.read(STUDY, s) for s in place.store.events.versions(STUDY)}
    own = {
        stream: log.events
        for stream, log in streams.items()
        if any(each.data.get("school") == school for each in log.events)
    }
    events = [event for log in own.values() for event in log]
    found["bundle"] = b"".join(bundle_lines(STUDY, NOW, events))
    for name in TABLE_FORMATS:
        found[f"claims {name}"] = claims_table(name, own.items())[0]
    instrument = Instruments().newest()
    codebook = open_codebook(codebook_file(instrument.id), instrument, ())
    evidence = place.catalogue.evidence
    (one,) = [each for each in evidence.schools(STUDY)[0] if each.code == school]
    case, stamp = evidence.case(STUDY, one), evidence.stamp(STUDY, evidence.case(STUDY, one))
    made = triangulate(case, instrument, codebook, USUAL)
    found["cells json"], found["cells csv"] = (
        cells_json([made], "internal"),
        cells_csv([made], "internal"),
    )
    found["workbook"] = workbook(
        Edition("A study", instrument, codebook, USUAL, "en", "internal", "", []), [(made, stamp)]
    )
    found["sheet"] = triangulation_sheet(
        made, instrument, codebook, "en", "internal", study="A study", period="", stamp=stamp,
        date="2018-06-01", agreement="",
    )  # fmt: skip
    return found


@pytest.mark.parametrize("place", SHARED, indirect=True)
def test_no_byte_of_a_school_is_left_and_no_byte_of_another_is_changed(place, postgres):
    assert len(place.markers) >= 200
    before = exports_of(place, "E")
    assert len(before) > 15
    assert not left(repr(before).encode(), place.markers)
    there = left(bytes_of(postgres, place), place.markers)
    assert there == place.markers, "the test looks where they are"
    made = place.erase()
    look(place.catalogue)
    assert not left(bytes_of(postgres, place), place.markers)
    after = exports_of(place, "E")
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert before.keys() == after.keys()
    backup = gzip.decompress(place.backup("after.gz").read_bytes())
    assert not left(backup, place.markers)
    assert not left(repr(made).encode(), place.markers)
    assert '"D"' not in repr(made)
    print(f"{len(place.markers)} markers, {len(before)} exports of the other school")


@every
def test_nothing_is_missing_or_wrong_after_an_erasure(place):
    place.erase()
    assert list(verify_registry(place.store.registry)) == []
    assert [each for each in verify(place.store.events) if "twice" not in str(each)] == []
    assert [each.code for each in place.catalogue.evidence.schools(STUDY)[0]] == ["E"]
    assert {each.school for each in place.catalogue.look(STUDY).values.values()} == {"E"}
    assert {each.school for each in place.catalogue.interviews(STUDY).values.values()} == {"E"}
    assert [each.school for each in place.catalogue.schools(STUDY)] == ["E"]


@one
def test_what_goes_is_counted_before_and_kept_after(place):
    found = what_goes(place.store, place.catalogue, SCHOOL, place.folders)
    assert found.counts["observations"] == 4
    assert found.counts["interviews"] == 3
    assert found.counts["sessions"] == 1
    assert found.counts["conflicts"] == 1
    assert found.counts["claims"] == 10
    assert everything(place.store)[1].get("erasure") is None, "looking writes nothing"
    made = place.erase()
    assert dict(found.counts) | {"set-aside": 4, "tables": 1} == made.counts
    assert [each.id for each in erasures(place.store.registry)] == [made.id]
    assert (made.by, made.what, made.at) == ("Jo", "school", NOW)


@one
def test_what_was_set_aside_and_said_of_others_stays(place):
    place.erase()
    aside = quarantined(place.store.registry)
    assert [each.event["data"]["text"] for each in aside] == ["of E"]
    assert set(decisions(place.store.registry)) == {aside[0].digest}
    said, _ = place.store.registry.get("mapping", STUDY)
    assert said == {
        "codes": {"code": "A1"},
        "respondents": {"E7": "E7"},
        "new": {"E7": {"school": "E", "role": "teacher"}},
        "documents": {"of E": {"school": "E"}},
    }


@one
def test_what_cites_it_is_listed(place):
    school = stream_of("school", "E")
    made = place.erase()
    (found,) = [e for e in place.read("school", "E").events if "D-01@" in str(e.data)]
    assert [school, found.id] in made.places
    assert all(stream.startswith(("school/", "study/")) for stream, _ in made.places)


@one
def test_nobody_erases_without_a_name_or_what_is_not_there(place):
    before = everything(place.store)
    for wanted, by in ((SCHOOL, " "), (Wanted(STUDY, "nobody"), "Jo"), (SCHOOL, "\n" * 5)):
        with pytest.raises(Refused):
            begin(place.store, place.catalogue, wanted, by, NOW, place.folders)
    assert everything(place.store) == before


@one
def test_a_record_belongs_to_the_school_that_its_header_says(place):
    moved, taken = stream_of("observation", "D-04"), stream_of("observation", "E-04")
    study = Study()
    for stream, code in ((moved, "E"), (taken, "D")):
        begun = place.store.events.read(STUDY, stream).events[0].id
        study.say(stream, "header-corrected", device="late", field="school", value=code,
                  replaces=[begun])  # fmt: skip
    deposit(place.store.events, place.catalogue, STUDY, study.events, RECEIPT)
    made = place.erase()
    assert place.read("observation", "D-04").kept
    assert not place.read("observation", "D-04").shells
    assert not place.read("observation", "E-04").kept
    (begun,) = [e for e in place.read("observation", "D-04").events if "school" in e.data]
    assert [moved, begun.id] in made.places, "what it said before is for a person to look at"


@every
def test_a_tablet_cannot_bring_a_school_back(place):
    sent = place.read("observation", "D-01").events
    place.erase()
    tablet = find_device(place.store.registry, OTHER_TABLET)
    late = Study()
    gone, new = stream_of("observation", "D-02"), stream_of("observation", "unsent")
    late.say(gone, "note-written", device=OTHER_TABLET, text="late", kind="seen", tags=[])
    late.say(new, "observation-begun", device=OTHER_TABLET, instrument=PIN, label="D-20",
             unit="7", people=[], source="live", school="D")  # fmt: skip
    late.say(new, "note-written", device=OTHER_TABLET, text="unsent", kind="seen", tags=[])
    other = stream_of("observation", "E-01")
    late.say(other, "header-corrected", device=OTHER_TABLET, field="school", value="D")
    values = [event.as_dict() for event in (*sent, *late.events)]

    def send(values):
        return [each.outcome for each in receive(place.store, place.catalogue, tablet, values, NOW)]

    aside = [QUARANTINED] * 3
    assert send(values) == [Outcome.ERASED] * (len(sent) + 1) + aside
    assert send(values) == [Outcome.ERASED] * (len(sent) + 1) + aside, "sent again"
    late.say(new, "mark-set", device=OTHER_TABLET, text="in another batch")
    assert send([late.events[-1].as_dict()]) == [QUARANTINED]
    assert "late" not in repr(place.store.events.read(STUDY, gone))
    shell = place.store.events.read(STUDY, gone).shells
    assert (OTHER_TABLET, 1) in {(each.device, each.seq) for each in shell}, "no hole"
    # A lead takes it in: the school is used anew.
    registry = place.store.registry
    items = standings(
        place.store.events, quarantined(registry), decisions(registry), devices(registry)
    )
    mine = [each for each in items if each.event and each.event.stream == new]
    assert len(mine) == 3
    accept(place.store, place.catalogue, mine, NOW)
    assert len(place.store.events.read(STUDY, new).kept) == 3
    assert refusals(place.store, STUDY, late.events) == [None] * len(late.events)
    assert not place.store.events.read(STUDY, gone).kept


class ErasesBefore:
    """A store's events before whose next write another process erases the school, from mark to last look."""

    def __init__(self, place):
        self._place, self._events, self.erased = place, place.store.events, False

    def append(self, *args):
        if not self.erased:
            self.erased = True
            self._place.erase()
        return self._events.append(*args)

    def __getattr__(self, name):
        return getattr(self._events, name)


@every
def test_what_is_taken_in_while_another_process_erases_does_not_stay(place):
    late = Study()
    stream = stream_of("observation", "unsent")
    late.say(stream, "observation-begun", device=OTHER_TABLET, instrument=PIN, label="D-20",
             unit="7", people=[], source="live", school="D")  # fmt: skip
    late.say(stream, "note-written", device=OTHER_TABLET, text=late.mark(), kind="seen", tags=[])
    values = [event.as_dict() for event in late.events]
    tablet = find_device(place.store.registry, OTHER_TABLET)
    beside = replace(place.store, events=ErasesBefore(place))
    became = [each.outcome for each in receive(beside, place.catalogue, tablet, values, NOW)]
    assert beside.events.erased
    assert became == [Outcome.KEPT] * 2, "the tablet hears of the erasure when it next asks"
    assert not place.store.events.read(STUDY, stream).kept
    assert left(place.texts().encode(), [*place.markers, *late.markers]) == []


@every
def test_a_bundle_brings_nothing_of_it_back(place):
    streams = list(place.store.events.versions(STUDY))
    bundle = [e for s in streams for e in place.store.events.read(STUDY, s).events]
    place.erase()
    before = everything(place.store)
    of_d = sum(bool(place.store.events.read(STUDY, s).shells) for s in streams)
    became = deposit(place.store.events, place.catalogue, STUDY, bundle, RECEIPT)
    assert of_d == 8
    assert became.keys() == {Outcome.ERASED, Outcome.ALREADY_KEPT}
    assert everything(place.store) == before
    assert refusals(place.store, STUDY, bundle) == [None] * len(bundle), "shells answer for it"


@every
def test_restoring_an_older_backup_brings_nothing_back(place, request):
    lost, text = Study(), "a record that only the backup has"
    lost.say(stream_of("observation", "D-08"), "observation-begun", instrument=PIN, label="D-08",
             school="D", unit="7", people=[], source="live", place=text)  # fmt: skip
    older = open_store("memory:")
    copy(place.store, older, START)
    older.events.append(STUDY, lost.events[0].stream, lost.events, RECEIPT)
    make_backup(older, place.tmp_path / "own", place.tmp_path / "older.gz", lambda: START)
    place.erase()
    new = place.backup("new.gz")
    before = everything(place.store)[0]
    markers = [*place.markers, text]
    restore(place.store, place.tmp_path / "own", place.tmp_path / "older.gz", START)
    after = everything(place.store)[0]
    assert not left(place.texts().encode(), markers)
    assert {key: log.kept for key, log in before.items()} == {
        key: log.kept for key, log in after.items() if key[1] != lost.events[0].stream
    }
    assert not place.store.events.read(STUDY, lost.events[0].stream).kept
    # Elsewhere, in either order: the marks and shells of the newer one hold.
    for files in ((new, "older.gz"), ("older.gz", new)):
        elsewhere = open_store(url_of(request, place.url.partition(":")[0]))
        for file in files:
            restore(elsewhere, place.tmp_path / "own", place.tmp_path / file, START)
        assert not left(repr(everything(elsewhere)).encode(), markers)


@every
def test_a_copy_has_shells_and_marks(place, request):
    place.erase()
    target = open_store(url_of(request, place.url.partition(":")[0]))
    assert copy(place.store, target, START).problems == []
    late = Study()
    late.say(stream_of("school", "new D"), "school-recorded", school="D")
    assert refusals(target, STUDY, late.events)[0] is not None
    assert target.events.append(STUDY, stream_of("interview", "D both"), [
        Event(**(late.events[0].as_dict() | {"stream": stream_of("interview", "D both")}))
    ], RECEIPT) == [Outcome.ERASED]  # fmt: skip


class TestARespondent:
    @every
    def test_claims_leave_by_the_rule_of_a_withdrawal(self, place):
        before = place.interview("D both")
        assert len(before.claims) == 4
        other = repr([place.read("observation", f"D-0{n}") for n in (1, 2, 3, 4)])
        place.erase(RESPONDENT)
        found = place.interview("D both")
        assert found.participants == ("S1",)
        assert found.label == "D-both"
        assert [claim.said.value.respondents for claim in found.claims] == [("S1",), ()]
        assert [len(claim.memos) for claim in found.claims] == [1, 1]
        assert "S2" not in repr(place.read("interview", "D both"))
        assert not place.read("interview", "D single").kept, "nobody is left there"
        assert place.read("interview", "D third").shells == ()
        assert other == repr([place.read("observation", f"D-0{n}") for n in (1, 2, 3, 4)])
        assert found.problems == ()

    @every
    def test_the_register_keeps_the_leader_without_the_link(self, place):
        before = fold_school(place.read("school", "D").events)
        place.erase(RESPONDENT)
        found = fold_school(place.read("school", "D").events)
        assert "S2" not in repr(place.read("school", "D"))
        assert set(found.respondents) == {"S1", "S3"}
        assert set(found.consents) == {"", "S1", "S3"}
        assert set(found.leaders) == {"SL", "SL2"}
        assert found.leaders["SL2"].value["until"] == before.leaders["SL2"].value["until"]
        assert found.respondent("SL2") == ""
        assert found.respondent("SL") == "S1"
        assert [each.respondent for each in found.feedback] == [""]
        assert found.matched == before.matched
        assert found.rulings == before.rulings
        assert found.problems == before.problems

    @one
    def test_a_second_time_finds_nothing(self, place):
        place.erase(RESPONDENT)
        logs = everything(place.store)[0]
        place.store.registry.put("mapping", "other", {}, None)
        with pytest.raises(Refused):
            begin(place.store, place.catalogue, RESPONDENT, "Jo", NOW, Folders(*[place.tmp_path] * 3))  # fmt: skip
        assert everything(place.store)[0] == logs

    @every
    def test_a_tablet_cannot_bring_a_respondent_back(self, place):
        sent = place.read("interview", "D both").events
        place.erase(RESPONDENT)
        tablet = find_device(place.store.registry, OTHER_TABLET)
        late = Study()
        claim = {"form": "quotation", "codes": ["A1"], "codebook": "1", "stance": "affirms",
                 "mode": "descriptive", "text": "unsent"}  # fmt: skip
        stream = stream_of("interview", "D both")
        late.say(stream, "claim-recorded", device=OTHER_TABLET, respondents=["S2"], **claim)
        late.say(stream, "claim-recorded", device=OTHER_TABLET, respondents=["S1"], **claim)
        of_e = stream_of("interview", "E both")
        late.say(of_e, "claim-recorded", device=OTHER_TABLET, respondents=["S2"], **claim)
        values = [event.as_dict() for event in (*sent, *late.events)]
        found = receive(place.store, place.catalogue, tablet, values, NOW)
        *again, one, two, three = (each.outcome for each in found)
        assert set(again) == {Outcome.ERASED, Outcome.ALREADY_KEPT}
        assert (one, two, three) == (QUARANTINED, Outcome.KEPT, Outcome.KEPT)
        assert "S2" not in repr(place.read("interview", "D both"))

    @every
    def test_a_beginning_that_comes_last_makes_no_claim_one_of_who_was_erased(self, place):
        """Nor does an interview that is said to be of the school after all."""
        place.erase(RESPONDENT)
        tablet = find_device(place.store.registry, OTHER_TABLET)
        claim = {"form": "quotation", "codes": ["A1"], "codebook": "1", "stance": "affirms",
                 "mode": "descriptive", "text": "unsent"}  # fmt: skip
        late, stream = Study(), stream_of("interview", "late")
        late.say(stream, "claim-recorded", device=OTHER_TABLET, respondents=["S2"], **claim)
        late.say(stream, "interview-recorded", device=OTHER_TABLET, interview="D-i9", kind="interview",
                 school="D", date="2018-03-13", participants=["S1"])  # fmt: skip
        became = [
            receive(place.store, place.catalogue, tablet, [event.as_dict()], NOW)[0].outcome
            for event in late.events
        ]
        assert became == [Outcome.KEPT, QUARANTINED]

    @every
    def test_a_tablet_of_an_observer_has_nothing_of_it_set_aside(self, place):
        sent = place.read("interview", "D both").events
        place.erase()
        registry = place.store.registry
        before = registry.list("quarantine").keys()
        enrol(registry, STUDY, OTHER_TABLET, "iPad", datetime.fromisoformat(NOW), OBSERVER)
        tablet = find_device(registry, OTHER_TABLET)
        values = [event.as_dict() for event in sent]
        found = receive(place.store, place.catalogue, tablet, values, NOW)
        assert {each.outcome for each in found} == {Outcome.ERASED}
        assert registry.list("quarantine").keys() == before

    @every
    def test_restoring_an_older_backup_brings_nothing_back(self, place):
        older = place.backup("older.gz")
        place.erase(RESPONDENT)
        before = everything(place.store)[0]
        restore(place.store, place.tmp_path / "own", older, START)
        assert everything(place.store)[0] == before

    @one
    def test_numbers_of_claims_that_stay_are_given_to_no_other(self, place):
        stream, say = stream_of("interview", "D plain"), (study := Study()).say
        say(stream, "interview-recorded", interview="D-plain", kind="interview", school="D",
            participants=["S1", "S2"], date="2018-03-02")  # fmt: skip
        claim = {"form": "quotation", "codes": ["A1"], "codebook": "1", "stance": "affirms",
                 "mode": "descriptive"}  # fmt: skip
        for who in ("S2", "S1", "S2", "S1"):
            say(stream, "claim-recorded", respondents=[who], text=f"of {who}", **claim)
        deposit(place.store.events, place.catalogue, STUDY, study.events, RECEIPT)
        place.erase(RESPONDENT)
        assert [c.said.value.number for c in place.interview("D plain").claims] == [2, 4]

    @one
    def test_one_of_another_school_with_the_same_code_is_not_touched(self, place):
        before = everything(place.store)[0]
        place.erase(RESPONDENT)
        after = everything(place.store)[0]
        changed = {stream for (_, stream) in before if before[_, stream] != after[_, stream]}
        assert changed == {
            stream_of("school", "D"),
            *(stream_of("interview", f"D {name}") for name in ("single", "both")),
        }


def test_marks_tell_no_code(tmp_path):
    place = Place("memory:", tmp_path)
    made = place.erase(RESPONDENT)
    assert re.fullmatch("[0-9a-f]{64}", made.mark)
    assert "S2" not in repr(place.store.registry.list("erased"))
