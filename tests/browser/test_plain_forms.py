"""A session is recorded by plain forms, with JavaScript off, and comes out as the paper says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from observation.core.events import Event
from observation.core.records import Record
from observation.export.json import observation_value
from observation.export.pdf.summary import observation_summary
from observation.settings import Context
from tests.browser.place import HeldClock, answered, chromium, serving, until
from tests.samples import BUNDLE, records

pytestmark = pytest.mark.slow


@dataclass
class Hand:
    """An observer at the browser: does in the screens what the events of a record say."""

    browser: WebDriver
    url: str
    clock: HeldClock
    paper: bool
    uuid: str = ""

    def do(self, event: Event) -> None:
        """Record one event through the screen that is meant for it."""
        moment = datetime.fromisoformat(event.data.get("moment", event.at))
        if self.paper:
            self.clock.advance(20)  # typed in one after the other, long after the session
        else:
            self.clock.set(f"{moment:%H:%M:%S}")
        getattr(self, event.kind.replace("-", "_"))(event.data, f"{moment:%H:%M:%S}")

    def observation_begun(self, data: Any, clock: str) -> None:
        self.browser.get(f"{self.url}/observations/new" + ("?source=paper" if self.paper else ""))
        self.header_and_people(data)
        if self.paper:
            self.type_date('input[name="date"]', "2018-03-22")
            self.type_time('input[name="begin"]', clock)
        self.click('form[data-kind="observation-begun"] button')
        self.uuid = self.browser.current_url.split("/")[-2]

    def header_and_people(self, data: Any) -> None:
        for name in ("school", "unit", "label", "place"):
            self.fill(f'input[name="{name}"]', data[name])
        self.fill('input[name="observer"]', "W1")
        for row, person in enumerate(data["people"]):
            self.browser.find_elements(By.CSS_SELECTOR, 'input[name="person"]')[row].send_keys(
                person["person"]
            )
            self.choose(f'select[name="role-{row}"]', person["role"])
            if not person["present"]:
                self.click(f'input[name="present-{row}"]')
                self.choose(f'select[name="reason-{row}"]', person.get("reason", ""))

    def phase_started(self, data: Any, clock: str) -> None:
        if data["phase"] != "check-in":  # beginning starts the check-in
            self.tap("phase-started", clock, phase=data["phase"])

    def lead_taken(self, data: Any, clock: str) -> None:
        self.tap("lead-taken", clock, lead=data["lead"])

    def note_written(self, data: Any, clock: str) -> None:
        self.show("capture")
        self.fill("form.note textarea", data["text"])
        for tag in data["tags"]:
            self.click(f'form.note label:has(input[value="{tag}"])')
        self.click(f'form.note label:has(input[name="kind"][value="{data["kind"]}"])')
        self.click("form.note button.primary")

    def person_arrived(self, data: Any, clock: str) -> None:
        self.show("capture")
        self.click(".coming summary")
        self.tap("person-arrived", clock, person=data["person"])

    def person_departed(self, data: Any, clock: str) -> None:
        self.show("capture")
        self.click(".coming summary")
        self.tap("person-departed", clock, person=data["person"])

    def interruption_started(self, data: Any, clock: str) -> None:
        self.show("capture")
        self.click(".coming summary")
        form = 'form.inline[data-kind="interruption-started"]'
        self.fill(f'{form} input[name="text"]', data["text"])
        self.click(f"{form} button")

    def interruption_ended(self, data: Any, clock: str) -> None:
        self.tap("interruption-ended", clock)

    def board_counted(self, data: Any, clock: str) -> None:
        self.tap("board-counted", clock, counter=data["counter"])

    def indicator_judged(self, data: Any, clock: str) -> None:
        what = {name: data[name] for name in ("indicator", "state", "part") if name in data}
        if data["judged"] == "session":
            self.show("capture")
            if data["state"] != "seen":
                self.click(f'.tile:has(input[value="{data["indicator"]}"]) summary')
            self.tap("indicator-judged", clock, **what)
            if "person" in data:
                self.tap("judged-by", "", person=data["person"])
            return
        self.show("finish")
        del what["state"]
        self.click(f'{self.form("indicator-judged", **what)} button[value="{data["state"]}"]')

    def observation_ended(self, data: Any, clock: str) -> None:
        self.tap("observation-ended", clock)

    def answer_given(self, data: Any, clock: str) -> None:
        afterwards = {q.id for q in records()["A-01"].instrument.afterwards}
        self.show("finish" if data["question"] in afterwards else "schedule")
        form = self.form("answer-given", question=data["question"])
        if data.get("choice"):
            self.click(f'{form} button[value="{data["choice"]}"]')
        elif data["question"] == "previous-session":
            self.type_date(f'{form} input[name="text"]', data["text"])
            self.click(f"{form} button")
        elif data["question"] in afterwards:
            self.fill(f'{form} [name="text"]', data["text"])
            self.click(f"{form} button")
        else:
            taken = f'{form}:has(input[type="hidden"][name="text"]) button'
            self.click(taken)

    def observation_finished(self, data: Any, clock: str) -> None:
        self.show("finish")
        self.click('form[data-kind="observation-finished"] button')

    def show(self, screen: str) -> None:
        address = f"{self.url}/observations/{self.uuid}/{screen}"
        if not self.browser.current_url.startswith(address):
            self.browser.get(address)

    def form(self, kind: str, **fields: str) -> str:
        """The selector of the form that makes this event."""
        having = "".join(f':has(input[name="{n}"][value="{v}"])' for n, v in fields.items())
        return f'form[data-kind="{kind}"]{having}'

    def tap(self, kind: str, clock: str, **fields: str) -> None:
        self.show("capture")
        form = self.form(kind, **fields)
        self.click(f"{form} button")

    def click(self, selector: str) -> None:
        element = self.browser.find_element(By.CSS_SELECTOR, selector)
        assert element.is_displayed(), selector
        if element.tag_name == "button":
            # By keyboard, as everything must be possible. The clock may only go on when the server
            # has answered.
            with answered(self.browser):
                element.send_keys(Keys.ENTER)
        elif element.tag_name == "summary":
            element.send_keys(Keys.ENTER)
        else:
            element.click()
        alerts = self.browser.find_elements(By.CSS_SELECTOR, '[role="alert"]')
        refusals = [alert.text for alert in alerts if alert.text]
        assert not refusals, refusals

    def fill(self, selector: str, text: str, clear: bool = True) -> None:
        field = self.browser.find_element(By.CSS_SELECTOR, selector)
        if clear:
            field.clear()
        field.send_keys(text)

    def type_date(self, selector: str, day: str) -> None:
        """Type into a date field, which takes keys in the order of the browser's own language."""
        self.fill(selector, f"{datetime.fromisoformat(day):%m%d%Y}", clear=False)

    def type_time(self, selector: str, clock: str) -> None:
        self.fill(selector, f"{datetime.strptime(clock, '%H:%M:%S'):%I%M%S%p}", clear=False)

    def choose(self, selector: str, value: str) -> None:
        Select(self.browser.find_element(By.CSS_SELECTOR, selector)).select_by_value(value)


