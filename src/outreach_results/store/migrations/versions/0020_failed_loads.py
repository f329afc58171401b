"""files that could not be imported stay in the history, which is read by time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("loads", sa.Column("problem", sa.Text(), nullable=True))
    op.create_index("loads_by_time", "loads", ["finished_at"], unique=False)


def downgrade() -> None:
    op.drop_index("loads_by_time", table_name="loads")
    op.execute("DELETE FROM loads WHERE problem IS NOT NULL")
    op.drop_column("loads", "problem")
