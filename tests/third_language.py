"""A language that nobody speaks, made of one file, and what of a text is not in it.

Every sentence of the program is written in it with the letters of another alphabet, and Ukrainian is what it is
called: so dates, numbers and plurals are those of a language that this program does not have, and whatever
stands in Latin letters was either not marked for translation, or is data.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from observation.core.codebook import open_codebook
from observation.core.instrument import Text
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from observation.language import LANGUAGES
from observation.web.words import own_name
from tests.samples import BUNDLE

ROOT = Path(__file__).parents[1]
LANGUAGE = "uk"
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
LATIN = "abcdefghijklmnopqrstuvwxyz"
OTHER = "абцдефгхійклмнопярстувшжиз"
ALPHABET = str.maketrans(LATIN + LATIN.upper(), OTHER + OTHER.upper())
PLACES = re.compile(r"(%\(\w+\)s|<[^<>]*>|&\w+;)")

# What is called so in every language: forms of files, programs, standards, and the terms of the literature.
NAMES = re.findall(
    r"\S+",
    """
    PDF CSV JSON XLSX PNG PEM UTF-8 HTTP HTTPS QR UTC UUID ID
    Taguette MAXQDA QualCoder ATLAS.ti PostgreSQL TinyDB Chromium Python Ctrl+Enter Enter
    AC1 Gwet Cohen Krippendorff kappa
    agreement partial-agreement silence dissonance confirmation discordance expansion
    """,
)


def written(sentence: str) -> str:
    """Return a sentence of the program in the language; what is filled in stays as it is."""
    return "".join(
        part if at % 2 else part.translate(ALPHABET)
        for at, part in enumerate(PLACES.split(sentence))
    )


def write_catalogue(folder: Path) -> None:
    """Write the one file that makes the language one of the program's."""
    catalogue = Catalog(locale=LANGUAGE)
    for place, pattern, method in (
        ("observation", "**.py", "python"),
        ("templates", "**.html", "jinja2"),
    ):
        for _, _, found, _, _ in extract_from_dir(
            ROOT / place, [(pattern, method)], keywords=KEYWORDS
        ):
            if isinstance(found, str):
                catalogue.add(found, written(found))
            else:
                one, many = map(written, found)
                catalogue.add(found, (one, *(many,) * (catalogue.num_plurals - 1)))
    with (folder / f"{LANGUAGE}.po").open("wb") as target:
        write_po(target, catalogue)


def make_house(folder: Path) -> dict[str, str]:
    """Put a copy of the program there that knows the language; return the environment to start it in."""
    for name in ("observation", "templates", "static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    write_catalogue(folder / "observation" / "locale")
    return os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(house: dict[str, str], data: Path, port: int) -> Iterator[str]:
    """Serve the sample study in that copy; yield its address."""
    command = [sys.executable, "-m", "observation", "--data", str(data)]
    subprocess.run(
        [*command, "sample"], env=house, cwd=data.parent, check=True, capture_output=True
    )
    with subprocess.Popen(
        [*command, "serve", "--port", str(port), "--no-open"],
        env=house,
        cwd=data.parent,  # where python -m looks first
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as server:
        try:
            assert server.stdout
            said = ""
            while "http" not in said:
                said = server.stdout.readline().decode()
                assert said, "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def fetch(address: str) -> tuple[int, str, bytes]:
    """Return the status, the type and the body of what the server answers in the language."""
    request = urllib.request.Request(address, headers={"Cookie": f"language={LANGUAGE}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read()


SAID = ("title", "aria-label", "alt", "placeholder", "aria-description", "aria-valuetext")


class Page(HTMLParser):
    """What a person can read or hear of a page, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._without: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        other = tag != "html" and found.get("lang", LANGUAGE) != LANGUAGE
        if self._without:
            self._without += [tag] * (tag == self._without[-1])
        elif tag in ("script", "style", "code", "pre") or other:
            self._without.append(tag)
        self.texts += [found[name] for name in SAID if found.get(name) and not other]
        if tag == "input" and found.get("type") in ("submit", "button"):
            self.texts.append(found.get("value", ""))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])

    def handle_endtag(self, tag: str) -> None:
        if self._without and self._without[-1] == tag:
            self._without.pop()

    def handle_data(self, data: str) -> None:
        if not self._without and data.strip():
            self.texts.append(" ".join(data.split()))


FREE = ("text", "name", "definition", "counts-when", "counts-not-when", "example", "place", "unit",
        "interview", "document", "letter", "sector", "denomination", "period")  # fmt: skip


def _given(value: Any, key: str = "") -> Iterator[str]:
    """What somebody wrote in the sample study."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _given(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _given(each, key)
    elif isinstance(value, str) and key in FREE:
        yield value


def _instruments(value: Any) -> Iterator[str]:
    """The Dutch words of a schedule or a codebook, which a third language shows to the letter."""
    if isinstance(value, Text):
        yield value["nl"]
    elif is_dataclass(value):
        for field in fields(value):
            yield from _instruments(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _instruments(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _instruments(each)
    elif isinstance(value, str) and " " in value:
        yield value


INSTRUMENT = Instruments().newest()
BOOK = codebook_file(INSTRUMENT.id)
CODES_OF = open_codebook(BOOK, INSTRUMENT).codes
TEXTS = {
    *_instruments(INSTRUMENT),
    *_instruments(BOOK),
    *(each for event in BUNDLE.events for each in _given(event.data)),
}
LINES = {" ".join(line.split()) for each in TEXTS for line in (each, *each.splitlines())}
LINES |= {line[:1].upper() + line[1:] for line in LINES}  # as a sentence begins
LINES |= {*NAMES, *map(own_name, LANGUAGES), *(event.device for event in BUNDLE.events)}
# By what other words a code is found, also those of the English wording.
ALIASES = {alias for code in CODES_OF.values() for alias in code.aliases} | {*BOOK.capitalised}
WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ-]+")
WORDS = {word.lower() for line in LINES for word in WORD.findall(line)}
WORDS |= {part for code in CODES_OF for part in code.split(".")}

# An id or a code, with a number or a dot in it; the name of an option, of a file or a page; a place in a sentence
# that the browser fills.
CODES = re.compile(
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{8,64}\b|https?://\S+|--[a-z-]+"
    r"|(?<!\w)/[\w./-]+|\b[\w-]+(?:\.[\w-]+)+|\b[A-Za-z]*-?\d[\w-]*|%\(\w+\)s",
)


def _phrases(lines: set[str]) -> re.Pattern[str]:
    longest = sorted((each for each in lines if WORD.search(each)), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(each)}(?![A-Za-z])" for each in longest))


PHRASES = _phrases(LINES | ALIASES)


def foreign(text: str) -> str:
    """Return what of a text is in neither the language nor the data; empty where it is all known."""
    whole = " ".join(text.split())
    if whole.rpartition(" · ")[2] in CODES_OF:
        whole = whole.rpartition(" · ")[0]
    rest = " ".join(CODES.sub(" ", PHRASES.sub(" ", whole)).split())
    return rest if WORD.search(rest) else ""


def foreign_words(text: str) -> list[str]:
    """Return the words of it that are in neither; of print, where what belongs together stands apart."""
    found = (each.strip("-") for each in WORD.findall(CODES.sub(" ", text)))
    return [each for each in found if len(each) > 1 and each.lower() not in WORDS]
