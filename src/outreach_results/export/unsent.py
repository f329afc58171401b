"""All events of emails that no source says were sent, as a file."""

from __future__ import annotations

from collections.abc import Iterator

from outreach_results.export.file_names import file_name
from outreach_results.export.streams import Download, file_metadata, find_format
from outreach_results.models import Filters
from outreach_results.results import UNSENT_COLUMNS, campaigns_with_unsent, unsent_rows
from outreach_results.store.engine import Store, zone_of

NAME = "without-a-sent-record"


def unsent_download(store: Store, fmt: str) -> Download:
    """The events of emails without a sent record, by campaign and email, streamed.

    Raises:
        QueryError: there is no such format.
    """
    chosen, filters = find_format(fmt), Filters()

    def chunks() -> Iterator[bytes]:
        if chosen.bom:
            yield chosen.bom
        with store.read(is_stream=True) as connection:
            rows = (
                part
                for campaign_id in campaigns_with_unsent(connection)
                for part in unsent_rows(connection, campaign_id)
            )
            yield from chosen.rows(list(UNSENT_COLUMNS), rows, file_metadata(filters, zone_of(connection).key))

    return Download(file_name(NAME, fmt, filters), chosen.media_type, chunks())
