"""The power may go between any two calls to the disk: what was acknowledged is there afterwards.

All file calls of 50 saves are recorded. Then the disk is put into every state in which they could have
left it, the store is opened as it lies, and must hold what it held after the last save that was
acknowledged, or all of the one that was under way.
"""

import os
import shutil
from itertools import islice

import pytest

from observation.store import open_store
from tests.soak import SOAK, seeded
from tests.store.crash import Tree
from tests.store.disk import WRITING, Call, Disk
from tests.store.store_events import ERASED, LATER, OTHER_STUDY, RECEIPT, STREAM, STUDY, make_event

pytestmark = pytest.mark.slow

SAVES = 50
STATES = 20_000 if SOAK else 1_000
STREAMS = [STREAM.replace("a1", f"a{number}") for number in range(1, 8)]
KINDS = ("device", "server")
ACKNOWLEDGED = Call("acknowledged", ".")


@pytest.fixture
def chance():
    return seeded("power")


@pytest.fixture
def recorded(tmp_path, chance):
    """The calls of 50 saves with an acknowledgement behind each, and what is held after each."""
    folder, model = tmp_path / "recorded", open_store("memory:")
    folder.mkdir()
    views = [view(model)]
    with Disk(folder) as disk:
        store = open_store(f"tinydb:{folder / 'data'}")
        for number in range(SAVES):
            save = a_save(number, chance, model)
            save(store)
            disk.calls.append(ACKNOWLEDGED)
            save(model)
            views.append(view(model))
    assert view(store) == views[-1]
    return [call for call in disk.calls if call.verb in WRITING or call == ACKNOWLEDGED], views


def test_in_every_state_that_a_crash_may_leave_all_that_was_acknowledged_is_there(
    recorded, chance, tmp_path, without_syncing
):
    calls, views = recorded
    assert sum(call == ACKNOWLEDGED for call in calls) == SAVES
    number = 0
    for number, (saves, tree) in enumerate(islice(states(calls, chance), STATES), 1):
        problem = trouble(tmp_path / "state", tree, views[saves : saves + 2])
        assert problem is None, f"state {number}, after {saves} saves: {problem}"
    print(f"power: {len(calls)} calls of {SAVES} saves, {number} states, 0 saves lost")
    assert number == STATES


def without(forgotten):
    """Return what a program does that leaves these calls out."""
    return lambda calls: [call for call in calls if not forgotten(call)]


def acknowledging_early(calls):
    """Return what a program does that acknowledges each save before it makes its calls."""
    last = max(place for place, call in enumerate(calls) if call == ACKNOWLEDGED)
    return [ACKNOWLEDGED, *calls[:last], *calls[last + 1 :]]


@pytest.mark.parametrize(
    "worse",
    [
        without(lambda call: call.verb == "fsync" and call.name.endswith(".draft")),
        without(lambda call: call.verb == "fsync" and call.name.endswith("observation")),
        without(lambda call: call.verb == "fsync" and call.name == f"data/{STUDY}"),
        acknowledging_early,
    ],
    ids=["no sync of a file", "of its folder", "of the folder above", "acknowledged too early"],
)
def test_a_worse_program_is_found_to_lose_a_save(
    recorded, chance, tmp_path, without_syncing, worse
):
    calls, views = recorded
    assert worse(calls) != calls
    assert any(
        trouble(tmp_path / "state", tree, views[saves : saves + 2])
        for saves, tree in islice(states(worse(calls), chance), STATES)
    )


def a_save(number, chance, model):
    """Return one more save, of any kind, that finds something to do in what the model holds."""
    stream, seq = chance.choice(STREAMS), number + 1
    events = [
        make_event(1000 * seq + n, stream=stream, text=chance.choice("aé") * 40) for n in (1, 2, 3)
    ]
    known = [event.id for event in model.events.read(STUDY, stream).events]
    other = open_store("memory:").events
    other.append(STUDY, stream, events, LATER)
    devices = model.registry.list("device")
    key = chance.choice("abc")
    version = model.registry.get("device", key)
    saves = {
        "append": lambda store: store.events.append(STUDY, stream, events, RECEIPT),
        "one": lambda store: store.events.append(STUDY, stream, events[:1], RECEIPT),
        "compose": lambda store: store.events.compose(STUDY, stream, lambda _: events, RECEIPT),
        "merge": lambda store: store.events.merge(STUDY, other.read(STUDY, stream)),
        "put": lambda store: store.registry.put("device", key, number, version and version[1]),
        "add": lambda store: store.registry.add("server", {f"{number}": events[0].as_dict()}),
    }
    if known:
        saves["erase"] = lambda store: store.events.erase(STUDY, stream, known[-1:], ERASED)
    if devices:
        saves["delete"] = lambda store: store.registry.delete("device", min(devices))
    return saves[chance.choice(list(saves))]


def states(calls, chance):
    """Yield what the disk may hold, with how many saves are acknowledged by then.

    First for every prefix of the calls what is there when the program is killed and what when all
    is lost that was not synced; then everything in between, in any order; then writes that were cut.
    """
    points = list(prefixes(calls))
    for saves, tree in points:
        yield saves, tree.now()
        yield saves, tree.worst()
    chance.shuffle(points)
    for saves, tree in points:
        for each in tree.after_a_crash(chance):
            yield saves, each
    while True:
        saves, tree = chance.choice(points)
        each = tree.now()
        drafts = [name for name in each if name.endswith(".draft")]
        for name in drafts:
            each[name] = each[name][: chance.randrange(len(each[name]) + 1)]
        if drafts:
            yield saves, each


def prefixes(calls):
    """Yield the disk after every number of calls; each anew, since the calls change it."""
    for length in range(len(calls) + 1):
        tree = Tree()
        for call in calls[:length]:
            if call != ACKNOWLEDGED:
                tree.do(call)
        yield calls[:length].count(ACKNOWLEDGED), tree


def trouble(folder, tree, expected):
    """Return what is wrong with the store in this state, None when nothing is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in tree.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
    try:
        store = open_store(f"tinydb:{folder / 'data'}")
        if view(store) not in expected:
            return "it holds something else"
        for stream in STREAMS:
            store.events.append(STUDY, stream, [make_event(stream=stream, device="next")], LATER)
        store.registry.put("device", "next", {}, None)
        if drafts := sorted(path.name for path in folder.glob("data/*/observation/*.draft")):
            return f"{drafts} are left"
    except Exception as error:
        return repr(error)
    return None


def view(store):
    """Return all that a store holds."""
    return (
        {
            (study, stream): store.events.read(study, stream)
            for study in (STUDY, OTHER_STUDY)
            for stream in store.events.versions(study)
        },
        {kind: store.registry.list(kind) for kind in KINDS},
    )


@pytest.fixture
def without_syncing(recorded, monkeypatch):
    """Let the looks at the states not wait for the disk that they are laid out on."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
