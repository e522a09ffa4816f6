"""A tablet that trusts the authority of a laptop works with it, goes on when its certificate ends, and sends after the next."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.utils import free_port

from observation.commands.authority import certify
from tests.browser.elsewhere import ADDRESS, resolve, trust
from tests.browser.place import chromium, until
from tests.browser.test_offline import text

pytestmark = pytest.mark.slow

NAME = "laptop.local"
READY = "navigator.serviceWorker.ready.then(() => arguments[0](true))"
REACHED = """
fetch("/api/v1/kit").then((answer) => arguments[0](answer.status), () => arguments[0](0))
"""


@contextmanager
def laptop(data: Path, port: int) -> Iterator[None]:
    """Serve with the certificate that lies in the data folder."""
    files = data / "certificate"
    command = [sys.executable, "-m", "observation", "--data", str(data), "serve"]
    command += ["--host", "0.0.0.0", "--port", str(port), "--name", NAME, "--name", ADDRESS]
    command += ["--certificate", str(files / "certificate.pem"), "--key", str(files / "key.pem")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline().startswith(f"Open https://localhost:{port} ")
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture
def trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a browser that trusts the authority; return the folder of the certificate."""
    made = tmp_path / "data" / "certificate"
    certify(made, [NAME], [ip_address(ADDRESS)], datetime.now(UTC) - timedelta(days=400))
    trust(made / "ca.crt", tmp_path / "home", monkeypatch)
    resolve(NAME, monkeypatch)
    return made


@pytest.mark.parametrize("host", [NAME, ADDRESS], ids=["by name", "by address"])
def test_it_opens_the_tablets_page_and_works_without_the_laptop(
    trusts: Path, tmp_path: Path, host: str
) -> None:
    port = free_port()
    page = f"https://{host}:{port}/tablet?language=nl"
    with chromium(tmp_path / "profile") as tablet:
        with laptop(trusts.parent, port):  # with the certificate of 400 days ago
            assert refused(tablet, page) == "net::ERR_CERT_DATE_INVALID"
        certify(trusts, [], [], datetime.now(UTC))
        with laptop(trusts.parent, port):
            assert not refused(tablet, page)
            assert tablet.execute_async_script(READY)
            # Not taken for somebody at the laptop itself; a tablet that is not enrolled yet.
            assert tablet.execute_async_script(REACHED) == 401
        tablet.get(page)
        assert "tablet" in text(tablet, "h1")
        assert tablet.execute_async_script(REACHED) == 0
        # The certificate ends: what is on the tablet opens, and nothing is sent.
        certify(trusts, [], [], datetime.now(UTC) - timedelta(days=400))
        with laptop(trusts.parent, port):
            tablet.get(page)
            assert "tablet" in text(tablet, "h1")
            assert tablet.execute_async_script(REACHED) == 0
        certify(trusts, [], [], datetime.now(UTC))
        with laptop(trusts.parent, port):
            tablet.get(page)
            until(tablet, lambda: tablet.execute_async_script(REACHED) == 401)


def refused(tablet: WebDriver, page: str) -> str:
    """What the browser warns of instead of opening the page, empty when it opens."""
    tablet.get(page)
    found = tablet.find_elements(By.ID, "error-code")
    return str(found[0].get_attribute("textContent")) if found else ""


def test_it_trusts_the_authority_with_no_other_names(trusts: Path, tmp_path: Path) -> None:
    """Also where somebody has its key, and makes a certificate without asking it."""
    from observation.commands import authority

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authority, "_vouches", lambda *_: None)
        certify(trusts, ["bank.example"], [], datetime.now(UTC))
        resolve("*", patch)
        port = free_port()
        with laptop(trusts.parent, port), chromium(tmp_path / "profile") as tablet:
            warned = refused(tablet, f"https://bank.example:{port}/tablet")
            assert warned == "net::ERR_CERT_INVALID"
