"""who corrected and who handled a reply, and the history that undoing needs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("reply_marks", sa.Column("corrected_by", sa.Text(), nullable=True))
    op.add_column("reply_marks", sa.Column("corrected_at", Instant(), nullable=True))
    op.add_column("reply_marks", sa.Column("handled_by", sa.Text(), nullable=True))
    op.execute("UPDATE reply_marks SET corrected_by = marked_by, corrected_at = marked_at WHERE sentiment IS NOT NULL")
    op.execute("UPDATE reply_marks SET handled_by = marked_by WHERE handled_at IS NOT NULL")
    op.create_table(
        "mark_changes",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("reply_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("action", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("was_sentiment", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("was_corrected_by", sa.Text(), nullable=True),
        sa.Column("was_corrected_at", Instant(), nullable=True),
        sa.Column("was_handled_at", Instant(), nullable=True),
        sa.Column("was_handled_by", sa.Text(), nullable=True),
        sa.Column("was_marked_by", sa.Text(), nullable=True),
        sa.Column("was_marked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "reply_id"], ["replies.campaign_id", "replies.reply_id"], name="mark_changes_reply"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "reply_id", "version", name="mark_changes_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("mark_changes_by_batch", "mark_changes", ["campaign_id", "batch_id"], unique=False)
    op.create_index("emails_by_recipient", "emails", ["campaign_id", "recipient", "sent_at"], unique=False)


def downgrade() -> None:
    op.drop_index("emails_by_recipient", table_name="emails")
    op.drop_index("mark_changes_by_batch", table_name="mark_changes")
    op.drop_table("mark_changes")
    for column in ("handled_by", "corrected_at", "corrected_by"):
        op.drop_column("reply_marks", column)
