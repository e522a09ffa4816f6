"""Little room, a browser that may delete, and what waits too long: it is said, and nothing is refused."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import browser as any_browser
from tests.browser.place import serving
from tests.browser.tablet import keep
from tests.browser.test_broken_database import SHIM
from tests.browser.test_offline import (
    CACHES,
    begin,
    rows,
    tablet,
    tap,
    text,
    until,
    wait_until_ready,
)
from tests.recorder import Recorder

pytestmark = pytest.mark.slow

MB = 1_000_000
# Nothing goes to the server, as in a school without a network.
ALONE = """
const real = window.fetch;
window.fetch = (...asked) => (String(asked[0]).includes("/api/") ? Promise.reject(new TypeError("no network")) : real(...asked));
"""
PERSIST = {
    "already": ("{ persisted: async () => true, persist: async () => true }", "al voordat"),
    "granted": (
        "{ persisted: async () => window.__kept ?? false, persist: async () => (window.__kept = true) }",
        "toen het gevraagd werd",
    ),
    "denied": ("{ persisted: async () => false, persist: async () => false }", "belooft dat niet"),
    "unsupported": ("{ persist: undefined, persisted: undefined }", "zegt niets toe"),
    "error": (
        "{ persisted: async () => false, persist: async () => { throw new Error('planted'); } }",
        "gaf geen antwoord",
    ),
}  # fmt: skip


# Chromium itself always speaks of 10 GB: what it says is put in its mouth.
ROOM = """
StorageManager.prototype.estimate = async () => ({ usage: 7, quota: 7 + Number(localStorage.getItem("free") ?? 1e9) });
"""


def said(browser: WebDriver) -> list[str]:
    """The notices that are in view."""
    notices = browser.find_element(By.CSS_SELECTOR, ".notices")
    if notices.value_of_css_property("clip-path") != "none":
        return []  # only to be heard
    found = browser.find_elements(By.CSS_SELECTOR, ".notices p")
    return [each.text for each in found if each.is_displayed()]


def until_said(browser: WebDriver, sentence: str) -> None:
    """Wait for a notice, or for all that this page says when it is none that is waited for."""
    until(browser, lambda: text(browser, "main"))
    if sentence:
        until(browser, lambda: any(sentence in each for each in said(browser)))
    elif "/capture" not in browser.current_url:
        # The one about this computer always stands here, and comes with the others.
        until(browser, lambda: said(browser))


def counted(browser: WebDriver) -> int:
    return [row["event"]["kind"] for row in rows(browser)].count("board-counted")


def test_little_room_is_said_on_every_page_and_refuses_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, ROOM) as browser:
        uuid = begin(browser, url)
        for free, sentence in ((150, "minder dan 200 MB"), (40, "minder dan 50 MB"), (400, "")):
            browser.execute_script("localStorage.setItem('free', arguments[0])", free * MB)
            for page in ("", "tablet", "new", f"capture?language=nl#{uuid}"):
                browser.get("about:blank")
                browser.get(f"{url}/{page}" if "#" in page else f"{url}/{page}?language=nl")
                until_said(browser, sentence)
                assert any("minder dan" in each for each in said(browser)) == bool(sentence)
            before, places = counted(browser), boxes(browser)
            tap(browser, ".counter")
            until(browser, lambda before=before: counted(browser) == before + 1)
            until(
                browser,
                lambda: browser.find_element(By.CSS_SELECTOR, ".just-actions").is_displayed(),
            )
            assert not said(browser), "what was just recorded can be taken back"
            assert boxes(browser) == places


def boxes(browser: WebDriver) -> list[list[float]]:
    """Where everything is that is tapped."""
    found: list[list[float]] = browser.execute_script(
        """return [...document.querySelectorAll(".chip, .tile-tap, .counter, .note textarea, .tag")].map((each) => {
             const { x, y, width, height } = each.getBoundingClientRect();
             return [x + scrollX, y + scrollY, width, height];
           })"""
    )
    return found


@pytest.mark.parametrize("write", [1, 2, 5])
def test_a_full_tablet_keeps_taps_in_memory_and_frees_old_shells_only(
    write: int, tmp_path: Path
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, SHIM) as browser:
        wait_until_ready(browser, url)
        (own,) = browser.execute_async_script(CACHES)
        begin(browser, url)
        browser.execute_async_script(
            """const done = arguments[0];
            Promise.all(["shell-old", "shell-older", "copy"].map((name) => caches.open(name)
              .then((cache) => cache.put("/x", new Response("[]"))))).then(() => done(), done);"""
        )
        for number in range(1, write):
            tap(browser, ".counter")
            until(browser, lambda number=number: counted(browser) == number)
        assert len(browser.execute_async_script(CACHES)) == 3
        browser.execute_script('window.__on = { only: "add", kind: "QuotaExceededError" }')
        for _ in range(3):
            tap(browser, ".counter")
        until(browser, lambda: browser.find_element(By.ID, "unsaved").is_displayed())
        until(browser, lambda: text(browser, ".counter strong") == str(write + 2))
        until(browser, lambda: browser.execute_async_script(CACHES) == [own])
        assert "copy" in browser.execute_async_script("caches.keys().then(arguments[0])")
        assert counted(browser) == write - 1
        browser.execute_script("window.__on = {}")
        until(browser, lambda: not browser.find_element(By.ID, "unsaved").is_displayed())
        assert counted(browser) == write + 2


@pytest.mark.parametrize("outcome", PERSIST)
def test_what_the_browser_answers_is_said_in_words(outcome: str, tmp_path: Path) -> None:
    answers, sentence = PERSIST[outcome]
    script = f"""const answers = {answers};
    for (const name of Object.keys(answers)) Object.defineProperty(StorageManager.prototype, name, {{ value: answers[name] }});"""
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, script) as browser:
        browser.get(f"{url}/tablet?language=nl")
        until(browser, lambda: text(browser, '[data-slot="stays"]'))
        if outcome != "already":
            assert "eerste" in text(browser, '[data-slot="stays"]')
        kept = outcome in ("already", "granted")
        tap(browser, "h1")
        tap(browser, "#send")
        until(browser, lambda: sentence in text(browser, '[data-slot="stays"]'))
        until(browser, lambda: any("kan door de browser" in each for each in said(browser)) != kept)


@pytest.mark.parametrize(
    ("days", "state", "sentence"),
    [(0, None, "0 minuten geleden"), (1.5, None, "36 uur geleden"), (2.5, "late", "2 dagen geleden"), (6, "too-late", "6 dagen geleden")],
)  # fmt: skip
def test_the_age_of_the_oldest_unsent_is_always_said(
    days: float, state: str | None, sentence: str, tmp_path: Path
) -> None:
    recorder = Recorder()
    recorder.begin()
    recorder.add(1, "note-written", text="a note", kind="seen", tags=[])
    then = datetime.now(UTC) - timedelta(days=days)
    old = [
        replace(event, at=then.isoformat(timespec="milliseconds").replace("+00:00", "+00:00"))
        for event in recorder.events
    ]
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, ALONE) as browser:
        browser.get(f"{url}/rescue?language=nl")
        keep(browser, old)
        browser.get(f"{url}/?language=nl")
        until(browser, lambda: sentence in text(browser, "[data-unsent]"))
        unsent = browser.find_element(By.CSS_SELECTOR, "[data-unsent]")
        assert unsent.get_attribute("data-state") == state
        browser.get(f"{url}/tablet?language=nl")
        until(browser, lambda: f": 2, de oudste {sentence}." in text(browser, ".unsent"))
        assert browser.find_element(By.CSS_SELECTOR, ".unsent").get_attribute("data-state") == state
        browser.get(f"{url}/capture?language=nl#{old[0].stream.partition('/')[2]}")
        until(browser, lambda: text(browser, ".saved"))
        until(browser, lambda: any(sentence in each for each in said(browser)) == bool(state))


def test_a_tab_is_told_that_its_copy_can_be_deleted(tmp_path: Path, engine: str) -> None:
    recorder = Recorder()
    recorder.begin()
    script = "return [...document.querySelectorAll('.notices p:not([hidden])')].map((each) => each.innerText).join()"
    with (
        serving(tmp_path / "data", Clock()) as (url, _),
        any_browser(engine, tmp_path / "profile") as opened,
    ):

        def told() -> bool:
            return "kan door de browser" in str(opened.execute_script(script))

        opened.get(f"{url}/?language=nl")
        time.sleep(2)
        assert not told(), "nothing is recorded on this computer"
        opened.get(f"{url}/new?language=nl")
        until(opened, told)
        assert "beginscherm" not in str(opened.execute_script(script)), "a computer has none"
        keep(opened, recorder.events)
        opened.get(f"{url}/?language=nl")
        until(opened, told)
        opened.execute_script("document.querySelector('[data-put-away]').click()")
        until(opened, lambda: not told())
        opened.get(f"{url}/new?language=nl")
        time.sleep(2)
        assert not told(), "it was put away"
