"""The third word on the tablet, and a server that is restored from a backup of the day before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.utils import free_port
from selenium.webdriver.remote.webdriver import WebDriver

from observation.core.events import Event
from observation.settings import Clock, Context, open_context
from observation.store.backup import make_nightly
from observation.store.restore import restore
from tests.browser.place import browser, chromium, serving, until
from tests.browser.tablet import keep, rows
from tests.recorder import Recorder
from tests.web.tablet import DEVICE, stream

pytestmark = pytest.mark.slow

RECORDER = Recorder(device=DEVICE, stream=stream(1))
RECORDER.begin()
for second in range(1, 6):
    RECORDER.add(second, "note-written", text=f"note {second}", kind="seen", tags=[])
EVENTS = RECORDER.events

SENT, SAFE, UNSAFE = (
    "yes: on the server",
    "yes: in a checked backup",
    "no: not in a checked backup yet",
)


def held(context: Context) -> set[str]:
    """The ids of all events that the server holds."""
    store = context.store.events
    return {
        event.id
        for study in store.studies()
        for stream in store.versions(study)
        for event in store.read(study, stream).events
    }


def ids(opened: WebDriver) -> set[str]:
    """The ids of all events that the tablet keeps."""
    return {row["event"]["id"] for row in rows(opened)}


def back_up(context: Context) -> Path:
    clock = context.clock.now
    return Path(make_nightly(context.store, context.schedules, context.backups, clock).file)


def said(opened: WebDriver) -> list[str]:
    """What the page says of the server and of the backup, with the look of each."""
    where = "ul [data-slot=sent], ul [data-slot=backup]"
    found = opened.find_elements(By.CSS_SELECTOR, where)
    return [f"{each.get_attribute('class')}: {each.text}" for each in found]


def look(opened: WebDriver, url: str) -> None:
    opened.get(f"{url}/tablet?language=en")


def record(opened: WebDriver, url: str, events: Sequence[Event]) -> None:
    """Let the tablet have recorded these, and open its page."""
    opened.get(f"{url}/rescue?language=en")  # where nothing else is done meanwhile
    keep(opened, events)
    look(opened, url)


def send(opened: WebDriver) -> None:
    opened.find_element(By.ID, "send").click()


def test_the_tablet_says_when_a_session_is_in_a_checked_backup(tmp_path: Path, engine: str) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser(engine, tmp_path / "profile") as opened,
    ):
        record(opened, url, EVENTS[:3])
        until(opened, lambda: said(opened) == [SENT, UNSAFE])
        back_up(context)
        assert said(opened) == [SENT, UNSAFE], "it says what the server last said"
        send(opened)
        until(opened, lambda: said(opened) == [SENT, SAFE])

        # What is recorded after that is not in it, neither before nor after it is sent.
        record(opened, url, EVENTS[3:])
        seen = set()
        for _ in range(30):
            seen.add(tuple(said(opened)[1:]))
        assert seen <= {(), (UNSAFE,)}
        until(opened, lambda: said(opened) == [SENT, UNSAFE])
        back_up(context)
        send(opened)
        until(opened, lambda: said(opened) == [SENT, SAFE])
        assert ids(opened) == held(context), "nothing is deleted on the tablet"


def test_after_a_restore_of_yesterdays_backup_the_tablet_brings_back_what_came_since(
    tmp_path: Path,
) -> None:
    """On an empty machine: of the day after the backup nothing is left but what the tablet keeps."""
    # A port of the system's choice cannot be opened again at once.
    data, port = tmp_path / "data", free_port()
    with chromium(tmp_path / "profile") as opened:
        with serving(data, Clock(), port) as (url, context):
            record(opened, url, EVENTS[:3])
            until(opened, lambda: said(opened) == [SENT, UNSAFE])
            file = back_up(context)
            record(opened, url, EVENTS[3:])
            until(opened, lambda: said(opened) == [SENT, UNSAFE])
            all_of_it = ids(opened)
            assert all_of_it == held(context)
        os.replace(file, tmp_path / "file.gz")
        shutil.rmtree(data)
        restored = open_context(data)
        restore(restored.store, restored.schedules, tmp_path / "file.gz", Clock().now())
        assert held(restored) < all_of_it
        with serving(data, Clock(), port) as (_, context):
            send(opened)
            until(opened, lambda: held(context) == all_of_it)
            until(opened, lambda: said(opened) == [SENT, UNSAFE])
            assert ids(opened) == all_of_it
