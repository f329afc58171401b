"""The campaign table of the overview: searched, sorted by estimates that luck does not lead, and downloaded."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.store.engine import Store
from outreach_results.ui import cards, charts, downloads, text, url_state
from outreach_results.ui.cache import ask
from outreach_results.ui.components import DEFINITIONS, FULL
from outreach_results.ui.filters import View, choose_campaigns

_RATES_SHOWN_FIRST = ("open_rate", "reply_rate")
_LONGEST_NAME = 100
_SORTS = {
    "Most sent": ("emails_sent", False),
    "Best reply rate": ("reply_rate_estimate", False),
    "Best open rate": ("open_rate_estimate", False),
    "Most meetings per email": ("meetings_per_email_estimate", False),
    "Lowest cost per meeting": ("cost_per_meeting_estimate_usd", True),
    "Highest cost": ("cost_usd", False),
    "Name": ("name", True),
}


def campaigns(view: View) -> None:
    """Draw the searchable, sorted table of campaigns; selecting a row filters by that campaign."""
    with cards.card("Campaigns", key="campaigns") as card:
        _table(view, card)
        chosen = view.filters.campaigns
        if chosen is None or len(chosen) > 1:
            st.caption("Select a row to show only that campaign and to export its data.")
        else:
            _export(chosen[0], view)


def _export(campaign_id: str, view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Export campaign", width="content")
        offered = downloads.Campaign(campaign_id, humans_only=view.filters.humans_only)
        cards.actions("all data of the campaign", offered, key="campaign-data")
        st.button("Show all campaigns", on_click=choose_campaigns, args=([],))


def _table(view: View, card: cards.Card) -> None:
    searched, order = _search_and_order()
    table = ask(_sorted_table, view.filters, searched, order)
    if table.empty:
        st.info("No campaign has that in its name.")
        return
    card.offer(downloads.Table("campaigns", table.drop(columns=_NOT_DOWNLOADED), view.filters))
    ids = list(table["campaign_id"])
    key = f"campaign-table-{hash((tuple(ids), view.filters))}"

    def show_selected() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            choose_campaigns([ids[rows[0]]])

    _captions(table, order)
    st.dataframe(
        _in_percent(table),
        key=key,
        hide_index=True,
        column_order=[
            "name",
            "emails_sent",
            *(["rates_of"] if results.is_of_sent(table).any() else []),
            *_RATES_SHOWN_FIRST,
            "reply_interval",
            *(["reply_rate_share_in"] if _is_young(table) else []),
            "sparkline",
            "meetings_booked",
            "cost_per_meeting_usd",
            "meeting_cost_range",
            "cost_usd",
            *(name for name in RATES if name not in _RATES_SHOWN_FIRST),
            "mcp",
        ],
        column_config=_COLUMNS,
        on_select=show_selected,
        selection_mode="single-row",
        placeholder=text.MISSING,
        alt="Campaigns with counts, rates and cost; selecting a row shows only that campaign",
    )


def _captions(table: pd.DataFrame, order: str) -> None:
    """Draw what has to be known about the rates and the order of the table."""
    if _is_young(table):
        st.caption(
            "Rates are those expected once the youngest emails have collected their outcomes. The download has the "
            "plain rates beside them."
        )
    column, _ = _SORTS[order]
    if column in results.ESTIMATES:
        last = " Campaigns with fewer than three meetings come last." if column.startswith("cost_per_meeting") else ""
        st.caption(
            "Sorted by an estimate that draws campaigns with few emails toward the average of all, so that luck does "
            f"not lead.{last}"
        )


def _is_young(table: pd.DataFrame) -> bool:
    """Whether the youngest emails of some campaign are still collecting outcomes that its rates allow for."""
    return any((table[name] < FULL).any() for name in table.columns if name.endswith("_share_in"))


def _in_percent(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the rates that the page shows, in percent."""
    shown = {name: results.shown_rate(table, name) * 100 for name in RATES}
    share_in = {name: table[name] * 100 for name in ("reply_rate_share_in",) if name in table}
    rates_of = results.is_of_sent(table).map({True: "of sent", False: "of delivered"})
    return table.assign(**shown, **share_in, rates_of=rates_of)


