"""the domain of a recipient, and the days of groups of emails"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_COUNTS = ("emails_sent", "delivered", "bounced", "opened", "clicked", "replied", "unsubscribed", "meetings_booked")
_DOMAIN = {
    "sqlite": "substr(recipient_key, length(rtrim(recipient_key, replace(recipient_key, '@', ''))) + 1)",
    "postgresql": "split_part(recipient_key, '@', -1)",
}
_FIRST_AT = {"sqlite": "instr(recipient_key, '@')", "postgresql": "strpos(recipient_key, '@')"}


def upgrade() -> None:
    kind = op.get_bind().dialect.name
    op.add_column("emails", sa.Column("recipient_domain", _ID, nullable=True))
    op.execute(
        f"UPDATE emails SET recipient_domain = {_DOMAIN[kind]} "
        f"WHERE {_FIRST_AT[kind]} > 1 AND length({_DOMAIN[kind]}) BETWEEN 1 AND 253"
    )
    op.drop_index("emails_by_recipient", table_name="emails")
    by_recipient = ["campaign_id", "recipient_domain", "recipient_key", "sent_at"]
    op.create_index("emails_by_recipient", "emails", by_recipient, unique=False)
    short = sa.text("length(subject) <= 500")
    op.create_index(
        "emails_by_subject",
        "emails",
        ["campaign_id", "subject"],
        unique=False,
        sqlite_where=short,
        postgresql_where=short,
    )
    numbers = (*_COUNTS, *(f"{name}_human" for name in _COUNTS[1:]))
    op.create_table(
        "breakdown_stats",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("dimension", _ID, nullable=False),
        sa.Column("basis", _ID, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("value", _ID, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.CheckConstraint("basis IN ('activity', 'send')", name="breakdown_stats_basis"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="breakdown_stats_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "dimension", "basis", "date", "value", name="breakdown_stats_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("breakdown_by_value", "breakdown_stats", ["campaign_id", "dimension", "value"], unique=False)
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'rollups', 'outdated' WHERE NOT EXISTS "
        "(SELECT 1 FROM meta WHERE key = 'rollups')"
    )  # see env.py


def downgrade() -> None:
    op.drop_table("breakdown_stats")
    op.drop_index("emails_by_subject", table_name="emails")
    op.drop_index("emails_by_recipient", table_name="emails")
    op.create_index("emails_by_recipient", "emails", ["campaign_id", "recipient_key", "sent_at"], unique=False)
    op.drop_column("emails", "recipient_domain")
