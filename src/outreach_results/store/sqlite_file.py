"""The file of a SQLite database: whether it is ours, and whether it is still the one that was opened.

SQLite goes on reading and writing a file that was deleted or replaced, and creates a missing one: answers would be of
yesterday, and what is written would be lost.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.exc import DisconnectionError

from outreach_results.errors import StoreError

OUR_TABLES = frozenset({"alembic_version", "campaigns", "meta"})
"""Tables that every version of this product has."""

_IDENTITY, _OPENED = "outreach_file", "outreach_opened"

_Identity = tuple[int, int]
"""The device and the number of a file there."""


class SqliteFile:
    """Checks the file at each use of a connection; nothing is checked before `opened`."""

    _all: ClassVar[WeakSet[SqliteFile]] = WeakSet()
    _all_lock: ClassVar[Lock] = Lock()

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._is_writable = _is_writable(path)
        self._times_closed = 0
        self._revision: str | None = None
        self._known: _Identity | None = None
        self._known_logs: dict[Path, _Identity | None] = {}
        event.listen(engine, "do_connect", self._before_connecting)
        event.listen(engine, "connect", self._remember)
        event.listen(engine, "checkout", self._check_is_same)
        event.listen(engine, "checkin", self._remember_logs)
        with SqliteFile._all_lock:
            SqliteFile._all.add(self)

    def opened(self, revision: str) -> None:
        """From now on the file has to be there, with tables of this revision."""
        self._revision = revision
        self._known = _identity(self._path)

    def notice_rights(self) -> None:
        """Before a connection is asked for: have all of this process opened anew once the right to write has changed.

        One that was opened while the file could only be read never writes, not even once it may; and as long as it is
        open, each that is opened beside it shares how the log was opened.
        """
        if self._is_writable == (now := _is_writable(self._path)):
            return
        with SqliteFile._all_lock:
            of_file = [one for one in SqliteFile._all if one._path == self._path]
        for one in of_file:
            one._is_writable = now
            one._times_closed += 1
            one._engine.dispose()  # those that are in use follow when they are given back

    def _before_connecting(self, *_connect: Any) -> None:
        self._check_is_there()
        now = _identity(self._path)
        if self._revision is not None and now != self._known:
            self._delete_stale_logs()
            self._known = now

    def _delete_stale_logs(self) -> None:
        """Delete the write-ahead log of the file that was replaced: SQLite would apply it to the new one."""
        for path, known in self._known_logs.items():
            if known is not None and _identity(path) == known:
                path.unlink(missing_ok=True)

    def _remember_logs(self, _connection: sqlite3.Connection | None, record: Any) -> None:
        if record.info.get(_OPENED) != self._times_closed:
            record.invalidate()
        if record.info.get(_IDENTITY) == _identity(self._path):
            self._known_logs = {path: _identity(path) for path in _logs(self._path)}

    def _check_is_there(self) -> None:
        if self._revision is not None and not self._path.exists():
            raise StoreError(
                f"The database file {self._path} was deleted or moved while it was in use. Put it back, or restart the "
                "program to begin with an empty one."
            )

    def _remember(self, connection: sqlite3.Connection, record: Any) -> None:
        record.info[_IDENTITY] = _identity(self._path)
        record.info[_OPENED] = self._times_closed
        if self._revision is not None and _revision(connection) != self._revision:
            raise StoreError(
                f"The database file {self._path} was replaced by one of another version or program. Put the right "
                "file back, or restart the program to open this one."
            )

    def _check_is_same(self, _connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        self._check_is_there()
        if record.info.get(_IDENTITY) != _identity(self._path):
            raise DisconnectionError  # the pool closes the connection, and opens one to the file that is there now


def refuse_foreign(connection: Connection) -> None:
    """Check that a SQLite database is empty or ours.

    Raises:
        StoreError: it has tables of something else.
    """
    tables = set(inspect(connection).get_table_names())
    if tables and not tables >= OUR_TABLES:
        raise StoreError(
            f"This SQLite database belongs to another program: it holds {', '.join(sorted(tables)[:3])}. Nothing was "
            "changed. Name another file in OUTREACH_DATABASE_URL; a new one is created."
        )


READERS_AWAITED_S = 5.0
"""Seconds that a rewrite waits for those who read what was there before."""


def rewrite(path: Path) -> bool:
    """Write the file anew without what was deleted, and empty its log; whether the log could be emptied.

    Raises:
        StoreError: somebody else writes to it for long, or the disk is full. The file is as before.
    """
    # A connection of its own: the others keep what is temporary in memory, which a whole database would not fit into.
    try:
        with closing(sqlite3.connect(path, timeout=READERS_AWAITED_S, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"The change was made, but its traces could not be erased from {path}: {error}. Run the command again."
        ) from error


def next_step_for(reason: str) -> str | None:
    """What to do about an error of a database that concerns its file or disk; None for any other."""
    if "disk is full" in reason or "No space left on device" in reason:
        return (
            "The disk of the database is full, so nothing of this was saved. Make room on it, then try again; "
            "what was saved before is all there."
        )
    if "readonly database" in reason or "read-only" in reason:
        return (
            "The database may only be read, so nothing of this was saved. Make its file and folder writable for the "
            "user who runs the program, or let the database user write, then try again."
        )
    if "disk I/O error" in reason:
        return (
            "The disk cannot read or write the database (disk I/O error), so nothing of this was saved. Check the room "
            "on the disk, a limit of the size of files, and the health of the disk, then try again."
        )
    if "malformed" in reason:
        return (
            f"The database file is damaged ({reason}). Stop the program and put a backup in its place "
            "(outreach-results restore FILE --replace), or save what can be read: sqlite3 OLD .recover | sqlite3 NEW"
        )
    if "not a database" in reason:
        return (
            "The file that OUTREACH_DATABASE_URL names isn't a SQLite database. Nothing was changed. "
            "Name another file; a new one is created."
        )
    return None


def _identity(path: Path) -> _Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _logs(path: Path) -> list[Path]:
    """The files that SQLite keeps beside a database while it is open."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm")]


def _is_writable(path: Path) -> bool:
    """Whether the file, the folder and the files beside it may be written, as far as the system says."""
    return all(os.access(one, os.W_OK) for one in (path.parent, path, *filter(Path.exists, _logs(path))))


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:  # there is no such table
        return None
    return None if row is None else str(row[0])
