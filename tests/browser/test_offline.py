"""The tablet without its server: it starts, records, keeps a second copy, and can be rescued."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation import web
from observation.cli import main
from observation.settings import Clock, open_context
from observation.store.reading import read_stream
from observation.web import create_app
from tests.browser import place
from tests.browser.place import chromium, serving, until
from tests.browser.tablet import keep, rows
from tests.samples import BUNDLE, records
from tests.soak import turns

pytestmark = pytest.mark.slow

# Seconds. Chromium at times takes the worker before to be busy when it is not, and gives up on it after 300.
PUT_OFF = 330

ROOT = Path(__file__).parents[2]
SAMPLE = [e for e in BUNDLE.events if e.stream == records()["A-01"].observation.stream]

WITHOUT_FOLDER = "delete FileSystemFileHandle.prototype.createWritable;"
INSTALL = """
const done = arguments[0];
navigator.serviceWorker.register("/service-worker.js").then((registration) => {
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const look = () => ["activated", "redundant"].includes(worker.state) && done(worker.state);
  worker.addEventListener("statechange", look);
  look();
}, (error) => done(String(error)));
"""
CACHES = """
const done = arguments[0];
caches.keys().then((names) => done(names.filter((name) => name.startsWith("shell-"))));
"""
WAITS = """
const done = arguments[0];
navigator.serviceWorker.getRegistration().then(({ waiting, installing }) => done(Boolean(waiting && !installing)));
"""
CLEAR = """
const [what, done] = arguments;
const database = () => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase("observation");
  request.onsuccess = resolve;
  request.onerror = request.onblocked = () => reject(new Error("The database is open."));
});
const copy = async () => {
  await caches.delete("copy");
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("copy", { recursive: true }).catch(() => {});
};
Promise.all([what.includes("database") && database(), what.includes("copy") && copy()])
  .then(() => done(""), (error) => done(String(error)));
"""
COPIED = """
const done = arguments[0];
import("/static/js/device/recovery.js").then(({ copiedEvents }) => copiedEvents())
  .then((events) => done(events.map(({ id }) => id)), (error) => done([String(error)]));
"""
FACT = """
const [name, done] = arguments;
import("/static/js/device/database.js").then(({ fact }) => fact(name)).then(done, (error) => done(String(error)));
"""


class Lying:
    """The application behind a network that answers one address itself, as a captive portal does."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app, self.address, self.answer = app, "", b""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING")
        if environ["PATH_INFO"] + (f"?{query}" if query else "") != self.address:
            return self.app(environ, start)
        kind = "text/javascript" if self.address.endswith(".js") else "text/html"
        start("200 OK", [("Content-Type", kind), ("Content-Length", str(len(self.answer)))])
        return [self.answer]


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> list[Lying]:
    """The networks between the tablet and the servers of this test, the newest last."""
    made: list[Lying] = []

    def between(context: Any) -> Lying:
        made.append(Lying(create_app(context)))
        return made[-1]

    monkeypatch.setattr(place, "create_app", between)
    return made


@contextmanager
def tablet(folder: Path, script: str = "") -> Iterator[WebDriver]:
    """Chromium whose downloads lie in `downloads`; `script` runs before any of a page."""
    with chromium(folder / "profile") as browser:
        downloads = folder / "downloads"
        downloads.mkdir(exist_ok=True)
        browser.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
        )
        if script:
            browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        yield browser


def text(browser: WebDriver, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).text


def tap(browser: WebDriver, selector: str) -> None:
    """Tap what the selector finds as a finger does: the press of a key has no `detail`."""
    browser.execute_script(
        "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
        "e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, composed: true, detail: 1}))",
        selector,
    )


def wait_until_ready(browser: WebDriver, url: str) -> None:
    """Open the page of the tablet and wait until it says that it can go on alone."""
    browser.get(f"{url}/tablet?language=nl")
    until(browser, lambda: text(browser, '[data-slot="ready"]') == "klaar")


def begin(browser: WebDriver, url: str) -> str:
    """Begin an observation on the page for that, and return its UUID."""
    browser.get(f"{url}/new?language=nl")
    time.sleep(0.3)
    for name, value in (("school", "Z"), ("unit", "1-2"), ("observer", "W1"), ("label", "Z-01")):
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    tap(browser, "form.begin .primary")
    until(browser, lambda: "/capture" in browser.current_url)
    until(browser, lambda: "Begin" in text(browser, ".log"))
    return browser.current_url.partition("#")[2]


def saved_file(folder: Path) -> Path:
    """The newest file that the browser saved, once it is whole."""
    for _ in range(100):
        found = sorted((folder / "downloads").glob("*.jsonl"), key=lambda f: f.stat().st_mtime_ns)
        if found:
            return found[-1]
        time.sleep(0.1)
    raise AssertionError("nothing was saved")


def recorded(browser: WebDriver) -> dict[str, Any]:
    """The events on the tablet by id, without those that leaving a page makes."""
    events = [row["event"] for row in rows(browser)]
    return {event["id"]: event for event in events if event["kind"] != "page-hidden"}


