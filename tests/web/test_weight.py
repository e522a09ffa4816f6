"""What a tablet loads of the capture screen before the first tap, as it is served, comments included."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from observation.settings import open_context
from observation.web import create_app

LIMIT = 30_000  # bytes, gzipped
LINKS = re.compile(r'(?:rel="stylesheet" href|<script type="module" src)="([^"]+)"')


def test_the_capture_screen_weighs_at_most_thirty_kilobytes(tmp_path: Path) -> None:
    weights = dict(weigh(tmp_path, "/capture"))
    # Three style sheets, a script, and what has the shell held.
    assert len(weights) == 3  # the style, the script, and what has the shell held
    assert sum(weights.values()) <= LIMIT, weights


def weigh(data: Path, page: str) -> Iterator[tuple[str, int]]:
    """The style sheets and scripts of a page, each with the bytes that it weighs gzipped."""
    client = create_app(open_context(data, "memory:")).test_client()
    for path in LINKS.findall(client.get(page).get_data(as_text=True)):
        with client.get(path) as answer:
            assert answer.status_code == 200, path
            content = answer.get_data()
        # All that is needed comes with it.
        assert not re.search(rb"^@?import ", content, re.MULTILINE)
        yield path, len(gzip.compress(content, 9))
