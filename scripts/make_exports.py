"""Write the sample study's sheets to `exports/`, as the program makes them.

python scripts/make_exports.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from observation.export.json import observation_json  # noqa: E402
from observation.export.pdf.blank import blank_schedule  # noqa: E402
from observation.export.pdf.summary import observation_summary  # noqa: E402
from observation.instruments import Instruments  # noqa: E402
from tests.samples import records  # noqa: E402


def sheets() -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every sheet."""
    for label, record in records().items():
        yield f"{label}.nl.pdf", observation_summary(record, "nl")
    yield "A-01.en.pdf", observation_summary(records()["A-01"], "en")
    yield "A-01.json", observation_json(records()["A-01"], "nl")
    instrument = Instruments().newest()
    yield "schedule.nl.pdf", blank_schedule(instrument, "nl")
    yield "schedule.en.pdf", blank_schedule(instrument, "en")


def main() -> None:
    for name, content in sheets():
        (ROOT / "exports" / name).write_bytes(content)
        print(f"exports/{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
