"""Looking over a database: what is wrong with it, and what puts it right."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Index, Table, and_, exists, func, inspect, select, text

from outreach_results.errors import OutreachError
from outreach_results.store import schema
from outreach_results.store.admin import recount
from outreach_results.store.engine import Store, revision
from outreach_results.store.schema import campaigns, loads, metadata, rejected_rows

FIX = "outreach-results doctor --fix"
RESTORE = "outreach-results restore FILE --replace"
LEAST_FREE = 200_000_000  # bytes
CLOCKS_DIFFER_BY = timedelta(minutes=2)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, as a sentence with the next step; or that was, and is mended now."""

    sentence: str
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was looked at, what it is like, and what is wrong with it."""

    name: str
    note: str = ""
    findings: tuple[Finding, ...] = ()


def look_over(store: Store, *, fix: bool = False, on_check: Callable[[str], None] = lambda _: None) -> Iterator[Check]:
    """Look at a database from all sides. A look that fails is itself a finding, and the others go on.

    Args:
        fix: build again what is derived and wrong.
        on_check: called with what is looked at next.
    """
    looks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("Tables", lambda: _tables(store, fix=fix)),
        ("Integrity", lambda: _integrity(store)),
        ("References", lambda: _references(store)),
        ("Counts", lambda: _counts(store, fix=fix)),
        ("Inbox and search", lambda: _inbox(store, fix=fix)),
        ("Disk", lambda: _disk(store)),
        ("Clock", lambda: _clock(store)),
    )
    for name, look in looks:
        on_check(name)
        try:
            yield look()
        except OutreachError as error:
            yield Check(name, findings=(Finding(str(error)),))


def _tables(store: Store, *, fix: bool) -> Check:
    """Whether tables, columns and indexes are those of this version; opening the database has upgraded them."""
    with store.read() as connection:
        there = inspect(connection)
        columns = {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}
        indexes = {str(index["name"]) for name in columns for index in there.get_indexes(name)}
        version = revision(connection)
    missing = [
        name if column is None else f"{name}.{column.name}"
        for name, table in metadata.tables.items()
        for column in (table.c if name in columns else (None,))
        if column is None or column.name not in columns[name]
    ]
    lost = [
        index
        for name, table in metadata.tables.items()
        for index in table.indexes
        if name in columns and _belongs(index, store) and index.name not in indexes
    ]
    found = [Finding(f"Missing: {_listed(missing)}. Put back a backup: {RESTORE}")] if missing else []
    if lost:
        named = f"Indexes are missing, which makes pages slow: {_listed([str(index.name) for index in lost])}"
        if fix:
            with store.write(is_data=False) as connection:
                for index in lost:
                    index.create(connection)
        found.append(_to_build(named, fix=fix))
    return Check("Tables", f"version {version}", tuple(found))


def _belongs(index: Index, store: Store) -> bool:
    """Whether an index is meant for this kind of database."""
    only = getattr(index._ddl_if, "dialect", None)  # public for writing only
    return only is None or only == store.engine.dialect.name


def _integrity(store: Store) -> Check:
    if not store.is_sqlite:
        return Check("Integrity", "left to PostgreSQL")
    with store.read() as connection:
        found = list(connection.exec_driver_sql(f"PRAGMA integrity_check({_NAMED})").scalars())
    if found == ["ok"]:
        return Check("Integrity")
    sentence = (
        f"The database file is damaged: {'; '.join(found)}. Stop the program and put back a backup: {RESTORE}. Or save "
        "what can be read: sqlite3 OLD .recover | sqlite3 NEW"
    )
    return _check("Integrity", "", [sentence])


def _references(store: Store) -> Check:
    """Rows that refer to others that are not there. Most references are foreign keys, which PostgreSQL keeps itself."""
    dangling: dict[str, int] = {}
    with store.read() as connection:
        if store.is_sqlite:
            for table, *_ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
                dangling[table] = dangling.get(table, 0) + 1
        for table, n in _orphans(connection):
            if n:
                dangling[table.name] = dangling.get(table.name, 0) + n
    findings = [
        f"Rows that refer to others that are missing: {_listed([f'{n:,} of {name}' for name, n in dangling.items()])}. "
        f"No page shows them. Put back a backup: {RESTORE}"
    ]
    return _check("References", "", findings if dangling else [])


def _orphans(connection: Connection) -> Iterator[tuple[Table, int]]:
    """How many rows refer to nothing, where no foreign key sees to it."""
    event, reply, known = schema.events.c, schema.replies.c, campaigns.c.campaign_id
    of_a_reply = and_(event.is_reply, ~event.event_id.endswith(schema.MARKED_MEETING, autoescape=True))
    has_reply = exists().where(reply.campaign_id == event.campaign_id, reply.reply_id == event.event_id)
    is_of_load = exists().where(loads.c.load_id == rejected_rows.c.load_id)
    deleted, notes = schema.deleted_campaigns, schema.annotations
    for table, is_orphan in (
        (schema.events, and_(of_a_reply, ~has_reply)),
        (rejected_rows, ~is_of_load),
        (deleted, ~exists().where(known == deleted.c.id)),
        (notes, and_(notes.c.campaign_id != "", ~exists().where(known == notes.c.campaign_id))),
    ):
        yield table, connection.execute(select(func.count()).select_from(table).where(is_orphan)).scalar_one()


def _counts(store: Store, *, fix: bool) -> Check:
    wrong = [f"{campaign_id} ({', '.join(tables)})" for campaign_id, tables in recount.wrong_rollups(store, fix=fix)]
    return _derived("Counts", f"The counts of {_listed(wrong)} are not those of the emails and events", wrong, fix=fix)


def _inbox(store: Store, *, fix: bool) -> Check:
    wrong = recount.is_inbox_wrong(store, fix=fix)
    sentence = "The inbox or its search differs from the replies and their marks"
    return _derived("Inbox and search", sentence, [sentence] if wrong else [], fix=fix)


def _derived(name: str, sentence: str, wrong: list[str], *, fix: bool) -> Check:
    if not wrong:
        return Check(name)
    return Check(name, findings=(_to_build(sentence, fix=fix),))


def _to_build(sentence: str, *, fix: bool) -> Finding:
    """What is wrong with something derived, or was."""
    end = ": built again." if fix else f". Build them again with: {FIX}"
    return Finding(sentence + end, is_mended=fix)


def _disk(store: Store) -> Check:
    """Whether an upgrade or a restoring, which need as much as the database has, would find room."""
    database = store.engine.url.database
    if not store.is_sqlite or not database:
        return Check("Disk", "that of PostgreSQL is not seen from here")
    path = Path(database).absolute()
    free, size = shutil.disk_usage(path.parent).free, path.stat().st_size
    note = f"{_mega(free)} free, {_mega(size)} used by the database"
    least = max(LEAST_FREE, size)
    sentence = f"Only {_mega(free)} are free in {path.parent}; an upgrade or a restore needs {_mega(least)}. Make room."
    return _check("Disk", note, [sentence] if free < least else [])


def _clock(store: Store) -> Check:
    """Whether this machine's clock goes as that of the database's, and is not behind what it once wrote."""
    findings = []
    with store.read() as connection:
        now = datetime.now(UTC)
        latest = connection.execute(select(func.max(loads.c.finished_at))).scalar()
        there = None if store.is_sqlite else connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    if latest is not None and latest > now + CLOCKS_DIFFER_BY:
        findings.append(
            f"The last import ended at {latest:%Y-%m-%d %H:%M} UTC, but it is {now:%Y-%m-%d %H:%M} here. "
            "Set the clock: timedatectl set-ntp true"
        )
    if there is not None and abs(there - now) > CLOCKS_DIFFER_BY:
        findings.append(
            f"It is {now:%Y-%m-%d %H:%M:%S} UTC here and {there.astimezone(UTC):%Y-%m-%d %H:%M:%S} on the database "
            "server. Set the clocks: timedatectl set-ntp true"
        )
    return _check("Clock", f"{now:%Y-%m-%d %H:%M} UTC", findings)


def _check(name: str, note: str, sentences: list[str]) -> Check:
    return Check(name, note, tuple(Finding(sentence) for sentence in sentences))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _mega(n: int) -> str:
    return f"{n / 1e6:,.0f} MB"
