"""Copying a whole database into another one, of any kind: SQLite to PostgreSQL, back, or to a cluster.

What belongs to campaigns is copied table by table in the order of its keys, some rows at a time. Each such page is
one transaction of the target, which also notes how far the copy has come: killed at any instant, it goes on from
there. What says what was done with the database is small, and replaced whole at the end. Everything read from the
source is of one moment, however long it takes and whatever is written to it meanwhile.

Where the source has changed since an earlier run, the campaigns that differ are copied anew. So a copy made while
people work can be brought up to date in a moment when they have stopped.

At the end `verify` compares the two databases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import URL, Connection, Table, delete, select

from outreach_results.errors import ConflictError
from outreach_results.store.admin import canonical, delete_campaign
from outreach_results.store.admin.canonical import Row
from outreach_results.store.admin.deletion import deleted_among
from outreach_results.store.admin.verify import (
    COMPARED,
    COPY_STATE,
    DATA_VERSION,
    Checksums,
    TableComparison,
    all_checksums,
    checksums,
    compared_rows,
    differing,
    verify,
)
from outreach_results.store.engine import Store, get_meta, revision, set_meta
from outreach_results.store.replies.inbox_table import add_to_all, apply_states, refresh
from outreach_results.store.schema import meta, metadata, replies, reply_marks, sync_state

PAGE = 10_000
PAGE_OF_LONG_TEXTS = 1_000
_LONG = {"body", "answer"}

BY_CAMPAIGN = tuple(table for table in COMPARED if "campaign_id" in table.c and table is not sync_state)
"""The tables of campaigns: copied page by page. No change of them leaves the data version as it is."""

WHOLE = tuple(table for table in COMPARED if table not in BY_CAMPAIGN)
"""The other tables, small: copied whole."""

OnProgress = Callable[[str, int], None]
"""Called with what is being done, and how many rows were copied so far."""


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
            source_version=get_meta(source, DATA_VERSION) or "",
            own_version="",
            revision=revision(source) or "",
        )

    def run(self) -> CopyReport:
        earlier = self._earlier_state()
        self._state = earlier or self._now
        is_same = (self._state.source_version, self._state.revision) == (self._now.source_version, self._now.revision)
        known: dict[Table, Checksums] = {}
        if self._state.phase is _Phase.FILLING and is_same:
            self._fill(is_new=earlier is None)
        elif self._state.phase is _Phase.UPDATING or not is_same:
            known = self._copy_differing()
        self._replace_whole_tables()
        with self._target.read() as target:
            return CopyReport(self._copied, tuple(verify(self._source, target, known, on_progress=self._report)))

    def _earlier_state(self) -> _State | None:
        """The state of the copy that the target holds; None where it is empty."""
        with self._target.read() as connection:
            state = _state_in(connection)
            self._now.own_version = version = get_meta(connection, DATA_VERSION) or ""
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
                "Nothing was changed. To copy again, name an empty database."
            )
        return state

    def _fill(self, *, is_new: bool) -> None:
        if is_new:
            with self._target.write(exclusive=True, is_data=False) as connection:
                _check_is_empty(connection)
                set_meta(connection, COPY_STATE, self._state.model_dump_json())
        names = [table.name for table in BY_CAMPAIGN]
        for table in BY_CAMPAIGN[names.index(self._state.table) :]:
            after = self._state.last if self._state.table == table.name else None
            for page in pages(table, canonical.read(self._source, table, after=after)):
                with self._step() as connection:
                    self._append(connection, table, page)
                    self._remember(connection, table=table.name, last=list(canonical.primary_key_of(table, page[-1])))
                self._report(f"copying {table.name}")

    def _copy_differing(self) -> dict[Table, Checksums]:
        """Copy the campaigns that differ again; returns the checksums of the source."""
        with self._target.write(exclusive=True, is_data=False) as connection:
            if get_meta(connection, COPY_STATE) != self._state.model_dump_json():
                raise _concurrent_write()
            self._state = self._now
            self._remember(connection, phase=_Phase.UPDATING)
        known = all_checksums(self._source, BY_CAMPAIGN, on_progress=self._report)
        with self._target.read() as connection:
            outdated = {name for table in BY_CAMPAIGN for name in differing(known[table], checksums(connection, table))}
        for campaign_id in sorted(outdated):
            self._report(f"copying {campaign_id} again")
            with self._step() as connection:
                delete_campaign(connection, campaign_id)
                for table in BY_CAMPAIGN:
                    own = table.c.campaign_id == campaign_id
                    for page in pages(table, canonical.read(self._source, table, own)):
                        self._append(connection, table, page)
        return known

    def _replace_whole_tables(self) -> None:
        with self._step() as connection:
            deleted_before = _deleted_ids(connection)
            for table in WHOLE:
                connection.execute(delete(table).where(compared_rows(table)))
                for page in pages(table, canonical.read(self._source, table, compared_rows(table))):
                    self._append(connection, table, page)
            # The replies that were copied counted among those of all campaigns, as far as their campaign was not
            # deleted here by then.
            deleted = _deleted_ids(connection)
            for sign, ids in ((1, deleted_before - deleted), (-1, deleted - deleted_before)):
                for campaign_id in sorted(ids):
                    add_to_all(connection, campaign_id, sign=sign)
            version = token_hex(8)
            self._remember(connection, phase=_Phase.DONE, own_version=version)
            set_meta(connection, DATA_VERSION, version)

    def _append(self, connection: Connection, table: Table, page: list[Row]) -> None:
        append(connection, table, page)
        self._copied += len(page)

    @contextmanager
    def _step(self) -> Iterator[Connection]:
        """A transaction of the target, provided that nobody but this run has written to it since the last."""
        with self._target.write(exclusive=True, is_data=False) as connection:
            held = get_meta(connection, COPY_STATE), get_meta(connection, DATA_VERSION)
            if held != (self._state.model_dump_json(), self._state.own_version):
                raise _concurrent_write()
            yield connection

    def _remember(self, connection: Connection, **changes: object) -> None:
        """Store how far the copy has come, in the transaction that brings it there."""
        self._state = self._state.model_copy(update=changes)
        set_meta(connection, COPY_STATE, self._state.model_dump_json())

    def _report(self, doing: str) -> None:
        self._on_progress(doing, self._copied)


def append(connection: Connection, table: Table, page: list[Row]) -> None:
    """Write rows none of whose keys is there, and what the inbox derives from them."""
    canonical.append(connection, table, page)
    if table in (replies, reply_marks):
        _update_inbox(connection, table, page)


def _deleted_ids(connection: Connection) -> set[str]:
    return {one.id for one in deleted_among(connection)}


def _update_inbox(connection: Connection, table: Table, page: Sequence[Row]) -> None:
    """Update the target's inbox for the replies that these rows, of replies or of marks, belong to."""
    ids: dict[str, list[str]] = defaultdict(list)
    for campaign_id, reply_id, *_ in page:
        ids[campaign_id].append(reply_id)
    update = refresh if table is replies else apply_states
    for campaign_id, reply_ids in ids.items():
        update(connection, campaign_id, reply_ids)