@dataclass
class Typist(Hand):
    """An observer who types a paper form in, line by line, and touches no mouse for it."""

    line: dict[str, str] = field(default_factory=dict)  # what is to be typed, by names of fields
    time: str = ""  # of that line
    before: str = ""  # the time of the line before it

    def do(self, event: Event) -> None:
        """Write the event on the line of its time; what stands on no line, on its own screen."""
        time = f"{datetime.fromisoformat(event.data.get('moment', event.at)):%H%M%S}"
        fields = on_a_line(event, len([name for name in self.line if "behaviour" in name]))
        if fields is None or time != self.time or "text" in fields.keys() & self.line.keys():
            self.add_line()
        if fields is None:
            super().do(event)
            return
        self.time = time
        for name, value in fields.items():
            counted = name.startswith("board-") and name in self.line
            self.line[name] = str(int(self.line[name]) + int(value)) if counted else value

    def add_line(self) -> None:
        """Type the line from the time on, tab by tab, and send it with Enter."""
        if not self.line:
            return
        self.show("paper")
        self.clock.advance(20)
        until(self.browser, lambda: self.at.get_attribute("name") == "clock")
        if self.time != self.before:
            self.at.send_keys(self.time)
        while self.line:
            self.at.send_keys(Keys.TAB)
            name = self.at.get_attribute("name") or ""
            if name in self.line:
                self.enter(self.line.pop(name))
            elif self.at.tag_name == "summary" and self.folded() & self.line.keys():
                self.at.send_keys(Keys.ENTER)
        while self.at.tag_name != "button" and self.at.get_attribute("name") != "text":
            self.at.send_keys(Keys.TAB)
        with answered(self.browser):
            self.at.send_keys(Keys.ENTER)
        status = self.browser.find_element(By.CSS_SELECTOR, '[role="status"]')
        assert self.time in status.text.replace(":", "")
        self.before = self.time

    @property
    def at(self) -> WebElement:
        """Where the cursor is."""
        return self.browser.switch_to.active_element

    def folded(self) -> set[str | None]:
        """The names of the fields of the part whose summary the cursor is on."""
        fields = self.at.find_elements(By.XPATH, "..//*[@name]")
        return {each.get_attribute("name") for each in fields}

    def enter(self, value: str) -> None:
        """Type a value; in a list its first word, and then down to it."""
        if self.at.tag_name != "select":
            self.at.send_keys(value)
            return
        words = self.at.find_element(By.CSS_SELECTOR, f'option[value="{value}"]').text
        self.at.send_keys(words.split()[0])
        for _step in range(20):
            if self.at.get_attribute("value") == value:
                return
            self.at.send_keys(Keys.DOWN)
        raise AssertionError((value, words))


