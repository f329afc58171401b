"""The filters of the inbox, as SQL conditions and as cells of the precomputed counts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    UnaryExpression,
    and_,
    bindparam,
    false,
    literal,
    or_,
    tuple_,
)

from outreach_results.models import Filters, ReplyState, Sentiment
from outreach_results.models.filters import CONDITIONS, about, conditions, metadata_of
from outreach_results.store import schema
from outreach_results.store.replies.search_index import is_search, matching, search_tokens, unindexed
from outreach_results.store.shown import is_shown

# Indexes hold instants, not local dates. A day begins up to 14 hours before the UTC day, or up to 12 after it.
_DAY, _EARLIEST, _LATEST = timedelta(days=1), timedelta(hours=14), timedelta(hours=12)


class ReplyKind(StrEnum):
    """Whether a reply was written by a person or sent automatically."""

    PEOPLE = "people"
    AUTOMATIC = "automatic"
    ALL = "all"


class ReplyStatus(StrEnum):
    """Which state of replies is listed."""

    OPEN = "open"
    SNOOZED = "snoozed"
    HANDLED = "handled"
    ALL = "all"


NOBODY, ANYBODY = "", "\x1f"
"""In place of an assignee: replies that nobody is assigned to, and those that somebody is. No name is like that."""

Cell = tuple[Sentiment, ReplyState]
"""A sentiment and a state: each reply belongs to exactly one cell."""


@dataclass(frozen=True, slots=True)
class CellCondition:
    """How a filter chooses cells, whose replies are counted beforehand: by the sentiment, or by the state.

    ``includes`` takes this part of a cell and the filter's value.
    """

    part: Literal["sentiment", "state"]
    includes: Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class RowCondition:
    """How a filter chooses single replies, which therefore have to be counted for each request.

    All functions take the filter's value: ``where`` gives the conditions on `inbox`, ``parameters`` the values of
    their bound parameters, and ``typical`` a fixed value that leads to the same SQL text, None where it chooses all.
    ``finds_few``: whether the replies with the value are few; otherwise those without it are, and are counted instead.
    """

    where: Callable[[Any], list[ColumnElement[bool]]]
    parameters: Callable[[Any], dict[str, Any]]
    typical: Callable[[Any], Any]
    finds_few: Callable[[Any], bool] = lambda _: True


def is_of_kind(sentiment: Sentiment, kind: ReplyKind) -> bool:
    """Whether replies of this sentiment are of this kind."""
    return kind == ReplyKind.ALL or (sentiment == Sentiment.AUTOMATIC) == (kind == ReplyKind.AUTOMATIC)


def has_status(state: ReplyState, status: ReplyStatus) -> bool:
    """Whether replies in this state are listed under this status."""
    return status == ReplyStatus.ALL or state == ReplyState(status)


def _is_one_of(sentiment: Sentiment, sentiments: tuple[Sentiment, ...] | None) -> bool:
    return sentiments is None or sentiment in sentiments


def _typical_search(q: str | None) -> str | None:
    return "a" if search_tokens(q) else "?" if is_search(q) else None


def _search_parameters(q: str | None) -> dict[str, Any]:
    return {"search_tokens": tokens} if (tokens := search_tokens(q)) else {}


def _of_assignee(assignee: str | None) -> list[ColumnElement[bool]]:
    column = schema.inbox.c.assignee
    if assignee is None:
        return []
    if assignee in (NOBODY, ANYBODY):
        # A range of the index, which SQLite would otherwise read from end to end; no name is empty.
        return [column.is_(None) if assignee == NOBODY else column > literal("")]
    return [column == bindparam("assignee", assignee, column.type)]


def _assignee_parameters(assignee: str | None) -> dict[str, Any]:
    return {} if assignee in (None, NOBODY, ANYBODY) else {"assignee": assignee}


def _typical_assignee(assignee: str | None) -> str | None:
    return assignee if assignee in (None, NOBODY, ANYBODY) else "a"


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """The filters that only the inbox has, besides the shared `Filters`: a field each, with description and condition.

    To add one, add a field: the list, all counts, the kept queries and bulk changes then respect it.
    """

    kind: ReplyKind = field(
        default=ReplyKind.ALL,
        metadata=about("Written by a person, or sent automatically.", CellCondition("sentiment", is_of_kind)),
    )
    status: ReplyStatus = field(
        default=ReplyStatus.ALL, metadata=about("Still open, snoozed, or handled.", CellCondition("state", has_status))
    )
    sentiments: tuple[Sentiment, ...] | None = field(
        default=None,
        metadata=about("Sentiments after corrections; all by default.", CellCondition("sentiment", _is_one_of)),
    )
    q: str | None = field(
        default=None,
        metadata=about(
            "Words that name, address, company or text contain, or that words in them begin with.",
            RowCondition(matching, _search_parameters, _typical_search),
        ),
    )
    assignee: str | None = field(
        default=None,
        metadata=about(
            "Who is to answer; an empty text: it is unassigned.",
            RowCondition(
                _of_assignee,
                _assignee_parameters,
                _typical_assignee,
                finds_few=lambda assignee: assignee != NOBODY,
            ),
        ),
    )

    def of_rows(self) -> InboxFilters:
        """Only the filters that choose single replies; those on cells as if they were not set."""
        return InboxFilters(**{name: getattr(self, name) for name in ROW_FILTERS})

    def of_cells(self) -> InboxFilters:
        """Only the filters that choose cells."""
        return InboxFilters(**{name: getattr(self, name) for name in CELL_FILTERS})

    def choose_rows(self) -> bool:
        """Whether single replies are chosen, so that no precomputed count holds. Such filters find few."""
        chosen = ((one, getattr(self, name)) for name, one in ROW_FILTERS.items())
        return any(one.typical(value) is not None and one.finds_few(value) for one, value in chosen)

    def leave_out_assigned(self) -> bool:
        """Whether all replies are chosen but those with an assignee, which are few."""
        return self.assignee == NOBODY and not self.choose_rows()


DESCRIPTIONS: dict[str, str] = metadata_of(InboxFilters, "description")
"""What each filter of the inbox means."""

_CONDITIONS = metadata_of(InboxFilters, "condition")
CELL_FILTERS: dict[str, CellCondition] = {
    name: condition for name, condition in _CONDITIONS.items() if isinstance(condition, CellCondition)
}
ROW_FILTERS: dict[str, RowCondition] = {
    name: condition for name, condition in _CONDITIONS.items() if isinstance(condition, RowCondition)
}

EVERYTHING = InboxFilters()

ASSIGNED = InboxFilters(assignee=ANYBODY)

SORT_COLUMNS = ("received_at", "campaign_id", "reply_id")
"""The columns that every list of replies is sorted by; together they are unique."""

Order = tuple[UnaryExpression[Any], ...]


def newest_first() -> Order:
    """The sort order of every list of replies; replies received at the same time are sorted by their ids."""
    # All columns in one direction: an index can be read forwards or backwards, but not both at once.
    return tuple(schema.inbox.c[name].desc() for name in SORT_COLUMNS)


def oldest_first() -> Order:
    """The reverse of `newest_first`."""
    return tuple(schema.inbox.c[name].asc() for name in SORT_COLUMNS)


def chosen_cells(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> tuple[Cell, ...]:
    """The cells whose replies the inbox shows with these filters."""
    return _cells(inbox_filters.of_cells(), filters.humans_only)


# Cached: there are few combinations, and each count beside a filter of the inbox needs one of them.
@lru_cache
def _cells(inbox_filters: InboxFilters, humans_only: bool) -> tuple[Cell, ...]:
    def are_included(part: str, value: object) -> bool:
        return all(
            one.includes(value, getattr(inbox_filters, name)) for name, one in CELL_FILTERS.items() if one.part == part
        )

    return tuple(
        (sentiment, state)
        for sentiment in Sentiment
        for state in ReplyState
        if are_included("sentiment", sentiment)
        and are_included("state", state)
        and not (humans_only and sentiment == Sentiment.AUTOMATIC)
    )


def chosen_replies(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for exactly the replies that the inbox shows on all its pages."""
    return [
        *matching_replies(filters, inbox_filters),
        *cell_conditions(chosen_cells(filters, inbox_filters), inbox_filters),
    ]


