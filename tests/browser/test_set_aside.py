"""What the server set aside and a lead then accepted is on the server for the tablet too."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock, Context
from observation.store.devices import devices, revoke
from tests.browser.place import press, serving, until
from tests.browser.tablet import rows
from tests.browser.test_offline import begin, recorded, tablet, tap, text

pytestmark = pytest.mark.slow

SENT = "Alles staat op de server"


def look(browser: WebDriver, url: str, sentence: str) -> None:
    """Open the page of the tablet and wait until it says this of what was sent."""
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: sentence in text(browser, ".unsent"))


def count(browser: WebDriver, times: int) -> None:
    """Go on with the session of the page of the tablet, and count something on the board."""
    tap(browser, ".session .screens a")
    until(browser, lambda: "Begin" in text(browser, ".log"))
    before = len(recorded(browser))
    for number in range(times):
        tap(browser, ".counter")
        until(browser, lambda number=number: len(recorded(browser)) > before + number)


def decide(browser: WebDriver, url: str, button: str) -> str:
    """Open what was set aside, whether it is still open or was refused, and press a button."""
    browser.get(f"{url}/tablets?language=nl")
    for summary in browser.find_elements(By.CSS_SELECTOR, ".settled summary"):
        summary.click()
    with_link = browser.find_element(By.CSS_SELECTOR, ".set-aside a")
    browser.get(with_link.get_attribute("href"))
    press(browser, browser.find_element(By.CSS_SELECTOR, f'[value="{button}"]'))
    return text(browser, ".became")


def on_the_server(context: Context) -> set[str]:
    store = context.store.events
    return {
        event.id
        for study in store.studies()
        for stream in store.versions(study)
        for event in store.read(study, stream).events
    }


def test_a_revoked_tablet_learns_what_became_of_what_was_set_aside(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), tablet(tmp_path) as browser:
        begin(browser, url)
        look(browser, url, SENT)
        (device,) = devices(context.store.registry)
        revoke(context.store.registry, device.id, context.clock.now())
        count(browser, 3)
        look(browser, url, "Op de server apart gezet")
        assert "Deze tablet is ingetrokken" in text(browser, ".unsent")
        sent = browser.find_element(By.CSS_SELECTOR, '.where [data-slot="sent"]')
        assert sent.text.startswith("op de server apart gezet: ")
        assert "no" in sent.get_attribute("class")
        assert not recorded(browser).keys() <= on_the_server(context)

        page = browser.current_window_handle
        browser.switch_to.new_window("window")
        assert decide(browser, url, "refuse").startswith("Geweigerd: ")
        look(browser, url, "Op de server apart gezet")
        assert {row.get("outcome") for row in rows(browser)} > {"quarantined"}

        assert decide(browser, url, "accept").startswith("Overgenomen: ")
        browser.switch_to.window(page)  # which was open all the time
        tap(browser, "#send")
        until(browser, lambda: SENT in text(browser, ".unsent"))
        assert text(browser, '.where [data-slot="sent"]') == "op de server"
        assert "quarantined" not in {row.get("outcome") for row in rows(browser)}
        assert {row["event"]["id"] for row in rows(browser)} <= on_the_server(context)


# What a status line said from the beginning of its page on, and a server that never answers.
SAID = """
window.__said = [];
new MutationObserver(() => {
  const said = document.querySelector(".saved")?.textContent.trim();
  if (said) window.__said.push(said);
}).observe(document, { subtree: true, childList: true, characterData: true });
const real = window.fetch;
const silent = sessionStorage.getItem("silent");
window.fetch = (...asked) => (silent && String(asked[0]).includes("/api/") ? new Promise(() => {}) : real(...asked));
"""


def test_no_screen_calls_on_the_server_what_was_set_aside_there(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        tablet(tmp_path, SAID) as browser,
    ):
        uuid = begin(browser, url)
        until(browser, lambda: text(browser, ".saved") == "op de server")
        (device,) = devices(context.store.registry)
        revoke(context.store.registry, device.id, context.clock.now())
        tap(browser, ".counter")
        aside = "op de server apart gezet: "
        until(browser, lambda: text(browser, ".status-detail").startswith(aside))
        assert text(browser, ".saved") == "op deze tablet"
        for screen in ("finish", "schedule", "capture"):
            browser.get(f"{url}/{screen}?language=nl#{uuid}")
            until(browser, lambda: text(browser, ".status-detail").startswith(aside))
            said = browser.execute_script("return window.__said")
            assert "op de server" not in said, screen
            assert text(browser, ".saved") == "op deze tablet"


def test_no_screen_calls_on_the_server_what_it_has_not_counted_yet(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, SAID) as browser:
        uuid = begin(browser, url)
        browser.execute_script("sessionStorage.setItem('silent', 'yes')")
        for screen in ("capture", "finish", "schedule"):
            browser.get("about:blank")
            browser.get(f"{url}/{screen}?language=nl#{uuid}")
            until(browser, lambda: text(browser, ".saved"))
            if screen == "capture":
                tap(browser, ".counter")
                until(browser, lambda: "nog niet verstuurd" in text(browser, ".status-detail"))
            assert "op de server" not in browser.execute_script("return window.__said"), screen


def test_what_was_set_aside_for_a_damaged_file_comes_in_by_itself_when_that_is_back(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), tablet(tmp_path) as browser:
        begin(browser, url)
        look(browser, url, SENT)
        (file,) = (tmp_path / "data" / "store").rglob("observation/*.json")
        content = file.read_bytes()
        file.write_bytes(content[:-5])
        count(browser, 1)
        look(browser, url, "Op de server apart gezet")
        file.write_bytes(content)
        look(browser, url, SENT)
        assert {row["event"]["id"] for row in rows(browser)} <= on_the_server(context)
