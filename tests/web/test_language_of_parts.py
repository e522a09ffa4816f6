"""What stands on a page in another language than the page itself says so: the instrument, and what a language calls itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from observation.core.instrument import Text
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from observation.web.words import own_name
from tests.browser.pages import ERASED, PAGES
from tests.web.tablet import app_at
from tests.web.visitor import Visitor

LANGUAGES = ("nl", "en")
LEAST = 12  # letters; what is shorter may be a word of either language
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")


class Spoken(HTMLParser):
    """The texts of a page, each with the language that it is said in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("lang") or self._open[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style", "template"} & {tag for tag, _ in self._open} and data.strip():
            self.texts.append((" ".join(data.split()), self._open[-1][1]))


def texts_of(value: Any) -> Iterator[Text]:
    """Every text of an instrument or a codebook that stands there in several languages."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_of(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_of(getattr(value, each.name))


@pytest.fixture(scope="module")
def words() -> dict[str, set[str]]:
    """The texts of the instrument and of the codebook, by language, but for those that several have."""
    instrument = Instruments().newest()
    found = [*texts_of(instrument), *texts_of(codebook_file(instrument.id))]
    said = {code: {each[code] for each in found if len(each[code]) >= LEAST} for code in LANGUAGES}
    shared = set.intersection(*said.values()) | {each.id for each in instrument.groups}  # no words
    return {code: {own_name(code), *texts} - shared for code, texts in said.items()}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    return Visitor(app_at(Path(tmp_path_factory.mktemp("parts"))).test_client())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_another_language_says_in_which(
    visitor: Visitor, words: dict[str, set[str]], language: str
) -> None:
    (other,) = {*LANGUAGES} - {language}
    found: dict[str, set[str]] = {}
    seen = 0
    for path in (*PAGES, *(f"/codebook/{code}" for code in ("learning.feedback", "learning"))):
        if ERASED in path:
            continue
        for text, said in Spoken(visitor.page(path.partition("#")[0], language)).texts:
            if text in words[other]:
                seen += 1
                if said != other:
                    found.setdefault(path, set()).add(text)
    assert found == {}
    assert seen > len(PAGES) / 2, "the language of the other readers stands in nearly every bar"
