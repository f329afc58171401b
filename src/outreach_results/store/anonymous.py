"""Keeping emails, events and replies without the people they were exchanged with: all counts stay as they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, case, select, update

from outreach_results.models import Detail
from outreach_results.store import breakdown
from outreach_results.store.column_types import id_in
from outreach_results.store.forgotten import FORGOTTEN
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import campaigns, emails, events, replies

NOTHING_PERSONAL: dict[str, str | None] = dict.fromkeys(("name", "company", "subject", "text"))
"""What is removed of an email or a contact beside the address: a subject or a text may name the person."""


def anonymize_emails(connection: Connection, campaign_id: str, pseudonyms: Mapping[str, str]) -> set[str]:
    """Remove the recipients of some emails, and what they wrote; returns the ids of these replies.

    Args:
        pseudonyms: by email id, what stands in place of the address.
    """
    email, event, reply = emails.c, events.c, replies.c
    answers: dict[str, str] = {}
    with breakdown_kept(connection, campaign_id, pseudonyms.keys()):
        for pseudonym, ids in _by_pseudonym(pseudonyms).items():
            connection.execute(
                update(emails)
                .where(email.campaign_id == campaign_id, id_in(connection, email.email_id, ids))
                .values(recipient=pseudonym, recipient_key=pseudonym, recipient_domain=None, **NOTHING_PERSONAL)
            )
            # A link may hold the address, or a number that stands for it.
            of_emails = (event.campaign_id == campaign_id, id_in(connection, event.email_id, ids))
            connection.execute(update(events).where(*of_emails, event.url.is_not(None)).values(url=None))
            # By their emails and not by their senders: somebody may answer from another address.
            answering = select(reply.reply_id).where(
                reply.campaign_id == campaign_id, id_in(connection, reply.email_id, ids)
            )
            answers |= dict.fromkeys(connection.execute(answering).scalars(), pseudonym)
    anonymize_replies(connection, campaign_id, answers)
    return set(answers)


def anonymize_replies(connection: Connection, campaign_id: str, pseudonyms: Mapping[str, str]) -> None:
    """Remove the senders and texts of some replies, also from the search index; ``pseudonyms`` by reply id."""
    reply = replies.c
    for pseudonym, ids in _by_pseudonym(pseudonyms).items():
        these = (reply.campaign_id == campaign_id, id_in(connection, reply.reply_id, ids))
        address = case((reply.address.is_not(None), pseudonym))
        nothing: dict[str, Any] = {"name": None, "company": None, "preview": "", "body": None}
        connection.execute(update(replies).where(*these).values(address=address, text_removed=FORGOTTEN, **nothing))
    if pseudonyms:
        inbox_table.refresh(connection, campaign_id, list(pseudonyms))


def _by_pseudonym(pseudonyms: Mapping[str, str]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = defaultdict(list)
    for own_id, pseudonym in pseudonyms.items():
        ids[pseudonym].append(own_id)
    return ids


@contextmanager
def breakdown_kept(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> Iterator[None]:
    """Keep the groups of emails right while these emails lose what they are grouped by."""
    # Where only totals of the source are stored, emails are in no group.
    detail = select(campaigns.c.detail).where(campaigns.c.campaign_id == campaign_id)
    is_counted = connection.execute(detail).scalar_one_or_none() == Detail.EVENTS
    change: breakdown.Change = Counter()
    if is_counted:
        change.subtract(breakdown.recount_of(connection, campaign_id, email_ids))
    yield
    if is_counted:
        change.update(breakdown.recount_of(connection, campaign_id, email_ids))
        breakdown.add(connection, campaign_id, change)
