"""A session keeps the schedule that it was begun with, also on the tablet after the server has another."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from observation.core.events import read_event
from observation.core.fold import pinned
from observation.settings import Clock
from observation.store.reading import read_stream
from tests.browser.place import AnyDriver, browser, serving, until
from tests.browser.tablet import keep, rows
from tests.browser.test_offline import PUT_OFF, begin, tap, text, wait_until_ready
from tests.samples import BUNDLE, another_version, records

pytestmark = pytest.mark.slow

SESSION = [e for e in BUNDLE.events if e.stream == records()["A-01"].observation.stream]
PHASES = "[data-list=phases]"


def open_screen(browser: AnyDriver, url: str, screen: str, uuid: str) -> str:
    """Open a screen of a session as every link does, and return the path that it comes to."""
    browser.get("about:blank")
    browser.get(f"{url}/{screen}?language=nl#{uuid}")
    shown = "return document.querySelector('.saved').innerText"
    until(browser, lambda: browser.execute_script(shown).strip())
    path: str = browser.execute_script("return location.pathname")
    return path


def take_the_update(browser: AnyDriver, url: str) -> None:
    """Put the version that waits in the place of the one in use."""
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: text(browser, "[data-slot=version]") not in ("", "–"))
    version = text(browser, "[data-slot=version]")
    until(browser, lambda: browser.find_element(By.ID, "update").is_displayed())
    tap(browser, "#update button")
    before = ("", "–", version)
    until(browser, lambda: text(browser, "[data-slot=version]") not in before, PUT_OFF)
    until(browser, lambda: text(browser, "[data-slot=ready]") == "klaar")


def test_a_session_goes_on_with_its_schedule_and_a_new_one_takes_the_newest(
    engine: str, tmp_path: Path
) -> None:
    data, profile = tmp_path / "data", tmp_path / "profile"
    with serving(data, Clock()) as (url, context), browser(engine, profile) as tablet:
        first = context.instruments.newest()
        wait_until_ready(tablet, url)
        old = begin(tablet, url)
    port = int(url.rpartition(":")[2])
    another_version(data)
    with serving(data, Clock(), port) as (_, context), browser(engine, profile) as tablet:
        second = context.instruments.newest()
        take_the_update(tablet, url)
    with browser(engine, profile) as tablet:  # and no server
        assert open_screen(tablet, url, "capture", old) == f"/capture/{first.digest}"
        assert "Inhoud" in text(tablet, PHASES)
        assert not tablet.find_element(By.ID, "other-schedule").is_displayed()
        tap(tablet, "[data-list=phases] [data-key=content] button")
        until(tablet, lambda: "Inhoud begint" in text(tablet, ".log"))
        for screen in ("finish", "schedule"):
            assert open_screen(tablet, url, screen, old) == f"/{screen}/{first.digest}"
        new = begin(tablet, url)
        assert open_screen(tablet, url, "capture", new) == "/capture"
        assert "Thema" in text(tablet, PHASES)
        with serving(data, Clock(), port) as (_, context):
            tablet.get(f"{url}/tablet?language=nl")
            tap(tablet, "#send")
            until(tablet, lambda: "Alles staat op de server" in text(tablet, ".unsent"))
            store = context.store.events
            (study,) = store.studies()
            for uuid, schedule in ((old, first), (new, second)):
                log = read_stream(store, study, f"observation/{uuid}")
                found = pinned(log.events)
                assert found == (schedule.id, schedule.version, schedule.digest)
                assert context.instruments.pinned(log.events) == schedule


def test_a_schedule_that_the_tablet_does_not_hold_is_said_and_recording_goes_on(
    engine: str, tmp_path: Path
) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, _),
        browser(engine, tmp_path / "profile") as tablet,
    ):
        wait_until_ready(tablet, url)
        events = [event.as_dict() for event in SESSION if event.kind != "observation-ended"]
        for event in events:
            if event["kind"] == "observation-begun":
                event["data"] = event["data"] | {
                    "instrument": {"id": "own", "version": "7", "digest": "7" * 64}
                }
        keep(tablet, [read_event(event) for event in events])
        uuid = SESSION[0].stream.split("/")[1]
        for screen in ("finish", "schedule", "capture"):
            assert open_screen(tablet, url, screen, uuid) == f"/{screen}"
            until(tablet, lambda: "met versie 7 van het schema" in text(tablet, "#other-schedule"))
        before = len(rows(tablet))
        tap(tablet, ".counter")
        until(tablet, lambda: len(rows(tablet)) > before)
