"""whose campaigns a person and a key may see; who is there sees all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("team_members", sa.Column("clients", sa.Text()))
    op.add_column("api_keys", sa.Column("client_id", Id))


def downgrade() -> None:
    op.drop_column("team_members", "clients")
    op.drop_column("api_keys", "client_id")
