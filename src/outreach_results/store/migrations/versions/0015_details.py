"""what sources know of an email and of an event, and the emails that nobody says were sent"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_OF_EMAIL = ("step", "variant", "mailbox", "subject", "text")
_NEW = {"emails": _OF_EMAIL, "contacts": _OF_EMAIL, "events": ("kind", "reason", "source_type")}


def upgrade() -> None:
    for table, names in _NEW.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    unsent = sa.text("sent_at IS NULL")
    op.create_index(
        "emails_unsent",
        "emails",
        ["campaign_id", "email_id"],
        unique=False,
        sqlite_where=unsent,
        postgresql_where=unsent,
    )


def downgrade() -> None:
    op.drop_index("emails_unsent", table_name="emails")
    for table, names in _NEW.items():
        for name in reversed(names):
            op.drop_column(table, name)
