"""A copy holds all that was there, can be made again and goes on where it was stopped."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from observation.core.work import Cancelled
from observation.store import open_store
from observation.store.copying import copy
from observation.store.devices import enrol, find_device, revoke
from observation.store.server import identity
from tests.store.conftest import url_of
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


@pytest.fixture(params=[("tinydb", "postgresql"), ("postgresql", "tinydb")], ids="-".join)
def stores(request):
    """A filled store and an empty one of another kind."""
    source, target = (open_store(url_of(request, kind)) for kind in request.param)
    source.events.append(STUDY, STREAM, [*make_events(5), make_event(2, text="other")], RECEIPT)
    source.events.erase(STUDY, STREAM, [make_event(3).id], ERASED)
    odd = make_event(1, stream=OTHER_STREAM, text="Çağrı \u0000 \U0001f600", list=[1, None])
    source.events.append(STUDY, OTHER_STREAM, [odd], LATER)
    source.events.append(OTHER_STUDY, THIRD, make_events(3, stream=THIRD), RECEIPT)
    source.registry.put("quarantine", "é", {"half": "\ud83d", "number": 0.5}, None)
    source.registry.put("backup", "last", {"file": "here"}, None)
    identity(source.registry)
    enrol(source.registry, STUDY, TABLET, "iPad", NOW)
    return source, target


def research(store):
    """All of a store but what a copy leaves behind or makes anew."""
    logs, kinds = everything(store)
    kinds = {k: v for k, v in kinds.items() if k not in ("backup", "copied", "server")}
    return logs, kinds, identity(store.registry).log


def test_all_is_there_and_nothing_here_has_changed(stores):
    source, target = stores
    before, versions = everything(source), source.events.versions(STUDY)
    done = copy(source, target, NOW)
    assert (done.streams, done.events, done.problems) == (3, 8, [])
    assert research(target) == research(source)
    assert target.registry.list("backup") == {}
    assert (everything(source), source.events.versions(STUDY)) == (before, versions)


def test_again_it_brings_what_is_new_and_changes_nothing_else(stores):
    source, target = stores
    copy(source, target, NOW)
    versions = target.events.versions(OTHER_STUDY)
    source.events.append(STUDY, STREAM, make_events(9), LATER)
    source.events.erase(STUDY, STREAM, [make_event(5).id], ERASED)
    revoke(source.registry, TABLET, NOW)
    source.registry.delete("quarantine", "é")
    assert copy(source, target, NOW).problems == []
    assert research(target) == research(source)
    assert find_device(target.registry, TABLET).revoked
    assert target.events.versions(OTHER_STUDY) == versions


def test_what_is_there_already_stays(stores):
    source, target = stores
    target.events.append(STUDY, STREAM, [make_event(1, text="there"), make_event(7)], LATER)
    target.registry.put("quarantine", "é", "there", None)
    target.registry.put("quarantine", "x", "there", None)
    done = copy(source, target, NOW)
    assert done.problems == ["registry/quarantine/é: another value is there; that one stays."]
    log = target.events.read(STUDY, STREAM)
    assert [event.seq for event in log.events] == [1, 2, 4, 5, 7]
    assert [item.event for item in log.conflicts] == [make_event(1), make_event(2, text="other")]
    assert target.registry.list("quarantine") == {"é": "there", "x": "there"}


def test_a_record_of_another_study_there_is_named_and_the_others_are_copied(stores):
    source, target = stores
    target.events.append(STUDY, THIRD, make_events(1, stream=THIRD), RECEIPT)
    done = copy(source, target, NOW)
    (problem,) = done.problems
    assert (THIRD in problem, "belongs to another study" in problem, done.streams) == (
        True,
        True,
        2,
    )


def test_a_copy_that_was_stopped_goes_on(stores):
    source, target = stores

    def stop(step):
        if step.done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        copy(source, target, NOW, stop)
    assert len(everything(target)[0]) == 2
    copy(source, target, NOW)
    assert research(target) == research(source)


def test_tablets_offer_again_what_they_keep_after_each(stores):
    source, target = stores
    epochs = [identity(source.registry).epoch]
    for day in (0, 0, -400):
        copy(source, target, NOW + timedelta(days=day))
        epochs.append(identity(target.registry).epoch)
    assert sorted(set(epochs)) == epochs


def test_what_is_lost_on_the_way_is_seen(stores, monkeypatch):
    source, target = stores
    monkeypatch.setattr(type(target.events), "merge", lambda *_: None)
    done = copy(source, target, NOW)
    assert (done.streams, len(done.problems)) == (0, 3)


def test_random_records_come_over_whole_and_back(stores, request):
    source, target = stores
    chance = random.Random(7)
    alphabet = 'aé€ "\\\n<&\u2028\U0001f642\u0000\x1f'
    for number in range(20):
        stream = f"observation/01900000-0000-7000-8000-{number:012x}"
        for seq in range(1, chance.randint(2, 40)):
            text = "".join(chance.choices(alphabet, k=chance.randrange(60)))
            event = make_event(chance.randint(1, seq), stream=stream, text=text)
            source.events.append(STUDY, stream, [event], RECEIPT)
            if chance.random() < 0.05:
                source.events.erase(STUDY, stream, [event.id], ERASED)
    assert copy(source, target, NOW).problems == []
    back = open_store("memory:")
    assert copy(target, back, NOW).problems == []
    assert research(back) == research(target) == research(source)
