"""Helpers of the queries: paging, conditions on days, sums that stay unknown where a part is unknown, money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, RowMapping, Table, case, func, select

from outreach_results.errors import QueryError
from outreach_results.models import COST_COLUMNS, COUNTS, MICROS_PER_DOLLAR, Filters, dollars
from outreach_results.store import schema
from outreach_results.store.shown import is_shown

PER_PAGE = 20
MAX_PER_PAGE = 100
MAX_PAGE = 1_000_000

NOT_BROKEN_DOWN = "cost_not_broken_down"
"""The part of the cost that a source reports without a component."""


def count_column(name: str, filters: Filters) -> ColumnElement[int]:
    """The column of `daily_stats` with a count; with ``humans_only``, the one that leaves out machines."""
    use_twin = filters.humans_only and name != "emails_sent"
    return schema.daily_stats.c[f"{name}_human" if use_twin else name]


def complete_sum(column: ColumnElement[int]) -> ColumnElement[int | None]:
    """The sum of a column, or NULL where one of its values is NULL: a partial sum would pass for a total."""
    return case((func.count(column) == func.count(), func.sum(column)))


def roles(table: Table, date: str = "date") -> dict[str, ColumnElement[Any]]:
    """The columns of a table by the role that `Filters` use for them; ``date`` names its column of local dates."""
    columns: dict[str, ColumnElement[Any]] = {"campaign_id": table.c.campaign_id, "date": table.c[date]}
    return columns | ({"basis": table.c.basis} if "basis" in table.c else {})


def chosen_rows(table: Table, filters: Filters, date: str = "date") -> list[ColumnElement[bool]]:
    """The conditions on a table for the rows of the filters, without those of deleted campaigns.

    Args:
        date: its column of local dates.
    """
    return [*filters.conditions(roles(table, date)), is_shown(table.c.campaign_id)]


def chosen_days(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions on `daily_stats` for the days and campaigns of the filters."""
    return chosen_rows(schema.daily_stats, filters)


def of_any_campaign(column: ColumnElement[str]) -> ColumnElement[bool]:
    """A condition that is true for every campaign."""
    # The key begins with the campaign: naming all of them lets the database read only the days of the period.
    return column.in_(select(schema.campaigns.c.campaign_id))


def integers(row: RowMapping) -> dict[str, Any]:
    """The row with its counts and costs (micro-dollars) as integers; None stays None."""
    # PostgreSQL sums to numeric, which arrives as Decimal.
    numbers = (*COUNTS, "cost", *COST_COLUMNS)
    return dict(row) | {name: None if row[name] is None else int(row[name]) for name in numbers if name in row}


def usd(micros: int | None) -> float | None:
    """Micro-dollars in dollars; None stays None."""
    return None if micros is None else dollars(micros)


def sum_usd(amounts: pd.Series[float]) -> float:
    """The sum of amounts in dollars, added in micro-dollars and divided once; unknown ones are left out."""
    return dollars(int(np.nansum(np.rint(amounts.to_numpy(dtype=np.float64) * MICROS_PER_DOLLAR))))


def in_dollars(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The frame with these columns of micro-dollars in dollars, last and named ``*_usd``; NaN where unknown."""
    amounts = {f"{name}_usd": frame[name].astype("float64") / MICROS_PER_DOLLAR for name in columns}
    return frame.drop(columns=list(columns)).assign(**amounts)


def not_broken_down(costs: pd.DataFrame) -> pd.Series[int]:
    """The part of each ``cost`` that its source reports without a component, in the unit of ``costs``; 0 or more.

    Args:
        costs: whole numbers, such as micro-dollars, in a column ``cost`` and one for each component.
    """
    return (costs["cost"] - costs[list(COST_COLUMNS)].sum(axis="columns")).clip(lower=0)


def check_period(filters: Filters) -> None:
    """Check the period of the filters.

    Raises:
        QueryError: it starts after its end.
    """
    if filters.start is not None and filters.end is not None and filters.start > filters.end:
        raise QueryError("start", f"The period starts on {filters.start}, after its end on {filters.end}.")


def check_page(page: int, per_page: int) -> None:
    """Check the number and the size of a page.

    Raises:
        QueryError: one of them is out of range.
    """
    if not 1 <= page <= MAX_PAGE:
        raise QueryError("page", f"Pages are counted from 1 to {MAX_PAGE:,}.")
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise QueryError("per_page", f"Between 1 and {MAX_PER_PAGE} rows per page are allowed.")
