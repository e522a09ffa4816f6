"""Events and registry in a PostgreSQL database: a row an event, a row a stream, which its writers lock.

What a stream becomes is decided where every backend decides it (`log.py`), from the rows of the
events that come in: so a save looks at a few rows, however long the stream is. No statement
reads or writes across studies.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from observation.core.errors import N_
from observation.core.events import Event, is_uuid, stream_kind

from . import Damaged, Log, OtherStudy, Outcome, Receipt, Store
from .database import Database, Session
from .documents import documents_of, read_log
from .log import (
    WITH_CONTENT,
    check_names,
    closing_id,
    extended,
    is_closed,
    open_only,
    outcome_of,
    united,
    with_shells,
)
from .looking import once
from .postgresregistry import PostgresRegistry, RestoredRegistry
from .tables import ALTERED, TABLES, hash_of, prepare


def open_postgres(url: str) -> Store:
    """Open the store in a database, its tables made or upgraded; raise Refused if it is newer."""
    database = Database(url)
    database.first(prepare)

    @contextmanager
    def restoring() -> Iterator[Store]:
        with database.alone() as session:
            events, registry = RestoredEvents(session), RestoredRegistry(session)
            yield Store(events, registry, restoring, place=database.place)

    events, registry = PostgresEvents(database), PostgresRegistry(database)
    return Store(events, registry, restoring, place=database.place)


class PostgresEvents:
    """EventStore in the tables `streams` and `events`. Readers see what is committed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(
        self, study: str, stream: str, events: Iterable[Event], receipt: Receipt
    ) -> list[Outcome]:
        check_names(study, stream)
        events = list(events)

        def work(connection: Connection[Any]) -> list[Outcome]:
            mine = self._own(connection, study, stream)
            before = mine.log({event.id for event in events})
            after, outcomes = extended(before, events, receipt)
            mine.keep(before, after)
            return list(outcomes)

        return self._session.write(work)

    def compose(
        self, study: str, stream: str, make: Callable[[Log], Sequence[Event]], receipt: Receipt
    ) -> list[Event]:
        check_names(study, stream)
        made: list[Event] | None = None

        def work(connection: Connection[Any]) -> list[Event]:
            nonlocal made
            mine = self._own(connection, study, stream)
            before = mine.log()
            if made is None or not all(outcome_of(before, event) for event in made):
                # Else the connection was lost while it was committed: what was made is there.
                made = open_only(before, make(before))
            mine.keep(before, extended(before, made, receipt)[0])
            return made

        return self._session.write(work)

    def merge(self, study: str, log: Log) -> None:
        check_names(study, log.stream)
        ids = {item.event.id for item in log.kept} | {shell.id for shell in log.shells}

        def work(connection: Connection[Any]) -> None:
            mine = self._own(connection, study, log.stream)
            before = mine.log(None if is_closed(log) else ids)
            mine.keep(before, united(before, log))

        self._session.write(work)

    def erase(self, study: str, stream: str, ids: Iterable[str] | None, erased: str) -> None:
        check_names(study, stream)
        ids = None if ids is None else set(ids)

        def work(connection: Connection[Any]) -> None:
            mine = _Stream(connection, study, stream)
            if mine.lock():
                if ids is None:
                    mine.forget_damage()
                before = mine.log(ids)
                mine.keep(before, with_shells(before, ids, erased))

        self._session.write(work)

    def forget(self, study: str, stream: str, may: Callable[[Log], bool]) -> bool:
        check_names(study, stream)

        def work(connection: Connection[Any]) -> bool:
            mine = _Stream(connection, study, stream)
            if mine.lock():
                if not may(mine.log()):
                    return False
                mine.forget()
            return True

        return self._session.write(work)

    def clean(self) -> bool:
        def work(connection: Connection[Any]) -> None:
            for kind in WITH_CONTENT:
                connection.execute(
                    "DELETE FROM damaged WHERE starts_with(place, %s)", [f"registry/{kind}/"]
                )

        self._session.write(work)
        return self._session.rewrite(TABLES)

    def read(self, study: str, stream: str) -> Log:
        check_names(study, stream)
        found = self._session.rows(
            """
            SELECT documents, id, document, sha256
            FROM streams LEFT JOIN events USING (stream) WHERE stream = %s AND study = %s
            """,
            [stream, study],
        )
        rows = [(id, document, hash) for _, id, document, hash in found if id is not None]
        sound, altered = _told_apart(rows, study, stream)
        if altered:
            raise Damaged(stream, ALTERED)
        if found and found[0][0] != len(rows):
            raise Damaged(stream, N_("the number of its documents is wrong"))
        return _log(stream, sound)

    def versions(self, study: str) -> dict[str, str]:
        check_names(study)
        query = "SELECT stream, version FROM streams WHERE study = %s ORDER BY stream"
        return once(self, study, lambda: dict(self._session.rows(query, [study])))

    def studies(self) -> list[str]:
        # From each study to the next by the index, since DISTINCT would look at every stream.
        found = self._session.rows(
            """
            WITH RECURSIVE found AS (
              (SELECT study FROM streams ORDER BY study LIMIT 1)
              UNION ALL
              SELECT (SELECT study FROM streams WHERE study > found.study ORDER BY study LIMIT 1)
              FROM found WHERE found.study IS NOT NULL
            )
            SELECT study FROM found WHERE study IS NOT NULL
            """
        )
        return [study for (study,) in found]

    def study_of(self, stream: str) -> str | None:
        stream_kind(stream)
        found = self._session.rows("SELECT study FROM streams WHERE stream = %s", [stream])
        return found[0][0] if found else None

    def _own(self, connection: Connection[Any], study: str, stream: str) -> _Stream:
        mine = _Stream(connection, study, stream)
        mine.own()
        return mine


