"""bounces with a kind or a reason are found by an index"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    for name in ("kind", "reason"):
        known = sa.text(f"type = 'bounced' AND {name} IS NOT NULL")
        op.create_index(
            f"events_bounced_{name}",
            "events",
            ["campaign_id", "is_machine"],
            unique=False,
            sqlite_where=known,
            postgresql_where=known,
        )


def downgrade() -> None:
    for name in ("kind", "reason"):
        op.drop_index(f"events_bounced_{name}", table_name="events")
