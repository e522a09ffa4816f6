"""A page that is printed as it is: what is read stands on the first sheet of paper, what leads elsewhere on none."""

from __future__ import annotations

import io
from base64 import b64decode
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.browser.pages import DONE, INTERVIEW, SCHOOL, study
from tests.browser.place import chromium

pytestmark = pytest.mark.slow

A4 = {"paperWidth": 8.27, "paperHeight": 11.69}  # inches
# What is on the first sheet, and what is on none.
PRINTED = {
    "/": ("D-02 onderbouw", "Nieuwe observatie"),
    f"/observations/{DONE}": ("Wie zijn aanwezig bij de bordsessie?", "Schema uitwerken"),
    f"/schools/{SCHOOL}": ("Respondenten", "Unit toevoegen"),
    f"/interviews/{INTERVIEW}": ("Topiclijst focusgroepen", "Uitspraak 12"),
    "/triangulation": ("Schoolleiding is aanwezig bij bordsessies", "Toon"),
    "/triangulation/comparison": ("Schoolleiding is aanwezig bij bordsessies", "Toon"),
}


def test_pages_print_what_is_read_and_no_sheet_is_empty(tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as browser, study(tmp_path, browser) as place:
        for page, (first, nowhere) in PRINTED.items():
            place.go(page)
            sheets = _printed(browser.execute_cdp_cmd("Page.printToPDF", A4)["data"])
            assert first in sheets[0], (page, sheets[0])
            assert all(len(sheet) > 40 for sheet in sheets), (page, sheets)
            for words in (nowhere, "Nederlands English"):
                assert not any(words in sheet for sheet in sheets), page


def _printed(pdf: str) -> list[str]:
    return [
        " ".join(each.extract_text().split())
        for each in PdfReader(io.BytesIO(b64decode(pdf))).pages
    ]
