"""an address is one person's whatever its case"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x1f"
_ROWS_AT_A_TIME = 10_000


def upgrade() -> None:
    op.add_column("emails", sa.Column("recipient_key", _ID, nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    bare = "trim(recipient, :blanks)" if is_sqlite else 'btrim(recipient COLLATE "C", :blanks)'
    op.get_bind().execute(
        sa.text(f"UPDATE emails SET recipient_key = lower({bare}) WHERE recipient IS NOT NULL"), {"blanks": _BLANKS}
    )
    _fold_the_others("CAST(recipient AS BLOB)" if is_sqlite else "convert_to(recipient, 'UTF8')")
    op.drop_index("emails_by_recipient", table_name="emails")
    op.create_index("emails_by_recipient", "emails", ["campaign_id", "recipient_key", "sent_at"], unique=False)


def _fold_the_others(in_bytes: str) -> None:
    """Beyond ASCII the databases know less of case than Python, or each something else."""
    connection = op.get_bind()
    query = f"SELECT campaign_id, email_id, recipient FROM emails WHERE length(recipient) <> length({in_bytes})"
    for rows in connection.execute(sa.text(query)).partitions(_ROWS_AT_A_TIME):
        connection.execute(
            sa.text("UPDATE emails SET recipient_key = :key WHERE campaign_id = :campaign AND email_id = :email"),
            [{"campaign": row[0], "email": row[1], "key": row[2].strip().casefold()} for row in rows],
        )


def downgrade() -> None:
    op.drop_index("emails_by_recipient", table_name="emails")
    op.drop_column("emails", "recipient_key")
    op.create_index("emails_by_recipient", "emails", ["campaign_id", "recipient", "sent_at"], unique=False)
