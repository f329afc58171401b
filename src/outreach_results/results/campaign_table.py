"""The table that compares campaigns: totals, headline rates, the cost of a meeting, and estimates to rank them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results.metrics import Change
from outreach_results.metrics.small_numbers import cost_per_event, shrunken_rates_per_unit, shrunken_shares
from outreach_results.models import Basis, Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.campaign_rates import rates_and_standouts
from outreach_results.results.campaigns import ACTIVE_DAYS, last_day, last_sent
from outreach_results.results.clients import campaign_labels, label_book
from outreach_results.results.headlines import HeadlineRate
from outreach_results.results.reply_counts import positive_by_campaign
from outreach_results.results.totals import campaign_totals
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


def campaign_table(store: Store, filters: Filters) -> pd.DataFrame:
    """`campaign_totals` and what compares the campaigns.

    Columns: those of `campaign_totals`, whose rates are the plain ones, then

    - reply_rate_low, reply_rate_high: the 95% interval of the reply rate, of the adjusted one on the send basis, and
      of the share of emails sent where it is not known how many were delivered;
    - on the send basis by rate ``*_adjusted``, the rate expected once everything has come in, and ``*_share_in``, how
      much of it is in (0 to 1); NA where that is not known;
    - cost_per_meeting_usd: NA with fewer than three meetings; cost_per_meeting_low_usd and cost_per_meeting_high_usd,
      the 95% range, without an upper end where there is no meeting. On the send basis the cost of meetings that are
      still to come is left out;
    - status: "active" where it sent something in the `ACTIVE_DAYS` before the account's last day, else "ended"; NA
      where it is not known when it sent;
    - positive_replies, on the day they came whatever the basis; NA where the replies cannot be read;
    - reply_rate_of_others, that of all other campaigns together, and reply_rate_stands_out, whether it differs from it
      significantly, with all campaigns taken into account, and is outside of its interval; NA where there is nothing to
      compare;
    - bounce_rate, a share of emails sent, and unsubscribe_rate, a share of delivered ones;
    - client, the name of the campaign's, and tags, with commas between them; NA without any;
    - `ESTIMATES`; cost_per_meeting_estimate_usd is NA with fewer than three meetings, so that these are not ranked.

    Raises:
        QueryError: the period starts after its end.
    """
    is_cohort = filters.basis == Basis.SEND
    frame = campaign_totals(store, filters)
    rates, standouts = rates_and_standouts(store, filters, tuple(RATES) if is_cohort else ("reply_rate",))
    of_each = [rates.get(campaign_id, {}) for campaign_id in frame["campaign_id"]]
    of_sent = _reply_shares_of_sent(store, filters, frame)
    intervals = [
        of_sent.get(campaign_id, rate.get("reply_rate", _UNKNOWN)).interval or (np.nan, np.nan)
        for campaign_id, rate in zip(frame["campaign_id"], of_each, strict=True)
    ]
    columns = {
        "reply_rate_low": [low for low, _ in intervals],
        "reply_rate_high": [high for _, high in intervals],
    }
    for name in RATES if is_cohort else ():
        known = [_adjusted(rate.get(name, _UNKNOWN)) for rate in of_each]
        columns[f"{name}_adjusted"] = [rate for rate, _ in known]
        columns[f"{name}_share_in"] = [share for _, share in known]
    frame = frame.assign(**{name: np.array(values, dtype=np.float64) for name, values in columns.items()})
    return frame.assign(**_meeting_costs(frame), **_estimates(frame), **_more(store, filters, frame, standouts))


def shown_rate(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    """The rate that pages show of each row of a `campaign_table`.

    On the send basis it is the adjusted one, NA while hardly anything is in; the plain one where no share is known.
    Where `is_of_sent`, it is the share of emails sent.
    """
    adjusted, share_in = f"{name}_adjusted", f"{name}_share_in"
    rate = _floats(frame, name)
    if adjusted in frame:
        rate = np.where(np.isnan(_floats(frame, share_in)), rate, _floats(frame, adjusted))
    count, of = RATES[name].parts
    # By arrays, because a condition on columns of a frame costs ten times as much, for each rate.
    if of == "delivered" and (sent := is_of_sent(frame).to_numpy(dtype=np.bool_)).any():
        rate = np.where(sent, _share_of(frame, count, "emails_sent"), rate)
    return pd.Series(rate, frame.index)


def is_of_sent(frame: pd.DataFrame) -> pd.Series[bool]:
    """Whether the rates that pages show of a row are shares of emails sent, because deliveries are not known."""
    return frame["delivered"].isna() & frame["emails_sent"].notna()


def _more(store: Store, filters: Filters, frame: pd.DataFrame, standouts: Mapping[str, Change]) -> dict[str, Any]:
    with store.read() as connection:
        readable = positive_by_campaign(connection, filters)
    positive = [
        # Without replies that can be read, the number of positive ones is known only where nobody replied.
        readable[campaign_id][0] if campaign_id in readable else None if pd.isna(replied) or replied else 0
        for campaign_id, replied in frame[["campaign_id", "replied"]].astype(object).itertuples(index=False)
    ]
    sent, last = last_sent(store), last_day(store)
    differences = [standouts.get(campaign_id) for campaign_id in frame["campaign_id"]]
    others = [
        np.nan if own is None or pd.isna(rate) else rate - own.difference
        for own, rate in zip(differences, shown_rate(frame, "reply_rate"), strict=True)
    ]
    return {
        "status": pd.array([_status(sent.get(own), last) for own in frame["campaign_id"]], dtype="string"),
        "positive_replies": pd.array(positive, dtype="Int64"),
        "reply_rate_of_others": others,
        "reply_rate_stands_out": pd.array(
            [
                # Both, because pages draw the interval beside the mark: one inside of it would contradict itself.
                None if own is None else not own.is_noise and not low <= rate <= high
                for own, rate, low, high in zip(
                    differences, others, frame["reply_rate_low"], frame["reply_rate_high"], strict=True
                )
            ],
            dtype="boolean",
        ),
        "bounce_rate": _share_of(frame, "bounced", "emails_sent"),
        "unsubscribe_rate": _share_of(frame, "unsubscribed", "delivered"),
        **_labels(store, frame["campaign_id"]),
    }


def _labels(store: Store, campaign_ids: Iterable[str]) -> dict[str, Any]:
    with store.read() as connection:
        labels, names = campaign_labels(connection), label_book(connection).names
    of_each = [labels[own] for own in campaign_ids]
    clients = [None if own.client_id is None else names.get(own.client_id, own.client_id) for own in of_each]
    tags = [", ".join(own.tags) or None for own in of_each]
    return {"client": pd.array(clients, dtype="string"), "tags": pd.array(tags, dtype="string")}


def _status(sent: date | None, last: date | None) -> str | None:
    if sent is None or last is None:
        return None
    return "active" if last - sent <= timedelta(days=ACTIVE_DAYS) else "ended"


def _share_of(frame: pd.DataFrame, count: str, of: str) -> NDArray[np.float64]:
    whole = _floats(frame, of)
    return _floats(frame, count) / np.where(whole > 0, whole, np.nan)


def _reply_shares_of_sent(store: Store, filters: Filters, frame: pd.DataFrame) -> dict[str, HeadlineRate]:
    chosen = frame[is_of_sent(frame) & frame["replied"].notna()].set_index("campaign_id")
    if chosen.empty:
        return {}
    days = sending_days(store, replace(filters, campaigns=tuple(chosen.index)), "replied")
    return {
        campaign_id: share_of_sent(int(replied), int(sent), [days[campaign_id]] if campaign_id in days else [])
        for campaign_id, replied, sent in chosen[["replied", "emails_sent"]].itertuples()
    }


def _adjusted(rate: HeadlineRate) -> tuple[float, float]:
    if rate.share_in is None:
        return np.nan, np.nan
    return np.nan if rate.rate is None else rate.rate, rate.share_in


def _share_in(frame: pd.DataFrame, rate: str) -> NDArray[np.float64]:
    """How much of the outcomes is in, 1 where nothing is adjusted."""
    name = f"{rate}_share_in"
    return np.nan_to_num(_floats(frame, name), nan=1.0) if name in frame else np.ones(len(frame))


def _floats(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _meeting_costs(frame: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    costs, meetings = (_floats(frame, name) for name in ("cost_usd", "meetings_booked"))
    prices = [
        cost_per_event(
            None if np.isnan(cost) else float(cost), None if np.isnan(count) else int(count), share_in=float(share)
        )
        for cost, count, share in zip(costs, meetings, _share_in(frame, "conversion_rate"), strict=True)
    ]
    ends = {"": "value", "_low": "low", "_high": "high"}
    return {
        f"cost_per_meeting{end}_usd": np.array(
            [np.nan if price is None else getattr(price, attribute) for price in prices], dtype=np.float64
        )
        for end, attribute in ends.items()
    }


def _estimates(frame: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    opened, replied, meetings, delivered, sent, cost = (
        _floats(frame, name)
        for name in ("opened", "replied", "meetings_booked", "delivered", "emails_sent", "cost_usd")
    )
    delivered = np.where(np.isnan(delivered), sent, delivered)  # the nearest to it that is known
    meetings_in = _share_in(frame, "conversion_rate")
    # Meetings for a dollar, not dollars for a meeting, are pulled together: without a meeting the latter is infinite.
    meetings_per_dollar = shrunken_rates_per_unit(meetings, cost * meetings_in)
    is_ranked = np.isfinite(_meeting_costs(frame)["cost_per_meeting_usd"])
    values = (
        shrunken_shares(opened, delivered * _share_in(frame, "open_rate")),
        shrunken_shares(replied, delivered * _share_in(frame, "reply_rate")),
        shrunken_shares(meetings, sent * meetings_in),
        np.where(is_ranked, 1 / meetings_per_dollar, np.nan),
    )
    return dict(zip(ESTIMATES, values, strict=True))
