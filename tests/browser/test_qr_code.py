"""A tablet comes in by the QR code of the page *Tablets*, and its code stays nowhere on the way."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from selenium.webdriver.common.by import By

from observation.settings import Clock
from observation.store.devices import devices
from tests.browser.place import AnyDriver, browser, chromium, press, serving, until
from tests.browser.test_offline import FACT, text
from tests.browser.test_tablet import shown_first

pytestmark = pytest.mark.slow


class Asked:
    """The application, and every address that anybody asked it for, with the page that asked."""

    def __init__(self, app: Any) -> None:
        self.app, self.asked = app, list[str]()

    def __call__(self, environ: Any, start: Any) -> Any:
        names = ("PATH_INFO", "QUERY_STRING", "HTTP_REFERER")
        self.asked.append(" ".join(str(environ.get(name, "")) for name in names))
        return self.app(environ, start)


def read_code(picture: bytes) -> list[str]:
    """What a camera reads in a picture of a page."""
    return [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


def shows_code(opened: AnyDriver, url: str) -> str:
    opened.get(f"{url}/tablets?language=nl")
    press(opened, opened.find_element(By.CSS_SELECTOR, "form button.primary"))
    return text(opened, ".code")


@pytest.mark.parametrize("size", [(1180, 820), (820, 1180), (390, 844)], ids=str)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_camera_reads_the_address_of_the_tablets_page_with_the_code_in_its_fragment(
    size: tuple[int, int], scheme: str, tmp_path: Path
) -> None:
    with (
        serving(tmp_path / "data", Clock(), for_tablets=True) as (url, _),
        chromium(tmp_path / "p", size=size) as lead,
    ):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        lead.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        code = shows_code(lead, url)
        square = lead.find_element(By.CSS_SELECTOR, ".qr")
        lead.execute_script("arguments[0].scrollIntoView({block: 'center'})", square)
        assert read_code(lead.get_screenshot_as_png()) == [f"{url}/tablet#enrol={code}"]
        drawn = Image.open(io.BytesIO(square.screenshot_as_png)).convert("L")
        assert drawn.getpixel((drawn.width // 2, 6)) == 255, "its quiet zone is white"
        assert drawn.getextrema()[0] == 0, "its modules are black"
        assert square.get_attribute("role") == "img"
        assert square.get_attribute("aria-label").startswith("QR-code")
        refused = [each["message"] for each in lead.get_log("browser")]  # type: ignore[no-untyped-call]
        assert not [message for message in refused if "Content Security Policy" in message]


def test_the_code_prints(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", Clock(), for_tablets=True) as (url, _),
        chromium(tmp_path / "p") as lead,
    ):
        code = shows_code(lead, url)
        lead.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert read_code(lead.get_screenshot_as_png()) == [f"{url}/tablet#enrol={code}"]
        assert not lead.find_element(By.CSS_SELECTOR, ".done").is_displayed()
        assert not shown_first(lead, ".bar")


def test_whoever_opens_what_the_camera_read_gives_a_name_and_is_enrolled(
    engine: str, tmp_path: Path
) -> None:
    made: list[Asked] = []

    def elsewhere(app: Any) -> Asked:
        """A server that takes nobody for somebody on its own machine, and remembers what was asked."""
        made.append(Asked(app))
        return made[-1]

    with (
        serving(tmp_path / "data", Clock(), around=elsewhere, for_tablets=True) as (url, context),
        browser(engine, tmp_path / "tablet") as tablet,
    ):
        with chromium(tmp_path / "lead") as lead:
            code = shows_code(lead, url)
            (address,) = read_code(lead.get_screenshot_as_png())
        made[0].app = passed_on(made[0].app)
        tablet.get(address)
        until(tablet, lambda: tablet.find_element(By.NAME, "code").get_attribute("value") == code)
        assert tablet.current_url == f"{url}/tablet"
        assert tablet.execute_script("return document.activeElement.name") == "name"
        assert "iPad" in text(tablet, "#came")
        tablet.find_element(By.NAME, "name").send_keys("iPad van W1")
        tablet.find_element(By.CSS_SELECTOR, "#enrol button").click()
        until(tablet, lambda: tablet.execute_async_script(FACT, "account"))
        assert [each.name for each in devices(context.store.registry)] == ["iPad van W1"]
        tablet.get(f"{url}/tablets")
        tablet.back()
        assert "enrol=" not in tablet.current_url
        assert not [each for each in made[0].asked if code in each or "enrol=" in each]


def test_a_code_that_comes_while_the_page_is_open_is_taken_too(tmp_path: Path) -> None:
    def elsewhere(app: Any) -> Any:
        return passed_on(app)

    with (
        serving(tmp_path / "data", Clock(), around=elsewhere) as (url, _),
        chromium(tmp_path / "p") as tablet,
    ):
        tablet.get(f"{url}/tablet?language=nl")
        until(tablet, lambda: shown_first(tablet, "#enrol"))
        tablet.execute_script("location.hash = 'enrol=ABCDE-12345'")
        until(tablet, lambda: tablet.current_url == f"{url}/tablet?language=nl")
        assert tablet.find_element(By.NAME, "code").get_attribute("value") == "ABCDE-12345"
        tablet.execute_script("location.hash = 'enrol=<b>'")  # no code: left alone
        assert tablet.find_element(By.NAME, "code").get_attribute("value") == "ABCDE-12345"


def passed_on(app: Any) -> Any:
    """The application behind a proxy for HTTPS, so that no browser is one of its own machine."""
    behind = {"HTTP_VIA": "1.1 proxy", "wsgi.url_scheme": "https"}
    return lambda environ, start: app(environ | behind, start)
