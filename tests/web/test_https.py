"""HTTPS by the server itself: a certificate, a name, and whoever comes from elsewhere signs in."""

from __future__ import annotations

import datetime
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from selenium.webdriver.common.utils import free_port

HOST = "localhost"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


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
