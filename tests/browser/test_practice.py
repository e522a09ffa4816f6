"""Practice proves the chain on this tablet, looks like no session, and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from observation.settings import Clock, Context
from observation.store.devices import devices, revoke
from tests.browser.place import AnyDriver, browser, close, kill, open_browser, serving, until
from tests.browser.test_offline import begin, rows, saved_file, tablet, tap, wait_until_ready
from tests.browser.test_tablet import text

pytestmark = pytest.mark.slow

MARKER = "geoefende-zin-7391"
PRACTISE = "#practise a"
WITHOUT_FOLDER = "delete FileSystemFileHandle.prototype.createWritable;"

# Everything that the browser keeps for this address: databases with all their rows, folders, caches but the shell.
KEPT = """
const done = arguments[0];
const asked = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = reject; });
(async () => {
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort(); // removed meanwhile: it is not to come back by the look
    const database = await asked(request).catch(() => undefined);
    if (!database) continue;
    databases[name] = {};
    for (const store of database.objectStoreNames) databases[name][store] = await asked(database.transaction(store).objectStore(store).getAll());
    database.close();
  }
  const folders = {};
  const root = await navigator.storage?.getDirectory?.();
  for await (const [name, folder] of root?.entries() ?? []) {
    folders[name] = {};
    for await (const [file, handle] of folder.entries()) folders[name][file] = await (await handle.getFile()).text();
  }
  const held = {};
  for (const name of (await caches.keys()).filter((each) => !each.startsWith("shell-"))) {
    const cache = await caches.open(name);
    held[name] = await Promise.all((await cache.keys()).map(async (key) => key.url + " " + (await (await cache.match(key)).text())));
  }
  return { databases, folders, caches: held, storage: { ...localStorage, ...sessionStorage } };
})().then(done, (error) => done(String(error)));
"""
# Their names alone: to open one that is being removed would make it anew.
PLACES = """
const done = arguments[0];
(async () => {
  const names = [...(await indexedDB.databases()).map(({ name }) => name), ...(await caches.keys())];
  const root = await navigator.storage?.getDirectory?.();
  for await (const name of root?.keys() ?? []) names.push(name);
  return names;
})().then(done, (error) => done(["practice", String(error)]));
"""
COPIED = """
const done = arguments[0];
import("/static/js/device/recovery.js").then(({ copiedEvents }) => copiedEvents())
  .then((events) => done(JSON.stringify(events)), (error) => done(String(error)));
