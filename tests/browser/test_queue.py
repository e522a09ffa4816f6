"""What waits on the tablet is listed in words, the same that the log on Capture uses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import browser, serving, until
from tests.browser.tablet import keep
from tests.browser.test_offline import tap, text, wait_until_ready
from tests.samples import BUNDLE, records

pytestmark = pytest.mark.slow

SESSION = [e for e in BUNDLE.events if e.stream == records()["A-01"].observation.stream]
LINES = """
return Object.fromEntries(Array.from(document.querySelectorAll(arguments[0]),
  (line) => [line.dataset.key, ["text", "detail"].map((slot) => line.querySelector(`[data-slot=${slot}]`).textContent.trim())]))
"""


def test_the_queue_says_what_the_log_on_capture_says(engine: str, tmp_path: Path) -> None:
    own = [event for event in SESSION if event.device != "server"]
    unknown = replace(own[-1], id="0" * 8 + own[-1].id[8:], seq=9_000, kind="weather-seen", data={})
    other = replace(
        own[0], id="1" * 8 + own[0].id[8:], stream=f"observation/{'1' * 8}{own[0].stream[20:]}"
    )
    other = replace(other, data=other.data | {"label": "B-09"})
    named = replace(other, id="2" * 8 + own[0].id[8:], device="server", kind="label-assigned")
    named = replace(named, data={"label": "B-09-W2"})
    with browser(engine, tmp_path / "profile") as tablet:
        with serving(tmp_path / "data", Clock()) as (url, _):
            wait_until_ready(tablet, url)
            keep(tablet, [*own, unknown, other, named])
        tablet.get(f"{url}/tablet?language=nl")
        until(tablet, lambda: "Nog niet verstuurd" in text(tablet, ".unsent"))
        tap(tablet, '[data-item="queue"] summary')
        until(tablet, lambda: tablet.find_elements(By.CSS_SELECTOR, ".queue ol li"))
        heads = [each.text for each in tablet.find_elements(By.CSS_SELECTOR, ".queue h3")]
        assert len(heads) == 2
        assert sorted(head.split()[0] for head in heads) == ["A-01", "B-09-W2"]
        queue = tablet.execute_script(LINES, ".queue ol li")
        assert queue.keys() == {event.id for event in [*own, unknown, other, named]}
        assert queue[unknown.id] == ["Regel “weather-seen”, die deze versie niet kent", ""]
        kinds = {event.kind for event in own}
        assert {"phase-started", "lead-taken", "indicator-judged", "answer-given"} <= kinds
        assert not [said for said, _ in queue.values() if said in kinds or "undefined" in said]

        tablet.get(f"{url}/capture?language=nl#{own[0].stream.partition('/')[2]}")
        until(tablet, lambda: tablet.find_elements(By.CSS_SELECTOR, ".log li"))
        tablet.execute_script("document.querySelector('.older').open = true")
        until(tablet, lambda: tablet.find_elements(By.CSS_SELECTOR, ".older li"))
        log = tablet.execute_script(LINES, ".log li")
        corrected = {event.data["note"] for event in own if event.kind == "note-corrected"}
        compared = log.keys() & queue.keys() - corrected
        assert len(compared) > 20
        assert {key: log[key] for key in compared} == {key: queue[key] for key in compared}
