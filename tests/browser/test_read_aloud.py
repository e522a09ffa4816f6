"""Every page as a screen reader has it, and a session by somebody who hears the screen."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from observation.settings import Clock, Context
from tests.browser.aloud import CONTROLS, OF_THE_BROWSER, Node, Reader, read
from tests.browser.pages import NOW, RUNNING, Place, study
from tests.browser.place import Watch, chromium, serving
from tests.browser.tablet import rows, until_filled

pytestmark = pytest.mark.slow

OPENED = 'for (const one of document.querySelectorAll("details")) one.open = true;'
LANDMARKS = ("banner", "complementary", "contentinfo", "main", "navigation", "region", "search")
# What is said of a link besides its name: the line, the row or the sentence that it stands in (2.4.4).
AROUND = ("listitem", "paragraph", "row", "term", "definition")
LINKS = ("link", "DisclosureTriangle", "DisclosureTriangleGrouped")
# Asked by each form of one entry, and the same in each of them.
EACH_ASKS = ("Door", "Reden van de wijziging")
# One more of the same at the same moment: whichever is taken back, one less is counted.
COUNTED = re.compile(r": [+−]\d+$")
DRAWN = re.compile(r"^[▸▾✓?] ?\w")  # a sign that a style draws before the words


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The sample study, with A-01 as it stood at 07:42."""
    folder = tmp_path_factory.mktemp("place")
    with chromium(folder / "profile") as opened, study(folder, opened) as found:
        Watch(opened, datetime.fromisoformat(NOW))
        yield found


@pytest.fixture(scope="module")
def pages(place: Place) -> dict[str, tuple[Node, dict[int, Any]]]:
    """Every page as it is read with all that opens opened, and its elements by number."""
    place.speak("nl")
    found = {}
    for page in place.pages:
        place.go(page)
        place.browser.execute_script(OPENED)
        assert isinstance(place.browser, WebDriver)
        found[page] = read(place.browser), elements(place.browser)
    return found


def elements(browser: WebDriver) -> dict[int, Any]:
    """The elements of the page by number, each with its `attributes` and what it is `within`."""
    found = {}

    def keep(element: dict[str, Any], within: dict[str, Any] | None) -> None:
        pairs = element.get("attributes", [])
        found[element["backendNodeId"]] = element
        element |= {"attributes": dict(zip(pairs[::2], pairs[1::2], strict=True)), "within": within}
        for child in element.get("children", ()):
            keep(child, element)

    keep(browser.execute_cdp_cmd("DOM.getDocument", {"depth": -1})["root"], None)
    return found


def test_every_page_has_one_main_part_one_title_and_no_skipped_heading(
    pages: dict[str, tuple[Node, dict[int, Any]]],
) -> None:
    wrong = {}
    for page, (root, _) in pages.items():
        nodes = list(root.below)
        levels = [each.level for each in nodes if each.role == "heading"]
        skipped = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        parts = {r: [each.name for each in nodes if each.role == r] for r in LANDMARKS}
        alike = {r: n for r, n in parts.items() if len(n) > 1 and (len({*n}) < len(n) or "" in n)}
        found = (len(parts["main"]), levels[:1], levels.count(1), skipped, alike, len(parts["banner"]) > 1)  # fmt: skip
        if found != (1, [1], 1, [], {}, False):
            wrong[page] = found
    assert wrong == {}


def test_every_control_has_a_name_of_words(
    pages: dict[str, tuple[Node, dict[int, Any]]],
) -> None:
    found = [(page, each) for page, (root, _) in pages.items() for each in controls(root)]
    assert len(found) > 50 * len(pages)
    assert [(page, str(each)) for page, each in found if not re.search(r"\w", each.name)] == []
    assert [(page, str(each)) for page, each in found if DRAWN.match(each.name)] == []