class RestoredEvents(PostgresEvents):
    """The events of a store as they will be: damaged rows of a stream that is written make room."""

    def read(self, study: str, stream: str) -> Log:
        check_names(study, stream)
        query = (
            "SELECT id, document, sha256 FROM streams JOIN events USING (stream)"
            " WHERE stream = %s AND study = %s"
        )
        rows = self._session.rows(query, [stream, study])
        return _log(stream, _told_apart(rows, study, stream)[0])

    def _own(self, connection: Connection[Any], study: str, stream: str) -> _Stream:
        mine = super()._own(connection, study, stream)
        mine.set_damage_aside()
        return mine


class _Stream:
    """A stream within a transaction whose writer holds it."""

    def __init__(self, connection: Connection[Any], study: str, stream: str) -> None:
        self._connection, self._study, self._stream = connection, study, stream

    def lock(self) -> bool:
        """Hold the stream until the transaction ends; return False when there is none in the study."""
        return self._holder() == self._study

    def own(self) -> None:
        """Hold the stream, made for the study where there is none; raise OtherStudy."""
        if self._holder() is None:
            # Who makes it at the same time comes first, and is waited for.
            self._connection.execute(
                "INSERT INTO streams VALUES (%s, %s, '', 0) ON CONFLICT DO NOTHING",
                [self._stream, self._study],
            )
        if not self.lock():
            raise OtherStudy(self._stream)

    def log(self, ids: Collection[str] | None = None) -> Log:
        """Return what stands under these ids, or all that there is; raise Damaged."""
        if ids is None:
            rows = self._rows()
        else:
            wanted = {*ids, closing_id(self._stream)}
            rows = self._rows("AND id = ANY(%s)", [[id for id in wanted if is_uuid(id)]])
        sound, altered = _told_apart(rows, self._study, self._stream)
        if altered:
            raise Damaged(self._stream, ALTERED)
        return _log(self._stream, sound)

    def keep(self, before: Log, after: Log) -> None:
        """Write what became of the events that were looked at; all other rows stay as they are."""
        if after != before:
            was, becomes = documents_of(before), documents_of(after)
            self._insert({id: text for id, text in becomes.items() if id not in was})
            self._update({id: text for id, text in becomes.items() if was.get(id, text) != text})
            self._connection.execute(
                "UPDATE streams SET version = %s, documents = documents + %s WHERE stream = %s",
                [secrets.token_hex(8), len(becomes) - len(was), self._stream],
            )
        elif not (before.kept or before.shells):  # no events make no stream
            self._connection.execute(
                "DELETE FROM streams WHERE stream = %s AND documents = 0", [self._stream]
            )

    def set_damage_aside(self) -> None:
        """Let what is damaged here be as if it were not; it lies in the table `damaged` from now on."""
        sound, altered = _told_apart(self._rows(), self._study, self._stream)
        if altered:
            self._connection.execute(
                """
                WITH gone AS (
                  DELETE FROM events WHERE stream = %s AND id = ANY(%s)
                  RETURNING stream, id, document, sha256
                )
                INSERT INTO damaged SELECT stream || '/' || id, document, sha256 FROM gone
                """,
                [self._stream, altered],
            )
        self._connection.execute(
            "UPDATE streams SET version = %s, documents = %s WHERE stream = %s AND documents != %s",
            [secrets.token_hex(8), len(sound), self._stream, len(sound)],
        )

    def forget(self) -> None:
        """Leave nothing of the stream; whoever waits for it makes it anew."""
        self.forget_damage()
        for table in ("events", "streams"):
            self._connection.execute(f"DELETE FROM {table} WHERE stream = %s", [self._stream])

    def forget_damage(self) -> None:
        """Leave nothing of what a restore found damaged here."""
        self._connection.execute(
            "DELETE FROM damaged WHERE starts_with(place, %s)", [f"{self._stream}/"]
        )

    def _holder(self) -> str | None:
        query = "SELECT study FROM streams WHERE stream = %s FOR UPDATE"
        found = self._connection.execute(query, [self._stream]).fetchone()
        return found[0] if found else None

    def _rows(self, more: str = "", values: Sequence[Any] = ()) -> list[tuple[str, str, bytes]]:
        query = f"SELECT id, document, sha256 FROM events WHERE stream = %s {more}"
        return self._connection.execute(query, [self._stream, *values]).fetchall()

    def _insert(self, documents: Mapping[str, str]) -> None:
        self._write(
            """
            INSERT INTO events
            SELECT %s::text, * FROM unnest(%b::text[], %b::text[], %b::bytea[])
            ON CONFLICT DO NOTHING
            """,
            documents,
        )

    def _update(self, documents: Mapping[str, str]) -> None:
        self._write(
            """
            UPDATE events SET document = new.document, sha256 = new.sha256
            FROM (SELECT %s::text AS stream,
                         unnest(%b::text[]) AS id, unnest(%b::text[]) AS document,
                         unnest(%b::bytea[]) AS sha256) AS new
            WHERE events.stream = new.stream AND events.id = new.id
            """,
            documents,
        )

    def _write(self, query: str, documents: Mapping[str, str]) -> None:
        if documents:
            rows = documents.items()
            hashes = [hash_of(self._study, self._stream, id, text) for id, text in rows]
            values = [self._stream, list(documents), list(documents.values()), hashes]
            self._connection.execute(query, values)


def _told_apart(
    rows: Iterable[tuple[str, str, bytes]], study: str, stream: str
) -> tuple[dict[str, str], list[str]]:
    """Return the documents whose hash is that of what was written, by id, and the ids of the others."""
    sound, altered = {}, []
    for id, document, hash in rows:
        if hash_of(study, stream, id, document) == hash:
            sound[id] = document
        else:
            altered.append(id)
    return sound, altered


def _log(stream: str, documents: Mapping[str, str]) -> Log:
    values = json.loads(f"[{','.join(documents.values())}]")
    return read_log(stream, dict(zip(documents, values, strict=True)))
