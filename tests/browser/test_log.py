"""The log on a tablet keeps each act once and numbers without a hole, whoever else writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from observation.settings import Clock
from tests.browser.place import AnyDriver, browser, serving
from tests.browser.tablet import rows

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
STREAM = "observation/0190a5b0-0000-7000-8000-000000000001"

# Two copies of the module are what two tabs are to each other: only the database is shared.
TWO_TABS = """
const [stream, count, done] = arguments;
Promise.all(["", "?other"].map((tab) => import(`/static/js/device/log.js${tab}`))).then(async (tabs) => {
  const device = await tabs[0].deviceId();
  await Promise.all(tabs.map(async ({ record }, tab) => {
    for (let number = 0; number < count; number++) {
      const { saved } = record(device, stream, "W1", [{ kind: "mark-set", data: { text: `${tab} ${number}` } }]);
      if (number % (2 + tab) === 0 || number === count - 1) await saved;
    }
  }));
}).then(() => done(""), (error) => done(String(error)));
"""
# A connection that breaks after the disk has the act, and before the page is told.
UNSAID = """
const [stream, done] = arguments;
import("/static/js/device/log.js").then(async ({ deviceId, record }) => {
  const device = await deviceId();
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    const transaction = real.apply(this, given);
    if (given[1] !== "readwrite") return transaction;
    IDBDatabase.prototype.transaction = real;
    transaction.addEventListener("complete", (event) => {
      event.stopImmediatePropagation();
      transaction.onabort();
    });
    return transaction;
  };
  await record(device, stream, "W1", [{ kind: "mark-set" }, { kind: "mark-set" }]).saved;
  await record(device, stream, "W1", [{ kind: "mark-set" }]).saved;
}).then(() => done(""), (error) => done(String(error)));
"""


@pytest.fixture
def page(engine: str, tmp_path: Path) -> Iterator[AnyDriver]:
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        browser(engine, tmp_path / "profile") as opened,
    ):
        opened.set_script_timeout(60)
        opened.get(f"{url}/new?language=nl")
        yield opened


def test_two_tabs_at_once_give_every_number_once_and_lose_nothing(page: AnyDriver) -> None:
    assert page.execute_async_script(TWO_TABS, STREAM, 100) == ""
    events = [row["event"] for row in rows(page)]
    assert [event["seq"] for event in events] == list(range(1, 201))
    assert {event["data"]["text"] for event in events} == {
        f"{tab} {number}" for tab in (0, 1) for number in range(100)
    }


def test_an_act_whose_saving_was_not_confirmed_is_not_saved_twice(page: AnyDriver) -> None:
    assert page.execute_async_script(UNSAID, STREAM) == ""
    events = [row["event"] for row in rows(page)]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert len({event["id"] for event in events}) == 3


SPY = """
const real = IDBDatabase.prototype.transaction;
window.__written = [];
IDBDatabase.prototype.transaction = function (...given) {
  const made = real.apply(this, given);
  if (made.mode !== "readonly") window.__written.push([made.mode, made.durability]);
  return made;
};
"""
SESSION = """
const [stream, done] = arguments;
const load = (name) => import(`/static/js/device/${name}.js`);
Promise.all(["log", "sync", "drafts", "recovery"].map(load)).then(async ([log, { sync }, drafts, { reconcile }]) => {
  const device = await log.deviceId();
  await log.record(device, stream, "W1", [{ kind: "mark-set" }]).saved;
  drafts.keepDraft(stream, "note", "half a word");
  await drafts.keepDrafts();
  await reconcile(device);
  await sync(true);
  return window.__written;
}).then(done, (error) => done(String(error)));
"""


def test_whatever_is_written_is_on_disk_when_it_is_said_to_be(page: AnyDriver) -> None:
    page.execute_script(SPY)
    written = page.execute_async_script(SESSION, STREAM)
    assert len(written) > 5, written  # the device, an act, a draft, what was sent, facts
    # WebKit has one durability, and no word for it.
    assert {tuple(each) for each in written} <= {("readwrite", "strict"), ("readwrite", None)}
    if page.capabilities["browserName"] == "chrome":
        assert {durability for _, durability in written} == {"strict"}


def test_two_modules_open_transactions_that_write_and_always_to_disk() -> None:
    """The database's own, and the one that makes it and writes it anew."""
    opening = {
        file.name: file.read_text().count(".transaction(")
        for file in (ROOT / "static").rglob("*.js")
        if ".transaction(" in file.read_text()
    }
    reading = [ROOT / "static/js/rescue.js", ROOT / "static/js/device/practice.js"]
    rewriting = ROOT / "static/js/device/rewriting.js"
    assert set(opening) <= {"database.js", rewriting.name, *(file.name for file in reading)}
    writing = [line for line in rewriting.read_text().splitlines() if '"readwrite"' in line]
    assert writing
    assert all('{ durability: "strict" }' in line for line in writing)
    assert not [file for file in reading if "readwrite" in file.read_text()]
