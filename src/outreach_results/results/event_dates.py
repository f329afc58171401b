"""Whether rates by event date can be compared: not where sending changed fast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from outreach_results.metrics.event_dates import event_date_bias
from outreach_results.models import Basis, Filters
from outreach_results.results.campaigns import all_campaigns
from outreach_results.results.daily import daily_stats
from outreach_results.results.seasonality import maturity_curves
from outreach_results.store.engine import Store


def reply_rate_bias(store: Store, filters: Filters, mcp: str | None = None) -> float | None:
    """By which factor the reply rate by event date is off because sending changed (1: not at all).

    Returns:
        None by send date, without a maturity curve, and where nothing was sent in the period.

    Raises:
        QueryError: the period starts after its end.
    """
    if filters.basis == Basis.SEND:
        return None
    narrowed = _of_mcp(store, filters, mcp)
    curve = maturity_curves(store, humans_only=filters.humans_only).by_count.get("replied")
    period = daily_stats(store, narrowed)
    if curve is None or period.empty:
        return None
    # The replies of the first days answer emails sent before the period.
    start = period["date"].iloc[0].date() - timedelta(days=len(curve.arrived))
    days = daily_stats(store, replace(narrowed, start=start))
    return event_date_bias(days["emails_sent"].fillna(0).to_numpy(dtype=np.float64), len(period), curve)


def _of_mcp(store: Store, filters: Filters, mcp: str | None) -> Filters:
    if mcp is None:
        return filters
    ids = {one.id for one in all_campaigns(store) if one.mcp == mcp}
    chosen = ids if filters.campaigns is None else ids & set(filters.campaigns)
    return replace(filters, campaigns=tuple(sorted(chosen)))
