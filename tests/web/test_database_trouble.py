"""A database that is away or full: a sentence and the status for it, and then all goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.store import database
from tests.postgres_server import PostgresServer, postgres_server
from tests.web.tablet import Tablet, app_at, body, outcomes

pytestmark = pytest.mark.slow


def test_while_it_is_away_pages_and_tablets_are_told_so_and_then_all_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT", 0.5)
    with postgres_server() as server:
        tablet = Tablet(app_at(tmp_path, server.url()).test_client())
        events = tablet.recorded(4)
        tablet.send(events[:2])
        server.stop()
        answer = tablet.post(body(events))
        assert (answer.status_code, "retry" in answer.get_json()) == (503, True)
        assert tablet.get("kit").status_code == 503
        page = tablet.client.get("/?language=en")
        assert page.status_code == 503
        assert "The database does not answer as it should" in page.get_data(as_text=True)
        server.start()
        assert outcomes(tablet.send(events)) == [*["already-kept"] * 2, *["kept"] * 2]
        assert tablet.client.get("/").status_code == 200


def test_when_its_disk_is_full_reading_goes_on(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.url()
    tablet = Tablet(app_at(tmp_path, url).test_client())
    events = tablet.recorded(4)
    tablet.send(events[:2])
    schema = url.rpartition("%3D")[2]
    postgres.sql(
        f"SET search_path = {schema}; CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END$$;"
        "CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION full_disk()"
    )
    answer = tablet.post(body(events))
    assert (answer.status_code, "retry" in answer.get_json()) == (507, True)
    assert tablet.client.get("/").status_code == 200
    assert len(tablet.kept()) == 2
    postgres.sql(f"DROP TRIGGER full_disk ON {schema}.events")
    assert outcomes(tablet.send(events)) == [*["already-kept"] * 2, *["kept"] * 2]
