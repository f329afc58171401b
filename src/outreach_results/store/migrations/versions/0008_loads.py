"""what a load added, so that it can be undone; rejected rows and mappings that are kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach_results.store.column_types import Instant

revision = "0008"
down_revision = "0007"

_LOADED = ("campaigns", "emails", "events", "replies", "contacts")
_OF_LOADS = ("load_no", "kind", "loaded_by", "report", "undone_at", "undone_by")


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for table in _LOADED:
        op.add_column(table, sa.Column("load_no", sa.Integer()))
    for column in (
        sa.Column("load_no", sa.Integer()),
        sa.Column("kind", _id()),
        sa.Column("loaded_by", sa.Text()),
        sa.Column("report", sa.Text()),
        sa.Column("undone_at", Instant()),
        sa.Column("undone_by", sa.Text()),
    ):
        op.add_column("loads", column)
    op.create_table(
        "rejected_rows",
        sa.Column("load_id", _id(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("original", sa.Text()),
        sa.PrimaryKeyConstraint("load_id", "place", name="rejected_rows_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved_mappings",
        sa.Column("header", _id(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("header", name="saved_mappings_pk"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("saved_mappings")
    op.drop_table("rejected_rows")
    for name in reversed(_OF_LOADS):
        op.drop_column("loads", name)
    for table in reversed(_LOADED):
        op.drop_column(table, "load_no")
