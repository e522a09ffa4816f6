"""HTTPS by the server itself: a certificate, a name, and whoever comes from elsewhere signs in."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from socket import create_connection, socket

import pytest
from selenium.webdriver.common.utils import free_port

from tests.certificates import make_certificate

HOST = "localhost"
PIECE, TOO_MUCH = 100_000, 20_000_000  # bytes


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


def test_whoever_forgets_https_is_told(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    files = ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    with (
        serving(tmp_path, *files) as (port, _said),
        closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
    ):
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.read().decode().splitlines()) == (
            400,
            ["Zet https:// voor het adres. / Put https:// before the address."],
        )


@pytest.mark.parametrize("secured", [True, False], ids=["https", "http"])
def test_connections_that_say_nothing_keep_nobody_waiting(
    tmp_path: Path, certificate: tuple[Path, Path], secured: bool
) -> None:
    files = ["--certificate", str(certificate[0]), "--key", str(certificate[1])] if secured else []
    with serving(tmp_path, "--name", HOST, *files) as (port, _said), ExitStack() as stack:
        silent = [stack.enter_context(create_connection((HOST, port))) for _ in range(40)]
        if secured:
            trusting = ssl.create_default_context(cafile=str(certificate[0]))
            connection = HTTPSConnection(HOST, port, context=trusting, timeout=30)
        else:
            connection = HTTPConnection(HOST, port, timeout=30)
        with closing(connection):
            connection.request("GET", "/sign-in")
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("Connection")) == (200, None)  # it stays open
            assert all(is_open(each) for each in silent)


@pytest.mark.parametrize("secured", [True, False], ids=["https", "http"])
def test_whoever_sends_too_much_can_send_all_of_it_and_reads_why(
    tmp_path: Path, certificate: tuple[Path, Path], secured: bool
) -> None:
    files = ["--certificate", str(certificate[0]), "--key", str(certificate[1])] if secured else []
    head = [f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {TOO_MUCH}"]
    head.append("Content-Type: application/x-www-form-urlencoded\r\n\r\n")
    with serving(tmp_path, "--name", HOST, *files) as (port, _said):
        reached = create_connection((HOST, port), timeout=30)
        if secured:
            trusting = ssl.create_default_context(cafile=str(certificate[0]))
            reached = trusting.wrap_socket(reached, server_hostname=HOST)
        with reached:
            reached.sendall("\r\n".join(head).encode())
            answer = reached.recv(PIECE)
            assert answer.startswith(b"HTTP/1.1 413 ")
            time.sleep(0.5)  # in which the server would let it go
            for _ in range(TOO_MUCH // PIECE):
                reached.sendall(b"x" * PIECE)
            while piece := reached.recv(PIECE):
                answer += piece
    assert b"more than the server takes at once" in answer or b"in delen" in answer, answer


def is_open(connection: socket) -> bool:
    """Whether the server has not let the connection go."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ("ssl.builtin._sni_callback", signal.SIGTERM),
        ("ssl.builtin._sni_callback", signal.SIGINT),
        ("workers.threadpool.ThreadPool.start", signal.SIGTERM),
    ],
)
def test_it_stops_whenever_it_is_asked_to(
    tmp_path: Path, certificate: tuple[Path, Path], where: str, number: signal.Signals
) -> None:
    """Also in a handshake, where an exception would be lost, and while its threads begin."""
    (tmp_path / "asked.py").write_text(ASKED.format(where=where, number=int(number)))
    port = free_port()
    command = [sys.executable, "-m", "asked", "--data", str(tmp_path / "data"), "serve"]
    command += ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
    ) as process:  # fmt: skip
        try:
            assert process.stdout
            assert process.stdout.readline().startswith(f"Open https://127.0.0.1:{port} ")
            wary = ssl.create_default_context()
            with (
                suppress(OSError),
                create_connection((HOST, port), timeout=30) as plain,
                wary.wrap_socket(plain, server_hostname=HOST),
            ):
                pass
            process.wait(timeout=30)
            assert process.stdout.read().splitlines()[-1] == "Stopped."
        finally:
            process.kill()
    assert process.returncode == 0


# The program, which gets a signal where one that is met by chance comes once in many times.
ASKED = """
import os, pkgutil, sys
import observation.__main__

where, name = "cheroot.{where}".rsplit(".", 1)
place = pkgutil.resolve_name(where)
real = getattr(place, name)

def asked(*arguments):
    done = real(*arguments)
    os.kill(os.getpid(), {number})
    return done

setattr(place, name, asked)
sys.exit(observation.__main__.main())
"""
