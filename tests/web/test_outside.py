"""What somebody sees who is not signed in: what to do, and no areas of a study that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.settings import open_context
from observation.web import create_app

HOST = "board.example"
ELSEWHERE = {"REMOTE_ADDR": "10.0.0.5"}


@pytest.mark.parametrize(
    ("path", "scheme", "status"),
    [
        ("/sign-in", "https", 200),
        ("/schools", "https", 401),
        ("/invitation", "https", 200),
        ("/tablet", "http", 403),
    ],
)
def test_the_bar_shows_languages_and_no_areas(
    tmp_path: Path, path: str, scheme: str, status: int
) -> None:
    environment = {"OBSERVATION_HOSTS": HOST}
    client = create_app(open_context(tmp_path, "memory:", environment)).test_client()
    found = client.get(path, base_url=f"{scheme}://{HOST}", environ_overrides=ELSEWHERE)
    assert found.status_code == status
    assert 'class="languages"' in found.text
    assert 'class="areas"' not in found.text
    assert 'class="areas"' in client.get("/schools").text


def test_over_plain_http_it_says_so_by_whatever_name_it_was_asked(tmp_path: Path) -> None:
    client = create_app(open_context(tmp_path, "memory:", {})).test_client()
    asked = {"base_url": "http://192.0.2.2:8009", "environ_overrides": ELSEWHERE}
    answer = client.get("/schools?language=en", **asked)
    assert (answer.status_code, "What to do" in answer.text) == (403, True)
    asked["base_url"] = "https://192.0.2.2:8009"
    assert client.get("/schools", **asked).status_code == 400


def test_over_plain_http_it_says_why_and_what_to_do(tmp_path: Path) -> None:
    environment = {"OBSERVATION_HOSTS": HOST}
    client = create_app(open_context(tmp_path, "memory:", environment)).test_client()
    for language, words in (
        ("en", ("work without a network only", "could read along", "What to do")),
        ("nl", ("alleen zonder netwerk werken", "kunnen meelezen", "Wat te doen")),
    ):
        page = client.get(
            f"/tablet?language={language}",
            base_url=f"http://{HOST}",
            environ_overrides=ELSEWHERE,
        )
        assert [each for each in words if each not in page.text] == []
