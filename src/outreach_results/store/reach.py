"""A store for somebody who may see a part of the campaigns only: on its connections, the others do not exist.

Each connection has views, which are its own, in the place of the tables. So whatever a question reads, it reads of
these campaigns: a question that forgot to ask for the limit would find nothing more. What is about the account as a
whole is empty, and a table that is added later is too, until somebody says here what may be seen of it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

from sqlalchemy import Connection, Table, event

from outreach_results.errors import NotAllowedError, StoreError
from outreach_results.store import client_brands, schema
from outreach_results.store.alert_state import AlertState, state_in
from outreach_results.store.engine import Store, engine_for, revision
from outreach_results.store.sqlite_file import SqliteFile

MOST_STORES = 16
"""How many are kept open; the one that was not asked for longest makes place."""

_CONNECTIONS = 2
"""How many each keeps open: the views of a connection cost PostgreSQL memory, and there may be many limits."""

_MARK = "outreach_reach"

PUBLIC = frozenset({"benchmarks"})
"""Tables that everybody may see: those of the community."""

KEYS_OF_CAMPAIGNS = {"deleted_campaigns": "id", "campaign_labels": "id"}
"""Tables of campaigns whose key has another name than ``campaign_id``."""

_KEYS_OF_LABELS = {"clients": ("client_id", "clients"), "label_rules": ("rule_id", "rules")}

HIDDEN = frozenset({"sync_state"})
"""Tables of campaigns that are the account's all the same."""

UNTIL = "loads"
"""The table of which only the moment of the newest load may be seen: it is until when the numbers are known."""

META_KEYS = ("data_version", "time_zone", "alert_rules")
"""What may be seen of `meta`. Of alerts, only the limits: pages judge rates by them."""

OF_ACCOUNT = "Usage, plan, quota and goals are those of the whole account, and you see a part of its campaigns only."

_NOTHING = "NULL"
_WITHOUT_RECIPIENTS: Mapping[str, Mapping[str, str]] = {
    "emails": {
        **dict.fromkeys(("recipient", "name", "company", "recipient_domain", "subject", "text"), _NOTHING),
        "recipient_key": "{pseudonym}",
    },
    # A link may hold the address, and mail servers quote it in their reasons.
    "events": dict.fromkeys(("url", "reason"), _NOTHING),
    "replies": {**dict.fromkeys(("address", "name", "company", "body"), _NOTHING), "preview": "''"},
    "contacts": {
        **dict.fromkeys(("address", "name", "company", "subject", "text"), _NOTHING),
        "contact_id": "{pseudonym}",
    },
    # Else a search would tell whose replies are there.
    "inbox": dict.fromkeys(("words", "assignee"), _NOTHING),
    "reply_marks": dict.fromkeys(
        ("marked_by", "corrected_by", "handled_by", "meeting_marked_by", "assignee", "assigned_by", "snoozed_by"),
        _NOTHING,
    ),
}
"""What stands in place of columns for who may not see recipients: the rest of them is counts and days."""

_NOT_WITHOUT_RECIPIENTS = frozenset({"annotations"})
"""Tables that who may not see recipients does not see at all: what people write to each other may name them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may see: ids, in order. Nothing of all is nothing, and never everything.

    ``has_recipients`` is off where the people to whom emails were sent, and what they wrote, are left out.
    """

    campaigns: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    has_recipients: bool = True

    @property
    def digest(self) -> str:
        """Equal for equal ones."""
        parts = json.dumps([self.campaigns, self.clients, self.rules, self.has_recipients])
        return hashlib.sha256(parts.encode(errors="surrogatepass")).hexdigest()


