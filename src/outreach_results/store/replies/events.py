"""The ``replied`` events of replies: flagged as a machine's where the effective sentiment is automatic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection, select, update

from outreach_results.models import Detail, Sentiment
from outreach_results.store import entries, rollup
from outreach_results.store.replies.state import counts_as_automatic, effective_sentiment, replies_with_state
from outreach_results.store.rollup import Tally, id_in
from outreach_results.store.schema import campaigns, events, replies


def update_machine_flags(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Bring the machine flags of these replies' events, and the rollups, up to date after a change of their states."""
    outdated = (
        select(events.c.event_id, events.c.email_id)
        .select_from(
            replies_with_state.join(
                events,
                (events.c.campaign_id == replies.c.campaign_id)
                & (events.c.event_id == replies.c.reply_id)
                & events.c.is_reply,
            )
        )
        .where(
            replies.c.campaign_id == campaign_id,
            id_in(connection, replies.c.reply_id, reply_ids),
            events.c.is_machine != (effective_sentiment == Sentiment.AUTOMATIC.value),
        )
    )
    rows = connection.execute(outdated).all()
    if not rows:
        return
    change: Tally = Counter()
    email_ids = {row.email_id for row in rows}
    change.subtract(rollup.recount(connection, campaign_id, email_ids))
    flag_replied_events(connection, campaign_id, [row.event_id for row in rows])
    change.update(rollup.recount(connection, campaign_id, email_ids))
    # Where only daily totals are stored, they stay those of the source.
    detail = select(campaigns.c.detail).where(campaigns.c.campaign_id == campaign_id)
    if connection.execute(detail).scalar_one() == Detail.EVENTS:
        with entries.lifted(connection, campaign_id):
            rollup.add(connection, campaign_id, change)


def flag_replied_events(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Flag the events of these replies as a machine's, or not; the rollups are left as they are."""
    connection.execute(
        update(events)
        .where(
            events.c.campaign_id == campaign_id,
            id_in(connection, events.c.event_id, reply_ids),
            events.c.is_reply,
            replies.c.campaign_id == events.c.campaign_id,
            replies.c.reply_id == events.c.event_id,
        )
        .values(is_machine=counts_as_automatic(campaign_id))
    )
