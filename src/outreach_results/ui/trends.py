"""The sections of the trends page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.metrics import Every, TimeSeries
from outreach_results.models import COUNTS, Annotation
from outreach_results.models.metric_definitions import COST
from outreach_results.results import HOURLY_COUNTS, Totals, Trends, WeeklyActivity
from outreach_results.ui import cards, charts, clicks, text, url_state
from outreach_results.ui.cache import ask, derive, draw
from outreach_results.ui.charts import trend_labels
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import SEND_DATE, View, choose_days, switch_to

_COUNTS, _RATES = "Counts", "Rates"
_EVERY = {"Day": Every.DAY, "Week": Every.WEEK, "Month": Every.MONTH}
_DEFAULTS = {_COUNTS: ["emails_sent", "opened", "replied"], _RATES: ["open_rate", "reply_rate"]}
_LISTED = 8
_MANY = 0.1  # of the points: more than this is no longer a few odd days
_GO_TO = "trends-go-to"


@dataclass(frozen=True, slots=True)
class Question:
    """The choices of the controls: metrics, bucket size, and whether to draw the 7-day mean and the comparison."""

    names: tuple[str, ...]
    every: Every
    with_mean: bool
    with_comparison: bool


def controls(view: View) -> Question:
    """Draw the controls and return their choices, which are kept in the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        show = _one_of("Show", _COUNTS, "show")
        by = _one_of("By", "Day", "by")
        with_mean = by == "Day" and _toggle(
            "7-day mean", "mean", "The mean of the seven days that end with each day, so that weekends cancel out."
        )
        with_comparison = view.comparison is not None and _toggle(
            "Overlay comparison", "overlay", "Draws what is chosen under “Compare with” as thin dashed lines."
        )
    names = _metrics("rates" if show == _RATES else "counts", list(metrics.RATES) if show == _RATES else list(COUNTS))
    return Question(tuple(names), _EVERY[by], with_mean, with_comparison)


def _one_of(label: str, default: str, name: str) -> str:
    codes = url_state.codes(name)
    chosen = st.segmented_control(
        label,
        list(codes),
        required=True,
        key=url_state.control(name, url_state.one_of(name, codes, default)),
        on_change=url_state.writes_one(name, codes, default),
    )
    return chosen or default


def _toggle(label: str, name: str, explanation: str) -> bool:
    return st.toggle(
        label,
        key=url_state.control(name, url_state.is_on(name)),
        on_change=url_state.writes_switch(name),
        help=explanation,
    )


def _metrics(name: str, offered: list[str]) -> list[str]:
    codes = {metric: metric for metric in offered}
    default = _DEFAULTS[_RATES if name == "rates" else _COUNTS]
    known, unknown = url_state.some_of(name, codes, default, charts.LABELS)
    if unknown:
        url_state.refuse(name, "" if known == default else url_state.join(known))
    return st.pills(
        "Metrics",
        offered,
        format_func=lambda metric: charts.LABELS[metric],
        selection_mode="multi",
        key=url_state.control(name, known),
        on_change=url_state.writes_some(name, codes, default),
    )


def time_series_chart(trends: Trends, notes: list[Annotation], question: Question, view: View) -> None:
    """Draw the chart with its downloads, its explanation, and the details of the selected point."""
    starts = [start.date() for start in trends.costs["date"]]
    names = ", ".join(charts.LABELS[name] for name in question.names)
    key = "trend"
    selected_day = _read_selected_day(trends, starts)

    def look_at(day: str) -> None:
        url_state.change("at", day if date.fromisoformat(day) in starts else "")

    with cards.card("Performance over time", key="trend") as card:
        chart_with_data(
            draw(
                charts.trend_chart,
                trends,
                notes,
                with_mean=question.with_mean,
                compared_with=view.compared_with if question.with_comparison else "",
                selected_day=str(selected_day),
            ),
            derive(Trends.table, trends, with_mean=question.with_mean),
            view.filters,
            key=key,
            alt=f"{names} by {trends.every}, and below it the cost by component; a click on a point shows its details",
            on_click=clicks.on_chart_click(look_at),
            card=card,
        )
        _explanation(trends, question, ask(results.totals, view.filters).undated)
    _selected_point(trends, starts, selected_day)


