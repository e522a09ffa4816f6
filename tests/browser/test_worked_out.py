"""Finish and Schedule on the tablet: what the server shows, worked out without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.core.events import Event, instant
from observation.settings import Context
from observation.store import Receipt
from observation.store.deposit import deposit
from tests.browser.place import HeldClock, chromium, serving, until
from tests.browser.tablet import keep, rows, shown, slow_database, type_when_it_can_be, until_kept
from tests.samples import BUNDLE, records

pytestmark = pytest.mark.slow

NOW = "2018-04-06T10:00:00+02:00"
CUT = "2018-03-13T15:17:42+01:00"  # A-01 at 07:42

Place = tuple[WebDriver, str, Context]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with (
        serving(tmp_path / "data", HeldClock(NOW)) as (url, context),
        chromium(tmp_path / "profile") as browser,
    ):
        yield browser, url, context


def events_of(label: str, cut: str) -> list[Event]:
    """The events of a record: whole, before it was finished, before its end, or up to a moment."""
    stream = records()[label].observation.stream
    events = sorted((e for e in BUNDLE.events if e.stream == stream), key=lambda e: instant(e.at))
    if cut in ("observation-finished", "observation-ended"):
        last = next(n for n, event in enumerate(events) if event.kind == cut)
        return events[:last]
    return [event for event in events if not cut or instant(event.at) <= instant(cut)]


def on_both(place: Place, events: list[Event]) -> str:
    """Put the events on the server and on the tablet; return the session's part of its address."""
    browser, url, context = place
    receipt = Receipt("2018-04-06T08:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, events, receipt)
    browser.get(f"{url}/schedule?language=nl")
    keep(browser, events)
    return events[0].stream.partition("/")[2]


def go(place: Place, screen: str, uuid: str, language: str = "nl") -> None:
    browser, url, _context = place
    browser.get("about:blank")
    browser.get(f"{url}/{screen}?language={language}#{uuid}")
    until(browser, lambda: text(browser, ".saved"))


def text(browser: WebDriver, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).text


def said(browser: WebDriver, kind: str) -> list[dict[str, object]]:
    """The data of the events of a kind on the tablet."""
    found = [row["event"] for row in rows(browser)]
    return [event["data"] for event in found if event["kind"] == kind]


@pytest.mark.parametrize(
    ("label", "cut"),
    [
        ("A-01", ""),
        ("A-01", "observation-finished"),
        ("A-01", CUT),
        ("D-02", ""),
        ("D-02", "observation-ended"),
    ],
)
def test_the_two_fillers_show_the_same(place: Place, label: str, cut: str) -> None:
    browser = place[0]
    uuid = on_both(place, events_of(label, cut))
    for screen in ("finish", "schedule"):
        for language in ("nl", "en"):
            go(place, screen, uuid, language)
            on_server = shown(browser, f"/observations/{uuid}/{screen}?language={language}")
            assert shown(browser) == on_server, (screen, language)


def test_unfinished_text_survives_a_reload_and_is_an_answer_only_when_it_is_saved(
    place: Place,
) -> None:
    browser = place[0]
    uuid = on_both(place, events_of("A-01", "observation-ended"))
    for screen, part in (("finish", ".questions"), ("schedule", "#q-coach .edit")):
        go(place, screen, uuid)
        field = f"{part} textarea"
        if screen == "schedule":
            browser.find_element(By.CSS_SELECTOR, f"{part} summary").click()
        before = len(said(browser, "answer-given"))
        browser.find_element(By.CSS_SELECTOR, field).clear()
        browser.find_element(By.CSS_SELECTOR, field).send_keys("half een")
        until_kept(browser, "half een")
        browser.refresh()
        until(browser, lambda: text(browser, ".saved"))
        kept = browser.find_element(By.CSS_SELECTOR, field)
        assert kept.is_displayed()
        assert kept.get_attribute("value") == "half een"
        assert len(said(browser, "answer-given")) == before
        kept.send_keys(" antwoord")
        kept.find_element(By.XPATH, "./ancestor::form//button").click()
        until(browser, lambda b=before: len(said(browser, "answer-given")) == b + 1)
        assert said(browser, "answer-given")[-1]["text"] == "half een antwoord"
        browser.refresh()
        until(browser, lambda: text(browser, ".saved"))
        assert len(said(browser, "answer-given")) == before + 1


def test_nothing_is_typed_over_what_is_recorded_before_the_page_shows_it(place: Place) -> None:
    browser, url, _context = place
    uuid = on_both(place, events_of("A-01", ""))
    for screen, field in (
        ("finish", "#after-timetable textarea"),
        ("schedule", "#q-other .one textarea"),
    ):
        go(place, screen, uuid)
        before = browser.find_element(By.CSS_SELECTOR, field).get_attribute("value")
        assert before
        browser.get("about:blank")
        with slow_database(browser):
            browser.get(f"{url}/{screen}?language=nl#{uuid}")
            type_when_it_can_be(browser, field, " En meer.")
            until_kept(browser, "En meer.")
        typed = browser.find_element(By.CSS_SELECTOR, field).get_attribute("value")
        assert typed == f"{before} En meer."


def test_whoever_leaves_by_a_link_takes_the_answer_along(place: Place) -> None:
    browser = place[0]
    uuid = on_both(place, events_of("A-01", "observation-ended"))
    go(place, "schedule", uuid)
    fields = browser.find_elements(By.CSS_SELECTOR, ".one textarea")
    next(each for each in fields if each.is_displayed()).send_keys("Veel gelach.")
    browser.find_element(By.CSS_SELECTOR, '.screens a[href*="/finish"]').click()
    until(browser, lambda: "/finish?" in browser.current_url and text(browser, ".saved"))
    assert browser.current_url.endswith(f"#{uuid}")
    assert "Veel gelach." in [each.get("text") for each in said(browser, "answer-given")]


def test_a_place_on_the_page_does_not_lose_the_session(place: Place) -> None:
    browser = place[0]
    uuid = on_both(place, events_of("A-01", CUT))
    go(place, "finish", uuid)
    browser.find_element(By.CSS_SELECTOR, '.counts a[href="#leadership"]').click()
    assert browser.current_url.endswith(f"#{uuid}")
    assert browser.switch_to.active_element.get_attribute("id") == "leadership"


def test_an_end_before_the_beginning_is_refused_and_one_on_the_wall_is_taken(place: Place) -> None:
    browser = place[0]
    uuid = on_both(place, events_of("A-01", CUT))
    go(place, "finish", uuid)
    form = '[data-item="end"] form.line'
    for clock, kept in (("030000PM", 0), ("032530PM", 1)):
        browser.find_element(By.CSS_SELECTOR, f"{form} input[type=time]").send_keys(clock)
        browser.find_element(By.CSS_SELECTOR, f"{form} button").click()
        refused = "#refused:not([hidden])"
        until(
            browser,
            lambda kept=kept, refused=refused: (
                len(said(browser, "observation-ended")) == kept
                and bool(browser.find_elements(By.CSS_SELECTOR, refused)) != bool(kept)
            ),
        )
    (end,) = said(browser, "observation-ended")
    assert end == {"moment": "2018-03-13T15:25:30+01:00"}
    assert not browser.find_element(By.CSS_SELECTOR, form).is_displayed()


def test_without_the_server_finishing_says_what_waits(place: Place) -> None:
    browser = place[0]
    uuid = on_both(place, events_of("A-01", "observation-finished"))
    go(place, "finish", uuid)
    browser.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    browser.find_element(By.CSS_SELECTOR, ".done button").click()
    until(browser, lambda: "wacht op de verbinding" in text(browser, "#waits"))
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline | {"offline": False})
    (done,) = said(browser, "observation-finished")
    assert done["events"] == records()["A-01"].observation.review.events
    assert "/finish?" in browser.current_url
    assert "afgerond" in text(browser, ".state").lower()


def test_after_finishing_a_change_can_say_why(place: Place) -> None:
    browser = place[0]
    uuid = on_both(place, events_of("D-02", ""))
    go(place, "schedule", uuid)
    form = browser.find_element(By.CSS_SELECTOR, "#q-other .one form")
    form.find_element(By.CSS_SELECTOR, "textarea").send_keys(" Meer.")
    reason = next(
        each
        for each in form.find_elements(By.CSS_SELECTOR, ".because summary, input[name=because]")
        if each.is_displayed()
    )
    if reason.tag_name == "summary":
        reason.click()
        reason = form.find_element(By.CSS_SELECTOR, "details input[name=because]")
    reason.send_keys("vergeten")
    form.find_element(By.CSS_SELECTOR, "button.save").click()
    until(browser, lambda: "vergeten" in str(said(browser, "answer-given")))
    until(
        browser,
        lambda: (
            "state-edited"
            in str(browser.find_element(By.CSS_SELECTOR, ".state").get_attribute("class"))
        ),
    )
    again = browser.find_element(By.CSS_SELECTOR, ".closing button")
    assert again.is_displayed()
    again.click()
    until(browser, lambda: len(said(browser, "observation-finished")) == 2)
    until(browser, lambda: not again.is_displayed())
