"""A third language is one file: pages, prints and workbooks are in it to the last word.

So no sentence of the program is one that a translator cannot reach; and Dutch is complete, since `test_language.py`
says that every sentence that can be reached is translated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import openpyxl
import pytest
from pypdf import PdfReader
from selenium.webdriver.common.by import By

from tests.browser.pages import PAGES
from tests.browser.place import chromium, until
from tests.third_language import (
    LANGUAGE,
    Page,
    fetch,
    foreign,
    foreign_words,
    free_port,
    make_house,
    served,
    written,
)

pytestmark = pytest.mark.slow

MOST = 8  # addresses of one path that differ only in what is chosen on it
FOUND = (
    "text/html",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a program that knows the language, with the sample study."""
    place = tmp_path_factory.mktemp("house")
    with served(make_house(place), place / "data", free_port()) as root:
        yield root


@pytest.fixture(scope="module")
def answers(house: str) -> dict[str, tuple[int, str, bytes]]:
    """What the server answers in the language to every link that leads on from the first page, by address."""
    root = house
    found: dict[str, tuple[int, str, bytes]] = {}
    paths = Counter[str]()
    ahead = [root + each for each in ("/", *PAGES, "/nowhere")]
    while ahead:
        address = urldefrag(ahead.pop(0)).url
        parts = urlsplit(address)
        other = parse_qs(parts.query).get("language", [LANGUAGE]) != [LANGUAGE]
        if other or address in found or not address.startswith(root + "/"):
            continue
        paths[parts.path] += 1
        if paths[parts.path] > MOST:
            continue
        found[address] = fetch(address)
        if found[address][1] == "text/html":
            ahead += [urljoin(address, link) for link in Page(found[address][2].decode()).links]
    return {address.removeprefix(root): answer for address, answer in found.items()}


def _of(answers: dict[str, tuple[int, str, bytes]], kind: str) -> dict[str, bytes]:
    return {address: body for address, (_, found, body) in answers.items() if found == kind}


def test_every_page_answers_in_a_language_that_is_one_file(
    answers: dict[str, tuple[int, str, bytes]],
) -> None:
    kinds = Counter(kind for _, kind, _ in answers.values())
    assert [kinds[each] > least for each, least in zip(FOUND, (200, 10, 5), strict=True)] == [
        True
    ] * 3
    assert [address for address, (status, _, _) in answers.items() if status >= 500] == []
    first = answers["/"][2].decode()
    assert f'<html lang="{LANGUAGE}">' in first
    assert ("українська" in first, written("Observations") in first) == (True, True)
    assert "бер. 2018" in first, "dates are written as CLDR knows them"


def test_no_page_says_a_word_that_a_translator_cannot_reach(
    answers: dict[str, tuple[int, str, bytes]],
) -> None:
    found = {
        (strange, address.partition("?")[0])
        for address, body in _of(answers, FOUND[0]).items()
        for text in Page(body.decode()).texts
        if (strange := foreign(text))
    }
    # Who acted on the command line is called as the system calls them.
    assert {each for each in found if written("on the command line") not in each[0]} == set()


def test_no_print_says_a_word_that_a_translator_cannot_reach(
    answers: dict[str, tuple[int, str, bytes]],
) -> None:
    prints = _of(answers, FOUND[1])
    assert {"/schedule.pdf"} <= set(prints)
    found = {
        (word, address.partition("?")[0])
        for address, body in prints.items()
        for page in PdfReader(BytesIO(body)).pages
        for word in foreign_words(page.extract_text().replace("Bordsessies", " "))
    }
    assert found == set()


def _in_words(body: bytes) -> Iterator[tuple[str, str]]:
    """The names of a workbook's sheets, and the cells of the columns that are in words."""
    sheets = {
        sheet.title: list(sheet.iter_rows(values_only=True))
        for sheet in openpyxl.load_workbook(BytesIO(body), read_only=True)
    }
    # A column for programs is headed as in CSV, the same in every language.
    names = {str(head) for heads, *_ in sheets.values() for head in heads}
    coded = {each for each in names if re.fullmatch(r"[a-z-]+|T", each)}
    for title, (heads, *rows) in sheets.items():
        yield "", title
        for row in rows:
            for head, value in zip(heads, row, strict=False):
                # The first sheet says which columns for programs there are.
                listed = isinstance(value, str) and coded >= {*value.split(", ")}
                if isinstance(value, str) and head not in coded and not listed:
                    yield title, value


def test_no_workbook_says_a_word_that_a_translator_cannot_reach(
    answers: dict[str, tuple[int, str, bytes]],
) -> None:
    tables = ("/exports/claims/", "/exports/codebook/")  # to be read in again: not for people
    books = {
        address: list(_in_words(body))
        for address, body in _of(answers, FOUND[2]).items()
        if not address.startswith(tables)
    }
    assert min(map(len, books.values())) > 500
    found = {
        (strange, address.partition("?")[0], sheet)
        for address, cells in books.items()
        for sheet, value in cells
        if (strange := foreign(value))
    }
    assert found == set()


def test_what_scripts_write_is_in_the_language_too(house: str, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as driver:
        driver.get(f"{house}/tablet?language={LANGUAGE}")

        def said() -> str:
            return str(driver.find_element(By.TAG_NAME, "body").text)

        def strange() -> list[str]:
            texts = Page(driver.page_source).texts
            return [found for text in texts if (found := foreign(text))]

        sending = "[data-item=sending] .hint"
        until(driver, lambda: driver.find_element(By.CSS_SELECTOR, sending).text)
        assert strange() == []
        driver.find_element(By.CSS_SELECTOR, "#practise a").click()
        until(driver, lambda: written("practice: never sent") in said())
        for control in ("[data-list=phases] button", ".tiles button"):
            driver.find_elements(By.CSS_SELECTOR, control)[0].click()
        driver.find_element(By.ID, "text").send_keys("бордсессі")
        driver.find_element(By.CSS_SELECTOR, "form.note .primary").click()
        until(driver, lambda: len(driver.find_elements(By.CSS_SELECTOR, ".log li")) > 3)
        assert strange() == []
        for page in ("new", "new-interview", "guide", "rescue"):
            driver.get(f"{house}/{page}?language={LANGUAGE}")
            until(driver, lambda: re.search("[а-я]{4}", said()))
            assert strange() == [], page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nothing was recorded", "Nothing was recorded"),
        (written("Nothing was recorded"), ""),
        (f"{written('claims')}: 12 · basisonderwijs", ""),
        (f"{written('claims')} yes", f"{written('claims')} yes"),
        ("School A", "School A"),
        ("di 13 mrt", "di 13 mrt"),
        ("stimulating.present", ""),
    ],
)
def test_the_search_tells_a_word_of_the_program_from_data(text: str, said: str) -> None:
    assert " ".join(foreign(text).split()) == re.sub(r"\b\d+\b ", "", said).replace(" A", " A")