class LimitedStore(Store):
    """Reads what a reach lets through, and writes nothing."""

    def __init__(self, full: Store, reach: Reach) -> None:
        self.reach = reach
        self._full = full
        self.digest = reach.digest  # once: there may be thousands of ids
        self._views = _Views(reach, is_sqlite=full.is_sqlite)
        engine = engine_for(full.engine.url, pool_size=_CONNECTIONS)
        event.listen(engine, "connect", self._views.create)
        event.listen(engine, "begin", self._views.check)
        super().__init__(engine)
        database = engine.url.database
        if self.is_sqlite and database:
            with full.read() as connection:
                known = revision(connection)
            self.file = SqliteFile(engine, Path(database).absolute())
            self.file.opened(known or "")

    @contextmanager
    def write(self, **_options: Any) -> Iterator[Connection]:
        """Refuse: who may change something of these campaigns gets the whole store for it, after a check of them.

        Raises:
            NotAllowedError: always.
        """
        _refuse()
        yield  # makes it a context manager

    def alerts(self) -> AlertState | None:
        """The alerts on the campaigns that may be seen, without those on the account.

        All alerts are one value of `meta`, of which a view could not show a part: it is read here, and nowhere else.
        """
        with self._full.read() as connection:
            state = state_in(connection)
        own = frozenset(self.reach.campaigns)
        alerts = () if state is None else tuple(alert for alert in state.alerts if alert.cause.campaign_id in own)
        return state and state.model_copy(update={"alerts": alerts})

    def erase_deleted(self) -> bool:
        """Refuse, as `write` does.

        Raises:
            NotAllowedError: always.
        """
        _refuse()

    @cached_property
    def is_distributed(self) -> bool:
        """Of no concern to who only reads."""
        return False


def limited(full: Store, reach: Reach) -> LimitedStore:
    """The store for this reach: the same as before, if it is still open."""
    with _lock:
        found = full.parts.get(reach)
        if not isinstance(found, LimitedStore):
            found = full.parts[reach] = LimitedStore(full, reach)
        full.parts.move_to_end(reach)
        old = [full.parts.popitem(last=False)[1] for _ in range(len(full.parts) - MOST_STORES)]
    for one in old:
        one.close()  # its connections that are in use are closed once they are given back
    return found


def of_account(store: Store) -> None:
    """Check that a question about the account as a whole may be asked.

    Raises:
        NotAllowedError: the store has a part of its campaigns only.
    """
    if isinstance(store, LimitedStore):
        raise NotAllowedError(OF_ACCOUNT)


_lock = Lock()


def _refuse() -> NoReturn:
    raise NotAllowedError("This changes something of the whole account, and you see a part of its campaigns only.")


