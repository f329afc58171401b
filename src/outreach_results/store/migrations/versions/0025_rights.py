"""people who were forgotten, and replies whose text was removed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "forgotten_people",
        sa.Column("salt", Id, nullable=False),
        sa.Column("digest", Id, nullable=False),
        sa.Column("forgotten_at", Instant(), nullable=False),
        sa.Column("forgotten_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("salt", "digest", name="forgotten_people_pk"),
        sqlite_with_rowid=False,
    )
    op.add_column("replies", sa.Column("text_removed", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("replies", "text_removed")
    op.drop_table("forgotten_people")
