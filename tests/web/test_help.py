"""Help stands where the question arises: what counts, what a verdict means, where a record is, how far it is."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from observation.core import verdicts
from observation.export.verdict_words import GLYPHS, MEANINGS, VERDICTS
from observation.instruments import Instruments
from tests.samples import BUNDLE, records
from tests.web.tablet import app_at
from tests.web.visitor import Visitor

UUIDS = {label: r.observation.stream.partition("/")[2] for label, r in records().items()}
INTERVIEW = min(e.stream for e in BUNDLE.events if e.stream.startswith("interview/"))
INDICATORS = {each.code: each for each in Instruments().newest().indicators}


@pytest.fixture
def visitor(tmp_path: Any) -> Visitor:
    return Visitor(app_at(tmp_path).test_client())


def helps(visitor: Visitor, path: str) -> list[tuple[str, str]]:
    """What unfolds on the page: the words to press, and what they say."""
    found = re.findall(
        r'<details class="help"><summary>(.*?)</summary>(.*?)</details>', visitor.page(path), re.S
    )
    return [
        (re.sub("<[^>]+>", "", name), " ".join(unescape(re.sub("<[^>]+>", " ", text)).split()))
        for name, text in found
    ]


def cards(visitor: Visitor, path: str) -> set[str]:
    """The behaviours of which the page has a card, to the letter."""
    texts = [text for name, text in helps(visitor, path) if name.startswith("What counts: ")]

    def says(text: str, card: Any) -> bool:
        parts = (card.counts_when, card.counts_not_when, card.example)
        return all(" ".join(each["en"].split()) in text for each in parts)

    return {c for c, each in INDICATORS.items() if any(says(t, each.card) for t in texts)}


def test_a_record_has_the_card_of_every_behaviour(visitor: Visitor) -> None:
    assert cards(visitor, f"/observations/{UUIDS['D-02']}") == set(INDICATORS)


def test_what_nobody_judged_is_asked_beside_its_card(visitor: Visitor) -> None:
    path = f"/observations/{UUIDS['D-01-W2']}/finish"
    asked = set(re.findall(r'name="indicator" value="([^"]+)"', visitor.page(path)))
    assert asked
    assert asked <= cards(visitor, path)


@pytest.mark.parametrize("path", ["/triangulation", "school", "cell"])
def test_a_verdict_stands_beside_its_card_and_what_it_means(visitor: Visitor, path: str) -> None:
    if path != "/triangulation":
        pattern = (
            r'class="cell" href="([^"]+)"' if path == "cell" else r'scope="col"><a href="([^"]+)"'
        )
        (path, *_) = map(unescape, re.findall(pattern, visitor.page("/triangulation")))
    assert cards(visitor, path)
    (told,) = [
        text for name, text in helps(visitor, path) if name == "What the verdicts and signs mean"
    ]
    for verdict, sentence in MEANINGS.items():
        assert f"{VERDICTS[verdict]} {sentence}" in told


def test_every_verdict_with_a_sign_has_a_meaning() -> None:
    assert set(MEANINGS) == set(GLYPHS)
    assert len(set(MEANINGS.values())) == len(MEANINGS)
    assert verdicts.SUPPLEMENTED in MEANINGS


def test_no_sign_of_a_session_stands_without_its_word(visitor: Visitor) -> None:
    page = visitor.page("/triangulation")
    (address, *_) = map(unescape, re.findall(r'scope="col"><a href="([^"]+)"', page))
    dots = re.findall(
        r'<span class="dot".*?</span><span class="hidden">([^<]+)</span>', visitor.page(address)
    )
    assert dots
    assert all(re.fullmatch(r"[AD]-0\d(-W2)?: [a-z, ]+", each) for each in dots)


def test_who_codes_reads_what_counts_code_by_code(visitor: Visitor) -> None:
    path = f"/interviews/{INTERVIEW.partition('/')[2]}"
    (told,) = [text for name, text in helps(visitor, path) if name == "What counts, code by code"]
    for each in INDICATORS.values():
        assert " ".join(each.card.counts_when["nl"].split()) in told
    assert "Iemand noemt drukte of werkdruk als reden." in told, "also the study's own"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/", ("review", "where")),
        (f"/observations/{UUIDS['D-02']}", ("review", "where")),
        ("/tablet", ("where",)),
    ],
)
def test_where_a_record_is_and_how_far_is_explained_where_it_is_said(
    visitor: Visitor, path: str, names: tuple[str, ...]
) -> None:
    words = {
        "review": "What the states of a record mean",
        "where": "What on this tablet, on the server and in a checked backup mean",
    }
    found = [name for name, _ in helps(visitor, path)]
    assert [words[name] in found for name in names] == [True] * len(names)
