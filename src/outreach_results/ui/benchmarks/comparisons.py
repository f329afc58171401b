"""One metric beside its benchmark: over time, by campaign type, and campaign by campaign."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.metrics import Interval, Standing, Verdict
from outreach_results.metrics.verdicts import SETTLED
from outreach_results.models import Distribution, Filters
from outreach_results.models.campaign_types import type_names
from outreach_results.results import Peers
from outreach_results.ui import charts, clicks, tables, text, url_state
from outreach_results.ui.benchmarks.bullets import maturity_sentence
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.cards import Card
from outreach_results.ui.charts import Mark, value_text
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View, choose_campaigns, choose_days

ROWS_A_PAGE = 20
_LEAST_WEEKS = 26
_LONG_DAYS = 400  # beyond this, the chart shows months instead of weeks
_ORDERS: dict[str, tuple[str | None, bool]] = {
    "Best first": (None, False),
    "Weakest first": ("value", True),
    "Most emails first": ("cases", False),
    "By name": ("name", True),
}


def order_chooser() -> str:
    """Draw the choice of the sort order. It is kept in the URL, unlike a click on the header of a table."""
    codes = url_state.codes("ranked")
    default = next(iter(_ORDERS))
    return st.selectbox(
        "Sort by",
        list(_ORDERS),
        key=url_state.control("ranked", url_state.one_of("ranked", codes, default)),
        on_change=url_state.writes_one("ranked", codes, default),
        width=220,
    )


def campaigns_in_order(view: View, peers: Peers, metric: str, order: str) -> pd.DataFrame:
    """`results.campaign_comparison` in a chosen order; campaigns without a value come last."""
    frame = ask(results.campaign_comparison, view.filters, peers, metric)
    column, is_ascending = _ORDERS[order]
    if column is None:
        return frame  # already sorted, best first
    if column == "value" and metric in results.LOWER_IS_BETTER:
        is_ascending = not is_ascending
    return frame.sort_values(
        [column, "campaign_id"],
        ascending=[is_ascending, True],
        na_position="last",
        ignore_index=True,
        key=lambda values: values.str.casefold() if values.name == "name" else values,
    )


def by_campaign(view: View, peers: Peers, metric: str, frame: pd.DataFrame, card: Card) -> None:
    """Draw each campaign on the band of the benchmark; a click filters by that campaign.

    Args:
        frame: as `campaigns_in_order` gives it.
    """
    known = frame.dropna(subset="value")
    if known.empty:
        st.info("None of the chosen campaigns has a value in this period.")
        return
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    shown = known.iloc[_page(len(known))]
    key = clicks.content_key("by-campaign", view.filters, metric, tuple(shown["campaign_id"]))
    chart_with_data(
        draw(
            charts.beside_community,
            metric,
            [
                _mark(metric, row["campaign_id"], row["name"], row, numbers, peers.median_range(metric))
                for row in shown.to_dict("records")
            ],
        ),
        frame,
        view.filters,
        key=key,
        name="benchmark-campaigns",
        alt=f"{_label(metric)} of {len(shown)} campaigns beside the benchmark; a click shows only that campaign",
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


def verdicts(view: View, metric: str, frame: pd.DataFrame, card: Card) -> None:
    """Draw the table of verdicts by campaign; selecting a row filters by that campaign.

    Args:
        frame: as `campaigns_in_order` gives it.
    """
    if frame.empty:
        return
    key = clicks.content_key("campaign-verdicts", view.filters, metric, tuple(frame["campaign_id"]))
    columns = (
        tables.Column("name", "Campaign", is_wide=True),
        tables.Column("shown", _label(metric), tables.Kind.NUMBER),
        tables.Column("interval", "95% interval", tables.Kind.NUMBER),
        tables.Column("percentile", "Percentile", tables.Kind.NUMBER),
        tables.Column("brief", "Verdict", is_wide=True),
    )
    rows = frame.to_dict("records")
    words = frame.assign(
        shown=[value_text(metric, value) for value in _values(frame, "value")],
        interval=[text.span(*ends) if (ends := _ends(metric, row)) else text.MISSING for row in rows],
        percentile=[_percentiles(row) for row in rows],
        brief=[_brief(metric, row) for row in rows],
    )[[column.name for column in columns]]
    tables.show(
        columns,
        [
            {name: replace(cell, by=_sorted_by(name, row, cell)) for name, cell in cells.items()}
            for cells, row in zip(tables.rows_of(words, columns, _links(frame)), rows, strict=True)
        ],
        key=key,
        alt=f"{_label(metric)} of each campaign with interval, percentile and verdict; a click shows only that one",
        on_click=lambda click: choose_campaigns([click.value]),
    )
    pictured = words.rename(columns={column.name: column.label for column in columns})
    offered = Table("benchmark-verdicts", frame, view.filters, pictured=pictured)
    card.offer(offered)


def _links(frame: pd.DataFrame) -> list[tables.Link]:
    return [
        tables.Link(own, url_state.address("benchmarks", {"campaigns": url_state.join([own])}))
        for own in frame["campaign_id"]
    ]


def _sorted_by(name: str, row: Mapping[Hashable, Any], cell: tables.Cell) -> float | str | None:
    """The number behind a text."""
    numbers = {"shown": "value", "interval": "low", "percentile": "percentile_low"}
    if name not in numbers:
        return cell.by
    value = row[numbers[name]]
    return None if pd.isna(value) else float(value)


def by_mcp(view: View, metric: str, card: Card) -> None:
    """Draw our campaigns by mcp, each on the community's band of that mcp; a click chooses that mcp."""
    frame = ask(results.mcp_comparison, view.filters, metric)
    known = frame[frame["value"].notna() | frame["p50"].notna()]
    if known.empty:
        st.info("No campaign has a campaign type. Enter it in Data, under Settings.")
        return
    key = clicks.content_key("by-mcp", view.filters, metric, url_state.chosen("mcp"))
    called = type_names(known["mcp"])
    marks = [
        _mark(
            metric,
            row["mcp"],
            _with_sizes(called[row["mcp"]], row),
            row,
            Distribution(**_of(row, "average", "p25", "p50", "p75")),
            None if pd.isna(row["median_low"]) else Interval(row["median_low"], row["median_high"]),
        )
        for row in known.to_dict("records")
    ]
    chart_with_data(
        draw(charts.beside_community, metric, marks),
        frame,
        view.filters,
        key=key,
        name="benchmark-mcps",
        alt=f"{_label(metric)} by campaign type, each beside its own benchmark: "
        + " ".join(f"{mark.name}: {mark.sentence}" for mark in marks),
        on_click=clicks.on_chart_click(_compare_with),
        card=card,
    )