def test_what_is_called_alike_does_the_same_or_is_told_apart_by_its_group(
    pages: dict[str, tuple[Node, dict[int, Any]]],
) -> None:
    wrong = {}
    for page, (root, known) in pages.items():
        alike = defaultdict(set)
        for each in controls(root):
            alike[each.role, each.name, tuple(around(each))].add(outcome(each, known))
        for (role, name, place), outcomes in alike.items():
            counted = any(COUNTED.search(text) for text in (name, *place))
            if len(outcomes) > 1 and name not in EACH_ASKS and not counted:
                wrong[page, role, name, place] = len(outcomes)
    assert wrong == {}


def controls(root: Node) -> list[Node]:
    """What can be pressed, chosen or written in, but for what is inside the browser's own."""
    return [
        each
        for each in root.below
        if each.role in CONTROLS and not any(a.role in OF_THE_BROWSER for a in each.above)
    ]


def around(node: Node) -> Iterator[str]:
    """What is said of the place of a control when one comes to it."""
    for above in node.above:
        if above.role in ("main", "RootWebArea"):
            return
        if above.name:
            yield above.name
        if node.role in LINKS and above.role in AROUND:
            yield above.text
        if above.role == "cell" and above.parent:  # the head of its column is said too
            yield str(above.parent.children.index(above))


def outcome(node: Node, known: dict[int, Any]) -> object:
    """What comes of it: where a link leads, what a form says; a field is like no other."""
    element = known[node.dom]
    if node.role == "link":
        return element["attributes"].get("href")
    form = element
    while form and form["nodeName"] != "FORM":
        form = form["within"]
    if node.role != "button" or not form:
        return node.dom
    hidden = (
        (each["attributes"].get("name"), each["attributes"].get("value"))
        for each in inside(form)
        if each["attributes"].get("type") == "hidden"
    )
    said = [pair for pair in hidden if pair[0] not in ("csrf_token", "_id", "_to")]
    button = element["attributes"]
    return form["attributes"].get("action"), *said, button.get("name"), button.get("value")


def inside(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in element.get("children", ()):
        yield child
        yield from inside(child)


def test_a_choice_that_is_made_says_so_and_cannot_be_made_again_by_form(
    pages: dict[str, tuple[Node, dict[int, Any]]],
) -> None:
    root, _ = pages[f"/observations/{RUNNING}/capture"]
    on = [each for each in controls(root) if each.states.get("pressed") == "true"]
    assert [each.name for each in on] == ["Inhoud", "T2 leerkracht"]
    assert all(each.states.get("disabled") for each in on)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[tuple[Reader, Context]]:
    """A session that was begun by ear, on a server that held nothing."""
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        chromium(tmp_path / "profile") as browser,
    ):
        ear = Reader(browser)
        browser.get(f"{url}/?language=nl")
        begin(ear)
        yield ear, context


def test_a_session_is_recorded_and_worked_out_by_who_hears_the_screen(
    begun: tuple[Reader, Context],
) -> None:
    ear, context = begun
    record(ear)
    work_out(ear, context)


def begin(ear: Reader) -> None:
    """From the study page to the screen of a session, with a mistake that is put right."""
    ear.press("link", "Nieuwe observatie")
    for name, value in (("School", "A"), ("Unit", "7-8"), ("Observatie", "A-01")):
        ear.write("textbox", name, value)
    ear.write("combobox", "Waarnemer", "W1")
    for number, code in enumerate(("L1", "T1", "T1"), 1):
        ear.write("textbox", "Code", code, f"Persoon {number}")
    ear.press("button", "Begin")
    ear.until(lambda: ear.all("alert"))
    wrong = ear.find("textbox", "Code", "Persoon 3")
    assert wrong.states["invalid"] == "true"
    assert wrong.description == ear.all("alert")[0].text == "“T1” staat twee keer bij de mensen; houd er een."  # fmt: skip
    assert ear.state("textbox", "Code", "invalid", "Persoon 2") == "false"
    ear.write("textbox", "Code", "T2", "Persoon 3")
    ear.press("button", "Begin")
    ear.until(lambda: "/capture" in ear.browser.current_url)


