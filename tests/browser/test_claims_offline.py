"""Claims on a tablet without its server: begun, typed, revised, killed, and sent when it is back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from observation.core.interviews import Interview, fold_interview
from observation.settings import Clock, Context
from tests.browser.place import browser, chromium, close, kill, open_browser, serving, until
from tests.browser.tablet import rows, slow_database, type_when_it_can_be, until_kept
from tests.browser.test_claims import INTERVIEW, interview, load
from tests.browser.test_offline import FACT, tap, text, wait_until_ready
from tests.samples import BUNDLE

pytestmark = pytest.mark.slow

FILLED = {
    "form": "paraphrase", "stance": "denies", "mode": "past", "scope": "board-session",
    "frequency": "sometimes", "about": "L5", "unit": "onderbouw", "place": " 12:30 ",
}  # fmt: skip
# The same by the same controls on both pages, of the server and of the tablet; without a speaker.
FILL = """
const [fields, said] = arguments;
const form = document.querySelector("form.claim");
for (const box of form.querySelectorAll("[name=respondents]")) box.checked = false;
for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
form.elements.topic.selectedIndex = 2;
form.elements.text.value = said;
form.dispatchEvent(new Event("change", { bubbles: true }));
form.requestSubmit();
"""
PICK = """
const [letters] = arguments;
const input = document.getElementById("find-code");
input.value = letters;
input.dispatchEvent(new Event("input", { bubbles: true }));
document.querySelector("#found-codes [role=option]").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, cancelable: true }));
"""


def wait_for_the_kit(found: WebDriver, url: str) -> None:
    """Open the page of the tablet; wait until it can go on alone, and knows the schools."""
    wait_until_ready(found, url)
    until(found, lambda: isinstance(found.execute_async_script(FACT, "interviews"), dict))


def start(found: WebDriver, url: str, label: str) -> str:
    """Begin an interview at school A with R6; return its UUID."""
    found.get(f"{url}/new-interview?language=nl")
    until(found, lambda: found.find_elements(By.CSS_SELECTOR, "#schools option"))
    found.find_element(By.NAME, "school").send_keys("A")
    until(found, lambda: found.find_elements(By.CSS_SELECTOR, "[name=participants][value=R6]"))
    found.find_element(By.NAME, "interview").send_keys(label)
    tap(found, "[name=participants][value=R6]")
    tap(found, "form .primary")
    until(found, lambda: "/claims" in found.current_url and label in text(found, "h1"))
    until(found, lambda: found.find_elements(By.ID, "find-code"))
    return found.current_url.partition("#")[2]


def claim(found: WebDriver, said: str) -> None:
    """Type a claim, choose a code, and save it; see that it stands in the list."""
    until(found, lambda: not found.find_element(By.NAME, "text").get_attribute("value"))
    found.find_element(By.NAME, "text").send_keys(said)
    found.execute_script(PICK, "lesb ing")
    tap(found, "form.claim .primary")
    until(found, lambda: texts(found)[:1] == [said])


def texts(found: WebDriver) -> list[str]:
    """The claims that the page shows, the newest first."""
    return [each.text.strip("‘’“”") for each in found.find_elements(By.CSS_SELECTOR, ".claim-text")]


def on_the_server(context: Context, uuid: str) -> Interview:
    """The interview as the server has it."""
    return fold_interview(context.store.events.read(BUNDLE.study, f"interview/{uuid}").events)


def test_an_interview_without_a_server_is_killed_goes_on_and_arrives_whole(
    engine: str, tmp_path: Path
) -> None:
    found = open_browser(engine, tmp_path / "profile")
    try:
        with serving(tmp_path / "data", Clock()) as (url, context):
            load(context)
            wait_for_the_kit(found, url)
        uuid = start(found, url, "R6 tablet")
        for said in ("Eén.", "Twee, met Marieke.", "Drie."):
            claim(found, said)
        assert "Marieke" in text(found, ".claims")
        tap(found, ".claims li:nth-child(2) [data-revise]")
        until(found, lambda: found.find_element(By.NAME, "text").get_attribute("value"))
        found.find_element(By.NAME, "text").clear()
        found.find_element(By.NAME, "text").send_keys("Twee, met een collega.")
        tap(found, "form.claim .primary")
        until(found, lambda: texts(found) == ["Drie.", "Twee, met een collega.", "Eén."])
        tap(found, ".claims li:nth-child(1) [data-take-back]")
        until(found, lambda: texts(found) == ["Twee, met een collega.", "Eén."])
        until(found, lambda: not found.find_element(By.NAME, "text").get_attribute("value"))
        found.find_element(By.NAME, "text").send_keys("Half getypt")
        until_kept(found, "Half getypt")
        kill(found)
        found = open_browser(engine, tmp_path / "profile")
        found.get(f"{url}/claims?language=nl#{uuid}")
        until(found, lambda: texts(found) == ["Twee, met een collega.", "Eén."])
        typed = found.find_element(By.NAME, "text")
        until(found, lambda: typed.get_attribute("value") == "Half getypt")
        assert found.find_element(By.ID, "restored").is_displayed()
        found.execute_script(PICK, "feedb")
        tap(found, "form.claim .primary")
        until(found, lambda: texts(found)[0] == "Half getypt")
        until(found, lambda: "6 nog niet verstuurd" not in text(found, ".status"))
        with serving(tmp_path / "data", Clock(), int(url.rpartition(":")[2])) as (url, context):
            found.get(f"{url}/claims?language=nl#{uuid}")
            until(found, lambda: "op de server" in text(found, ".status"))
            arrived = on_the_server(context, uuid)
            assert [(c.said.value.text, c.said.value.number) for c in arrived.claims] == [
                ("Eén.", 1), ("Twee, met een collega.", 2), ("Half getypt", 4)
            ]  # fmt: skip
            assert arrived.problems == ()
            assert (arrived.school, arrived.participants) == ("A", ("R6",))
            assert {c.said.value.respondents for c in arrived.claims} == {("R6",)}
            found.get(f"{url}/tablet?language=nl")
            until(found, lambda: "op de server" in text(found, ".tablets .where"))
            assert "uitspraken: 3" in text(found, ".tablets")
            link = found.find_element(By.LINK_TEXT, "Uitspraken")
            assert (link.get_attribute("href") or "").endswith(f"/claims?language=nl#{uuid}")
            assert not found.find_elements(By.LINK_TEXT, "Waarnemen")
    finally:
        close(found)


def test_a_form_on_the_server_and_one_on_a_tablet_make_the_same_event(
    engine: str, tmp_path: Path
) -> None:
    uuid = INTERVIEW.partition("/")[2]
    with (
        serving(tmp_path / "data", Clock()) as (url, context),
        browser(engine, tmp_path / "profile") as found,
    ):
        load(context)
        before = len(interview(context).claims)
        pages = f"/interviews/{uuid}?language=nl", f"/claims?language=nl#{uuid}"
        for turn, page in enumerate(pages, 1):
            if page.startswith("/claims"):
                wait_for_the_kit(found, url)
            found.get(url + page)
            until(found, lambda: found.find_elements(By.ID, "find-code"))
            until(
                found, lambda: len(found.find_elements(By.CSS_SELECTOR, "[name=about] option")) > 2
            )
            time.sleep(0.5)
            for letters in ("feedb", "werkdr"):
                found.execute_script(PICK, letters)
            found.execute_script(FILL, FILLED, " =1+1 «elke week» 🙂\n")
            until(found, lambda many=before + turn: len(interview(context).claims) == many)
        events = context.store.events.read(BUNDLE.study, INTERVIEW).events
        made = [event for event in events if "«elke week»" in str(event.data.get("text"))]
        form, tablet = sorted(made, key=lambda event: int(event.data["number"]))
        assert (form.device, form.by) == ("forms", tablet.by)
        assert tablet.data == form.data | {"number": form.data["number"] + 1}
        assert (form.data["respondents"], len(form.data["codes"])) == ([], 2)
        assert form.data["place"] == " 12:30 "


def test_of_an_interview_that_was_begun_elsewhere_it_keeps_its_own_claims_only(
    tmp_path: Path,
) -> None:
    uuid = INTERVIEW.partition("/")[2]
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as found:
        load(context)
        wait_for_the_kit(found, url)
        found.get(f"{url}/new-interview?language=nl")
        until(found, lambda: found.find_elements(By.CSS_SELECTOR, ".interview"))
        assert len(found.find_elements(By.CSS_SELECTOR, ".interview")) == 4
        tap(found, f'.interview a[href$="{uuid}"]')
        until(found, lambda: "Uitspraak 12" in text(found, "#entry"))
        assert "R22" in text(found, ".record-about")
        assert "op de server: 6" in text(found, '[data-item="elsewhere"]')
        assert texts(found) == []
        tap(found, "[name=respondents][value=R22]")
        claim(found, "Van de tablet.")
        assert not found.find_elements(By.CSS_SELECTOR, "[name=respondents]:checked")
        until(found, lambda: "op de server" in text(found, ".status"))
        assert interview(context).claims[-1].said.value.respondents == ("R22",)
        assert len(interview(context).claims) == 7
        found.get(f"{url}/tablet?language=nl")
        until(found, lambda: "op de server" in text(found, ".tablets .where"))
        assert len(rows(found)) == 1


def test_what_cannot_be_meant_or_known_is_refused_and_nothing_typed_is_lost(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as found:
        load(context)
        wait_for_the_kit(found, url)
        start(found, url, "R6 tablet")
        said = found.find_element(By.NAME, "text")
        said.send_keys("Nooit gezien.")
        found.execute_script(PICK, "feedb")
        tap(found, "[name=stance][value=affirms]")
        tap(found, "[name=frequency][value=never]")
        tap(found, "form.claim .primary")
        until(found, lambda: "spreken elkaar tegen" in text(found, "#refused"))
        assert said.get_attribute("value") == "Nooit gezien."
        tap(found, "[name=frequency][value=sometimes]")
        member = found.find_element(By.NAME, "_by")
        member.send_keys(Keys.CONTROL + "a")
        member.send_keys("W 1")
        tap(found, "form.claim .primary")
        until(found, lambda: "W1" in text(found, "#refused"))
        member.send_keys(Keys.BACKSPACE, Keys.BACKSPACE, "1")
        tap(found, "form.claim .primary")
        until(found, lambda: texts(found) == ["Nooit gezien."])
        assert not text(found, "#refused")


# Save, and type on at once, before what is saved is on the tablet.
ON = """
const form = document.querySelector("form.claim");
const { text } = form.elements;
form.requestSubmit();
text.value += arguments[0];
text.dispatchEvent(new Event("input", { bubbles: true }));
"""


def test_what_is_typed_before_the_form_is_ready_or_before_the_last_claim_is_saved_stays(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as found:
        load(context)
        wait_for_the_kit(found, url)
        start(found, url, "R6 tablet")
        with slow_database(found):
            found.refresh()
            type_when_it_can_be(found, "[name=text]", "Meteen getypt.")
            until_kept(found, "Meteen getypt.")
        assert found.find_element(By.NAME, "text").get_attribute("value") == "Meteen getypt."
        found.execute_script(PICK, "lesb ing")
        found.execute_script(ON, "En de volgende.")
        until(found, lambda: texts(found) == ["Meteen getypt."])
        until_kept(found, "En de volgende.")
        found.refresh()
        until(found, lambda: texts(found) == ["Meteen getypt."])
        assert found.find_element(By.NAME, "text").get_attribute("value") == "En de volgende."


def test_before_it_ever_knew_a_study_it_begins_an_interview_all_the_same(tmp_path: Path) -> None:
    with chromium(tmp_path / "p") as found:
        with serving(tmp_path / "data", Clock()) as (url, _context):
            wait_until_ready(found, url)
        found.get(f"{url}/new-interview?language=nl")
        for name, value in (("school", "Q"), ("interview", "R1"), ("_others", "R1, R2"), ("_by", "W1")):  # fmt: skip
            found.find_element(By.NAME, name).clear()
            found.find_element(By.NAME, name).send_keys(value)
        tap(found, "form .primary")
        until(found, lambda: "R1, R2" in text(found, ".record-about"))
        until(found, lambda: found.find_elements(By.ID, "find-code"))
        claim(found, "Zonder onderzoek.")
        (begun, said) = (row["event"]["data"] for row in rows(found))
        assert begun["participants"] == ["R1", "R2"]
        assert said["codes"] == ["learning.visits-planned"]
