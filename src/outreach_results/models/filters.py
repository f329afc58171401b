"""The filters that every page, answer and export shares: one field each, with its description and its condition.

Clients and tags choose campaigns, and nothing else: `results.narrowed` puts the ids of theirs into ``campaigns``, and
the two fields only say how they were chosen.

To add a filter, add a field. Every question, the inbox, its counts and all cache keys then respect it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from outreach_results.models.contract import Basis

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

Column = Any
"""A column of a table, or an expression in its place."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a filter chooses rows: the role of the column it looks at, and the comparison with the filter's value."""

    column: str
    compare: Callable[[Column, Any], ColumnElement[bool]]


def about(description: str, condition: object = None) -> dict[str, Any]:
    """The metadata of a filter's field; None as the condition of one that chooses other columns instead of rows."""
    return {"description": description, "condition": condition}


def metadata_of(filters: type, key: str) -> dict[str, Any]:
    """The descriptions or the conditions of a class of filters, by field.

    Args:
        key: ``description`` or ``condition``.

    Raises:
        TypeError: a field has none; names it.
    """
    for one in fields(filters):
        if key not in one.metadata:
            raise TypeError(f"The filter {filters.__name__}.{one.name} has no {key}: set its metadata with about().")
    return {one.name: one.metadata[key] for one in fields(filters)}


def _is_one_of(column: Column, values: Any) -> ColumnElement[bool]:
    chosen: ColumnElement[bool] = column.in_(values)
    return chosen


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to. None, the default of most fields, narrows nothing."""

    campaigns: tuple[str, ...] | None = field(
        default=None,
        metadata=about(
            "Ids of the campaigns that count; all campaigns by default.", Condition("campaign_id", _is_one_of)
        ),
    )
    start: date | None = field(
        default=None, metadata=about("First local date that counts, inclusive.", Condition("date", operator.ge))
    )
    end: date | None = field(
        default=None, metadata=about("Last local date that counts, inclusive.", Condition("date", operator.le))
    )
    basis: Basis = field(
        default=Basis.ACTIVITY,
        metadata=about(
            "Whether an event counts on its own date or on that of its email's sending.",
            Condition("basis", operator.eq),
        ),
    )
    humans_only: bool = field(
        default=False,
        metadata=about("Leaves out machine opens and clicks and automatic replies, by reading other columns."),
    )

    clients: tuple[str, ...] | None = field(
        default=None, metadata=about("Ids of the clients whose campaigns were chosen; any client by default.")
    )
    tags: tuple[str, ...] | None = field(
        default=None, metadata=about("Tags of which the chosen campaigns have at least one; any by default.")
    )

    def __post_init__(self) -> None:
        """Refuse what names clients or tags without their campaigns: it would be answered for all campaigns.

        Raises:
            ValueError: it does.
        """
        if self.campaigns is None and (self.clients is not None or self.tags is not None):
            raise ValueError("Filters by client or tag need the ids of the campaigns: use results.narrowed.")

    def of(self, campaign_id: str) -> Filters:
        """The same question about one campaign."""
        return self.for_campaigns((campaign_id,))

    def for_campaigns(self, campaign_ids: tuple[str, ...] | None) -> Filters:
        """The same question about these campaigns (None: all), chosen as such and not by client or tag."""
        return replace(self, campaigns=campaign_ids, clients=None, tags=None)

    def narrowing(self, columns: Collection[str]) -> dict[str, Any]:
        """The values of the fields that choose rows of a table, by name.

        Args:
            columns: the roles of columns that the table has, such as ``campaign_id`` and ``date``.
        """
        return {
            name: getattr(self, name)
            for name, condition in CONDITIONS.items()
            if condition.column in columns and getattr(self, name) is not None
        }

    def conditions(self, columns: Mapping[str, Column]) -> list[ColumnElement[bool]]:
        """The conditions on a table that select the rows of these filters.

        Args:
            columns: the table's columns by role: ``campaign_id``, ``date``, ``basis``. A filter whose column the table
                does not have is left out.
        """
        return conditions(self.narrowing(columns), columns)


DESCRIPTIONS: dict[str, str] = metadata_of(Filters, "description")
"""What each filter means."""

CONDITIONS: dict[str, Condition] = {
    name: condition for name, condition in metadata_of(Filters, "condition").items() if condition is not None
}
"""The filters that choose rows, and how."""


def conditions(values: Mapping[str, Any], columns: Mapping[str, Column]) -> list[ColumnElement[bool]]:
    """The conditions of some filters; a value may also be a bound parameter that gets its value later."""
    return [CONDITIONS[name].compare(columns[CONDITIONS[name].column], value) for name, value in values.items()]