def replies_of(keys: Iterable[tuple[str, str]]) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for the replies of these (campaign id, reply id)."""
    ids: dict[str, list[str]] = {}
    for campaign_id, reply_id in keys:
        ids.setdefault(campaign_id, []).append(reply_id)
    table = schema.inbox.c
    own = (and_(table.campaign_id == campaign_id, table.reply_id.in_(of_it)) for campaign_id, of_it in ids.items())
    return [or_(false(), *own)]


def cell_conditions(cells: Collection[Cell], inbox_filters: InboxFilters = EVERYTHING) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for the replies in these cells."""
    # The product of both lists is exact: each filter looks at one part of a cell, and callers drop empty cells only.
    sentiments, states = (sorted(set(parts)) for parts in (zip(*cells, strict=True) if cells else ((), ())))
    return [_column("sentiment", inbox_filters).in_(sentiments), _column("state", inbox_filters).in_(states)]


def matching_replies(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for the shared filters and those on single replies, without those on the cell."""
    return parameterized_conditions(
        tuple(filters.narrowing(_ROLES)), inbox_filters, parameter_values(filters, inbox_filters)
    )


QueryShape = tuple[tuple[str, ...], InboxFilters]
"""The active shared filters and typical values of those on single replies: what the SQL text of a query depends on."""


def query_shape(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> QueryShape:
    """The key of the cached statements: filters with the same shape have the same SQL text and differ in values."""
    # A short text of the same kind stands for each search: one with tokens, or one that has none and so finds nothing.
    typical = {name: one.typical(getattr(inbox_filters, name)) for name, one in ROW_FILTERS.items()}
    return tuple(filters.narrowing(_ROLES)), InboxFilters(**typical)


def parameter_values(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> dict[str, Any]:
    """The values of the parameters of these conditions, by name."""
    values = {_parameter(name): value for name, value in filters.narrowing(_ROLES).items()}
    if filters.start is not None:
        values["filter_from"] = _instant(filters.start, -_EARLIEST)
    if filters.end is not None:
        values["filter_until"] = _instant(filters.end, _DAY + _LATEST)
    for name, one in ROW_FILTERS.items():
        values |= one.parameters(getattr(inbox_filters, name))
    return values


def parameterized_conditions(
    names: Sequence[str], inbox_filters: InboxFilters, values: Mapping[str, Any] | None = None
) -> list[ColumnElement[bool]]:
    """The conditions of these shared filters and of those on single replies, as bound parameters.

    Args:
        values: their values by name; without them the parameters get theirs when the query is executed.
    """
    columns = {role: _column(name, inbox_filters) for role, name in _ROLES.items()}

    def bound(name: str) -> BindParameter[Any]:
        column = columns[CONDITIONS[name].column]
        value = None if values is None else values[_parameter(name)]
        return bindparam(_parameter(name), value, column.type, expanding=name == "campaigns")

    chosen = [part for name, one in ROW_FILTERS.items() for part in one.where(getattr(inbox_filters, name))]
    chosen += conditions({name: bound(name) for name in names}, columns)
    chosen.append(is_shown(schema.inbox.c.campaign_id))
    # The indexes hold instants, not dates: these wider bounds let them be used, the dates above decide.
    received_at = _column("received_at", inbox_filters)
    bounds = {"filter_from": operator.ge, "filter_until": operator.lt}
    for (parameter, compare), name in zip(bounds.items(), ("start", "end"), strict=True):
        if name in names:
            value = None if values is None else values[parameter]
            chosen.append(compare(received_at, bindparam(parameter, value, received_at.type)))
    return chosen


def chosen_campaigns(column: ColumnElement[str], names: Sequence[str]) -> list[ColumnElement[bool]]:
    """The condition of the campaigns alone, on a column beside `inbox`, with the same parameter; none without it."""
    if "campaigns" not in names:
        return []
    return [column.in_(bindparam(_parameter("campaigns"), None, column.type, expanding=True))]


_ROLES = {"campaign_id": "campaign_id", "date": "received_on"}
"""The columns of `inbox` by the role that `Filters` use for them."""


def _parameter(name: str) -> str:
    return f"filter_{name}"


def _column(name: str, inbox_filters: InboxFilters) -> ColumnElement[Any]:
    """A column of `inbox`; with a filter on single replies, one whose index the database does not use."""
    # SQLite does not estimate how few rows a search finds, and would read by one of the other indexes instead.
    column = schema.inbox.c[name]
    return unindexed(column) if inbox_filters.choose_rows() else column


def _instant(day: date, after: timedelta) -> datetime:
    """The instant ``after`` the day begins in UTC, limited to the range of `datetime`."""
    try:
        return datetime.combine(day, time(), UTC) + after
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if after < timedelta() else datetime.max.replace(tzinfo=UTC)


def newer_than(received_at: datetime, campaign_id: str, reply_id: str) -> ColumnElement[bool]:
    """The condition on `inbox` for replies that are listed before the given one."""
    return _sort_key() > _sort_key(received_at, campaign_id, reply_id)


def older_than(received_at: datetime, campaign_id: str, reply_id: str) -> ColumnElement[bool]:
    """The condition on `inbox` for replies that are listed after the given one."""
    return _sort_key() < _sort_key(received_at, campaign_id, reply_id)


def _sort_key(*values: Any) -> ColumnElement[Any]:
    # A row value, because a comparison of tuples is one range of the index; a chain of ORs is not.
    columns = [schema.inbox.c[name] for name in SORT_COLUMNS]
    if values:
        return tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))
    return tuple_(*columns)
