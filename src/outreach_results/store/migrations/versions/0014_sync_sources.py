"""accounts of the Results API that a sync reads, each with its address and its encrypted key"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0014"
down_revision = "0013"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sync_sources",
        sa.Column("name", _ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("key_encrypted", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="sync_sources_pk"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("sync_sources")
