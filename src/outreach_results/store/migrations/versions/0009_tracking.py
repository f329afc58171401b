"""what each campaign tracks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_KINDS = ("deliveries", "bounces", "opens", "clicks", "replies", "unsubscribes", "meetings", "costs")
_COLUMNS = (*(f"tracks_{kind}" for kind in _KINDS), *(f"tracks_{kind}_choice" for kind in _KINDS))


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("campaigns", sa.Column(column, sa.Boolean(), nullable=True))


def downgrade() -> None:
    for column in reversed(_COLUMNS):
        op.drop_column("campaigns", column)
