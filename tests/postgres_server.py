"""A real PostgreSQL server that the tests start themselves, in a folder of its own, not as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from tests.system_packages import postgresql

OWNER = "postgres"  # of the folder and the processes, where the tests run as root
# An acknowledgement must wait for the disk whatever the server's default says.
SETTINGS = {"synchronous_commit": "off", "wal_writer_delay": "10s", "max_connections": "400"}
MEMORY, ROOM = Path("/dev/shm"), 2 * 2**30  # bytes: what is killed here is processes, not machines
USER = DATABASE = "observation"


class PostgresServer:
    """A running server that answers on a socket in its folder; each `url` is an empty store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        programs = postgresql()
        assert programs, "run python tests/system_packages.py"
        self._programs = programs
        self._run("initdb", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", OWNER)
        lines = {**SETTINGS, "listen_addresses": "''", "unix_socket_directories": f"'{folder}'"}
        with open(folder / "data" / "postgresql.conf", "a") as settings:
            settings.writelines(f"{name} = {value}\n" for name, value in lines.items())
        self.start()
        self.sql(f"CREATE ROLE {USER} LOGIN", "postgres")
        self.sql(f"CREATE DATABASE {DATABASE} OWNER {USER}", "postgres")

    def start(self, *options: str) -> None:
        """Start it, perhaps with options of the server, and wait until it answers."""
        more = ["-o", " ".join(options)] if options else []
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", log, *more)

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is what a crash of the server is."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode)

    def url(self, database: str = DATABASE, user: str = USER) -> str:
        """Return the URL of a new store: a schema of its own."""
        schema = f"s{next(self._numbers)}"
        self.sql(f"CREATE SCHEMA {schema} AUTHORIZATION {USER}", database)
        return f"{self.address(database, user)}&options=-csearch_path%3D{schema}"

    def address(self, database: str = DATABASE, user: str = USER) -> str:
        """Return the URL of a database without a schema of its own."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def sql(self, statement: str, database: str = DATABASE) -> list[tuple[object, ...]]:
        """Run a statement as the server's administrator and return what it gives."""
        with psycopg.connect(self.address(database, OWNER), autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[call-overload]
            while done.nextset():
                pass
            return done.fetchall() if done.description else []

    def backends(self, user: str = USER) -> list[int]:
        """Return the processes that serve the program's connections."""
        rows = self.sql(f"SELECT pid FROM pg_stat_activity WHERE usename = '{user}'")
        return [int(str(pid)) for (pid,) in rows]

    def answering(self) -> PostgresServer:
        """Return the server once it answers again."""
        end = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1")
                return self
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self.folder / "data"), *arguments]
        user = OWNER if os.geteuid() == 0 else None
        subprocess.run(command, user=user, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a new folder; it is gone afterwards."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    # Short, since a socket's path has to be.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=MEMORY if in_memory else None))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    try:
        server = PostgresServer(folder)
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test stopped it
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
