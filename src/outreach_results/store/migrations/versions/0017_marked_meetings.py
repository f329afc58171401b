"""meetings that people mark, and whether a campaign has any"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for table, prefix in (("reply_marks", ""), ("mark_changes", "was_")):
        op.add_column(table, sa.Column(f"{prefix}meeting_marked_at", Instant(), nullable=True))
        op.add_column(table, sa.Column(f"{prefix}meeting_marked_by", sa.Text(), nullable=True))
    op.add_column("campaigns", sa.Column("has_marked_meetings", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM events WHERE is_reply AND type = 'meeting_booked'")
    op.drop_column("campaigns", "has_marked_meetings")
    for table, prefix in (("mark_changes", "was_"), ("reply_marks", "")):
        op.drop_column(table, f"{prefix}meeting_marked_by")
        op.drop_column(table, f"{prefix}meeting_marked_at")
