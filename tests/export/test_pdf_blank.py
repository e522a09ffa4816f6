"""The blank schedule: two pages with every question and every behaviour of a session."""

from __future__ import annotations

from io import BytesIO

import pypdf
import pytest

from observation.export.pdf.blank import MINUTES, blank_schedule
from observation.instruments import Instruments

INSTRUMENT = Instruments().newest()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_holds_all_that_is_asked_on_two_pages(language: str) -> None:
    reader = pypdf.PdfReader(BytesIO(blank_schedule(INSTRUMENT, language)))
    first, second = ("".join(page.extract_text().split()) for page in reader.pages)
    for item in (*INSTRUMENT.header, *INSTRUMENT.questions):
        assert "".join(item.name[language].split()) in first
    for indicator in INSTRUMENT.behaviours():
        on_it = "".join(indicator.statement[language].split()) in second
        assert on_it == (indicator.locus != "outside"), indicator.code
    for counter in INSTRUMENT.board:
        assert "".join(counter.name[language].split()) in second
    lines = reader.pages[1].extract_text().splitlines()
    assert {str(minute) for minute in range(MINUTES + 1)} <= {line.strip() for line in lines}
    for page in (first, second):
        assert f"{INSTRUMENT.id}{INSTRUMENT.version}·{INSTRUMENT.digest[:8]}" in page


def test_the_same_instrument_gives_the_same_bytes() -> None:
    assert blank_schedule(INSTRUMENT, "nl") == blank_schedule(INSTRUMENT, "nl")
    assert b"Helvetica" not in blank_schedule(INSTRUMENT, "nl")
