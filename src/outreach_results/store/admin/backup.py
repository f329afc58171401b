"""Backups: all that a database holds at one moment, in one SQLite file.

The file is the same for every kind of database, so a backup of PostgreSQL can also be read without a server, and be
restored into SQLite or another version of PostgreSQL; what `pg_dump` writes cannot. SQLite writes it itself, while
people work. Of PostgreSQL, `copy` reads one moment, and compares the file with it by checksums.

Killed at any instant, a backup is complete or not there, and a database is as before its restoring or as after.
Whom the database has forgotten since the backup was made is left out of what is restored.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from dataclasses import replace as replaced
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import delete, text

from outreach_results.errors import ConflictError, StoreBusyError, StoreError
from outreach_results.models.numbers import counted
from outreach_results.store import audit
from outreach_results.store.admin import canonical
from outreach_results.store.admin.copy import (
    BY_CAMPAIGN,
    WHOLE,
    OnProgress,
    append,
    copy,
    filled_table,
    pages,
)
from outreach_results.store.admin.forgotten_since import (
    check_nobody_new,
    forgotten_in_database,
    forgotten_rows,
    leave_out,
)
from outreach_results.store.admin.verify import COPY_STATE, compared_rows, verify
from outreach_results.store.column_types import is_sqlite
from outreach_results.store.engine import BUSY_TIMEOUT_MS, Store, engine_for, open_store
from outreach_results.store.schema import campaigns, emails, meta, metadata, replies, sync_sources
from outreach_results.store.sqlite_file import OUR_TABLES, next_step_for

_LEASE = "sync_lease"
_BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to the name of a file for those that belong to it."""


@dataclass(frozen=True, slots=True)
class BackupContent:
    """What is in a backup."""

    campaigns: int
    emails: int
    replies: int
    accounts: int  # connected ones, whose keys are encrypted with what is not in it
    left_out: int | None = 0  # people forgotten since, when it was restored; None: the database could not say who

    def sentence(self) -> str:
        """The numbers, to go into a sentence."""
        campaigns, emails = counted(self.campaigns, "campaign"), counted(self.emails, "email")
        return f"{campaigns}, {emails} and {counted(self.replies, 'reply')}"


def backup(
    store: Store, file: Path, *, replace: bool = False, on_progress: OnProgress = lambda _doing, _rows: None
) -> BackupContent:
    """Write all that the database holds at this moment to ``file``, which only its owner may read.

    Args:
        replace: a file of that name is replaced, once the new one is complete and checked.

    Raises:
        ConflictError: there is a file of that name, or it is the database itself.
        StoreError: the database or the file cannot be used; there is no new file then.
    """
    _check_may_write(store, file, replace=replace)
    partial = file.with_name(file.name + ".partial")
    try:
        with _file_errors(file):
            _remove(partial)
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            on_progress("copying the database", 0)
            if store.is_sqlite:
                _vacuum(store, partial)
            else:
                _copy_to(store, partial, on_progress)
            on_progress("checking the backup", 0)
            content = _checked_backup(partial, file)
            _keep(partial, file)
    finally:
        _remove(partial)
    return content


def restore(
    file: Path,
    url: str,
    *,
    replace: bool = False,
    by: str | None = None,
    on_progress: OnProgress = lambda _doing, _rows: None,
) -> BackupContent:
    """Bring a database to what a backup holds, in one transaction. The tables of an older version are upgraded first.

    Args:
        url: the database; a SQLite file that is not there yet is made.
        replace: what the database holds is lost, apart from who was forgotten.
        by: who does it, for the audit log.

    Raises:
        ConflictError: the database holds data, and is not to be replaced.
        StoreError: the file is no backup, is damaged or of a newer version, or the database cannot be used. Nothing
            was changed.
    """
    engine = engine_for(url)
    target = Path(engine.url.database or "").absolute()
    with TemporaryDirectory(prefix="outreach-results-") as folder:
        # Beside the database there has to be room for it anyway; a folder for temporary files may be in memory.
        prepared = target.with_name(target.name + ".restoring") if is_sqlite(engine) else Path(folder, "prepared.db")
        try:
            if is_sqlite(engine):
                _check_may_replace(file, target, replace=replace)
            on_progress("checking the backup", 0)
            content = _prepare(file, prepared, by=by)
            forgotten = forgotten_in_database(engine)
            with closing(open_store(f"sqlite:///{prepared}")) as source:
                left_out = None if forgotten is None else leave_out(source, forgotten, by=by)
                on_progress("restoring", 0)
                if not is_sqlite(engine):
                    with closing(open_store(url)) as store:
                        _replace_rows(source, store, replace=replace, on_progress=on_progress)
                    return replaced(content, left_out=left_out)
                with source.read() as connection:
                    check_nobody_new(connection, forgotten_in_database(engine) or [])
            with _file_errors(target):
                _copy_pages(prepared, target)
            open_store(url).close()
        finally:
            _remove(prepared)
    return replaced(content, left_out=left_out)


