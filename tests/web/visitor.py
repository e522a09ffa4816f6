"""Somebody at the pages of a study: opens one, finds a form on it, fills it in and sends it."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from observation.core.interviews import Interview, fold_interview
from observation.core.registers import School, Study, fold_school, fold_study
from observation.settings import Context
from observation.store import Receipt
from observation.store.deposit import deposit
from tests.samples import BUNDLE
from tests.web.desk import Form, read


class Visitor:
    """One browser at the sample study."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.context: Context = client.application.extensions["observation"]
        receipt = Receipt("2018-04-13T16:00:00.000Z", "test")
        deposit(
            self.context.store.events, self.context.catalogue, BUNDLE.study, BUNDLE.events, receipt
        )

    def page(self, path: str, language: str = "en") -> str:
        """Return the HTML of a page that is there."""
        join = "&" if "?" in path else "?"
        response = self.client.get(f"{path}{join}language={language}")
        assert response.status_code == 200, path
        return response.text

    def link(self, path: str, text: str) -> str:
        """Return where the link with this text on a page leads."""
        found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]*)</a>', self.page(path))
        return next(href for href, each in found if each == text)

    def form(self, path: str, kind: str, **fields: str) -> Form:
        """Return the first form of a page that makes an event of this kind with these fields."""
        wanted = set({"_kind": kind, **fields}.items())
        forms = read(self.page(path)).forms
        return next(each for each in forms if wanted <= set(each.fields.items(multi=True)))

    def send(self, form: Form, /, **filled: Any) -> TestResponse:
        """Send a form with some fields filled in, by one or several values; None leaves one out."""
        values = MultiDict(form.fields)
        for name, value in filled.items():
            name = name.removesuffix("_") if name != "_by" else name
            values.setlist(name, value if isinstance(value, list) else [value] if value else [])
        return self.client.post(form.action, data=values)

    def fill(self, path: str, kind: str, where: dict[str, str], /, **filled: Any) -> TestResponse:
        """Find the first such form, send it filled in, and see that it was taken."""
        response = self.send(self.form(path, kind, **where), **filled)
        assert response.status_code == 303, re.findall(r'class="alert".*', response.text)
        return response

    def events(self, stream: str) -> tuple[Any, ...]:
        """Return the events of a stream."""
        return self.context.store.events.read(BUNDLE.study, stream).events

    @property
    def study(self) -> Study:
        return fold_study(self.events(f"study/{BUNDLE.study}"))

    def school(self, code: str) -> School:
        """Return the school with this code as it stands."""
        return next(school for school in self._folded("school", fold_school) if school.code == code)

    def interview(self, label: str) -> Interview:
        """Return the interview with this label as it stands."""
        return next(
            each for each in self._folded("interview", fold_interview) if each.label == label
        )

    def _folded(self, kind: str, fold: Any) -> list[Any]:
        streams = self.context.store.events.versions(BUNDLE.study)
        return [fold(self.events(stream)) for stream in streams if stream.startswith(f"{kind}/")]
