"""Keeping ``daily_stats`` and the other rollup tables right while a load writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set

from sqlalchemy import Connection, delete, func, select

from outreach_results.models import Basis, Detail
from outreach_results.store import rollup, schema
from outreach_results.store.rollup import Tally


class RollupUpdater:
    """Keeps the rollups right: by adding what changed, or by a rebuild where that is less work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._change: dict[str, Tally] = {}
        self._stored_emails: dict[str, int] = {}
        self._records: Counter[str] = Counter()
        self._rebuild: set[str] = set()

    def plan(self, sizes: Mapping[str, int]) -> None:
        """Choose between updating and rebuilding, by the number of records that come next for each campaign id."""
        for campaign_id, size in sizes.items():
            if campaign_id not in self._stored_emails:
                self._stored_emails[campaign_id] = self._count_emails(campaign_id)
            self._records[campaign_id] += size
            # A change recounts the touched emails twice; as many records as stored emails make a rebuild cheaper.
            if self._records[campaign_id] >= self._stored_emails[campaign_id]:
                self._rebuild.add(campaign_id)
                self._change.pop(campaign_id, None)
            if campaign_id not in self._rebuild:
                self._change.setdefault(campaign_id, Counter())

    @property
    def updated_campaigns(self) -> Set[str]:
        """The ids of the campaigns whose touched emails `subtract_current` and `add_current` need."""
        return self._change.keys()

    def subtract_current(self, touched: dict[str, set[str]]) -> None:
        """Subtract these emails as they are stored now, before they are written."""
        for campaign_id, email_ids in touched.items():
            # New ones count for nothing yet. A recount would look for each of them several times.
            if stored := self._stored_among(campaign_id, email_ids):
                self._change[campaign_id].subtract(rollup.recount(self._connection, campaign_id, stored))

    def touch(self, more: Mapping[str, set[str]], touched: dict[str, set[str]]) -> None:
        """Subtract more emails, that are about to be written too, and add them to those that were ``touched``."""
        kept = {campaign_id: ids for campaign_id, ids in more.items() if campaign_id in self._change}
        self.subtract_current(kept)
        for campaign_id, ids in kept.items():
            touched.setdefault(campaign_id, set()).update(ids)

    def add_current(self, touched: dict[str, set[str]]) -> None:
        """Add these emails as they are stored now, after they were written."""
        for campaign_id, email_ids in touched.items():
            self._change[campaign_id].update(rollup.recount(self._connection, campaign_id, email_ids))

    def switch_to_events(self, campaign_ids: Iterable[str]) -> None:
        """Rebuild those of these campaigns from their events that so far have only totals or snapshots."""
        table = schema.campaigns.c
        is_among = rollup.id_in(self._connection, table.campaign_id, list(campaign_ids))
        daily = select(table.campaign_id).where(is_among, table.detail != Detail.EVENTS)
        self._rebuild.update(self._connection.execute(daily).scalars())

    def switch_to_days(self, campaign_ids: Iterable[str]) -> None:
        """Remove the days that snapshots gave those of these campaigns that come as daily totals from now on."""
        table = schema.campaigns.c
        is_among = rollup.id_in(self._connection, table.campaign_id, list(campaign_ids))
        by_snapshots = select(table.campaign_id).where(is_among, table.detail == Detail.CONTACTS)
        for campaign_id in self._connection.execute(by_snapshots).scalars().all():
            days = schema.daily_stats
            self._connection.execute(delete(days).where(days.c.campaign_id == campaign_id))

    def finish(self) -> None:
        """Write the updates and rebuilds of all campaigns."""
        table = schema.campaigns.c
        daily = select(table.campaign_id).where(table.detail != Detail.EVENTS)
        daily_campaigns = set(self._connection.execute(daily).scalars())
        for campaign_id in sorted(self._rebuild - daily_campaigns):
            rollup.rebuild(self._connection, campaign_id)
        for campaign_id, change in sorted(self._change.items()):
            if campaign_id not in daily_campaigns | self._rebuild:
                rollup.add(self._connection, campaign_id, change)

    def _stored_among(self, campaign_id: str, email_ids: Collection[str]) -> set[str]:
        email = schema.emails.c
        stored = select(email.email_id).where(
            email.campaign_id == campaign_id, rollup.id_in(self._connection, email.email_id, email_ids)
        )
        return set(self._connection.execute(stored).scalars())

    def _count_emails(self, campaign_id: str) -> int:
        days, campaign = schema.daily_stats, schema.campaigns
        # The days of other campaigns came as totals: they say nothing of the emails that are stored.
        sent = self._connection.execute(
            select(func.sum(days.c.emails_sent))
            .join(campaign, campaign.c.campaign_id == days.c.campaign_id)
            .where(days.c.campaign_id == campaign_id, days.c.basis == Basis.SEND, campaign.c.detail == Detail.EVENTS)
        ).scalar_one()
        return int(sent or 0)
