"""An ordinary session leaves a record whose clock needs no look; what was loaded again or killed is named."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from observation.core.records import Observation
from observation.settings import Clock, Context
from observation.store.server import current_study
from tests.browser.place import AnyDriver, browser, kill, open_browser, serving, until
from tests.browser.tablet import rows
from tests.browser.test_offline import begin, tap, text

pytestmark = pytest.mark.slow

WHILE = 3.0  # seconds; longer than two clocks may drift apart unnoticed


def test_from_begin_to_finished_by_the_tablets_own_pages_no_line_says_that_the_clock_needs_a_look(
    engine: str, tmp_path: Path
) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser(engine, tmp_path / "profile") as opened,
    ):
        uuid = begin(opened, url)
        time.sleep(WHILE)
        tapped(opened, '[data-key="nobody"] .chip')
        time.sleep(WHILE)
        # To Finish to see what is open, and back, as the session goes on.
        leave(opened, "a.finish", "/finish")
        time.sleep(WHILE)
        leave(opened, '.screens a[href*="/capture"]', "/capture")
        time.sleep(WHILE)
        tapped(opened, ".counter")
        time.sleep(WHILE)
        leave(opened, "a.finish", "/finish")
        time.sleep(WHILE)
        tapped(opened, '[data-item="end"] .primary')
        time.sleep(WHILE)
        tapped(opened, '[data-list="parts"] button[value="not-seen"]')
        leave(opened, '.screens a[href*="/schedule"]', "/schedule")
        time.sleep(WHILE)
        tapped(opened, '[data-key="course"] .draft-actions .primary')
        leave(opened, '.screens a[href*="/finish"]', "/finish")
        time.sleep(WHILE)
        tap(opened, ".closing .done button")
        until(opened, lambda: f"/observations/{uuid}?" in opened.current_url)
        until(opened, lambda: "Uitgewerkt" in text(opened, "main"))
        assert not opened.find_elements(By.ID, "looks")
        state = observation(context, uuid)
        assert state.ended
        assert state.review.state == "finished"
        assert len({entry.event.boot for entry in state.log}) >= 6  # as many pages
        assert state.steps == ()


def test_a_page_that_is_loaded_again_in_the_middle_is_named(engine: str, tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser(engine, tmp_path / "profile") as opened,
    ):
        uuid = begin(opened, url)
        tapped(opened, '[data-key="nobody"] .chip')
        opened.refresh()
        until(opened, lambda: "Niemand leidt" in text(opened, ".log"))
        time.sleep(WHILE)
        tapped(opened, ".counter")
        assert named(opened, url, context, uuid) == ["reloaded"]


def test_a_browser_that_was_killed_in_the_middle_is_named(engine: str, tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context):
        opened = open_browser(engine, tmp_path / "profile")
        uuid = begin(opened, url)
        tapped(opened, '[data-key="nobody"] .chip')
        kill(opened)
        with browser(engine, tmp_path / "profile") as opened:
            opened.get(f"{url}/capture?language=nl#{uuid}")
            until(opened, lambda: "Niemand leidt" in text(opened, ".log"))
            time.sleep(WHILE)
            tapped(opened, ".counter")
            assert named(opened, url, context, uuid) == ["reloaded"]


def tapped(opened: AnyDriver, what: str) -> None:
    """Tap, and wait until what it records is on the disk."""
    before = len(rows(opened))
    tap(opened, what)
    until(opened, lambda: len(rows(opened)) > before)


def leave(opened: AnyDriver, link: str, screen: str) -> None:
    """Follow a link to another screen of the record, and wait until it is there."""
    tap(opened, link)
    until(opened, lambda: screen in opened.current_url and text(opened, '[data-slot="label"]'))


def named(opened: AnyDriver, url: str, context: Context, uuid: str) -> list[str]:
    """The causes of what needs a look, which the record shows too, once the server has all."""
    until(opened, lambda: all("outcome" in row for row in rows(opened)))
    opened.get(f"{url}/observations/{uuid}?language=nl")
    steps = observation(context, uuid).steps
    assert ("opnieuw geopend" in text(opened, "main")) == bool(steps)
    return [step.cause for step in steps]


def observation(context: Context, uuid: str) -> Observation:
    record = context.catalogue.record(current_study(context.store), f"observation/{uuid}")
    assert record is not None
    return record.observation
