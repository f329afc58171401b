"""what a key of the HTTP API may do; those that are there read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("scope", _ID, nullable=False, server_default="read"))


def downgrade() -> None:
    op.drop_column("api_keys", "scope")
