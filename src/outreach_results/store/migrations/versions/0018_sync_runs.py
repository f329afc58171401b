"""several accounts: how often each is synced, what became of its last run, and two of them at one address"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0018"
down_revision = "0017"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_META = sa.table("meta", sa.column("key"), sa.column("value"))
_STATE = "campaign_id, resource, server, etag, answer, fetched_at"


def upgrade() -> None:
    op.add_column("sync_sources", sa.Column("account", _ID, nullable=True))
    op.execute("UPDATE sync_sources SET account = address")
    op.add_column("sync_sources", sa.Column("sync_every", sa.Integer(), nullable=True))
    runs = op.create_table(
        "sync_runs",
        sa.Column("account", _ID, nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("failed_since", Instant(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", name="sync_runs_pk"),
        sqlite_with_rowid=False,
    )
    _move_report(runs)
    _change_key("campaign_id", "resource", "server")


def _move_report(runs: sa.Table) -> None:
    """The report of the last run becomes that of the account it was about."""
    connection = op.get_bind()
    text = connection.execute(sa.select(_META.c.value).where(_META.c.key == "sync_report")).scalar_one_or_none()
    connection.execute(sa.delete(_META).where(_META.c.key.in_(["sync_report", "sync_start_failure"])))
    try:
        report = json.loads(text or "")
        row = {"account": report["server"], "report": text} | {
            name: datetime.fromisoformat(report[name]).astimezone(UTC) for name in ("started_at", "finished_at")
        }
    except (ValueError, KeyError, TypeError):  # there is none, or another version wrote it
        return
    connection.execute(sa.insert(runs), row)


def downgrade() -> None:
    op.execute("DELETE FROM sync_state WHERE campaign_id = ''")  # may be there once for each account
    _change_key("campaign_id", "resource")
    op.drop_table("sync_runs")
    op.drop_column("sync_sources", "sync_every")
    op.drop_column("sync_sources", "account")


def _change_key(*key: str) -> None:
    """Let these columns be the key of `sync_state`; SQLite has to write the table anew for it."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("sync_state_pk", "sync_state", type_="primary")
        op.alter_column("sync_state", "server", type_=_ID)
        op.create_primary_key("sync_state_pk", "sync_state", list(key))
        return
    op.create_table(
        "new_sync_state",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("resource", _ID, nullable=False),
        sa.Column("server", _ID, nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="sync_state_pk"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO new_sync_state ({_STATE}) SELECT {_STATE} FROM sync_state")
    op.drop_table("sync_state")
    op.rename_table("new_sync_state", "sync_state")
