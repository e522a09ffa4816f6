"""An observer at a desk: opens a page, finds a form on it, fills it in and sends it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from observation.core.records import Observation
from observation.settings import Context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.web.screens import find
from tests.recorder import Recorder

STUDY = "0190a5b0-0000-7000-8000-00000000000f"


@dataclass
class Form:
    """A form as the page holds it; `buttons` are the pairs that its buttons add."""

    action: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Desk:
    """One browser at the record of one session."""

    def __init__(self, client: FlaskClient, recorder: Recorder) -> None:
        self.client = client
        self.context: Context = client.application.extensions["observation"]
        self.uuid = recorder.stream.partition("/")[2]
        receipt = Receipt("2018-03-13T16:00:00.000Z", "test")
        deposit(self.context.store.events, self.context.catalogue, STUDY, recorder.events, receipt)

    def page(self, screen: str = "", language: str = "en") -> str:
        """Return the HTML of a screen: finish, schedule, or the observation itself."""
        path = f"/observations/{self.uuid}/{screen}".rstrip("/")
        response = self.client.get(f"{path}?language={language}")
        assert response.status_code == 200
        return response.get_data(as_text=True)

    def forms(self, screen: str, kind: str, **fields: str) -> list[Form]:
        """Return the forms of a screen that make an event of this kind with these fields."""
        wanted = set({"_kind": kind, **fields}.items())
        return [f for f in read(self.page(screen)).forms if wanted <= set(f.fields.items())]

    def send(self, form: Form, **filled: Any) -> TestResponse:
        """Send a form with some fields filled in or a button pressed."""
        values = MultiDict(form.fields)
        for name, value in filled.items():
            values.setlist(name, [value])
        return self.client.post(form.action, data=values)

    def fill(self, screen: str, kind: str, where: dict[str, str], **filled: Any) -> TestResponse:
        """Find the first such form, send it filled in, and see that it was taken."""
        response = self.send(self.forms(screen, kind, **where)[0], **filled)
        assert response.status_code == 303, response.get_data(as_text=True)
        return response

    @property
    def observation(self) -> Observation:
        """The record as it stands."""
        with self.client.application.test_request_context():
            return find(self.uuid).observation

    @property
    def kinds(self) -> Counter[str]:
        """How many events of each kind the record has."""
        return Counter(entry.event.kind for entry in self.observation.log)


class Page(HTMLParser):
    """The forms and ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self._area: str | None = None
        self._select = ""
        self._several = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif not self.forms:
            return
        elif tag == "input" and "name" in given:
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self.forms[-1].fields.add(given["name"], given.get("value", ""))
        elif tag == "button" and "name" in given:
            self.forms[-1].buttons.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select = given["name"]
            self._several = "multiple" in given
        elif tag == "option" and self._several:
            if "selected" in given:
                self.forms[-1].fields.add(self._select, given.get("value", ""))
        elif tag == "option" and (self._select not in self.forms[-1].fields or "selected" in given):
            # The first option stands until another one is marked.
            self.forms[-1].fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            self.forms[-1].fields.add(self._area, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            before = self.forms[-1].fields[self._area]
            # HTML drops the line break with which a text area begins.
            self.forms[-1].fields[self._area] = before + (data if before else data.lstrip("\n"))


def read(html: str) -> Page:
    """Return what a page holds."""
    page = Page()
    page.feed(html)
    return page
