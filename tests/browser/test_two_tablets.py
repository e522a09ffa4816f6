"""Two tablets at one session, and one record that goes on on another tablet, come together without loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import chromium, serving, until
from tests.browser.tablet import rows
from tests.browser.test_tablet import begin, tap, text

pytestmark = pytest.mark.slow


def saved_copy(browser: WebDriver, url: str, folder: Path) -> Path:
    """Save a copy on the page of the tablet, and return the file."""
    folder.mkdir()
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".session"))
    browser.find_element(By.CSS_SELECTOR, "[data-save]").click()
    until(browser, lambda: list(folder.glob("*.jsonl")))
    return next(folder.glob("*.jsonl"))


def sent(browser: WebDriver) -> bool:
    return not any("unsent" in row for row in rows(browser))


def answer(browser: WebDriver, url: str, uuid: str, words: str) -> None:
    """Answer the question for anything else in other words."""
    browser.get(f"{url}/schedule?language=nl#{uuid}")
    field = '#q-other textarea[name="text"]'
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, field))
    shown = [e for e in browser.find_elements(By.CSS_SELECTOR, field) if e.is_displayed()]
    shown[0].send_keys(words)
    form = shown[0].find_element(By.XPATH, "./ancestor::form")
    form.find_element(By.CSS_SELECTOR, "button").click()
    until(browser, lambda: words in str(rows(browser)))


def test_a_session_goes_on_on_another_tablet_and_an_answer_of_both_asks(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        chromium(tmp_path / "one") as one,
        chromium(tmp_path / "two") as two,
    ):
        begin(one, url)
        uuid = one.current_url.partition("#")[2]
        tap(one, '[data-key="nobody"] .chip')
        until(one, lambda: text(one, ".just strong"))
        file = saved_copy(one, url, tmp_path / "files")
        two.get(f"{url}/tablet?language=nl")
        for _ in range(2):  # twice is once
            two.find_element(By.ID, "take-in").send_keys(str(file))
            until(two, lambda: "Overgenomen" in text(two, "[data-item=taken]"))
        assert text(two, "[data-item=taken]").endswith(" 0.")
        two.get(f"{url}/capture?language=nl#{uuid}")
        until(two, lambda: text(two, "h1") == "‹ Z-01")
        tap(two, '[data-key="content"] .chip')
        until(two, lambda: "Inhoud" in text(two, ".just"))
        for browser, words in ((one, "zoals de een het zag"), (two, "zoals de ander het zag")):
            answer(browser, url, uuid, words)
            until(browser, lambda browser=browser: sent(browser))
        (study,) = context.store.events.studies()
        (record,) = context.catalogue.records(study)
        held = context.store.events.read(study, f"observation/{uuid}").events
        ids = {row["event"]["id"] for browser in (one, two) for row in rows(browser)}
        assert {event.id for event in held} >= ids
        assert len({event.device for event in held if event.device != "server"}) == 2
        assert record.observation.problems == ()
        slot = record.observation.answers["other"]
        assert {each.text for each in slot.values} == {
            "zoals de een het zag",
            "zoals de ander het zag",
        }
        one.get("about:blank")
        one.get(f"{url}/schedule?language=nl#{uuid}")
        until(one, lambda: "tegenspreken" in text(one, "#q-other"))


def test_two_observers_of_one_session_keep_their_own_records_and_labels(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        chromium(tmp_path / "one") as one,
        chromium(tmp_path / "two") as two,
    ):
        for browser in (one, two):
            begin(browser, url)
        for browser in (one, two):
            until(browser, lambda browser=browser: sent(browser))
        (study,) = context.store.events.studies()
        labels = {each.observation.label for each in context.catalogue.records(study)}
        assert labels == {"Z-01", "Z-01-W1"}


def test_a_file_that_is_no_copy_is_refused_with_a_sentence(tmp_path: Path) -> None:
    files = {
        "empty.jsonl": "",
        "text.jsonl": "geen kopie",
        "cut.jsonl": '{"bundle": 1, "events": 2}\n{"id": "x"}\n',
        "odd.jsonl": '{"bundle": 1, "events": 1}\n{"id": "x", "stream": "../x", "device": "d", "seq": 1, "kind": "k", "data": {}}\n',
    }
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        chromium(tmp_path / "profile") as browser,
    ):
        browser.get(f"{url}/tablet?language=nl")
        for name, content in files.items():
            (tmp_path / name).write_text(content)
            browser.execute_script("document.querySelector('[data-item=taken]').textContent = ''")
            browser.find_element(By.ID, "take-in").send_keys(str(tmp_path / name))
            until(
                browser, lambda: "geen kopie van een tablet" in text(browser, "[data-item=taken]")
            )
        assert rows(browser) == []
