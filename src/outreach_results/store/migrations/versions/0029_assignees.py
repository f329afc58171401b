"""who is to answer a reply, until when it is snoozed, and the state that the inbox lists it under"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0029"
down_revision = "0028"

_SENTIMENTS = ("positive", "neutral", "negative", "automatic", "unclassified")


def upgrade() -> None:
    for table, prefix in (("reply_marks", ""), ("mark_changes", "was_")):
        for part in ("assignee", "assigned_by", "assigned_at", "snoozed_until", "snoozed_by", "snoozed_at"):
            kind = Instant() if part.endswith("_at") else sa.Date() if part.endswith("_until") else sa.Text()
            op.add_column(table, sa.Column(f"{prefix}{part}", kind, nullable=True))
    op.create_index("reply_marks_snoozed", "reply_marks", ["snoozed_until"], unique=False, **_where("snoozed_until"))
    op.add_column("inbox", sa.Column("state", Id, nullable=True))
    op.add_column("inbox", sa.Column("assignee", Id, nullable=True))
    op.execute("UPDATE inbox SET state = CASE WHEN is_open THEN 'open' ELSE 'handled' END")
    _turn_to("state")
    by_assignee = ["assignee", "sentiment", "state", "received_at", "campaign_id", "reply_id", "received_on"]
    op.create_index("inbox_by_assignee", "inbox", by_assignee, unique=False, **_where("assignee"))
    for sentiment in _SENTIMENTS:
        op.add_column("inbox_stats", sa.Column(f"{sentiment}_snoozed", sa.Integer(), nullable=True))
    op.execute(f"UPDATE inbox_stats SET {', '.join(f'{sentiment}_snoozed = 0' for sentiment in _SENTIMENTS)}")


def downgrade() -> None:
    for sentiment in _SENTIMENTS:
        # What is snoozed was to do in the tables before.
        op.execute(f"UPDATE inbox_stats SET {sentiment}_open = {sentiment}_open + {sentiment}_snoozed")
        op.drop_column("inbox_stats", f"{sentiment}_snoozed")
    op.drop_index("inbox_by_assignee", table_name="inbox")
    op.add_column("inbox", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE inbox SET is_open = (state <> 'handled')")
    _turn_to("is_open")
    op.drop_column("inbox", "assignee")
    op.drop_index("reply_marks_snoozed", table_name="reply_marks")
    for table, prefix in (("mark_changes", "was_"), ("reply_marks", "")):
        for part in ("snoozed_at", "snoozed_by", "snoozed_until", "assigned_at", "assigned_by", "assignee"):
            op.drop_column(table, f"{prefix}{part}")


def _where(column: str) -> dict[str, Any]:
    condition = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


def _turn_to(column: str) -> None:
    """Let the indexes of the inbox have this column in place of the other one, and drop that."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("inbox_by_campaign", "inbox_by_time", *(["inbox_of_words"] if is_sqlite else [])):
        op.drop_index(name, table_name="inbox")
    op.drop_column("inbox", "is_open" if column == "state" else "state")
    by_cell = ["sentiment", column, "received_at"]
    op.create_index("inbox_by_campaign", "inbox", ["campaign_id", *by_cell, "reply_id", "received_on"], unique=False)
    op.create_index("inbox_by_time", "inbox", [*by_cell, "campaign_id", "reply_id", "received_on"], unique=False)
    if is_sqlite:
        op.create_index("inbox_of_words", "inbox", ["words", *by_cell], unique=False)
