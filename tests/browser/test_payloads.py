"""What anybody writes is text: 200 payloads in every text field, on every page, run nothing and break no policy."""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from observation.cli import main
from observation.core.kinds import KINDS
from observation.settings import Context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.devices import check_device, enrol, find_device, revoke
from observation.store.receiving import receive
from observation.web import create_app
from tests.browser.payloads import EACH, PAYLOADS, STUDY, WORKED_OUT, free_fields, name, study
from tests.browser.place import HeldClock, chromium, serving
from tests.browser.tablet import keep, until_filled

pytestmark = pytest.mark.slow

NOW = "2018-03-13T16:00:00+01:00"
SORT = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|(?<=^/codebook/).*")
MOST = 1  # pages of a sort that are only linked
WHOLE = (0, 9 * EACH)  # the worlds of which every screen is looked at
SCREENS = ("capture", "finish", "schedule")
HOLD_ALL = ("/register", "/codebook", "/observations/", "/schools/", "/interviews/", "/import/")
TABLET = ("/tablet", "/rescue", "/new", "/new-interview")

WATCH = """
window.__refused = [];
addEventListener("securitypolicyviolation", (event) =>
  window.__refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# What a payload would be if it were more than text, and all that the page says.
LOOK = """
const odd = [];
for (const element of document.querySelectorAll("*")) {
  if (/^(iframe|object|embed|base|marquee|image|xmp|plaintext|math|video|audio|animate|set)$/i.test(element.localName)) odd.push(element.outerHTML);
  for (const { name, value } of element.attributes) {
    const address = /^(href|src|action|formaction|xlink:href|data|srcdoc)$/.test(name);
    if (/^on/i.test(name) || name === "style"
      || address && new URL(value, document.baseURI).origin !== location.origin) odd.push(`${name}=${value} in ${element.outerHTML}`);
  }
  if (element.localName === "script" && !element.src || element.localName === "style") odd.push(element.outerHTML);
}
const said = [document.title, document.body.textContent,
  ...[...document.querySelectorAll("[aria-label], [title]")].map((e) => e.ariaLabel ?? e.title),
  ...[...document.querySelectorAll("input, textarea, option, button")].map((e) => e.value)].join("\\n");
return { odd: odd.map((each) => each.slice(0, 200)), said, run: window.__xss ?? window["__xss"], refused: window.__refused,
  links: [...document.links].map((link) => link.href) };
"""


class Reader:
    """Looks at pages, and keeps what is wrong with each, and which payloads were read on it."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver, self.wrong, self.read = driver, dict[str, Any](), dict[str, set[str]]()
        self.links = list[str]()
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        self.driver.get_log("browser")

    def look(self, page: str) -> None:
        """Look at the page that is open."""
        found = self.driver.execute_script(LOOK)
        logged = [e["message"] for e in self.driver.get_log("browser") if "Policy" in e["message"]]
        worked_out = [WORKED_OUT] if WORKED_OUT in found["said"] else []
        wrong = [
            *found["odd"],
            *found["refused"],
            *logged,
            *worked_out,
            *(["run"] if found["run"] else []),
        ]
        if wrong:
            self.wrong[page] = wrong[:5]
        text = folded(found["said"])
        self.read[page] = {each for each in PAYLOADS if folded(each) in text}
        self.links = found["links"]

    def unread(self, sort: str) -> set[str]:
        """Return the payloads that stood on no page whose address begins so."""
        found = (read for page, read in self.read.items() if page.startswith(sort))
        return set(PAYLOADS).difference(*found)

    def crawl(self, url: str, begin: list[str]) -> None:
        """Look at the pages that are linked from these, at MOST of a sort."""
        waiting, seen, sorts = list(begin), set[str](), dict[str, int]()
        while waiting:
            page = waiting.pop(0)
            sort = SORT.sub("", urlsplit(page).path)
            if page in seen or is_file(page) or (sorts.get(sort, 0) >= MOST and page not in begin):
                continue
            seen.add(page)
            sorts[sort] = sorts.get(sort, 0) + 1
            self.driver.get(url + page)
            self.look(page)
            links = [
                each.removeprefix(url).partition("#")[0]
                for each in self.links
                if each.startswith(url)
            ]
            waiting += links


def folded(text: str) -> str:
    """Return a text as pages show it: U+0000 is another character there, white space is folded."""
    return " ".join(text.replace("\x00", "\ufffd").replace("\ufffd", "").split())


def is_file(page: str) -> bool:
    """Whether this is a file to be saved, a page of the tablet, or the same in another language."""
    path = urlsplit(page).path
    saved = path.startswith("/exports/") or "/export/" in path or path.endswith((".json", ".pdf"))
    return saved or path in TABLET or "language=" in page