class _Views:
    """The views of a connection. What makes them runs once a connection, what checks them once a transaction."""

    _salt = secrets.token_hex(16)
    """Of this process: nobody can find an address by trying which pseudonym it gets."""

    def __init__(self, reach: Reach, *, is_sqlite: bool) -> None:
        self._reach = reach
        self._digest = reach.digest
        self._is_sqlite = is_sqlite

    def create(self, driver: Any, _record: Any) -> None:
        """Put the views in the place of the tables."""
        cursor = driver.cursor()
        if self._is_sqlite:
            driver.create_function("outreach_pseudonym", 1, self._pseudonym, deterministic=True)
        own_schema = "main"
        if not self._is_sqlite:
            [own_schema] = cursor.execute("SELECT quote_ident(current_schema())").fetchone()
        for statement, values in self._statements(own_schema):
            cursor.execute(statement, values or None) if not self._is_sqlite else cursor.execute(statement, values)
        cursor.close()
        if not self._is_sqlite:
            driver.commit()

    def check(self, connection: Connection) -> None:
        """Make sure that the views are there: a pooler between here and PostgreSQL may lend another connection.

        Raises:
            StoreError: they are not, or are those of others. Nothing was read.
        """
        schema_name = "temp" if self._is_sqlite else "pg_temp"
        found = connection.exec_driver_sql(f"SELECT digest FROM {schema_name}.{_MARK}").scalar()
        if found != self._digest:
            raise StoreError("The database lost what limits this view, so nothing is shown. Try again in a moment.")

    def _pseudonym(self, text: str | None) -> str | None:
        return text and hashlib.blake2b(text.encode(), key=self._salt.encode(), digest_size=16).hexdigest()

    def _statements(self, own_schema: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        mark, parameter = (_MARK, "?") if self._is_sqlite else (_MARK, "%s")
        values = "json_each(?)" if self._is_sqlite else "json_array_elements_text(CAST(%s AS json)) AS value"
        collation = "" if self._is_sqlite else ' COLLATE "C"'  # as the ids have it, so that indexes serve
        yield f"CREATE TEMP TABLE {mark} (digest TEXT NOT NULL)", ()
        yield f"INSERT INTO {mark} VALUES ({parameter})", (self._digest,)
        for name in ("campaigns", "clients", "rules"):
            yield f"CREATE TEMP TABLE {mark}_{name} (id TEXT{collation} PRIMARY KEY)", ()
            # As one value, however many there are.
            yield f"INSERT INTO {mark}_{name} SELECT value FROM {values}", (json.dumps(getattr(self._reach, name)),)
        if not self._is_sqlite:
            yield f"ANALYZE {mark}_campaigns", ()
        for table in schema.metadata.sorted_tables:
            yield self._view(table, f'{own_schema}."{table.name}"'), ()

    def _view(self, table: Table, source: str) -> str:
        if table.name == UNTIL:
            return f'CREATE TEMP VIEW "{UNTIL}" AS {_newest_load(table, source)}'
        masked = {} if self._reach.has_recipients else _WITHOUT_RECIPIENTS.get(table.name, {})
        columns = [self._column(column.name, masked.get(column.name)) for column in table.columns]
        is_hidden = not self._reach.has_recipients and table.name in _NOT_WITHOUT_RECIPIENTS
        rows = f"SELECT {', '.join(columns)} FROM {source} WHERE {'1 = 0' if is_hidden else _rows(table)}"
        if table is schema.inbox_stats:
            rows += f" UNION ALL {_of_all_together(source)}"
        return f'CREATE TEMP VIEW "{table.name}" AS {rows}'

    def _column(self, name: str, masked: str | None) -> str:
        if masked is None:
            return f'"{name}"'
        pseudonym = f'outreach_pseudonym("{name}")' if self._is_sqlite else f"md5('{self._salt}' || \"{name}\")"
        return f'{masked.format(pseudonym=pseudonym)} AS "{name}"'


def _rows(table: Table) -> str:
    """The condition on the rows of a table that may be seen."""
    name = table.name
    if name in PUBLIC:
        return "1 = 1"
    if name == "meta":
        brands = f"SELECT '{client_brands.KEY}' || id FROM {_MARK}_clients"
        return f"key IN ({', '.join(map(repr, META_KEYS))}) OR key IN ({brands})"
    if name in _KEYS_OF_LABELS:
        key, kind = _KEYS_OF_LABELS[name]
        return f'"{key}" IN (SELECT id FROM {_MARK}_{kind})'
    key = KEYS_OF_CAMPAIGNS.get(name, "campaign_id")
    if key in table.columns and name not in HIDDEN:
        return f'"{key}" IN (SELECT id FROM {_MARK}_campaigns)'
    return "1 = 0"


def _newest_load(table: Table, source: str) -> str:
    """One row that says when the newest load ended, and of it nothing else."""
    shown = {"started_at": "max(finished_at)", "finished_at": "max(finished_at)", "load_id": "''", "source": "''"}
    shown |= dict.fromkeys(("inserted", "duplicate", "rejected"), "0")
    columns = ", ".join(f'{shown.get(column.name, "NULL")} AS "{column.name}"' for column in table.columns)
    return f"SELECT {columns} FROM {source} WHERE problem IS NULL HAVING count(*) > 0"


def _of_all_together(source: str) -> str:
    """The rows of `inbox_stats` that hold all campaigns together: here, those that may be seen."""
    shown = (
        f"SELECT id FROM {_MARK}_campaigns EXCEPT SELECT id FROM {source.replace('inbox_stats', 'deleted_campaigns')}"
    )
    sums = ", ".join(f'sum("{name}")' for name in schema.INBOX_CELLS.values())
    return f"SELECT '', date, {sums} FROM {source} WHERE campaign_id IN ({shown}) GROUP BY date"
