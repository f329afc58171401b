"""read-only links"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "share_links",
        sa.Column("link_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", Id, nullable=False),
        sa.Column("pass_key", sa.Text(), nullable=False),
        sa.Column("client_id", Id),
        sa.Column("campaigns", sa.Text(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("has_recipients", sa.Boolean(), nullable=False),
        sa.Column("password_salt", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("brand_name", sa.Text(), nullable=False),
        sa.Column("brand_color", sa.Text(), nullable=False),
        sa.Column("brand_logo", sa.Text()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text()),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.Column("last_used_at", Instant()),
        sa.PrimaryKeyConstraint("link_id", name="share_links_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("share_links_by_digest", "share_links", ["digest"])


def downgrade() -> None:
    op.drop_table("share_links")
