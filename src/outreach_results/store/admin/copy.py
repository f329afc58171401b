"""Copying a whole database into another one, of any kind: SQLite to PostgreSQL, back, or to a cluster.

What belongs to campaigns is copied table by table in the order of its keys, some rows at a time. Each such page is
one transaction of the target, which also notes how far the copy has come: killed at any instant, it goes on from
there. What says what was done with the database is small, and replaced whole at the end. Everything read from the
source is of one moment, however long it takes and whatever is written to it meanwhile.

Where the source has changed since an earlier run, the campaigns that differ are copied anew. So a copy made while
people work can be brought up to date in a moment when they have stopped.

At the end both databases are read once more, and compared by the sums of their rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import URL, ColumnElement, Connection, Table, delete, select, true

from outreach_results.errors import ConflictError
from outreach_results.store.admin import canonical, delete_campaign
from outreach_results.store.admin.canonical import Row, RowsDigest
from outreach_results.store.engine import Store, get_meta, revision, set_meta
from outreach_results.store.replies.inbox_table import apply_states, refresh
from outreach_results.store.schema import inbox, inbox_stats, meta, metadata, replies, reply_marks, sync_state

PAGE = 10_000
PAGE_OF_LONG_TEXTS = 1_000
_LONG = {"body", "answer"}

_STATE = "copy"
_VERSION = "data_version"
_OWN = (_STATE, _VERSION, "sync_lease")  # facts that are true of one database only

COPIED = tuple(table for table in metadata.sorted_tables if table not in (inbox, inbox_stats))
"""All tables but those of the inbox, which a target keeps itself: each kind of database keeps words in its own way."""

BY_CAMPAIGN = tuple(table for table in COPIED if "campaign_id" in table.c and table is not sync_state)
"""The tables of campaigns: copied page by page. No change of them leaves the data version as it is."""

WHOLE = tuple(table for table in COPIED if table not in BY_CAMPAIGN)
"""The other tables, small: copied whole."""

OnProgress = Callable[[str, int], None]
"""Called with what is being done, and how many rows were copied or compared so far."""


@dataclass(frozen=True, slots=True)
class TableComparison:
    """A table on both sides, and the campaigns whose rows differ ('' where they belong to none)."""

    table: str
    rows: int
    rows_in_target: int
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did, and whether the two databases are now equal."""

    copied: int
    tables: tuple[TableComparison, ...]

    @property
    def is_equal(self) -> bool:
        """Whether no table differs."""
        return not any(table.differing for table in self.tables)


class _Phase(StrEnum):
    """How far a copy has come."""

    FILLING = "filling"  # page by page
    UPDATING = "mending"  # the source changed: campaign by campaign; the value is stored in databases
    DONE = "done"


class _State(BaseModel):
    """The progress of a copy, stored in its target."""

    source: str
    source_version: str
    own_version: str  # the target's: another one means that somebody else wrote to it
    revision: str
    phase: _Phase = _Phase.FILLING
    table: str = BY_CAMPAIGN[0].name
    last: list[Any] | None = None  # the key of the last row that is there


def copy(source: Store, target: Store, *, on_progress: OnProgress = lambda _doing, _rows: None) -> CopyReport:
    """Copy everything into ``target``, or go on where an earlier copy was cut off, and compare the two.

    Raises:
        ConflictError: the target is the source, holds something else, or was changed by somebody else.
        StoreError: one of the two cannot be used.
        What was copied until then stays, and the next run goes on from there.
    """
    with source.read() as connection:
        return _Copy(connection, source.engine.url, target, on_progress).run()


