"""Which reply is read after a change."""

from __future__ import annotations

import pytest

from outreach_results.models import Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus
from outreach_results.store.replies.changes import Action
from outreach_results.ui.inbox.state_changes import leaves_the_list


@pytest.mark.parametrize(
    ("change", "inbox_filters", "expected"),
    [
        (Action.HANDLED, InboxFilters(status=ReplyStatus.OPEN), True),
        (Action.HANDLED, InboxFilters(status=ReplyStatus.ALL), False),
        (Action.REOPENED, InboxFilters(status=ReplyStatus.HANDLED), True),
        (Action.REOPENED, InboxFilters(status=ReplyStatus.OPEN), False),
        (Action.HANDLED, InboxFilters(status=ReplyStatus.HANDLED), False),
        (Action.MEETING_BOOKED, InboxFilters(status=ReplyStatus.OPEN), False),
        (Sentiment.POSITIVE, InboxFilters(sentiments=(Sentiment.UNCLASSIFIED,)), True),
        (Sentiment.POSITIVE, InboxFilters(sentiments=(Sentiment.POSITIVE,)), False),
        (Sentiment.POSITIVE, InboxFilters(), False),
        (Sentiment.AUTOMATIC, InboxFilters(kind=ReplyKind.PEOPLE), True),
    ],
)
def test_what_leaves_the_list_is_known_before(change, inbox_filters, expected):
    assert leaves_the_list(change, inbox_filters) is expected
