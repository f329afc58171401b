"""What a reader needs to know about a file and cannot read from it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from outreach_results.ingest.records import CampaignRecord
from outreach_results.models import MAX_ID, Detail
from outreach_results.models import person_key as person_key  # readers take it from here
from outreach_results.store.engine import Store
from outreach_results.store.schema import campaigns


@dataclass(frozen=True, slots=True)
class Context:
    """What a person, or the options of a command, specified for a file, and what the database knows already.

    Attributes:
        zone: of times that name none.
        campaign: the name or id of the campaign for rows that name none.
        as_of: the moment that a snapshot shows, where the file does not say.
        known: campaign id by name in lower case, of the campaigns that are there.
        meetings: words of the source's interest states that count as a meeting.
        positives: words of the source's interest states that count as a positive reply.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    campaign: str | None = None
    as_of: datetime | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    meetings: frozenset[str] = frozenset()
    positives: frozenset[str] = frozenset()


def known_campaigns(store: Store) -> dict[str, str]:
    """The ids of the stored campaigns by name in lower case; of two with the same name, the older one."""
    query = select(campaigns.c.name, campaigns.c.campaign_id)
    with store.read() as connection:
        rows = connection.execute(query.order_by(campaigns.c.created_at.desc(), campaigns.c.campaign_id))
        return {row.name.strip().casefold(): row.campaign_id for row in rows}


def natural_id(*parts: str) -> str:
    """An id made of what identifies a row that has none: the same parts always give the same id."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


def new_campaign_id(name: str) -> str:
    """An id for a campaign known by its name alone, the same for every file that names it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
    return "-".join(filter(None, (slug, natural_id(name.strip().casefold())[:8])))


class CampaignNames:
    """The campaigns of one file: their ids, and the records that describe them.

    A campaign is described when it is first seen, as whatever belongs to it needs it to be there, and once more at the
    end, when its earliest date is known.
    """

    def __init__(self, context: Context, detail: Detail) -> None:
        self._context = context
        self._detail = detail
        self._ids: dict[tuple[str | None, str | None], str] = {}
        self._names: dict[str, str] = {}
        self._earliest: dict[str, datetime] = {}
        self._described: dict[str, datetime] = {}

    def id_of(self, campaign_id: str | None, name: str | None) -> str:
        """The id under which a campaign is kept here, from the id or the name that a row gives.

        Raises:
            ValueError: the row names no campaign, and nobody chose the one it belongs to.
        """
        key = (campaign_id, name)
        resolved = self._ids.get(key)
        if resolved is None:
            resolved = self._ids[key] = self._resolved(campaign_id, name)
        return resolved

    def _resolved(self, campaign_id: str | None, name: str | None) -> str:
        if not campaign_id and not name:
            name = self._context.campaign
            if name is None:
                raise ValueError("the row names no campaign; choose one for it")
            if name in self._context.known.values():
                campaign_id, name = name, None
        if campaign_id:
            resolved = campaign_id[:MAX_ID]
        else:
            assert name is not None
            resolved = self._context.known.get(name.strip().casefold()) or new_campaign_id(name)
        if name:
            self._names.setdefault(resolved, name.strip())
        return resolved

    def seen(self, campaign_id: str, at: datetime | None) -> Iterator[CampaignRecord]:
        """Note that something of a campaign happened; its description where it has none yet."""
        if at is not None and at < self._earliest.get(campaign_id, _FAR_FUTURE):
            self._earliest[campaign_id] = at
        if campaign_id not in self._described:
            self._described[campaign_id] = at or datetime.now(UTC).replace(microsecond=0)
            yield self._record(campaign_id, self._described[campaign_id])

    def corrections(self) -> Iterator[CampaignRecord]:
        """Descriptions with earlier dates than those given before."""
        for campaign_id, at in self._earliest.items():
            if at != self._described[campaign_id]:
                yield self._record(campaign_id, at)

    def _record(self, campaign_id: str, at: datetime) -> CampaignRecord:
        name = self._names.get(campaign_id, campaign_id)
        # Whoever says which interest states are meetings makes them known, whatever the tool itself can tell.
        tracks = (("meetings", True),) if self._context.meetings else ()
        return CampaignRecord(campaign_id, name, None, at, self._detail.value, tracks)


_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)
