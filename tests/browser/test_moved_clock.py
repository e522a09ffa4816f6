"""Clocks that move while a tablet is offline: all is sent and kept, and reading asks to sign in again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from observation.core.events import instant
from observation.settings import Clock
from observation.store import accounts
from observation.store.accounts import accept, invite
from observation.store.codes import new_code
from observation.store.reading import read_stream
from observation.store.server import current_study
from tests.browser.place import AnyDriver, chromium, press, serving, until
from tests.browser.tablet import rows
from tests.browser.test_new_code import type_code
from tests.browser.test_offline import FACT, begin, tap, text
from tests.browser.test_qr_code import passed_on
from tests.certificates import make_certificate

pytestmark = pytest.mark.slow

# Moves the wall clock of a page; the one that counts from the loading of the page nobody can set.
MOVE = """
const Real = Date;
window.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + %d); }
  static now() { return Real.now() + %d; }
};
"""
SENTENCE = "drie stoelen bij het bord"
TAPS = 5
MOVED = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "31d": timedelta(days=31), "400d": timedelta(days=400)}  # fmt: skip


class Moved(Clock):
    """The machine's clock, moved by as much as the test says."""

    by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


def move(opened: AnyDriver, by: timedelta) -> None:
    """Move the wall clock of this page and of those that follow."""
    milliseconds = by // timedelta(milliseconds=1)
    source = MOVE % (milliseconds, milliseconds)
    opened.execute_script(source)
    opened.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})


def offline(opened: AnyDriver, off: bool) -> None:
    network = {"offline": off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    opened.execute_cdp_cmd("Network.emulateNetworkConditions", network)


def sign_in(opened: AnyDriver) -> None:
    opened.find_element(By.NAME, "_name").send_keys("Noor")
    opened.find_element(By.NAME, "_password").send_keys(SENTENCE)
    press(opened, opened.find_element(By.CSS_SELECTOR, "form.alone button"))


def is_asked(opened: AnyDriver) -> bool:
    return bool(opened.find_elements(By.NAME, "_password"))


@pytest.mark.parametrize("moved", MOVED)
@pytest.mark.parametrize("whose", ["tablet and server", "tablet", "server"])
def test_all_is_sent_and_kept_and_reading_asks_to_sign_in_when_the_server_has_moved(
    whose: str, moved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", quick)
    clock, certificate = Moved(), make_certificate(tmp_path, "127.0.0.1")
    with (
        serving(tmp_path / "data", clock, 0, passed_on, certificate) as (url, context),
        chromium(tmp_path / "profile") as opened,
    ):
        opened.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": True})
        registry, study = context.store.registry, current_study(context.store)
        accept(
            registry, invite(registry, "Noor", study, "lead", clock.now()), SENTENCE, clock.now()
        )
        opened.get(f"{url}/tablet?language=nl")
        until(opened, lambda: opened.find_element(By.NAME, "code").is_displayed())
        type_code(opened, new_code(registry, study, clock.now()), "iPad")
        until(opened, lambda: opened.execute_async_script(FACT, "account"))
        opened.get(f"{url}/?language=nl")
        sign_in(opened)
        assert not is_asked(opened)
        uuid = begin(opened, url)
        until(opened, lambda: "op de server" in text(opened, ".saved"))

        offline(opened, True)
        for number in range(TAPS):
            if number == TAPS - 2:  # the last two are recorded after the move
                if "tablet" in whose:
                    move(opened, MOVED[moved])
                if "server" in whose:
                    clock.by = MOVED[moved]
            tap(opened, ".counter")
            counted = f"{number + 1}"
            until(opened, lambda counted=counted: text(opened, ".counter strong") == counted)
        until(opened, lambda: "op deze tablet" in text(opened, ".saved"))
        before = {row["event"]["id"]: row["event"] for row in rows(opened)}
        jump = instant(max(e["at"] for e in before.values())) - instant(
            min(e["at"] for e in before.values())
        )
        assert ("tablet" in whose) == (jump >= MOVED[moved] // timedelta(milliseconds=1))
        assert sum(event["kind"] == "board-counted" for event in before.values()) == TAPS

        offline(opened, False)
        opened.execute_script("dispatchEvent(new Event('online'))")
        until(opened, lambda: "op de server" in text(opened, ".saved"))
        held = {
            event.id: event.as_dict()
            for event in read_stream(context.store.events, study, f"observation/{uuid}").events
        }
        assert {id: held.get(id) for id in before} == before

        opened.get(f"{url}/observations/{uuid}?language=nl")
        assert is_asked(opened) == ("server" in whose)
        if is_asked(opened):
            assert "Z-01" not in opened.page_source
            sign_in(opened)
        assert not is_asked(opened)
        assert "Z-01" in text(opened, "main")
