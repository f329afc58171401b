"""The replies that the inbox shows, as a file with all fields of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from outreach_results.export.file_names import file_name
from outreach_results.export.reading import read_long_rows
from outreach_results.export.streams import Download, file_metadata, find_format
from outreach_results.models import Filters
from outreach_results.results import InboxFilters, chosen_replies, newest_first, reply_query
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.replies.state import inbox_replies

REPLY_COLUMNS: dict[str, str] = {
    "campaign_id": "Id of the campaign.",
    "campaign_name": "Its title.",
    "reply_id": "Id of the reply.",
    "email_id": "Id of the email that it answers.",
    "received_at": "When it came in (UTC).",
    "address": "Who replied.",
    "name": "The name given in the reply.",
    "company": "The company given in the reply.",
    "sentiment": "The sentiment that counts: the corrected one, or else the source's.",
    "source_sentiment": "What the source says.",
    "corrected_sentiment": "What a person corrected it to.",
    "corrected_by": "Who did.",
    "corrected_at": "When (UTC).",
    "handled_at": "When the reply was marked as done (UTC).",
    "handled_by": "Who did.",
    "meeting_marked_at": "When someone marked that it led to a meeting (UTC).",
    "meeting_marked_by": "Who did.",
    "assignee": "Who is to answer.",
    "assigned_by": "Who said so.",
    "assigned_at": "When (UTC).",
    "snoozed_until": "The local date until which the reply is not to be listed as to do.",
    "snoozed_by": "Who said so.",
    "snoozed_at": "When (UTC).",
    "preview": "The beginning of the reply.",
    "body": "The whole reply.",
}

_META_NAMES = {"kind": "lane", "status": "handling", "q": "search"}
"""Names in the ``meta`` object of files where they differ from those of the fields."""


def replies_download(store: Store, filters: Filters, inbox_filters: InboxFilters, fmt: str) -> Download:
    """Exactly the replies that these filters show on all pages of the inbox, newest first, streamed.

    Raises:
        QueryError: there is no such format.
    """
    chosen = find_format(fmt)
    campaign = schema.campaigns.c
    query = (
        reply_query(chosen_replies(filters, inbox_filters), beside=inbox_replies)
        .add_columns(campaign.name.label("campaign_name"))
        .join(schema.campaigns, campaign.campaign_id == schema.replies.c.campaign_id)
        .order_by(*newest_first())
    )

    def chunks() -> Iterator[bytes]:
        if chosen.bom:
            yield chosen.bom
        with store.read(is_stream=True) as connection:
            meta = file_metadata(filters, zone_of(connection).key)
            meta["filters"] |= {
                _META_NAMES.get(one.name, one.name): getattr(inbox_filters, one.name) for one in fields(inbox_filters)
            }
            rows = (
                [[row._mapping[name] for name in REPLY_COLUMNS] for row in part]
                for part in read_long_rows(connection, query)
            )
            yield from chosen.rows(list(REPLY_COLUMNS), rows, meta)

    return Download(file_name(_base_name(inbox_filters, store.zone().key), fmt, filters), chosen.media_type, chunks())


def _base_name(inbox_filters: InboxFilters, zone: str) -> str:
    """The name of the file, which states the filters of the inbox and the time zone."""
    search = [f"with-{inbox_filters.q}"] if inbox_filters.q else []
    return "_".join(
        [
            "replies",
            inbox_filters.kind,
            inbox_filters.status,
            *(inbox_filters.sentiments or ()),
            *search,
            zone.replace("/", "-"),
        ]
    )
