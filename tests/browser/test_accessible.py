"""axe finds nothing on any page, in both languages, and nothing moves under a finger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from observation.core.events import Event, instant
from observation.settings import Context
from observation.store import Receipt
from observation.store.accepting import accept, standings
from observation.store.deposit import deposit
from observation.store.devices import devices, enrol, find_device, revoke
from observation.store.erasure import Erasure
from observation.store.quarantine import decide, quarantined
from observation.store.receiving import receive
from tests.browser.place import HeldClock, chromium, press, serving
from tests.browser.tablet import keep
from tests.samples import BUNDLE, records

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def browser(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[WebDriver, str, list[Event]]]:
    """The sample study with A-01 as it stood at 07:42, in Chromium."""
    place = tmp_path_factory.mktemp("place")
    stream = f"observation/{RUNNING}"
    events = [e for e in BUNDLE.events if e.stream != stream or instant(e.at) <= instant(NOW)]
    with (
        serving(place / "data", HeldClock(NOW)) as (url, context),
        chromium(place / "profile") as found,
    ):
        receipt = Receipt("2018-03-13T14:17:42.000Z", "test")
        deposit(context.store.events, context.catalogue, BUNDLE.study, events, receipt)
        enrol(context.store.registry, BUNDLE.study, RUNNING, "iPad", context.clock.now())
        set_aside(context)
        context.store.registry.put("erasure", ERASED, asdict(AN_ERASURE), None)
        yield found, url, events


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_axe_finds_nothing_on_any_page(
    browser: tuple[WebDriver, str, list[Event]], language: str, scheme: str
) -> None:
    driver, url, kept = browser
    spec = find_spec("axe_core_python")
    assert spec
    assert spec.origin
    axe = (Path(spec.origin).parent / "axe.min.js").read_text()
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    # By its other name the tablet has a log of its own: by forms is who has none.
    tablet = url.replace("127.0.0.1", "localhost")
    driver.get(f"{tablet}/?language={language}")
    for uuid in (RUNNING, DONE):
        keep(driver, [each for each in kept if each.stream == f"observation/{uuid}"])
    keep(driver, [each for each in kept if each.stream == f"interview/{INTERVIEW}"])
    driver.get(f"{url}/tablets?language={language}")
    link = driver.find_element(By.CSS_SELECTOR, ".set-aside a").get_attribute("href")
    assert link
    found: dict[str, list[Any]] = {}
    for page in (*PAGES, link.removeprefix(url)):
        driver.get("about:blank")
        driver.get((tablet if "#" in page else url) + page)
        if "#" in page or page == "/practice":
            WebDriverWait(driver, 20).until(
                lambda at: at.find_element(By.CSS_SELECTOR, ".saved").text
            )
        driver.execute_script(axe)
        result = driver.execute_async_script(
            "axe.run(document).then(arguments[arguments.length - 1])"
        )
        problems = [
            (v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in result["violations"]
        ]
        found |= {page: problems} if problems else {}
    assert found == {}
    # Nor did any page ask for what the policy forbids.
    refused = [each["message"] for each in driver.get_log("browser")]
    assert not [message for message in refused if "Content Security Policy" in message]


def test_no_tile_moves_when_something_is_recorded(
    browser: tuple[WebDriver, str, list[Event]],
) -> None:
    driver, url, _kept = browser
    driver.get(f"{url}/observations/{RUNNING}/capture")
    before = _boxes(driver)
    for number in range(12):
        for what in (".tile-tap", ".counter"):
            press(driver, driver.find_elements(By.CSS_SELECTOR, what)[number % 3])
        assert _boxes(driver) == before


def _boxes(driver: WebDriver) -> list[list[float]]:
    """The boxes of everything that is tapped in a session, on the page."""
    boxes: list[list[float]] = driver.execute_script(
        """return [...document.querySelectorAll(".chip, .tile-tap, .counter, .note button")].map((e) => {
             const box = e.getBoundingClientRect();
             return [box.x + scrollX, box.y + scrollY, box.width, box.height];
           })"""
    )
    assert boxes
    return boxes
