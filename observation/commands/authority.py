"""A certificate authority of one machine, and the certificates of its server.

It vouches for names and addresses of the own network and for those that it was made for: whoever stole
its key could not stand before a bank or a mail server.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from observation.core.errors import N_, Refused

Address = IPv4Address | IPv6Address

AUTHORITY, AUTHORITY_KEY = "ca.crt", "ca-key.pem"
CERTIFICATE, KEY = "certificate.pem", "key.pem"
# Apple's devices refuse more than 825 days from an own authority, and more than 398 from a public one.
VALID = timedelta(days=397)
AUTHORITY_VALID = timedelta(days=3650)
BEHIND = timedelta(days=1)  # so much may the clock of a tablet be behind
# Names that are nobody's on the internet, and addresses that are of no machine there.
LOCAL_NAMES = ("local", "lan", "internal", "home.arpa", "localhost")
LOCAL_NETWORKS = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
                 "::1/128", "fc00::/7", "fe80::/10")
)  # fmt: skip
OWN_NAMES, OWN_ADDRESSES = ("localhost",), (ip_address("127.0.0.1"), ip_address("::1"))
LONGEST = 64  # characters of a name within a certificate


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate that was made: for whom, until when, and the fingerprint of its authority."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]
    ends: datetime
    fingerprint: str


def certify(
    folder: Path, names: Sequence[str], addresses: Sequence[Address], now: datetime
) -> Made:
    """Write a certificate for these names and addresses and its key into the folder, and return what it says.

    The authority is made the first time. Without names and addresses the certificate gets those of
    the one that is there. Raises Refused where there is none, for what the authority does not
    vouch for, and for an authority that ends.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not names and not addresses:
        names, addresses = _before(folder / CERTIFICATE)
    if not (folder / AUTHORITY_KEY).exists():
        _found(folder, names, addresses, now)
    authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    signing = load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    assert isinstance(signing, EllipticCurvePrivateKey)
    _vouches(authority, folder, names, addresses, now)
    names = tuple(dict.fromkeys((*names, *OWN_NAMES)))
    addresses = tuple(dict.fromkeys((*addresses, *OWN_ADDRESSES)))
    ends = min(now - BEHIND + VALID, authority.not_valid_after_utc)
    key = generate_private_key(SECP256R1())
    builder = (
        _builder(_called(names[0]), authority.subject, key, now, ends)
        .add_extension(x509.SubjectAlternativeName(_general(names, addresses)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    _write_key(folder / KEY, key)
    _write(folder / CERTIFICATE, builder.sign(signing, hashes.SHA256()).public_bytes(Encoding.PEM))
    return Made(names, addresses, ends, authority.fingerprint(hashes.SHA256()).hex(":").upper())


def _found(folder: Path, names: Iterable[str], addresses: Iterable[Address], now: datetime) -> None:
    """Make the authority: for the own network, and for what was asked for beyond it."""
    key = generate_private_key(SECP256R1())
    called = _called(f"Board sessions on {socket.gethostname()}")
    beyond = [name for name in names if not _under(name, LOCAL_NAMES)]
    single = [ip_network(each) for each in addresses if not _within(each, LOCAL_NETWORKS)]
    permitted: list[x509.GeneralName] = [x509.DNSName(each) for each in (*LOCAL_NAMES, *beyond)]
    permitted += [x509.IPAddress(each) for each in (*LOCAL_NETWORKS, *single)]
    builder = (
        _builder(called, called, key, now, now - BEHIND + AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    _write(folder / AUTHORITY, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    _write_key(folder / AUTHORITY_KEY, key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    now: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEHIND)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _before(certificate: Path) -> tuple[tuple[str, ...], tuple[Address, ...]]:
    """The names and addresses of the certificate that is there."""
    if not certificate.exists():
        raise Refused(
            N_(
                "Say for whom the certificate is: --name laptop.local, --host 192.168.1.20, or both."
            )
        )
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        tuple(names.get_values_for_type(x509.DNSName)),
        tuple(
            each for each in names.get_values_for_type(x509.IPAddress) if isinstance(each, Address)
        ),
    )


def _vouches(
    authority: x509.Certificate,
    folder: Path,
    names: Iterable[str],
    addresses: Iterable[Address],
    now: datetime,
) -> None:
    """Raise Refused for what the authority does not vouch for, and when it has ended."""
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [each.value for each in limits.permitted_subtrees or ()]
    strange = [
        name for name in names if not _under(name, [e for e in permitted if isinstance(e, str)])
    ]
    networks = [each for each in permitted if not isinstance(each, str)]
    strange += [str(each) for each in addresses if not _within(each, networks)]
    if strange:
        raise Refused(
            N_(
                "The authority in %(folder)s does not vouch for %(names)s. Move that folder away, and a new one is made, which "
                "every tablet has to trust again."
            ),
            folder=folder,
            names=", ".join(strange),
        )
    if authority.not_valid_after_utc <= now:
        raise Refused(
            N_(
                "The authority in %(folder)s has ended. Move that folder away, and a new one is made, which every tablet has to "
                "trust again."
            ),
            folder=folder,
        )


def _under(name: str, domains: Iterable[str]) -> bool:
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _within(address: Address, networks: Iterable[object]) -> bool:
    return any(address in network for network in networks)  # type: ignore[operator]


def _general(names: Iterable[str], addresses: Iterable[Address]) -> list[x509.GeneralName]:
    return [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST])])


def _usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: EllipticCurvePrivateKey) -> None:
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(path, content, 0o600)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write the file whole, readable from its first byte on by those only who may read it."""
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
