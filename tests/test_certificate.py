"""A certificate of an authority of one's own: what it says, whom it is for, and when it ends."""

from __future__ import annotations

import shlex
import ssl
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from observation import commands
from observation.cli import main, parser
from observation.commands.authority import certify
from observation.core.errors import Refused
from observation.settings import open_context
from observation.web import create_app
from observation.web.certificate import ends_of
from observation.web.greeting import Place, greet

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NAME, ADDRESS = "laptop.local", ip_address("192.168.1.20")


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_is_one_that_every_kind_of_tablet_takes(tmp_path: Path) -> None:
    made = certify(tmp_path, [NAME], [ADDRESS], NOW)
    found = read(tmp_path / "certificate.pem")
    assert found.not_valid_after_utc - found.not_valid_before_utc == timedelta(days=397)
    assert made.ends == found.not_valid_after_utc == ends_of(tmp_path / "certificate.pem")
    assert ends_of(tmp_path / "ca.crt") == read(tmp_path / "ca.crt").not_valid_after_utc
    assert set(made.names) == {NAME, "localhost"}
    store = Store([read(tmp_path / "ca.crt")])
    verifier = PolicyBuilder().store(store).time(NOW.replace(tzinfo=None))
    for subject in (x509.DNSName(NAME), x509.DNSName("localhost"), x509.IPAddress(ADDRESS)):
        verifier.build_server_verifier(subject).verify(found, [])
    with pytest.raises(VerificationError):
        verifier.build_server_verifier(x509.DNSName("other.local")).verify(found, [])


def test_nobody_else_on_the_machine_reads_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "certificate"
    certify(folder, [NAME], [], NOW)
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {
        "ca.crt": 0o644,
        "certificate.pem": 0o644,
        "ca-key.pem": 0o600,
        "key.pem": 0o600,
    }
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_next_one_is_for_the_same_and_of_the_same_authority(tmp_path: Path) -> None:
    first = certify(tmp_path, [NAME], [ADDRESS], NOW)
    again = certify(tmp_path, [], [], NOW + timedelta(days=300))
    assert (again.names, again.addresses) == (first.names, first.addresses)
    assert again.fingerprint == first.fingerprint
    assert again.ends - first.ends == timedelta(days=300)
    last = certify(tmp_path, [], [], NOW + timedelta(days=3600))
    assert last.ends == read(tmp_path / "ca.crt").not_valid_after_utc


def test_the_authority_vouches_for_the_own_network_and_what_it_was_made_for(tmp_path: Path) -> None:
    certify(tmp_path, ["board.school.example"], [ip_address("203.0.113.9")], NOW)
    certify(tmp_path, [NAME, "board.school.example"], [ip_address("10.1.2.3")], NOW)
    for names, addresses in ((["bank.example"], []), ([], [ip_address("203.0.113.10")])):
        with pytest.raises(Refused, match="does not vouch for"):
            certify(tmp_path, names, addresses, NOW)
    with pytest.raises(Refused, match="has ended"):
        certify(tmp_path, [NAME], [], NOW + timedelta(days=3651))
    with pytest.raises(Refused, match="Say for whom"):
        certify(tmp_path / "new", [], [], NOW)


def test_what_the_command_says_to_type_is_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "a b")]
    assert main([*data, "certificate", "--name", NAME, "--host", str(ADDRESS)]) == 0
    line = shlex.split(capsys.readouterr().out.splitlines()[-1])
    options = parser().parse_args(line[1:])
    assert options.name == [NAME, str(ADDRESS)]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)


@pytest.mark.parametrize("words", [["--name", "two words"], []])
def test_what_is_no_name_is_refused(tmp_path: Path, words: list[str]) -> None:
    assert main(["--data", str(tmp_path), "certificate", *words]) == 1
    assert not (tmp_path / "certificate" / "ca.crt").exists()


def test_what_is_no_address_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path), "certificate", "--host", "laptop"])
    assert "an address is one such as 192.168.1.20" in capfd.readouterr().err


def test_without_the_package_it_says_what_to_type(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "observation.commands.authority")
    monkeypatch.delattr(commands, "authority")
    assert main(["--data", str(tmp_path), "certificate", "--name", NAME]) == 1
    assert "-m pip install cryptography" in capfd.readouterr().err


@pytest.mark.parametrize(("days", "warned"), [(29, True), (-1, True), (31, False)])
def test_a_month_before_it_ends_the_start_and_the_page_of_the_tablets_say_so(
    tmp_path: Path, days: int, warned: bool
) -> None:
    context = open_context(tmp_path, "memory:")
    context = replace(context, ends=context.clock.now() + timedelta(days=days))
    said = list[str]()
    greet(context, Place("127.0.0.1", 8443), 8443, said.append)
    assert ("The certificate ends on" in "".join(said)) is warned
    page = create_app(context).test_client().get("/tablets?language=nl").text
    assert ("Het certificaat van deze server verloopt op" in page) is warned