class _Copy:
    """One run of a copy."""

    def __init__(self, source: Connection, url: URL, target: Store, on_progress: OnProgress) -> None:
        self._source = source
        self._target = target
        self._on_progress = on_progress
        self._copied = 0
        _check_are_different(url, target.engine.url)
        unfinished = _state_in(source)
        if unfinished is not None and unfinished.phase is not _Phase.DONE:
            raise ConflictError(f"The database to copy is itself an unfinished copy of {unfinished.source}.")
        self._now = _State(
            source=_address(url),
            source_version=get_meta(source, _VERSION) or "",
            own_version="",
            revision=revision(source) or "",
        )

    def run(self) -> CopyReport:
        earlier = self._earlier_state()
        self._state = earlier or self._now
        is_same = (self._state.source_version, self._state.revision) == (self._now.source_version, self._now.revision)
        sums: _Sums = {}
        if self._state.phase is _Phase.FILLING and is_same:
            self._fill(is_new=earlier is None)
        elif self._state.phase is _Phase.UPDATING or not is_same:
            sums = self._copy_differing()
        self._replace_whole_tables()
        return CopyReport(self._copied, tuple(self._compared(sums)))

    def _earlier_state(self) -> _State | None:
        """The state of the copy that the target holds; None where it is empty."""
        with self._target.read() as connection:
            state = _state_in(connection)
            self._now.own_version = version = get_meta(connection, _VERSION) or ""
            if state is None:
                _check_is_empty(connection)
                return None
        if state.source != self._now.source and state.source_version != self._now.source_version:
            raise ConflictError(f"The target holds a copy of another database, {state.source}. Name an empty one.")
        # An upgrade of its tables changes the version too; nobody uses a copy that is not finished.
        was_upgraded = state.revision != self._now.revision and state.phase is not _Phase.DONE
        if state.own_version != version and not was_upgraded:
            raise ConflictError(
                "The target has been written to since it was copied, so going on would overwrite that. "
                "Nothing was changed. To copy anew, name an empty database."
            )
        return state

    def _fill(self, *, is_new: bool) -> None:
        if is_new:
            with self._target.write(exclusive=True, is_data=False) as connection:
                _check_is_empty(connection)
                set_meta(connection, _STATE, self._state.model_dump_json())
        names = [table.name for table in BY_CAMPAIGN]
        for table in BY_CAMPAIGN[names.index(self._state.table) :]:
            after = self._state.last if self._state.table == table.name else None
            for page in _pages(table, canonical.read(self._source, table, after=after)):
                with self._step() as connection:
                    self._append(connection, table, page)
                    self._remember(connection, table=table.name, last=list(canonical.primary_key_of(table, page[-1])))
                self._on_progress(f"copying {table.name}", self._copied)

    def _copy_differing(self) -> _Sums:
        """Copy the campaigns that differ again; returns the sums of the source."""
        with self._target.write(exclusive=True, is_data=False) as connection:
            if get_meta(connection, _STATE) != self._state.model_dump_json():
                raise _concurrent_write()
            self._state = self._now
            self._remember(connection, phase=_Phase.UPDATING)
        sums = self._sums_of_source(BY_CAMPAIGN)
        with self._target.read() as connection:
            differing = {name for table in BY_CAMPAIGN for name in _differing(sums[table], _sums(connection, table))}
        for campaign_id in sorted(differing):
            self._on_progress(f"copying {campaign_id} anew", self._copied)
            with self._step() as connection:
                delete_campaign(connection, campaign_id)
                for table in BY_CAMPAIGN:
                    own = table.c.campaign_id == campaign_id
                    for page in _pages(table, canonical.read(self._source, table, own)):
                        self._append(connection, table, page)
        return sums

    def _replace_whole_tables(self) -> None:
        with self._step() as connection:
            for table in WHOLE:
                connection.execute(delete(table).where(_shared(table)))
                for page in _pages(table, canonical.read(self._source, table, _shared(table))):
                    self._append(connection, table, page)
            version = token_hex(8)
            self._remember(connection, phase=_Phase.DONE, own_version=version)
            set_meta(connection, _VERSION, version)

    def _append(self, connection: Connection, table: Table, page: list[Row]) -> None:
        canonical.append(connection, table, page)
        if table in (replies, reply_marks):
            _update_inbox(connection, table, page)
        self._copied += len(page)

    @contextmanager
    def _step(self) -> Iterator[Connection]:
        """A transaction of the target, provided that nobody but this run has written to it since the last."""
        with self._target.write(exclusive=True, is_data=False) as connection:
            held = get_meta(connection, _STATE), get_meta(connection, _VERSION)
            if held != (self._state.model_dump_json(), self._state.own_version):
                raise _concurrent_write()
            yield connection

    def _remember(self, connection: Connection, **changes: object) -> None:
        """Store how far the copy has come, in the transaction that brings it there."""
        self._state = self._state.model_copy(update=changes)
        set_meta(connection, _STATE, self._state.model_dump_json())

    def _sums_of_source(self, tables: Sequence[Table]) -> _Sums:
        sums = {}
        for table in tables:
            self._on_progress(f"reading {table.name}", self._copied)
            sums[table] = _sums(self._source, table)
        return sums

    def _compared(self, source_sums: _Sums) -> Iterator[TableComparison]:
        source = self._sums_of_source([table for table in COPIED if table not in source_sums]) | source_sums
        with self._target.read() as connection:
            for table in COPIED:
                self._on_progress(f"comparing {table.name}", self._copied)
                target = _sums(connection, table)
                yield TableComparison(
                    table.name, _rows(source[table]), _rows(target), tuple(sorted(_differing(source[table], target)))
                )


