"""The third word: in a checked backup. What pages say of it, and who makes one every night."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from observation.cli import main
from observation.core.work import Cancelled, Step
from observation.settings import Clock, Context, open_context
from observation.store import Receipt
from observation.store.backup import COMPARED, is_due, make_backup, make_nightly
from observation.store.backup_state import STILL, Work, state
from observation.web import beside, create_app, nightly
from observation.web.nightly import Nightly, on_one_disk
from observation.web.words import file_size
from tests.samples import BUNDLE
from tests.web.tablet import Tablet, stream

GIVE_WAY = beside.give_way  # which the other tests do without


class LaterClock(Clock):
    """The machine's clock, put forward by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


def due(context: Context) -> bool:
    """Whether a nightly backup would be made now."""
    return is_due(context.store, context.clock.now())


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A data folder with the sample study."""
    assert main(["--data", str(tmp_path / "data"), "sample"]) == 0
    return replace(open_context(tmp_path / "data"), clock=LaterClock())


@pytest.fixture
def client(context: Context) -> FlaskClient:
    """A browser on this machine."""
    app = create_app(context)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def back_up(context: Context) -> None:
    make_nightly(context.store, context.schedules, context.backups, context.clock.now)


def later(context: Context, **time: float) -> None:
    assert isinstance(context.clock, LaterClock)
    context.clock.ahead += timedelta(**time)


def text(client: FlaskClient, path: str) -> str:
    """What a page says, without its tags."""
    html = client.get(f"{path}?language=en").get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


def stream_files(context: Context) -> list[Path]:
    assert context.store.folder
    return sorted(context.store.folder.rglob("observation/*.json"))


class TestThePage:
    def test_without_one_it_says_so_in_red(self, client: FlaskClient) -> None:
        for path in ("/", "/backups"):
            assert "There is no checked backup yet." in text(client, path)
            assert "is-late" in client.get(path).get_data(as_text=True)

    @pytest.mark.parametrize(
        ("hours", "age", "late"),
        [(3, "3 hours", False), (47, "2 days", False), (49, "2 days", True)],
    )
    def test_it_says_how_old_the_last_one_is_in_red_after_two_days(
        self, client: FlaskClient, context: Context, hours: int, age: str, late: bool
    ) -> None:
        back_up(context)
        later(context, hours=hours)
        for path in ("/", "/backups"):
            assert f"Last checked backup: {age} ago." in text(client, path)
            assert ("is-late" in client.get(path).get_data(as_text=True)) is late

    def test_it_says_what_it_holds_where_it_lies_and_what_changed_since(
        self, client: FlaskClient, context: Context
    ) -> None:
        back_up(context)
        (made,) = context.backups.iterdir()
        said = text(client, "/backups")
        assert "11 records with 231 events" in said
        assert "Records changed since 0" in said
        assert f"File {made}" in said
        assert "Place On the same disk as the records." in said
        tablet = Tablet(client, study=BUNDLE.study)
        tablet.send(tablet.recorded(2))
        assert "Records changed since 1" in text(client, "/backups")

    def test_another_disk_is_told_from_the_same_one(self, context: Context) -> None:
        assert on_one_disk(context, context.backups / "not" / "there") is True
        assert on_one_disk(context, Path("/dev/shm")) is False
        assert on_one_disk(open_context(context.data, "memory:"), context.backups) is None

    def test_a_file_that_is_gone_is_said_so_and_another_one_is_due(
        self, client: FlaskClient, context: Context
    ) -> None:
        back_up(context)
        assert not due(context)
        next(context.backups.iterdir()).unlink()
        assert "Its file is not there now" in text(client, "/backups")
        assert due(context)

    def test_a_record_that_cannot_be_read_is_named(
        self, client: FlaskClient, context: Context
    ) -> None:
        damaged = stream_files(context)[0]
        damaged.write_bytes(b"x")
        back_up(context)
        said = text(client, "/backups")
        assert f"These could not be read: observation/{damaged.stem}." in said
        assert "10 records with" in said

    def test_why_one_failed_is_said_in_the_readers_language(
        self, client: FlaskClient, context: Context
    ) -> None:
        with pytest.raises(ValueError, match="is a folder"):
            make_backup(context.store, context.schedules, context.data, context.clock.now)
        assert "is a folder; a backup needs the name of a file" in text(client, "/backups")
        assert "is een map" in client.get("/backups?language=nl").get_data(as_text=True)
        back_up(context)
        assert "The last one failed" not in text(client, "/backups")

    def test_one_that_is_being_made_shows_how_far_it_is_and_looks_again_by_itself(
        self, client: FlaskClient, context: Context
    ) -> None:
        work = Work(context.store.registry, context.clock.now)
        work.tell(Step(COMPARED, 0, 7, 3, 3))
        answer = client.get("/backups?language=en")
        assert (
            '<noscript><meta http-equiv="refresh" content="3; url=/backups"></noscript>'
            in answer.text
        )
        assert "Step 3 of 3. Records compared: 0 of 7" in text(client, "/backups")
        assert "Make a backup now" not in text(client, "/backups")
        work.stopped(KeyboardInterrupt())
        assert "data-work" not in client.get("/backups").text

    def test_one_that_is_being_made_can_be_cancelled(
        self, client: FlaskClient, context: Context
    ) -> None:
        work = Work(context.store.registry, context.clock.now)
        assert client.post("/backups/cancelled").location == "/backups?cancelled=1"
        page = text(client, "/backups")
        assert ("It was cancelled." in page, "Make a backup now" in page) == (True, True)
        with pytest.raises(Cancelled):
            work.tell(Step(COMPARED, 0, 7, 3, 3))
        assert not is_due(context.store, context.clock.now())

    def test_a_second_one_is_refused_while_one_is_made(
        self, client: FlaskClient, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[Context] = []
        monkeypatch.setattr("observation.web.backups.begin_backup", begun.append)
        Work(context.store.registry, context.clock.now).tell(Step(COMPARED, 0, 7, 3, 3))
        answer = client.post("/backups?language=en")
        assert (answer.status_code, begun) == (422, [])
        assert "A backup is being made already; wait until it is there." in answer.text
        assert "Records compared: 0 of 7" in answer.text

    def test_one_that_was_killed_is_said_to_have_stopped_until_the_next_is_made(
        self, client: FlaskClient, context: Context
    ) -> None:
        Work(context.store.registry, context.clock.now).tell(Step(COMPARED, 0, 7, 3, 3))
        assert "stopped before its end" not in text(client, "/backups")
        later(context, seconds=STILL.total_seconds())
        page = text(client, "/backups")
        assert "The last one stopped before its end" in page
        assert "Make a backup now" in page
        back_up(context)
        assert "stopped before its end" not in text(client, "/backups")

    def test_while_it_is_made_nobody_is_told_to_make_one(
        self, client: FlaskClient, context: Context
    ) -> None:
        assert "Make one now." in text(client, "/backups")
        Work(context.store.registry, context.clock.now)
        assert "Make one now." not in text(client, "/backups")

    def test_what_is_known_of_backups_may_be_damaged(
        self, client: FlaskClient, context: Context
    ) -> None:
        back_up(context)
        assert context.store.folder
        (context.store.folder / "registry" / "backup.json").write_bytes(b"x")
        for path in ("/", "/backups"):
            assert "registry/backup is damaged" in text(client, path)
        assert "not in backup yet" in text(client, "/")

    def test_what_lives_in_memory_has_no_backup(self, tmp_path: Path) -> None:
        client = create_app(open_context(tmp_path, "memory:")).test_client()
        assert "in the memory of this program only" in text(client, "/backups")

    @pytest.mark.slow
    def test_one_is_made_when_the_button_is_pressed(
        self, client: FlaskClient, context: Context
    ) -> None:
        answer = client.post("/backups")
        assert (answer.status_code, answer.location) == (303, answer.location)
        assert "It is being begun." in client.get(f"{answer.location}&language=en").text
        until(lambda: state(context.store.registry, context.clock.now()).last)
        assert "11 records with 231 events" in text(client, "/backups")
        assert [path.suffix for path in context.backups.iterdir()] == [".gz"]


class TestTheWord:
    def uuid(self, context: Context, number: int = 0) -> str:
        return stream_files(context)[number].stem

    def test_the_study_says_it_of_each_observation(
        self, client: FlaskClient, context: Context
    ) -> None:
        assert text(client, "/").count("○ not in backup yet") == 4
        back_up(context)
        assert text(client, "/").count("✓ in backup") == 4
        tablet = Tablet(client, study=BUNDLE.study)
        tablet.send(tablet.recorded(2))
        assert (text(client, "/").count("✓ in"), text(client, "/").count("○ not in")) == (4, 1)

    def test_an_observation_says_it_until_something_is_added(
        self, client: FlaskClient, context: Context
    ) -> None:
        path = f"/observations/{self.uuid(context)}"
        assert "on the server, not in a checked backup yet" in text(client, path)
        back_up(context)
        assert "on the server, in a checked backup" in text(client, path)
        form = {"_kind": "issue-raised", "_by": "W2", "text": "Why?", "_to": "review",
                "_id": "0190a5b0-0000-7000-8000-0000000000aa"}  # fmt: skip
        assert client.post(f"{path}/events", data=form).status_code == 303
        assert "on the server, not in a checked backup yet" in text(client, path)

    def test_the_kit_says_it_of_the_tablets_own(
        self, client: FlaskClient, context: Context
    ) -> None:
        tablet = Tablet(client, study=BUNDLE.study)
        tablet.send(tablet.recorded(2))

        def said() -> bool:
            found: bool = tablet.get("kit").get_json()["streams"][stream(1)]["backup"]
            return found

        assert said() is False
        back_up(context)
        assert said() is True
        tablet.send(tablet.recorded(3))
        assert said() is False
        later(context, days=1)
        back_up(context)
        assert said() is True
        erased = tablet.recorded(3)[2]["id"]
        context.store.events.erase(BUNDLE.study, stream(1), [erased], "2026-03-14T00:00:00Z")
        assert said() is False

    def test_every_server_says_the_same(self, client: FlaskClient, context: Context) -> None:
        other = create_app(open_context(context.data)).test_client()
        assert "✓ in backup" not in text(other, "/")
        back_up(context)
        assert text(other, "/").count("✓ in backup") == 4
        (file, *_) = stream_files(context)
        study, name = file.parents[1].name, f"observation/{file.stem}"
        receipt = Receipt("2018-04-07T08:00:00.000Z", "test")
        event = next(e for e in BUNDLE.events if e.stream == name)
        context.store.events.append(study, name, [replace(event, id=BUNDLE.study)], receipt)
        later(context, days=1)
        back_up(context)
        assert text(other, "/").count("✓ in backup") == 4


def until(done: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


class TestEveryNight:
    def test_an_empty_store_needs_none(self, tmp_path: Path) -> None:
        assert not due(open_context(tmp_path))

    def test_one_is_due_until_it_is_made_and_again_after_the_next_night(
        self, context: Context
    ) -> None:
        assert due(context)
        back_up(context)
        assert not due(context)
        later(context, days=1)
        assert due(context)

    @pytest.mark.slow
    def test_it_is_made_by_itself_by_one_of_several_servers(self, context: Context) -> None:
        said: list[str] = []
        servers = [Nightly(open_context(context.data), said.append, 0.2) for _ in range(3)]
        for server in servers:
            server.start()
        until(lambda: state(context.store.registry, context.clock.now()).last)
        for server in servers:
            server.stop()
        for server in servers:
            server.join()
        found = state(context.store.registry, context.clock.now())
        assert (found.running, found.failed, said) == (None, "", [])
        assert 1 <= len(list(context.backups.iterdir())) <= len(servers)

    def test_what_goes_wrong_is_said_and_it_is_tried_again(
        self, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[str] = []

        def fails(*_: object) -> None:
            tries.append("try")
            raise OSError(5, "Input/output error")

        said: list[str] = []
        monkeypatch.setattr(nightly, "run_backup", fails)
        server = Nightly(context, said.append, 0.01)
        server.start()
        until(lambda: len(tries) > 2)
        server.stop()
        server.join()
        assert said[0] == "No backup: [Errno 5] Input/output error"

    def test_it_gives_way_to_all_others(
        self, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, seen = tmp_path / "program", tmp_path / "seen"
        program.write_text(f'#!/bin/sh\nsleep 0.3\necho "$(nice) $OBSERVATION_DATA $*" > {seen}\n')
        program.chmod(0o700)
        monkeypatch.setattr(beside.sys, "executable", str(program))
        monkeypatch.setattr(beside, "give_way", GIVE_WAY)
        nightly.run_backup(context)
        assert seen.read_text() == f"19 {context.data} -m observation backup\n"

    def test_the_password_of_a_database_stands_on_no_command_line(
        self, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, seen = tmp_path / "program", tmp_path / "seen"
        program.write_text(f'#!/bin/sh\necho "$* / $OBSERVATION_STORE" > {seen}\n')
        program.chmod(0o700)
        monkeypatch.setattr(beside.sys, "executable", str(program))
        nightly.run_backup(replace(context, url="postgresql://user:secret@host/name"))
        words, _, url = seen.read_text().partition(" / ")
        assert ("secret" in words, "secret" in url) == (False, True)


@pytest.mark.parametrize(
    ("language", "size", "shown"),
    [
        ("nl", 11_600, "11,6 kB"),
        ("en", 11_600, "11.6 kB"),
        ("nl", 2_000_000, "2 MB"),
        ("en", 999, "999 byte"),
        ("nl", 5_250_000_000_000, "5.250 GB"),
    ],
)
def test_the_size_of_a_file_is_written_as_the_language_does(
    tmp_path: Path, language: str, size: int, shown: str
) -> None:
    app = create_app(open_context(tmp_path, "memory:"))
    with app.test_request_context(f"/?language={language}"):
        assert file_size(size) == shown
