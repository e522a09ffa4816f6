"""Two servers on one database, each a process with a data folder of its own, as on two machines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from observation.settings import (
    ENVIRONMENT_DATA,
    ENVIRONMENT_PROXIES,
    ENVIRONMENT_STORE,
    open_context,
)
from observation.store import Store, open_store
from observation.store.backup_state import state
from observation.store.codes import new_code
from observation.store.verify import verify
from tests.postgres_server import PostgresServer
from tests.recorder import Recorder
from tests.web.tablet import STUDY, body, stream

pytestmark = pytest.mark.slow

# Looks for a backup that is due ten times a second instead of once a minute.
SERVE = (
    "import sys; from observation.web import beside, serving; serving.LOOK = 0.1;"
    "beside.give_way = lambda process: None;"  # the tests want every core
    "from observation.cli import main; sys.exit(main())"
)


@dataclass
class Server:
    """A process that serves, and what it has said until its end."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def ask(
        self, method: str, path: str, content: bytes | None = None, **headers: str
    ) -> tuple[int, str, str]:
        """Return status, text and cookies of what it answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, content, named)
        with connection.getresponse() as response:
            text = response.read().decode()
            cookies = [c.partition(";")[0] for c in response.headers.get_all("Set-Cookie") or []]
        connection.close()
        return response.status, text, "; ".join(cookies)

    def post(self, path: str, value: bytes, token: str = "") -> tuple[int, Any]:
        """Send JSON and return the status and the JSON that comes back."""
        headers = {"Content_Type": "application/json", "X_Forwarded_For": "192.0.2.1"}
        headers["X_Forwarded_Proto"] = "https"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        status, text, _ = self.ask("POST", path, value, **headers)
        return status, json.loads(text)

    def enrol(self, code: str) -> tuple[int, str, str]:
        """Try to enrol a new tablet; return the status, its device and its token."""
        device = str(uuid.uuid4())
        value = json.dumps({"device": device, "name": "iPad", "code": code}).encode()
        status, answer = self.post("/api/v1/devices", value)
        return status, device, answer.get("token", "")


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.url()


@pytest.fixture
def servers(url: str, tmp_path: Path) -> Iterator[list[Server]]:
    found = []
    try:
        for name in ("one", "two"):
            folder = tmp_path / name
            environment = os.environ | {ENVIRONMENT_STORE: url, ENVIRONMENT_DATA: str(folder)}
            environment[ENVIRONMENT_PROXIES] = "1"
            process = subprocess.Popen(
                [sys.executable, "-c", SERVE, "serve", "--port", "0"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
            )  # fmt: skip
            assert process.stdout
            line = process.stdout.readline()
            port = re.search(r":(\d+) ", line)
            assert port, line + process.stdout.read()
            found.append(Server(process, int(port[1]), folder))
        yield found
    finally:
        for server in found:
            server.process.terminate()
            server.process.communicate(timeout=30)


@pytest.fixture
def store(url: str) -> Store:
    return open_store(url)


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads of their own, begun together; return what each returned."""
    barrier, found = threading.Barrier(len(calls)), list[Any]()

    def run(call: Callable[[], Any]) -> None:
        barrier.wait()
        found.append(call())

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(calls)
    return found


def observed(device: str, number: int) -> bytes:
    """A batch: the beginning of an observation that calls itself A-01, and a note."""
    recorder = Recorder(device=device, stream=stream(number))
    recorder.begin(label="A-01", observer="W1")
    recorder.add(1, "note-written", text=f"note {number}", note="event")
    return body([event.as_dict() for event in recorder.events])


def test_labels_are_settled_across_both(
    servers: list[Server], store: Store, url: str, tmp_path: Path
) -> None:
    enrolled = [s.enrol(new_code(store.registry, STUDY, now()))[1:] for s in servers]
    for number in range(0, 20, 2):

        def send(which: int, number: int = number) -> tuple[int, Any]:
            device, token = enrolled[which]
            return servers[which].post(
                "/api/v1/events", observed(device, 1 + number + which), token
            )

        answers = at_once([lambda: send(0), lambda: send(1)])
        assert [status for status, _ in answers] == [200, 200], answers
    records = open_context(tmp_path / "three", url).catalogue.records(STUDY)
    held = [record.observation.label for record in records]
    assert (len(held), len(set(held))) == (20, 20), sorted(held)
    labels = [labels_at(server) for server in servers]
    assert labels[0] == labels[1]
    assert labels[0] == sorted(held)
    assert list(verify(store.events)) == []


def labels_at(server: Server) -> list[str]:
    status, page, _ = server.ask("GET", "/?language=en")
    assert status == 200
    return sorted(set(re.findall(r"A-01(?:-[W\d]+)*(?=[<\s])", page)))


def test_a_code_is_used_up_once_by_both(servers: list[Server], store: Store) -> None:
    for _ in range(5):
        code = new_code(store.registry, STUDY, now())
        tries = at_once([lambda s=s, code=code: s.enrol(code) for s in servers * 4])
        assert sorted(status for status, _, _ in tries) == [201, *[403] * 7]


def test_a_form_of_one_can_be_sent_to_the_other(servers: list[Server], store: Store) -> None:
    one, two = servers
    status, page, cookies = one.ask("GET", "/tablets?language=en")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert (status, bool(token)) == (200, True)
    assert token
    form = urlencode({"csrf_token": token[1], "study": STUDY}).encode()
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookies}
    assert two.ask("POST", "/tablets", form, **headers)[0] in (200, 303)
    other = urlencode({"csrf_token": token[1][:-2] + "xx", "study": STUDY}).encode()
    assert two.ask("POST", "/tablets", other, **headers)[0] == 400
    assert not (one.folder / "secret-key").exists()


def test_one_of_them_makes_the_backup(servers: list[Server], store: Store) -> None:
    enrolled = servers[0].enrol(new_code(store.registry, STUDY, now()))
    servers[0].post("/api/v1/events", observed(enrolled[1], 1), enrolled[2])
    deadline = time.monotonic() + 60
    while state(store.registry, now()).last is None and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)  # twenty looks of each
    made = [path for server in servers for path in backups(server)]
    assert len(made) == 1
    last = state(store.registry, now()).last
    assert last
    assert last.file == str(made[0])


def backups(server: Server) -> list[Path]:
    with suppress(FileNotFoundError):
        return list((server.folder / "backups").iterdir())
    return []


def now() -> datetime:
    return datetime.now(UTC)