def _search_and_order() -> tuple[str, str]:
    codes = url_state.codes("sort")
    default = next(iter(_SORTS))
    with st.container(horizontal=True):
        wanted = st.text_input(
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
    return wanted, order


def _sorted_table(_store: Store, filters: Filters, searched: str, order: str) -> pd.DataFrame:
    """`results.campaign_table` of campaigns whose name contains ``searched``, with the columns `_NOT_DOWNLOADED`."""
    frame, series = ask(results.campaign_table, filters), ask(results.campaign_time_series, filters, "replied")
    if searched:
        frame = frame[frame["name"].str.casefold().str.contains(searched.casefold(), regex=False)]
    column, ascending = _SORTS[order]
    frame = frame.sort_values(
        [column, "campaign_id"], ascending=[ascending, True], na_position="last", ignore_index=True
    )
    return frame.assign(
        sparkline=frame["campaign_id"].map(lambda campaign_id: _line(series.get(campaign_id, []))),
        reply_interval=_texts(frame, "reply_rate_low", "reply_rate_high", _shares),
        meeting_cost_range=_texts(frame, "cost_per_meeting_low_usd", "cost_per_meeting_high_usd", text.price_range),
    )


def _line(values: list[float | None]) -> list[float | None]:
    """The values of a line; none where all that is known are days without activity, which would be drawn as text."""
    return values if None not in values or any(values) else []


def _texts(frame: pd.DataFrame, low: str, high: str, write: Callable[[float, float | None], str]) -> pd.Series[str]:
    ends = frame[[low, high]].itertuples(index=False)
    texts = [None if isnan(first) else write(first, None if isnan(last) else last) for first, last in ends]
    return pd.Series(texts, dtype="str")


def _shares(low: float, high: float | None) -> str:
    return f"{low * 100:.1f} – {(high or 0) * 100:.1f}%"


def _rate_column(name: str) -> Any:
    return st.column_config.NumberColumn(
        charts.LABELS[name].removesuffix(" rate"), help=DEFINITIONS[name], format="%.1f %%"
    )


_NOT_DOWNLOADED = ["sparkline", "reply_interval", "meeting_cost_range"]
"""Columns that only the page shows."""

_COLUMNS: dict[str, Any] = {
    "name": st.column_config.TextColumn("Campaign", width="medium", pinned=True),
    "mcp": st.column_config.TextColumn("MCP"),
    "emails_sent": st.column_config.NumberColumn("Sent", help=DEFINITIONS["emails_sent"], format="localized"),
    "rates_of": st.column_config.TextColumn(
        "Rates", help="Where it is not known how many emails were delivered, rates are shares of the emails sent."
    ),
    "meetings_booked": st.column_config.NumberColumn(
        "Meetings", help=DEFINITIONS["meetings_booked"], format="localized"
    ),
    "sparkline": st.column_config.AreaChartColumn("Replies", width="small", help="Replies over the period.", y_min=0),
    "reply_interval": st.column_config.TextColumn(
        "Reply, 95%", help="Chance alone could have moved the reply rate anywhere in this range."
    ),
    "cost_usd": st.column_config.NumberColumn("Cost", help=DEFINITIONS["cost"], format="$%.2f"),
    "cost_per_meeting_usd": st.column_config.NumberColumn(
        "Per meeting",
        help="Cost divided by meetings booked; left out below three meetings, which say too little.",
        format="$%.2f",
    ),
    "meeting_cost_range": st.column_config.TextColumn(
        "Per meeting, 95%", help="Chance alone could have moved the cost of a meeting anywhere in this range."
    ),
    "reply_rate_share_in": st.column_config.NumberColumn(
        "Replies in",
        help="How much of the replies to the emails of this period is expected to be in.",
        format="%.0f %%",
    ),
    **{name: _rate_column(name) for name in RATES},
}
