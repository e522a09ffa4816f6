"""Somebody who has only a keyboard: keys go to what has the focus, and the focus is looked at after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.place import PATIENCE, until

# What has the focus: whether it is a control at all, is seen to have it, and lies under nothing.
FOCUS = r"""
const e = document.activeElement;
if (!e || e === document.body || e === document.documentElement) return { lost: true };
const shown = e.matches(".tag input") ? e.nextElementSibling : e; // the choice is drawn by what stands beside it
const style = getComputedStyle(shown);
const { left, top, right, bottom, width, height } = shown.getBoundingClientRect();
const frame = e.closest(".note"); // the note's own frame says that it is written in
const outlined = (one) => getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
// Some corner or the middle is seen (2.4.11); what cannot be hit at all is covered.
const inset = Math.min(4, width / 4, height / 4);
const points = [[(left + right) / 2, (top + bottom) / 2], [left + inset, top + inset], [right - inset, top + inset], [left + inset, bottom - inset], [right - inset, bottom - inset]];
const seen = points.filter(([x, y]) => {
  const hit = document.elementFromPoint(x, y);
  return hit && (shown.contains(hit) || hit.contains(shown) && !hit.matches(".bottom, .go") || e.labels?.[0]?.contains(hit));
});
const ids = (e.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
const text = (e.getAttribute("aria-label") ?? [...ids.map((id) => document.getElementById(id)), ...(e.labels ?? [])].map((one) => one.innerText).join(" ") ) || e.innerText || e.getAttribute("placeholder") || "";
return {
  lost: false,
  name: text.replace(/\s+/g, " ").trim(),
  kind: e.localName,
  field: e.name ?? "",
  value: e.value ?? "",
  visible: e.matches(":focus-visible") && (outlined(shown) || Boolean(frame) && e.matches("textarea")),
  covered: seen.length < 3,
  place: [Math.round(left + scrollX), Math.round(top + scrollY)],
  inside: [...document.querySelectorAll(":is([data-list], [data-item], section, form):focus-within")].map((one) => one.dataset.list ?? one.dataset.item ?? one.className).join(" "),
};
"""


@dataclass(frozen=True)
class Focus:
    """What has the focus."""

    name: str = ""
    kind: str = ""
    field: str = ""
    value: str = ""
    visible: bool = False
    covered: bool = False
    place: tuple[int, int] = (0, 0)
    inside: str = ""
    lost: bool = True


class Keyboard:
    """The keys of somebody who uses nothing else; `presses` counts those that only lead somewhere."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser
        self.presses = 0

    @property
    def focus(self) -> Focus:
        found = self.browser.execute_script(FOCUS)
        return Focus(**found | {"place": tuple(found.get("place", (0, 0)))})

    def press(self, *keys: str) -> Focus:
        """Press these keys one after the other; say what has the focus then."""
        for key in keys:
            ActionChains(self.browser, duration=0).send_keys(key).perform()
        return self.focus

    def back(self) -> Focus:
        """Go to the stop before."""
        ActionChains(self.browser, duration=0).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()  # fmt: skip
        return self._looked_at()

    def tab(self) -> Focus:
        """Go to the next stop."""
        return self._by(Keys.TAB)

    def _by(self, key: str) -> Focus:
        ActionChains(self.browser, duration=0).send_keys(key).perform()
        return self._looked_at()

    def _looked_at(self) -> Focus:
        self.presses += 1
        focus = self.focus
        if not focus.lost:  # beyond the last stop is the browser's own bar
            assert focus.visible, f"nobody sees that this has the focus: {focus}"
            assert not focus.covered, f"this has the focus and is covered: {focus}"
            assert focus.name, f"this has no name: {focus}"
        return focus

    def to(self, wanted: str | Callable[[Focus], bool], by: str = Keys.TAB, most: int = 40) -> Focus:  # fmt: skip
        """Go on until what begins with these words, or is as wanted, has the focus: with at most so many presses."""
        reached = wanted if callable(wanted) else lambda focus: focus.name.startswith(wanted)
        passed = []
        for _ in range(most):
            focus = self.back() if by == "back" else self._by(by)
            if not focus.lost and reached(focus):
                return focus
            passed.append(focus.name)
        raise AssertionError(f"not reached with {most} presses: {wanted}; passed {passed}")

    def type(self, text: str) -> None:
        """Write into what has the focus, over what stood there."""
        ActionChains(self.browser, duration=0).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(text).perform()  # fmt: skip

    @contextmanager
    def keeps(self) -> Iterator[None]:
        """Do something after which the focus is where it was, and not lost."""
        before = self.focus
        yield
        after = self.focus
        assert not after.lost, f"the focus was lost from {before}"
        assert (after.kind, after.field, after.inside) == (before.kind, before.field, before.inside)

    def until(self, done: Callable[[], object], seconds: float = PATIENCE) -> None:
        until(self.browser, done, seconds)
