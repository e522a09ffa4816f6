"""What a screen reader has of a page: its tree of roles and names, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.place import until

CONTROLS = {
    "button", "checkbox", "combobox", "DisclosureTriangle", "DisclosureTriangleGrouped", "link", "listbox", "radio", "searchbox",
    "slider", "spinbutton", "textbox", "Date", "InputTime",
}  # fmt: skip
OF_THE_BROWSER = ("Date", "InputTime", "spinbutton")  # what is inside these is the browser's own
STATES = ("pressed", "checked", "expanded", "disabled", "invalid")

# The screen reader of a tablet taps as a finger does; a key would have no detail.
TAPPED = "function () { this.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 })); }"


@dataclass(slots=True)
class Node:
    """Something that is read: its role, its name, what is said beside it, and its states that are said."""

    role: str
    name: str
    description: str
    value: str
    states: dict[str, Any]
    level: int
    dom: int  # by which the browser knows the element
    parent: Node | None
    children: list[Node] = field(default_factory=list)

    @property
    def above(self) -> Iterator[Node]:
        """What it is in, the nearest first."""
        node = self.parent
        while node:
            yield node
            node = node.parent

    @property
    def below(self) -> Iterator[Node]:
        """All that is in it, as it is read."""
        for child in self.children:
            yield child
            yield from child.below

    @property
    def text(self) -> str:
        """What is read of it."""
        return " ".join(each.name for each in self.below if each.role == "StaticText")

    def __str__(self) -> str:
        return f"{self.role} “{self.name}”"


def read(browser: WebDriver) -> Node:
    """Return the page as a screen reader has it; what is hidden from it is left out."""
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    known = {each["nodeId"]: each for each in nodes}
    root = _node(nodes[0], None)
    _grow(root, nodes[0], known)
    return root


def _grow(parent: Node, raw: dict[str, Any], known: dict[str, Any]) -> None:
    for id in raw.get("childIds", ()):
        child = known.get(id)
        if child is None:
            continue
        if child["ignored"]:  # not said, and what is in it is as if it stood in what it is in
            _grow(parent, child, known)
            continue
        node = _node(child, parent)
        parent.children.append(node)
        _grow(node, child, known)


def _node(raw: dict[str, Any], parent: Node | None) -> Node:
    properties = {each["name"]: each["value"].get("value") for each in raw.get("properties", ())}
    words = {
        name: " ".join(str(raw.get(name, {}).get("value", "")).split())
        for name in ("role", "name", "description", "value")
    }
    states = {name: properties[name] for name in STATES if name in properties}
    return Node(
        **words,
        states=states,
        level=properties.get("level", 0),
        dom=raw.get("backendDOMNodeId", 0),
        parent=parent,
    )


class Reader:
    """Somebody who hears a page: what is there is found by role and name, and pressed or written in as a screen reader does."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser
        browser.execute_cdp_cmd("DOM.enable", {})  # else no element is known by its number

    def all(self, role: str, name: str = "", inside: str = "") -> list[Node]:
        """What has this role, and this name and place where they are given, in the order of the page."""
        found = (each for each in read(self.browser).below if each.role == role)
        return [
            each
            for each in found
            if (not name or each.name == name)
            and (not inside or any(inside == above.name for above in each.above))
        ]

    def find(self, role: str, name: str, inside: str = "") -> Node:
        """The only one that is called so there; it may still be on its way."""
        self.until(lambda: self.all(role, name, inside))
        found = self.all(role, name, inside)
        assert len(found) == 1, f"{len(found)} are called {role} “{name}” in “{inside}”"
        return found[0]

    def press(self, role: str, name: str, inside: str = "") -> None:
        """Do what it is for."""
        self._call(self.find(role, name, inside), TAPPED)

    def write(self, role: str, name: str, text: str, inside: str = "") -> None:
        """Write this in it, over what stood there."""
        script = "function () { this.focus(); this.select(); }"
        self._call(self.find(role, name, inside), script)
        self.browser.execute_cdp_cmd("Input.insertText", {"text": text})

    def state(self, role: str, name: str, state: str, inside: str = "") -> Any:
        """One of its states, as it is said."""
        return self.find(role, name, inside).states.get(state)

    def until(self, done: Callable[[], object]) -> None:
        until(self.browser, done)

    def _call(self, node: Node, script: str) -> None:
        resolved = self.browser.execute_cdp_cmd("DOM.resolveNode", {"backendNodeId": node.dom})
        call = {"objectId": resolved["object"]["objectId"], "functionDeclaration": script, "userGesture": True}  # fmt: skip
        answer = self.browser.execute_cdp_cmd("Runtime.callFunctionOn", call)
        assert "exceptionDetails" not in answer, answer
