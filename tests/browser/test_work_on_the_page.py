"""Long work is begun by a click: the page says how far it is, cancels it, and says what became of it, also of a server that was killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.utils import free_port

from observation.cli import main
from observation.core.events import Event
from observation.settings import open_context
from observation.store import Receipt, open_store
from observation.store.backup_state import STILL
from observation.store.deposit import deposit
from observation.store.lock import is_held
from observation.store.work import REPORT
from tests.browser.place import chromium, kill_session, processes_of, until
from tests.samples import BUNDLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

COPIES, SESSIONS = (
    20,
    10,
)  # of the sample's schools, and how many times all its observations at each
CLAIMS = 10_000
LONGEST = 240.0  # seconds that a piece of work takes
LOOK = 3.0  # seconds in which the page asks
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Another clock, so that nobody waits for minutes until silence is an end.
SERVE = (
    "import sys; from datetime import timedelta; from observation import cli, settings; from observation.web import beside;"
    "beside.give_way = lambda process: None;"  # the tests want every core
    "now = settings.Clock.now;"
    "settings.Clock.now = lambda clock: now(clock) + timedelta(seconds=float({ahead}));"
    "sys.exit(cli.main())"
)
STOPPED = re.compile(r"^State:\s+[TZ]", re.MULTILINE)  # or at its end
HOW_FAR = """
const bar = document.querySelector("progress");
return bar && [document.querySelector("[data-work-text]").textContent, bar.hasAttribute("value") ? bar.value : null];
"""
SAID = "return document.readyState === 'complete' && document.querySelector('main').innerText"


@dataclass
class Place:
    """A server of its own with a large study, that can be killed with all that it began, and a browser."""

    data: Path
    browser: WebDriver
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[str] | None = None

    def serve(self, ahead: float = 0) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVE.format(ahead=ahead), "--data", str(self.data), "serve", "--port", str(self.port)],
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert self.server.stdout
        assert str(self.port) in self.server.stdout.readline()

    def kill(self) -> None:
        assert self.server
        kill_session(self.server)
        self.server.communicate()

    def open(self, path: str) -> None:
        self.browser.get(f"http://127.0.0.1:{self.port}{path}")

    def click(self, selector: str) -> None:
        """Click what leads to another page, and wait for that."""
        before = self.browser.find_element(By.TAG_NAME, "html")
        self.browser.find_element(By.CSS_SELECTOR, selector).click()
        self.until(lambda: self.browser.find_element(By.TAG_NAME, "html") != before)

    def until(self, done: Callable[[], Any]) -> Any:
        return until(self.browser, done, LONGEST)

    def said(self) -> str:
        """What the page says once nothing goes on."""
        self.until(lambda: not self.browser.find_elements(By.TAG_NAME, "progress"))
        return str(self.until(lambda: self.browser.execute_script(SAID)))

    def seen(self) -> list[tuple[str, float | None]]:
        """What the page says of how far it is, each once, until it says so no more.

        So that no machine is too fast for it, the work waits at each word of its own until the page
        has shown two values.
        """
        found: list[tuple[str, float | None]] = []
        told = self.told()
        while far := self.how_far():
            if far not in found:
                found.append(far)
            if len({value for _, value in found if value is not None}) < 2 and self.told() != told:
                with self.held():
                    told, until = self.told(), time.monotonic() + LOOK
                    while self.how_far() == far and time.monotonic() < until:
                        time.sleep(0.05)
            time.sleep(0.01)
        return found

    def told(self) -> list[str]:
        """What work tells of itself, where the page's server finds it."""
        found = []
        for report in self.data.glob(f"*/*/{REPORT}"):
            with suppress(FileNotFoundError):
                found.append(report.read_text())
        return found

    def how_far(self) -> tuple[str, float | None] | None:
        """What the page says of how far it is; None when nothing goes on."""
        (far,) = self.until(lambda: [self.browser.execute_script(HOW_FAR)])
        return far and (far[0], far[1])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it nothing goes on that the server began, and nothing of that holds the records."""
        assert self.server
        began = [pid for pid in processes_of(self.server.pid) if pid != self.server.pid]
        self.stop(began)
        while is_held(self.data / "store" / ".lock"):  # the server would wait for it
            self.signal(began, signal.SIGCONT)
            time.sleep(0.01)
            self.stop(began)
        yield
        self.signal(began, signal.SIGCONT)

    def stop(self, processes: list[int]) -> None:
        """Stop the processes, and wait until they are."""
        self.signal(processes, signal.SIGSTOP)
        for process in processes:
            with suppress(FileNotFoundError):
                while not STOPPED.search(Path(f"/proc/{process}/status").read_text()):
                    time.sleep(0.002)

    def signal(self, processes: list[int], number: int) -> None:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def records(self) -> Mapping[str, str]:
        events = open_store(f"tinydb:{self.data / 'store'}").events
        return events.versions(BUNDLE.study)

    def files(self) -> list[str]:
        """What lies beside the records for work, or of it."""
        folders = (self.data / name for name in ("imports", "made", "backups"))
        return sorted(str(path) for folder in folders for path in folder.glob("*"))


@dataclass(frozen=True)
class Work:
    """Long work of a page: how it is begun from the page that is open, and what is said of it in the end."""

    page: str
    name: str
    begin: Callable[[Place], None]
    done: str
    cancelled: str
    killed: str
    again: Callable[[Place], None]
    twice: str = ""


def bring(place: Place) -> None:
    """Bring the table, wait until it was looked at, and open the page on which it is taken in."""
    place.open("/import?language=nl")
    place.browser.find_element(By.NAME, "file").send_keys(str(place.data / "table.csv"))
    by = place.browser.find_element(By.NAME, "_by")
    by.clear()  # it is remembered
    by.send_keys("W1")
    place.click("form.fill button.primary")
    assert "er is nog niets vastgelegd" in place.said()


def press(selector: str) -> Callable[[Place], None]:
    return lambda place: place.click(selector)


WORKBOOK = 'a[href*="triangulation.xlsx"][href*="internal"]'
WORKS = {
    "import": Work(
        "", "Import", press('form[action$="/taking"] button'), "Overgenomen.",
        "Geannuleerd. Er is niets overgenomen en het bestand is vergeten.",
        "Er is niets overgenomen. Het werk stopte voor het einde",
        press('form[action$="/taking"] button'),
    ),
    "backup": Work(
        "/backups?language=nl", "Back-up", press("main form button.primary"), "De laatste gecontroleerde back-up",
        "Geannuleerd. Er is geen back-up gemaakt",
        "De laatste is voor het einde gestopt", press("main form button.primary"), "Er wordt al een back-up gemaakt",
    ),
    "workbook": Work(
        "/triangulation?language=nl", "Werkmap van alle scholen", press(WORKBOOK), "Het bestand staat klaar.",
        "Geannuleerd. Er is geen bestand gemaakt.",
        "Er is geen bestand gemaakt. Het werk is voor het einde gestopt", press(WORKBOOK),
    ),
}  # fmt: skip


def opened(place: Place, work: Work) -> None:
    """Open the page on which the work is begun."""
    if work.page:
        place.open(work.page)
    else:
        bring(place)


def study() -> list[Event]:
    """The sample with many more schools like its own, and many more sessions at each."""
    found = list(BUNDLE.events)
    for number in range(COPIES):
        for session in range(SESSIONS):

            def other(match: re.Match[str], number: int = number, session: int = session) -> str:
                if match[0] == BUNDLE.study:
                    return match[0]
                made = uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {session} {match[0]}").hex
                return match[0][:24] + made[:12]

            for event in BUNDLE.events:
                kind = event.stream.partition("/")[0]
                if kind == "study" or (session and kind != "observation"):
                    continue
                text = UUID.sub(other, json.dumps(event.as_dict()))
                text = re.sub(r'"school": "', f'"school": "{number}-', text)
                text = re.sub(r'"label": "', f'"label": "{number}-{session}-', text)
                found.append(Event(**json.loads(text)))
    return found


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("work") / "data"
    context = open_context(data)
    receipt = Receipt("2018-04-13T16:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, study(), receipt)
    rows = (
        f"{n},R6-R9 focusgroep school A nr {n // 100},{tag},Voor de {n}e keer.\r\n"
        for n in range(CLAIMS)
        for tag in ("R7", "learning.feedback")
    )
    (data / "table.csv").write_text("id,document,tag,content\r\n" + "".join(rows))
    assert main(["--data", str(data), "summarise", "--quiet"]) == 0
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "data")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def place(data: Path, browser: WebDriver) -> Iterator[Place]:
    place = Place(data, browser)
    place.serve()
    try:
        yield place
    finally:
        place.kill()


@pytest.mark.parametrize("name", WORKS)
def test_cancelled_it_says_what_stays_and_all_is_as_before(place: Place, name: str) -> None:
    work = WORKS[name]
    before, files = place.records(), place.files()
    opened(place, work)
    stale, address = place.browser.current_window_handle, place.browser.current_url
    place.browser.switch_to.new_window("tab")
    place.browser.get(address)
    work.begin(place)
    place.until(lambda: place.browser.find_element(By.CSS_SELECTOR, "[data-work-cancel] button"))
    with place.held():
        going = place.browser.current_url
        place.open("/schools")
        place.browser.get(going)
        assert place.browser.find_elements(By.TAG_NAME, "progress")  # it goes on all the same
        place.browser.close()
        place.browser.switch_to.window(stale)
        work.again(place)  # where nobody knows yet that it goes on
        assert place.browser.find_elements(By.TAG_NAME, "progress")
        assert work.twice in place.browser.find_element(By.TAG_NAME, "main").text
        place.click("[data-work-cancel] button")
        assert work.cancelled in place.said()
    place.until(lambda: place.files() == files)
    assert place.records() == before


# As long as the answer to the form is on its way: it is sent, and its page never comes.
ON_ITS_WAY = """
document.addEventListener("submit", (event) => {
  event.preventDefault();
  fetch(event.target.action, { method: "POST", body: new FormData(event.target), redirect: "manual" });
});
"""


def test_while_it_is_cancelled_the_page_opens_no_other_one(place: Place) -> None:
    work = WORKS["workbook"]
    opened(place, work)
    work.begin(place)
    place.until(lambda: place.browser.find_element(By.CSS_SELECTOR, "[data-work-cancel] button"))
    with place.held():
        place.browser.execute_script(ON_ITS_WAY)
        place.browser.find_element(By.CSS_SELECTOR, "[data-work-cancel] button").click()
        place.until(lambda: not place.files())
        time.sleep(LOOK)  # the page would find that there is no such work
        assert place.browser.find_elements(By.TAG_NAME, "progress")


@pytest.mark.parametrize("name", WORKS)
def test_killed_with_the_server_nothing_half_is_there_and_the_page_says_so(
    place: Place, name: str
) -> None:
    work = WORKS[name]
    before = place.records()
    opened(place, work)
    work.begin(place)
    place.until(lambda: place.browser.find_element(By.CSS_SELECTOR, "progress[value]"))
    address = place.browser.current_url
    place.kill()
    place.serve(ahead=STILL.total_seconds() + 1)
    place.browser.get(address)
    assert work.killed in " ".join(place.said().split())
    assert place.records() == before
    made = [*place.data.glob("backups/backup-*"), *place.data.glob("made/*/result")]
    assert made == []


@pytest.mark.parametrize("name", WORKS)
def test_it_says_how_far_it_is_and_ends_at_its_result(place: Place, name: str) -> None:
    work = WORKS[name]
    before = place.records()
    opened(place, work)
    work.begin(place)
    bar = place.until(lambda: place.browser.find_element(By.TAG_NAME, "progress"))
    assert (bar.aria_role, bar.accessible_name) == ("progressbar", work.name)
    seen = place.seen()
    values = [value for _, value in seen if value is not None]
    assert values == sorted(values)
    assert len(set(values)) >= 2, seen
    assert any(re.search(r"\d van \d", text) for text, _ in seen), seen
    assert work.done in place.said()
    assert (place.records() == before) is (name != "import")
    if name == "workbook":
        address = place.browser.find_element(By.CSS_SELECTOR, "a.file").get_attribute("href")
        with urlopen(address or "") as answer:
            assert answer.read(2) == b"PK"


def test_without_scripts_the_page_comes_again_by_itself(data: Path, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile", scripts=False) as browser:
        place = Place(data, browser)
        place.serve()
        try:
            work = WORKS["workbook"]
            opened(place, work)
            work.begin(place)
            address, texts = browser.current_url, set()

            def ended() -> bool:
                with suppress(
                    NoSuchElementException, StaleElementReferenceException
                ):  # it comes again
                    if work.done in browser.find_element(By.TAG_NAME, "main").text:
                        return True
                    text = browser.find_element(By.CSS_SELECTOR, "[data-work-text]").text
                    link = browser.find_element(By.CSS_SELECTOR, ".work noscript a, .work a.go")
                    assert link.get_attribute("href") == address
                    texts.add(text)
                return False

            place.until(ended)
            assert len(texts) >= 2
        finally:
            place.kill()
