"""Where all tables are registered, and how each is made."""

from typing import Any

from sqlalchemy import MetaData, Table

metadata = MetaData()


def table(name: str, *items: Any) -> Table:
    # WITHOUT ROWID clusters SQLite's rows by the key, so that a campaign's rows lie side by side.
    return Table(name, metadata, *items, sqlite_with_rowid=False)
