"""The guide for observers is two A4 pages in every language, with everything on them and large enough to read."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.language import LANGUAGES
from observation.settings import Clock
from tests.browser.place import chromium, serving
from tests.browser.test_offline import wait_until_ready

pytestmark = pytest.mark.slow

A4 = (595, 842)  # points
EDGE = 28  # points, 10 mm, that no printer reaches
SMALLEST = 10 * 96 / 72  # CSS px of 10 points
SIZES = """
const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
const sizes = [];
while (walk.nextNode()) {
  const of = walk.currentNode.parentElement;
  if (walk.currentNode.data.trim() && of.checkVisibility()) sizes.push(parseFloat(getComputedStyle(of).fontSize));
}
return sizes"""
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">')


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebDriver, str]]:
    place = tmp_path_factory.mktemp("guide")
    with serving(place / "data", Clock()) as (url, _), chromium(place / "profile") as browser:
        yield browser, url


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_prints_whole_on_two_pages(
    opened: tuple[WebDriver, str], language: str, tmp_path: Path
) -> None:
    browser, url = opened
    browser.get(f"{url}/guide?language={language}")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = browser.execute_script("return document.body.innerText")
    sizes = browser.execute_script(SIZES)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert len(sizes) > 80
    assert min(sizes) >= SMALLEST - 0.01

    target = tmp_path / "guide.pdf"
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    target.write_bytes(b64decode(printed["data"]))
    pages = PdfReader(target).pages
    assert len(pages) == 2
    for each in pages:
        assert tuple(map(round, each.mediabox[2:])) == A4

    found = subprocess.run(["pdftotext", "-bbox", target, "-"], capture_output=True, check=True)
    boxes = [tuple(map(float, box)) for box in WORD.findall(found.stdout.decode())]
    for left, top, right, bottom in boxes:
        assert EDGE <= left < right <= A4[0] - EDGE
        assert EDGE <= top < bottom <= A4[1] - EDGE
    assert _letters(shown) == _letters("".join(each.extract_text() for each in pages))


def _letters(text: str) -> Counter[str]:
    """How often each letter stands there, whatever was hyphenated, and without the glyphs of lists."""
    return Counter(filter(str.isalpha, unicodedata.normalize("NFKC", text)))  # ligatures


def test_the_page_has_a_button_that_prints_it(opened: tuple[WebDriver, str]) -> None:
    browser, url = opened
    browser.get(f"{url}/guide?language=en")
    asked = """let asked = 0; window.print = () => { asked += 1; };
      document.querySelector("[data-print]").click(); return asked"""
    assert browser.execute_script(asked) == 1


def test_a_tablet_opens_the_guide_without_the_server(tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as browser:
        with serving(tmp_path / "data", Clock()) as (url, _):
            wait_until_ready(browser, url)
        browser.get(f"{url}/guide?language=en")
        assert browser.find_element(By.TAG_NAME, "h1").text == "Observing a board session"
