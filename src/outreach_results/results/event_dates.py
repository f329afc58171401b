"""Whether rates by event date can be compared: not where sending changed fast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from outreach_results.metrics.event_dates import event_date_bias
from outreach_results.models import Basis, Filters
from outreach_results.results.campaigns import all_campaigns
from outreach_results.results.daily import day_numbers
from outreach_results.results.query import check_period
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
    curve = maturity_curves(store, humans_only=filters.humans_only, names=("replied",)).by_count.get("replied")
    check_period(narrowed)
    with store.read() as connection:
        dates = day_numbers(connection, narrowed).dates
        if curve is None or not len(dates):
            return None
        # The replies of the first days answer emails sent before the period.
        start = dates[0].item() - timedelta(days=len(curve.arrived))
        sent = day_numbers(connection, replace(narrowed, start=start)).numbers["emails_sent"]
    return event_date_bias(np.nan_to_num(sent), len(dates), curve)


def _of_mcp(store: Store, filters: Filters, mcp: str | None) -> Filters:
    if mcp is None:
        return filters
    ids = {one.id for one in all_campaigns(store) if one.mcp == mcp}
    chosen = ids if filters.campaigns is None else ids & set(filters.campaigns)
    return replace(filters, campaigns=tuple(sorted(chosen)))