def on_a_line(event: Event, behaviours: int) -> dict[str, str] | None:
    """What an event is on a line that has so many behaviours; None when it stands on no line."""
    data = event.data
    match event.kind:
        case "phase-started":
            # Beginning starts the check-in.
            return {"phase": data["phase"]} if data["phase"] != "check-in" else {}
        case "lead-taken":
            return {"lead": data["lead"]}
        case "person-arrived":
            return {"arrived": data["person"]}
        case "board-counted":
            return {f"board-{data['counter']}": str(data["number"])}
        case "note-written":
            tags = {f"tag-{number}": tag for number, tag in enumerate(data["tags"])}
            kind = {"kind": data["kind"]} if data["kind"] != "seen" else {}
            return {"text": data["text"], **tags, **kind}
        case "indicator-judged" if data["judged"] == "session":
            by = {f"by-{behaviours}": data["person"]} if "person" in data else {}
            return {f"behaviour-{behaviours}": data["indicator"], **by}
        case "observation-ended":
            return {"ended": " "}  # the space bar sets a tick
    return None


def typed_in(record: Record) -> Iterator[Event]:
    """The events of a record in the order in which they happened."""
    events = [
        e for e in BUNDLE.events if e.stream == record.observation.stream and e.device != "server"
    ]
    yield from sorted(events, key=lambda event: event.seq)


@pytest.mark.parametrize("label", ["A-01", "D-02", "D-01"])
def test_a_session_recorded_by_plain_forms_is_the_one_on_paper(label: str, tmp_path: Path) -> None:
    record = records()[label]
    paper = record.observation.from_paper
    begin = "2026-11-22T15:00:00+01:00"
    clock = HeldClock(begin)
    with (
        serving(tmp_path / "data", clock) as (url, context),
        chromium(tmp_path / "profile", scripts=False) as browser,
    ):
        hand = (Typist if paper else Hand)(browser, url, clock, paper)
        for event in typed_in(record):
            hand.do(event)
        same_as_on_paper(context, record)


def same_as_on_paper(context: Context, record: Record) -> None:
    """Assert that the one record which the server holds says what the paper says."""
    (study,) = context.store.events.studies()
    (found,) = context.catalogue.records(study)
    made = observation_value(found, "nl")
    expected = observation_value(record, "nl")
    for name in ("label", "school", "unit", "place", "seconds", "source", "phases", "leads", "lead_seconds",
                 "people", "interruptions", "board", "afterwards", "answers", "review", "problems", "finished"):  # fmt: skip
        assert made[name] == expected[name], (name, made[name], expected[name])
    said = [
        (i["code"], i["actor"], i["state"], i["times"], i["judged"]) for i in made["indicators"]
    ]
    assert said == [
        (i["code"], i["actor"], i["state"], i["times"], i["judged"]) for i in expected["indicators"]
    ]
    notes = [(note["text"], note["kind"], sorted(note["tags"])) for note in made["notes"]]
    assert notes == [
        (note["text"], note["kind"], sorted(note["tags"])) for note in expected["notes"]
    ]
    lines, printed = (pages_of(observation_summary(each, "nl")) for each in (record, found))
    assert [line for line in lines if line not in printed and not OTHERWISE.search(line)] == []


# What a record that is typed in today says otherwise: its day, and where it came from.
OTHERWISE = re.compile(r" 20\d\d$|^\d\d:\d\d–\d\d:\d\d$|gegevens|UTC|ontvangen")


def pages_of(pdf: bytes) -> list[str]:
    """The lines of all pages."""
    return [
        line for page in PdfReader(BytesIO(pdf)).pages for line in page.extract_text().split("\n")
    ]
