"""A whole session, and what a lead does with it, by somebody who has only a keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys

from observation.core.interviews import Said, fold_interview
from observation.settings import Clock, Context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.reading import read_stream
from tests.browser.keys import Keyboard
from tests.browser.pages import INTERVIEW, RUNNING, SCHOOL, study
from tests.browser.place import answered, chromium, serving, until
from tests.browser.tablet import rows
from tests.samples import BUNDLE

pytestmark = pytest.mark.slow

RIGHT, LEFT, DOWN, UP = Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ARROW_DOWN, Keys.ARROW_UP


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Keyboard, str, Context]]:
    """A server without records, and somebody with a keyboard before it."""
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        chromium(tmp_path / "profile") as browser,
    ):
        yield Keyboard(browser), url, context


def inside(part: str, most: str = "") -> object:
    """Whether the focus is somewhere in this part of the page."""
    return lambda focus: part in focus.inside.split() and focus.name.startswith(most)


def text(browser: WebDriver, selector: str) -> str:
    return str(browser.execute_script("return document.querySelector(arguments[0]).innerText", selector))  # fmt: skip


def said(browser: WebDriver, kind: str) -> list[dict[str, object]]:
    """The data of the events of a kind on the tablet."""
    found = [row["event"] for row in rows(browser)]
    return [event["data"] for event in found if event["kind"] == kind]


def test_a_session_is_recorded_worked_out_and_approved_by_keyboard_alone(
    desk: tuple[Keyboard, str, Context],
) -> None:
    keyboard, url, _context = desk
    browser = keyboard.browser
    browser.get(f"{url}/?language=nl")
    begin(keyboard)
    record(keyboard)
    work_out(keyboard)
    review(keyboard, url)


def begin(keyboard: Keyboard) -> None:
    """From the study page to the screen of a session."""
    browser = keyboard.browser
    keyboard.to("Naar de inhoud", most=1)  # the first stop leads past the bar
    keyboard.press(Keys.ENTER)
    keyboard.to("Nieuwe observatie", most=3)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: "new" in browser.current_url and text(browser, "h1") == "Nieuwe observatie")  # fmt: skip
    keyboard.to("Naar de inhoud", most=1)
    keyboard.press(Keys.ENTER)
    for name, value in (("School", "A"), ("Unit", "7-8"), ("Observatie", "A-01"), ("Waarnemer", "W1")):  # fmt: skip
        keyboard.to(name, most=6)
        keyboard.type(value)
    for person, role in (("L1", "schoolleider"), ("T1", "leerkracht"), ("T2", "leerkracht")):
        keyboard.to(lambda focus: focus.field == "person", most=6)
        keyboard.type(person)
        keyboard.tab()
        keyboard.press(role[:8])  # a list goes to what is typed
    keyboard.press(Keys.SHIFT)
    keyboard.to(lambda focus: focus.field == "person", by="back")
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: "/capture" in browser.current_url)
    keyboard.until(lambda: "L1" in text(browser, "[data-list=leads]"))
    keyboard.until(lambda: browser.execute_script("return document.querySelector('.leads').role") == "toolbar")  # fmt: skip


def record(keyboard: Keyboard) -> None:
    """A session: phases, leaders, behaviours, notes, and what was wrong put right."""
    browser = keyboard.browser

    def told(words: str) -> None:
        keyboard.until(lambda: words in text(browser, ".just-what"))
        keyboard.until(lambda: not keyboard.focus.lost, 5)

    # Every group is one stop, so that any of them is near.
    keyboard.to(inside("phases", "Check-in"), most=4)
    keyboard.to("Inhoud", by=RIGHT, most=1)
    keyboard.press(Keys.ENTER)
    told("Inhoud")
    keyboard.to(inside("leads"), most=1)
    keyboard.to("L1", by=Keys.HOME, most=1)
    keyboard.press(Keys.SPACE)
    told("L1")
    keyboard.to("T1", by=RIGHT, most=1)
    keyboard.press(Keys.SPACE)
    told("T1")
    assert [one["lead"] for one in said(browser, "lead-taken")] == ["L1", "T1"]

    # A behaviour, and by whom: the question waits for who comes by keyboard.
    keyboard.to(inside("leadership"), most=12)
    tile = keyboard.focus.name
    keyboard.press(Keys.ENTER)
    told("Door wie?")
    keyboard.to(inside("by-whom"), by="back", most=8)
    keyboard.to("T2", by=RIGHT, most=3)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: [one.get("person") for one in said(browser, "indicator-judged")] == [None, "T2"])  # fmt: skip
    keyboard.until(lambda: keyboard.focus.name.startswith(tile[:8]))  # back where it came from

    # The card opened and closed, and opened and answered.
    keyboard.to("Kaart: ", by=RIGHT, most=1)
    card = keyboard.focus.name
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: browser.execute_script("return document.querySelector('.card[open]') !== null"))  # fmt: skip
    keyboard.press(Keys.ESCAPE)
    assert browser.execute_script("return document.querySelector('.card[open]')") is None
    assert keyboard.focus.name == card
    keyboard.press(Keys.ENTER)
    keyboard.until(
        lambda: text(browser, ".session-clock") > "00:11"
    )  # ten seconds ago is in the session
    keyboard.to("○ op gelet, niet gezien", most=3)
    keyboard.press(Keys.ENTER)
    told("niet gezien")
    keyboard.until(lambda: keyboard.focus.name == card)

    # A late entry, and one taken back.
    keyboard.to(inside("just"), by="back", most=8)
    keyboard.to("10 s", by=Keys.HOME, most=1)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: said(browser, "moment-corrected"))
    assert not keyboard.focus.lost
    keyboard.to(inside("collaboration"), most=12)
    keyboard.press(Keys.SPACE)
    told("Door wie?")
    keyboard.to(
        lambda focus: focus.field == "earlier" or focus.name == "Herroep", by="back", most=9
    )
    keyboard.to("Herroep", by=Keys.END, most=1)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: len(said(browser, "event-retracted")) == 1)
    keyboard.until(lambda: not keyboard.focus.lost)

    # A note with tags.
    keyboard.to(lambda focus: focus.field == "text" and focus.kind == "textarea", most=4)  # fmt: skip
    keyboard.type("De doelen van vorige week")
    keyboard.to(lambda focus: focus.field == "tags", most=1)
    keyboard.press(Keys.SPACE)
    keyboard.to(lambda focus: focus.field == "tags", by=RIGHT, most=1)
    keyboard.press(Keys.SPACE)
    keyboard.to(lambda focus: focus.field == "kind", most=1)
    keyboard.press(RIGHT)
    keyboard.to("Noteer", most=1)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: said(browser, "note-written"))
    (note,) = said(browser, "note-written")
    assert (note["text"], note["kind"]) == ("De doelen van vorige week", "verbatim")
    assert len(note["tags"]) == 2
    assert not keyboard.focus.lost

    # An interruption and its end, somebody who leaves and comes back, and the board.
    keyboard.to(inside("phases"), by="back", most=8)
    keyboard.to("Onderbreking", by=RIGHT, most=4)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: said(browser, "interruption-started"))
    keyboard.until(lambda: "voorbij" in keyboard.focus.name)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: said(browser, "interruption-ended"))
    keyboard.to("Mensen en onderbreking", by=RIGHT, most=1)
    for words, kind in (("T2 gaat weg", "person-departed"), ("T2 komt binnen", "person-arrived")):
        keyboard.press(Keys.ENTER)
        keyboard.to(words, most=9)
        keyboard.press(Keys.ENTER)
        keyboard.until(lambda kind=kind: said(browser, kind))
        keyboard.until(lambda: keyboard.focus.name.startswith("Mensen en onderbreking"))
    keyboard.to(inside("board"), most=12)
    keyboard.press(Keys.SPACE)
    keyboard.until(lambda: said(browser, "board-counted"))

    # What is wrong in the log is taken back there; then the session ends.
    keyboard.to("Herroep: ", most=6)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: len(said(browser, "event-retracted")) == 2)
    keyboard.until(lambda: not keyboard.focus.lost)
    keyboard.to("Einde van de sessie", most=60)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: said(browser, "observation-ended"))
    keyboard.until(lambda: not keyboard.focus.lost)


def work_out(keyboard: Keyboard) -> None:
    """What is still open, the schedule, and handing in."""
    browser = keyboard.browser

    def arrived(screen: str) -> None:
        keyboard.until(lambda: f"/{screen}" in browser.current_url)
        keyboard.until(lambda: text(browser, ".saved"))

    keyboard.to("Afronden", by="back", most=60)
    keyboard.press(Keys.ENTER)
    arrived("finish")
    # A link in the head of the page leads to the part that it names.
    keyboard.to("Naar de inhoud", most=1)
    keyboard.press(Keys.ENTER)
    keyboard.to(lambda focus: "Samenwerking" in focus.name, most=16)
    keyboard.press(Keys.ENTER)
    keyboard.to("○ op gelet", most=4)
    judged = len(said(browser, "indicator-judged"))
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: len(said(browser, "indicator-judged")) == judged + 1)
    # What was judged is off the list, and the keyboard is at the next one.
    keyboard.until(
        lambda: keyboard.focus.inside.startswith("open-part") and not keyboard.focus.lost
    )

    keyboard.to("Schema", by="back", most=80)
    keyboard.press(Keys.ENTER)
    arrived("schedule")
    keyboard.to(lambda focus: focus.kind == "textarea", most=40)
    keyboard.type("Zoals altijd")
    keyboard.to("Bewaar", most=3)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: said(browser, "answer-given"))
    keyboard.until(lambda: not keyboard.focus.lost)

    keyboard.to("Afronden", by="back", most=60)
    keyboard.press(Keys.ENTER)
    arrived("finish")
    keyboard.to("Rond af", most=14)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: "/observations/" in browser.current_url)


def review(keyboard: Keyboard, url: str) -> None:
    """A lead asks and approves, types in what was said at the school, and rules on a verdict."""
    browser = keyboard.browser
    keyboard.until(lambda: text(browser, "h1").startswith("A-01"))
    keyboard.to("Naar de inhoud", most=1)
    keyboard.press(Keys.ENTER)
    keyboard.to("Keur goed", most=150)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: "goedgekeurd" in text(browser, ".record-head .state"))


def test_a_lead_rules_and_enters_a_claim_by_keyboard_alone(
    desk: tuple[Keyboard, str, Context],
) -> None:
    keyboard, url, context = desk
    receipt = Receipt("2018-04-13T16:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
    rule(keyboard, url, context)
    claim(keyboard, url, context)


def rule(keyboard: Keyboard, url: str, context: Context) -> None:
    """Otherwise than what is suggested: refused without a reason, which leads to the field, and taken with one."""
    browser = keyboard.browser
    browser.get(f"{url}/triangulation/schools/{SCHOOL}/cell?code=learning.feedback&actor=team&language=nl")  # fmt: skip
    keyboard.to("Naar de inhoud", most=1)
    keyboard.press(Keys.ENTER)
    keyboard.to(lambda focus: focus.field == "verdict", most=60)
    keyboard.press(*"ontkr")  # a list goes to what is typed
    assert keyboard.focus.value == "contradicted"
    keyboard.to("Oordeel vastleggen", most=6)
    with answered(browser):
        keyboard.press(Keys.ENTER)
    keyboard.until(
        lambda: keyboard.focus.name.startswith("Niet vastgelegd")
    )  # the reason has the focus
    keyboard.to("Ga naar het veld", most=1)
    keyboard.press(Keys.ENTER)
    keyboard.until(lambda: keyboard.focus.field == "because")
    keyboard.type("Twee leraren zeggen het tegendeel")
    keyboard.to(lambda focus: focus.field == "_by", most=3)
    keyboard.type("W1")
    keyboard.to("Oordeel vastleggen", most=1)
    with answered(browser):
        keyboard.press(Keys.ENTER)
    keyboard.until(lambda: "Twee leraren zeggen het tegendeel" in text(browser, ".ruling"))
    events = read_stream(context.store.events, BUNDLE.study, f"school/{SCHOOL}").events
    (made,) = (
        each.data
        for each in events
        if each.data.get("because") == "Twee leraren zeggen het tegendeel"
    )
    assert (made["verdict"], made["suggestion"]) == ("contradicted", "supplemented")


def claim(keyboard: Keyboard, url: str, context: Context) -> None:
    """Who said what, with a code that is found by a few letters."""
    browser = keyboard.browser

    def claims() -> list[Said]:
        events = read_stream(context.store.events, BUNDLE.study, f"interview/{INTERVIEW}").events
        return [each.said.value for each in fold_interview(events).claims]

    before = len(claims())
    browser.get(f"{url}/interviews/{INTERVIEW}?language=nl")
    keyboard.until(lambda: browser.find_elements("id", "find-code"))
    assert keyboard.focus.field == "text", "where one begins to type"
    keyboard.to(lambda focus: focus.field == "respondents", by="back", most=2)
    keyboard.press(Keys.SPACE)
    who = keyboard.focus.value
    keyboard.to(lambda focus: focus.field == "text", most=9)
    keyboard.type("We kijken bij elkaar in de klas")
    keyboard.to("Codes", most=9)
    keyboard.press(*"feedback")
    keyboard.until(
        lambda: browser.execute_script("return !document.getElementById('found-codes').hidden")
    )
    keyboard.press(Keys.ENTER)
    keyboard.to(lambda focus: focus.field == "stance", most=6)
    keyboard.press(RIGHT)
    stance = keyboard.focus.value
    keyboard.to(lambda focus: focus.field == "_by", most=12)
    keyboard.type("W1")
    keyboard.to("Uitspraak bewaren", most=1)
    with answered(browser):
        keyboard.press(Keys.ENTER)
    assert len(claims()) == before + 1
    said = claims()[-1]
    assert (said.text, said.respondents) == ("We kijken bij elkaar in de klas", (who,))
    assert (said.codes, said.stance) == (("learning.feedback",), stance)


def test_a_group_is_one_stop_before_any_key_is_pressed(tmp_path: Path) -> None:
    stops = """return [...document.querySelectorAll('.tiles, .board')].map((group) =>
      [...group.querySelectorAll('button, summary')].filter((one) => one.tabIndex === 0 && !one.closest('.card-body')).length)"""
    with chromium(tmp_path / "profile") as browser, study(tmp_path, browser) as place:
        place.go(f"/capture#{RUNNING}")
        until(browser, lambda: set(browser.execute_script(stops)) == {1})
