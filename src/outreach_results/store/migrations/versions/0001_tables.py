"""the tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "benchmarks",
        sa.Column("mcp", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("metric", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("average", sa.Float(), nullable=True),
        sa.Column("p25", sa.Float(), nullable=True),
        sa.Column("p50", sa.Float(), nullable=True),
        sa.Column("p75", sa.Float(), nullable=True),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("mcp", "metric", name="benchmarks_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mcp", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("detail IN ('events', 'daily')", name="campaigns_detail"),
        sa.PrimaryKeyConstraint("campaign_id", name="campaigns_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "loads",
        sa.Column("load_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=False),
        sa.Column("inserted", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("load_id", name="loads_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="meta_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email_limit", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="plan_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_stats",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("emails_sent", sa.BigInteger(), nullable=True),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("bounced", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("clicked", sa.BigInteger(), nullable=True),
        sa.Column("replied", sa.BigInteger(), nullable=True),
        sa.Column("unsubscribed", sa.BigInteger(), nullable=True),
        sa.Column("meetings_booked", sa.BigInteger(), nullable=True),
        sa.Column("delivered_human", sa.BigInteger(), nullable=True),
        sa.Column("bounced_human", sa.BigInteger(), nullable=True),
        sa.Column("opened_human", sa.BigInteger(), nullable=True),
        sa.Column("clicked_human", sa.BigInteger(), nullable=True),
        sa.Column("replied_human", sa.BigInteger(), nullable=True),
        sa.Column("unsubscribed_human", sa.BigInteger(), nullable=True),
        sa.Column("meetings_booked_human", sa.BigInteger(), nullable=True),
        sa.Column("cost_ai_generation", sa.BigInteger(), nullable=True),
        sa.Column("cost_lead_enrichment", sa.BigInteger(), nullable=True),
        sa.Column("cost_email_sending", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("basis IN ('activity', 'send')", name="daily_stats_basis"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="daily_stats_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "basis", "date", name="daily_stats_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "emails",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("email_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("cost_ai_generation", sa.BigInteger(), nullable=False),
        sa.Column("cost_lead_enrichment", sa.BigInteger(), nullable=False),
        sa.Column("cost_email_sending", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="emails_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "email_id", name="emails_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replies",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("reply_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("email_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("sentiment", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="replies_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "reply_id", name="replies_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("replies_newest", "replies", ["campaign_id", "received_at", "reply_id"], unique=False)
    op.create_table(
        "reported_stats",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("period_start", Instant(), nullable=True),
        sa.Column("period_end", Instant(), nullable=True),
        sa.Column("emails_sent", sa.BigInteger(), nullable=True),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("bounced", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("clicked", sa.BigInteger(), nullable=True),
        sa.Column("replied", sa.BigInteger(), nullable=True),
        sa.Column("unsubscribed", sa.BigInteger(), nullable=True),
        sa.Column("meetings_booked", sa.BigInteger(), nullable=True),
        sa.Column("cost_ai_generation", sa.BigInteger(), nullable=True),
        sa.Column("cost_lead_enrichment", sa.BigInteger(), nullable=True),
        sa.Column("cost_email_sending", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="reported_stats_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", name="reported_stats_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("event_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("email_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("type", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "email_id"], ["emails.campaign_id", "emails.email_id"], name="events_email"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "event_id", name="events_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "events_by_email",
        "events",
        ["campaign_id", "email_id", "type", "occurred_on", "is_machine"],
        unique=False,
    )
    op.create_table(
        "reply_marks",
        sa.Column("campaign_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("reply_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("sentiment", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.Column("marked_by", sa.Text(), nullable=True),
        sa.Column("marked_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "reply_id"], ["replies.campaign_id", "replies.reply_id"], name="reply_marks_reply"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "reply_id", name="reply_marks_pk"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("reply_marks")
    op.drop_index("events_by_email", table_name="events")
    op.drop_table("events")
    op.drop_table("reported_stats")
    op.drop_index("replies_newest", table_name="replies")
    op.drop_table("replies")
    op.drop_table("emails")
    op.drop_table("daily_stats")
    op.drop_table("plan")
    op.drop_table("meta")
    op.drop_table("loads")
    op.drop_table("campaigns")
    op.drop_table("benchmarks")
