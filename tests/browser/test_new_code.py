"""A tablet that may not send any more goes on recording, and sends all of it after a new code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from observation.settings import Clock, Context
from observation.store.codes import new_code
from observation.store.devices import devices, enrol, revoke
from observation.store.server import current_study
from tests.browser.place import AnyDriver, browser, serving, until
from tests.browser.tablet import keep, rows
from tests.browser.test_offline import FACT, begin, recorded, tap, text
from tests.browser.test_offline import tablet as chromium_tablet
from tests.browser.test_set_aside import on_the_server
from tests.samples import BUNDLE, records

pytestmark = pytest.mark.slow

SENT = "Alles staat op de server"
NEW_LABEL = f"A-01-{records()['A-01'].observation.header['observer'].value}"
WAITS = "[data-item=approval] .alert"
SESSION = [e for e in BUNDLE.events if e.stream == records()["A-01"].observation.stream]


def open_page(browser: AnyDriver, url: str) -> None:
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: text(browser, "[data-item=sending] .hint"))


def displayed(browser: AnyDriver, selector: str) -> bool:
    return bool(browser.find_element(By.CSS_SELECTOR, selector).is_displayed())


def count(browser: AnyDriver, url: str, uuid: str) -> None:
    """Count on the board of a session, and see that it is on the tablet."""
    browser.get(f"{url}/capture?language=nl#{uuid}")
    until(browser, lambda: "Begin" in text(browser, ".log"))
    before = len(recorded(browser))
    tap(browser, ".counter")
    until(browser, lambda: len(recorded(browser)) > before)


def type_code(browser: AnyDriver, code: str, name: str) -> None:
    for field, value in (("code", code), ("name", name)):
        element = browser.find_element(By.CSS_SELECTOR, f"#enrol [name={field}]")
        element.clear()
        element.send_keys(value)
    tap(browser, "#enrol button")


def revoked(context: Context) -> None:
    """What the tablet sends is set aside."""
    (device,) = devices(context.store.registry)
    revoke(context.store.registry, device.id, context.clock.now())


def forgotten(context: Context) -> None:
    """What the tablet sends is not even read: its token is no token any more."""
    (device,) = devices(context.store.registry)
    enrol(context.store.registry, device.study, device.id, device.name, context.clock.now())
    revoked(context)


@pytest.mark.parametrize("refuse", [revoked, forgotten])
def test_a_tablet_that_was_refused_goes_on_and_sends_all_after_a_new_code(
    engine: str, refuse: Any, tmp_path: Path
) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser(engine, tmp_path / "profile") as tablet,
    ):
        uuid = begin(tablet, url)
        open_page(tablet, url)
        until(tablet, lambda: SENT in text(tablet, ".unsent"))
        assert not displayed(tablet, WAITS)
        assert not displayed(tablet, "#enrol")
        device = tablet.execute_async_script(FACT, "device")

        refuse(context)
        count(tablet, url, uuid)
        open_page(tablet, url)
        until(tablet, lambda: "wacht op toestemming" in text(tablet, WAITS))
        assert displayed(tablet, "#enrol")
        count(tablet, url, uuid)  # recording goes on
        assert not recorded(tablet).keys() <= on_the_server(context)

        open_page(tablet, url)
        until(tablet, lambda: displayed(tablet, "#enrol"))
        type_code(tablet, "00000-00000", "Karos tablet")
        until(tablet, lambda: displayed(tablet, "#refused"))
        assert displayed(tablet, WAITS)
        now = context.clock.now()
        code = new_code(context.store.registry, current_study(context.store), now)
        type_code(tablet, code, "Karos tablet")
        until(tablet, lambda: SENT in text(tablet, ".unsent"))
        assert not displayed(tablet, WAITS)
        assert not displayed(tablet, "#enrol")
        assert tablet.execute_async_script(FACT, "device") == device
        assert [found.id for found in devices(context.store.registry)] == [device]
        outcomes = {row.get("outcome") for row in rows(tablet)}
        assert outcomes <= {"kept", "already-kept"}
        assert {row["event"]["id"] for row in rows(tablet)} <= on_the_server(context)


# What the page says of each session, each time that it says something else.
SAID = """
addEventListener("DOMContentLoaded", () => {
  window.__said = [];
  const list = document.querySelector("[data-list=sessions]");
  const look = () => {
    const said = JSON.stringify(Array.from(list.children, (session) =>
      ["label", "sent"].map((slot) => session.querySelector(`[data-slot=${slot}]`).textContent)));
    if (said !== window.__said.at(-1)) window.__said.push(said);
  };
  if (list) new MutationObserver(look).observe(list, { subtree: true, childList: true, characterData: true });
});
"""


def test_after_a_sync_the_page_says_all_that_is_new_at_once(tmp_path: Path) -> None:
    """Two sessions have one label: the server names one of them anew, which the kit says later."""
    own, other = (
        [
            replace(e, device="d" * 8 + SESSION[0].id[8:], id=first + e.id[8:],
                    stream=f"observation/{first}{e.stream[20:]}")
            for e in SESSION[:3]
        ]
        for first in ("e" * 8, "f" * 8)
    )  # fmt: skip
    with (
        serving(tmp_path / "data", Clock()) as (url, _),
        chromium_tablet(tmp_path, SAID) as browser,
    ):
        browser.get(f"{url}/tablets?language=nl")
        keep(browser, [*own, *other])
        browser.get(f"{url}/tablet?language=nl")
        until(browser, lambda: SENT in text(browser, ".unsent"))
        until(browser, lambda: NEW_LABEL in text(browser, ".tablets"))
        first, last = browser.execute_script("return window.__said")
        assert NEW_LABEL not in first
        assert "nog niet op de server: 3" in first
        assert "nog niet op de server" not in last
