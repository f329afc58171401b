"""Replies beside their marks: the one definition of the effective sentiment."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from outreach_results.models import ReplyState, Sentiment
from outreach_results.store.schema import inbox, replies, reply_marks

Columns = ReadOnlyColumnCollection[str, Any]


def same_reply(one: Columns, other: Columns) -> ColumnElement[bool]:
    """The join condition of two tables with the key of replies."""
    return and_(one.campaign_id == other.campaign_id, one.reply_id == other.reply_id)


replies_with_state: FromClause = replies.outerjoin(reply_marks, same_reply(replies.c, reply_marks.c))
"""Replies beside their marks."""

inbox_replies: FromClause = inbox.join(replies, same_reply(inbox.c, replies.c)).outerjoin(
    reply_marks, same_reply(replies.c, reply_marks.c)
)
"""The same beside their rows of `inbox`, whose columns the inbox filters use."""

effective_sentiment: ColumnElement[str] = func.coalesce(reply_marks.c.sentiment, replies.c.sentiment)
"""The corrected sentiment or, without a correction, that of the source; of `replies_with_state`."""

mark_version: ColumnElement[int] = func.coalesce(reply_marks.c.version, 0)
"""The version of the mark, of `replies_with_state`; 0 where there is none."""


def state_on(day: date) -> ColumnElement[str]:
    """The `ReplyState` on a local date, of `replies_with_state`."""
    is_asleep = reply_marks.c.snoozed_until > literal(day, reply_marks.c.snoozed_until.type)
    # What is done is done, whether it was snoozed before or not.
    return case(
        (reply_marks.c.handled_at.is_not(None), ReplyState.HANDLED.value),
        (is_asleep, ReplyState.SNOOZED.value),
        else_=ReplyState.OPEN.value,
    )


def counts_as_automatic(campaign_id: str) -> ColumnElement[bool]:
    """Whether a machine replied, after corrections; for changes by ``replies`` of a campaign, which cannot join marks.

    ``campaign_id`` is redundant, but tells a distributed database that all rows are on one machine.
    """
    corrected = (
        select(reply_marks.c.sentiment)
        .where(same_reply(reply_marks.c, replies.c), reply_marks.c.campaign_id == campaign_id)
        .correlate(replies)
        .scalar_subquery()
    )
    return func.coalesce(corrected, replies.c.sentiment) == Sentiment.AUTOMATIC.value
