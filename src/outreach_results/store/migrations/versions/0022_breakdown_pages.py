"""bounces are found by an index, and the emails without a domain or subject are a group"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    bounced = sa.text("type = 'bounced'")
    op.create_index(
        "events_bounced",
        "events",
        ["campaign_id", "email_id"],
        unique=False,
        sqlite_where=bounced,
        postgresql_where=bounced,
    )
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'rollups', 'outdated' WHERE NOT EXISTS "
        "(SELECT 1 FROM meta WHERE key = 'rollups')"
    )  # see env.py


def downgrade() -> None:
    op.execute("DELETE FROM breakdown_stats WHERE value = ''")
    op.drop_index("events_bounced", table_name="events")
