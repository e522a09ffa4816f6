"""On both engines a whole session is recorded through a reload, a kill and a stopped server."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.utils import free_port

from tests.browser.place import HeldClock, Watch, close, kill, open_browser, serving
from tests.browser.tablet import rows
from tests.browser.test_plain_forms import same_as_on_paper, typed_in
from tests.browser.test_tablet import Tapping
from tests.samples import records

pytestmark = pytest.mark.slow

BEGIN = "2026-11-22T15:00:00+01:00"


def test_a_session_through_a_reload_a_kill_and_a_stopped_server_is_the_one_on_paper(
    engine: str, tmp_path: Path
) -> None:
    record, clock = records()["A-01"], HeldClock(BEGIN)
    events = list(typed_in(record))
    ended = next(n for n, event in enumerate(events) if event.kind == "observation-ended")
    reload, killed, stopped, started = (ended * part // 6 for part in (1, 2, 3, 5))
    port = free_port()
    with ExitStack() as stack:
        serves = stack.enter_context(ExitStack())
        url, context = serves.enter_context(serving(tmp_path / "data", clock, port))
        browser = open_browser(engine, tmp_path / "profile")
        stack.callback(lambda: close(browser))
        hand = Tapping(
            browser, url, clock, paper=False, watch=Watch(browser, datetime.fromisoformat(BEGIN))
        )
        for number, event in enumerate(events):
            if number == reload:
                browser.refresh()
            if number == killed:
                before = rows(browser)
                kill(browser)
                browser = open_browser(engine, tmp_path / "profile")
                hand.browser, hand.watch = browser, Watch(browser, hand.watch.now)
                hand.show("capture")
                assert [row["event"] for row in rows(browser)][: len(before)] == [
                    row["event"] for row in before
                ]
            if number == stopped:
                serves.close()
            if number == started:
                assert "op deze tablet" in hand.text(".saved")
                url, context = serves.enter_context(serving(tmp_path / "data", clock, port))
                hand.send_now()
            hand.do(event)
        same_as_on_paper(context, record)
        (study,) = context.store.events.studies()
        held = context.store.events.read(study, f"observation/{hand.uuid}").events
        assert [row["event"] for row in rows(browser)] == [
            event.as_dict() for event in held if event.device != "server"
        ][: len(rows(browser))]