def partly_tracked(question: Question, totals: Totals) -> None:
    """Say of which part of the campaigns the lines are, where not all of them track what is drawn."""
    parts = [
        (charts.LABELS[name], totals.tracked[name]) for name in (*question.names, COST.name) if name in totals.tracked
    ]
    lines = [
        f"{label}: not tracked"
        if part.is_none
        else f"{label}: of {text.number(part.emails)} tracked emails"
        if part.emails is not None
        else f"{label}: in {part.campaigns} of {part.of_campaigns} campaigns"
        for label, part in parts
    ]
    if lines:
        st.caption(text.escape(". ".join(lines) + "."))


def _look_at_chosen() -> None:
    day = url_state.chosen("at")
    url_state.change("at", "" if day is None else day.isoformat())


def _explanation(trends: Trends, question: Question, undated: Collection[str]) -> None:
    """Explain the marks of the chart, only those that occur in it, and what is not in it for want of dates."""
    points = pd.concat([series.points for series in trends.series])
    lines = []
    if points["is_immature"].any():
        lag = trend_labels.lag_sentence(trends.maturity_curves.by_count, list(question.names))
        lines.append(f"Hollow points with dotted lines are still collecting. {lag}")
    if points["is_partial"].any():
        lines.append(f"Hollow squares are {trends.every}s of which only a part is in the period.")
    if points["is_small"].any():
        lines.append("Faint points stand on fewer than 20 emails.")
    without_dates = [series.metric for series in trends.series if metrics.counted(series.metric) in undated]
    if without_dates:
        names = ", ".join(charts.LABELS[name].lower() for name in without_dates)
        lines.append(f"Dates not in this export: counted by the day of sending in totals, and not in here ({names}).")
    unknown = [series.metric for series in trends.series if series.is_unknown and series.metric not in without_dates]
    if unknown:
        unknown = [charts.LABELS[name] for name in unknown]
        lines.append(f"Not known here, because not every campaign tells it: {', '.join(unknown).lower()}.")
    if question.with_comparison and points["compared"].isna().all():
        lines.append("In what it is compared with, nothing happened: there is nothing to overlay.")
    if lines:
        st.caption(text.escape(" ".join(lines)))


def _read_selected_day(trends: Trends, starts: list[date]) -> date | None:
    """The point that the URL names by its first day or, as in older links, by its label; None for none."""
    written = url_state.text("at")
    if not written:
        return None
    for start in starts:
        if written in (start.isoformat(), trend_labels.bucket_name(start, trends.every)):
            return start
    url_state.correct("at")
    if url_state.chosen("at") is None:  # a point chosen here goes without a notice: another period hid it
        url_state.notice(f"The address asks for a {trends.every} that is not shown; the default is shown.")
    return None


def _selected_point(trends: Trends, starts: list[date], selected_day: date | None) -> None:
    """Describe the selected point, with links to other pages. A select box serves phones and keyboards."""
    chosen = st.selectbox(
        f"Look at one {trends.every}",
        starts,
        index=None,
        format_func=lambda start: trend_labels.bucket_name(start, trends.every),
        placeholder=f"Click a point, or choose a {trends.every} here",
        key=url_state.control("at", selected_day),
        on_change=_look_at_chosen,
        width=340,
    )
    if chosen is None:
        return
    place = starts.index(chosen)
    rows = [series.points.iloc[[place]].to_dict("records")[0] for series in trends.series]
    with st.container(border=True, key="looked-at"):
        sentences = [trend_labels.point_sentence(series, row) for series, row in zip(trends.series, rows, strict=True)]
        if rows[0]["is_partial"]:
            sentences.append(trend_labels.partial_sentence(rows[0], trends.every))
        cost = trends.costs["cost_usd"].iloc[place]
        if not pd.isna(cost):
            sentences.append(f"{text.money(cost)} was spent in all.")
        st.text("\n".join(sentences))
        _point_links(rows[0]["first"].date(), rows[0]["last"].date(), trends.every)


def _point_links(first: date, last: date, every: Every) -> None:
    with st.container(horizontal=True, gap="small"):
        if every != Every.DAY:
            st.button(f"Show the days of this {every}", on_click=_show_days, args=(first, last), key="at-days")
        st.button("To its overview", on_click=_go_to, args=("overview", first, last), key="at-overview")
        st.button("To its replies", on_click=_go_to, args=("inbox", first, last), key="at-inbox")


