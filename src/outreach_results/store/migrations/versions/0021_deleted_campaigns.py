"""campaigns that were deleted and can be restored"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0021"
down_revision = "0020"

_DELETED = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("deleted_at", Instant(), nullable=True))
    op.add_column("campaigns", sa.Column("deleted_by", sa.Text(), nullable=True))
    op.create_index(
        "campaigns_deleted",
        "campaigns",
        ["campaign_id"],
        unique=False,
        sqlite_where=_DELETED,
        postgresql_where=_DELETED,
    )


def downgrade() -> None:
    # Before, there were no deleted campaigns: their replies count among those of all campaigns again.
    counts = [
        column["name"] for column in sa.inspect(op.get_bind()).get_columns("inbox_stats") if "_" in column["name"]
    ]
    counts.remove("campaign_id")
    op.execute(
        f"INSERT INTO inbox_stats (campaign_id, date, {', '.join(counts)})"
        f" SELECT '', date, {', '.join(f'sum({name})' for name in counts)} FROM inbox_stats"
        " WHERE campaign_id IN (SELECT campaign_id FROM campaigns WHERE deleted_at IS NOT NULL) GROUP BY date"
        " ON CONFLICT (campaign_id, date) DO UPDATE SET "
        + ", ".join(f"{name} = inbox_stats.{name} + excluded.{name}" for name in counts)
    )
    op.drop_index("campaigns_deleted", table_name="campaigns")
    op.drop_column("campaigns", "deleted_by")
    op.drop_column("campaigns", "deleted_at")
