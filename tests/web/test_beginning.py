"""Which study a first observation belongs to."""

from __future__ import annotations

from pathlib import Path

from observation.settings import open_context
from observation.web import create_app
from tests.web.desk import read


def test_two_browsers_that_begin_on_an_empty_server_share_one_study(tmp_path: Path) -> None:
    app = create_app(open_context(tmp_path, "memory:"))
    studies = []
    for _ in range(2):
        page = app.test_client().get("/observations/new").get_data(as_text=True)
        studies += [form.fields["study"] for form in read(page).forms if "study" in form.fields]
    assert len(studies) >= 2
    assert len(set(studies)) == 1
