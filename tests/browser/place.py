"""A running server with a clock that the test holds, and browsers to look at it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from selenium import webdriver
from selenium.common.exceptions import (
    InvalidSessionIdException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.utils import free_port
from selenium.webdriver.remote.webdriver import WebDriver as AnyDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from observation.settings import Clock, Context, open_context
from observation.web import create_app
from observation.web.connections import Adapter, PatientServer

PATIENCE = 60  # s for what a machine does in one, when it does nothing else
NARROWEST = 500  # px; no window of Chromium is narrower
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--force-prefers-reduced-motion",
)  # fmt: skip


class HeldClock(Clock):
    """A clock that stands where the test puts it."""

    def __init__(self, start: str) -> None:
        self._start = self._now = datetime.fromisoformat(start)

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> int:
        return (self._now - self._start) // timedelta(milliseconds=1) + 60_000

    def set(self, clock: str) -> None:
        """Let the day go on to this time, `15:10:20`."""
        hour, minute, second = map(int, clock.split(":"))
        self._now = self._now.replace(hour=hour, minute=minute, second=second)

    def advance(self, seconds: int) -> None:
        """Let this many seconds go by."""
        self._now += timedelta(seconds=seconds)


@contextmanager
def serving(
    data: Path,
    clock: Clock,
    port: int = 0,
    around: Callable[[Flask], Any] = lambda app: app,
    certificate: tuple[Path, Path] | None = None,
    for_tablets: bool = False,
) -> Iterator[tuple[str, Context]]:
    """Serve the data folder on a (free) port of this machine; yield the address and the context.

    `around` may put something before the application; with a certificate and its key it is over HTTPS.
    With `for_tablets` the program takes it for the address that tablets use.
    """
    port = port or free_port()  # one of the system's choice cannot be opened again at once
    url = f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    context = replace(open_context(data), clock=clock)
    if for_tablets:
        context = replace(context, address=url)
    server = PatientServer(("127.0.0.1", port), around(create_app(context)), numthreads=4)
    if certificate:
        server.ssl_adapter = Adapter(*map(str, certificate))
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield url, context
    finally:
        server.stop()
        thread.join()


@contextmanager
def chromium(
    profile: Path, scripts: bool = True, size: tuple[int, int] = (1180, 820)
) -> Iterator[WebDriver]:
    """Open Chromium with a profile of its own, with or without JavaScript."""
    opened = open_chromium(profile, scripts, size)
    try:
        yield opened
    finally:
        close(opened)


@contextmanager
def browser(engine: str, profile: Path, size: tuple[int, int] = (1180, 820)) -> Iterator[AnyDriver]:
    """Open the browser of an engine, `chromium` or `webkit`, with a profile that it keeps."""
    opened = open_browser(engine, profile, size)
    try:
        yield opened
    finally:
        close(opened)


def open_browser(engine: str, profile: Path, size: tuple[int, int] = (1180, 820)) -> AnyDriver:
    """Return the browser of an engine; it is to be closed, or to be killed."""
    return open_chromium(profile, True, size) if engine == "chromium" else WebKit(profile, size)


def close(opened: AnyDriver) -> None:
    """Close a browser, if it was not killed."""
    if opened.service.process.poll() is None:
        opened.quit()


def kill(opened: AnyDriver) -> None:
    """Kill a browser with all its processes, as a tablet does that runs out of memory."""
    kill_session(opened.service.process)


def kill_session(first: subprocess.Popen[Any]) -> None:
    """Kill a process that began a session, with all that it began."""
    while processes := processes_of(first.pid):
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        first.poll()  # a zombie is one until it is asked after


def processes_of(session: int) -> list[int]:
    """Return the processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # Behind the name, which may hold anything: state, parent, group, session.
            state, _, _, own = stat.read_text().rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.append(int(stat.parent.name))
    return found


def open_chromium(profile: Path, scripts: bool, size: tuple[int, int]) -> WebDriver:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "Chromium is missing; type: apt-get install chromium"
    assert driver, "ChromeDriver is missing; type: apt-get install chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (
        *FLAGS,
        f"--user-data-dir={profile}",
        f"--window-size={size[0]},{size[1]}",
        "--lang=en-US",
    ):
        options.add_argument(flag)
    preferences = {"intl.accept_languages": "nl"}
    if not scripts:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    service = webdriver.ChromeService(driver, popen_kw={"start_new_session": True})
    opened = webdriver.Chrome(options, service)
    # The page itself is to have the size of a tablet, without the browser's own bars, or of a phone.
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    if size[0] < NARROWEST:
        opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    elif scripts:
        inner = opened.execute_script("return [innerWidth, innerHeight]")
        opened.set_window_size(2 * size[0] - inner[0], 2 * size[1] - inner[1])
    return opened


