"""whether what people chose and entered was done in this database, or came with a file"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_KINDS = ("deliveries", "bounces", "opens", "clicks", "replies", "unsubscribes", "meetings", "costs")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("tracks_chosen_here", sa.Text(), nullable=True))
    # Where nobody knows, a file changes nothing.
    kinds = "".join(f" {kind} " for kind in sorted(_KINDS))
    is_chosen = " OR ".join(f"tracks_{kind}_choice IS NOT NULL" for kind in _KINDS)
    op.execute(f"UPDATE campaigns SET tracks_chosen_here = '{kinds}' WHERE {is_chosen}")
    op.add_column("campaign_entries", sa.Column("is_from_file", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign_entries", "is_from_file")
    op.drop_column("campaigns", "tracks_chosen_here")
