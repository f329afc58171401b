"""The table that compares campaigns: totals, headline rates, the cost of a meeting, and estimates to rank them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results import metrics
from outreach_results.metrics import Change
from outreach_results.metrics.small_numbers import cost_per_event, shrunken_rates_per_unit, shrunken_shares
from outreach_results.models import Basis, Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.campaign_rates import rates_and_standouts
from outreach_results.results.campaign_totals import COLUMN_TYPES, CampaignRow, campaign_rows
from outreach_results.results.campaigns import ACTIVE_DAYS, last_day, last_sent
from outreach_results.results.clients import campaign_labels, label_book
from outreach_results.results.headlines import HeadlineRate
from outreach_results.results.reply_counts import positive_by_campaign
from outreach_results.results.rows import frame_of
from outreach_results.results.undated import sending_days, share_of_sent
from outreach_results.store.engine import Store

_UNKNOWN = HeadlineRate(None, None)

ESTIMATES = (
    "open_rate_estimate",
    "reply_rate_estimate",
    "meetings_per_email_estimate",
    "cost_per_meeting_estimate_usd",
)
"""Columns to rank campaigns by: estimates that are pulled towards the account as far as they rest on few emails."""

_COHORT_COLUMNS = tuple(f"{name}_{end}" for name in RATES for end in ("adjusted", "share_in"))

_MEETING_COSTS = ("cost_per_meeting_usd", "cost_per_meeting_low_usd", "cost_per_meeting_high_usd")

_MORE_COLUMNS = {
    **dict.fromkeys(_MEETING_COSTS, "float64"),
    **dict.fromkeys(ESTIMATES, "float64"),
    "status": "string",
    "positive_replies": "Int64",
    "reply_rate_of_others": "float64",
    "reply_rate_stands_out": "boolean",
    "bounce_rate": "float64",
    "unsubscribe_rate": "float64",
    "client": "string",
    "tags": "string",
}


def campaign_table(store: Store, filters: Filters) -> pd.DataFrame:
    """`compared_campaigns` as a frame.

    Raises:
        QueryError: the period starts after its end.
    """
    return frame_of_campaigns(compared_campaigns(store, filters), filters)


def frame_of_campaigns(rows: Sequence[CampaignRow], filters: Filters) -> pd.DataFrame:
    """The frame of rows of `compared_campaigns`, for files.

    Args:
        filters: those of the rows.
    """
    of_rates = ("reply_rate_low", "reply_rate_high", *(_COHORT_COLUMNS if filters.basis == Basis.SEND else ()))
    return frame_of(rows, {**COLUMN_TYPES, **dict.fromkeys(of_rates, "float64"), **_MORE_COLUMNS})


def compared_campaigns(store: Store, filters: Filters) -> list[dict[str, Any]]:
    """`campaign_rows` and what compares the campaigns, one row a campaign; None for what is not known.

    Each has the keys of `campaign_rows`, whose rates are the plain ones, then

    - reply_rate_low, reply_rate_high: the 95% interval of the reply rate, of the adjusted one on the send basis, and
      of the share of emails sent where it is not known how many were delivered;
    - on the send basis by rate ``*_adjusted``, the rate expected once everything has come in, and ``*_share_in``, how
      much of it is in (0 to 1);
    - cost_per_meeting_usd: None with fewer than three meetings; cost_per_meeting_low_usd and cost_per_meeting_high_usd,
      the 95% range, without an upper end where there is no meeting. On the send basis the cost of meetings that are
      still to come is left out;
    - `ESTIMATES`; cost_per_meeting_estimate_usd is None with fewer than three meetings, so that these are not ranked;
    - status: "active" where it sent something in the `ACTIVE_DAYS` before the account's last day, else "ended"; None
      where it is not known when it sent;
    - positive_replies, on the day they came whatever the basis; None where the replies cannot be read;
    - reply_rate_of_others, that of all other campaigns together, and reply_rate_stands_out, whether it differs from it
      significantly, with all campaigns taken into account, and is outside of its interval; None where there is nothing
      to compare;
    - bounce_rate, a share of emails sent, and unsubscribe_rate, a share of delivered ones;
    - client, the name of the campaign's, and tags, with commas between them; None without any.

    Raises:
        QueryError: the period starts after its end.
    """
    is_cohort = filters.basis == Basis.SEND
    rows = campaign_rows(store, filters)
    rates, standouts = rates_and_standouts(store, filters, tuple(RATES) if is_cohort else ("reply_rate",))
    of_sent = _reply_shares_of_sent(store, filters, rows)
    for row in rows:
        own = row["campaign_id"]
        of_rates = rates.get(own, {})
        interval = of_sent.get(own, of_rates.get("reply_rate", _UNKNOWN)).interval
        row["reply_rate_low"], row["reply_rate_high"] = interval or (None, None)
        if is_cohort:
            for name in RATES:
                known = of_rates.get(name, _UNKNOWN)
                row[f"{name}_adjusted"] = None if known.share_in is None else known.rate
                row[f"{name}_share_in"] = known.share_in
        row |= _meeting_cost(row)
    _add_estimates(rows)
    _add_more(store, filters, rows, standouts)
    return rows


def shown_rate(row: CampaignRow, name: str) -> float | None:
    """The rate that pages show of a row of `compared_campaigns`.

    On the send basis it is the adjusted one, None while hardly anything is in; the plain one where no share is known.
    Where `is_of_sent`, it is the share of emails sent.
    """
    count, of = RATES[name].parts
    if of == "delivered" and is_of_sent(row):
        return metrics.ratio(row[count], row["emails_sent"])
    rate: float | None = row[name] if row.get(f"{name}_share_in") is None else row[f"{name}_adjusted"]
    return rate


def is_of_sent(row: CampaignRow) -> bool:
    """Whether the rates that pages show of a row are shares of emails sent, because deliveries are not known."""
    return row["delivered"] is None and row["emails_sent"] is not None


def _add_more(store: Store, filters: Filters, rows: Sequence[dict[str, Any]], standouts: Mapping[str, Change]) -> None:
    with store.read() as connection:
        readable = positive_by_campaign(connection, filters)
        labels, names = campaign_labels(connection), label_book(connection).names
    sent, last = last_sent(store), last_day(store)
    for row in rows:
        own = row["campaign_id"]
        row["status"] = _status(sent.get(own), last)
        # Without replies that can be read, the number of positive ones is known only where nobody replied.
        row["positive_replies"] = readable[own][0] if own in readable else 0 if row["replied"] == 0 else None
        row |= _standing_out(row, standouts.get(own))
        row["bounce_rate"] = metrics.ratio(row["bounced"], row["emails_sent"])
        row["unsubscribe_rate"] = metrics.ratio(row["unsubscribed"], row["delivered"])
        client = labels[own].client_id
        row["client"] = None if client is None else names.get(client, client)
        row["tags"] = ", ".join(labels[own].tags) or None


def _standing_out(row: CampaignRow, own: Change | None) -> dict[str, Any]:
    rate = shown_rate(row, "reply_rate")
    others = None if own is None or rate is None else rate - own.difference
    low, high = row["reply_rate_low"], row["reply_rate_high"]
    is_inside = others is not None and low is not None and low <= others <= high
    # Both, because pages draw the interval beside the mark: one inside of it would contradict itself.
    stands_out = None if own is None else not own.is_noise and not is_inside
    return {"reply_rate_of_others": others, "reply_rate_stands_out": stands_out}


def _status(sent: date | None, last: date | None) -> str | None:
    if sent is None or last is None:
        return None
    return "active" if last - sent <= timedelta(days=ACTIVE_DAYS) else "ended"


def _reply_shares_of_sent(store: Store, filters: Filters, rows: Sequence[CampaignRow]) -> dict[str, HeadlineRate]:
    chosen = {row["campaign_id"]: row for row in rows if is_of_sent(row) and row["replied"] is not None}
    if not chosen:
        return {}
    days = sending_days(store, replace(filters, campaigns=tuple(chosen)), "replied")
    return {
        own: share_of_sent(row["replied"], row["emails_sent"], [days[own]] if own in days else [])
        for own, row in chosen.items()
    }


def _meeting_cost(row: CampaignRow) -> dict[str, float | None]:
    share_in = row.get("conversion_rate_share_in")
    price = cost_per_event(row["cost_usd"], row["meetings_booked"], share_in=share_in)
    ends = (None, None, None) if price is None else (price.value, price.low, price.high)
    return dict(zip(_MEETING_COSTS, ends, strict=True))


def _add_estimates(rows: Sequence[dict[str, Any]]) -> None:
    opened, replied, meetings, delivered, sent, cost, price = (
        _floats(rows, name)
        for name in (
            "opened",
            "replied",
            "meetings_booked",
            "delivered",
            "emails_sent",
            "cost_usd",
            "cost_per_meeting_usd",
        )
    )
    delivered = np.where(np.isnan(delivered), sent, delivered)  # the nearest to it that is known
    meetings_in = _share_in(rows, "conversion_rate")
    # Meetings for a dollar, not dollars for a meeting, are pulled together: without a meeting the latter is infinite.
    meetings_per_dollar = shrunken_rates_per_unit(meetings, cost * meetings_in)
    values = (
        shrunken_shares(opened, delivered * _share_in(rows, "open_rate")),
        shrunken_shares(replied, delivered * _share_in(rows, "reply_rate")),
        shrunken_shares(meetings, sent * meetings_in),
        np.where(np.isfinite(price), 1 / meetings_per_dollar, np.nan),
    )
    for name, column in zip(ESTIMATES, values, strict=True):
        for row, value in zip(rows, column.tolist(), strict=True):
            row[name] = None if isnan(value) else value


def _share_in(rows: Sequence[CampaignRow], rate: str) -> NDArray[np.float64]:
    """How much of the outcomes is in, 1 where nothing is adjusted."""
    shares = [row.get(f"{rate}_share_in") for row in rows]
    return np.array([1.0 if share is None else share for share in shares], dtype=np.float64)


def _floats(rows: Sequence[CampaignRow], name: str) -> NDArray[np.float64]:
    return np.array([row[name] for row in rows], dtype=np.float64)