def _with_sizes(name: str, row: Mapping[Hashable, Any]) -> str:
    campaigns = int(row["campaigns"])
    sample = "no benchmark" if pd.isna(row["p50"]) else f"{row['sample_size']:,.0f} peers"
    return f"{name} ({campaigns} of yours, {sample})"


def _compare_with(mcp: str) -> None:
    url_state.change("mcp", mcp)


def over_time(view: View, peers: Peers, metric: str, card: Card) -> None:
    """Draw our value by week against the band; a click filters by those days."""
    filters, by = _long_enough(view)
    frame = ask(results.comparison_over_time, filters, peers, metric, by)
    if frame["value"].notna().sum() < 1:
        st.info("There is no value in these weeks.")
        return
    frame = frame.assign(
        sentence=[
            text.escape_plotly(f"{text.days(row['start'], row['end'])}: {_sentence(metric, row)}")
            for row in frame.to_dict("records")
        ]
    )
    key = clicks.content_key("over-time", view.filters, metric)
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    days = {str(row["start"].date()): (row["start"].date(), row["end"].date()) for row in frame.to_dict("records")}
    chart_with_data(
        draw(
            charts.over_time,
            metric,
            frame,
            numbers,
            chosen_from=pd.Timestamp(view.first),
            median=peers.median_range(metric),
        ),
        frame.drop(columns="sentence"),
        filters,
        key=key,
        name="benchmark-over-time",
        alt=f"{_label(metric)} {by} by {by} with its interval, beside the benchmark",
        on_click=clicks.on_chart_click(lambda start: choose_days(*days[start])),
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


def _mark(
    metric: str, key: str, name: str, row: Mapping[Hashable, Any], numbers: Distribution, median: Interval | None
) -> Mark:
    value = None if pd.isna(row["value"]) else float(row["value"])
    return Mark(
        key=key,
        name=name,
        value=value,
        interval=None if pd.isna(row["low"]) else Interval(row["low"], row["high"]),
        community=numbers,
        sentence=f"{text.escape_plotly(name)}<br>{text.escape_plotly(_sentence(metric, row))}",
        is_settled=row["standing"] in SETTLED,
        firm=None if pd.isna(row["verdict_low"]) else Interval(row["verdict_low"], row["verdict_high"]),
        median=median,
    )


def _sentence(metric: str, row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["value"]):
        return str(row["verdict"])
    value = f"{value_text(metric, row['value'])} {_of_what(metric)} {row['cases']:,.0f} {_cases(metric)}"
    ends = _ends(metric, row)
    reach = f", with 95% confidence between {' and '.join(ends)}" if ends else ""
    maturity = maturity_sentence(metric, None if pd.isna(row["share_in"]) else float(row["share_in"]))
    return " ".join(part for part in (f"{value}{reach}.", maturity, row["verdict"]) if part)


def _of_what(metric: str) -> str:
    return "of" if metric in metrics.RATES else "each, over"


def _cases(metric: str) -> str:
    rate = metrics.RATES.get(metric)
    return "delivered emails" if rate is not None and rate.denominator == "delivered" else "emails"


def _ends(metric: str, row: Mapping[Hashable, Any]) -> list[str]:
    """The ends of the interval; none where it is not known."""
    return [] if pd.isna(row["low"]) else [value_text(metric, row[end]) for end in ("low", "high")]


def _percentiles(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["percentile_low"]):
        return text.MISSING
    low, high = f"{row['percentile_low'] * 100:.0f}", f"{row['percentile_high'] * 100:.0f}"
    if high == "100":
        return "any" if low == "0" else f"above {low}"
    return f"below {high}" if low == "0" else text.span(low, high)


def _brief(metric: str, row: Mapping[Hashable, Any]) -> str:
    """The verdict, short enough for a table cell."""
    more = None if pd.isna(row["more_emails"]) else int(row["more_emails"])
    return Verdict(Standing(row["standing"]), more, metric in results.LOWER_IS_BETTER).brief()


def _of(row: Mapping[Hashable, Any], *names: str) -> dict[str, float | None]:
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in names}


def _values(frame: pd.DataFrame, name: str) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in frame[name]]


def _label(metric: str) -> str:
    return charts.LABELS.get(metric, metric)