# --- to the file ---------------------------------------------------------------------------------------------------


def _check_may_write(store: Store, file: Path, *, replace: bool) -> None:
    database = store.engine.url.database
    if store.is_sqlite and database and file.exists() and file.samefile(database):
        raise ConflictError(f"{file} is the database itself. Name another file for the backup.")
    if not replace and file.exists():
        raise ConflictError(f"{file} is there already, and was left as it is. Name another file, or add --replace.")


def _vacuum(store: Store, partial: Path) -> None:
    driver = store.engine.raw_connection()
    try:
        driver.cursor().execute("VACUUM INTO ?", (str(partial),))
    finally:
        driver.close()


def _copy_to(store: Store, partial: Path, on_progress: OnProgress) -> None:
    with closing(open_store(f"sqlite:///{partial}")) as target:
        report = copy(store, target, on_progress=on_progress)
        if not report.is_equal:
            tables = ", ".join(compared.table for compared in report.tables if compared.differing)
            raise StoreError(f"The backup differs from the database in {tables}, so it was not kept. Try again.")
        with target.write(is_data=False) as connection:
            connection.execute(delete(meta).where(meta.c.key == COPY_STATE))
    with closing(sqlite3.connect(partial)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # all in the one file


def _checked_backup(partial: Path, file: Path) -> BackupContent:
    try:
        return _checked(partial)
    except sqlite3.OperationalError:  # of the disk
        raise
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{file} was not kept: {error}. Look at the database itself with: outreach-results doctor"
        ) from error


def _keep(partial: Path, file: Path) -> None:
    """Give the complete file its name, so that it also survives a loss of power."""
    for path, flags in ((partial, os.O_RDWR), (partial.parent, os.O_RDONLY)):
        descriptor = os.open(path, flags)
        try:
            os.fsync(descriptor)
            if path is partial:
                partial.replace(file)
        finally:
            os.close(descriptor)


# --- from the file -------------------------------------------------------------------------------------------------


