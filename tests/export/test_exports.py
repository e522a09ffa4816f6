"""The sheets in exports/ are those that the program makes."""

from __future__ import annotations

import runpy
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

ROOT = Path(__file__).parents[2]


def text(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def test_the_sheets_are_up_to_date() -> None:
    sheets = dict(runpy.run_path(str(ROOT / "scripts" / "make_exports.py"))["sheets"]())
    kept = {path.name: path.read_bytes() for path in (ROOT / "exports").iterdir()}
    assert set(sheets) == set(kept), "run make sample"
    for name, content in sheets.items():
        # Another version of a library may write other bytes for the same page.
        same = text(content) == text(kept[name]) if name.endswith(".pdf") else content == kept[name]
        assert same, f"{name} is out of date; run make sample"
