"""What axe finds on a page, by its rules for WCAG 2.2 AA and two that it leaves off by itself."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.browser.place import AnyDriver

# Targets of WCAG 2.2 (2.5.8), and names that hold what is seen (2.5.3), by which a button is spoken to.
# What sticks to an edge covers what is scrolled behind it and says nothing of the size of that: meanwhile it
# stands in its place. What passes is not described: that takes as long as the rest.
RUN = """
const sticks = [...document.body.querySelectorAll("*")].filter((one) => getComputedStyle(one).position === "sticky");
for (const one of sticks) one.style.position = "static";
const told = arguments[arguments.length - 1];
const done = ({ violations }) => {
  for (const one of sticks) one.style.position = "";
  told(violations);
};
const rules = { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } };
axe.run(document, { resultTypes: ["violations"], rules }).then(done, (error) => done({ violations: [{ id: String(error), nodes: [] }] }));
"""


def problems_of(opened: AnyDriver) -> list[tuple[str, list[str]]]:
    """Return what axe finds on the page as it is now: each rule with the first three places."""
    if not opened.execute_script("return Boolean(window.axe)"):
        opened.execute_script(_script())
    found = opened.execute_async_script(RUN)
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found]


@cache
def _script() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")
