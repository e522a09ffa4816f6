"""How many taps it takes, counted with a finger: each is a touch on what is in view, and hits what it is meant for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from observation.settings import Clock, Context
from observation.store import Receipt
from observation.store.deposit import deposit
from tests.browser.place import chromium, serving, until
from tests.browser.tablet import rows
from tests.browser.test_offline import text
from tests.samples import BUNDLE

pytestmark = pytest.mark.slow

SIZES = {"landscape": (1180, 820), "portrait": (820, 1180), "phone": (390, 844)}
UNIT = "A · 7-8"  # observed before, in the sample
PEOPLE = ["L1", "L2", "C1", "T1", "T2", "T3", "T4", "T5"]
# Where a finger touches: the middle of what is seen of the first one that is shown; "" when it is out of view or under another.
TARGET = """
const shown = [...document.querySelectorAll(arguments[0])].find((e) => e.getClientRects().length);
if (!shown) return "";
const { x, y, width, height } = shown.getBoundingClientRect();
const [left, top] = [x + width / 2, y + height / 2];
const hit = document.elementFromPoint(left, top);
return hit && (shown.contains(hit) || hit.contains(shown)) ? [left, top, width, height] : "";
"""
SCROLL = "[...document.querySelectorAll(arguments[0])].find((e) => e.getClientRects().length).scrollIntoView({ block: 'center' })"
LEAST = 44  # px, the least that a finger finds


class Finger:
    """A finger on the screen that counts how often it touches."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser, self.taps = browser, 0

    def tap(self, what: str, scrolled: bool = False) -> None:
        """Touch what is in view; only where it may be `scrolled` to it is moved into view before."""
        if scrolled:
            self.browser.execute_script(SCROLL, what)
        until(self.browser, lambda: self.browser.execute_script(TARGET, what))
        x, y, width, height = self.browser.execute_script(TARGET, what)
        assert min(width, height) >= LEAST, (what, width, height)
        touch = "Input.dispatchTouchEvent"
        self.browser.execute_cdp_cmd(
            touch, {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
        )
        self.browser.execute_cdp_cmd(touch, {"type": "touchEnd", "touchPoints": []})
        self.taps += 1

    def type(self, text: str) -> None:
        """Type where the cursor is."""
        ActionChains(self.browser).send_keys(text).perform()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return SIZES[request.param]


@contextmanager
def at_hand(folder: Path, size: tuple[int, int]) -> Iterator[tuple[str, Context, WebDriver]]:
    """A server that knows the sample's schools, and a tablet that is touched."""
    with serving(folder / "data", Clock()) as (url, context):
        receipt = Receipt("2018-04-06T08:00:00.000Z", "test")
        deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
        with chromium(folder / "profile", size=size) as browser:
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": True}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
            yield url, context, browser


def begun(url: str, browser: WebDriver) -> Finger:
    """Begin a session at a known unit, from the study page on; return the finger that did."""
    browser.get(f"{url}/?language=nl")
    until(
        browser,
        lambda: (
            "/new?" in browser.find_element("css selector", "[data-shell]").get_attribute("href")
        ),
    )
    finger = Finger(browser)
    finger.tap("[data-shell]")
    finger.tap(f'.unit[data-key="{UNIT}"]')
    until(
        browser,
        lambda: browser.execute_script("return document.querySelector('[name=person]').value"),
    )
    finger.tap(".go .primary")
    until(browser, lambda: "/capture" in browser.current_url and "Begin" in text(browser, ".log"))
    return finger


def test_from_the_study_page_to_a_running_session_with_known_people_in_six_taps(
    size: tuple[int, int], tmp_path: Path
) -> None:
    with at_hand(tmp_path, size) as (url, _context, browser):
        finger = begun(url, browser)
        finger.tap('[data-list="leads"] .lead .chip')  # who leads
        until(browser, lambda: "leidt" in text(browser, ".log"))
        assert finger.taps <= 6
        begin = next(
            row["event"] for row in rows(browser) if row["event"]["kind"] == "observation-begun"
        )
        assert [each["person"] for each in begin["data"]["people"]] == PEOPLE
        assert (begin["data"]["label"], begin["by"]) == ("A-02", "W1")


def test_any_phase_leader_or_indicator_is_one_tap(size: tuple[int, int], tmp_path: Path) -> None:
    with at_hand(tmp_path, size) as (url, _context, browser):
        finger = begun(url, browser)
        phone = size == SIZES["phone"]  # there one scrolls to what is seen, and to nothing else
        groups = (
            (".phase:not(:first-child) .chip", "phase-started", False),
            ('[data-list="leads"] .lead .chip', "lead-taken", False),
            (".tile-tap", "indicator-judged", phone),
        )
        for buttons, kind, scrolled in groups:
            number = browser.execute_script(
                "return document.querySelectorAll(arguments[0]).length", buttons
            )
            before, taps = len(of(browser, kind)), finger.taps
            for index in range(number):
                browser.execute_script(MARK, buttons, index)
                finger.tap("[data-one]", scrolled)
                done = before + index + 1
                until(browser, lambda kind=kind, done=done: len(of(browser, kind)) == done)
            assert (finger.taps - taps, number) == (number, COUNTS[kind]), kind


def test_a_tagged_note_is_one_tap_and_typing(size: tuple[int, int], tmp_path: Path) -> None:
    with at_hand(tmp_path, size) as (url, _context, browser):
        finger = begun(url, browser)
        for number, tag in enumerate(("leader", "teachers"), 1):
            taps = finger.taps
            finger.tap(f'.tag:has([value="{tag}"])')
            finger.type(f"zegt {number}" + Keys.ENTER)
            until(browser, lambda number=number: len(of(browser, "note-written")) == number)
            assert finger.taps - taps == 1
        notes = [
            (event["data"]["text"], event["data"]["tags"]) for event in of(browser, "note-written")
        ]
        assert notes == [("zegt 1", ["leader"]), ("zegt 2", ["teachers"])]


def test_an_empty_handed_finish_is_two_taps(size: tuple[int, int], tmp_path: Path) -> None:
    with at_hand(tmp_path, size) as (url, context, browser):
        finger = begun(url, browser)
        uuid, taps = browser.current_url.partition("#")[2], finger.taps
        finger.tap("a.finish")
        until(
            browser,
            lambda: "/finish" in browser.current_url and text(browser, '[data-slot="label"]'),
        )
        finger.tap(".summary .done .primary")
        until(browser, lambda: f"/observations/{uuid}" in browser.current_url)
        assert finger.taps - taps == 2
        record = context.catalogue.record(BUNDLE.study, f"observation/{uuid}")
        assert record is not None
        assert record.observation.review.state == "finished"


MARK = """
for (const one of document.querySelectorAll("[data-one]")) one.removeAttribute("data-one");
document.querySelectorAll(arguments[0])[arguments[1]].dataset.one = "";
"""
COUNTS = {"phase-started": 3, "lead-taken": len(PEOPLE) + 2, "indicator-judged": 17}


def of(browser: WebDriver, kind: str) -> list[dict[str, Any]]:
    """The events of this kind on the tablet, in order."""
    events = [row["event"] for row in rows(browser) if row["event"]["kind"] == kind]
    return sorted(events, key=lambda event: event["seq"])
