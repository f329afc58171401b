"""who may sign in, and who has"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Id, Instant

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "team_members",
        sa.Column("address", Id, nullable=False),
        sa.Column("role", Id, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("address", name="team_members_pk"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("sign_in_id", Id, nullable=False),
        sa.Column("address", Id, nullable=False),
        sa.Column("signed_in_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("sign_in_id", name="sign_ins_pk"),
    )
    op.create_index("sign_ins_by_address", "sign_ins", ["address"], unique=False)


def downgrade() -> None:
    op.drop_index("sign_ins_by_address", table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_table("team_members")
