"""Opening the database: connecting, creating, upgrading, and the read and write transactions."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from functools import cache, cached_property
from pathlib import Path
from threading import get_ident
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from outreach_results.errors import ConfigError, StoreBusyError, StoreError
from outreach_results.store.column_types import is_sqlite
from outreach_results.store.schema import meta
from outreach_results.store.sqlite_file import SqliteFile, next_step_for, refuse_foreign, rewrite
from outreach_results.store.sqlite_pragmas import CACHE_KIB, page_cache_meanwhile, pragmas_meanwhile

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 60_000
STREAM_CACHE_KIB = 2_048


class AdvisoryLock(IntEnum):
    """PostgreSQL's names of the locks that serialize writers: any fixed numbers, but the same in every version."""

    IMPORT = 0x6F757472
    REPLY_STATES = 0x6D61726B


def lock_until_commit(connection: Connection, lock: AdvisoryLock) -> None:
    """Wait for a lock and hold it until the transaction ends. SQLite needs none: it has one writer at a time."""
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(lock)})


# Files beside the zones of many systems. What they mean depends on the machine, or includes leap seconds.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})


def time_zone(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        ConfigError: there is no such zone.
    """
    try:
        if name in _NO_ZONES or name.startswith(("posix/", "right/")):
            raise ZoneInfoNotFoundError
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"{name!r} isn't a time zone. Use an IANA name such as Europe/Zurich or UTC.") from None


class Store:
    """An open database. Cheap to share between threads; ``read`` and ``write`` each lend a connection."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = is_sqlite(engine)
        self.file: SqliteFile | None = None
        self.parts: OrderedDict[object, Store] = OrderedDict()  # those that `reach.limited` opened beside this one

    @contextmanager
    def read(self, *, is_stream: bool = False) -> Iterator[Connection]:
        """A connection whose statements all see the database at one moment; within `at_one_moment` that of the block.

        On a Citus cluster that holds for what lies on one machine. Another machine shows its own moment, begun with the
        first statement that reaches it, so rows of two campaigns may be from before and from after the same write.

        Args:
            is_stream: everything is read once, as for an export: SQLite then keeps few pages in memory.
        """
        moment = None if is_stream else self._moment()
        if moment is not None:
            with _translated_errors(), moment.ended_by_errors():
                yield moment.connection()
            return
        cache_kib = STREAM_CACHE_KIB if is_stream and self.is_sqlite else None
        with _translated_errors(), self._reader() as connection, page_cache_meanwhile(connection, cache_kib):
            yield connection

    def _connect(self) -> Connection:
        if self.file is not None:
            self.file.notice_rights()
        return self.engine.connect()

    def _reader(self) -> Connection:
        connection = self._connect()
        return connection if self.is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Have all that this thread reads within see the database at one moment, on one connection.

        A write of this thread ends the moment: what is read after it sees what was written.
        """
        if self._moment() is not None:
            yield
            return
        moment = _Moment(self._reader)
        begun = _moments.set({**_moments.get(), (id(self), get_ident()): moment})
        try:
            yield
        finally:
            _moments.reset(begun)
            moment.end()

    def end_moment(self) -> None:
        """Have what this thread reads next see what was written meanwhile, also by others."""
        if (moment := self._moment()) is not None:
            moment.end()

    def _moment(self) -> _Moment | None:
        # By thread as well: a thread that is started with a copy of the context must not share the connection.
        return _moments.get().get((id(self), get_ident()))

    @contextmanager
    def write(
        self, *, exclusive: bool = False, is_data: bool = True, is_durable: bool = False, is_erasing: bool = False
    ) -> Iterator[Connection]:
        """A transaction: all of it is kept or, after any error or a crash, none of it.

        Args:
            exclusive: waits for other exclusive writers, also on PostgreSQL, where writers otherwise run in parallel.
            is_data: False where no answer depends on what is written, so that cached ones stay valid.
            is_durable: it survives a loss of power right after it, as others on SQLite may not: waiting takes time.
            is_erasing: SQLite overwrites with zeros what is deleted or replaced, which otherwise stays in the file.
        """
        pragmas = ({"synchronous": "FULL"} if is_durable else {}) | ({"secure_delete": "ON"} if is_erasing else {})
        pragmas |= {"temp_store": "FILE"} if exclusive and not is_erasing else {}  # a load may sort more than fits
        with (
            _translated_errors(),
            self._connect() as raw,
            pragmas_meanwhile(raw, pragmas if self.is_sqlite else {}),
        ):
            connection = raw.execution_options(outreach_write=True)
            with connection.begin():
                if exclusive:
                    lock_until_commit(connection, AdvisoryLock.IMPORT)
                yield connection
                if is_data:
                    _change_version(connection)
            self.end_moment()
            if is_data and self.is_distributed:
                # The version is on the coordinator, whose commit is visible before that of the other machines. What was
                # read in between is an old answer under the new version; with one more version it is read again.
                with connection.begin():
                    _change_version(connection)

    @cached_property
    def is_distributed(self) -> bool:
        """Whether this is a Citus cluster; as it was found at the first look of this process."""
        if self.is_sqlite:
            return False
        with self.engine.connect() as connection:
            return bool(connection.execute(text("SELECT to_regclass('pg_dist_partition') IS NOT NULL")).scalar_one())

    def version(self) -> str:
        """Changes with every write of any process: the key under which answers may be cached."""
        with self.read() as connection:
            return get_meta(connection, "data_version") or ""

    def zone(self) -> ZoneInfo:
        """The reporting time zone of this database."""
        with self.read() as connection:
            return zone_of(connection)

    def erase_deleted(self) -> bool:
        """Rewrite a SQLite file, so that nothing of what was deleted is left in it or in its log.

        Returns:
            Whether that is so: not while somebody reads what was there before, and not on PostgreSQL, which has
            ``VACUUM`` for it.
        """
        database = self.engine.url.database
        if not self.is_sqlite or not database:
            return False
        with _translated_errors():
            return rewrite(Path(database))

    def close(self) -> None:
        """Give back every connection."""
        for part in self.parts.values():
            part.close()
        self.engine.dispose()


class _Moment:
    """The connection of `Store.at_one_moment`, opened when something is read first."""

    def __init__(self, opened: Callable[[], Connection]) -> None:
        self._opened = opened
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    @contextmanager
    def ended_by_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError:
            self.end()  # PostgreSQL answers nothing more in a transaction that had an error
            raise

    def end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


_moments: ContextVar[Mapping[tuple[int, int], _Moment]] = ContextVar("moments", default=MappingProxyType({}))
_META = select(meta.c.value).where(meta.c.key == bindparam("wanted"))  # built once: every run of a page asks it


def _change_version(connection: Connection) -> None:
    set_meta(connection, "data_version", secrets.token_hex(8))


def zone_of(connection: Connection) -> ZoneInfo:
    """The reporting time zone, on a connection that is already open."""
    return time_zone(get_meta(connection, "time_zone") or "UTC")


def get_meta(connection: Connection, key: str) -> str | None:
    """The stored value of a key of this database; None where there is none."""
    return connection.execute(_META, {"wanted": key}).scalar()


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Store the value of a key of this database."""
    # One statement, so that writers side by side replace each other's value and never collide.
    connection.execute(
        text(
            "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ),
        {"key": key, "value": value},
    )


def open_store(url: str, *, new_zone: str = "UTC") -> Store:
    """Open the database at ``url``, creating or upgrading its tables first where needed.

    Raises:
        ConfigError: the address is malformed or of an unsupported kind.
        StoreError: it cannot be reached, or was written by a newer version of this product.
    """
    store = Store(engine_for(url))
    database = store.engine.url.database
    store.file = SqliteFile(store.engine, Path(database).absolute()) if store.is_sqlite and database else None
    try:
        with _translated_errors():
            revision_now = _upgrade(store, new_zone)
        if store.file is not None:
            store.file.opened(revision_now)
    except BaseException:
        store.close()
        raise
    return store


def engine_for(url: str | URL, *, pool_size: int = 5) -> Engine:
    """An engine for the database at ``url``, to which nothing is connected yet.

    Args:
        pool_size: how many connections stay open when nobody uses them.

    Raises:
        ConfigError: the address is malformed or of an unsupported kind.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError(
            "The database address is malformed. Examples: sqlite:///outreach.db, postgresql://user:password@host/name."
        ) from None
    backend = parsed.get_backend_name()
    # Values of statements are hidden, because errors are logged, and they may be of people.
    if backend in ("postgresql", "postgres"):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_recycle=1800,
            pool_size=pool_size,
            hide_parameters=True,
        )
    if backend != "sqlite":
        raise ConfigError(f"Databases of the kind {backend!r} are not supported: use sqlite or postgresql.")
    if parsed.database in (None, "", ":memory:"):
        raise ConfigError("A SQLite database needs a file, such as sqlite:///outreach.db.")
    engine = create_engine(
        parsed.set(drivername="sqlite"),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=pool_size,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, DDL included
    for pragma in (
        "journal_mode = WAL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "synchronous = NORMAL",
        f"cache_size = -{CACHE_KIB}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own knows only the letters of English.
    connection.create_function("lower", 1, lambda value: value and str(value).lower(), deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    # A writer asks for the lock at once: upgrading a reader's lock later fails without waiting.
    writes = connection.get_execution_options().get("outreach_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(store: Store, new_zone: str) -> str:
    """Create or upgrade the tables; returns the revision that they have now."""
    head = _newest_revision()
    with store.read() as connection:
        if revision(connection) == head:
            return head
        if store.is_sqlite:
            refuse_foreign(connection)
    from alembic import command  # imported only when there is something to do: it is slow to load
    from alembic.util import CommandError

    with store.write(exclusive=True) as connection:
        is_new = revision(connection) is None
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreError(
                "This database was written by a newer version of Outreach Results. Upgrade the program to open it."
            ) from None
        if is_new:
            set_meta(connection, "time_zone", time_zone(new_zone).key)
    return head


@cache
def _newest_revision() -> str:
    """The revision of `store/schema.py`. Known by reading every migration, which takes ten times as long as to open."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def revision(connection: Connection) -> str | None:
    """Which revision of the tables is there; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Translate the errors of a database driver into `StoreError` and `StoreBusyError`, with a next step."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreBusyError("The database is busy: every connection is in use. Try again in a moment.") from error
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        if "database is locked" in reason or "deadlock" in reason:
            raise StoreBusyError("The database is busy with another change. Try again in a moment.") from error
        if "remote node" in reason:  # how Citus begins what names the address of the machine, which is not for everyone
            raise StoreBusyError("A machine of the database cluster does not answer. Try again in a moment.") from error
        raise StoreError(
            next_step_for(reason)
            or f"The database cannot be used: {reason}. Check OUTREACH_DATABASE_URL, and that the server runs or the "
            "folder exists and is writable."
        ) from error
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise StoreError(next_step_for(reason) or f"The database refused: {reason}.") from error
