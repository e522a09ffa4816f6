"""What was erased on the server is in no file of the tablet's browser any more, and nothing else is lost."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By

from observation.core.events import Event, read_event, utc
from observation.core.interviews import UNJUDGED
from observation.settings import Clock, Context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.erasure import Wanted, resume
from observation.store.erasure import begin as begin_erasure
from observation.store.reading import read_stream
from tests.browser.place import AnyDriver, WebKit, browser, kill, open_browser, serving, until
from tests.browser.profile import break_off, sqlite_files, traces
from tests.browser.tablet import keep, rows, until_kept
from tests.browser.test_offline import COPIED, FACT, WITHOUT_FOLDER, begin, tablet, tap, text
from tests.recorder import Recorder, person
from tests.soak import seeded, turns

pytestmark = pytest.mark.slow

ERASED = "2026-11-30T12:00:00.000Z"
SENT = "Alles staat op de server"
# Records acts on a page that sends nothing.
RECORD = """
const [stream, acts, done] = arguments;
import("/static/js/device/log.js").then(async ({ deviceId, record }) =>
  record(await deviceId(), stream, "W1", acts).saved).then(() => done(""), (error) => done(String(error)));
"""
DATABASES = "indexedDB.databases().then((found) => arguments[0](found.map(({ name }) => name)))"
# What a rewriting that has not ended is at.
STATE = """
const done = arguments[0];
Promise.all([indexedDB.databases(), navigator.locks.query()]).then(
  ([found, { held, pending }]) => done(JSON.stringify({ found, held, pending })), (error) => done(String(error)));
"""
ROWS_OR_NOTHING = """
const done = arguments[0];
import("/static/js/device/database.js").then(({ transact, answer }) =>
  transact(["events"], "readonly", (transaction) =>
    answer(transaction.objectStore("events").getAll()))).then(done, () => done([]));
