"""hours of the day, days until a reaction, and annotations"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0004"
down_revision = "0003"

_INSTANTS = (("emails", "sent"), ("events", "occurred"), ("replies", "received"))
_RHYTHM = "('emails_sent', 'opened', 'opened_human', 'replied', 'replied_human')"
_LAG = (
    "('opened', 'opened_human', 'clicked', 'clicked_human', 'replied', 'replied_human', 'meetings_booked', "
    "'meetings_booked_human')"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    _create_rollup("hourly_stats", [f"h{hour:02}" for hour in range(24)], _RHYTHM)
    _create_rollup("lag_stats", [f"l{days:02}" for days in range(31)], _LAG)
    op.create_table(
        "annotations",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("annotation_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "annotation_id", name="annotations_pk"),
        sqlite_with_rowid=False,
    )
    for table, stem in _INSTANTS:
        op.add_column(table, sa.Column(f"{stem}_hour", sa.Integer(), nullable=True))
    _fill_hours()
    op.drop_index("events_by_email", table_name="events")
    op.create_index(
        "events_by_email", "events", ["campaign_id", "email_id", "type", "occurred_hour", "is_machine"], unique=False
    )
    op.execute("INSERT INTO meta (key, value) VALUES ('rollups', 'outdated')")  # see env.py


def downgrade() -> None:
    op.drop_index("events_by_email", table_name="events")
    op.create_index(
        "events_by_email", "events", ["campaign_id", "email_id", "type", "occurred_on", "is_machine"], unique=False
    )
    for table, stem in _INSTANTS:
        op.drop_column(table, f"{stem}_hour")
    for table in ("annotations", "lag_stats", "hourly_stats"):
        op.drop_table(table)


def _create_rollup(name: str, columns: list[str], metrics: str) -> None:
    op.create_table(
        name,
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("metric", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        *(sa.Column(column, sa.Integer(), nullable=False) for column in columns),
        sa.CheckConstraint(f"metric IN {metrics}", name=f"{name}_metric"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name=f"{name}_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "metric", "date", name=f"{name}_pk"),
        sqlite_with_rowid=False,
    )


def _fill_hours() -> None:
    connection = op.get_bind()
    zone = connection.execute(sa.text("SELECT value FROM meta WHERE key = 'time_zone'")).scalar() or "UTC"
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.create_function("migration_hour", 1, _hour_in(ZoneInfo(zone)), deterministic=True)
        hour = "migration_hour({0})"
    else:
        hour = "floor(extract(epoch FROM timezone(:zone, {0})) / 3600)::integer"
    for table, stem in _INSTANTS:
        value, instant = hour.format(f"{stem}_at"), f"{stem}_at"
        statement = sa.text(f"UPDATE {table} SET {stem}_hour = {value} WHERE {instant} IS NOT NULL")
        connection.execute(statement, {"zone": zone} if ":zone" in hour else {})


def _hour_in(zone: ZoneInfo) -> Callable[[int], int]:
    def hour(micros: int) -> int:
        local = (_EPOCH + timedelta(microseconds=micros)).astimezone(zone)
        return (local.toordinal() - _EPOCH.toordinal()) * 24 + local.hour

    return hour
