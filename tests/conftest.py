"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

# How long an example takes says nothing here: other tests, browsers and servers run beside it.
settings.register_profile("beside others", deadline=None)
settings.load_profile("beside others")


@pytest.fixture(autouse=True, scope="session")
def _wanted_at_once() -> Iterator[None]:
    """What a server begins beside it gives way to nobody: the tests want every core all the time."""
    from observation.web import beside

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beside, "give_way", lambda process: None)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this run, started when a test first needs it."""
    from tests.postgres_server import postgres_server

    with postgres_server() as server:
        yield server