class WebKit(webdriver.WebKitGTK):
    """The engine of every iPad, in a small browser of our own that keeps its profile."""

    def __init__(self, profile: Path, size: tuple[int, int]) -> None:
        driver = shutil.which("WebKitWebDriver")
        assert driver, "WebKitWebDriver is missing; type: apt-get install webkit2gtk-driver"
        self.first_script = profile / "page.js"  # runs first in every page
        profile.mkdir(parents=True, exist_ok=True)
        self.first_script.unlink(missing_ok=True)
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(Path(__file__).with_name("webkit_browser.py"))
        for argument in (str(profile), f"{size[0]}x{size[1]}"):
            options.add_argument(argument)
        service = webdriver.WebKitGTKService(
            driver,
            env=os.environ | {"TZ": "Europe/Amsterdam", "NO_AT_BRIDGE": "1"},
            popen_kw={"start_new_session": True},
        )
        with warnings.catch_warnings():
            # Selenium's own class for this driver uses what Selenium would rather not have used.
            warnings.simplefilter("ignore", DeprecationWarning)
            super().__init__(options, service)


HELD = """(() => {
  const Real = Date;
  let now = %d;
  const loaded = now - %d;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(now); }
    static now() { return now; }
  };
  performance.now = () => now - loaded;
  window.__setClock = (time) => { now = time; };
})();"""


class Watch:
    """Holds the clocks of the pages of a browser: both stand until the test sets them."""

    def __init__(self, browser: AnyDriver, start: datetime) -> None:
        self._browser, self._script, self.now = browser, "", start
        if not isinstance(browser, WebKit):
            zone = {"timezoneId": "Europe/Amsterdam"}
            browser.execute_cdp_cmd("Emulation.setTimezoneOverride", zone)
        self.set(start)

    def set(self, now: datetime) -> None:
        """Set the clocks of this page, and of the pages that follow, to this time."""
        self.now = now
        milliseconds = int(now.timestamp() * 1000)
        self._at_the_start_of_a_page(HELD % (milliseconds, 60_000))
        self._browser.execute_script(
            "window.__setClock && window.__setClock(arguments[0])", milliseconds
        )

    def advance(self, seconds: int) -> None:
        """Let this many seconds go by."""
        self.set(self.now + timedelta(seconds=seconds))

    def _at_the_start_of_a_page(self, source: str) -> None:
        if isinstance(self._browser, WebKit):
            self._browser.first_script.write_text(source)
            return
        command = self._browser.execute_cdp_cmd
        if self._script:
            command("Page.removeScriptToEvaluateOnNewDocument", {"identifier": self._script})
        added = command("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        self._script = added["identifier"]


def press(browser: AnyDriver, button: WebElement) -> None:
    """Press a button that sends its form, and wait until the answer is there."""
    with answered(browser):
        button.click()


@contextmanager
def answered(browser: AnyDriver) -> Iterator[None]:
    """Do what sends a form, and wait until the answer is there."""
    before = browser.find_element(By.TAG_NAME, "html")
    yield
    until(browser, lambda: browser.find_element(By.TAG_NAME, "html") != before)
    if isinstance(browser, WebKit):  # whose driver finds elements of a page that is half there
        until(browser, lambda: browser.execute_script("return document.readyState") == "complete")


def until(browser: AnyDriver, done: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until what is asked is so, and return it.

    Between two pages the driver may answer with any error at all: that is no, and what it last was
    stands beside the failure. A browser that is gone does not come back.
    """
    errors: list[WebDriverException] = []

    def asked(_: AnyDriver) -> Any:
        errors.clear()
        try:
            return done()
        except InvalidSessionIdException:
            raise
        except WebDriverException as error:
            errors.append(error)
            return False

    try:
        return WebDriverWait(browser, seconds, 0.05).until(asked)
    except TimeoutException as late:
        raise late from (errors[0] if errors else None)
