"""Every page of the program, and a study in which there is something on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from selenium.webdriver.common.by import By

from observation.core.events import Event, instant
from observation.settings import Context
from observation.store import Receipt
from observation.store.accepting import accept, standings
from observation.store.deposit import deposit
from observation.store.devices import devices, enrol, find_device, revoke
from observation.store.erasure import Erasure
from observation.store.quarantine import decide, quarantined
from observation.store.receiving import receive
from tests.browser.place import AnyDriver, HeldClock, serving
from tests.browser.tablet import keep, until_filled
from tests.samples import BUNDLE, records

NOW = "2018-03-13T15:17:42+01:00"
RUNNING, DONE = (
    records()[label].observation.stream.partition("/")[2] for label in ("A-01", "D-02")
)
SCHOOL, INTERVIEW = (
    sorted({e.stream.partition("/")[2] for e in BUNDLE.events if e.stream.startswith(kind)})[0]
    for kind in ("school/", "interview/")
)
PAPER, SECOND = (
    records()[label].observation.stream.partition("/")[2] for label in ("D-01", "D-01-W2")
)
ERASED = "01900000-0000-7000-8000-0000000000e5"
AN_ERASURE = Erasure(
    ERASED, BUNDLE.study, "school", "0" * 64, "Jo", "2018-03-13T14:17:42.000Z",
    counts={"observations": 3, "claims": 12},
    places=[[f"observation/{RUNNING}", next(e.id for e in BUNDLE.events if e.stream == f"observation/{RUNNING}")]],
)  # fmt: skip
PAGES = (
    "/",
    "/observations/new?school=A&unit=7-8",
    "/observations/new?source=paper",
    "/tablets",
    "/sign-in",
    "/invitation",
    "/accounts",
    "/audit",
    "/account",
    "/backups",
    "/sample",
    "/schools",
    f"/schools/{SCHOOL}",
    "/erasure",
    "/erasure/new?school=A",
    f"/erasure/{ERASED}",
    "/register",
    "/import",
    "/codebook",
    "/codebook?q=les",
    "/codebook/own.workload",
    "/interviews",
    "/triangulation",
    "/triangulation?phase=planning&role=teacher",
    "/triangulation/comparison",
    f"/triangulation/schools/{SCHOOL}",
    f"/triangulation/schools/{SCHOOL}/cell?code=learning.feedback&actor=team",
    "/triangulation/agreement",
    f"/triangulation/agreement/{PAPER}/{SECOND}",
    "/interviews/new?school=A",
    f"/interviews/{INTERVIEW}",
    "/tablet",
    "/rescue",
    "/guide",
    "/new",
    "/new-interview",
    "/practice",
    f"/claims#{INTERVIEW}",
    *(f"/{screen}#{uuid}" for uuid in (RUNNING, DONE) for screen in ("capture", "finish", "schedule")),
    *(f"/observations/{uuid}{screen}" for uuid in (RUNNING, DONE) for screen in ("", "/capture", "/finish", "/schedule")),
    f"/observations/{PAPER}/paper",
)  # fmt: skip


@dataclass
class Place:
    """A server with the sample study, A-01 as it stood at 07:42, and a browser to look at it."""

    browser: AnyDriver
    url: str
    context: Context
    kept: list[Event]
    aside: str = ""  # the page of what a tablet sent that was set aside
    language: str = "nl"

    @property
    def tablet(self) -> str:
        """The server by its other name: there the browser has a log of its own, here only forms."""
        return self.url.replace("127.0.0.1", "localhost")

    @property
    def pages(self) -> tuple[str, ...]:
        return (*PAGES, self.aside)

    def settle_in(self, language: str = "nl") -> None:
        """Put on the tablet what it is to hold, and find the page that has no fixed address."""
        self.browser.get(f"{self.tablet}/?language={language}")
        for stream in (f"observation/{RUNNING}", f"observation/{DONE}", f"interview/{INTERVIEW}"):
            keep(self.browser, [each for each in self.kept if each.stream == stream])
        self.browser.get(f"{self.url}/tablets?language={language}")
        link = self.browser.find_element(By.CSS_SELECTOR, ".set-aside a").get_attribute("href")
        assert link
        self.aside = link.removeprefix(self.url)

    def speak(self, language: str) -> None:
        """Let both names of the server answer in this language from now on."""
        self.language = language
        for name in (self.tablet, self.url):
            self.browser.get(f"{name}/guide?language={language}")

    def go(self, page: str) -> None:
        """Open a page, and wait until it is filled."""
        self.browser.get("about:blank")
        screen, on_tablet, record = page.partition("#")
        if on_tablet:  # the shell is kept in each language, and by its address
            self.browser.get(f"{self.tablet}{screen}?language={self.language}#{record}")
        else:
            self.browser.get(self.url + page)
        if on_tablet or page == "/practice":
            until_filled(self.browser)


@contextmanager
def study(folder: Path, browser: AnyDriver) -> Iterator[Place]:
    """Serve the sample study to a browser, with A-01 as it stood at 07:42."""
    stream = f"observation/{RUNNING}"
    events = [e for e in BUNDLE.events if e.stream != stream or instant(e.at) <= instant(NOW)]
    with serving(folder / "data", HeldClock(NOW)) as (url, context):
        receipt = Receipt("2018-03-13T14:17:42.000Z", "test")
        deposit(context.store.events, context.catalogue, BUNDLE.study, events, receipt)
        enrol(context.store.registry, BUNDLE.study, RUNNING, "iPad", context.clock.now())
        set_aside(context)
        context.store.registry.put("erasure", ERASED, asdict(AN_ERASURE), None)
        place = Place(browser, url, context, events)
        place.settle_in()
        yield place


def set_aside(context: Context) -> None:
    """A revoked tablet has sent three entries: one was taken in, one was refused, one is open."""
    registry = context.store.registry
    enrol(registry, BUNDLE.study, DONE, "iPad 2", context.clock.now())
    revoke(registry, DONE, context.clock.now())
    device = find_device(registry, DONE)
    assert device
    sent = [e.as_dict() for e in BUNDLE.events if e.stream == f"observation/{DONE}"][:3]
    receive(
        context.store,
        context.catalogue,
        device,
        [event | {"by": "W9"} for event in sent],
        "2018-03-13T14:17:42.000Z",
    )
    taken_in, refused, _open = standings(
        context.store.events, quarantined(registry), {}, devices(registry)
    )
    accept(context.store, context.catalogue, [taken_in], "2018-03-13T14:17:43.000Z")
    decide(registry, [refused.item.digest], False, "2018-03-13T14:17:44.000Z")
