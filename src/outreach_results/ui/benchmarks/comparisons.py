"""One metric beside its benchmark: over time, by campaign type, and campaign by campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.models import Distribution, Filters
from outreach_results.models.campaign_types import type_names
from outreach_results.results import CampaignComparison, Comparison, McpComparison, Peers
from outreach_results.ui import charts, clicks, tables, text, url_state
from outreach_results.ui.benchmarks.bullets import maturity_sentence
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.cards import Card
from outreach_results.ui.charts import Mark, value_text
from outreach_results.ui.charts.benchmarks import OVER_TIME_HEIGHT
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View, choose_campaigns, choose_days

ROWS_A_PAGE = 20
_LEAST_WEEKS = 26
_LONG_DAYS = 400  # beyond this, the chart shows months instead of weeks
_ORDERS = ("Best first", "Weakest first", "Most emails first", "By name")


def order_chooser() -> str:
    """Draw the choice of the sort order. It is kept in the URL, unlike a click on the header of a table."""
    codes = url_state.codes("ranked")
    default = _ORDERS[0]
    return st.selectbox(
        "Sort by",
        _ORDERS,
        key=url_state.control("ranked", url_state.one_of("ranked", codes, default)),
        on_change=url_state.writes_one("ranked", codes, default),
        width=220,
    )


def campaigns_in_order(view: View, peers: Peers, metric: str, order: str) -> list[CampaignComparison]:
    """`results.campaign_comparison` in a chosen order; campaigns without a value come last."""
    rows = ask(results.campaign_comparison, view.filters, peers, metric)
    by_id = sorted(rows, key=lambda row: row.campaign_id)
    if order == "Best first":
        return rows
    if order == "By name":
        return sorted(by_id, key=lambda row: row.name.casefold())
    if order == "Most emails first":
        return sorted(by_id, key=lambda row: (row.comparison.cases is None, -(row.comparison.cases or 0)))
    sign = -1 if metric in results.LOWER_IS_BETTER else 1
    return sorted(by_id, key=lambda row: (row.comparison.value is None, sign * (row.comparison.value or 0.0)))


def by_campaign(view: View, metric: str, rows: Sequence[CampaignComparison], card: Card) -> None:
    """Draw each campaign on the band of the benchmark; a click filters by that campaign.

    Args:
        rows: as `campaigns_in_order` gives them.
    """
    known = [row for row in rows if row.comparison.value is not None]
    if not known:
        st.info("None of the chosen campaigns has a value in this period.")
        return
    shown = known[_page(len(known))]
    marks = [_mark(row.campaign_id, row.name, row.comparison) for row in shown]
    chart_with_data(
        draw(charts.beside_community, metric, marks),
        partial(results.campaign_comparison_table, rows),
        view.filters,
        key="by-campaign",
        name="benchmark-campaigns",
        alt=f"{_label(metric)} of {text.counted(len(shown), 'campaign')} beside the benchmark; "
        "a click shows only that campaign",
        on_click=clicks.on_chart_click(lambda campaign_id: choose_campaigns([campaign_id])),
        card=card,
    )
    if view.filters.campaigns is not None:
        st.button("Show all campaigns", key="all-campaigns", on_click=choose_campaigns, args=([],))


def _page(rows: int) -> slice:
    """Draw the pagination if there is more than one page, and return the rows of the chosen page."""
    pages = -(-rows // ROWS_A_PAGE)
    if pages < 2:
        return slice(None)
    codes = {number: str(number) for number in range(1, pages + 1)}
    page = st.pagination(
        pages,
        key=url_state.control("rank", url_state.one_of("rank", codes, 1)),
        on_change=url_state.writes_one("rank", codes, 1),
    )
    return slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)


_COLUMNS = (
    ("name", "Campaign", tables.Kind.TEXT),
    ("shown", "", tables.Kind.NUMBER),  # called like the metric
    ("interval", "95% interval", tables.Kind.NUMBER),
    ("percentile", "Percentile", tables.Kind.NUMBER),
    ("brief", "Verdict", tables.Kind.TEXT),
)
"""The columns of the verdicts: name, label and kind; texts get more room."""


def verdicts(view: View, metric: str, rows: Sequence[CampaignComparison], card: Card, *, order: str) -> None:
    """Draw the table of verdicts by campaign; selecting a row filters by that campaign.

    Args:
        rows: as `campaigns_in_order` gives them in this ``order``.
    """
    if not rows:
        return
    columns = [
        tables.Column(name, label or _label(metric), kind, is_wide=kind == tables.Kind.TEXT)
        for name, label, kind in _COLUMNS
    ]
    cells = [_cells(row) for row in rows]
    tables.show(
        columns,
        cells,
        # Another order is another table: the browser would keep the one that a click on a header chose before.
        key=f"campaign-verdicts-{url_state.codes('ranked')[order]}",
        alt=f"{_label(metric)} of each campaign with interval, percentile and verdict; a click shows only that one",
        on_click=lambda click: choose_campaigns([click.value]),
    )
    card.offer(
        Table(
            "benchmark-verdicts",
            partial(results.campaign_comparison_table, rows),
            view.filters,
            pictured=partial(_as_shown, columns, cells),
        )
    )


def _cells(row: CampaignComparison) -> tables.Row:
    """The cells of a campaign; those of numbers sort by the number behind their text."""
    own = row.comparison
    ends = _ends(own)
    link = url_state.address("benchmarks", {"campaigns": url_state.join([row.campaign_id])})
    return {
        "name": replace(tables.plain(row.name), value=row.campaign_id, href=link),
        "shown": tables.Cell(value_text(own.metric, own.value), own.value),
        "interval": tables.Cell(
            text.span(*ends) if ends else text.MISSING, None if own.interval is None else own.interval.low
        ),
        "percentile": tables.Cell(_percentiles(own), None if own.percentiles is None else own.percentiles.low),
        "brief": tables.plain(own.verdict.brief()),
    }


def _as_shown(columns: Sequence[tables.Column], rows: Sequence[tables.Row]) -> pd.DataFrame:
    return pd.DataFrame({column.label: [row[column.name].text for row in rows] for column in columns})


def by_mcp(view: View, metric: str, card: Card) -> None:
    """Draw our campaigns by mcp, each on the community's band of that mcp; a click chooses that mcp."""
    rows = ask(results.mcp_comparison, view.filters, metric)
    known = [row for row in rows if row.comparison.value is not None or row.comparison.community.p50 is not None]
    if not known:
        st.info("No campaign has a campaign type. Enter it in Data, under Settings.")
        return
    called = type_names([row.mcp for row in known])
    marks = [_mark(row.mcp, _with_sizes(called[row.mcp], row), row.comparison) for row in known]
    chart_with_data(
        draw(charts.beside_community, metric, marks, fills=OVER_TIME_HEIGHT),
        partial(results.mcp_comparison_table, rows),
        view.filters,
        key="by-mcp",
        name="benchmark-mcps",
        alt=f"{_label(metric)} by campaign type, each beside its own benchmark: "
        + " ".join(f"{mark.name}: {mark.sentence}" for mark in marks),
        on_click=clicks.on_chart_click(_compare_with),
        card=card,
    )


