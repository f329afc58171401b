"""The filters that every page, answer and export shares: one field each, with its description and its condition.

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


def _about(description: str, condition: Condition | None = None) -> dict[str, Any]:
    """What a field of `Filters` says of itself; one without a condition chooses other columns instead of rows."""
    return {"description": description, "condition": condition}


def _is_one_of(column: Column, values: Any) -> ColumnElement[bool]:
    chosen: ColumnElement[bool] = column.in_(values)
    return chosen


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to. None, the default of most fields, narrows nothing."""

    campaigns: tuple[str, ...] | None = field(
        default=None,
        metadata=_about(
            "Ids of the campaigns that count; all campaigns by default.", Condition("campaign_id", _is_one_of)
        ),
    )
    start: date | None = field(
        default=None, metadata=_about("First local date that counts, inclusive.", Condition("date", operator.ge))
    )
    end: date | None = field(
        default=None, metadata=_about("Last local date that counts, inclusive.", Condition("date", operator.le))
    )
    basis: Basis = field(
        default=Basis.ACTIVITY,
        metadata=_about(
            "Whether an event counts on its own date or on that of its email's sending.",
            Condition("basis", operator.eq),
        ),
    )
    humans_only: bool = field(
        default=False,
        metadata=_about("Leaves out machine opens and clicks and automatic replies, by reading other columns."),
    )

    def of(self, campaign_id: str) -> Filters:
        """The same question about one campaign."""
        return replace(self, campaigns=(campaign_id,))

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
        """The conditions on a table that choose the rows asked for.

        Args:
            columns: the table's columns by role: ``campaign_id``, ``date``, ``basis``. A filter whose column the table
                does not have is left out.
        """
        return conditions(self.narrowing(columns), columns)


DESCRIPTIONS: dict[str, str] = {one.name: one.metadata["description"] for one in fields(Filters)}
"""What each filter means."""

CONDITIONS: dict[str, Condition] = {
    one.name: one.metadata["condition"] for one in fields(Filters) if one.metadata["condition"] is not None
}
"""The filters that choose rows, and how."""


def conditions(values: Mapping[str, Any], columns: Mapping[str, Column]) -> list[ColumnElement[bool]]:
    """The conditions of some filters; a value may also be a bound parameter that gets its value later."""
    return [CONDITIONS[name].compare(columns[CONDITIONS[name].column], value) for name, value in values.items()]
