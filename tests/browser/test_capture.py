"""A session is recorded on the tablet's own screens, and comes out as the paper says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from observation.core.events import Event
from tests.browser.place import HeldClock, Watch, chromium, serving
from tests.browser.test_plain_forms import Hand, same_as_on_paper, typed_in
from tests.samples import records

pytestmark = pytest.mark.slow

SHELL = ("capture",)


@dataclass
class Tapping(Hand):
    """An observer with a tablet: taps are events in its log, which reach the server by themselves."""

    watch: Watch = field(kw_only=True)

    def do(self, event: Event) -> None:
        moment = datetime.fromisoformat(event.data.get("moment", event.at))
        self.watch.set(moment.replace(year=2026, month=11, day=22))
        super().do(event)

    def observation_begun(self, data: Any, clock: str) -> None:
        self.browser.get(f"{self.url}/new?language=nl")
        self.header_and_people(data)
        self.browser.find_element(
            By.CSS_SELECTOR, 'form[data-kind="observation-begun"] button'
        ).click()
        self.wait(lambda: "/capture" in self.browser.current_url)
        self.uuid = self.browser.current_url.partition("#")[2]
        self.settled()

    def interruption_ended(self, data: Any, clock: str) -> None:
        self.click('[data-item="interruption"] button')

    def show(self, screen: str) -> None:
        if screen in SHELL:
            if f"/{screen}?" not in self.browser.current_url:
                self.browser.get(f"{self.url}/{screen}?language=nl#{self.uuid}")
        elif f"/{screen}" not in self.browser.current_url:
            if "/capture?" in self.browser.current_url:
                self.wait(lambda: "server" in self.text(".saved"))
            super().show(screen)

    def click(self, selector: str) -> None:
        element = self.browser.find_element(By.CSS_SELECTOR, selector)
        if element.tag_name != "button" or "/capture?" not in self.browser.current_url:
            super().click(selector)
            return
        # As a finger does: what lies behind the timeline is moved into view first.
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        self.settled()

    def settled(self) -> None:
        """Wait until the screen says that all is saved."""
        self.wait(lambda: self.text(".saved") not in ("", "bewaren …"))
        refusals = [
            e.text for e in self.browser.find_elements(By.CSS_SELECTOR, '[role="alert"]') if e.text
        ]
        assert not refusals, refusals

    def text(self, selector: str) -> str:
        return self.browser.find_element(By.CSS_SELECTOR, selector).text

    def wait(self, done: Any) -> None:
        WebDriverWait(self.browser, 20).until(lambda _: done())


@pytest.mark.parametrize("label", ["A-01", "D-02"])
def test_a_session_recorded_on_the_tablet_is_the_one_on_paper(label: str, tmp_path: Path) -> None:
    record = records()[label]
    begin = "2026-11-22T15:00:00+01:00"
    clock = HeldClock(begin)
    with (
        serving(tmp_path / "data", clock) as (url, context),
        chromium(tmp_path / "profile") as browser,
    ):
        watch = Watch(browser, datetime.fromisoformat(begin))
        hand = Tapping(browser, url, clock, paper=False, watch=watch)
        for event in typed_in(record):
            hand.do(event)
        same_as_on_paper(context, record)
