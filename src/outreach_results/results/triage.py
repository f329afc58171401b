"""Which replies the inbox shows: the shared filters, and what narrows them further."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, UnaryExpression, func, or_

from outreach_results.models import Filters, Sentiment
from outreach_results.store import schema
from outreach_results.store.marked import effective_sentiment


class Lane(StrEnum):
    """Who replied: automatic replies have a lane of their own."""

    PEOPLE = "people"
    AUTOMATIC = "automatic"
    ALL = "all"


class Handling(StrEnum):
    """Whether somebody took care of a reply."""

    OPEN = "open"
    HANDLED = "handled"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Triage:
    """What narrows the replies of the shared filters.

    ``sentiments`` are those after corrections, None for all. ``q`` keeps only replies in whose name, address, company
    or text every word of it occurs, in any case.
    """

    lane: Lane = Lane.ALL
    handling: Handling = Handling.ALL
    sentiments: tuple[Sentiment, ...] | None = None
    q: str | None = None


EVERYTHING = Triage()

NEWEST_FIRST: tuple[ColumnElement[object] | UnaryExpression[object], ...] = (
    schema.replies.c.received_at.desc(),
    schema.replies.c.campaign_id,
    schema.replies.c.reply_id,
)
"""The order of every list of replies."""


def in_lane(sentiment: Sentiment, lane: Lane) -> bool:
    """Whether replies of this sentiment belong to the lane."""
    return lane == Lane.ALL or (sentiment == Sentiment.AUTOMATIC) == (lane == Lane.AUTOMATIC)


def is_wanted(is_open: bool, handling: Handling) -> bool:
    """Whether open, or handled, replies are asked for."""
    return handling == Handling.ALL or is_open == (handling == Handling.OPEN)


def chosen_replies(filters: Filters, triage: Triage = EVERYTHING) -> list[ColumnElement[bool]]:
    """Conditions on `marked_replies` that choose exactly the replies that the inbox shows on all its pages."""
    marks = schema.reply_marks.c
    wanted = found_replies(filters, triage.q)
    if triage.lane != Lane.ALL:
        is_automatic = effective_sentiment == Sentiment.AUTOMATIC.value
        wanted.append(is_automatic if triage.lane == Lane.AUTOMATIC else ~is_automatic)
    if triage.sentiments is not None:
        wanted.append(effective_sentiment.in_(sorted(triage.sentiments)))
    if triage.handling != Handling.ALL:
        is_open = marks.handled_at.is_(None)
        wanted.append(is_open if triage.handling == Handling.OPEN else ~is_open)
    return wanted


def found_replies(filters: Filters, q: str | None) -> list[ColumnElement[bool]]:
    """The conditions of the shared filters and the search alone, which every count of the inbox shares."""
    table = schema.replies.c
    wanted: list[ColumnElement[bool]] = []
    if filters.campaigns is not None:
        wanted.append(table.campaign_id.in_(filters.campaigns))
    if filters.start is not None:
        wanted.append(table.received_on >= filters.start)
    if filters.end is not None:
        wanted.append(table.received_on <= filters.end)
    if filters.humans_only:
        wanted.append(effective_sentiment != Sentiment.AUTOMATIC.value)
    wanted.extend(_searched(q))
    return wanted


def _searched(q: str | None) -> Iterable[ColumnElement[bool]]:
    """That every word occurs somewhere in a reply, in any case."""
    table = schema.replies.c
    columns = (table.name, table.address, table.company, table.preview, table.body)
    for word in (q or "").split():
        pattern = "%" + word.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
        # Both sides are lowered by the database, so that they agree on what the lower case of a letter is.
        yield or_(*(func.lower(column).like(func.lower(pattern), escape="/") for column in columns))