def imported(folder: Path, file: Path) -> dict[str, Any]:
    """The events, by id, that a new server has after it took in this file."""
    assert main(["--data", str(folder), "import", str(file)]) == 0
    events = open_context(folder).store.events
    (study,) = events.studies()
    found = [e for s in events.versions(study) for e in read_stream(events, study, s).events]
    return {event.id: event.as_dict() for event in found if event.device != "server"}


def test_with_the_server_stopped_the_tablet_starts_cold_and_records(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as browser:
        wait_until_ready(browser, url)
    with tablet(tmp_path) as browser:
        browser.get(f"{url}/tablet?language=nl")
        until(browser, lambda: text(browser, '[data-slot="ready"]') == "klaar")
        uuid = begin(browser, url)
        for number in range(3):
            tap(browser, ".counter")
            until(browser, lambda number=number: len(rows(browser)) >= 3 + number)
        until(browser, lambda: "op deze tablet" in text(browser, ".saved"))
        browser.get(f"{url}/capture#{uuid}")  # without a language: the one that was used last
        assert browser.execute_script("return document.documentElement.lang") == "nl"
        tap(browser, "a.home")
        until(browser, lambda: "/tablet" in browser.current_url and text(browser, ".session h3"))
        assert text(browser, ".session h3").startswith("Z-01")
        # Leaving the screen is an event too, each time that there was time for it.
        assert len(rows(browser)) in (5, 6, 7)
        until(browser, lambda: f"op de server: {len(rows(browser))}\n" in text(browser, ".where"))
        tap(browser, "[data-save]")
        file = saved_file(tmp_path)
        here = {row["event"]["id"]: row["event"] for row in rows(browser)}
        assert imported(tmp_path / "other", file) == here
        port = int(url.rpartition(":")[2])
        with serving(tmp_path / "data", Clock(), port) as (_, context):
            tap(browser, "#send")
            until(browser, lambda: "Alles staat op de server" in text(browser, ".unsent"))
            (study,) = context.store.events.studies()
            kept = read_stream(context.store.events, study, f"observation/{uuid}").events
            assert {event.id for event in kept if event.device != "server"} == here.keys()


def test_the_shell_is_held_whole_or_not_at_all(tmp_path: Path, lying: list[Lying]) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as browser:
        browser.get(f"{url}/tablets")  # a page that registers nothing
        with create_app(context).test_request_context("/"):
            from observation.web.offline import current_shell

            addresses = list(current_shell().files)
        lying[0].answer = b"<!doctype html><title>Wi-Fi</title>"
        for address in [*addresses[::9], addresses[-1]]:
            lying[0].address = address
            assert browser.execute_async_script(INSTALL) == "redundant", address
            assert browser.execute_async_script(CACHES) == [], address
        lying[0].address = ""
        assert browser.execute_async_script(INSTALL) == "activated"
        assert len(browser.execute_async_script(CACHES)) == 1


@pytest.fixture
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files that are served, which a test may change."""
    for folder in ("static", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / "files" / folder)
    monkeypatch.setattr(web, "files_root", lambda: tmp_path / "files")
    return tmp_path / "files"


def test_a_new_version_waits_while_an_observation_is_open(tmp_path: Path, own_files: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as browser:
        wait_until_ready(browser, url)
        version = text(browser, '[data-slot="version"]')
        (before,) = browser.execute_async_script(CACHES)
        begin(browser, url)
        capturing = browser.current_window_handle
        browser.execute_script("window.__same = true")
        browser.switch_to.new_window("window")
        other = browser.current_window_handle
        for number in turns(2, 20, 0.05):
            newest = f"/* the new version, {number} */"
            (own_files / "static/css/new.css").write_text(newest)
            browser.get(f"{url}/?language=nl")
            until(browser, lambda: browser.find_element(By.ID, "update").is_displayed())
            # The one before it waits already; this one is to be offered.
            until(browser, lambda n=number: len(browser.execute_async_script(CACHES)) == n + 2)
            until(browser, lambda: browser.execute_async_script(WAITS))
            tap(browser, "#update button")
            until(browser, lambda: browser.find_element(By.ID, "recording").is_displayed())
            time.sleep(0.5)
            browser.get(f"{url}/tablet?language=nl")
            until(browser, lambda: text(browser, '[data-slot="version"]') == version)
        browser.switch_to.window(capturing)
        assert browser.execute_script("return window.__same")
        tap(browser, ".counter")
        until(browser, lambda: len(rows(browser)) >= 3)
        browser.close()
        browser.switch_to.window(other)
        until(browser, lambda: browser.find_element(By.ID, "update").is_displayed())
        tap(browser, "#update button")
        until(
            browser,
            lambda: text(browser, '[data-slot="version"]') not in ("", "–", version),
            PUT_OFF,
        )
        until(browser, lambda: len(browser.execute_async_script(CACHES)) == 2)
        assert browser.execute_async_script(CACHES)[0] == before  # what a page may still be open of
        assert newest in browser.execute_async_script(
            "fetch('/static/css/new.css').then((a) => a.text()).then(arguments[0])"
        )


def test_while_the_browser_is_busy_with_the_version_before_the_page_says_so(
    tmp_path: Path, own_files: Path
) -> None:
    worker = own_files / "static/service-worker.js"
    worker.write_text(f"{worker.read_text()}\nACTS.ponder = () => new Promise(() => {{}});")
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as browser:
        wait_until_ready(browser, url)
        browser.execute_script(
            "navigator.serviceWorker.ready.then(({ active }) => active.postMessage('ponder', [new MessageChannel().port1]))"
        )
        (own_files / "static/css/new.css").write_text("/* the new version */")
        browser.get(f"{url}/?language=nl")
        until(browser, lambda: browser.find_element(By.ID, "update").is_displayed())
        assert not browser.find_element(By.ID, "put-off").is_displayed()
        tap(browser, "#update button")
        until(browser, lambda: browser.find_element(By.ID, "put-off").is_displayed())
        assert not browser.find_element(By.ID, "recording").is_displayed()


@pytest.mark.parametrize("script", ["", WITHOUT_FOLDER], ids=["folder", "cache"])
@pytest.mark.parametrize("cleared", [["database"], ["copy"], ["database", "copy"], []])
def test_what_the_browser_clears_comes_back_from_the_other(
    cleared: list[str], script: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), tablet(tmp_path, script) as browser:
        begin(browser, url)  # on a page that is left at once: its events are copied with the next
        tap(browser, ".counter")
        tap(browser, ".tile-tap")
        until(browser, lambda: len(rows(browser)) >= 4)
        before = recorded(browser)
        until(browser, lambda: set(browser.execute_async_script(COPIED)) >= before.keys())
        device = browser.execute_async_script(FACT, "device")
        browser.get(f"{url}/static/icon.svg")
        assert browser.execute_async_script(CLEAR, cleared) == ""
        browser.get(f"{url}/tablet?language=nl")
        until(browser, lambda: text(browser, '[data-slot="stays"]'))
        after = recorded(browser)
        alert = browser.find_element(By.CSS_SELECTOR, '[data-slot="recovered"]')
        assert after == ({} if len(cleared) == 2 else before)
        assert ("teruggezette regels" in alert.text) == (cleared == ["database"])
        assert (browser.execute_async_script(FACT, "device") == device) == (
            "database" not in cleared
        )
        until(browser, lambda: set(browser.execute_async_script(COPIED)) >= after.keys())
        if after:
            until(browser, lambda: "Alles staat op de server" in text(browser, ".unsent"))
            (study,) = context.store.events.studies()
            (stream,) = context.store.events.versions(study)
            kept = read_stream(context.store.events, study, stream)
            held = {e.id for e in kept.events if e.device != "server" and e.kind != "page-hidden"}
            assert held == before.keys()
            assert not kept.conflicts


@pytest.mark.parametrize("script", ["", WITHOUT_FOLDER], ids=["folder", "cache"])
def test_the_rescue_page_saves_all_also_where_the_app_is_broken(
    script: str, tmp_path: Path, lying: list[Lying]
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, script) as browser:
        lying[0].address, lying[0].answer = "/scripts/capture.js", b'throw new Error("broken");'
        browser.get(f"{url}/tablets?language=nl")
        keep(browser, SAMPLE[:-10])
        copied = [event.as_dict() for event in SAMPLE[-20:]]
        browser.execute_async_script(
            """const [events, done] = arguments;
            Promise.all([import("/static/js/device/copy.js"), import("/static/js/device/drafts.js")]).then(
              async ([{ put }, { keepDraft, keepDrafts }]) => {
                await put("a-file", JSON.stringify(events));
                await put("cut-off", '[{"id": ');
                keepDraft(events[0].stream, "note", { text: "Ze kijken" });
                keepDraft(events[0].stream, "mark-T1", "rode trui");
                await keepDrafts();
              }).then(() => done(), done)""",
            copied,
        )
        browser.get(f"{url}/capture?language=nl")
        assert text(browser, "h1") == "‹"
        browser.get(f"{url}/rescue?language=nl")
        tap(browser, "[data-save]")
        file = saved_file(tmp_path)
        until(browser, lambda: text(browser, "#saved [data-number]") == str(len(SAMPLE)))
        content = file.read_text(encoding="utf-8")
        assert "Ze kijken" in content
        assert "rode trui" not in content
        expected = {event.id: event.as_dict() for event in SAMPLE if event.device != "server"}
        assert imported(tmp_path / "other", file) == expected


def test_rescue_on_an_empty_tablet_leaves_no_empty_database_behind(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as browser:
        browser.get(f"{url}/rescue?language=nl")
        tap(browser, "[data-save]")
        until(browser, lambda: text(browser, "#saved [data-number]") == "0")
        begin(browser, url)
        assert len(rows(browser)) == 2