def pages(table: Table, parts: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """Rows of a table, put together into as many as are written at once."""
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
    text = get_meta(connection, COPY_STATE)
    try:
        return None if text is None else _State.model_validate_json(text)
    except ValidationError:
        raise ConflictError(
            "The target holds a copy begun by another version of this product. Name an empty one."
        ) from None


def filled_table(connection: Connection) -> str | None:
    """The name of a table that holds rows; None where the database is empty."""
    for table in metadata.sorted_tables:
        if table is not meta and connection.execute(select(table.c[0]).limit(1)).first() is not None:
            return table.name
    return None


def _check_is_empty(connection: Connection) -> None:
    filled = filled_table(connection)
    if filled is not None:
        raise ConflictError(
            f"The target holds data already (in {filled}), and no copy of this database. Nothing was changed. "
            "Name an empty database."
        )


def _check_are_different(source: URL, target: URL) -> None:
    if _address(source) == _address(target):
        raise ConflictError("The target is the database itself. Name another one.")


def _concurrent_write() -> ConflictError:
    return ConflictError("Someone else is writing to the target. Let nothing but the copy use it, and run it again.")


def _address(url: URL) -> str:
    """The address of a database without user and password."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(url.database or '').resolve()}"
    host = url.host or url.query.get("host") or "localhost"
    return f"postgresql://{host}:{url.port or url.query.get('port') or 5432}/{url.database}"
