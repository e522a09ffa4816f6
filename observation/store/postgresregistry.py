"""The registry in a PostgreSQL database: a row a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from . import Changed, Damaged
from .database import Session
from .tables import ALTERED, hash_of


class PostgresRegistry:
    """Registry in the table `registry`. Keys are kept as JSON, so in ASCII, whatever was typed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, kind: str, key: str) -> tuple[Any, int] | None:
        name = json.dumps(key)
        query = "SELECT value, version, sha256 FROM registry WHERE kind = %s AND key = %s"
        for text, version, hash in self._session.rows(query, [kind, name]):
            return _read(kind, name, text, hash), version
        return None

    def put(self, kind: str, key: str, value: Any, version: int | None) -> int:
        name, text = json.dumps(key), json.dumps(value, allow_nan=False)
        row = [text, hash_of(kind, name, text), kind, name]

        def work(connection: Connection[Any]) -> int:
            if version is None:
                done = connection.execute(
                    "INSERT INTO registry (value, sha256, kind, key, version)"
                    " VALUES (%s, %s, %s, %s, 1) ON CONFLICT DO NOTHING",
                    row,
                )
            else:
                done = connection.execute(
                    "UPDATE registry SET value = %s, sha256 = %s, version = version + 1"
                    " WHERE kind = %s AND key = %s AND version = %s",
                    [*row, version],
                )
            if not done.rowcount:
                raise Changed(kind, key)
            return (version or 0) + 1

        # A second time could not tell its own value from somebody else's.
        return self._session.write(work, again=False)

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        texts = {json.dumps(k): json.dumps(value, allow_nan=False) for k, value in values.items()}
        hashes = [hash_of(kind, name, text) for name, text in texts.items()]

        def work(connection: Connection[Any]) -> None:
            connection.execute(
                """
                INSERT INTO registry (kind, key, value, sha256, version)
                SELECT %s::text, *, 1 FROM unnest(%b::text[], %b::text[], %b::bytea[])
                ON CONFLICT DO NOTHING
                """,
                [kind, list(texts), list(texts.values()), hashes],
            )

        self._session.write(work)

    def delete(self, kind: str, *keys: str) -> None:
        values = [kind, list(map(json.dumps, keys))]

        def work(connection: Connection[Any]) -> None:
            connection.execute("DELETE FROM registry WHERE kind = %s AND key = ANY(%s)", values)

        self._session.write(work)

    def forget(self, kind: str) -> None:
        def work(connection: Connection[Any]) -> None:
            connection.execute("DELETE FROM registry WHERE kind = %s", [kind])

        self._session.write(work)

    def list(self, kind: str) -> dict[str, Any]:
        rows = self._session.rows(ALL, [kind])
        found = {json.loads(name): _read(kind, name, text, hash) for name, text, hash in rows}
        return dict(sorted(found.items()))

    def kinds(self) -> tuple[str, ...]:
        rows = self._session.rows("SELECT DISTINCT kind FROM registry")
        return tuple(sorted(kind for (kind,) in rows))


class RestoredRegistry(PostgresRegistry):
    """The registry of a store as it will be: damaged values of a kind that is used make room."""

    def get(self, kind: str, key: str) -> tuple[Any, int] | None:
        self._set_damage_aside(kind)
        return super().get(kind, key)

    def put(self, kind: str, key: str, value: Any, version: int | None) -> int:
        self._set_damage_aside(kind)
        return super().put(kind, key, value, version)

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        self._set_damage_aside(kind)
        super().add(kind, values)

    def list(self, kind: str) -> dict[str, Any]:
        self._set_damage_aside(kind)
        return super().list(kind)

    def _set_damage_aside(self, kind: str) -> None:
        rows = self._session.rows(ALL, [kind])
        altered = [name for name, text, hash in rows if hash_of(kind, name, text) != hash]

        def work(connection: Connection[Any]) -> None:
            connection.execute(
                """
                WITH gone AS (
                  DELETE FROM registry WHERE kind = %s AND key = ANY(%s)
                  RETURNING kind, key, value, sha256
                )
                INSERT INTO damaged SELECT 'registry/' || kind || '/' || key, value, sha256 FROM gone
                """,
                [kind, altered],
            )

        if altered:
            self._session.write(work)


ALL = "SELECT key, value, sha256 FROM registry WHERE kind = %s"


def _read(kind: str, name: str, text: str, hash: bytes) -> Any:
    if hash_of(kind, name, text) != hash:
        raise Damaged(f"registry/{kind}", ALTERED)
    return json.loads(text)