def test_nothing_that_was_written_runs_on_any_page(tmp_path: Path) -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 200
    data, streams = tmp_path / "data", study()
    with serving(data, HeldClock(NOW)) as (url, context), chromium(tmp_path / "profile") as driver:
        fill(context, streams)
        assert main(["--data", str(data), "summarise"]) == 0
        reader = Reader(driver)
        driver.get(f"{url}/?language=en")
        begin = [
            "/",
            "/register",
            "/codebook",
            "/schools",
            "/interviews",
            "/tablets",
            "/triangulation",
        ]
        begin.append(uploaded(context))
        for world in range(0, len(PAYLOADS), EACH):
            session, school, interview = in_world(world)
            begin += [f"/observations/{session}", f"/schools/{school}", f"/interviews/{interview}"]
            if world in WHOLE:
                begin += [f"/observations/{session}/{screen}" for screen in SCREENS]
                begin.append(f"/triangulation/schools/{school}")
                begin.append(
                    f"/triangulation/schools/{school}/cell?code=community.seek-each-other&actor=team"
                )
        reader.crawl(url, begin)
        on_tablet(reader, url.replace("127.0.0.1", "localhost"), streams)
        assert reader.wrong == {}
        finds_what_is_planted(reader)
    # All of them stood there, or nothing was shown.
    assert {sort: sorted(unread) for sort in HOLD_ALL if (unread := reader.unread(sort))} == {}


def in_world(world: int) -> list[str]:
    """Return the ids of the session, the school and the interview that hold these payloads."""
    return [name(kind, f"world {world}") for kind in ("observation", "school", "interview")]


def fill(context: Context, streams: list[list[Any]]) -> None:
    """Put the study into the store, with tablets and what was set aside of them."""
    now = context.clock.now()
    receipt = Receipt("2018-03-13T15:00:00.000Z", "test")
    events = [event for stream in streams for event in stream]
    kinds = {event.kind for event in events}
    assert {kind for kind in KINDS if [*free_fields(KINDS[kind])]} - kinds == {"consent-withdrawn"}
    deposit(context.store.events, context.catalogue, STUDY, events, receipt)
    registry = context.store.registry
    for payload in PAYLOADS:
        if payload.isprintable() and len(payload) <= 64:
            check_device(name("tablet", payload), payload)
            enrol(registry, STUDY, name("tablet", payload), payload, now)
    last = name("tablet", PAYLOADS[0])
    revoke(registry, last, now)
    device = find_device(registry, last)
    assert device
    sent = [e.as_dict() | {"by": "W9", "id": name("aside", e.id)} for e in streams[-1][-80:]]
    receive(context.store, context.catalogue, device, sent, "2018-03-13T15:10:00.000Z")


def uploaded(context: Context) -> str:
    """Upload a table in which every cell is a payload, wait until it was looked at; return its page."""
    target = io.StringIO()
    rows = [(place, each, each, each) for place, each in enumerate(PAYLOADS)]
    csv.writer(target).writerows([("id", "document", "tag", "content"), *rows])
    app = create_app(context)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    given = {
        "_by": "W1",
        "file": (io.BytesIO(target.getvalue().encode()), "<svg onload=__xss=1>.csv"),
    }
    answer = client.post("/import", data=given)
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        if "data-work" not in client.get(answer.location).text:
            return str(answer.location)
        time.sleep(0.1)
    raise AssertionError("it goes on for ever")


def on_tablet(reader: Reader, url: str, streams: list[list[Any]]) -> None:
    """Look at the pages of a tablet that recorded those worlds itself, and enrolled."""
    driver = reader.driver
    driver.get(f"{url}/new?language=en")
    by_name = {stream[0].stream: stream for stream in streams}
    pages = [*TABLET]
    for world in WHOLE:
        session, _, interview = in_world(world)
        keep(driver, by_name[f"observation/{session}"])
        keep(driver, by_name[f"interview/{interview}"])
        pages += [f"/{screen}#{session}" for screen in SCREENS]
        pages.append(f"/claims#{interview}")
    for page in pages:
        driver.get("about:blank")
        driver.get(url + page)
        if "#" in page:
            until_filled(driver)
        else:
            time.sleep(0.5)  # the kit comes when it comes
        reader.look(page)


def finds_what_is_planted(reader: Reader) -> None:
    """See that the look at a page finds a payload that was taken for markup."""
    for payload in (
        "<img src=x onerror=__xss=1>",
        "<a href=javascript:__xss=1>x</a>",
        f"<p>{WORKED_OUT}</p>",
    ):
        reader.driver.execute_script(
            "document.body.insertAdjacentHTML('beforeend', arguments[0])", payload
        )
        time.sleep(0.3)
        reader.look(payload)
        assert reader.wrong.pop(payload)
        del reader.read[payload]
        reader.driver.refresh()
    reader.driver.execute_script("window.__xss = 1")
    reader.look("run")
    assert "run" in reader.wrong.pop("run")
    del reader.read["run"]
