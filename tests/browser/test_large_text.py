"""At 200 and 400 % zoom, with large text and with spaced text nothing is lost on any page, and nothing too small to hit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.pages import NOW, Place, study
from tests.browser.place import Watch, chromium

pytestmark = pytest.mark.slow

LEAST, FOR_A_FINGER = 24, 48  # px: a target anywhere (WCAG 2.5.8), and on the screen of a session


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page: the window in CSS px, their size of text, and a style of their own."""

    width: int
    height: int
    ratio: float = 1
    text: int = 16
    style: str = ""


LOOKS = {
    "as it is": Look(1180, 820),
    "200 %": Look(590, 410, ratio=2),
    "400 %": Look(320, 256, ratio=4),
    "text twice as large": Look(1180, 820, text=32),
    # WCAG 1.4.12
    "text spaced": Look(
        1180,
        820,
        style="* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
        " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }",
    ),
}
# What is lost on a page as it is looked at. A table may be wider than the window in a place of its own that scrolls.
LOST = r"""
const [least] = arguments;
const { clientWidth: width, scrollWidth } = document.documentElement;
const CONTROLS = "a[href], button, summary, input, select, textarea";
const name = (e) => `${e.localName}.${e.getAttribute("class") ?? ""} «${e.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}»`;
const style = (e) => getComputedStyle(e);
const box = (e) => e.getBoundingClientRect();
const scrolls = (e) => e && (/auto|scroll/.test(style(e).overflowX) && e.scrollWidth > e.clientWidth && e.matches(":not(html)") || scrolls(e.parentElement));
const out = (e) => box(e).width && (box(e).right > width + 1 || box(e).left < -1);
const lost = {};
const tell = (kind, found) => { if (found.length) lost[kind] = found.slice(0, 5); };
const all = [...document.body.querySelectorAll("*")].filter((e) =>
  e.checkVisibility({ visibilityProperty: true }) && !e.closest("svg, .hidden, .skip, template, script, datalist"));
// Only a table, a chart or what somebody copies may be wider than the window, in a place of its own.
const places = new Set(all.filter((e) => e.matches(":not(textarea, select)") && /auto|scroll/.test(style(e).overflowX) && e.scrollWidth > e.clientWidth + 1));
tell("scrolls sideways", [...places].filter((e) => !e.matches("pre") && !e.querySelector("table, svg")).map(name));
if (scrollWidth > width) lost["as wide as"] = scrollWidth;
tell("beyond the edge", all.filter((e) => out(e) && !scrolls(e) && !out(e.parentElement)).map(name));
const hides = (e, way) => style(e).clipPath === "none" && /hidden|clip/.test(style(e)[`overflow${way}`]);
tell("clipped", all.filter((e) => hides(e, "X") && e.scrollWidth > e.clientWidth + 1 || hides(e, "Y") && e.scrollHeight > e.clientHeight + 1)
  .filter((e) => !e.matches(".just, .just > *")).map(name)); // the strip repeats what the log holds whole
const controls = all.filter((e) => e.matches(CONTROLS) && style(e).display !== "inline" && box(e).width);
tell("larger than its box", controls.filter((e) => !e.matches("input, select, textarea") && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)).map(name));
const target = (e) => e.closest("label") ?? e;
tell("too small", controls.filter((e) => box(target(e)).width < least - 0.5 || box(target(e)).height < least - 0.5).map((e) => `${name(e)} ${box(e).width}x${box(e).height}`));
const apart = (a, b) => Math.min(box(a).right, box(b).right) - Math.max(box(a).left, box(b).left) <= 2 || Math.min(box(a).bottom, box(b).bottom) - Math.max(box(a).top, box(b).top) <= 2;
// The card's mark lies on its tile, beside its words; a choice lies behind the words that show it, a button that stays in view over what scrolls.
const lying = controls.filter((e) => !e.matches(".card > summary, .tag input") && !e.closest(".go"));
const over = [];
lying.forEach((a, index) => lying.slice(index + 1).forEach((b) => { if (!a.contains(b) && !b.contains(a) && !apart(a, b)) over.push(`${name(a)} / ${name(b)}`); }));
tell("over each other", over);
return lost;
"""
STYLE = "const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]); document.adoptedStyleSheets = [sheet];"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    with chromium(folder / "profile") as browser, study(folder, browser) as found:
        Watch(browser, datetime.fromisoformat(NOW))
        yield found


def test_nothing_is_lost_however_large_the_text_and_narrow_the_window(place: Place) -> None:
    browser = place.browser
    assert isinstance(browser, WebDriver)
    found = {}
    for page in place.pages:
        place.go(page)
        least = FOR_A_FINGER if "capture" in page else LEAST
        for name, look in LOOKS.items():
            put_on(browser, look)
            if lost := browser.execute_script(LOST, least):
                found[page, name] = lost
        put_on(browser, LOOKS["as it is"])
    assert found == {}


def test_what_opens_is_within_reach_too(place: Place) -> None:
    """Cards, panels and forms that are folded: open one after the other, each as narrow and as large as can be."""
    browser = place.browser
    assert isinstance(browser, WebDriver)
    found = {}
    for page in (each for each in place.pages if "capture" in each or "finish" in each):
        place.go(page)
        for name, look in LOOKS.items():
            put_on(browser, look)
            if unseen := browser.execute_script(OPENED):
                found[page, name] = unseen
        put_on(browser, LOOKS["as it is"])
    assert found == {}


# What of an opened part cannot be brought into view by scrolling down.
OPENED = r"""
const { clientWidth: width } = document.documentElement;
const lost = [];
for (const one of document.querySelectorAll("details")) {
  if (!one.checkVisibility()) continue;
  one.open = true;
  const { scrollHeight, scrollWidth } = document.documentElement;
  for (const e of one.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    if (e.closest(".hidden") || !box.width || !e.checkVisibility()) continue;
    if (box.left < -1 || box.right > width + 1 || box.top + scrollY < -1 || box.bottom + scrollY > scrollHeight + 1) {
      lost.push(`${one.className}: ${e.localName} «${e.textContent.trim().slice(0, 30)}» ${[box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(Math.round)} in ${width}x${scrollHeight}`);
      break;
    }
  }
  one.open = false;
}
return lost.slice(0, 5);
"""


def put_on(browser: WebDriver, look: Look) -> None:
    """Let the page be looked at in this way."""
    metrics = {"width": look.width, "height": look.height, "deviceScaleFactor": look.ratio, "mobile": False}  # fmt: skip
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    sizes = {"standard": look.text, "fixed": look.text}
    browser.execute_cdp_cmd("Page.setFontSizes", {"fontSizes": sizes})
    browser.execute_script(STYLE, look.style)
