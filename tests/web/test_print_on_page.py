"""All that a print says stands on a page too, for whoever cannot read a print."""

from __future__ import annotations

import html
import re
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from observation.settings import Clock, open_context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.web import create_app
from tests.samples import BUNDLE, records

# What only a sheet of paper needs to say, or what the page says in other words.
OF_PAPER = {
    "nl": "bladzijde van notities en markeringen woordelijk in de antwoorden hierboven",
    "en": "page of notes and marks word for word in the answers above location duration",
}
OF_SHEET = {
    "nl": "bladzijde intern regels 1.0 pseudoniemen personen",
    "en": "page internal rules 1.0 pseudonyms judgement of persons bordsessies",
}
CELL = re.compile(r'href="(/triangulation/schools/[^"]+/cell\?[^"]+)"')
OTHER = re.compile(r"<(script|style|template)\b.*?</\1>|<[^>]+>", re.DOTALL)
NAMED = re.compile(r'(?:aria-label|title)="([^"]*)"')
MINUTES = re.compile(
    r"^(\d+ )+\d+ *$|(?<=hierboven: )\d+|(?<=above: )\d+", re.MULTILINE
)  # along a timeline, which is drawn, and how many notes a sheet does not repeat
WORD = re.compile(r"[^\W_]+(?:[’'.:@/-][^\W_]+)*")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    context = open_context(Path(tmp_path_factory.mktemp("data")), "memory:")
    receipt = Receipt("2018-03-13T14:17:42.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
    return create_app(context).test_client()


def print_of(client: FlaskClient, address: str) -> PdfReader:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return PdfReader(BytesIO(answer.get_data()))


def said_on(client: FlaskClient, *addresses: str) -> str:
    """Everything that these pages say, without white space."""
    said = ""
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.get_data(as_text=True)
        said += OTHER.sub(" ", text) + " ".join(NAMED.findall(text))
    return re.sub(r"\s+", "", html.unescape(said)).lower()


def lacking(found: PdfReader, said: str, otherwise: str = "") -> list[str]:
    """The words of a print that are not among what was said, nor said otherwise."""
    text = "\n".join(page.extract_text() for page in found.pages)
    text = MINUTES.sub("", re.sub(r"-\n(?=[a-z])", "", text))
    known = set(WORD.findall(otherwise.lower()))
    words = (word.lower() for word in dict.fromkeys(WORD.findall(text)))
    return [word for word in words if word not in said and word not in known]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("label", sorted(records()))
def test_the_page_of_an_observation_says_all_that_its_print_says(
    client: FlaskClient, label: str, language: str
) -> None:
    record = records()[label]
    uuid = record.observation.stream.partition("/")[2]
    page = f"/observations/{uuid}"
    found = print_of(client, f"{page}/export/pdf?language={language}")
    # In a print what nobody judged or counted stands by its short name, on the page by its whole one.
    named = [*record.instrument.indicators, *record.instrument.board]
    short = " ".join(each.short[language] for each in named)
    said = said_on(client, f"{page}?language={language}")
    assert lacking(found, said, f"{short} {OF_PAPER[language]}") == []
    # And the page leads to the print, which says what it is and has an outline to go by.
    assert f"{page}/export/pdf?language={language}" in client.get(page).get_data(as_text=True)
    assert found.trailer["/Root"]["/Lang"] == language
    assert found.metadata is not None
    assert label in str(found.metadata.title)
    assert len(found.outline) >= 5


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("code", ["A", "D"])
def test_the_pages_of_a_school_say_all_that_its_sheet_says(
    client: FlaskClient, code: str, language: str
) -> None:
    uuid = next(
        event.stream.partition("/")[2]
        for event in BUNDLE.events
        if event.stream.startswith("school/") and event.data.get("school") == code
    )
    page = f"/triangulation/schools/{uuid}?language={language}"
    text = client.get(page).get_data(as_text=True)
    cells = dict.fromkeys(html.unescape(each) for each in CELL.findall(text))
    assert cells
    found = print_of(client, f"/exports/triangulation.pdf?school={code}&language={language}")
    said = said_on(client, page, *cells, f"/triangulation/agreement?language={language}")
    # The sheet has headings and a key of its own; what it tells are numbers, labels and quotations.
    facts = [word for word in lacking(found, said) if re.search(r"\d", word)]
    assert facts == []
    sheet = "\n".join(each.extract_text() for each in found.pages)
    quoted = re.findall(r"“([^”]+)”", sheet)
    assert quoted
    for each in quoted:
        whole = re.sub(r"\s+", "", each).lower().removesuffix("…")
        assert whole in said or each in ("vastgesteld", "ruled")
    assert "/exports/triangulation.pdf?" in text
    assert found.trailer["/Root"]["/Lang"] == language
    assert len(found.outline) >= 5


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_that_compares_schools_says_all_that_its_print_says(
    client: FlaskClient, language: str
) -> None:
    found = print_of(client, f"/exports/triangulation.pdf?language={language}")
    said = said_on(client, f"/triangulation/comparison?language={language}")
    printed = Clock().now().date().isoformat()
    assert lacking(found, said, f"{OF_SHEET[language]} {printed}") == []
    assert found.trailer["/Root"]["/Lang"] == language
