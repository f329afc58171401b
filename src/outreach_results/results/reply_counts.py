"""Counts of replies: from precomputed sums or, with a filter on single replies, from the replies themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from outreach_results.models import Basis, Filters, ReplyState, Sentiment
from outreach_results.results.inbox_filters import ASSIGNED, Cell, InboxFilters, chosen_cells, matching_replies
from outreach_results.results.kept import kept_on
from outreach_results.results.query import chosen_rows
from outreach_results.store.replies.inbox_table import ALL_CAMPAIGNS
from outreach_results.store.replies.search_index import unindexed
from outreach_results.store.schema import INBOX_CELLS, inbox, inbox_stats


def count_cells(connection: Connection, filters: Filters, inbox_filters: InboxFilters) -> dict[Cell, int]:
    """The number of replies that match the filters apart from those on cells, by cell; 0 for empty cells.

    Every number of replies that the inbox shows is a sum of these.
    """
    cells = chosen_cells(filters)
    # The precomputed sums do not know the text of replies, so a search counts the replies it finds.
    if inbox_filters.choose_rows():
        counts = _count_rows(connection, filters, inbox_filters)
    else:
        sums = connection.execute(select(*_sums(cells)).where(*_days(filters))).one()
        counts = Counter({cell: int(n or 0) for cell, n in zip(cells, sums, strict=True)})
        if inbox_filters.leave_out_assigned():
            counts.subtract(_count_rows(connection, filters, ASSIGNED))
    return {cell: counts[cell] for cell in cells}


def count_days(
    connection: Connection, filters: Filters, inbox_filters: InboxFilters
) -> Iterator[tuple[date, Sentiment, int]]:
    """The date, the sentiment and the number of replies received on it; only numbers above 0."""
    cells = chosen_cells(filters)
    # The shared filters choose whole sentiments: where one of their cells is chosen, so are the others.
    sentiments = {sentiment for sentiment, _ in cells}
    if inbox_filters.choose_rows():
        counts = _count_rows_by_day(connection, filters, inbox_filters)
    else:
        by_day = select(inbox_stats.c.date, *_sums(cells)).where(*_days(filters)).group_by(inbox_stats.c.date)
        counts = Counter()
        for day, *sums in connection.execute(by_day):
            for (sentiment, _), n in zip(cells, sums, strict=True):
                counts[day, sentiment] += int(n or 0)
        if inbox_filters.leave_out_assigned():
            counts.subtract(_count_rows_by_day(connection, filters, ASSIGNED))
    for (day, sentiment), n in counts.items():
        if n and sentiment in sentiments:
            yield day, sentiment, n


def positive_by_day(connection: Connection, filters: Filters) -> dict[date, int]:
    """By day on which they came, the positive replies of the period; days without any reply may be missing."""
    cells = [cell for cell in chosen_cells(filters) if cell[0] == Sentiment.POSITIVE]
    # Of the dozen cells of a day, which `count_days` reads and goes through, these are all that is asked for.
    query = select(inbox_stats.c.date, *_sums(tuple(cells))).where(*_days(filters)).group_by(inbox_stats.c.date)
    return {day: sum(int(n or 0) for n in sums) for day, *sums in connection.execute(query)}


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


def _count_rows(connection: Connection, filters: Filters, inbox_filters: InboxFilters) -> Counter[Cell]:
    rows = connection.execute(_count_by((inbox.c.sentiment, inbox.c.state), filters, inbox_filters))
    return Counter({(Sentiment(sentiment), ReplyState(state)): n for sentiment, state, n in rows})


def _count_rows_by_day(
    connection: Connection, filters: Filters, inbox_filters: InboxFilters
) -> Counter[tuple[date, Sentiment]]:
    rows = connection.execute(_count_by((inbox.c.received_on, inbox.c.sentiment), filters, inbox_filters))
    return Counter({(day, Sentiment(sentiment)): n for day, sentiment, n in rows})


def _count_by(columns: Sequence[ColumnElement[Any]], filters: Filters, inbox_filters: InboxFilters) -> Select[Any]:
    conditions = matching_replies(filters, inbox_filters)
    # SQLite would rather read all replies in the order of the groups than find the few by their index and sort them.
    groups = [unindexed(column) for column in columns]
    return select(*groups, func.count()).where(*conditions).group_by(*groups)


@lru_cache
def _sums(cells: tuple[Cell, ...]) -> list[ColumnElement[Any]]:
    return [func.sum(inbox_stats.c[INBOX_CELLS[cell]]) for cell in cells]


def _days(filters: Filters) -> list[ColumnElement[bool]]:
    # Without a choice of campaigns the sums of all of them together are read, so that the cost does not grow with
    # their number.
    chosen = filters if filters.campaigns is not None else replace(filters, campaigns=(ALL_CAMPAIGNS,))
    return chosen_rows(inbox_stats, chosen)
