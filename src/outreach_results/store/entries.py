"""What people entered of a campaign because its source lacks it: name, type (mcp) and cost.

What was entered counts everywhere: it stands in `campaigns` and `daily_stats`, and the source's own value beside it. A
load works on the source's values, so that it neither overwrites what was entered nor takes it for the source's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, update

from outreach_results.errors import QueryError
from outreach_results.models import MAX_ID, MICROS_PER_DOLLAR, Basis
from outreach_results.store import audit
from outreach_results.store.engine import Store
from outreach_results.store.schema import DECLARED, campaign_entries, campaigns, daily_stats
from outreach_results.store.shown import is_shown, shown_campaign

MAX_NAME = 200
MAX_COST_USD = 1_000_000_000


class CostPer(StrEnum):
    """What an entered cost is for: each email sent, the whole campaign, or each calendar month in which it sent."""

    EMAIL = "email"
    CAMPAIGN = "campaign"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Entries:
    """What was entered of a campaign; None leaves it to the source. ``cost`` is in micro-dollars."""

    name: str | None = None
    mcp: str | None = None
    cost: int | None = None
    cost_per: CostPer | None = None

    @property
    def cost_usd(self) -> Decimal | None:
        """The cost in dollars."""
        return None if self.cost is None else Decimal(self.cost) / MICROS_PER_DOLLAR


@dataclass(frozen=True, slots=True)
class SourceValues:
    """What the source says of a campaign; None where it says nothing. ``cost`` is that of all its emails, in
    micro-dollars."""

    name: str
    mcp: str | None
    cost: int | None


def checked(name: str | None, mcp: str | None, cost_usd: Decimal | None, cost_per: str | None) -> Entries:
    """Entries from what a person wrote; blank texts are none.

    Raises:
        QueryError: one of them cannot be used.
    """
    name, mcp = (" ".join(value.split()) or None if value else None for value in (name, mcp))
    for parameter, text, most in (("name", name, MAX_NAME), ("type", mcp, MAX_ID)):
        if text is not None and (len(text) > most or not text.isprintable()):
            raise QueryError(parameter, f"A {parameter} is one line of at most {most} characters.")
    if cost_usd is None:
        return Entries(name, mcp)
    if not cost_usd.is_finite() or not 0 <= cost_usd <= MAX_COST_USD:
        raise QueryError("cost", f"A cost is between 0 and {MAX_COST_USD:,} dollars.")
    if cost_per not in set(CostPer):
        raise QueryError("per", f"Say what the cost is for: {', '.join(CostPer)}.")
    return Entries(name, mcp, round(cost_usd * MICROS_PER_DOLLAR), CostPer(cost_per))


def entries_of(store: Store, campaign_id: str) -> Entries:
    """What was entered of a campaign.

    Raises:
        UnknownCampaignError: there is no such campaign.
    """
    with store.read() as connection:
        shown_campaign(connection, campaign_id)
        return entries_in(connection, campaign_id)


def entries_in(connection: Connection, campaign_id: str) -> Entries:
    """What was entered of a campaign; nothing where there is no such campaign."""
    row = connection.execute(select(campaign_entries).where(campaign_entries.c.campaign_id == campaign_id)).first()
    if row is None:
        return Entries()
    return Entries(row.name, row.mcp, row.cost, CostPer(row.cost_per) if row.cost_per else None)


def entered_by(store: Store, campaign_id: str) -> tuple[str | None, datetime] | None:
    """Who entered something of a campaign last (None: unknown) and when; None where nothing is entered."""
    table = campaign_entries.c
    query = select(table.entered_by, table.entered_at).where(table.campaign_id == campaign_id)
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.entered_by, row.entered_at)


def source_values(store: Store, campaign_id: str) -> SourceValues:
    """What the source says of a campaign, whatever was entered.

    Raises:
        UnknownCampaignError: there is no such campaign.
    """
    days, own = daily_stats.c, campaigns.c.campaign_id == campaign_id
    with store.read() as connection:
        shown_campaign(connection, campaign_id)
        tracks_costs = campaigns.c[DECLARED["costs"]].label("tracks_costs")
        campaign = connection.execute(select(campaigns.c.name, campaigns.c.mcp, tracks_costs).where(own)).one()
        entered = connection.execute(
            select(campaign_entries).where(campaign_entries.c.campaign_id == campaign_id, campaign_entries.c.is_applied)
        ).first()
        column = days.cost if entered is None or entered.cost is None else days.source_cost
        costs = select(func.sum(column)).where(days.campaign_id == campaign_id, days.basis == Basis.SEND)
        cost = connection.execute(costs).scalar_one()
    name, mcp = (campaign.name, campaign.mcp) if entered is None else (entered.source_name, entered.source_mcp)
    return SourceValues(name, mcp, None if cost is None or campaign.tracks_costs is False else int(cost))


def enter(store: Store, campaign_id: str, entries: Entries, *, by: str | None = None) -> None:
    """Set all that is entered of a campaign.

    Raises:
        UnknownCampaignError: there is no such campaign.
    """
    with store.write(exclusive=True) as connection:
        shown_campaign(connection, campaign_id)
        restore_source_values(connection, (campaign_id,))
        remove(connection, campaign_id)
        if entries != Entries():
            add(connection, campaign_id, entries, by=by)
        apply(connection)
        entered = [name for name in Entries.__slots__ if getattr(entries, name) is not None]
        said = ", ".join(entered) or "nothing"
        audit.record(connection, audit.Action.CHANGED, f"entered of campaign {campaign_id}: {said}", by=by)


def remove(connection: Connection, campaign_id: str) -> None:
    """Forget the entries of a campaign, once they are lifted."""
    connection.execute(delete(campaign_entries).where(campaign_entries.c.campaign_id == campaign_id))


def is_from_file(connection: Connection, campaign_id: str) -> bool:
    """Whether the entries of a campaign were made in another database, whose export was imported."""
    table = campaign_entries.c
    query = select(table.is_from_file).where(table.campaign_id == campaign_id)
    return bool(connection.execute(query).scalar())


def add(
    connection: Connection,
    campaign_id: str,
    entries: Entries,
    *,
    by: str | None = None,
    is_from_file: bool = False,
) -> None:
    """Keep entries of a campaign that has none; `apply` makes them count."""
    values = {"name": entries.name, "mcp": entries.mcp, "cost": entries.cost, "cost_per": entries.cost_per}
    origin = {"entered_by": by, "entered_at": datetime.now(UTC), "is_from_file": is_from_file, "is_applied": False}
    connection.execute(insert(campaign_entries), values | origin | {"campaign_id": campaign_id})


def with_entries_made_here(connection: Connection) -> frozenset[str]:
    """The ids of the campaigns of which anything was entered in this database."""
    table = campaign_entries.c
    query = select(table.campaign_id).where(table.is_from_file.is_not(True))
    return frozenset(connection.execute(query).scalars())


def cost_entered() -> ColumnElement[bool]:
    """Whether the cost of a row of `campaign_entries` was entered; off where there is no row."""
    return campaign_entries.c.cost.is_not(None)


def with_entered_cost(connection: Connection, campaign_ids: Sequence[str] | None = None) -> frozenset[str]:
    """The ids of those of these campaigns (None: all) whose cost was entered, without the deleted ones."""
    table = campaign_entries.c
    query = select(table.campaign_id).where(cost_entered(), is_shown(table.campaign_id))
    if campaign_ids is not None:
        query = query.where(table.campaign_id.in_(campaign_ids))
    return frozenset(connection.execute(query).scalars())


@contextmanager
def with_source_values(connection: Connection, campaign_id: str) -> Iterator[None]:
    """Work on a campaign's source values; what was entered counts again afterward, unless somebody else lifted it."""
    ids = restore_source_values(connection, (campaign_id,))
    yield
    if ids:
        apply(connection)


