"""The stores under test: the same contract for every backend."""

import pytest

from observation.store import open_store

SHARED = ["tinydb"]


@pytest.fixture(params=SHARED)
def url(request):
    """The URL of each kind of store that several processes can open."""
    return url_of(request, request.param)


@pytest.fixture(params=["memory", *SHARED])
def store(request):
    return open_store(url_of(request, request.param))


def url_of(request, kind):
    """Return the URL of an empty store of this kind."""
    return "memory:" if kind == "memory" else f"tinydb:{request.getfixturevalue('tmp_path')}/data"


@pytest.fixture
def events(store):
    return store.events


@pytest.fixture
def registry(store):
    return store.registry
