"""Laws of the union, and that no sequence of operations tells one backend from another."""

from itertools import chain, permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observation.store import OtherStudy, open_store
from tests.store.store_events import ERASED, OTHER_STUDY, RECEIPT, STREAM, STUDY, make_event

STREAMS = [STREAM, STREAM.replace("a1", "a2")]
event_of = {
    stream: st.builds(
        lambda seq, device, text, stream=stream: make_event(
            seq, stream=stream, device=device, text=text
        ),
        seq=st.integers(1, 3),
        device=st.sampled_from(["tablet", "phone"]),
        text=st.sampled_from(["a", "b", "é"]),
    )
    for stream in STREAMS
}
operations = st.sampled_from(STREAMS).flatmap(
    lambda stream: st.one_of(
        st.tuples(
            st.sampled_from(["append", "append", "compose", "erase", "merge"]),
            st.sampled_from([STUDY, STUDY, STUDY, OTHER_STUDY]),
            st.just(stream),
            st.lists(event_of[stream], max_size=4),
        )
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each call is a new store
@given(steps=st.lists(operations, max_size=12))
def test_any_sequence_of_operations_gives_the_same_on_every_backend(fresh, steps):
    url = fresh()
    memory, other = open_store("memory:").events, open_store(url).events
    for step in steps:
        before = view(other), other.versions(STUDY)
        assert act(memory, *step) == act(other, *step)
        assert view(memory) == view(other)
        changed = view(other) != before[0]
        assert changed == (other.versions(STUDY) != before[1]) or step[1] == OTHER_STUDY
    assert view(open_store(url).events) == view(memory)


@given(st.lists(event_of[STREAM], max_size=8))
def test_nothing_that_was_handed_in_is_ever_unfindable(events):
    store = kept([events])
    assert everything(store) == {(event.id, event.digest) for event in events}


@given(st.lists(st.lists(event_of[STREAM], max_size=4), min_size=3, max_size=3))
def test_the_union_does_not_depend_on_order_or_repetition(batches):
    found = [everything(kept(order)) for order in permutations(batches)]
    found += [everything(kept(batches * 2)), everything(kept([list(chain(*batches))]))]
    assert all(one == found[0] for one in found)


@given(st.lists(st.tuples(st.lists(event_of[STREAM], max_size=4), st.booleans()), max_size=3))
def test_stores_that_are_merged_hold_the_same_in_any_order(parts):
    stores = [kept([events], erased=events[:1] if erase else ()) for events, erase in parts]
    found = []
    for order in permutations(stores):
        together = kept([])
        for store in (*order, *order):
            together.merge(STUDY, store.read(STUDY, STREAM))
        log = together.read(STUDY, STREAM)
        found.append((everything(together), {shell.id for shell in log.shells}))
    assert all(one == found[0] for one in found)


def act(store, verb, study, stream, events):
    try:
        if verb == "append":
            return store.append(study, stream, events, RECEIPT)
        if verb == "compose":
            return store.compose(study, stream, lambda log: events[len(log.kept) :], RECEIPT)
        if verb == "merge":
            return store.merge(study, kept([events], erased=events[:1]).read(STUDY, stream))
        return store.erase(study, stream, [event.id for event in events], ERASED)
    except OtherStudy as error:
        return str(error)


def view(store):
    return (
        store.studies(),
        [store.study_of(stream) for stream in STREAMS],
        [store.read(study, stream) for study in (STUDY, OTHER_STUDY) for stream in STREAMS],
        [list(store.versions(study)) for study in (STUDY, OTHER_STUDY)],
    )


def kept(batches, erased=()):
    store = open_store("memory:").events
    for batch in batches:
        for event in batch:
            store.append(STUDY, event.stream, [event], RECEIPT)
    for event in erased:
        store.erase(STUDY, event.stream, [event.id], ERASED)
    return store


def everything(store):
    log = store.read(STUDY, STREAM)
    return {(item.event.id, item.digest) for item in (*log.kept, *log.conflicts)}
