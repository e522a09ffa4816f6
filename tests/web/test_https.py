"""HTTPS by the server itself: a certificate, a name, and whoever comes from elsewhere signs in."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from selenium.webdriver.common.utils import free_port

from tests.certificates import make_certificate

HOST = "localhost"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    return make_certificate(tmp_path_factory.mktemp("certificate"), HOST)


@contextmanager
def serving(data: Path, *words: str) -> Iterator[tuple[int, str]]:
    """Run the command; yield its port, and what it says of where it is."""
    port = free_port()
    command = [sys.executable, "-m", "observation", "--data", str(data), "serve"]
    with subprocess.Popen(
        [*command, "--port", str(port), *words],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield port, process.stdout.readline()
        finally:
            process.terminate()


def test_pages_come_over_https_and_others_are_asked_to_sign_in(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    files = ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    with serving(tmp_path, "--name", HOST, *files) as (port, said):
        assert said == f"Open https://{HOST}:{port} in a browser on this machine.\n"
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        for headers, status in (({}, 200), ({"Via": "1.1 elsewhere"}, 401)):
            with closing(HTTPSConnection(HOST, port, context=trusting, timeout=30)) as connection:
                page = "/sign-in" if status == 200 else "/schools"
                connection.request("GET", page, headers=headers)
                answer = connection.getresponse()
                content = answer.read().decode()
            assert (answer.status, 'name="_password"' in content) == (status, True)
        wary = ssl.create_default_context()
        with closing(HTTPSConnection(HOST, port, context=wary, timeout=30)) as connection:  # noqa: SIM117
            with pytest.raises(ssl.SSLCertVerificationError):
                connection.request("GET", "/")


def test_over_plain_http_others_learn_why_it_does_not_work(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--name", HOST) as (port, _said):
        headers = {"Via": "1.1 elsewhere", "Host": HOST, "Accept-Language": "nl"}
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", "/tablet", headers=headers)
            answer = connection.getresponse()
            content = answer.read().decode()
        assert answer.status == 403
        assert "begint met http://" in content
