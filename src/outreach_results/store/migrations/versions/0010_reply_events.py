"""an id namespace of its own for the events of replies, and the moment from which a plan is known"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0010"
down_revision = "0009"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_COLUMNS = "campaign_id, event_id, email_id, type, occurred_at, occurred_on, occurred_hour, is_machine, url, load_no"
_OF_A_REPLY = (
    "type = 'replied' AND EXISTS (SELECT 1 FROM replies WHERE replies.campaign_id = events.campaign_id "
    "AND replies.reply_id = events.event_id AND replies.email_id IS NOT NULL)"
)
# Replies whose event found its id taken by another event.
_MISSING = """
    SELECT r.campaign_id, r.reply_id, r.email_id, 'replied', r.received_at, r.received_on, r.received_hour,
        coalesce(m.sentiment, r.sentiment) = 'automatic', NULL, r.load_no, {true}
    FROM replies r
    LEFT JOIN reply_marks m ON m.campaign_id = r.campaign_id AND m.reply_id = r.reply_id
    JOIN events e ON e.campaign_id = r.campaign_id AND e.event_id = r.reply_id AND e.type <> 'replied'
    WHERE r.email_id IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("plan", sa.Column("known_at", Instant(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(["campaign_id", "event_id", "is_reply"], f"{_COLUMNS}, {_OF_A_REPLY}")
        true = "1"
    else:
        op.add_column("events", sa.Column("is_reply", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.alter_column("events", "is_reply", server_default=None)
        op.execute(f"UPDATE events SET is_reply = true WHERE {_OF_A_REPLY}")
        op.drop_constraint("events_pk", "events", type_="primary")
        op.create_primary_key("events_pk", "events", ["campaign_id", "event_id", "is_reply"])
        true = "true"
    added = op.get_bind().execute(
        sa.text(f"INSERT INTO events ({_COLUMNS}, is_reply) {_MISSING.format(true=true)} RETURNING 1")
    )
    if added.all():
        op.execute("INSERT INTO meta (key, value) VALUES ('rollups', 'outdated')")  # see env.py


def downgrade() -> None:
    op.execute(
        "DELETE FROM events WHERE is_reply AND EXISTS (SELECT 1 FROM events other WHERE "
        "other.campaign_id = events.campaign_id AND other.event_id = events.event_id AND NOT other.is_reply)"
    )
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(["campaign_id", "event_id"], _COLUMNS)
    else:
        op.drop_constraint("events_pk", "events", type_="primary")
        op.create_primary_key("events_pk", "events", ["campaign_id", "event_id"])
        op.drop_column("events", "is_reply")
    op.drop_column("plan", "known_at")


def _rebuild(key: list[str], selected: str) -> None:
    """Write SQLite's table anew, which cannot change a key: its rows lie in the order of it."""
    has_flag = "is_reply" in key
    op.drop_index("events_by_email", table_name="events")
    op.create_table(
        "new_events",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("event_id", _ID, nullable=False),
        # Beside the rest of the key: where a key's columns are apart, SQLite's integrity check sees NULLs that are not.
        *([sa.Column("is_reply", sa.Boolean(), nullable=False)] if has_flag else []),
        sa.Column("email_id", _ID, nullable=False),
        sa.Column("type", _ID, nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("occurred_hour", sa.Integer(), nullable=True),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("load_no", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "email_id"], ["emails.campaign_id", "emails.email_id"], name="events_email"
        ),
        sa.PrimaryKeyConstraint(*key, name="events_pk"),
        sqlite_with_rowid=False,
    )
    columns = f"{_COLUMNS}, is_reply" if has_flag else _COLUMNS
    op.execute(f"INSERT INTO new_events ({columns}) SELECT {selected} FROM events ORDER BY campaign_id, event_id")
    op.drop_table("events")
    op.rename_table("new_events", "events")
    op.create_index(
        "events_by_email", "events", ["campaign_id", "email_id", "type", "occurred_hour", "is_machine"], unique=False
    )
