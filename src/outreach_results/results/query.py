"""What the questions share: paging, the choice of days, sums that know what they do not know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, case, func

from outreach_results.errors import QueryError
from outreach_results.models import COST_COLUMNS, COUNTS, Filters, dollars
from outreach_results.store import schema

PER_PAGE = 20
MAX_PER_PAGE = 100
MAX_PAGE = 1_000_000


def count_column(name: str, filters: Filters) -> ColumnElement[int]:
    use_twin = filters.humans_only and name != "emails_sent"
    return schema.daily_stats.c[f"{name}_human" if use_twin else name]


def complete_sum(column: ColumnElement[int]) -> ColumnElement[int | None]:
    """The sum, or NULL as soon as one day does not know the number: a partial sum would pass for a total."""
    return case((func.count(column) == func.count(), func.sum(column)))


def roles(table: Table, date: str = "date") -> dict[str, ColumnElement[Any]]:
    """The columns of a table by the role that filters look for; ``date`` names the local date that counts."""
    found: dict[str, ColumnElement[Any]] = {"campaign_id": table.c.campaign_id, "date": table.c[date]}
    return found | ({"basis": table.c.basis} if "basis" in table.c else {})


def chosen_days(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on `daily_stats`."""
    return filters.conditions(roles(schema.daily_stats))


def integers(row: RowMapping) -> dict[str, Any]:
    # PostgreSQL sums to numeric, which arrives as Decimal.
    numbers = (*COUNTS, "cost", *COST_COLUMNS)
    return dict(row) | {name: None if row[name] is None else int(row[name]) for name in numbers if name in row}


def usd(micros: int | None) -> float | None:
    return None if micros is None else dollars(micros)


def check_period(filters: Filters) -> None:
    if filters.start is not None and filters.end is not None and filters.start > filters.end:
        raise QueryError("start", f"The period starts on {filters.start}, after its end on {filters.end}.")


def check_page(page: int, per_page: int) -> None:
    if not 1 <= page <= MAX_PAGE:
        raise QueryError("page", f"Pages are counted from 1 to {MAX_PAGE:,}.")
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise QueryError("per_page", f"Between 1 and {MAX_PER_PAGE} rows a page are allowed.")
