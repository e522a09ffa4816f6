"""The tables of a PostgreSQL database, made and upgraded by the program; their format has a version."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from psycopg import Connection

from observation.core.errors import N_, Refused

# What brings a database from one format to the next. A step that was released never changes.
# Names sort and compare by their bytes: another collation changes with the machine's libraries.
# A document is ASCII, so that it is the same in a database of any encoding and may hold U+0000.
STEPS = (
    """
    CREATE TABLE format (version integer NOT NULL);
    INSERT INTO format VALUES (0);

    CREATE TABLE streams (
      stream text COLLATE "C" PRIMARY KEY,
      study text COLLATE "C" NOT NULL,
      version text NOT NULL,       -- another one whenever anything of the stream changed
      documents integer NOT NULL   -- how many rows of events are the stream's
    ) WITH (fillfactor = 70);
    CREATE INDEX streams_study ON streams (study, stream);

    CREATE TABLE events (
      stream text COLLATE "C" NOT NULL REFERENCES streams,
      id text COLLATE "C" NOT NULL,
      document text NOT NULL,      -- the event with its conflicts, or its shell
      sha256 bytea NOT NULL,       -- of the row
      PRIMARY KEY (stream, id)
    );

    CREATE TABLE registry (
      kind text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      value text NOT NULL,
      version bigint NOT NULL,
      sha256 bytea NOT NULL,       -- of the row
      PRIMARY KEY (kind, key)
    );

    CREATE TABLE damaged (         -- what a restore found damaged, in whose place it put another
      place text NOT NULL,
      document text NOT NULL,
      sha256 bytea NOT NULL,
      found timestamptz NOT NULL DEFAULT now()
    );
    """,
)
TABLES = ("events", "registry", "streams", "damaged")  # that hold what was recorded
FORMAT = len(STEPS)  # of the database; a newer one is left alone
ONE_AT_A_TIME = 7_301_842_655  # the advisory lock of whoever makes or upgrades tables; any number
ALTERED = N_("its bytes are not those that were written")


def hash_of(*parts: str) -> bytes:
    """Return the SHA-256 that a row carries: of what it says and of where it stands."""
    return sha256("\0".join(parts).encode()).digest()


def prepare(connection: Connection[Any]) -> None:
    """Make the tables where there are none, and bring older ones to this program's format.

    Any number of programs may do so at once. Raises Refused for a newer format, before anything is
    touched, and for a server that does not wait for its disk.
    """
    (row,) = connection.execute("SHOW fsync")
    if row[0] != "on":
        raise Refused(
            N_(
                "The database server does not wait for its disk (fsync = %(value)s), so what it has acknowledged can be lost; set it to on."
            ),
            value=row[0],
        )
    if _format(connection) == FORMAT:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        for step in STEPS[_format(connection) :]:  # another program may have done it meanwhile
            connection.execute(step)
        connection.execute("UPDATE format SET version = %s", [FORMAT])


def _format(connection: Connection[Any]) -> int:
    """Return the format of the tables, 0 where there are none; raise Refused for a newer one."""
    # Asked of the catalogue itself: what a connection remembers of names may be old by now.
    there = connection.execute(
        "SELECT FROM pg_tables WHERE tablename = 'format' AND schemaname = ANY(current_schemas(false))"
    )
    if not there.rowcount:
        return 0
    (row,) = connection.execute("SELECT version FROM format")
    version: int = row[0]
    if version > FORMAT:
        raise Refused(
            N_("%(name)s was written by a newer program than this one; install that."),
            name=connection.info.dbname,
        )
    return version