def restore_source_values(connection: Connection, campaign_ids: Sequence[str] | None = None) -> list[str]:
    """Put the source's values of these campaigns (None: all) in their place; the ids of those that had others."""
    query = select(campaign_entries).where(campaign_entries.c.is_applied)
    if campaign_ids is not None:
        query = query.where(campaign_entries.c.campaign_id.in_(campaign_ids))
    rows = connection.execute(query).all()
    for row in rows:
        own = campaigns.c.campaign_id == row.campaign_id
        connection.execute(update(campaigns).where(own).values(name=row.source_name, mcp=row.source_mcp))
        if row.cost is not None:
            days = daily_stats.c
            connection.execute(
                update(daily_stats)
                .where(days.campaign_id == row.campaign_id)
                .values(cost=days.source_cost, source_cost=None)
            )
        _mark(connection, row.campaign_id, is_applied=False)
    return [row.campaign_id for row in rows]


def apply(connection: Connection) -> None:
    """Make all entries count that do not yet, and keep the source's values beside them."""
    for row in connection.execute(select(campaign_entries).where(~campaign_entries.c.is_applied)).all():
        own = campaigns.c.campaign_id == row.campaign_id
        source = connection.execute(select(campaigns.c.name, campaigns.c.mcp).where(own)).one()
        values = {"name": row.name or source.name, "mcp": row.mcp or source.mcp}
        connection.execute(update(campaigns).where(own).values(values))
        if row.cost is not None:
            _apply_cost(connection, row)
        _mark(connection, row.campaign_id, is_applied=True, source_name=source.name, source_mcp=source.mcp)


def _mark(connection: Connection, campaign_id: str, **values: Any) -> None:
    connection.execute(update(campaign_entries).where(campaign_entries.c.campaign_id == campaign_id).values(values))


def _apply_cost(connection: Connection, row: Row[Any]) -> None:
    days = daily_stats.c
    own = days.campaign_id == row.campaign_id
    sent = connection.execute(select(days.date, days.emails_sent).where(own, days.basis == Basis.SEND)).all()
    connection.execute(update(daily_stats).where(own).values(source_cost=days.cost, cost=0))
    costs = costs_of_days([(day, n or 0) for day, n in sent], row.cost, CostPer(row.cost_per))
    if costs:
        connection.execute(
            update(daily_stats).where(own, days.date == bindparam("day")).values(cost=bindparam("spent")),
            [{"day": day, "spent": cost} for day, cost in sorted(costs.items())],
        )


def costs_of_days(sent: Sequence[tuple[date, int]], cost: int, per: CostPer) -> dict[date, int]:
    """The cost of each day in micro-dollars: a fixed price is divided by the emails sent, and adds up exactly.

    Args:
        sent: the emails sent on each day.
    """
    if per is CostPer.EMAIL:
        return {day: n * cost for day, n in sent}
    shares: dict[date, int] = {}
    for part in {(day.year, day.month) if per is CostPer.MONTH else () for day, _ in sent}:
        days = sorted((day, n) for day, n in sent if part in ((), (day.year, day.month)))
        whole, so_far = sum(n for _, n in days), 0
        for day, n in days:
            if whole:
                shares[day] = cost * (so_far + n) // whole - cost * so_far // whole
                so_far += n
    return shares