def record(ear: Reader) -> None:
    """A session: what is pressed says that it is on, and what was recorded is said."""

    def is_on(name: str) -> bool:
        return ear.state("button", name, "pressed") == "true"

    def told(words: str) -> None:
        ear.until(lambda: words in " ".join(each.text for each in ear.all("status")))

    ear.until(lambda: is_on("Check-in"))
    for name, other, words in (
        ("Inhoud", "Check-in", "Inhoud begint"),
        ("L1 leerkracht", "Niet vastgelegd", "L1 leidt"),
        ("T1 leerkracht", "L1 leerkracht", "T1 leidt"),
    ):
        ear.press("button", name)
        told(words)
        assert (is_on(name), is_on(other)) == (True, False)
    ear.press("button", "Intervenieert")
    told("Intervenieert: gezien")
    ear.press("button", "T2", "Door wie?")
    told("Intervenieert: gezien")

    ear.press("DisclosureTriangleGrouped", "Kaart: Geeft informatie")
    ear.until(lambda: ear.state("DisclosureTriangleGrouped", "Kaart: Geeft informatie", "expanded"))
    ear.press("button", "op gelet, niet gezien")
    told("Geeft informatie: op gelet, niet gezien")
    assert not ear.state("DisclosureTriangleGrouped", "Kaart: Geeft informatie", "expanded")
    people = "DisclosureTriangle", "Mensen en onderbreking"
    for name in ("T2 gaat weg", "T2 komt binnen"):
        assert ear.state(*people, "expanded") is False
        ear.press(*people)
        ear.press("button", name)
        told(name)

    ear.write("textbox", "Wat gebeurt er?", "De doelen van vorige week")
    ear.press("checkbox", "leraren")
    assert ear.state("checkbox", "leraren", "checked") == "true"
    ear.press("radio", "letterlijk")
    assert [ear.state("radio", name, "checked") for name in ("gezien", "letterlijk")] == ["false", "true"]  # fmt: skip
    ear.press("button", "Noteer")
    told("De doelen van vorige week")
    assert ear.find("textbox", "Wat gebeurt er?").value == ""
    assert ear.state("checkbox", "leraren", "checked") == "false"

    ear.press("button", "Onderbreking")
    ear.until(lambda: is_on("Onderbreking voorbij"))
    ear.press("button", "Onderbreking voorbij")
    ear.until(lambda: not is_on("Onderbreking"))
    ear.press("button", "vorige week gedaan 0")
    ear.find("button", "vorige week gedaan 1")
    (counted,) = (each.name for each in ear.all("button") if each.name.endswith("gedaan: +1"))
    ear.press("button", counted)  # of many that are called to take back, the one that names it
    ear.find("button", "vorige week gedaan 0")
    ear.press("button", "Einde van de sessie")
    ear.until(lambda: not ear.all("button", "Einde van de sessie"))
    kinds = [row["event"]["kind"] for row in rows(ear.browser)]
    for kind, number in (("lead-taken", 2), ("indicator-judged", 3), ("note-written", 1), ("event-retracted", 1), ("observation-ended", 1)):  # fmt: skip
        assert kinds.count(kind) == number, kind


def work_out(ear: Reader, context: Context) -> None:
    """An answer of three, which says of what it is, and an answer in words to a question."""
    instrument = context.instruments.newest()
    judged = next(each for each in instrument.indicators if each.short["nl"] == "Geven feedback")
    question = instrument.questions[1].name["nl"]
    ear.press("link", "Afronden")
    ear.press("button", "gezien", judged.statement["nl"])
    ear.until(lambda: not ear.all("button", "gezien", judged.statement["nl"]))
    ear.press("link", "Schema", "Observatie A-01")
    ear.write("textbox", question, "Over rekenen", question)
    ear.press("button", "Bewaar", question)
    ear.until(lambda: any(row["event"]["kind"] == "answer-given" for row in rows(ear.browser)))


