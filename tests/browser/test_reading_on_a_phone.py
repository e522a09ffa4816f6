"""What is read most is all on a phone: nothing has to be scrolled sideways, and each value says what it is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.settings import Clock
from observation.store import Receipt
from observation.store.deposit import deposit
from tests.browser.place import chromium, serving
from tests.samples import BUNDLE

pytestmark = pytest.mark.slow

SCHOOL = next(e.stream for e in BUNDLE.events if e.kind == "school-recorded").partition("/")[2]
READ = (
    "/",
    "/schools",
    f"/schools/{SCHOOL}",
    "/interviews",
    "/triangulation",
    "/triangulation/comparison",
    f"/triangulation/schools/{SCHOOL}",
)
WIDER = """
return [...document.querySelectorAll("body, main, .scroll, table")].filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
  .map((e) => `${e.localName}.${e.className} ${e.scrollWidth} in ${e.clientWidth}`);
"""
# A cell of a card without the name of its column; what stands alone needs none.
NAMELESS = """
return [...document.querySelectorAll(":is(.matrix, .cards) td")].filter((e) => e.textContent.trim() && getComputedStyle(e, "::before").content.length < 3)
  .map((e) => e.outerHTML.slice(0, 80));
"""


@pytest.mark.parametrize("width", [360, 390])
def test_nothing_that_is_read_is_wider_than_a_phone(width: int, tmp_path: Path) -> None:
    size = (width, 844)
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        chromium(tmp_path / "profile", size=size) as browser,
    ):
        receipt = Receipt("2018-03-13T14:17:42.000Z", "test")
        deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
        # A phone lays its scroll bar over the page.
        browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        for page in READ:
            browser.get(url + page)
            assert browser.execute_script("return innerWidth") == width
            assert browser.execute_script(WIDER) == [], page
            assert browser.execute_script(NAMELESS) == [], page
