"""Counts of replies: from precomputed sums or, with a filter on single replies, from the replies themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.results.inbox_filters import Cell, InboxFilters, chosen_cells, matching_replies
from outreach_results.results.kept import kept_on
from outreach_results.results.query import chosen_rows
from outreach_results.store.replies.inbox_table import ALL_CAMPAIGNS
from outreach_results.store.schema import INBOX_CELLS, inbox, inbox_stats


def count_cells(connection: Connection, filters: Filters, inbox_filters: InboxFilters) -> dict[Cell, int]:
    """The number of replies that match the filters apart from those on cells, by cell; 0 for empty cells.

    Every number of replies that the inbox shows is a sum of these.
    """
    cells = chosen_cells(filters)
    # The precomputed sums do not know the text of replies, so a search counts the replies it finds.
    if inbox_filters.choose_rows():
        kinds = (inbox.c.sentiment, inbox.c.is_open)
        rows = connection.execute(_count_by(kinds, filters, inbox_filters))
        counts = {(Sentiment(sentiment), bool(is_open)): n for sentiment, is_open, n in rows}
    else:
        counts = dict(zip(cells, connection.execute(select(*_sums(cells)).where(*_days(filters))).one(), strict=True))
    return {cell: int(counts.get(cell) or 0) for cell in cells}


def count_days(
    connection: Connection, filters: Filters, inbox_filters: InboxFilters
) -> Iterator[tuple[date, Sentiment, int]]:
    """The date, the sentiment and the number of replies received on it; only numbers above 0."""
    cells = chosen_cells(filters)
    if inbox_filters.choose_rows():
        kinds = (inbox.c.received_on, inbox.c.sentiment)
        rows = connection.execute(_count_by(kinds, filters, inbox_filters))
        for day, sentiment, n in rows:
            # The shared filters choose whole sentiments: where the cell of the open ones is chosen, so is the other.
            if (Sentiment(sentiment), True) in cells:
                yield day, Sentiment(sentiment), n
        return
    by_day = select(inbox_stats.c.date, *_sums(cells)).where(*_days(filters)).group_by(inbox_stats.c.date)
    for day, *counts in connection.execute(by_day):
        for (sentiment, _), n in zip(cells, counts, strict=True):
            if n:
                yield day, sentiment, int(n)


def positive_by_campaign(connection: Connection, filters: Filters) -> dict[str, tuple[int, int]]:
    """By campaign id, how many replies of the period are positive, and how many there are of any sentiment.

    Replies count on the day they came, whatever the basis. Campaigns without replies that can be read are left out.
    """
    chosen = replace(filters, basis=Basis.ACTIVITY)
    return kept_on(connection).get(("positive replies", chosen), lambda: _positive_by_campaign(connection, chosen))


def _positive_by_campaign(connection: Connection, filters: Filters) -> dict[str, tuple[int, int]]:
    cells = chosen_cells(filters)
    campaign_id = inbox_stats.c.campaign_id
    query = (
        select(campaign_id, *_sums(cells))
        .where(*chosen_rows(inbox_stats, filters), campaign_id != ALL_CAMPAIGNS)
        .group_by(campaign_id)
    )
    found = {}
    for own, *sums in connection.execute(query):
        counts = [int(n or 0) for n in sums]
        positive = sum(n for (sentiment, _), n in zip(cells, counts, strict=True) if sentiment == Sentiment.POSITIVE)
        if any(counts):
            found[own] = positive, sum(counts)
    return found


def _count_by(columns: Sequence[ColumnElement[Any]], filters: Filters, inbox_filters: InboxFilters) -> Select[Any]:
    conditions = matching_replies(filters, inbox_filters)
    return select(*columns, func.count()).where(*conditions).group_by(*columns)


@lru_cache
def _sums(cells: tuple[Cell, ...]) -> list[ColumnElement[Any]]:
    return [func.sum(inbox_stats.c[INBOX_CELLS[cell]]) for cell in cells]


def _days(filters: Filters) -> list[ColumnElement[bool]]:
    # Without a choice of campaigns the sums of all of them together are read, so that the cost does not grow with
    # their number.
    chosen = filters if filters.campaigns is not None else replace(filters, campaigns=(ALL_CAMPAIGNS,))
    return chosen_rows(inbox_stats, chosen)
