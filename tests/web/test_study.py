"""The study page: a hundred observations at a time, found by what is known of them."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from observation.commands.summarise import summarise
from observation.settings import Context, open_context
from observation.store import Receipt, projection
from observation.web import beside, create_app
from observation.web.beside import Summarising
from observation.web.listing import LOOK, PAGE, Choice, listing
from tests.recorder import Recorder
from tests.web.tablet import STUDY, Tablet, outcomes, stream

Open = Callable[[int], FlaskClient]
SCHOOLS = "ABC"


@pytest.fixture
def open_study(tmp_path: Path) -> Open:
    """Serve a study of so many observations of three schools, by two observers."""

    def serve(number: int) -> FlaskClient:
        context = open_context(tmp_path, "memory:")
        for each in range(number):
            record(context, each)
        app = create_app(context)
        app.testing = True
        return app.test_client()

    return serve


def record(context: Context, number: int) -> None:
    stream = f"observation/0190a5b0-0000-7000-8000-{number:012d}"
    recorder = Recorder("tablet", ("W1", "W2")[number % 2], stream)
    school = SCHOOLS[number % 3]
    label, unit = f"{school}-{number // 3 + 1:03d}", f"unit {number}"
    recorder.begin(label=label, school=school, unit=unit, seconds=number * 60)
    if number % 10 == 9:
        recorder.add(number * 60 + 5, "lead-taken", lead="T9")  # nobody of whom anything is known
    receipt = Receipt("2018-03-13T16:00:00.000Z", "tablet")
    context.store.events.append(STUDY, stream, recorder.events, receipt)


def labels(client: FlaskClient, address: str = "/") -> list[str]:
    page = text(client, address)
    return re.findall(r'class="record-label"[^>]*>([^<]+)<', page)


def text(client: FlaskClient, address: str = "/") -> str:
    response = client.get(address, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_a_study_that_fits_on_one_page_is_shown_whole_and_offers_nothing_to_choose(
    open_study: Open,
) -> None:
    client = open_study(14)
    assert len(labels(client)) == 14
    page = text(client)
    assert 'class="choose"' not in page
    assert "Next" not in page


def test_all_of_a_large_study_is_found_page_by_page_and_once(open_study: Open) -> None:
    client = open_study(2 * PAGE + 50)
    found, address = labels(client), "/"
    for _ in range(2):
        (address,) = re.findall(r'rel="next" href="([^"]+)"', text(client, address))
        address = address.replace("&amp;", "&")
        found += labels(client, address)
    assert found == sorted(found)
    assert len(set(found)) == len(found) == 2 * PAGE + 50
    assert 'rel="next"' not in text(client, address)
    assert "201 to 250 of 250" in text(client, address)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("school=B", 50),
        ("observer=W2", 75),
        ("school=B&observer=W2", 25),
        (f"state={LOOK}", 15),
        ("state=draft", 135),
        ("text=UNIT+77", 1),
        ("text=c-00", 9),
        ("text=nothing+like+it", 0),
        ("school=unheard+of", 0),
    ],
)
def test_it_is_narrowed_by_what_is_known(open_study: Open, asked: str, number: int) -> None:
    client = open_study(150)
    page = text(client, f"/?{asked}")
    assert len(labels(client, f"/?{asked}")) == min(number, PAGE)
    assert f"{number} of 150 observations" in page
    assert "Show all" in page


def test_what_was_chosen_stays_chosen_and_on_the_next_page(open_study: Open) -> None:
    client = open_study(250)
    page = text(client, "/?observer=W2&sort=date")
    assert re.search(r"<option selected>W2</option>", page)
    assert re.search(r'<option value="date" selected>', page)
    (address,) = re.findall(r'rel="next" href="([^"]+)"', page)
    rest = labels(client, address.replace("&amp;", "&"))
    assert len(rest) == 25
    assert rest[-1] == "B-001"  # the second that began, and the first by W2


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "²", "9" * 5000, "99"])
def test_a_page_that_there_is_not_is_the_first_or_the_last(open_study: Open, page: str) -> None:
    assert labels(open_study(120), f"/?page={page}")


def test_names_are_shown_as_they_are_and_not_as_markup(open_study: Open) -> None:
    client = open_study(101)
    assert "&lt;b&gt;" in text(client, "/?text=<b>")
    assert "<b>" not in text(client, "/?text=<b>")


def test_a_page_of_a_large_study_is_of_a_sensible_size(open_study: Open) -> None:
    client = open_study(300)
    small = len(text(client))
    assert small < 150_000
    every = context_of(client).catalogue.look(STUDY).values.values()
    assert listing(every, Choice()).last == PAGE


def context_of(client: FlaskClient) -> Context:
    found: Context = client.application.extensions["observation"]
    return found


class TestWhileMuchIsRead:
    @pytest.fixture
    def context(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
        """Twelve observations on disk, where more than four are much."""
        monkeypatch.setattr(projection, "FEW", 4)
        context = open_context(tmp_path, environment={})
        for number in range(12):
            record(context, number)
        return context

    def test_a_page_says_how_far_it_is_and_all_is_there_in_the_end(self, context: Context) -> None:
        client = create_app(context).test_client()
        response = client.get("/?language=en")
        assert "0 of 12 records are read" in response.get_data(as_text=True)
        assert response.headers["Refresh"]
        until = time.monotonic() + 60
        while len(labels(client)) < 12:
            assert time.monotonic() < until
            time.sleep(0.1)
        response = client.get("/?language=en")
        assert "records are read" not in response.get_data(as_text=True)
        assert "Refresh" not in response.headers

    def test_a_process_that_fails_leaves_it_to_whoever_looks(
        self, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(beside.sys, "executable", "/bin/false")
        client = create_app(context).test_client()
        until = time.monotonic() + 60
        while len(labels(client)) < 12:
            assert time.monotonic() < until
            time.sleep(0.05)

    def test_there_is_one_process_at_a_time(
        self, context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program, begun = tmp_path / "program", tmp_path / "begun"
        program.write_text(f"#!/bin/sh\necho $$ >> {begun}\nexec sleep 60\n")
        program.chmod(0o755)
        monkeypatch.setattr(beside.sys, "executable", str(program))
        summarising = Summarising(context)
        assert [summarising.begin() for _ in range(5)] == [True] * 5
        until = time.monotonic() + 60
        while not begun.exists() or not begun.read_text():
            assert time.monotonic() < until
            time.sleep(0.01)
        assert summarising.begin()
        (process,) = begun.read_text().split()
        os.kill(int(process), signal.SIGKILL)
        while summarising.begin():  # until it is known to have failed
            assert time.monotonic() < until
            time.sleep(0.01)

    def test_a_tablet_sends_meanwhile_and_goes_on_with_the_kit_that_it_has(
        self, context: Context
    ) -> None:
        app = create_app(context)
        app.testing = True
        context.catalogue.summaries.elsewhere = lambda: True
        tablet = Tablet(app.test_client())
        sent = tablet.send(tablet.recorded(3, 77))
        assert outcomes(sent) == ["kept"] * 3
        half = tablet.get("kit")
        assert (half.status_code, set(half.get_json())) == (503, {"protocol", "retry"})
        summarise(open_context(context.data, environment={}))
        kit = tablet.get("kit").get_json()
        assert list(kit["streams"]) == [stream(77)]
        assert len(kit["units"]) == 13