def _update_inbox(connection: Connection, table: Table, page: Sequence[Row]) -> None:
    """Update the target's inbox for the replies that these rows, of replies or of marks, belong to."""
    ids: dict[str, list[str]] = defaultdict(list)
    for campaign_id, reply_id, *_ in page:
        ids[campaign_id].append(reply_id)
    update = refresh if table is replies else apply_states
    for campaign_id, reply_ids in ids.items():
        update(connection, campaign_id, reply_ids)


_Sums = dict[Table, dict[str, RowsDigest]]


def _sums(connection: Connection, table: Table) -> dict[str, RowsDigest]:
    return canonical.digests(connection, table, _shared(table))


def _rows(sums: Mapping[str, RowsDigest]) -> int:
    return sum(of_campaign.rows for of_campaign in sums.values())


def _differing(one: Mapping[str, RowsDigest], other: Mapping[str, RowsDigest]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _shared(table: Table) -> ColumnElement[bool]:
    """The condition for the rows that must be equal on both sides."""
    return meta.c.key.not_in(_OWN) if table is meta else true()


def _pages(table: Table, parts: Iterator[list[Row]]) -> Iterator[list[Row]]:
    size = PAGE_OF_LONG_TEXTS if _LONG & set(table.c.keys()) else PAGE
    page: list[Row] = []
    for part in parts:
        page += part
        if len(page) >= size:
            yield page
            page = []
    if page:
        yield page


def _state_in(connection: Connection) -> _State | None:
    text = get_meta(connection, _STATE)
    try:
        return None if text is None else _State.model_validate_json(text)
    except ValidationError:
        raise ConflictError(
            "The target holds a copy begun by another version of this product. Name an empty one."
        ) from None


def _check_is_empty(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if table is not meta and connection.execute(select(table.c[0]).limit(1)).first() is not None:
            raise ConflictError(
                f"The target holds data already (in {table.name}), and no copy of this database. Nothing was changed. "
                "Name an empty database."
            )


def _check_are_different(source: URL, target: URL) -> None:
    if _address(source) == _address(target):
        raise ConflictError("The target is the database itself. Name another one.")


def _concurrent_write() -> ConflictError:
    return ConflictError("Somebody else is writing to the target. Let nothing but the copy use it, and run it again.")


def _address(url: URL) -> str:
    """The address of a database without user and password."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(url.database or '').resolve()}"
    host = url.host or url.query.get("host") or "localhost"
    return f"postgresql://{host}:{url.port or url.query.get('port') or 5432}/{url.database}"
