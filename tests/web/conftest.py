"""The application without the check that a form came from one of its own pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from observation.settings import open_context
from observation.web import create_app
from tests.recorder import Recorder
from tests.web.desk import Desk


@pytest.fixture
def sit(tmp_path: Path) -> Callable[[Recorder], Desk]:
    """Return the function that opens what a recorder recorded."""
    app = create_app(open_context(tmp_path, "memory:"))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda recorder: Desk(app.test_client(), recorder)
