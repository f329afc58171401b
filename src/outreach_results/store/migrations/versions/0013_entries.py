"""what people entered of a campaign, and the source's cost beside an entered one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0013"
down_revision = "0012"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("daily_stats", sa.Column("source_cost", sa.BigInteger(), nullable=True))
    op.create_table(
        "campaign_entries",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("mcp", _ID, nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("cost_per", _ID, nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=True),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("is_applied", sa.Boolean(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_mcp", _ID, nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="campaign_entries_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", name="campaign_entries_pk"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("campaign_entries")
    op.drop_column("daily_stats", "source_cost")
