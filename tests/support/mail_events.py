"""What a mail service's events become, read as the parsed body of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from outreach_results.ingest.content import content_of
from outreach_results.ingest.context import Context
from outreach_results.ingest.records import CampaignRecord, EmailRecord, EventRecord, Rejected, ReplyRecord
from outreach_results.ingest.tool_formats import ToolFormat
from support.sources import CONTEXT


class Read(NamedTuple):
    """The records of one reading, by kind."""

    campaigns: list[CampaignRecord]
    emails: list[EmailRecord]
    events: list[EventRecord]
    replies: list[ReplyRecord]
    rejected: list[Rejected]

    @property
    def types(self) -> list[str]:
        """The types of the events in their order."""
        return [event.type for event in self.events]

    @property
    def reasons(self) -> list[str]:
        """Why rows were rejected."""
        return [rejected.reason for rejected in self.rejected]


def read_events(entry: ToolFormat, *objects: Mapping[str, Any], context: Context = CONTEXT) -> Read:
    """The records of some events."""
    content = content_of(objects, "body")
    assert entry.recognizes(content)
    records = list(entry.records(content, context))
    return Read(
        [record for record in records if isinstance(record, CampaignRecord)],
        [record for record in records if isinstance(record, EmailRecord)],
        [record for record in records if isinstance(record, EventRecord)],
        [record for record in records if isinstance(record, ReplyRecord)],
        [record for record in records if isinstance(record, Rejected)],
    )
