"""Connections to a PostgreSQL server, whose errors become those that every store has.

A full disk and one that fails are an OSError, as of files. A server that does not answer is
Unavailable: nothing can be said of any record then.
"""

from __future__ import annotations

import errno
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import (
    AdminShutdown,
    CrashShutdown,
    DataCorrupted,
    DiskFull,
    IndexCorrupted,
    IoError,
    LockNotAvailable,
    ReadOnlySqlTransaction,
)
from psycopg_pool import ConnectionPool, PoolTimeout

from observation.core.errors import N_, Refused

from . import Unavailable

CONNECTIONS = 16  # of a process at most; each thread uses one
WAIT = 5.0  # seconds for a connection: a server that is started again needs less
TRIES = 3
PATIENCE = 10_000  # ms for a table that is to be rewritten
# Where the URL says nothing else. A server that vanished is noticed in seconds (ms: tcp_user_timeout).
DEFAULTS: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,
    "application_name": "observation",
}
# Asked of each connection: an acknowledgement that does not wait for the disk is none.
DURABLE = """
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""
ERRNO = {
    DiskFull: errno.ENOSPC,
    IoError: errno.EIO,
    DataCorrupted: errno.EIO,
    IndexCorrupted: errno.EIO,
    ReadOnlySqlTransaction: errno.EROFS,
}

Rows = list[tuple[Any, ...]]
T = TypeVar("T")


class Session(Protocol):
    """Where statements are run: a database, or one transaction in it."""

    def rows(self, query: str, values: Sequence[Any] = ()) -> Rows:
        """Return what a statement that only reads finds."""

    def write(self, work: Callable[[Connection[Any]], T], again: bool = True) -> T:
        """Do the work in a transaction and return its result once that is durable.

        The work may be done twice where the connection was lost before the end, and with `again`
        also when nobody knows whether it was at the end.
        """

    def rewrite(self, tables: Sequence[str]) -> bool:
        """Leave nothing in these tables' files but what they hold; return whether that was possible now."""


class Database:
    """The database at a URL; any number of threads. Raises Unavailable and OSError."""

    def __init__(self, url: str) -> None:
        self._conninfo = _conninfo(url)
        self._held = threading.local()
        self._pool = ConnectionPool(
            self._conninfo,
            min_size=0,
            max_size=CONNECTIONS,
            timeout=WAIT,
            reconnect_timeout=WAIT,
            kwargs={"autocommit": True},
            configure=_configure,
            name="observation",
            open=True,
        )
        # Else a thread of the pool may be the last to know it, and cannot wait for itself to end.
        weakref.finalize(self, self._pool.close).atexit = False

    @property
    def place(self) -> str:
        """Where it is, for people: without the name and the password of whoever signs in."""
        parts = conninfo_to_dict(self._conninfo)
        host, port = parts.get("host") or "", parts.get("port")
        return f"postgresql://{host}{f':{port}' if port else ''}/{parts.get('dbname') or ''}"

    def first(self, work: Callable[[Connection[Any]], None]) -> None:
        """Do the work on a connection of its own, without a second try."""
        try:
            with psycopg.connect(self._conninfo, autocommit=True) as connection:
                work(connection)
        except psycopg.Error as error:
            raise _meant(error) from error

    def rows(self, query: str, values: Sequence[Any] = ()) -> Rows:
        if held := getattr(self._held, "connection", None):
            # Within `write`: what its work reads needs no second connection to wait for.
            return Transaction(held).rows(query, values)
        return self._tried(lambda connection: Transaction(connection).rows(query, values))

    def write(self, work: Callable[[Connection[Any]], T], again: bool = True) -> T:
        def act(connection: Connection[Any]) -> T:
            with self._transaction(connection, again):
                return work(connection)

        return self._tried(act)

    def rewrite(self, tables: Sequence[str]) -> bool:
        def act(connection: Connection[Any]) -> bool:
            try:
                # Whoever reads or writes meanwhile waits, so this must not wait for long.
                connection.execute(f"SET lock_timeout = {PATIENCE}")
                for table in tables:
                    # ANALYZE, since what the planner knows of a column are values of it.
                    connection.execute(f"VACUUM (FULL, ANALYZE) {table}")
            except LockNotAvailable:
                return False
            finally:
                connection.execute("RESET lock_timeout")
            return True

        return self._tried(act)

    @contextmanager
    def alone(self) -> Iterator[Transaction]:
        """Give a transaction; other writers wait for its end and readers see what was before it."""
        try:
            with self._connection() as connection, self._transaction(connection, again=False):
                connection.execute("LOCK TABLE streams, events, registry IN EXCLUSIVE MODE")
                yield Transaction(connection)
        except psycopg.Error as error:
            raise _meant(error) from error

    @contextmanager
    def _transaction(self, connection: Connection[Any], again: bool) -> Iterator[None]:
        """Commit what the block does, or nothing of it when it raises."""
        connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        self._held.connection = connection
        try:
            yield
        except BaseException:
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
            raise
        finally:
            self._held.connection = None
        try:
            connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            if again:
                raise
            raise _meant(error) from error  # nobody knows: not to be tried again

    def _tried(self, act: Callable[[Connection[Any]], T]) -> T:
        for left in reversed(range(TRIES)):
            try:
                with self._connection() as connection:
                    return act(connection)
            except psycopg.Error as error:
                if not (left and _is_passing(error)):
                    raise _meant(error) from error
                with suppress(psycopg.Error):
                    self._pool.check()  # the others may have been lost with it
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        connection = self._pool.getconn()
        try:
            yield connection
        finally:
            self._pool.putconn(connection)


class Transaction:
    """A transaction that goes on: all that is written in it is there at its end, or nothing."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def rows(self, query: str, values: Sequence[Any] = ()) -> Rows:
        return self._connection.execute(query, values).fetchall()

    def write(self, work: Callable[[Connection[Any]], T], again: bool = True) -> T:
        return work(self._connection)

    def rewrite(self, tables: Sequence[str]) -> bool:
        return False  # of what is not committed yet


def _conninfo(url: str) -> str:
    try:
        return make_conninfo(**(DEFAULTS | conninfo_to_dict(url)))
    except psycopg.Error:  # whose words may hold the password
        raise Refused(
            N_(
                "The address of the database cannot be read; write %(form)s, and an @ within a name or password as %(at)s."
            ),
            form="postgresql://USER@HOST/DATABASE",
            at="%40",
        ) from None


def _configure(connection: Connection[Any]) -> None:
    connection.execute(DURABLE)


def _is_passing(error: psycopg.Error) -> bool:
    """Return whether the same may succeed at once on another connection."""
    if isinstance(error, PoolTimeout):
        return False
    state = error.sqlstate or "08"  # without one the connection itself was lost
    lost = isinstance(error, (AdminShutdown, CrashShutdown)) or state[:2] in ("08", "40")
    return lost and isinstance(error, psycopg.OperationalError)


def _meant(error: psycopg.Error) -> Unavailable | OSError:
    reason = error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__
    for kind, number in ERRNO.items():
        if isinstance(error, kind):
            return OSError(number, os.strerror(number) if number == errno.ENOSPC else reason)
    return Unavailable(reason)
