"""A server that starts says where it is opened, shows that to whoever sits there, and lets the first lead in once."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selenium.webdriver.common.utils import free_port

from observation.settings import open_context
from observation.store.accounts import accounts
from observation.web import create_app
from observation.web.greeting import Place, elsewhere, here
from tests.web.desk import read

NAME, SENTENCE = "board.example", "drie stoelen bij het bord"
LINK = re.compile(rf"^https://{NAME}/invitation#([\w-]{{43}})$", re.M)


@contextmanager
def started(data: Path, *words: str, proxies: str = "1", **environment: str) -> Iterator[list[str]]:
    """Run the command behind a proxy; yield what it says until it serves, and end it."""
    command = [sys.executable, "-m", "observation", "--data", str(data), "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, *words],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OBSERVATION_PROXIES": proxies} | environment,
    ) as process:
        assert process.stdout
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if line.startswith("A backup is made"):
                    break
            yield said
        finally:
            process.send_signal(signal.SIGTERM)  # also while it is still starting


def secrets(said: Sequence[str]) -> list[str]:
    return LINK.findall("".join(said))


def elsewhere_on(data: Path) -> FlaskClient:
    """A browser elsewhere at what the servers keep."""
    app = create_app(replace(open_context(data), hosts=(NAME,)))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "10.0.0.5"
    return client


def used(client: FlaskClient, secret: str, name: str) -> int:
    fields = {"_secret": secret, "_name": name, "_password": SENTENCE, "_repeated": SENTENCE}
    return client.post("/invitation", base_url=f"https://{NAME}", data=fields).status_code


def test_of_two_starts_the_second_link_is_good_once_and_then_none_is_said(tmp_path: Path) -> None:
    said = []
    for _ in range(2):
        with started(tmp_path, "--name", NAME) as lines:
            said += secrets(lines)
            assert f"Other machines open https://{NAME}.\n" in lines
    first, second = said
    client = elsewhere_on(tmp_path)
    (form,) = read(client.get("/invitation", base_url=f"https://{NAME}").text).forms
    assert form.fields["_name"] == "lead"
    assert [used(client, each, "Noor") for each in (first, second, second)] == [422, 303, 422]
    assert client.get("/schools", base_url=f"https://{NAME}").status_code == 200
    assert "_name" not in client.get("/invitation", base_url=f"https://{NAME}").text
    with started(tmp_path, "--name", NAME) as lines:
        assert secrets(lines) == []
    (found,) = accounts(open_context(tmp_path).store.registry)
    assert (found.name, set(found.roles.values())) == ("Noor", {"lead"})


def test_of_two_servers_of_one_store_the_last_link_is_good(tmp_path: Path) -> None:
    with started(tmp_path, "--name", NAME) as one, started(tmp_path, "--name", NAME) as two:
        client = elsewhere_on(tmp_path)
        (first,), (second,) = secrets(one), secrets(two)
        assert [used(client, each, "Noor") for each in (first, second)] == [422, 303]


@pytest.mark.parametrize(
    ("words", "proxies", "told"),
    [
        ((), "0", "Open http://127.0.0.1:"),
        (("--host", "0.0.0.0", "--name", NAME), "0", "they need HTTPS"),
    ],
)
def test_where_nobody_can_come_from_elsewhere_no_link_is_said(
    tmp_path: Path, words: tuple[str, ...], proxies: str, told: str
) -> None:
    with started(tmp_path, *words, proxies=proxies) as lines:
        assert "invitation" not in "".join(lines)
        assert told in "".join(lines)
    assert accounts(open_context(tmp_path).store.registry) == []


def test_the_secret_is_kept_nowhere(tmp_path: Path) -> None:
    with started(tmp_path, "--name", NAME) as lines:
        (secret,) = secrets(lines)
        kept = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert kept
        assert [path for path in kept if secret.encode() in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("place", "proxies", "addresses"),
    [
        (Place("127.0.0.1", 8000), 0, ("http://127.0.0.1:8000", "")),
        (Place("::1", 8000), 1, ("http://[::1]:8000", f"https://{NAME}")),
        (Place("0.0.0.0", 8443, Path("c"), Path("k")), 0, ("https://localhost:8443", f"https://{NAME}:8443")),
        (Place("::", 443, Path("c"), Path("k")), 0, ("https://localhost:443", f"https://{NAME}")),
        (Place("10.0.0.5", 8443, Path("c"), Path("k")), 0, (f"https://{NAME}:8443", f"https://{NAME}:8443")),
    ],
)  # fmt: skip
def test_it_is_opened_here_where_nobody_is_asked_and_elsewhere_by_its_name(
    tmp_path: Path, place: Place, proxies: int, addresses: tuple[str, str]
) -> None:
    context = replace(open_context(tmp_path, "memory:"), hosts=(NAME,), proxies=proxies)
    found = here(context, place, place.port), elsewhere(context, place, place.port)
    assert found == addresses


def test_links_and_codes_name_the_address_that_others_open(tmp_path: Path) -> None:
    address = f"https://{NAME}:8443"
    context = replace(open_context(tmp_path, "memory:"), hosts=(NAME,), address=address)
    app = create_app(context)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert f"{address}/invitation#" in client.post("/accounts", data={"name": "Noor"}).text
    assert f"{address}/tablet<" in client.post("/tablets").text


class TestTheBrowser:
    """A program stands in for the browser and writes down what it is to open."""

    @pytest.fixture
    def opened(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        program, log = tmp_path / "browser", tmp_path / "opened"
        program.write_text(f'#!/bin/sh\necho "$1" >> "{log}"\n')
        program.chmod(0o755)
        monkeypatch.setenv("BROWSER", f"{program} %s")
        return log

    def serves(self, data: Path, terminal: bool, *words: str, awaited: Path | None = None) -> str:
        """Start the server, with or without a terminal, until it answers and what is awaited is there;
        return its address."""
        ours, theirs = pty.openpty() if terminal else os.pipe()
        port = free_port()
        command = [sys.executable, "-m", "observation", "--data", str(data), "serve"]
        with subprocess.Popen([*command, "--port", str(port), *words], stdout=theirs) as process:
            try:
                os.read(ours, 1)
                connection = HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/tablet")
                assert connection.getresponse().status == 200
                connection.close()
                deadline = time.monotonic() + 30
                while awaited and not awaited.exists() and time.monotonic() < deadline:
                    time.sleep(0.05)
                time.sleep(0.5)  # for a browser that should not be there
            finally:
                process.terminate()
        os.close(ours)
        os.close(theirs)
        return f"http://127.0.0.1:{port}"

    def test_at_a_desktop_whoever_starts_it_sees_it(
        self, tmp_path: Path, opened: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DISPLAY", ":99")
        address = self.serves(tmp_path / "data", True, awaited=opened)
        assert opened.read_text() == f"{address}\n"

    @pytest.mark.parametrize(
        ("terminal", "display", "words"),
        [(False, ":99", ()), (True, "", ()), (True, ":99", ("--no-open",))],
        ids=["no terminal", "no desktop", "not wanted"],
    )
    def test_elsewhere_no_browser_opens(
        self,
        tmp_path: Path,
        opened: Path,
        monkeypatch: pytest.MonkeyPatch,
        terminal: bool,
        display: str,
        words: tuple[str, ...],
    ) -> None:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        self.serves(tmp_path / "data", terminal, *words)
        assert not opened.exists()