def _prepare(file: Path, prepared: Path, *, by: str | None) -> BackupContent:
    """Copy a backup to where it may be changed, check it, and upgrade its tables to this version."""
    if not file.is_file():
        raise StoreError(f"There is no file {file}. Nothing was changed.")
    _remove(prepared)
    with _file_errors(prepared):
        os.close(os.open(prepared, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _file_errors(prepared):
        try:
            _copy_pages(file, prepared)
            content = _checked(prepared)
        except sqlite3.OperationalError:  # of the disk
            raise
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{file} isn't a backup that can be restored: {error}. Nothing was changed.") from error
    try:
        with closing(open_store(f"sqlite:///{prepared}")) as store, store.write() as connection:
            # They are true of the database that was backed up. The data version changes with any write, so whoever
            # has the database open reads everything again.
            connection.execute(delete(meta).where(meta.c.key.in_((COPY_STATE, _LEASE))))
            audit.record(connection, audit.Action.RESTORED, f"backup {file.name}", by=by)
    except StoreError as error:
        raise StoreError(f"Of {file}: {error} Nothing was changed.") from error
    return content


def _checked(path: Path) -> BackupContent:
    """What a file holds, once every page and reference of it is found right.

    Raises:
        sqlite3.DatabaseError: it is not ours, or is damaged.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        if not _tables(connection) >= OUR_TABLES:
            raise sqlite3.DatabaseError("it holds no tables of Outreach Results")
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"it is damaged: {found}")
        dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
        if dangling is not None:
            raise sqlite3.DatabaseError(f"it is damaged: a row of {dangling[0]} refers to one that is missing")
        # Backups of the first versions have no accounts.
        has_accounts = sync_sources.name in _tables(connection)
        counted = (campaigns, emails, replies, *((sync_sources,) if has_accounts else ()))
        numbers = [connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in counted]
    return BackupContent(numbers[0], numbers[1], numbers[2], numbers[3] if has_accounts else 0)


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


# --- into the database ---------------------------------------------------------------------------------------------


def _check_may_replace(file: Path, target: Path, *, replace: bool) -> None:
    """Check a SQLite file before it is restored into, also one that can no longer be opened."""
    if not target.exists() or not target.stat().st_size:
        return
    if file.exists() and file.samefile(target):
        raise ConflictError(f"{file} is the database itself. Nothing was changed.")
    try:
        with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as connection:
            tables = _tables(connection)
            if tables and not tables >= OUR_TABLES:
                raise StoreError(f"{target} belongs to another program. Nothing was changed.")
            own = tables & {table.name for table in metadata.sorted_tables if table is not meta}
            filled = [name for name in sorted(own) if connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()]
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise StoreError(f"{target} isn't a SQLite database. Nothing was changed.") from error
        filled = [f"tables that cannot be read: {error}"]
    if filled and not replace:
        raise _holds_data(filled[0])


def _holds_data(where: str) -> ConflictError:
    return ConflictError(
        f"The database holds data already (in {where}). Nothing was changed. Back it up first; then add --replace to "
        "lose what it holds now."
    )


def _copy_pages(origin: Path, target: Path) -> None:
    """Make one SQLite database equal to another: a single transaction, which waits for readers and writers."""
    ends_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000

    def give_up_late(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > ends_at:
            raise StoreBusyError("The database is busy with another change. Nothing was changed. Try again later.")

    with (
        closing(sqlite3.connect(f"{origin.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target, timeout=BUSY_TIMEOUT_MS / 1000)) as destination,
    ):
        source.backup(destination, progress=give_up_late)


def _replace_rows(source: Store, target: Store, *, replace: bool, on_progress: OnProgress) -> None:
    """Replace all rows of a PostgreSQL database, and keep that only if the two are equal then."""
    written = 0
    with source.read() as there, target.write(exclusive=True) as here:
        # Readers go on with what they see; to empty tables by TRUNCATE would take it from them.
        names = ", ".join(table.name for table in metadata.sorted_tables)
        here.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        filled = filled_table(here)
        if filled and not replace:
            raise _holds_data(filled)
        check_nobody_new(there, forgotten_rows(here))
        for table in reversed(metadata.sorted_tables):
            here.execute(delete(table))
        # First which campaigns are deleted: replies of the others count among those of all.
        for table in (*WHOLE, *BY_CAMPAIGN):
            for page in pages(table, canonical.read(there, table, compared_rows(table))):
                append(here, table, page)
                written += len(page)
                on_progress(f"restoring {table.name}", written)
        differing = [compared.table for compared in verify(there, here) if compared.differing]
        if differing:
            raise StoreError(
                f"After restoring, {', '.join(differing)} would differ from the backup, so nothing was changed. "
                "Try again; if it happens again, do not trust the disk."
            )


# --- files ---------------------------------------------------------------------------------------------------------


def _remove(path: Path) -> None:
    """Remove a SQLite file that was being written, and what belongs to it."""
    for ending in _BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    """Raise a `StoreError` that names the file and the next step instead of the error of a driver or of the system."""
    try:
        yield
    except sqlite3.Error as error:
        reason = str(error)
        raise StoreError(next_step_for(reason) or f"{path} cannot be written: {reason}.") from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}. Choose another place, and run it again."
        ) from error
