"""An erasure that is killed at any point is finished by whoever opens the store next."""

import os
import shutil
import signal
import sys

import pytest

from observation.store.database import Database
from observation.store.erasure import DONE, begin, erasures, resume, resume_all
from tests.store.conftest import url_of
from tests.store.erased_study import NOW, stream_of
from tests.store.store_events import everything
from tests.store.test_erasure import RESPONDENT, SCHOOL, Place, bytes_of, left

pytestmark = pytest.mark.slow

POINTS = 50
POSTGRES_POINTS = 12
FILE_OPERATIONS = ("open", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect")


def killed_at(act, hook, operation):
    """Do it in a process of its own that is killed at that operation; 0: not at all.

    `hook` is given what counts an operation. Return how many there were, or -1 when it was killed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0

        def look(*_):
            nonlocal count
            count += 1
            if count == operation:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            hook(look)
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


def at_files(look):
    """Count what is done with files."""
    sys.addaudithook(lambda event, _: look() if event in FILE_OPERATIONS else None)


def at_writes(look):
    """Count before and after each transaction that writes, and each rewriting of tables."""

    def around(name):
        act = getattr(Database, name)

        def counted(self, *given, **more):
            look()
            done = act(self, *given, **more)
            look()
            return done

        setattr(Database, name, counted)

    around("write")
    around("rewrite")


def erase_anew(url, tmp_path, wanted):
    """Erase as a process does that opens the store."""
    place = Place(url, tmp_path, fill=False)
    made = begin(place.store, place.catalogue, wanted, "Jo", NOW, place.folders)
    resume(place.store, place.catalogue, made.id, NOW, place.folders)


def points(total, wanted):
    """Some operations, evenly spread over those that it takes."""
    assert total > wanted
    return [1 + each * total // wanted for each in range(wanted)]


def finished(place, wanted, others, before):
    """Finish what was killed, by another process as it were, and look at it."""
    if not erasures(place.store.registry):  # not even written down
        assert everything(place.store) == before
        return False
    resume_all(place.store, place.catalogue, NOW, place.folders)
    assert [each.state for each in erasures(place.store.registry)] == [DONE]
    after = everything(place.store)
    assert {key: log for key, log in after[0].items() if key in others} == others
    if wanted is SCHOOL:
        gone = [log for key, log in after[0].items() if key not in others]
        assert not any(log.kept or log.conflicts for log in gone)
    else:
        assert "S2" not in repr(place.read("interview", "D both"))
        assert "S2" not in repr(place.read("school", "D"))
        assert place.interview("D both").participants == ("S1",)
        assert len(place.interview("D both").claims) == 2
        assert place.interview("D both").problems == ()
    return True


@pytest.mark.parametrize("wanted", [SCHOOL, RESPONDENT], ids=["school", "respondent"])
def test_an_erasure_that_was_killed_is_finished(tmp_path, wanted, postgres):
    place = Place(f"tinydb:{tmp_path / 'data'}", tmp_path / "beside")
    before = everything(place.store)
    own = {stream_of("school", "D"), *(stream_of("observation", f"D-0{n}") for n in range(1, 5))}
    own |= {stream_of("interview", f"D {name}") for name in ("single", "both", "third")}
    others = {key: log for key, log in before[0].items() if key[1] not in own}
    for name in ("data", "beside"):
        shutil.copytree(tmp_path / name, tmp_path / "saved" / name)

    def fresh():
        for name in ("data", "beside"):
            shutil.rmtree(tmp_path / name)
            shutil.copytree(tmp_path / "saved" / name, tmp_path / name)

    def act():
        erase_anew(place.url, tmp_path / "beside", wanted)

    fresh()
    total = killed_at(act, at_files, 0)
    became = []
    for operation in points(total, POINTS):
        fresh()
        assert killed_at(act, at_files, operation) == -1
        again = Place(place.url, tmp_path / "beside", fill=False)
        became.append(finished(again, wanted, others, before))
        if became[-1] and wanted is SCHOOL:
            assert not left(bytes_of(postgres, again), place.markers)
    assert set(became) == {False, True}
    assert became == sorted(became), "once it is written down it happens"
    print(f"{POINTS} erasures killed, {became.count(True)} of them after they were written down")


@pytest.mark.parametrize("wanted", [SCHOOL, RESPONDENT], ids=["school", "respondent"])
def test_one_in_a_database_is_finished_too(request, tmp_path, wanted, postgres):
    became, total = [], None
    for each in range(POSTGRES_POINTS + 1):
        folder = tmp_path / str(each)
        place = Place(url_of(request, "postgresql"), folder)
        before = everything(place.store)
        own = [log.stream for key, log in before[0].items() if "zqx" in repr(log)]
        others = {key: log for key, log in before[0].items() if key[1] not in own}

        def act(url=place.url, folder=folder):
            erase_anew(url, folder, wanted)

        if total is None:
            total = killed_at(act, at_writes, 0)
            assert [e.state for e in erasures(place.store.registry)] == [DONE]
            continue
        at = 1 + (each - 1) * total // POSTGRES_POINTS
        assert killed_at(act, at_writes, at) == -1
        again = Place(place.url, folder, fill=False)
        became.append(finished(again, wanted, others, before))
        if became[-1] and wanted is SCHOOL:
            assert not left(bytes_of(postgres, again), place.markers)
    assert True in became
    print(f"{POSTGRES_POINTS} erasures killed of {total} steps: {became.count(True)} finished")
