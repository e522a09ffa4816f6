"""Take a picture of every screen, in every way of looking at it, and of the pages of a print.

    python scripts/make_screenshots.py [FOLDER [NAME...]]

writes to `docs/screenshots/` and lists the pictures in `docs/screens.md`. Screens are those that axe looks at
(`PAGES` of tests/browser/pages.py), and states that no address has. A picture that shows the same
as the one that is there is left as it is. With names, only these screens. Needs Chromium, ChromeDriver
and pdftoppm.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image, ImageChops  # noqa: E402
from selenium.webdriver.chrome.webdriver import WebDriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

from observation.core.events import Event, instant  # noqa: E402
from observation.settings import Context  # noqa: E402
from observation.store import Receipt  # noqa: E402
from observation.store.deposit import deposit  # noqa: E402
from observation.store.devices import enrol  # noqa: E402
from observation.web import beside, exports  # noqa: E402
from tests.browser import pages as axe  # noqa: E402
from tests.browser.place import HeldClock, Watch, answered, chromium, serving, until  # noqa: E402
from tests.browser.tablet import keep  # noqa: E402
from tests.browser.test_imports import look  # noqa: E402
from tests.importing.study import MAXQDA  # noqa: E402
from tests.samples import BUNDLE  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
OVERVIEW = ROOT / "docs" / "screens.md"
# The ways of looking: width, height, and what the system prefers.
MODES = {
    "landscape": (1180, 820, "light"),
    "dark": (1180, 820, "dark"),
    "portrait": (820, 1180, "light"),
    "phone": (390, 844, "light"),
}
LONGEST = 1.6  # heights of the screen; what a page has below is not shown
SETTLED = 0.4  # s
ROOM = "board-sessions-"
# What is another one each time, and what stands there in a picture.
HELD = """
const [place, room] = [location.host, arguments[0]];
const each = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (each.nextNode()) {
  const text = each.currentNode.data.replaceAll(place, "127.0.0.1:8000");
  each.currentNode.data = text.replace(new RegExp(String.raw`\\S*${room}[^/\\s]*`), "/srv/board-sessions");
}
const held = { ".code": "8DS0D-VV2F8", "[data-slot=room]": "12 GB", "[data-slot=version]": "1" };
for (const [what, text] of Object.entries(held)) for (const found of document.querySelectorAll(`p${what}, dd${what}`)) found.textContent = text;
document.querySelector(".qr")?.replaceChildren();
"""
SAME = 12  # of 255: what two pictures may differ in at any place and show the same
WORDS = {
    axe.RUNNING: "running",
    axe.DONE: "done",
    axe.PAPER: "paper",
    axe.SECOND: "second",
    axe.SCHOOL: "school",
    axe.INTERVIEW: "interview",
    axe.ERASED: "erased",
}
PRINTS = {"print-1": "1"}
FOR_THE_README = {
    "capture": "observations-running-capture",
    "interview": "interviews-interview",
}  # in full size


@dataclass(frozen=True, slots=True)
class Place:
    """A browser beside a server that holds the sample study."""

    browser: WebDriver
    url: str
    tablet: str  # the same server by a name under which the browser has a log of its own

    def open(self, page: str, tablet: bool = False) -> None:
        """Open a page from anew, and wait until it is filled."""
        self.browser.get("about:blank")
        self.browser.get((self.tablet if tablet else self.url) + page)
        self.settle()

    def settle(self) -> None:
        """Wait until the page says no more than it said a moment before."""
        before, said = "", " "
        while before != said:
            time.sleep(SETTLED)
            before, said = said, self.browser.execute_script("return document.body.innerText")

    def click(self, selector: str, number: int = 0) -> None:
        """Click what is found, where it cannot be seen too."""
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)[number]
        self.browser.execute_script("arguments[0].click()", found)


def name_of(page: str) -> str:
    """Return the name of a page's pictures, by its address.

    >>> name_of("/")
    'study'
    """
    for uuid, word in WORDS.items():
        page = page.replace(uuid, word)
    return re.sub(r"[^a-z0-9.]+", "-", page.lower()).strip("-") or "study"


def _of_page(page: str) -> Callable[[Place], None]:
    return lambda place: place.open(page, tablet="#" in page or page == "/practice")


def _set_aside(place: Place) -> None:
    place.open("/tablets")
    link = place.browser.find_element(By.CSS_SELECTOR, ".set-aside a").get_attribute("href")
    place.open(str(link).removeprefix(place.url))


def _looked_at(place: Place) -> None:
    """Claims of another tool that wait for their codes."""
    place.open("/import")
    look(place.browser, place.url, MAXQDA)


def _waiting(place: Place) -> None:
    """The list of tables that were brought and are not taken in."""
    _looked_at(place)
    place.open("/import")


def _made(place: Place) -> None:
    """A workbook that another process made; in the sample it would be made while one waits."""
    with patch.object(exports, "FEW", 0), patch.object(beside, "give_way"):
        place.open("/exports/triangulation.xlsx")
    until(place.browser, lambda: place.browser.find_elements(By.CSS_SELECTOR, "a.file"))


def _not_there(place: Place) -> None:
    place.open("/observations/00000000-0000-7000-8000-000000000000")


def _nothing_found(place: Place) -> None:
    place.open("/?observer=W9")


def _refused(place: Place) -> None:
    place.open("/observations/new?source=paper")
    place.browser.execute_script(
        "for (const field of document.querySelectorAll('[required]')) field.removeAttribute('required')"
    )
    with answered(place.browser):
        place.click("main form button.primary")


def _code_shown(place: Place) -> None:
    place.open("/tablets")
    with answered(place.browser):
        place.click("main form button.primary")


def _card_open(place: Place) -> None:
    place.open(f"/capture#{axe.RUNNING}", tablet=True)
    place.click(".card summary", 4)


def _just_tapped(place: Place) -> None:
    place.open(f"/capture#{axe.RUNNING}", tablet=True)
    place.click(".tile-tap", 3)
    asks = '.just[data-asks="true"]'
    until(place.browser, lambda: place.browser.find_elements(By.CSS_SELECTOR, asks))


def _without_server(place: Place) -> None:
    """An enrolled tablet records, and nobody answers."""
    place.open(f"/capture#{axe.RUNNING}", tablet=True)
    _network(place, there=False)
    place.click(".tile-tap", 5)
    place.settle()


def _network(place: Place, there: bool) -> None:
    conditions = {
        "offline": not there,
        "latency": 0,
        "downloadThroughput": -1,
        "uploadThroughput": -1,
    }
    place.browser.execute_cdp_cmd("Network.enable", {})
    place.browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


# What no address has, in this order: each leaves the browser as the next needs it.
STATES: dict[str, Callable[[Place], None]] = {
    "tablets-set-aside": _set_aside,
    "study-nothing-found": _nothing_found,
    "import-mapping": _looked_at,
    "import-waiting": _waiting,
    "made": _made,
    "not-there": _not_there,
    "observations-new-refused": _refused,
    "tablets-code": _code_shown,
    "capture-running-card": _card_open,
    "capture-running-tapped": _just_tapped,
    "capture-offline": _without_server,
}
EMPTY = (
    "/",
    "/schools",
    "/interviews",
    "/triangulation",
    "/tablets",
    "/backups",
    "/tablet",
    "/register",
)


def screens() -> dict[str, Callable[[Place], None]]:
    """Every screen with a study, by the name of its pictures: what brings a browser there."""
    return {name_of(page): _of_page(page) for page in axe.PAGES} | STATES


def empty_screens() -> dict[str, Callable[[Place], None]]:
    """The screens of a server that holds nothing yet."""
    return {f"{name_of(page)}-empty": _of_page(page) for page in EMPTY}


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for studied, group in ((False, empty_screens()), (True, screens())):
        wanted = {name: to for name, to in group.items() if not names or name in names}
        if not wanted:
            continue
        with _place(studied) as place:
            for name, to in wanted.items():
                to(place)
                for mode in MODES:
                    picture = _take(place.browser, mode)
                    _keep(_halved(picture), folder / f"{name}.{mode}.webp")
                    if mode == "landscape":
                        for title in (each for each, of in FOR_THE_README.items() if of == name):
                            _keep(picture.crop((0, 0, *MODES[mode][:2])), folder / f"{title}.webp")
                print(name, flush=True)
    if names:
        return
    _prints(folder)
    if folder == FOLDER:
        expected = {f"{name}.{mode}.webp" for name in all_names() for mode in MODES}
        expected |= {f"{name}.webp" for name in (*FOR_THE_README, *PRINTS)}
        for path in folder.iterdir():
            if path.name not in expected:
                path.unlink()
        OVERVIEW.write_text(overview())


def all_names() -> list[str]:
    """Return the names of all screens, those with nothing beside those with a study."""
    return sorted({**screens(), **empty_screens()})


def overview() -> str:
    """Return the page that shows every screen in every mode."""
    head = (
        "# Every screen\n\nAs `python scripts/make_screenshots.py` took them, in half their size: "
        + ", ".join(f"{mode} ({width} x {height})" for mode, (width, height, _) in MODES.items())
        + ".\nThe top of a page is shown, to about one and a half times the height of the screen.\n\n"
    )
    head += f"| screen | {' | '.join(MODES)} |\n|---|{'---|' * len(MODES)}\n"
    rows = (
        f"| {name} | "
        + " | ".join(
            f'<img src="screenshots/{name}.{mode}.webp" alt="{name}, {mode}" width="{width // 5}">'
            for mode, (width, _, _) in MODES.items()
        )
        + " |\n"
        for name in all_names()
    )
    return head + "".join(rows)


@contextmanager
def _place(studied: bool) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix=ROOM) as room:
        data, profile = Path(room) / "data", Path(room) / "profile"
        with (
            serving(data, HeldClock(axe.NOW)) as (url, context),
            chromium(profile) as browser,
        ):
            place = Place(browser, url, url.replace("127.0.0.1", "localhost"))
            Watch(browser, datetime.fromisoformat(axe.NOW))
            if studied:
                _fill(place, context)
            yield place


def _fill(place: Place, context: Context) -> None:
    """The sample study, with A-01 as far as it had come, and what tablets and an erasure left."""
    running = f"observation/{axe.RUNNING}"
    events = [e for e in BUNDLE.events if e.stream != running or instant(e.at) <= instant(axe.NOW)]
    receipt = Receipt("2018-03-13T14:17:42.000Z", "sample")
    deposit(context.store.events, context.catalogue, BUNDLE.study, events, receipt)
    enrol(context.store.registry, BUNDLE.study, axe.RUNNING, "iPad", context.clock.now())
    axe.set_aside(context)
    context.store.registry.put("erasure", axe.ERASED, asdict(axe.AN_ERASURE), None)
    place.browser.get(f"{place.tablet}/")
    for stream in (running, f"observation/{axe.DONE}", f"interview/{axe.INTERVIEW}"):
        keep(place.browser, [_today(each) for each in events if each.stream == stream])


def _today(event: Event) -> Event:
    """The event, of today where the sample says no day: a tablet tells how old what is unsent is."""
    return event if event.at > "2000" else replace(event, at="2018-03-13T15:00:00+01:00")


def _take(browser: WebDriver, mode: str) -> Image.Image:
    """The page as it is, in a mode, to LONGEST."""
    width, height, scheme = MODES[mode]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.execute_script(HELD, ROOM)
    browser.execute_script("scrollTo(0, 0)")
    long = browser.execute_script("return document.documentElement.scrollHeight")
    metrics["height"] = min(max(long, height), int(LONGEST * height))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")


def _halved(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def _keep(picture: Image.Image, target: Path) -> None:
    """Write it, if it shows something else than what is there."""
    if target.exists():
        with Image.open(target) as before:
            if before.size == picture.size and _alike(before.convert("RGB"), _encoded(picture)):
                return
    target.write_bytes(_bytes(picture))


def _bytes(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=40, method=6)
    return written.getvalue()


def _encoded(picture: Image.Image) -> Image.Image:
    """The picture as it is after it was written, since that loses something."""
    return Image.open(io.BytesIO(_bytes(picture))).convert("RGB")


def _alike(one: Image.Image, other: Image.Image) -> bool:
    extrema = ImageChops.difference(one, other).getextrema()
    return max(int(high) for _, high in extrema) <= SAME  # type: ignore[misc]


def _prints(folder: Path) -> None:
    for name, page in PRINTS.items():
        command = ["pdftoppm", "-r", "70", "-png", "-f", page, "-l", page, "-singlefile"]
        made = subprocess.run(
            [*command, str(ROOT / "exports" / "A-01.nl.pdf")], check=True, capture_output=True
        )
        with Image.open(io.BytesIO(made.stdout)) as picture:
            _keep(picture.convert("RGB"), folder / f"{name}.webp")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, sys.argv[2:])