# Notes what a live region says each time that it changes, as a whole: all of them are atomic.
LISTEN = """
const regions = "[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off])";
const heard = (region) => (region.checkVisibility() ? region.innerText.replace(/\\s+/g, " ").trim() : "");
const before = new Map();
window.__spoken = [];
const listen = () => {
  for (const region of document.querySelectorAll(regions)) {
    const text = heard(region);
    if (text && text !== before.get(region) && before.has(region)) window.__spoken.push(text);
    before.set(region, text);
  }
};
listen();
new MutationObserver(listen).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
"""
# s, in which what was recorded goes to the server, and cannot be undone by one tap any more.
AT_REST = 13
LONGEST = 100  # characters


def test_a_tap_is_said_once_and_nothing_is_said_without_one(begun: tuple[Reader, Context]) -> None:
    ear, context = begun
    browser = ear.browser
    ear.until(lambda: ear.state("button", "Check-in", "pressed") == "true")
    instrument = context.instruments.newest()
    tiles = [each.name for role in ("Leiderschap", "Samenwerking") for each in ear.all("button", inside=role)]  # fmt: skip
    time.sleep(2)  # until the shell has come to rest
    browser.execute_script(LISTEN)
    counted = dict.fromkeys((each.short["nl"] for each in instrument.board), 0)
    taps = 0
    for turn in range(3):
        for words, button in (
            ("Inhoud begint", "Inhoud"),
            ("L1 leidt", "L1 leerkracht"),
            ("Planning begint", "Planning"),
            ("T2 leidt", "T2 leerkracht"),
        ):
            tapped(ear, words, button)
        for tile in tiles[turn * 5 : turn * 5 + 5]:
            tapped(ear, f"{tile}: gezien", tile)
        for name in counted:
            tapped(ear, f"{name}: +1", f"{name} {counted[name]}")
            counted[name] += 1
        ear.write("textbox", "Wat gebeurt er?", f"Iets voor de {turn + 1}e keer")
        tapped(ear, f"Iets voor de {turn + 1}e keer", "Noteer")
        taps += 4 + 5 + len(counted) + 1
    tapped(ear, f"{tiles[-1]}: gezien", tiles[-1])  # of which it is asked for a while by whom
    assert taps >= 50
    number = len(rows(browser))
    time.sleep(AT_REST)
    assert browser.execute_script("return window.__spoken") == [], "nobody tapped"
    (stream,) = {row["event"]["stream"] for row in rows(browser)}
    record = context.catalogue.record(context.store.events.studies()[0], stream)
    assert record is not None
    assert record.events == number, "meanwhile all was sent"


def test_where_what_was_saved_is_is_said_once_it_came_to_rest(
    begun: tuple[Reader, Context],
) -> None:
    ear, context = begun
    browser = ear.browser
    address = browser.current_url
    for screen in ("schedule", "finish"):
        browser.get("about:blank")
        browser.get(address.replace("/capture", f"/{screen}"))
        until_filled(browser)
        browser.execute_script(LISTEN)
        number = len(rows(browser))
        if screen == "schedule":
            question = context.instruments.newest().questions[1].name["nl"]
            ear.write("textbox", question, "Over rekenen", question)
            ear.press("button", "Bewaar", question)
        else:
            judged = context.instruments.newest().indicators[0].statement["nl"]
            ear.press("button", "gezien", judged)
        there = f"op de server. regels: {number + 1}."
        ear.until(lambda there=there: there in browser.execute_script("return window.__spoken"))
        time.sleep(3)
        *before, last = browser.execute_script("return window.__spoken")
        assert last == there
        # Where the way to the server takes longer than the rest, it is here first.
        assert [words.split(".")[0] for words in before] in ([], ["op deze tablet"]), before


def tapped(ear: Reader, words: str, button: str) -> None:
    """Tap, and hear once and in few words when and what was recorded."""
    ear.press("button", button)
    ear.until(lambda: ear.browser.execute_script("return window.__spoken.length"))
    time.sleep(0.1)  # in which a second one would come
    spoken = ear.browser.execute_script("return window.__spoken.splice(0)")
    assert len(spoken) == 1, spoken
    assert re.fullmatch(rf"\d\d:\d\d {re.escape(words)}\.( Door wie\?)?", spoken[0]), spoken
    assert len(spoken[0]) <= LONGEST
