"""clients, tags, and the rules that give them to campaigns"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("client_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name="clients_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_labels",
        sa.Column("id", Id, nullable=False),
        sa.Column("origin", Id, nullable=False),
        sa.Column("client_id", Id, nullable=True),
        sa.Column("client_name", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=True),
        sa.Column("labeled_at", Instant(), nullable=False),
        sa.Column("labeled_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "origin", name="campaign_labels_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_rules",
        sa.Column("rule_id", Id, nullable=False),
        sa.Column("match", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("client_id", Id, nullable=True),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rule_id", name="label_rules_pk"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("label_rules", "campaign_labels", "clients"):
        op.drop_table(name)
