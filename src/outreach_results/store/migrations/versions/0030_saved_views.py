"""views that people saved under a name"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("view_id", Id, nullable=False),
        sa.Column("owner", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("page", Id, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=True),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name="saved_views_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("saved_views_by_owner", "saved_views", ["owner"], unique=False)


def downgrade() -> None:
    op.drop_table("saved_views")
