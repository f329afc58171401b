"""What several tests of pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from outreach_results.store.engine import Store, open_store
from support.databases import sqlite_url


@pytest.fixture
def store(tmp_path: Path, use_database: Callable[[str], None]) -> Iterator[Store]:
    """An empty database, which the pages show."""
    url = sqlite_url(tmp_path / "own.db")
    use_database(url)
    with closing(open_store(url)) as opened:
        yield opened
