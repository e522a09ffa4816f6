"""What tests ask of the pages on a tablet: the rows of its database, and the look of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from observation.core.events import Event
from tests.browser.place import until

PUT = """
const [events, done] = arguments;
import("/static/js/device/database.js").then(({ transact }) =>
  transact(["events", "facts"], "readwrite", (transaction) => {
    for (const event of events) transaction.objectStore("events").put({ event, unsent: 1 });
    transaction.objectStore("facts").put(events[0].device, "device");
    transaction.objectStore("facts").delete("account");
  })).then(() => done(""), (error) => done(String(error)));
"""
ROWS = """
const done = arguments[0];
import("/static/js/device/database.js").then(({ transact, answer }) =>
  transact(["events"], "readonly", (transaction) =>
    answer(transaction.objectStore("events").getAll()))).then(done, (error) => done(String(error)));
"""
# What a page shows, element by element; what only one of the two fillers has is left out.
SHOWN = """
const [source, done] = arguments;
const number = (text) => text.replace(/(\\d+(\\.\\d+)?)%/g, (_, each) => `${parseFloat(each)}%`);
const ATTRIBUTES = ["class", "aria-pressed", "aria-label", "x", "width", "cx", "x1", "fill", "value", "rows"];
const shown = (element) => [
  element.localName,
  ...ATTRIBUTES.map((name) => number(element.getAttribute(name) ?? "")),
  ...Array.from(element.childNodes, (node) =>
    node.nodeType === 3 ? node.textContent.replace(/\\s+/g, " ").trim() : node.nodeType === 1 && seen(node) ? shown(node) : "",
  ).filter(Boolean),
];
const seen = (element) => !element.matches(
  "[hidden], template, script, input[type=hidden], .status, [data-slot=said], .alert, .notices, [data-mark], .one-there label, progress, .end");
const parse = (text) => new DOMParser().parseFromString(text, "text/html");
const here = async () => {
  const folded = document.querySelector(".older:not([open])");
  if (folded) await new Promise((drawn) => { folded.addEventListener("toggle", drawn, { once: true }); folded.open = true; });
  return document;
};
(source ? fetch(source).then((answer) => answer.text()).then(parse) : here()).then(
  (page) => done(shown(page.querySelector(".capture, .record"))), (error) => done(String(error)));
"""
DRAFTS = """
const done = arguments[0];
import("/static/js/device/database.js").then(({ transact, answer }) =>
  transact(["drafts"], "readonly", (transaction) => answer(transaction.objectStore("drafts").getAll())))
  .then((rows) => done(rows.map(({ value }) => value)), (error) => done([String(error)]));
"""
SAVED = "return document.querySelector('.saved')?.textContent.trim()"


# The page's first request for a database is answered late.
SLOW_DATABASE = """
%s
const { open } = IDBFactory.prototype;
let slow = true;
IDBFactory.prototype.open = function (...asked) {
  if (!slow) return open.apply(this, asked);
  slow = false;
  setTimeout(() => { %s });
  let opened;
  const request = { get result() { return opened.result; } };
  setTimeout(() => {
    opened = open.apply(this, asked);
    for (const name in request) if (name !== "result") opened[name] = request[name];
  }, 1500);
  return request;
};
"""


@contextmanager
def slow_database(browser: WebDriver, then: str = "", ahead: str = "") -> Iterator[None]:
    """Within it pages wait for their database; `then` is done when one asks for it, and `ahead` before all."""
    script = {"source": SLOW_DATABASE % (ahead, then)}
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)  # type: ignore[no-untyped-call]


def type_when_it_can_be(browser: WebDriver, selector: str, typed: str) -> None:
    """Type into a field as soon as the page lets somebody."""
    until(browser, lambda: browser.find_element(By.CSS_SELECTOR, selector).send_keys(typed) is None)


def until_filled(browser: WebDriver) -> None:
    """Wait until the page of a record, or practice, is filled: then it says how it is saved."""
    until(browser, lambda: browser.execute_script(SAVED))


def drafts(browser: WebDriver) -> list[Any]:
    """Return what the tablet keeps of what was typed and not recorded, and how people are recognised."""
    found = browser.execute_async_script(DRAFTS)
    assert isinstance(found, list)
    return found


def until_kept(browser: WebDriver, typed: str) -> None:
    """Wait until the tablet keeps what was typed: that is half a second after the last key."""
    until(browser, lambda: typed in str(drafts(browser)))


def keep(browser: WebDriver, events: Sequence[Event]) -> None:
    """Put events into the log of the tablet, as if it had recorded them."""
    error = browser.execute_async_script(PUT, [event.as_dict() for event in events])
    assert not error, error


def rows(browser: WebDriver) -> list[dict[str, Any]]:
    """Return the rows of the tablet's log: each an event, and whether it is unsent."""
    found = browser.execute_async_script(ROWS)
    assert isinstance(found, list), found
    return found


def shown(browser: WebDriver, source: str = "") -> Any:
    """Return what this page shows, or the page of an address without its scripts, as nested lists."""
    found = browser.execute_async_script(SHOWN, source)
    assert isinstance(found, list), found
    return found
