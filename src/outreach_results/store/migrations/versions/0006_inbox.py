"""what the inbox is filtered, sorted and searched by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from outreach_results.store.column_types import Instant

revision = "0006"
down_revision = "0005"

_SENTIMENTS = ("positive", "neutral", "negative", "automatic", "unclassified")


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_index("replies_newest", table_name="replies")
    op.create_table(
        "inbox",
        sa.Column("campaign_id", _id(), nullable=False),
        sa.Column("reply_id", _id(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("sentiment", _id(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("words", sa.BigInteger().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "reply_id"], ["replies.campaign_id", "replies.reply_id"], name="inbox_reply"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "reply_id", name="inbox_pk"),
        sqlite_with_rowid=False,
    )
    by_cell = ["sentiment", "is_open", "received_at"]
    op.create_index("inbox_by_campaign", "inbox", ["campaign_id", *by_cell, "reply_id", "received_on"], unique=False)
    op.create_index("inbox_by_time", "inbox", [*by_cell, "campaign_id", "reply_id", "received_on"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("inbox_of_words", "inbox", ["words", "sentiment", "is_open", "received_at"], unique=False)
    else:
        op.create_index("inbox_by_words", "inbox", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "inbox_stats",
        sa.Column("campaign_id", _id(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        *(
            sa.Column(f"{sentiment}_{state}", sa.Integer(), nullable=False)
            for sentiment in _SENTIMENTS
            for state in ("open", "handled")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "date", name="inbox_stats_pk"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        # The words come split already: only their spaces matter, hence the simplest tokenizer. Beginnings of as many
        # letters as are listed are found as quickly as whole words.
        op.execute(
            "CREATE VIRTUAL TABLE reply_words USING fts5(words, tokenize='ascii', detail=none, prefix='2 3 4 5 6')"
        )
    op.execute("INSERT INTO meta (key, value) VALUES ('inbox', 'outdated')")  # see env.py


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE reply_words")
    op.drop_table("inbox_stats")
    op.drop_table("inbox")
    op.create_index("replies_newest", "replies", ["campaign_id", "received_at", "reply_id"], unique=False)
