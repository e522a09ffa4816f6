"""A table of another tool comes in through a real browser, with nothing typed but what is unknown."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from observation.settings import Clock
from tests.browser.place import chromium, serving, until
from tests.browser.test_claims import INTERVIEW, interview, load
from tests.importing.study import MAXQDA, TAGUETTE

# What the page says once it goes on no more; it loads itself again and again until then.
DONE = """
return document.readyState === "complete" && !document.querySelector("progress") && document.querySelector("main").innerText
"""
MORE = """77,R22-R27 focusgroep school D,R24,We kijken zelden bij elkaar.\r
77,R22-R27 focusgroep school D,lesbezoek (oud),We kijken zelden bij elkaar.\r
77,R22-R27 focusgroep school D,ontkent,We kijken zelden bij elkaar.\r
"""


def look(browser: WebDriver, url: str, file: Path) -> str:
    """Bring the file and return what the page says of it."""
    browser.get(f"{url}/import?language=nl")
    browser.find_element(By.NAME, "file").send_keys(str(file))
    return press(browser, "form.fill button.primary")


def press(browser: WebDriver, button: str) -> str:
    """Press a button, wait until the work is done, and return what the page says."""
    before = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, button).click()
    until(browser, lambda: browser.find_element(By.TAG_NAME, "html") != before)
    return str(until(browser, lambda: browser.execute_script(DONE)))


def test_the_tables_of_the_study_and_one_more_highlight(tmp_path: Path) -> None:
    with serving(tmp_path / "data", Clock()) as (url, context), chromium(tmp_path / "p") as browser:
        load(context)
        before = len(interview(context).claims)
        assert "Hier al, hetzelfde\n10" in look(browser, url, TAGUETTE)
        assert "Nieuwe interviews" in look(browser, url, MAXQDA)  # they have other names there
        more = tmp_path / "highlights.csv"
        more.write_bytes(TAGUETTE.read_bytes() + MORE.encode())
        said = look(browser, url, more)
        assert "lesbezoek (oud)" in said
        assert "Het kan worden overgenomen als niets onbekend" in said
        browser.find_element(By.NAME, "code-0").send_keys("learning.visits-planned")
        said = press(browser, "form.mapping button.primary")
        assert "Nieuwe uitspraken\n1" in said
        assert len(interview(context).claims) == before
        assert "Overgenomen." in press(browser, 'form[action$="/taking"] button')
        new = interview(context).claims[-1].said.value
        assert (new.text, new.codes, new.stance) == (
            "We kijken zelden bij elkaar.", ("learning.visits-planned",), "denies",
        )  # fmt: skip
        # The next export of the same tool needs nothing said twice, and brings nothing twice.
        said = look(browser, url, more)
        assert "Nog te zeggen" not in said
        assert "Hier al, hetzelfde\n11" in said
        browser.get(f"{url}/interviews/{INTERVIEW.partition('/')[2]}")
        assert "We kijken zelden bij elkaar." in browser.find_element(By.TAG_NAME, "main").text
