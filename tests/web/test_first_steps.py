"""Who starts on an empty store is led to the first observation, and may look around in the sample study first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from observation.cli import main
from observation.settings import open_context
from observation.store import Receipt, sample
from observation.store.devices import enrol
from observation.store.server import SAMPLE, current_study, study_to_come
from tests.recorder import Recorder
from tests.web.desk import read
from tests.web.tablet import DEVICE, app_at
from tests.web.test_roles import World

NAMES = ["Name the study", "Add a school", "Say who observes, and which unit", "Add a tablet", "Record the first observation"]  # fmt: skip


class Beginner:
    """Somebody at the machine of an empty server, who presses what is largest."""

    def __init__(self, path: Path) -> None:
        app = app_at(path)
        app.config["WTF_CSRF_ENABLED"] = False
        self.context = app.extensions["observation"]
        self.client: FlaskClient = app.test_client()

    def page(self, path: str = "/") -> str:
        response = self.client.get(path.partition("#")[0], headers={"Accept-Language": "en"})
        assert response.status_code == 200, path
        return re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", response.text)

    def steps(self) -> list[tuple[str, str]]:
        """The steps on the first page, each with what stands before it."""
        page = self.page()
        marks = re.findall(r'class="step-mark" aria-hidden="true">(\S+)</span>', page)
        return list(zip(marks, re.findall(r'class="step-name">([^<]+)<', page), strict=True))

    def ahead(self, path: str = "/") -> str:
        """The address of the one big button."""
        (address,) = re.findall(r'<a class="button" href="([^"]+)"', self.page(path))
        return str(address)

    def fill(self, path: str, kind: str, **fields: str) -> str:
        """Fill in the form for this on the page and send it; return where that leads."""
        forms = read(self.page(path)).forms
        form = next(f for f in forms if f.fields.get("_kind") == kind and not f.fields.get("event"))
        response = self.client.post(form.action, data={**form.fields, **fields, "_by": "W1"})
        assert response.status_code == 303
        return str(response.location)


@pytest.fixture
def beginner(tmp_path: Path) -> Beginner:
    return Beginner(tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> World:
    """An empty server that others reach."""
    return World(tmp_path, fill=False)


def test_the_steps_lead_from_nothing_to_the_first_observation_and_are_gone(
    beginner: Beginner,
) -> None:
    assert beginner.steps() == list(zip("12345", NAMES, strict=True))
    beginner.fill(beginner.ahead(), "study-recorded", name="Najaar")
    assert beginner.ahead("/register").startswith("/schools")
    beginner.fill(beginner.ahead(), "school-recorded", school="A")
    beginner.fill(beginner.ahead(), "member-recorded", member="W1")
    units = beginner.ahead("/register")
    assert units.endswith("#units")
    beginner.fill(units, "unit-recorded", unit="onderbouw")
    assert [mark for mark, _ in beginner.steps()] == ["✓", "✓", "✓", "4", "5"]
    assert beginner.ahead().startswith("/tablets")
    assert "Without a tablet: New observation" in beginner.page()
    study, registry = current_study(beginner.context.store), beginner.context.store.registry
    enrol(registry, study, DEVICE, "iPad", beginner.context.clock.now())
    assert [mark for mark, _ in beginner.steps()] == ["✓", "✓", "✓", "✓", "5"]
    assert beginner.ahead().startswith("/observations/new")
    recorder = Recorder()
    recorder.begin(school="A", unit="onderbouw")
    events = beginner.context.store.events
    events.append(study, recorder.events[0].stream, recorder.events, Receipt("", "test"))
    assert beginner.steps() == []
    for path in ("/register", "/schools", "/interviews", "/triangulation", "/tablets"):
        assert 'class="next"' not in beginner.page(path)


@pytest.mark.parametrize(
    "path", ["/register", "/schools", "/interviews", "/triangulation", "/tablets"]
)
def test_every_page_that_is_still_empty_says_what_is_next(beginner: Beginner, path: str) -> None:
    assert 'class="next"' in beginner.page(path)
    assert "Name the study" in beginner.page(path)


def test_the_first_form_of_all_says_what_by_is(beginner: Beginner) -> None:
    said = "“By” is your own code as observer or researcher, such as W1"
    assert said in beginner.page("/register")
    beginner.fill("/register", "study-recorded", name="Najaar")
    assert said not in beginner.page("/register")


def test_an_empty_register_has_nothing_wrong(beginner: Beginner) -> None:
    assert 'class="looks"' not in beginner.page("/register")


@pytest.mark.parametrize(
    ("role", "steps"),
    [("lead", NAMES), ("analyst", NAMES[-1:]), ("observer", NAMES[-1:]), ("operator", None)],
)
def test_each_role_sees_the_steps_that_it_can_do(
    server: World, role: str, steps: list[str] | None
) -> None:
    client = server.account("Noor", role, study_to_come(server.context.store), "W1")
    page = server.request(client, "/?language=en")
    if steps is None:
        assert page.status_code == 302  # to the backups
    else:
        assert re.findall(r'class="step-name">([^<]+)<', page.text) == steps


class TestTheSample:
    def press(self, beginner: Beginner, action: str, path: str = "/", **more: str) -> Any:
        (form,) = [f for f in read(beginner.page(path)).forms if f.action == action]
        return beginner.client.post(action, data={**form.fields, **more})

    def test_it_is_one_tap_in_and_one_tap_out(self, beginner: Beginner) -> None:
        before = beginner.page()
        assert self.press(beginner, "/sample").status_code == 303
        assert beginner.page().count('class="record"') == 4
        assert "Nobody in it exists" in beginner.page()
        assert beginner.steps() == []
        assert self.press(beginner, "/sample/removal").location == "/"
        assert beginner.page() == before
        assert beginner.client.get("/sample").status_code == 404
        assert self.press(beginner, "/sample").status_code == 303
        assert beginner.page().count('class="record"') == 4

    def test_beside_a_study_of_ones_own_it_is_the_second(self, beginner: Beginner) -> None:
        beginner.fill("/register", "study-recorded", name="Najaar")
        own = current_study(beginner.context.store)
        self.press(beginner, "/sample")
        assert current_study(beginner.context.store) == own
        assert re.findall(r'<h1 id="study-\d">([^<]+)', beginner.page()) == [
            "Najaar",
            "Bordsessies voorjaar 2018",
        ]
        assert "Bordsessies" not in beginner.page("/register").partition("<main")[2]
        assert beginner.steps()[1:] == list(zip("2345", NAMES[1:], strict=True))

    def test_what_was_recorded_in_it_is_shown_before_it_goes(self, beginner: Beginner) -> None:
        self.press(beginner, "/sample")
        beginner.fill(f"/register?study={SAMPLE}", "member-recorded", member="W9")
        refused = self.press(beginner, "/sample/removal")
        assert refused.status_code == 422
        assert sample.is_here(beginner.context.store)
        page = beginner.page("/sample")
        assert re.search(r"<dt>The study</dt><dd>1</dd>", page)
        assert self.press(beginner, "/sample/removal", "/sample").status_code == 422
        beginner.fill(f"/register?study={SAMPLE}", "member-recorded", member="W8")
        (form,) = [f for f in read(page).forms if f.action == "/sample/removal"]
        late = beginner.client.post(form.action, data={**form.fields, "sure": "yes"})
        assert late.status_code == 422, "somebody recorded more after the look"
        gone = self.press(beginner, "/sample/removal", "/sample", sure="yes")
        assert gone.location == "/"
        assert not sample.is_here(beginner.context.store)

    def test_a_lead_who_puts_it_in_leads_it(self, server: World) -> None:
        client = server.account("Noor", "lead", study_to_come(server.context.store))
        assert server.request(client, "/sample", "POST").status_code == 303
        page = server.request(client, "/?language=en").text
        assert page.count('class="record"') == 4
        assert server.request(client, "/sample/removal", "POST").status_code == 303
        page = server.request(client, "/?language=en").text
        assert re.findall(r'class="step-name">([^<]+)<', page) == NAMES

    def test_the_command_removes_it_too(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def run(*words: str) -> tuple[int, str, str]:
            code = main(["--data", str(tmp_path), *words])
            return (code, *capfd.readouterr())

        assert run("sample")[0] == 0
        removed = "The sample study was removed; nothing of it is left.\n"
        assert run("sample", "--remove") == (0, removed, "")
        assert run("sample", "--remove") == (0, "The sample study is not here.\n", "")
        run("sample")
        recorder = Recorder()
        recorder.begin(school="A", unit="1")
        events = open_context(tmp_path).store.events
        stream = recorder.events[0].stream
        events.append(SAMPLE, stream, recorder.events, Receipt("", "test"))
        code, out, error = run("sample", "--remove")
        assert (code, stream in out, "Nothing was removed" in error) == (1, True, True)
        assert run("sample", "--remove", "--with-own")[0] == 0
        assert open_context(tmp_path).store.events.studies() == []
