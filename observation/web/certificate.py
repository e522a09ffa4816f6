"""When the certificate of this server ends, which nothing renews by itself."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

SOON = timedelta(days=30)

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.S)
# Tags of DER (ITU-T X.690) and the places of RFC 5280, section 4.1.
VERSION, SHORT_TIME = 0xA0, 0x17
VALIDITY = 3  # of a certificate, behind its version


def ends_of(certificate: Path) -> datetime:
    """Return when the first certificate of a PEM file ends; raise ValueError for what is none."""
    found = PEM.search(certificate.read_text("ascii", "replace"))
    if not found:
        raise ValueError("no certificate")
    ((_, whole),) = _parts(ssl.PEM_cert_to_DER_cert(found[0]))
    _, signed = next(_parts(whole))
    fields = [content for tag, content in _parts(signed) if tag != VERSION]
    _, (tag, time) = _parts(fields[VALIDITY])
    form = "%y%m%d%H%M%SZ" if tag == SHORT_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(time.decode("ascii"), form).replace(tzinfo=UTC)


def is_soon(ends: datetime | None, now: datetime) -> bool:
    """Return whether a certificate ends within a month, or has ended."""
    return ends is not None and ends - now < SOON


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand one behind the other, each with its tag."""
    place = 0
    while place < len(der):
        tag, length = der[place], der[place + 1]
        place += 2
        if length & 0x80:  # so many bytes say how long it is
            size = length & 0x7F
            length = int.from_bytes(der[place : place + size], "big")
            place += size
        yield tag, der[place : place + length]
        place += length
