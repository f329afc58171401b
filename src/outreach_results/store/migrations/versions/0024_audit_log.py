"""the audit log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("action", Id, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="audit_log_pk"),
    )


def downgrade() -> None:
    op.drop_table("audit_log")
