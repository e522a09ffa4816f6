"""Whatever is tapped, typed, taken back, removed or loaded again: the log on the tablet only grows."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import serving, until
from tests.browser.test_offline import begin, rows, tablet, text
from tests.browser.test_storage import ALONE

pytestmark = pytest.mark.slow

ACTIONS = 200
# A wall clock that the test can put forward by days.
LATER = """(() => {
  const now = Date.now;
  Date.now = () => now() + Number(localStorage.getItem("later") ?? 0);
})();"""
DAY = 86_400_000  # ms
CLICK = """
const [selector, chance] = arguments;
const found = document.querySelectorAll(selector);
found[Math.floor(chance * found.length)]?.click();
"""


class User:
    """Does anything that the pages let one do, and remembers what must not be lost."""

    def __init__(self, browser: WebDriver, url: str, chance: random.Random) -> None:
        self.browser, self.url, self.chance = browser, url, chance
        self.uuid = begin(browser, url)
        self.hidden = False
        self.log: dict[str, dict[str, object]] = {}

    def check(self, what: str) -> None:
        """The log holds every event that it ever held, as it was."""
        now = {row["event"]["id"]: row["event"] for row in rows(self.browser)}
        assert len(now) >= len(self.log), what
        assert {event: now.get(event) for event in self.log} == self.log, what
        self.log = now

    def click(self, selector: str) -> None:
        """Click on one of these, if there are any, found and clicked in one script: the page may draw anew."""
        self.browser.execute_script(CLICK, selector, self.chance.random())

    def capture(self) -> None:
        self.browser.get("about:blank")
        self.browser.get(f"{self.url}/capture?language=nl#{self.uuid}")
        until(self.browser, lambda: text(self.browser, ".log"))

    def write(self) -> None:
        note = self.browser.find_element(By.ID, "text")
        note.send_keys(f"note {self.chance.random()}")
        self.click("form.note button:not([form])")

    def remove(self) -> None:
        """Remove the session on the page of the tablet, or put it back, and go on."""
        self.browser.get(f"{self.url}/tablet?language=nl")
        place = "removed" if self.hidden else "sessions"
        until(
            self.browser,
            lambda: self.browser.find_elements(By.CSS_SELECTOR, f"[data-list={place}] li"),
        )
        self.click(f"[data-list={place}] :is([data-hide], [data-unhide])")
        self.hidden = not self.hidden
        place = "removed" if self.hidden else "sessions"
        until(
            self.browser,
            lambda: self.browser.find_elements(By.CSS_SELECTOR, f"[data-list={place}] li"),
        )
        self.check("removed or put back")
        self.capture()

    def actions(self) -> dict[str, Callable[[], None]]:
        return {
            "count": lambda: self.click(".counter"),
            "seen": lambda: self.click(".tile-tap"),
            "phase": lambda: self.click(".phase .chip"),
            "lead": lambda: self.click(".lead .chip"),
            "mark": lambda: self.click("[form=mark]"),
            "undo": lambda: self.click(".just form[data-kind='event-retracted'] button"),
            "take back": lambda: self.click(".log form[data-kind='event-retracted'] button"),
            "earlier": lambda: self.click(".just [name=earlier]"),
            "correct": lambda: self.click(".log [data-correct]:not([hidden])"),
            "write": self.write,
            "reload": self.capture,
            "remove": self.remove,
        }


@pytest.mark.parametrize("seed", [20261127])
def test_two_hundred_actions_never_shorten_the_log(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, ALONE) as browser:
        user = User(browser, url, chance)
        actions = user.actions()
        weights = [3 if name not in ("reload", "remove") else 1 for name in actions]
        done = set()
        for number in range(ACTIONS):
            (name,) = chance.choices(list(actions), weights)
            actions[name]()
            user.check(f"seed {seed}, action {number}: {name}")
            done.add(name)
        assert done == actions.keys()
        kinds = {event["kind"] for event in user.log.values()}
        assert {"event-retracted", "moment-corrected", "note-corrected"} <= kinds


def test_what_was_removed_stands_in_the_list_again_after_thirty_days(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, _),
        tablet(tmp_path, ALONE + LATER) as browser,
    ):
        user = User(browser, url, random.Random(1))
        user.remove()
        for days, place in ((0, "removed"), (29, "removed"), (31, "sessions")):
            browser.execute_script("localStorage.setItem('later', arguments[0])", days * DAY)
            browser.get(f"{url}/tablet?language=nl")
            until(
                browser,
                lambda place=place: browser.find_elements(
                    By.CSS_SELECTOR, f"[data-list={place}] li"
                ),
            )
            other = {"removed": "sessions", "sessions": "removed"}[place]
            assert not browser.find_elements(By.CSS_SELECTOR, f"[data-list={other}] li")
        user.check("after a month")