def follow_click() -> None:
    """Switch to the page that the last click chose: a callback can set filters, but cannot switch pages."""
    target = st.session_state.pop(_GO_TO, None)
    if target:
        page, days = target
        switch_to(page, days)


def _go_to(page: str, first: date, last: date) -> None:
    st.session_state[_GO_TO] = page, (first, last)


def _show_days(first: date, last: date) -> None:
    choose_days(first, last)
    url_state.change("by")
    url_state.change("at")


def unusual(trends: Trends) -> None:
    """List the points outside the range that chance alone explains, newest first."""
    if not trends.is_cohort:
        _draw_not_judged()
        return
    st.subheader(f"Unusual {trends.every}s", anchor=False)
    unusual_points = [(series, point) for series in trends.series for point in series.unusual.to_dict("records")]
    if not unusual_points:
        st.caption(_none_unusual_caption(trends))
        return
    unusual_points.sort(key=lambda pair: pair[1]["date"], reverse=True)
    with st.container(gap=None):
        for place, (series, point) in enumerate(unusual_points[:_LISTED]):
            _unusual_point(series, point, trends.every, key=f"unusual-{place}")
    st.caption(text.escape(_judgement_caption(trends, len(unusual_points))))


def _unusual_point(series: TimeSeries, point: trend_labels.Point, every: Every, *, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"◆ {trend_labels.unusual_sentence(series, point, every)}.", width="content")
        st.button(
            "Show",
            key=key,
            help=f"Show only this {every}, on the overview",
            type="tertiary",
            on_click=_go_to,
            args=("overview", point["first"].date(), point["last"].date()),
        )


def _judgement_caption(trends: Trends, count: int) -> str:
    every = trends.every
    sentences = [
        f"Measured by the rate of all {every}s together: were only chance at work, fewer than 3 of 1,000 {every}s "
        "would be outside the usual range."
    ]
    judged = sum(int(series.points["usual_low"].notna().sum()) for series in trends.series)
    if count > _MANY * judged:
        sentences.append("So many are outside that campaigns or lists must differ: look at one campaign at a time.")
    if count > _LISTED:
        sentences.append(f"{count - _LISTED} older ones are in the download.")
    return " ".join(sentences)


def _none_unusual_caption(trends: Trends) -> str:
    judged = any(series.points["usual_low"].notna().any() for series in trends.series)
    if judged:
        return f"No unusual {trends.every}s."
    return (
        f"Nothing can be judged here: it takes at least {metrics.MIN_JUDGED_POINTS} complete {trends.every}s "
        f"with {metrics.MIN_JUDGED_OF} emails or more, and a metric that is a share of them."
    )


def _draw_not_judged() -> None:
    left, right = st.columns([5, 2], vertical_alignment="center")
    left.caption(
        "Which days are unusual, and which are still collecting, can only be told where each day counts what became of "
        "its own emails."
    )
    right.button("Switch to send date", key="count-on-sending", on_click=_count_on_sending)


def _count_on_sending() -> None:
    url_state.change("basis", url_state.codes("basis")[SEND_DATE])


def activity_by_hour(activity: WeeklyActivity, view: View) -> None:
    """Draw a heat map by weekday and hour for sends, opens and replies."""
    offered = Table("hours", activity.hours, view.filters)
    with cards.card("Activity by hour", key="hours", downloads=offered):
        st.caption(text.escape(f"Hours in {activity.zone}. Each email counts once, in the hour it first happened."))
        for column, metric in zip(st.columns(len(HOURLY_COUNTS)), HOURLY_COUNTS, strict=True):
            with column:
                busiest = derive(charts.busiest, activity, metric)
                st.markdown(f"**{charts.LABELS[metric]}**")
                st.caption(text.escape(busiest))
                charts.show(
                    draw(charts.heat_map, activity, metric),
                    key=f"hours-{metric}",
                    alt=f"{charts.LABELS[metric]} by weekday and hour in {activity.zone}. {busiest}",
                )
        unknown = [f"{text.number(n)} {charts.LABELS[name].lower()}" for name, n in activity.unknown.items() if n > 0]
        if unknown:
            st.caption(text.escape(f"Not in here, because only their day is known: {', '.join(unknown)}."))


def is_quiet(trends: Trends) -> bool:
    """Whether every count and every cost is 0 or unknown."""
    counts = pd.concat([series.points["count"] for series in trends.series])
    return not counts.fillna(0).any() and not trends.costs["cost_usd"].fillna(0).any()
