"""The stores under test: the same contract for every backend."""

import pytest

from observation.store import open_store

SHARED = ["tinydb", "postgresql"]


@pytest.fixture(params=SHARED)
def url(request):
    """The URL of each kind of store that several processes can open."""
    return url_of(request, request.param)


@pytest.fixture(params=["memory", *SHARED])
def store(request):
    return open_store(url_of(request, request.param))


@pytest.fixture(params=SHARED)
def fresh(request):
    """What gives the URL of another empty store of each kind at every call."""
    return lambda: url_of(request, request.param)


def url_of(request, kind):
    """Return the URL of a new, empty store of this kind."""
    if kind == "memory":
        return "memory:"
    if kind == "postgresql":
        return request.getfixturevalue("postgres").url()
    return f"tinydb:{request.getfixturevalue('tmp_path_factory').mktemp('store')}/data"


@pytest.fixture
def events(store):
    return store.events


@pytest.fixture
def registry(store):
    return store.registry
