"""The stores under test: the same contract for every backend."""

import pytest

from observation.store import open_store


@pytest.fixture(params=["memory", "tinydb"])
def store(request, tmp_path):
    return open_store("memory:" if request.param == "memory" else f"tinydb:{tmp_path / 'data'}")


@pytest.fixture
def events(store):
    return store.events


@pytest.fixture
def registry(store):
    return store.registry
