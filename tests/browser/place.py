"""A running server with a clock that the test holds, and Chromium to look at it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cheroot.wsgi import Server
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from observation.settings import Clock, Context, open_context
from observation.web import create_app

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
def serving(data: Path, clock: Clock, port: int = 0) -> Iterator[tuple[str, Context]]:
    """Serve the data folder on a free port of this machine, or this one; yield the address and the context."""
    context = replace(open_context(data), clock=clock)
    server = Server(("127.0.0.1", port), create_app(context), numthreads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}", context
    finally:
        server.stop()
        thread.join()


@contextmanager
def chromium(
    profile: Path, scripts: bool = True, size: tuple[int, int] = (1180, 820)
) -> Iterator[WebDriver]:
    """Open Chromium with a profile of its own, with or without JavaScript."""
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
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    # The page itself is to have the size of a tablet, without the browser's own bars.
    inner = browser.execute_script("return [innerWidth, innerHeight]") if scripts else size
    browser.set_window_size(2 * size[0] - inner[0], 2 * size[1] - inner[1])
    try:
        yield browser
    finally:
        browser.quit()


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

    def __init__(self, browser: WebDriver, start: datetime) -> None:
        self._browser, self._script, self._now = browser, "", start
        browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Europe/Amsterdam"})
        self.set(start)

    def set(self, now: datetime) -> None:
        """Set the clocks of this page, and of the pages that follow, to this time."""
        self._now = now
        if self._script:
            self._browser.execute_cdp_cmd(
                "Page.removeScriptToEvaluateOnNewDocument", {"identifier": self._script}
            )
        milliseconds = int(now.timestamp() * 1000)
        source = HELD % (milliseconds, 60_000)
        self._script = self._browser.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": source}
        )["identifier"]
        self._browser.execute_script(
            "window.__setClock && window.__setClock(arguments[0])", milliseconds
        )

    def advance(self, seconds: int) -> None:
        """Let this many seconds go by."""
        self.set(self._now + timedelta(seconds=seconds))


def press(browser: WebDriver, button: WebElement) -> None:
    """Press a button that sends its form, and wait until the answer is there."""
    with answered(browser):
        button.click()


@contextmanager
def answered(browser: WebDriver) -> Iterator[None]:
    """Do what sends a form, and wait until the answer is there."""
    before = browser.find_element(By.TAG_NAME, "html")
    yield
    # Between two pages the driver may answer with any error at all.
    wait = WebDriverWait(browser, 20, ignored_exceptions=[WebDriverException])
    wait.until(lambda found: found.find_element(By.TAG_NAME, "html") != before)
