"""campaigns known by snapshots of their contacts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0007"
down_revision = "0006"

_BEFORE = "detail IN ('events', 'daily')"
_AFTER = "detail IN ('events', 'daily', 'contacts')"
_COUNTS = (
    "emails_sent",
    "delivered",
    "bounced",
    "opened",
    "clicked",
    "replied",
    "unsubscribed",
    "meetings_booked",
)
_OUTCOMES = (
    ("sent", "sent_at"),
    ("delivered", "delivered_at"),
    ("bounced", "bounced_at"),
    ("opened", "opened_at"),
    ("clicked", "clicked_at"),
    ("replied", "replied_at"),
    ("unsubscribed", "unsubscribed_at"),
    ("meetings", "meeting_at"),
)


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _change_check(_BEFORE, _AFTER)
    op.create_table(
        "contacts",
        sa.Column("campaign_id", _id(), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("company", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("cost", sa.BigInteger()),
        *(
            column
            for counted, moment in _OUTCOMES
            for column in (sa.Column(counted, sa.Integer()), sa.Column(moment, Instant()))
        ),
        sa.PrimaryKeyConstraint("campaign_id", "as_of", "contact_id", name="contacts_pk"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="contacts_campaign"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "snapshot_stats",
        sa.Column("campaign_id", _id(), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in _COUNTS),
        sa.Column("cost", sa.BigInteger()),
        sa.PrimaryKeyConstraint("campaign_id", "as_of", name="snapshot_stats_pk"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="snapshot_stats_campaign"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("snapshot_stats")
    op.drop_table("contacts")
    op.execute(
        "DELETE FROM daily_stats WHERE campaign_id IN (SELECT campaign_id FROM campaigns WHERE detail = 'contacts')"
    )
    op.execute("UPDATE campaigns SET detail = 'daily' WHERE detail = 'contacts'")
    _change_check(_AFTER, _BEFORE)


def _change_check(before: str, after: str) -> None:
    """Change which levels of detail a campaign can have."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("campaigns_detail", "campaigns", type_="check")
        op.create_check_constraint("campaigns_detail", "campaigns", after)
        return
    # SQLite cannot alter a constraint, and writing the table anew would take all that refers to it along. A check
    # says nothing about what is stored, so SQLite's documentation allows to change its text in place.
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.get_bind().exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'campaigns'", (before, after)
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
