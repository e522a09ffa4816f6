"""Who sits at the application: at a desk, where forms are not asked for their page, or with a tablet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from observation.settings import open_context
from observation.web import create_app
from tests.recorder import Recorder
from tests.web.desk import Desk
from tests.web.lead import Lead
from tests.web.tablet import Tablet, app_at
from tests.web.visitor import Visitor


@pytest.fixture
def sit(tmp_path: Path) -> Callable[[Recorder], Desk]:
    """Return the function that opens what a recorder recorded."""
    app = create_app(open_context(tmp_path, "memory:"))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda recorder: Desk(app.test_client(), recorder)


@pytest.fixture(params=["memory", "tinydb", "postgresql"])
def tablet(request: pytest.FixtureRequest, tmp_path: Path) -> Tablet:
    """A tablet of a server over each kind of store."""
    url = {"memory": "memory:", "tinydb": f"tinydb:{tmp_path}/store"}.get(request.param)
    url = url or request.getfixturevalue("postgres").url()
    return Tablet(app_at(tmp_path, url).test_client())


@pytest.fixture
def lead(tablet: Tablet) -> Lead:
    """A lead at the server of the tablet."""
    return Lead(tablet.client)


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    """Somebody at the pages of the sample study, where forms are not asked for their page."""
    app = create_app(open_context(tmp_path, "memory:"))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return Visitor(app.test_client())
