"""A reply to be shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from outreach_results.models import InboxReply, Sentiment

NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_reply() -> Callable[..., InboxReply]:
    """``make_reply(name="Ada")``: a reply with these fields, and usual ones."""

    def make(**fields: object) -> InboxReply:
        usual = {
            "id": "r1",
            "campaign_id": "c1",
            "email_id": "e1",
            "name": "Ada",
            "sentiment": Sentiment.NEUTRAL,
            "source_sentiment": Sentiment.NEUTRAL,
            "preview": "Tell me more",
            "received_at": NOW,
        }
        return InboxReply.model_validate(usual | fields)

    return make
