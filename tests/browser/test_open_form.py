"""A form that lies open while the server starts with another key is sent, sent again, and recorded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from observation.store import Receipt
from observation.store.deposit import deposit
from tests.browser.place import HeldClock, chromium, press, serving
from tests.samples import BUNDLE, records

pytestmark = pytest.mark.slow

WORDS = "Twee regels:\n“rekenen” & <taal>"


def test_a_form_open_across_a_change_of_the_key_is_sent_again_and_recorded_once(
    tmp_path: Path,
) -> None:
    data, clock = tmp_path / "data", HeldClock("2018-03-20T15:00:00+01:00")
    uuid = records()["D-02"].observation.stream.partition("/")[2]
    with chromium(tmp_path / "profile", scripts=False) as browser:
        with serving(data, clock) as (url, context):
            receipt = Receipt("2018-04-13T16:00:00.000Z", "test")
            deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, receipt)
            browser.get(f"{url}/observations/{uuid}?language=en")
            form = browser.find_element(By.CSS_SELECTOR, 'form[data-kind="issue-raised"]')
            form.find_element(By.XPATH, "preceding-sibling::summary").click()
            form.find_element(By.NAME, "text").send_keys(WORDS)
            form.find_element(By.NAME, "_by").send_keys("W2")
        (data / "secret-key").write_text("0" * 64)
        with serving(data, clock, int(url.rpartition(":")[2])) as (_, context):
            press(browser, form.find_elements(By.TAG_NAME, "button")[-1])
            assert "was no longer known" in browser.page_source
            assert WORDS in [e.text for e in browser.find_elements(By.CSS_SELECTOR, ".memo-text")]
            before = context.catalogue.record(BUNDLE.study, f"observation/{uuid}")
            press(browser, browser.find_element(By.CSS_SELECTOR, "main form button"))
            assert "Not recorded" not in browser.page_source
            after = context.catalogue.record(BUNDLE.study, f"observation/{uuid}")
    raised = [e.event for e in after.observation.log if e.event.kind == "issue-raised"]
    assert len(before.observation.log) + 1 == len(after.observation.log)
    assert raised[-1].data["text"] == WORDS
