"""Which replies the inbox shows: the shared filters, and what narrows them further."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, UnaryExpression, bindparam, literal, tuple_

from outreach_results.models import Filters, Sentiment
from outreach_results.store import schema
from outreach_results.store.replies.search_index import is_search, matching, search_tokens, unindexed

# An index knows instants, not local dates: so much earlier or later than in UTC a day begins somewhere.
_DAY, _EARLIEST, _LATEST = timedelta(days=1), timedelta(hours=14), timedelta(hours=12)
_SOME_DAY = date(2000, 1, 1)


class ReplyKind(StrEnum):
    """Who replied: automatic replies have a lane of their own."""

    PEOPLE = "people"
    AUTOMATIC = "automatic"
    ALL = "all"


class ReplyStatus(StrEnum):
    """Whether somebody took care of a reply."""

    OPEN = "open"
    HANDLED = "handled"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """What narrows the replies of the shared filters.

    ``sentiments`` are those after corrections, None for all. ``q`` keeps only replies in whose name, address, company
    or text every word of it occurs, or begins one (`words.matching`).
    """

    lane: ReplyKind = ReplyKind.ALL
    handling: ReplyStatus = ReplyStatus.ALL
    sentiments: tuple[Sentiment, ...] | None = None
    q: str | None = None


EVERYTHING = InboxFilters()

PLACE = ("received_at", "campaign_id", "reply_id")
"""The columns that say where a reply stands among all others."""

Order = tuple[UnaryExpression[Any], ...]

Cell = tuple[Sentiment, bool]
"""A sentiment, and whether somebody has still to handle the reply: what each reply is counted by."""


def newest_first() -> Order:
    """The order of every list of replies; those of one moment have one too."""
    return tuple(schema.inbox.c[name].desc() for name in PLACE)


def oldest_first() -> Order:
    """The other way round."""
    return tuple(schema.inbox.c[name].asc() for name in PLACE)


def is_of_kind(sentiment: Sentiment, lane: ReplyKind) -> bool:
    """Whether replies of this sentiment belong to the lane."""
    return lane == ReplyKind.ALL or (sentiment == Sentiment.AUTOMATIC) == (lane == ReplyKind.AUTOMATIC)


def is_wanted(is_open: bool, handling: ReplyStatus) -> bool:
    """Whether open, or handled, replies are asked for."""
    return handling == ReplyStatus.ALL or is_open == (handling == ReplyStatus.OPEN)


def chosen_cells(filters: Filters, triage: InboxFilters = EVERYTHING) -> tuple[Cell, ...]:
    """The cells that the inbox shows."""
    return _cells(triage.lane, triage.handling, triage.sentiments, filters.humans_only)


@lru_cache
def _cells(
    lane: ReplyKind, handling: ReplyStatus, sentiments: tuple[Sentiment, ...] | None, humans_only: bool
) -> tuple[Cell, ...]:
    return tuple(
        (sentiment, is_open)
        for sentiment in Sentiment
        for is_open in (True, False)
        if (sentiments is None or sentiment in sentiments)
        and is_of_kind(sentiment, lane)
        and is_wanted(is_open, handling)
        and not (humans_only and sentiment == Sentiment.AUTOMATIC)
    )


def chosen_replies(filters: Filters, triage: InboxFilters = EVERYTHING) -> list[ColumnElement[bool]]:
    """Conditions on `inbox_replies` that choose exactly the replies that the inbox shows on all its pages."""
    return [*found_replies(filters, triage.q), *in_cells(chosen_cells(filters, triage), triage.q)]


def in_cells(cells: Collection[Cell], q: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions on `inbox`; the cells are all those of some sentiments, open or handled or both."""
    sentiments, states = (sorted(set(parts)) for parts in (zip(*cells, strict=True) if cells else ((), ())))
    return [_column("sentiment", q).in_(sentiments), _column("is_open", q).in_(states)]


def found_replies(filters: Filters, q: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions on `inbox`: the shared filters that each reply meets whatever its cell, and the search."""
    values = asked(filters, q)
    own, day, moment = (_column(name, q) for name in ("campaign_id", "received_on", "received_at"))

    def parameter(name: str, column: ColumnElement[Any]) -> BindParameter[Any]:
        return bindparam(name, values[name], column.type, expanding=name == "asked_campaigns")

    wanted = matching(q)
    if "asked_campaign" in values:
        wanted.append(own == parameter("asked_campaign", own))
    if "asked_campaigns" in values:
        wanted.append(own.in_(parameter("asked_campaigns", own)))
    if "asked_start" in values:
        wanted += [day >= parameter("asked_start", day), moment >= parameter("asked_from", moment)]
    if "asked_end" in values:
        wanted += [day <= parameter("asked_end", day), moment < parameter("asked_until", moment)]
    return wanted


def asked(filters: Filters, q: str | None = None) -> dict[str, Any]:
    """The values of the parameters in these conditions, by name."""
    values: dict[str, Any] = {}
    if filters.campaigns is not None:
        one = len(filters.campaigns) == 1
        values |= {"asked_campaign": filters.campaigns[0]} if one else {"asked_campaigns": list(filters.campaigns)}
    if filters.start is not None:
        values |= {"asked_start": filters.start, "asked_from": _instant(filters.start, -_EARLIEST)}
    if filters.end is not None:
        values |= {"asked_end": filters.end, "asked_until": _instant(filters.end, _DAY + _LATEST)}
    return values | ({"search_tokens": words} if (words := search_tokens(q)) else {})


def shape(filters: Filters, q: str | None) -> tuple[Filters, str | None]:
    """One of those that lead to the same conditions with other values, always the same one."""
    chosen = filters.campaigns and ("a", "b")[: len(filters.campaigns)]
    start, end = (_SOME_DAY if day is not None else None for day in (filters.start, filters.end))
    return Filters(chosen, start, end), q and ("a" if search_tokens(q) else "?" if is_search(q) else None)


def _column(name: str, q: str | None) -> ColumnElement[Any]:
    """A column of `inbox`. Where words are searched for they choose what is read, whatever other indexes there are."""
    column = schema.inbox.c[name]
    return unindexed(column) if is_search(q) else column


def _instant(day: date, after: timedelta) -> datetime:
    """So long after the day begins in UTC, as far as time goes."""
    try:
        return datetime.combine(day, time(), UTC) + after
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if after < timedelta() else datetime.max.replace(tzinfo=UTC)


def newer_than(received_at: datetime, campaign_id: str, reply_id: str) -> ColumnElement[bool]:
    """The condition on `inbox` that a reply is listed before the one that this is said of."""
    return _place() > _place(received_at, campaign_id, reply_id)


def older_than(received_at: datetime, campaign_id: str, reply_id: str) -> ColumnElement[bool]:
    """The condition on `inbox` that a reply is listed after the one that this is said of."""
    return _place() < _place(received_at, campaign_id, reply_id)


def _place(*values: Any) -> ColumnElement[Any]:
    columns = [schema.inbox.c[name] for name in PLACE]
    if values:
        return tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))
    return tuple_(*columns)