"""
PUT = """
const [selector, text] = arguments;
const control = document.querySelector(selector);
control.value = text;
for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true }));
"""
# Many rows, so that writing them anew takes long enough to be killed in it.
BULK = """
const [like, number, done] = arguments;
import("/static/js/device/database.js").then(({ transact }) => transact(["events"], "readwrite", (transaction) => {
  for (let seq = 1; seq <= number; seq++) {
    const event = { ...like, seq, id: crypto.randomUUID(), device: "00000000-0000-4000-8000-000000000001", data: { text: crypto.randomUUID().repeat(20) } };
    transaction.objectStore("events").put({ event, outcome: "kept" });
  }
})).then(() => done(""), (error) => done(String(error)));
"""
# Says when a database begins to be written anew, and stops the page before a step of that.
HOLD = """
let steps = 0;
for (const name of ["open", "deleteDatabase"]) {
  const real = IDBFactory.prototype[name];
  IDBFactory.prototype[name] = function (...given) {
    if (given[1] === 2) window.__moves = true;
    if (window.__moves && ++steps === %d) window.__held = true;
    return window.__held ? {} : real.apply(this, given);
  };
}
"""
# A browser that does not tidy, and a clock that goes fast.
UNTIDY = """
StorageManager.prototype.estimate = async () => ({ usageDetails: { indexedDB: 1e9 } });
const now = performance.now.bind(performance);
performance.now = () => 100 * now();
"""
STEPS = 7 + 2 * 2  # its openings and deletions, and those of the first sweeps after it
# Something is to be written anew again.
AGAIN = """
const done = arguments[0];
import("/static/js/device/database.js").then(({ keepFact }) => keepFact("erasing", 1)).then(() => done(""), (error) => done(String(error)));
"""
TAP = """
const [times, done] = arguments;
let left = times;
const timer = setInterval(() => {
  document.querySelector(".counter").click();
  if (!--left) { clearInterval(timer); window.__tapped = true; }
}, 15);
done();
"""


class Marks:
    """Words that stand nowhere else, each made once."""

    def __init__(self, beginning: str) -> None:
        self.beginning, self.made = beginning, list[str]()

    def __call__(self, what: str = "") -> str:
        self.made.append(f"{self.beginning}{len(self.made):02d}{what}Xq")
        return self.made[-1]


def doomed_events(device: str, mark: Marks) -> list[Event]:
    """An observation and an interview of one school, with a mark in every text and code of them."""
    observed = Recorder(device, stream=f"observation/{uuid.uuid4()}")
    school = mark("school")
    people = [mark("person") for _ in range(4)]
    observed.begin(
        *(person(each, expected=True) for each in people),
        label=mark("label"), school=school, unit=mark("unit"), place=mark("place"),
    )  # fmt: skip
    observed.add(1, "lead-taken", lead=people[0])
    for number in range(12):
        beyond = " 中文 ✓" if number % 2 else ""  # then the browser keeps two bytes a character
        observed.add(2 + number, "note-written", text=mark("note") + beyond, tags=[], kind="seen")
    long = "é中" * 19_000  # large values lie in files of their own
    observed.add(
        20, "note-written", text=f"{mark('long')} {long} {mark('end')}", tags=[], kind="seen"
    )
    observed.add(21, "person-recorded", person=mark("guest"), role="teacher")
    observed.add(22, "interruption-started", text=mark("interruption"))
    observed.add(23, "interruption-ended")
    heard = Recorder(device, stream=f"interview/{uuid.uuid4()}")
    speakers = [mark("speaker") for _ in range(3)]
    heard.add(
        0, "interview-recorded", interview=mark("interview"), school=school, kind="focus-group",
        participants=speakers, date="2026-11-20", topic_list="teachers",
    )  # fmt: skip
    for number in range(10):
        heard.add(
            1 + number, "claim-recorded", text=mark("claim"), respondents=[speakers[number % 3]],
            codes=[], codebook="none", form="quotation", stance=UNJUDGED, mode=UNJUDGED, number=number + 1, place=mark("at"),
        )  # fmt: skip
    heard.add(30, "memo-written", text=mark("memo"))
    return [*observed.events, *heard.events]


def register_events(school: str, mark: Marks) -> list[Event]:
    """What the server knows of the school beside the two."""
    known = Recorder("laptop", stream=f"school/{uuid.uuid4()}")
    known.add(0, "school-recorded", school=school)
    known.add(1, "unit-recorded", unit=mark("unit"))
    known.add(2, "respondent-recorded", respondent=mark("respondent"), role="school-leader")
    return known.events


def fact(opened: AnyDriver, name: str) -> Any:
    return opened.execute_async_script(FACT, name)


def of(found: list[dict[str, Any]], stream: str) -> list[dict[str, Any]]:
    return [row for row in found if row["event"]["stream"] == stream]


def all_sent(opened: AnyDriver, url: str) -> None:
    opened.get(f"{url}/tablet?language=nl")
    until(opened, lambda: SENT in text(opened, ".unsent"))


def erase(context: Context, school: str) -> None:
    """Erase the school, as a lead does."""
    (study,) = context.store.events.studies()
    given, now = (context.store, context.catalogue), utc(context.clock.now())
    made = begin_erasure(*given, Wanted(study, school), "Noor", now, context.beside)
    resume(*given, made.id, now, context.beside)


class Place:
    """A tablet with a record that stays and the records of a school that is going to be erased."""

    def __init__(self, opened: AnyDriver, url: str, context: Context) -> None:
        self.url, self.context = url, context
        self.marks, self.typed = Marks("Kanarie"), Marks("Getypt")
        self.other = f"observation/{begin(opened, url)}"
        tap(opened, ".counter")
        until(opened, lambda: len(rows(opened)) >= 3)
        all_sent(opened, url)
        events = doomed_events(str(fact(opened, "device")), self.marks)
        keep(opened, events)
        self.doomed = {event.stream for event in events}
        self.observation, self.interview = sorted(self.doomed, reverse=True)
        all_sent(opened, url)
        (study,) = context.store.events.studies()
        school = register_events(str(events[0].data["school"]), self.marks)
        receipt = Receipt("2026-11-20T12:00:00.000Z", "laptop")
        deposit(context.store.events, context.catalogue, study, school, receipt)
        self.erased = str(events[0].data["school"])
        self.type_unfinished(opened, str(events[0].data["people"][1]["person"]))
        self.practise(opened)
        all_sent(opened, url)
        respondent = self.marks.made[-1]
        until(opened, lambda: respondent in str(fact(opened, "interviews")))
        until(opened, lambda: {e.id for e in events} <= set(opened.execute_async_script(COPIED)))
        opened.get(f"{url}/static/icon.svg")
        act = {
            "kind": "note-written",
            "data": {"text": "blijft, en is nog niet verstuurd", "tags": []},
        }
        assert opened.execute_async_script(RECORD, self.other, [act]) == ""
        self.before = of(rows(opened), self.other)
        assert sum("unsent" in row for row in self.before) == 1

    def type_unfinished(self, opened: AnyDriver, known: str) -> None:
        """Type a note, how somebody is recognised, a claim, and a new observation, and record none of them."""
        opened.get(f"{self.url}/capture?language=nl#{self.observation.partition('/')[2]}")
        until(opened, lambda: known in text(opened, "main"))
        opened.execute_script(PUT, "[data-mark]", self.typed("mark"))
        opened.execute_script(PUT, "form.note [name=text]", self.typed("draft"))
        for typed in self.typed.made:
            until_kept(opened, typed)
        opened.get(f"{self.url}/claims?language=nl#{self.interview.partition('/')[2]}")
        claims = "[data-list=claims] [data-key]"
        until(opened, lambda: opened.find_elements(By.CSS_SELECTOR, claims))
        opened.find_element(By.NAME, "text").send_keys(self.typed("claim"))
        until_kept(opened, self.typed.made[-1])

    def practise(self, opened: AnyDriver) -> None:
        """Practise with words that are no example, and stop."""
        opened.get(f"{self.url}/practice?language=nl")
        until(opened, lambda: "Begin" in text(opened, ".log"))
        opened.find_element(By.ID, "text").send_keys(self.typed("practised"))
        tap(opened, "form.note .primary")
        until(opened, lambda: self.typed.made[-1] in text(opened, ".log"))

    def is_erased(self, opened: AnyDriver) -> bool:
        if fact(opened, "erasing") is not None:  # asked first: all rows are much to ask for
            return False
        found = opened.execute_async_script(ROWS_OR_NOTHING)
        own = [row for row in found if row["event"]["stream"] in self.doomed]
        gone = [set(row["event"]) == {"stream", "device", "seq", "id"} for row in own]
        return bool(gone) and all(gone) and fact(opened, "erasing") is None

    def visit_until_erased(self, opened: AnyDriver) -> None:
        """Visit until it is gone: a visit has five seconds for it, which may go by on a busy machine."""
        for _ in range(6):
            opened.get(f"{self.url}/new?language=nl")
            with suppress(TimeoutException):
                return until(opened, lambda: self.is_erased(opened), 30)
            print(f"not erased by this visit: {opened.execute_async_script(STATE)}")
        raise AssertionError("six visits, and it is not erased")


@pytest.fixture
def place(engine: str, tmp_path: Path) -> Iterator[Place]:
    """A tablet whose browser is closed."""
    with serving(tmp_path / "data", Clock()) as (url, context):
        with browser(engine, tmp_path / "profile") as opened:
            made = Place(opened, url, context)
        yield made


def test_after_an_erasure_and_one_visit_no_file_of_the_browser_holds_any_of_it(
    engine: str, place: Place, tmp_path: Path
) -> None:
    marks = {*place.marks.made, *place.typed.made}
    assert len(marks) >= 50
    before = traces(tmp_path / "profile", marks)
    # What was practised is gone already where the browser deletes at once.
    assert before.keys() >= marks - {place.typed.made[-1]}, sorted(marks - before.keys())
    erase(place.context, place.erased)
    with browser(engine, tmp_path / "profile") as opened:
        opened.get(f"{place.url}/new?language=nl")  # it sends nothing: the unsent one stays that
        until(opened, lambda: place.is_erased(opened))
        assert of(rows(opened), place.other) == place.before
        assert "observation" in opened.execute_async_script(DATABASES)
        assert not {"observation-copy", "observation-sweep"} & set(
            opened.execute_async_script(DATABASES)
        )
    assert traces(tmp_path / "profile", marks) == {}
    with browser(engine, tmp_path / "profile") as opened:
        all_sent(opened, place.url)
        entries = sum(row.get("outcome") == "erased" for row in rows(opened))
        said = text(opened, "[data-item=erased]")
        assert f"Gewist op de server: regels {entries}" in said
        assert "sporen" not in said
        assert len(opened.find_elements(By.CSS_SELECTOR, ".session h3")) == 1
        (study,) = place.context.store.events.studies()
        held = {
            event.id: event.as_dict()
            for event in read_stream(place.context.store.events, study, place.other).events
        }
        assert all(held[row["event"]["id"]] == row["event"] for row in place.before)
        whole = {row["event"]["id"]: row["event"] for row in of(rows(opened), place.other)}
        assert all(whole[row["event"]["id"]] == row["event"] for row in place.before)
    assert traces(tmp_path / "profile", marks) == {}


def test_where_the_second_copy_is_in_a_cache_nothing_is_left_of_it_either(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with serving(tmp_path / "data", Clock()) as (url, context):
        with tablet(tmp_path, WITHOUT_FOLDER) as opened:
            place = Place(opened, url, context)
        marks = {*place.marks.made, *place.typed.made}
        before = traces(profile, marks)
        assert any("CacheStorage" in file for files in before.values() for file in files)
        erase(context, place.erased)
        with tablet(tmp_path, WITHOUT_FOLDER) as opened:
            opened.get(f"{url}/new?language=nl")
            until(opened, lambda: place.is_erased(opened))
            copied = opened.execute_async_script(COPIED)
            assert {row["event"]["id"] for row in place.before[:-1]} <= set(copied)
        assert traces(profile, marks) == {}


def test_as_long_as_the_browser_is_not_seen_to_tidy_traces_may_be_left(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context):
        with tablet(tmp_path, UNTIDY) as opened:
            place = Place(opened, url, context)
            erase(context, place.erased)
            opened.get(f"{url}/tablet?language=nl")
            until(opened, lambda: "sporen" in text(opened, "[data-item=erased]"))
            time.sleep(2)  # a hundred times as long for the page
            assert "sporen" in text(opened, "[data-item=erased]")
            assert fact(opened, "erasing") == 1
        with tablet(tmp_path) as opened:
            place.visit_until_erased(opened)
        assert traces(tmp_path / "profile", {*place.marks.made, *place.typed.made}) == {}


def test_killed_before_any_step_of_it_the_tablet_has_all_that_was_not_erased(
    tmp_path: Path,
) -> None:
    profile, held = tmp_path / "profile", 0
    with serving(tmp_path / "data", Clock()) as (url, context):
        with browser("chromium", profile) as opened:
            place = Place(opened, url, context)
        erase(context, place.erased)
        for step in range(1, STEPS + 1):
            opened = open_browser("chromium", profile)
            try:
                script = {"source": HOLD % step}
                opened.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
                opened.get(f"{url}/new?language=nl")
                until(opened, lambda opened=opened: opened.execute_script("return window.__held"))
                held += 1
            finally:
                kill(opened)
            with browser("chromium", profile) as opened:
                opened.get(f"{url}/static/icon.svg")
                assert of(rows(opened), place.other) == place.before, f"killed before step {step}"
        with browser("chromium", profile) as opened:
            opened.get(f"{url}/new?language=nl")
            until(opened, lambda: place.is_erased(opened))
            assert of(rows(opened), place.other) == place.before
        assert traces(profile, {*place.marks.made, *place.typed.made}) == {}
    assert held == STEPS


@pytest.mark.usefixtures("screen")
def test_killed_while_webkit_makes_it_again_the_tablet_has_all_that_was_not_erased(
    tmp_path: Path,
) -> None:
    profile = tmp_path / "profile"
    with serving(tmp_path / "data", Clock()) as (url, context):
        with browser("webkit", profile) as opened:
            place = Place(opened, url, context)
        (file,) = sqlite_files(profile)
        kept = tmp_path / "kept"
        shutil.copytree(file.parent, kept)
        erase(context, place.erased)
        opened = WebKit(profile, (1180, 820))
        try:
            opened.first_script.write_text(HOLD % 5)  # where the copy is whole, and it is made
            opened.get(f"{url}/new?language=nl")
            until(opened, lambda: opened.execute_script("return window.__held"))
        finally:
            kill(opened)
        assert not file.exists()
        shutil.rmtree(file.parent, ignore_errors=True)
        shutil.copytree(kept, file.parent)
        break_off(file)
        with browser("webkit", profile) as opened:
            opened.get(f"{url}/static/icon.svg")
            assert of(rows(opened), place.other) == place.before
            place.visit_until_erased(opened)
            assert of(rows(opened), place.other) == place.before
        assert traces(profile, {*place.marks.made, *place.typed.made}) == {}


def test_killed_at_any_moment_the_tablet_has_all_that_was_not_erased(
    engine: str, place: Place, tmp_path: Path
) -> None:
    chance, profile = (
        seeded(f"kills of {engine} while its database is written anew"),
        tmp_path / "profile",
    )
    with browser(engine, profile) as opened:
        opened.get(f"{place.url}/static/icon.svg")
        assert opened.execute_async_script(BULK, place.before[-1]["event"], 1_500) == ""
        before = of(rows(opened), place.other)
    erase(place.context, place.erased)
    for number in turns(6, 200, 0.2):
        opened = open_browser(engine, profile)
        try:
            opened.get(f"{place.url}/new?language=nl")
            time.sleep(chance.uniform(0, 1.5))
        finally:
            kill(opened)
        with browser(engine, profile) as opened:
            opened.get(f"{place.url}/static/icon.svg")
            assert of(rows(opened), place.other) == before, f"kill {number}"
            assert opened.execute_async_script(AGAIN) == ""
    with browser(engine, profile) as opened:
        place.visit_until_erased(opened)
        assert of(rows(opened), place.other) == before
    assert traces(profile, {*place.marks.made, *place.typed.made}) == {}


def test_whoever_records_in_another_window_meanwhile_loses_no_tap(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser("chromium", tmp_path / "profile") as opened,
    ):
        place = Place(opened, url, context)
        opened.get(f"{url}/capture?language=nl#{place.other.partition('/')[2]}")
        until(opened, lambda: "Begin" in text(opened, ".log"))
        recording = opened.current_window_handle
        erase(context, place.erased)
        opened.execute_async_script(TAP, 150)
        opened.switch_to.new_window("window")
        opened.get(f"{url}/new?language=nl")
        until(opened, lambda: place.is_erased(opened))
        opened.switch_to.window(recording)
        until(opened, lambda: opened.execute_script("return window.__tapped"))
        until(opened, lambda: number_of(opened, place.other, "board-counted") == 151)
        own = [row["event"] for row in of(rows(opened), place.other)]
        numbers = [event["seq"] for event in own if event["device"] != "server"]
        assert numbers == list(range(1, len(numbers) + 1))


def number_of(opened: AnyDriver, stream: str, kind: str) -> int:
    found = of(opened.execute_async_script(ROWS_OR_NOTHING), stream)
    return sum(row["event"].get("kind") == kind for row in found)


def test_a_record_that_is_open_when_it_is_erased_goes_to_a_page_that_says_so(
    engine: str, place: Place, tmp_path: Path
) -> None:
    with browser(engine, tmp_path / "profile") as opened:
        uuid = place.observation.partition("/")[2]
        opened.get(f"{place.url}/capture?language=nl#{uuid}")
        until(opened, lambda: "Begin" in text(opened, ".log"))
        until(opened, lambda: not any("unsent" in row for row in rows(opened)))
        opened.execute_script(PUT, "form.note [name=text]", place.typed("late"))
        sent = of(rows(opened), place.observation)
        keep(opened, [read_event(row["event"]) for row in sent])  # as after a restore: unsent
        erase(place.context, place.erased)
        opened.execute_script("dispatchEvent(new Event('online'))")
        until(opened, lambda: "/tablet" in opened.current_url)
        until(opened, lambda: "is gewist op de server" in text(opened, "[data-item=erased]"))
        until(opened, lambda: place.is_erased(opened))
    assert traces(tmp_path / "profile", {*place.marks.made, *place.typed.made}) == {}


def test_a_record_that_is_open_in_another_window_is_left_there_too(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser("chromium", tmp_path / "profile") as opened,
    ):
        place = Place(opened, url, context)
        erase(context, place.erased)
        opened.get(f"{url}/claims?language=nl#{place.interview.partition('/')[2]}")
        until(
            opened, lambda: opened.find_elements(By.CSS_SELECTOR, "[data-list=claims] [data-key]")
        )
        heard = opened.current_window_handle
        opened.execute_script(PUT, "form.claim [name=text]", place.typed("late"))
        opened.switch_to.new_window("window")
        opened.get(f"{url}/new?language=nl")
        until(opened, lambda: place.is_erased(opened))
        opened.switch_to.window(heard)
        until(opened, lambda: "is gewist op de server" in text(opened, "[data-item=erased]"))


def test_of_a_record_that_was_erased_in_part_the_rest_stays_with_what_was_typed(
    tmp_path: Path,
) -> None:
    profile = tmp_path / "profile"
    with serving(tmp_path / "data", Clock()) as (url, context):
        with browser("chromium", profile) as opened:
            place = Place(opened, url, context)
            before = of(rows(opened), place.observation)
        notes = {r["event"]["id"] for r in before if "long" not in str(r["event"]["data"])}
        notes &= {r["event"]["id"] for r in before if r["event"]["kind"] == "note-written"}
        (study,) = context.store.events.studies()
        context.catalogue.erase(study, place.observation, notes, ERASED)
        with browser("chromium", profile) as opened:
            opened.get(f"{url}/new?language=nl")
            erased = f"regels {len(notes)}, van observaties en interviews 1."
            until(opened, lambda: sum(r.get("outcome") == "erased" for r in rows(opened)) == 12)
            until(opened, lambda: fact(opened, "erasing") is None)
            left = of(rows(opened), place.observation)
            assert [r for r in left if r["event"]["id"] not in notes] == [
                r for r in before if r["event"]["id"] not in notes
            ]
            uuid = place.observation.partition("/")[2]
            opened.get(f"{url}/capture?language=nl#{uuid}")
            until(opened, lambda: "Begin" in text(opened, ".log"))
            mark, draft = place.typed.made[:2]
            value = "return document.querySelector(arguments[0]).value"
            assert opened.execute_script(value, "form.note [name=text]") == draft
            assert opened.execute_script(value, "[data-mark]") == mark
            opened.get(f"{url}/tablet?language=nl")
            until(opened, lambda: erased in text(opened, "[data-item=erased]"))
        gone = {mark for mark in place.marks.made if "note" in mark}
        assert len(gone) == 12
        assert traces(profile, gone) == {}
