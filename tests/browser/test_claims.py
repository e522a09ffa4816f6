"""Claims are entered by keyboard alone, one after the other, with scripts and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from observation.core.interviews import Interview, fold_interview
from observation.settings import Clock, Context
from observation.store import Receipt
from observation.store.deposit import deposit
from tests.browser.place import chromium, serving, until
from tests.browser.tablet import drafts, slow_database, until_kept
from tests.samples import BUNDLE

INTERVIEW = next(
    event.stream
    for event in BUNDLE.events
    if event.kind == "interview-recorded" and event.data["interview"].startswith("R22")
)
CLAIMS = 20


def interview(context: Context) -> Interview:
    """The focus group as the server has it."""
    return fold_interview(context.store.events.read(BUNDLE.study, INTERVIEW).events)


def load(context: Context) -> None:
    """Put the sample study in the server."""
    receipt = Receipt("2018-04-13T16:00:00.000Z", "test")
    deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)


def focused(browser: WebDriver) -> str:
    """What has the keyboard: the name or id of the control."""
    return str(
        browser.execute_script(
            "return document.activeElement.name || document.activeElement.id || document.activeElement.tagName"
        )
    )


def tab_to(browser: WebDriver, name: str, most: int = 40) -> int:
    """Press Tab until the control of this name has the keyboard; return how often."""
    for presses in range(most):
        if focused(browser) == name:
            return presses
        ActionChains(browser).send_keys(Keys.TAB).perform()
    raise AssertionError(f"{name} cannot be reached by Tab from here")


def press(browser: WebDriver, *keys: str) -> None:
    """Press these keys, one after the other."""
    ActionChains(browser).send_keys(*keys).perform()


def ready(browser: WebDriver) -> None:
    """Wait until the codes are found by letters: whoever types is slower than that."""
    until(browser, lambda: browser.find_elements("id", "find-code"))


def save(browser: WebDriver) -> None:
    """Save from wherever the keyboard is, and wait for the next form."""
    before = browser.find_element("css selector", "form.claim input[name=_id]").get_attribute(
        "value"
    )
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(
        Keys.CONTROL
    ).perform()
    for _ in range(200):
        now = browser.execute_script(
            "return document.readyState === 'complete' && document.querySelector('form.claim input[name=_id]')?.value"
        )
        if now and now != before:
            return
    raise AssertionError(
        "the claim was not saved: " + browser.find_element("css selector", "main").text[:400]
    )


def test_twenty_claims_are_entered_by_keyboard_with_few_keys_beside_the_words(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as browser:
        load(context)
        before = len(interview(context).claims)
        browser.get(f"{url}/interviews/{INTERVIEW.partition('/')[2]}?language=nl")
        keys = 0
        for number in range(CLAIMS):
            ready(browser)
            assert focused(browser) == "text", "the next claim begins where it is typed"
            press(browser, f"Uitspraak {number} over lesbezoeken.")
            keys += tab_to(browser, "find-code")
            press(browser, *"lesb ing", Keys.ENTER)
            keys += 9 + tab_to(browser, "stance")
            press(browser, Keys.ARROW_RIGHT)  # from not judged, the last, to the first
            keys += 1 + tab_to(browser, "mode")
            press(browser, Keys.ARROW_RIGHT)
            keys += 2
            save(browser)
        found = interview(context).claims[before:]
        assert len(found) == CLAIMS
        for number, claim in enumerate(found):
            said = claim.said.value
            assert said.text == f"Uitspraak {number} over lesbezoeken."
            assert said.codes == ("learning.visits-planned",)
            assert (said.stance, said.mode) == ("affirms", "descriptive")
        print(f"{keys / CLAIMS:.1f} keys a claim beside its text")
        assert keys / CLAIMS < 25


def test_a_code_is_taken_off_again_and_one_without_a_code_is_not_sent(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as browser:
        load(context)
        before = interview(context).claims
        browser.get(f"{url}/interviews/{INTERVIEW.partition('/')[2]}?language=nl")
        ready(browser)
        press(browser, "Iets zonder code.")
        ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(
            Keys.CONTROL
        ).perform()
        message = browser.execute_script(
            "return document.getElementById('find-code').validationMessage"
        )
        assert message == "Kies ten minste één code."
        tab_to(browser, "find-code")
        press(browser, *"feedb", Keys.ARROW_DOWN, Keys.ENTER)
        press(browser, *"werkdr", Keys.ENTER)
        picked = browser.find_elements("css selector", ".picked button")
        assert len(picked) == 2
        press(browser, Keys.BACKSPACE)
        chosen = browser.execute_script(
            "return [...document.getElementById('codes').selectedOptions].map((o) => o.value)"
        )
        assert len(chosen) == 1
        assert interview(context).claims == before
        press(browser, *"werkdr", Keys.ESCAPE)
        assert browser.find_element("id", "find-code").get_attribute("aria-expanded") == "false"


@pytest.mark.slow
def test_without_scripts_a_claim_is_entered_by_the_list(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as browser:
        load(context)
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        before = len(interview(context).claims)
        browser.get(f"{url}/interviews/{INTERVIEW.partition('/')[2]}?language=nl")
        browser.find_element("name", "text").send_keys("Zonder script.")
        browser.find_element("css selector", 'option[value="learning.feedback"]').click()
        browser.find_element("css selector", "form.claim button.primary").click()
        until(browser, lambda: len(interview(context).claims) > before)
        (claim,) = interview(context).claims[before:]
        assert (claim.said.value.text, claim.said.value.codes) == (
            "Zonder script.",
            ("learning.feedback",),
        )
        assert not claim.judged


def test_what_is_typed_before_a_draft_is_there_stands_behind_it(tmp_path: Path) -> None:
    uuid = INTERVIEW.partition("/")[2]
    said = "document.querySelector('form.claim').elements.text"
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as browser:
        load(context)
        for typed, whole in (("Eerst.", "Eerst."), ("Daarna.", "Eerst.\nDaarna.")):
            with slow_database(browser, f"{said}.value = {typed!r}"):
                browser.get(f"{url}/interviews/{uuid}?language=nl")
                until_kept(browser, typed)
            assert browser.execute_script(f"return {said}.value") == whole
            assert ["text", whole] in drafts(browser)[-1]


def test_what_was_typed_stays_when_the_server_is_away_and_is_recorded_once(tmp_path: Path) -> None:
    uuid = INTERVIEW.partition("/")[2]
    with chromium(tmp_path / "p") as browser:
        with serving(tmp_path / "data", Clock()) as (url, context):
            load(context)
            before = len(interview(context).claims)
            browser.get(f"{url}/interviews/{uuid}?language=nl")
            ready(browser)
            press(browser, "Dit mag niet weg.")
            tab_to(browser, "find-code")
            press(browser, *"werkdr", Keys.ENTER)
            tab_to(browser, "stance")
            press(browser, Keys.ARROW_RIGHT)
        browser.find_element("css selector", "form.claim button.primary").click()
        until(browser, lambda: not browser.find_elements("css selector", "form"))
        with serving(tmp_path / "data", Clock(), int(url.rpartition(":")[2])) as (url, context):
            assert len(interview(context).claims) == before
            browser.get(f"{url}/interviews/{uuid}?language=nl")
            until(browser, lambda: browser.find_element("id", "restored").is_displayed())
            assert (
                browser.find_element("name", "text").get_attribute("value") == "Dit mag niet weg."
            )
            assert "werkdruk" in browser.find_element("css selector", ".picked").text
            save(browser)
            claim = interview(context).claims[-1].said.value
            assert (claim.text, claim.codes, claim.stance) == (
                "Dit mag niet weg.", ("own.workload",), "affirms",
            )  # fmt: skip
            until(browser, lambda: not browser.find_element("id", "restored").is_displayed())
            assert browser.find_element("name", "text").get_attribute("value") == ""
            assert len(interview(context).claims) == before + 1
