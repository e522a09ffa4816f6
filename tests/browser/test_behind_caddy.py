"""The recipe of a server with a name behind Caddy, as it lies in deploy/, with an authority of Caddy's own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.utils import free_port

from tests.browser.elsewhere import ADDRESS, resolve, trust
from tests.browser.place import chromium, press, until
from tests.browser.test_offline import text

pytestmark = pytest.mark.slow

NAME, SENTENCE = "board.test", "drie stoelen bij het bord"
RECIPE = Path(__file__).parents[2] / "deploy" / "Caddyfile"
# Beside the recipe: certificates without the internet, and ports that are free.
AROUND = """{{
	local_certs
	skip_install_trust
	admin off
	auto_https disable_redirects
	http_port {http}
	https_port {https}
	storage file_system {folder}
}}
import {recipe}
"""
READY = "navigator.serviceWorker.ready.then(() => arguments[0](true))"
TABLE_SIZE, TOO_LARGE = 40_000_000, 330_000_000  # bytes


@dataclass(frozen=True)
class Behind:
    """A server behind Caddy: their ports, Caddy's authority, and the link for the first lead."""

    own: int
    port: int
    authority: Path
    link: str

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, named: str = NAME
    ) -> tuple[int, Mapping[str, str], str]:
        """Ask over HTTPS from elsewhere; return status, headers and content."""
        trusting = ssl.create_default_context(cafile=str(self.authority))
        reached = socket.create_connection((ADDRESS, self.port), timeout=60)
        with closing(HTTPConnection(NAME, self.port, timeout=60)) as connection:
            connection.sock = trusting.wrap_socket(reached, server_hostname=named)
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()


@contextmanager
def running(words: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | environment,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)  # what it began, of the lowest priority, may go on


def said(process: subprocess.Popen[str], wanted: str) -> str:
    """Read what a program says until a line that fits; return what the pattern found."""
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if found := re.search(wanted, line):
            return found[0]
    raise AssertionError("".join(lines))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    program = shutil.which("caddy")
    assert program, "Caddy is missing; type: apt-get install caddy"
    folder = tmp_path_factory.mktemp("caddy")
    serve = [sys.executable, "-m", "observation", "--data", str(folder / "data")]
    subprocess.run([*serve, "sample"], check=True, stdout=subprocess.DEVNULL)
    names = {"OBSERVATION_HOSTS": NAME, "OBSERVATION_PROXIES": "1"}
    with running([*serve, "serve", "--port", "0"], **names) as server:
        own = int(said(server, r"(?<=127.0.0.1:)\d+"))
        link = said(server, r"https://\S+/invitation#[\w-]+")
        http, https = free_port(), free_port()
        around = AROUND.format(http=http, https=https, folder=folder / "kept", recipe=RECIPE)
        (folder / "Caddyfile").write_text(around)
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder))
        with running(
            [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")],
            OBSERVATION_NAME=NAME,
            OBSERVATION_PROCESSES=f"127.0.0.1:{own}",
            **homes,
        ) as proxy:
            said(proxy, "certificate obtained successfully")
            authority = folder / "kept" / "pki" / "authorities" / "local" / "root.crt"
            made = Behind(own, https, authority, link)
            until_served(made)
            yield made


def until_served(behind: Behind) -> None:
    """Wait until the certificate that was obtained is used: that takes another moment."""
    for _ in range(100):
        with suppress(ssl.SSLError, OSError):
            behind.ask("/sign-in")
            return
        time.sleep(0.1)
    behind.ask("/sign-in")


def test_elsewhere_it_asks_to_sign_in_and_to_come_over_https_for_a_year(behind: Behind) -> None:
    status, headers, page = behind.ask("/schools")
    assert (status, 'name="_password"' in page) == (401, True)
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in headers["Set-Cookie"]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_nobody_makes_himself_somebody_at_the_server(behind: Behind, name: str) -> None:
    for place in ("127.0.0.1", "for=127.0.0.1", "::1, 127.0.0.1"):
        assert behind.ask("/schools", {name: place})[0] == 401


def test_another_name_is_refused_by_both(behind: Behind) -> None:
    assert behind.ask("/schools", {"Host": "evil.example"})[0] == 421
    with pytest.raises(ssl.SSLError):
        behind.ask("/schools", named="evil.example")
    with closing(HTTPConnection("127.0.0.1", behind.own, timeout=30)) as connection:
        connection.request("GET", "/schools", headers={"Host": "evil.example"})
        assert connection.getresponse().status == 400


def test_the_first_lead_comes_in_brings_tables_and_works_without_a_network(
    behind: Behind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(behind.authority, tmp_path / "home", monkeypatch)
    resolve(NAME, monkeypatch)
    table, large = tmp_path / "segments.csv", tmp_path / "large.csv"
    table.write_bytes(b"x" * TABLE_SIZE)
    with large.open("wb") as file:
        file.truncate(TOO_LARGE)
    url = f"https://{NAME}:{behind.port}"
    with chromium(tmp_path / "profile") as lead:
        assert behind.link.startswith(f"https://{NAME}/invitation#")
        lead.get(behind.link.replace(NAME, f"{NAME}:{behind.port}"))
        name = lead.find_element(By.NAME, "_name")
        name.clear()
        name.send_keys("Noor")
        for field in ("_password", "_repeated"):
            lead.find_element(By.NAME, field).send_keys(SENTENCE)
        press(lead, lead.find_element(By.CSS_SELECTOR, "form.invitation .primary"))
        assert text(lead, ".bar-account") == "Noor"
        for brought in (large, table):
            lead.get(f"{url}/import?language=en")
            lead.find_element(By.NAME, "file").send_keys(str(brought))
            by = lead.find_element(By.NAME, "_by")  # of whom the account does not say who it is
            by.clear()
            by.send_keys("W1")
            press(lead, lead.find_element(By.CSS_SELECTOR, "main form .primary"))
            if brought == large:
                said_why = until(lead, lambda: text(lead, ".alert, #main-message"))
                assert "more than the server takes at once" in said_why
        assert re.fullmatch(rf"{url}/import/\w+", lead.current_url)
        lead.get(f"{url}/tablet?language=nl")
        assert lead.execute_async_script(READY)
        lead.execute_cdp_cmd("Network.enable", {})
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        lead.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        lead.get(f"{url}/tablet?language=nl")
        until(lead, lambda: "tablet" in text(lead, "h1"))
