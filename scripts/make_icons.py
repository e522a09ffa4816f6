"""Draw the icons of the app: two tracks of a session, as in `static/icon.svg`.

    python scripts/make_icons.py

writes PNG files to `static/icons/`. The same program draws the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static" / "icons"
GROUND = (0x1F, 0x23, 0x26)
# Left, top, width and height in 32nds of the side, and the colour.
BARS = (
    (6, 9, 20, 5, (0x8F, 0xBF, 0xE0)),
    (6, 18, 12, 5, (0x0B, 0x7A, 0x5B)),
    (20, 18, 6, 5, (0xB9, 0x8F, 0xC4)),
)
# A launcher cuts a maskable icon to a shape of its own; the middle 80 % stays.
ICONS = {"180": (180, 1.0), "192": (192, 1.0), "512": (512, 1.0), "maskable-512": (512, 0.75)}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (side, share) in ICONS.items():
        (FOLDER / f"{name}.png").write_bytes(png(rows(side, share)))


def rows(side: int, share: float) -> list[bytes]:
    """Return the rows of the icon, 3 bytes a pixel; the bars take `share` of the side."""
    unit = side * share / 32
    edge = side * (1 - share) / 2
    boxes = [
        (*(round(edge + unit * at) for at in (left, left + width, top, top + height)), colour)
        for left, top, width, height, colour in BARS
    ]

    def row(y: int) -> bytes:
        pixels = bytearray(bytes(GROUND) * side)
        for left, right, top, bottom, colour in boxes:
            if top <= y < bottom:
                pixels[3 * left : 3 * right] = bytes(colour) * (right - left)
        return bytes(pixels)

    return [row(y) for y in range(side)]


def png(rows: list[bytes]) -> bytes:
    """Return these rows of RGB pixels as a PNG file."""
    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
