"""The funnel and the cost breakdown of the overview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.metrics.small_numbers import cost_per_event
from outreach_results.models import COSTS, Sentiment
from outreach_results.models.metric_definitions import COST, COUNT_METRICS
from outreach_results.results import Totals
from outreach_results.results.rows import frame_of
from outreach_results.ui import cards, charts, tables, text, url_state
from outreach_results.ui.cache import ask, derive, draw
from outreach_results.ui.components import FULL, chart_with_data
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View
from outreach_results.ui.overview import tiles


def funnel(totals: Totals, view: View) -> None:
    """Draw the funnel from sent to meeting; a click on a bar opens the page with its details."""
    stages = derive(results.funnel, totals)
    drawn = stages.dropna(subset="emails")["stage"]
    with cards.card("Funnel", key="funnel") as card:
        chart_with_data(
            draw(charts.funnel, stages),
            stages,
            view.filters,
            key="funnel",
            alt="Funnel from emails sent to meetings booked",
            links={str(place): _leads_to(stage) for place, stage in enumerate(drawn)},
            card=card,
        )
        st.caption(text.escape(_losses(totals)))
        if tiles.shares_still_collecting(ask(results.headlines, view.filters, view.comparison)):
            st.caption("What is in so far; the rates above are those expected in the end.")


def _losses(totals: Totals) -> str:
    """What left the funnel: 105 bounced (4.0% of sent) · 31 unsubscribed (1.2% of delivered)."""
    parts = []
    for name in ("bounced", "unsubscribed"):
        count, of = COUNT_METRICS[name], COUNT_METRICS[name].share_of or ""
        share = totals.ratio(name, of)
        shown = "" if share is None else f" ({text.percent(share)} of {charts.LABELS[of].lower()})"
        parts.append(f"{text.number(getattr(totals.stats, name))} {count.label.lower()}{shown}")
    return " · ".join(parts)


def _leads_to(stage: str) -> str:
    if stage == "replied":
        return url_state.address("inbox", {})
    return url_state.address("trends", {"show": "", "counts": stage})


def costs(totals: Totals, view: View) -> None:
    """Draw the table of cost per email, reply, positive reply and meeting, by component."""
    rates = ask(results.headlines, view.filters, view.comparison).rates
    shares = {name: rates[name].share_in for name in ("reply_rate", "conversion_rate")}
    positive = ask(results.reply_totals, view.filters)[Sentiment.POSITIVE]
    rows = derive(cost_rows, totals, positive, shares)
    offered = Table("costs", partial(_frame_of_costs, rows), view.filters)
    with cards.card("Cost breakdown", key="costs", downloads=offered):
        *parts, every = _written(rows)
        tables.show(
            _COST_COLUMNS,
            _with_shares(parts, totals.costs.total_byok_usd),
            key="cost-table",
            alt="Cost by component, in total and for each email, reply and meeting",
            totals=every,
        )
        remarks = ["API spend, without the price of the plan, which is on Usage."]
        if any(share is not None and share < FULL for share in shares.values()):
            remarks.append("The cost of replies and meetings that are still to come is left out.")
        st.caption(" ".join(remarks))


_OUTCOMES = {"per_reply": "Per reply", "per_positive_reply": "Per positive reply", "per_meeting": "Per meeting"}
_PER_OUTCOME = "With fewer than three, the range in which it lies with 95% confidence."
_COST_COLUMNS = (
    tables.Column("component", "Component"),
    tables.Column("total", "Total", tables.Kind.NUMBER, write=tables.dollars),
    tables.Column("per_email", "Per email", tables.Kind.NUMBER, write=tables.unit_price),
    *(tables.Column(name, label, tables.Kind.NUMBER, help=_PER_OUTCOME) for name, label in _OUTCOMES.items()),
)


def cost_rows(totals: Totals, positive: int, share_in: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """One row a component and one for all.

    Args:
        positive: how many replies are positive.
        share_in: how much of replies and meetings is in, by ``reply_rate`` and ``conversion_rate``.

    Returns:
        In dollars: total, per_email, and for each of per_reply, per_positive_reply and per_meeting the cost (None with
        fewer than three) with its range ``*_low`` and ``*_high`` (None without any).
    """
    parts = {charts.LABELS[f"cost_{name}"]: (f"cost_{name}", getattr(totals.costs.breakdown, name)) for name in COSTS}
    parts["All"] = (COST.name, totals.costs.total_byok_usd)
    # Positive replies are not known by campaign here: only where all track both are they of the same campaigns.
    is_whole = totals.tracked.keys().isdisjoint({COST.name, "replied"})
    rows = []
    for label, (name, cost) in parts.items():
        row: dict[str, Any] = {"component": label, "total": cost, "per_email": totals.ratio(name, "emails_sent")}
        outcomes = {
            "per_reply": (*totals.dollars_and_count(name, "replied"), share_in["reply_rate"]),
            # Counted on the day they came, whatever the basis.
            "per_positive_reply": (cost if is_whole else None, positive, None),
            "per_meeting": (*totals.dollars_and_count(name, "meetings_booked"), share_in["conversion_rate"]),
        }
        for column, (spent, count, share) in outcomes.items():
            price = cost_per_event(spent, count, share)
            values = (None, None, None) if price is None else (price.value, price.low, price.high)
            row |= dict(zip((column, f"{column}_low", f"{column}_high"), values, strict=True))
        rows.append(row)
    return rows


def _frame_of_costs(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return frame_of(rows, {name: None if name == "component" else "float64" for name in rows[0]})


def _written(rows: Sequence[Mapping[str, Any]]) -> list[tables.Row]:
    """The cells of `cost_rows`; of each outcome its cost, or the range where it rests on too few."""
    shown = [{**row, **{name: _price(row, name) for name in _OUTCOMES}} for row in rows]
    return [{column.name: column.write(row[column.name]) for column in _COST_COLUMNS} for row in shown]


def _with_shares(parts: Sequence[tables.Row], spent: float | None) -> list[tables.Row]:
    """The rows with a bar below each total: its share of all that was spent."""
    costs = [row["total"].by for row in parts]
    shares = [cost / spent if spent and isinstance(cost, float) else None for cost in costs]
    return [{**row, "total": replace(row["total"], bar=share)} for row, share in zip(parts, shares, strict=True)]


def _price(row: Mapping[str, Any], name: str) -> str | None:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is not None:
        return text.money(value)
    return None if low is None else text.price_range(low, high)
