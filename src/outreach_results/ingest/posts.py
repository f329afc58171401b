"""Events that a mail service delivers by itself: many deliveries, written in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from outreach_results.ingest.content import Row, content_of
from outreach_results.ingest.context import Context, known_campaigns
from outreach_results.ingest.history import LoadKind
from outreach_results.ingest.load import load
from outreach_results.ingest.records import CampaignRecord, FileItem, Rejected
from outreach_results.ingest.tool_formats import ToolFormat
from outreach_results.store.engine import Store

_NO_DATE = datetime.min.replace(tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """One delivery.

    Attributes:
        entry: what reads the events.
        objects: the events, as the service wrote them.
        campaign: the name or id of the campaign for events that name none.
        size: of the body that they came in, in bytes.
    """

    entry: ToolFormat
    objects: Sequence[Row]
    campaign: str | None = None
    size: int = 0


class Receipt(NamedTuple):
    """What became of a delivery: how many events it had, and those that cannot be used, which the history keeps."""

    received: int
    rejected: list[Rejected]


def write_posts(store: Store, posts: Sequence[Post]) -> list[Receipt | Exception]:
    """Write deliveries of one service in one transaction. On return they are on the disk.

    Returns:
        In the order of the deliveries, what became of each: an exception where its events could not even be read.

    Raises:
        StoreError: nothing was changed.
    """
    zone = store.zone()
    known = known_campaigns(store)
    outcomes: list[Receipt | Exception] = []
    readable: list[list[FileItem]] = []
    for post in posts:
        try:
            records = _records(post, Context(zone=zone, campaign=post.campaign, known=known))
        except Exception as error:  # one delivery must not keep back the others
            _log.exception("A delivery (%s) could not be read", post.entry.key)
            outcomes.append(error)
            continue
        readable.append(records)
        outcomes.append(Receipt(len(post.objects), [item for item in records if isinstance(item, Rejected)]))
    if any(readable):
        load(store, posts[0].entry.name, _campaigns_first(readable), kind=LoadKind.WEBHOOK)
    return outcomes


def _campaigns_first(deliveries: Sequence[list[FileItem]]) -> Iterator[FileItem]:
    """All records, with one description of each campaign: every delivery begins with one of its own."""
    campaigns: dict[CampaignRecord, CampaignRecord] = {}
    for item in chain.from_iterable(deliveries):
        if isinstance(item, CampaignRecord):
            undated = item._replace(created_at=_NO_DATE)
            earliest = campaigns.setdefault(undated, item)
            if item.created_at < earliest.created_at:
                campaigns[undated] = item
    yield from campaigns.values()
    yield from (item for item in chain.from_iterable(deliveries) if not isinstance(item, CampaignRecord))


def _records(post: Post, context: Context) -> list[FileItem]:
    items: Iterable[FileItem] = post.entry.records(content_of(post.objects, post.entry.name), context)
    return list(items)
