"""A clock after the sample's data, and what messages are sent to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from outreach_results.store import schema
from outreach_results.store.engine import Store
from support.messaging import hook, inbox, mail, post

__all__ = ["hook", "inbox", "mail", "post"]

MONDAY = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
"""After the week from March 16 to 22, of which the sample has every day."""


@pytest.fixture
def store(writable_sample: Store) -> Store:
    """The sample, imported just before `MONDAY`."""
    with writable_sample.write() as connection:
        connection.execute(update(schema.loads).values(finished_at=datetime(2026, 3, 23, 0, 30, tzinfo=UTC)))
    return writable_sample
