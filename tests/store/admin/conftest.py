"""Databases with something in every table."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach_results.store.engine import Store, open_store
from support.databases import sqlite_url
from support.filled import fill
from support.postgres import Postgres, name_of


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(sqlite_url(path))
    fill(store)
    store.close()
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres: Postgres, postgres_template: str) -> str:
    url = postgres.create(postgres_template)
    store = open_store(url)
    fill(store)
    store.close()
    return name_of(url)


@pytest.fixture
def make_filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Opens a database of that kind with something in every table."""
    opened: list[Store] = []

    def make(kind: str) -> Store:
        if kind == "sqlite":
            url = sqlite_url(shutil.copyfile(request.getfixturevalue("filled_file"), tmp_path / "source.db"))
        else:
            url = request.getfixturevalue("postgres").create(request.getfixturevalue("filled_postgres"))
        opened.append(open_store(url))
        return opened[-1]

    yield make
    for store in opened:
        store.close()
