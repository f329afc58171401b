"""The sections of the overview page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.models import COSTS, Basis, Filters, Sentiment
from outreach_results.models.metric_definitions import COST, RATES, TILES, Unit
from outreach_results.results import Headlines, Totals, insights
from outreach_results.results.insights import Alert
from outreach_results.results.trends import run_up
from outreach_results.store.engine import Store
from outreach_results.ui import charts, downloads, text, url_state
from outreach_results.ui.cache import ask, derive, draw
from outreach_results.ui.components import DEFINITIONS, chart_with_data, kpi, rate_with_interval, spark
from outreach_results.ui.filters import View, choose_campaigns, switch_to

_RATES_SHOWN_FIRST = ("open_rate", "reply_rate")
ALERTS_A_PAGE = 10
_LONGEST_NAME = 100
_SORTS = {
    "Most sent": ("emails_sent", False),
    "Best reply rate": ("reply_rate", False),
    "Best open rate": ("open_rate", False),
    "Most meetings": ("meetings_booked", False),
    "Cheapest meeting": ("cost_per_meeting_usd", True),
    "Highest cost": ("cost_usd", False),
    "Name": ("name", True),
}


def kpi_grid(
    totals: Totals, before: Totals | None, headlines: Headlines, sparks: dict[str, list[float]], view: View
) -> None:
    """Draw one tile for each metric that the registry places on the overview."""
    with st.grid(4):
        for metric in TILES:
            value, then = totals.value(metric), before.value(metric) if before else None
            rate = headlines.rates.get(metric.name)
            moved = headlines.changes.get(metric.name)
            kpi(
                metric.label,
                _FORMATS[metric.unit](value if rate is None or rate.share_in is None else rate.rate),
                metric.definition if rate is None else rate_with_interval(metric.definition, rate),
                change=metrics.relative_change(value, then) if metric.is_decided else moved,
                view=view,
                spark=sparks[metric.name],
                is_rate=metric.unit == Unit.SHARE,
                per="" if metric.is_decided or metric.numerator else "per e-mail sent, ",
                neutral=metric.is_decided,
            )
    shares = [rate.share_in for rate in headlines.rates.values() if rate.share_in is not None and rate.share_in < FULL]
    if shares:
        st.caption(
            f"The youngest e-mails are still collecting: {text.percent(min(shares))} to {text.percent(max(shares))} of "
            "the outcomes are in. Rates here are those expected in the end."
            if len(shares) > 1
            else f"The youngest e-mails are still collecting: {text.percent(shares[0])} of the outcomes are in. Rates "
            "here are those expected in the end."
        )


FULL = 0.9995
"""From this share on, as good as everything is in."""

_FORMATS = {Unit.EMAILS: text.number, Unit.SHARE: text.percent, Unit.DOLLARS: text.money}


def headlines(_store: Store, filters: Filters, comparison: Filters | None) -> Headlines:
    """The rates of the tiles and their changes; the days are those that the page asks for anyway."""
    before = None if comparison is None else ask(results.daily_stats, comparison)
    is_cohort = filters.basis == Basis.SEND
    curves = ask(results.maturity_curves, humans_only=filters.humans_only) if is_cohort else results.NO_CURVES
    clock = ask(results.data_as_of)
    return results.headlines_of(ask(results.daily_stats, filters), before, curves, basis=filters.basis, clock=clock)


def sparklines(_store: Store, filters: Filters) -> dict[str, list[float]]:
    """The lines on the tiles, by metric; each point of a rate covers the seven days up to it, also the first."""
    return _sparks(ask(results.daily_stats, run_up(filters)), filters.start)


def _sparks(days: pd.DataFrame, first: date | None) -> dict[str, list[float]]:
    rolling = metrics.rolling_rates(days)
    days = days.rename(columns={f"{COST.name}_usd": COST.name})
    shown = slice(0, None) if first is None else (days["date"] >= pd.Timestamp(first)).to_numpy()
    return {
        metric.name: spark((rolling if metric.unit == Unit.SHARE else days)[shown], metric.name) for metric in TILES
    }


def what_changed(_store: Store, filters: Filters, comparison: Filters | None, compared_with: str) -> list[str]:
    """Sentences on what changed since the comparison period; none without a comparison."""
    if comparison is None:
        return []
    now, before = (ask(results.totals, chosen) for chosen in (filters, comparison))
    campaigns = ask(results.campaign_totals, filters)
    moved = ask(results.campaign_changes, filters, comparison)
    return insights.what_changed(now, before, compared_with, campaigns, moved, ask(headlines, filters, comparison))


def changes(sentences: Sequence[str]) -> None:
    """Draw the sentences on what changed."""
    if sentences:
        with st.container(border=True, key="what-changed"):
            st.subheader("What changed", anchor=False)
            st.text("\n".join(f"• {sentence}" for sentence in sentences))


def what_stands_out(_store: Store, filters: Filters) -> list[Alert]:
    """The alerts on the campaigns of the filters."""
    campaigns = ask(results.campaign_totals, filters)
    humans = ask(results.campaign_totals, replace(filters, humans_only=True))
    return insights.alerts(campaigns, humans)


def alerts(every: Sequence[Alert]) -> None:
    """Draw the alerts with cause, next step and a button to the campaign, a page at a time; then what to watch."""
    urgent, watched = ([alert for alert in every if alert.is_watch == is_watch] for is_watch in (False, True))
    if urgent:
        title = f"{len(urgent)} issue{'' if len(urgent) == 1 else 's'} need{'s' if len(urgent) == 1 else ''} attention"
        _alert_list(urgent, title, "alert", is_open=len(urgent) <= 2)
    if watched:
        _alert_list(watched, f"{len(watched)} to watch", "watch", is_open=False, remark=_WATCH)


_WATCH = (
    "Above the limit if looked at alone. Among this many campaigns, chance may explain it. Look again in a few days."
)


def _alert_list(alerts: Sequence[Alert], title: str, key: str, *, is_open: bool, remark: str = "") -> None:
    with st.expander(title, expanded=is_open):
        if remark:
            st.caption(remark)
        rows, pages, page = st.container(), -(-len(alerts) // ALERTS_A_PAGE), 1
        if pages > 1:
            page = st.pagination(pages, key=f"{key}s-page")
        for place, alert in enumerate(alerts[(page - 1) * ALERTS_A_PAGE : page * ALERTS_A_PAGE]):
            with rows.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"**{text.escape(alert.campaign)}**: {text.escape(alert.what)} {text.escape(alert.cause)} "
                    f"*{text.escape(alert.next_step)}*"
                )
                st.button(
                    "Show",
                    key=f"{key}-{place}",
                    help="Show only this campaign",
                    on_click=choose_campaigns,
                    args=([alert.campaign_id],),
                )


def funnel(totals: Totals, view: View) -> None:
    """Draw the funnel from sent to meeting; a click on a bar opens the page with its details."""
    st.subheader("From sent to meeting", anchor=False)
    stages = derive(results.funnel, totals.stats)
    event = chart_with_data(
        draw(charts.funnel, stages),
        stages,
        view.filters,
        key="funnel",
        alt="Funnel from e-mails sent to meetings booked",
        on_select="rerun",
        selection_mode="points",
    )
    points = event.selection.points
    if points:
        _go_to(stages["stage"][points[0]["point_index"]])


def _go_to(stage: str) -> None:
    if stage == "replied":
        switch_to("inbox")
    switch_to("trends", choices={"show": "", "counts": stage})


def costs(totals: Totals, positive: int, view: View) -> None:
    """Draw the table of cost per email, reply, positive reply and meeting, by component."""
    st.subheader("What it cost", anchor=False)
    frame = derive(cost_table, totals, positive)
    st.dataframe(
        frame,
        hide_index=True,
        key="cost-table",
        column_config={
            "component": st.column_config.TextColumn("Component", width=125),
            "total": st.column_config.NumberColumn("Total", width=80, format="$%.2f"),
            "per_email": st.column_config.NumberColumn("An e-mail", width=80, format="$%.4f"),
            "per_reply": st.column_config.NumberColumn("A reply", width=75, format="$%.2f"),
            "per_positive_reply": st.column_config.NumberColumn("A positive reply", width=115, format="$%.2f"),
            "per_meeting": st.column_config.NumberColumn("A meeting", width=85, format="$%.2f"),
        },
        alt="Cost by component, in total and for each e-mail, reply and meeting",
    )
    downloads.table_buttons("costs", frame, view.filters, key="costs-data")


def cost_table(totals: Totals, positive: int) -> pd.DataFrame:
    """One row a component and one for all: total, per_email, per_reply, per_positive_reply, per_meeting (dollars)."""
    stats = totals.stats
    parts = {charts.LABELS[f"cost_{name}"]: getattr(totals.costs.breakdown, name) for name in COSTS}
    parts["All"] = totals.costs.total_byok_usd
    return pd.DataFrame(
        {
            "component": name,
            "total": cost,
            "per_email": metrics.ratio(cost, stats.emails_sent),
            "per_reply": metrics.ratio(cost, stats.replied),
            "per_positive_reply": metrics.ratio(cost, positive),
            "per_meeting": metrics.ratio(cost, stats.meetings_booked),
        }
        for name, cost in parts.items()
    ).astype(dict.fromkeys(("total", "per_email", "per_reply", "per_positive_reply", "per_meeting"), "float64"))


def positive_replies(counts: dict[Sentiment, int]) -> int:
    """The number of positive replies in counts by sentiment."""
    return counts.get(Sentiment.POSITIVE, 0)


def campaigns(view: View) -> None:
    """Draw the searchable, sorted table of campaigns; selecting a row filters by that campaign."""
    st.subheader("Campaigns", anchor=False)
    table = ask(_campaign_table, view.filters, *_search_and_order())
    if table.empty:
        st.info("No campaign has that in its name.")
        return
    ids = list(table["campaign_id"])
    key = f"campaign-table-{hash((tuple(ids), view.filters))}"

    def show_selected() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            choose_campaigns([ids[rows[0]]])

    st.dataframe(
        _in_percent(table),
        key=key,
        hide_index=True,
        column_order=[
            "name",
            "emails_sent",
            *_RATES_SHOWN_FIRST,
            "reply_interval",
            "sparkline",
            "meetings_booked",
            "cost_per_meeting_usd",
            "cost_usd",
            *(name for name in RATES if name not in _RATES_SHOWN_FIRST),
            "mcp",
        ],
        column_config=_COLUMNS,
        on_select=show_selected,
        selection_mode="single-row",
        alt="Campaigns with counts, rates and cost; selecting a row shows only that campaign",
    )
    downloads.table_buttons("campaigns", table.drop(columns=_NOT_DOWNLOADED), view.filters, key="campaigns-data")
    chosen = view.filters.campaigns
    if chosen is None or len(chosen) > 1:
        st.caption("Select a row to show only that campaign and to download everything that is known about it.")
    else:
        with st.container(horizontal=True):
            downloads.campaign_links(chosen[0], humans_only=view.filters.humans_only)
            st.button("Show all campaigns", on_click=choose_campaigns, args=([],))


def _in_percent(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: table[name] * 100 for name in metrics.RATES})


def _search_and_order() -> tuple[str, str]:
    codes = url_state.codes("sort")
    default = next(iter(_SORTS))
    with st.container(horizontal=True):
        search = st.text_input(
            "Find",
            placeholder="Part of a name",
            max_chars=_LONGEST_NAME,
            key=url_state.control("find", url_state.text("find")[:_LONGEST_NAME]),
            on_change=url_state.writes_text("find"),
            width=280,
        )
        order = st.selectbox(
            "Order",
            list(_SORTS),
            key=url_state.control("sort", url_state.one_of("sort", codes, default)),
            on_change=url_state.writes_one("sort", codes, default),
            width=220,
        )
    return search, order


def _campaign_table(_store: Store, filters: Filters, search: str, order: str) -> pd.DataFrame:
    """`results.campaign_totals` of campaigns whose name contains ``search``, with the columns `_NOT_DOWNLOADED`."""
    frame, series = ask(results.campaign_totals, filters), ask(results.campaign_time_series, filters, "replied")
    frame = frame.assign(cost_per_meeting_usd=frame["cost_usd"] / frame["meetings_booked"].where(lambda n: n > 0))
    if search:
        frame = frame[frame["name"].str.casefold().str.contains(search.casefold(), regex=False)]
    column, ascending = _SORTS[order]
    frame = frame.sort_values(
        [column, "campaign_id"], ascending=[ascending, True], na_position="last", ignore_index=True
    )
    return frame.assign(
        sparkline=frame["campaign_id"].map(lambda campaign_id: series.get(campaign_id, [])),
        reply_interval=_intervals(frame, "reply_rate"),
    )


def _intervals(frame: pd.DataFrame, rate: str) -> list[str]:
    parts = frame[list(RATES[rate].parts)]
    pairs = parts.astype(object).where(parts.notna(), None)
    intervals = (metrics.wilson(count, whole) for count, whole in pairs.itertuples(index=False))
    return [text.MISSING if one is None else f"{one.low * 100:.1f} – {one.high * 100:.1f} %" for one in intervals]


def _rate_column(name: str) -> Any:
    return st.column_config.NumberColumn(
        charts.LABELS[name].removesuffix(" rate"), help=DEFINITIONS[name], format="%.1f %%"
    )


_NOT_DOWNLOADED = ["sparkline", "reply_interval"]
"""Columns that only the page shows."""

_COLUMNS: dict[str, Any] = {
    "name": st.column_config.TextColumn("Campaign", width="medium", pinned=True),
    "mcp": st.column_config.TextColumn("MCP"),
    "emails_sent": st.column_config.NumberColumn("Sent", help=DEFINITIONS["emails_sent"], format="localized"),
    "meetings_booked": st.column_config.NumberColumn(
        "Meetings", help=DEFINITIONS["meetings_booked"], format="localized"
    ),
    "sparkline": st.column_config.AreaChartColumn("Replies", width="small", help="Replies over the period.", y_min=0),
    "reply_interval": st.column_config.TextColumn(
        "Reply, 95 %", help="Chance alone could have moved the reply rate anywhere in this range."
    ),
    "cost_usd": st.column_config.NumberColumn("Cost", help=DEFINITIONS["cost"], format="$%.2f"),
    "cost_per_meeting_usd": st.column_config.NumberColumn(
        "Per meeting", help="Cost divided by meetings booked.", format="$%.2f"
    ),
    **{name: _rate_column(name) for name in metrics.RATES},
}