"""


def ticked(opened: AnyDriver) -> set[str]:
    """The steps that are ticked off, by a sign and a word and not by a colour alone."""
    found = set()
    for step in opened.find_elements(By.CSS_SELECTOR, ".practice [data-done]"):
        said = step.find_element(By.CSS_SELECTOR, "[data-said]")
        assert step.find_element(By.CSS_SELECTOR, ".tick").text == "✓"
        assert opened.execute_script("return arguments[0].textContent", said) == "gedaan"
        found.add(str(step.get_attribute("data-step")))
    return found


def start(opened: AnyDriver, url: str, says: str = "Deze tablet is aangemeld") -> None:
    """Begin to practise from the page of the tablet, when it says this."""
    opened.get(f"{url}/tablet?language=nl")
    until(opened, lambda: says in text(opened, "main"))
    tap(opened, PRACTISE)
    until(opened, lambda: "/practice" in opened.current_url and "#" in opened.current_url)
    until(opened, lambda: "Begin" in text(opened, ".log"))


def write(opened: AnyDriver) -> None:
    """Write the marker as a note, and a half of another one."""
    opened.find_element(By.ID, "text").send_keys(MARKER)
    tap(opened, "form.note .primary")
    until(opened, lambda: MARKER in text(opened, ".log"))
    until(opened, lambda: "tap" in ticked(opened))
    until(opened, lambda: MARKER in opened.execute_async_script(COPIED))
    opened.find_element(By.ID, "text").send_keys(f"half {MARKER}")
    until(opened, lambda: json.dumps(kept(opened)).count(f"half {MARKER}"))


def again(opened: AnyDriver) -> None:
    """Load the page again and see that what was tapped is there."""
    tap(opened, "[data-reload]")
    until(opened, lambda: "reload" in ticked(opened))
    until(opened, lambda: MARKER in text(opened, ".log"))


def stop(opened: AnyDriver) -> None:
    tap(opened, ".practice-end")
    until(opened, lambda: "/tablet" in opened.current_url)
    until(opened, lambda: text(opened, "[data-item=sending] .hint"))


def kept(opened: AnyDriver) -> dict[str, Any]:
    found: dict[str, Any] | str = ""

    def read() -> bool:  # a file that was replaced between its listing and its reading: read again
        nonlocal found
        found = opened.execute_async_script(KEPT)
        return not str(found).startswith("NotFoundError")

    until(opened, read)
    assert isinstance(found, dict), found
    return found


def without_a_trace(opened: AnyDriver) -> None:
    """Wait until nothing that the browser keeps here knows of a practice."""
    until(opened, lambda: "practice" not in opened.execute_async_script(PLACES))
    found = kept(opened)
    assert MARKER not in json.dumps(found)
    assert "practice" not in {*found["databases"], *found["folders"], *found["caches"]}
    events = found["databases"]["observation"]["events"]
    assert not [row for row in events if row["event"]["by"] == "P"]


def on_the_server(context: Context) -> list[str]:
    store = context.store.events
    return [stream for study in store.studies() for stream in store.versions(study)]


def test_three_things_are_ticked_off_as_they_work_and_nothing_stays(
    engine: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context):
        opened = open_browser(engine, tmp_path / "profile")
        try:
            start(opened, url)
            until(opened, lambda: ticked(opened) == {"server"})
            assert "Oefening" in text(opened, ".practice-name") or "OEFENING" in text(
                opened, ".practice-name"
            )
            assert not opened.find_elements(By.CSS_SELECTOR, "a.finish, a.home")
            write(opened)
            assert "wordt nooit verstuurd" in text(opened, ".status-detail")
            assert not opened.find_element(By.CSS_SELECTOR, "[data-all]").is_displayed()
            again(opened)
            assert opened.find_element(By.ID, "text").get_attribute("value") == f"half {MARKER}"
            until(opened, lambda: ticked(opened) == {"tap", "reload", "server"})
            assert opened.find_element(By.CSS_SELECTOR, "[data-all]").is_displayed()
            assert on_the_server(context) == []
            stop(opened)
            without_a_trace(opened)
            assert "nog niets vastgelegd" in text(opened, "[data-item=none]")
            opened.find_element(By.ID, "send").click()
            uuid = begin(opened, url)
            tap(opened, ".counter")
            until(opened, lambda: text(opened, ".saved") == "op de server")
            assert on_the_server(context) == [f"observation/{uuid}"]
            opened.get(f"{url}/tablet?language=nl")
            until(opened, lambda: text(opened, ".session h3").startswith("Z-01"))
            without_a_trace(opened)
            labels = {
                each.label
                for each in context.catalogue.look(
                    context.store.events.studies()[0]
                ).values.values()
            }
            assert labels == {"Z-01"}
        finally:
            close(opened)
        assert MARKER not in every_byte(tmp_path / "data")


def every_byte(folder: Path) -> str:
    return "".join(p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file())


def test_a_practice_that_was_killed_is_removed_when_the_app_is_opened(
    engine: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context):
        opened = open_browser(engine, tmp_path / "profile")
        start(opened, url)
        write(opened)
        kill(opened)
        with browser(engine, tmp_path / "profile") as opened:
            opened.get(f"{url}/static/icon.svg")
            assert MARKER in json.dumps(kept(opened)), "the kill came in the middle"
            opened.get(f"{url}/tablet?language=nl")
            without_a_trace(opened)
            begin(opened, url)
            until(opened, lambda: text(opened, ".saved") == "op de server")
        assert len(on_the_server(context)) == 1


def test_another_practice_begins_with_nothing_of_the_one_before(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as opened:
        start(opened, url)
        write(opened)
        opened.get("about:blank")
        opened.get(f"{url}/practice?language=nl")
        until(opened, lambda: "Begin" in text(opened, ".log"))
        assert MARKER not in json.dumps(kept(opened))
        assert "reload" not in ticked(opened)
        assert "tap" not in ticked(opened)


def test_a_reload_without_a_tap_proves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as opened:
        start(opened, url)
        for _ in range(2):
            tap(opened, "[data-reload]")
            until(opened, lambda: "server" in ticked(opened))
        assert ticked(opened) == {"server"}


@pytest.mark.parametrize("script", ["", WITHOUT_FOLDER], ids=["folder", "cache"])
def test_nothing_of_it_is_in_a_saved_copy_a_list_or_what_waits(script: str, tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path, script) as opened:
        begin(opened, url)
        until(opened, lambda: text(opened, ".saved") == "op de server")
        start(opened, url)
        write(opened)
        practising = opened.current_window_handle
        opened.switch_to.new_window("window")
        opened.get(f"{url}/tablet?language=nl")  # while it goes on
        until(opened, lambda: len(opened.find_elements(By.CSS_SELECTOR, ".session h3")) == 1)
        # That the page of the session before was left is sent by this one.
        until(opened, lambda: "Alles staat op de server" in text(opened, ".unsent"))
        tap(opened, "[data-save]")
        assert MARKER not in saved_file(tmp_path).read_text()
        assert [row for row in rows(opened) if row["event"]["by"] == "P"] == []
        opened.get(f"{url}/new?language=nl")
        until(opened, lambda: text(opened, "[data-list=units]"))
        assert "verzonnen" not in text(opened, "[data-list=units]")
        opened.switch_to.window(practising)
        assert MARKER in json.dumps(kept(opened)), "it goes on on its own page"
        stop(opened)
        without_a_trace(opened)


def test_without_the_server_it_is_practised_too_and_the_third_is_ticked_when_it_answers(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as opened:
        wait_until_ready(opened, url)
    with tablet(tmp_path) as opened:
        start(opened, url)
        write(opened)
        again(opened)
        until(opened, lambda: "Geen verbinding" in text(opened, "[data-step=server]"))
        assert ticked(opened) == {"tap", "reload"}
        with serving(tmp_path / "data", Clock(), int(url.rpartition(":")[2])):
            opened.execute_script("dispatchEvent(new Event('online'))")
            until(opened, lambda: "server" in ticked(opened))
        stop(opened)
        without_a_trace(opened)


def test_a_tablet_that_may_not_send_is_told_so(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), tablet(tmp_path) as opened:
        opened.get(f"{url}/practice?language=nl")  # before anything else was ever opened here
        until(opened, lambda: "niet aangemeld" in text(opened, "[data-step=server]"))
        start(opened, url)
        (device,) = devices(context.store.registry)
        revoke(context.store.registry, device.id, context.clock.now())
        start(opened, url, "Deze tablet wacht op toestemming")
        until(opened, lambda: "toestemming" in text(opened, "[data-step=server]"))
        assert "server" not in ticked(opened)
        assert len(devices(context.store.registry)) == 1, "practice enrols nobody"


def test_the_band_is_told_without_colour_and_what_is_tapped_has_room(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, _), tablet(tmp_path) as opened:
        start(opened, url)
        band = opened.find_element(By.CSS_SELECTOR, ".practice")
        assert band.value_of_css_property("border-top-style") == "dashed"
        assert opened.title.startswith("Oefening")
        for control in band.find_elements(By.CSS_SELECTOR, "button, a"):
            assert control.size["height"] >= 48
