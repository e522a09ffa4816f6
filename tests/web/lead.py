"""A lead at the page of the tablets: looks into what was set aside, accepts and refuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask.testing import FlaskClient

from observation.store.devices import revoke
from tests.web.desk import read
from tests.web.tablet import Tablet

LINK = re.compile(r'href="(/tablets/set-aside/[0-9a-f]+)"')
SECTION = re.compile(r'<h2 id="(open|refused|taken-in)">.*?: (\d+)</h2>')


@dataclass
class Lead:
    """The browser of a lead."""

    client: FlaskClient

    def page(self, path: str = "/tablets") -> str:
        """Return a page in English."""
        response = self.client.get(f"{path}?language=en")
        assert response.status_code == 200
        return response.get_data(as_text=True)

    def groups(self) -> list[str]:
        """Return the addresses of the groups that the page lists, in its order, each once."""
        return list(dict.fromkeys(LINK.findall(self.page())))

    def still_open(self) -> str:
        """Return what the page of the tablets shows of what is not decided."""
        return self.page().partition("<h2>Set aside</h2>")[2].partition("<details")[0]

    def form(self, path: str, state: str = "open") -> dict[str, str]:
        """Return the fields of the form for what is in this state."""
        (found,) = [f for f in read(self.page(path)).forms if f.fields.get("state") == state]
        return dict(found.fields)

    def press(self, path: str, button: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Press *Accept* or *Refuse*; return the status, and the page that answers."""
        form = self.form(path) if form is None else form
        answer = self.client.post(path, data=form | {"decision": button})
        return answer.status_code, answer.get_data(as_text=True)

    def decides(self, path: str, button: str, state: str = "open") -> list[str]:
        """Press a button and return the sentences that say what became of it."""
        status, html = self.press(path, button, self.form(path, state))
        assert status == 200
        (said,) = re.findall(r'<div class="became" role="status">(.*?)</div>', html)
        return re.findall(r"<p>(.*?)</p>", said)

    def numbers(self, path: str) -> dict[str, int]:
        """Return how many of a group are in which state."""
        return {state: int(number) for state, number in SECTION.findall(self.page(path))}


def revoked(tablet: Tablet) -> Tablet:
    """Revoke a tablet and return it."""
    revoke(tablet.context.store.registry, tablet.device, tablet.context.clock.now())
    return tablet


def a_moment_later(tablet: Tablet, received: str) -> None:
    """Wait until what comes now has another time of receipt, which are milliseconds."""
    while tablet.send([])["received"] == received:
        pass
