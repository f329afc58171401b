"""campaigns that were deleted and can be restored"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "deleted_campaigns",
        sa.Column("id", Id, nullable=False),
        sa.Column("deleted_at", Instant(), nullable=False),
        sa.Column("deleted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="deleted_campaigns_pk"),
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
        " WHERE campaign_id IN (SELECT id FROM deleted_campaigns) GROUP BY date"
        " ON CONFLICT (campaign_id, date) DO UPDATE SET "
        + ", ".join(f"{name} = inbox_stats.{name} + excluded.{name}" for name in counts)
    )
    op.drop_table("deleted_campaigns")