def _with_sizes(name: str, row: McpComparison) -> str:
    sample = "no benchmark" if row.comparison.community.p50 is None else text.counted(row.sample_size or 0, "peer")
    return f"{name} ({row.campaigns} of yours, {sample})"


def _compare_with(mcp: str) -> None:
    url_state.change("mcp", mcp)


def over_time(view: View, peers: Peers, metric: str, card: Card) -> None:
    """Draw our value by week against the band; a click filters by those days."""
    filters, by = _long_enough(view)
    parts = ask(results.comparison_over_time, filters, peers, metric, by)
    if all(part.comparison.value is None for part in parts):
        st.info("There is no value in these weeks.")
        return
    sentences = [
        text.escape_plotly(f"{text.days(part.start, part.end)}: {_sentence(part.comparison)}") for part in parts
    ]
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    days = {str(part.start): (part.start, part.end) for part in parts}

    def show_days(start: str) -> None:
        if start in days:  # else it was clicked while other weeks were on their way to the browser
            choose_days(*days[start])

    chart_with_data(
        draw(
            charts.over_time,
            metric,
            parts,
            sentences,
            numbers,
            chosen_from=view.first,
            median=peers.median_range(metric),
        ),
        partial(results.comparison_over_time_table, parts),
        filters,
        key="over-time",
        name="benchmark-over-time",
        alt=f"{_label(metric)} {by} by {by} with its interval, beside the benchmark",
        on_click=clicks.on_chart_click(show_days),
        card=card,
    )
    lighter = " The days before the chosen period are drawn lighter." if filters != view.filters else ""
    st.caption(
        f"Each dot is a {by} with its 95% interval; the band and the line are the benchmark's middle half and median"
        f" ({text.escape(value_text(metric, numbers.p50))})."
        f"{lighter} A click on a dot shows only those days."
    )


def _long_enough(view: View) -> tuple[Filters, Literal["week", "month"]]:
    """The filters and bucket size: a short period is extended into the past to show a trend, a long one is by month."""
    if (view.last - view.first).days > _LONG_DAYS:
        return view.filters, "month"
    start = min(view.first, view.last - timedelta(weeks=_LEAST_WEEKS) + timedelta(days=1))
    if view.filters.start is None or start == view.first:
        return view.filters, "week"
    return replace(view.filters, start=start), "week"


def _mark(key: str, name: str, own: Comparison) -> Mark:
    return Mark(
        key=key,
        name=name,
        value=own.value,
        interval=own.interval,
        community=own.community,
        sentence=f"{text.escape_plotly(name)}<br>{text.escape_plotly(_sentence(own))}",
        is_settled=own.verdict.is_settled,
        firm=own.firm,
        median=own.median,
    )


def _sentence(own: Comparison) -> str:
    if own.value is None:
        return own.verdict.words()
    value = f"{value_text(own.metric, own.value)} {_of_what(own.metric)} {own.cases:,.0f} {_emails(own.metric)}"
    ends = _ends(own)
    reach = f", with 95% confidence between {' and '.join(ends)}" if ends else ""
    maturity = maturity_sentence(own.metric, own.share_in)
    return " ".join(part for part in (f"{value}{reach}.", maturity, own.verdict.words()) if part)


def _of_what(metric: str) -> str:
    return "of" if metric in metrics.RATES else "each, over"


def _emails(metric: str) -> str:
    rate = metrics.RATES.get(metric)
    return "delivered emails" if rate is not None and rate.denominator == "delivered" else "emails"


def _ends(own: Comparison) -> list[str]:
    """The ends of the interval; none where it is not known."""
    return [] if own.interval is None else [value_text(own.metric, end) for end in own.interval]


def _percentiles(own: Comparison) -> str:
    if own.percentiles is None:
        return text.MISSING
    low, high = (f"{end * 100:.0f}" for end in own.percentiles)
    if high == "100":
        return "any" if low == "0" else f"above {low}"
    return f"below {high}" if low == "0" else text.span(low, high)


def _label(metric: str) -> str:
    return charts.LABELS.get(metric, metric)
