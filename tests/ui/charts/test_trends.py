"""The figure of the trends page draws the given values, with sentences as hover texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from outreach_results import results
from outreach_results.metrics import ComparisonDays, Every, MaturityCurve, time_series
from outreach_results.metrics.buckets import Buckets
from outreach_results.models import COST_COLUMNS, COUNTS, Annotation, Basis, Filters
from outreach_results.results import MaturityCurves, Trends
from outreach_results.ui.charts import COLORS, LABELS
from outreach_results.ui.charts import trends as figures
from outreach_results.ui.charts.trend_labels import bucket_name, day_written, lag_sentence
from support.figures import checked

cost_chart = checked(figures.cost_chart)
trend_chart = checked(figures.trend_chart)

FIRST = date(2026, 3, 2)  # a Monday
LAST = FIRST + timedelta(days=27)
SLOW = MaturityCurve((0.5, 0.8, 1.0), 500)
MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27), basis=Basis.SEND)
NOT_OVER = "The day is not over: known until 12:00 PM."
SOME_COST = ("cost_usd", *(f"{name}_usd" for name in (*COST_COLUMNS, "cost_not_broken_down")))


def history(first=FIRST, count=28, **counts):
    frame = pd.DataFrame({"date": pd.date_range(first, periods=count)} | dict.fromkeys(COUNTS, 0))
    return frame.assign(**{"emails_sent": 100, "delivered": 100} | counts).astype(dict.fromkeys(COUNTS, "Int64"))


def trends(*names, every=Every.DAY, days=None, is_cohort=True, maturity=None, spent=1.0, **options):
    days = history(opened=[20] * 10 + [60] + [20] * 17, replied=5) if days is None else days
    courses = tuple(
        time_series(name, days, every=every, is_cohort=is_cohort, maturity=maturity, last_day=LAST, **options)
        for name in names
    )
    buckets = Buckets(days["date"].to_numpy(), every)
    costs = buckets.columns() | dict.fromkeys(SOME_COST, buckets.sum(np.full(len(days), spent)))
    known = {"opened": SLOW, "replied": MaturityCurve((0.2, 0.9, 0.96, 1.0), 90)}
    return Trends(every, courses, costs, is_cohort, MaturityCurves(known, LAST))


def panel(figure, metric):
    return [trace for trace in figure.data if trace.name == LABELS[metric] and trace.type == "scatter"]


def lines(figure, metric, dash="solid"):
    return [trace for trace in panel(figure, metric) if trace.mode == "lines" and trace.line.dash == dash]


def marks(figure, metric):
    (result,) = [trace for trace in panel(figure, metric) if trace.mode == "markers" and trace.marker.size[0] != 0.1]
    return result


def seen(drawn):
    """The places of the marks that are visible."""
    return [place for place, color in enumerate(drawn.marker.color) if color != "rgba(0, 0, 0, 0)"]


def texts_of(figure):
    return [text for trace in figure.data if trace.text is not None for text in trace.text if text]


def labels(figure):
    return [annotation.text for annotation in figure.layout.annotations]


# --- panels ------------------------------------------------------------------------------------------------------


def test_each_metric_has_a_panel_with_its_values():
    result = trends("opened", "replied")
    figure = trend_chart(result)
    for place, series in enumerate(result.series):
        drawn = marks(figure, series.metric)
        assert list(drawn.y) == series.points["value"].tolist()
        assert [str(day)[:10] for day in drawn.x] == [f"{day:%Y-%m-%d}" for day in series.points["date"]]
        assert {trace.line.color for trace in lines(figure, series.metric)} >= {COLORS[series.metric]}
        assert {trace.yaxis for trace in panel(figure, series.metric)} == {["y", "y2"][place]}
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    assert {trace.xaxis for trace in figure.data} <= {None, "x"}, "one x axis for both"
    assert figure.layout.yaxis.range[1] > 4 * figure.layout.yaxis2.range[1], "each on its own scale"


@pytest.mark.parametrize("name", ["opened", "reply_rate"])
def test_axes_begin_at_zero_with_round_values(name):
    axis = trend_chart(trends(name)).layout.yaxis
    assert axis.range[0] == axis.tickvals[0] == 0
    steps = np.diff(axis.tickvals)
    assert np.allclose(steps, steps[0])
    assert 2 <= len(axis.tickvals) <= 7


def test_few_emails_have_whole_numbers_on_the_axis():
    axis = trend_chart(trends("replied", days=history(replied=[0] * 27 + [1]))).layout.yaxis
    assert [float(tick).is_integer() for tick in axis.tickvals] == [True] * len(axis.tickvals)


def test_a_line_ends_in_its_name_and_last_value():
    figure = trend_chart(trends("emails_sent", "open_rate", "replied"))
    assert labels(figure) == ["<b>Sent</b><br>100", "<b>Open<br>rate</b><br>20.0%", "<b>Replied</b><br>5"]
    assert [label.yref for label in figure.layout.annotations] == ["y", "y2", "y3"]
    assert not figure.layout.showlegend


def test_unknown_metric_is_called_not_tracked():
    unknown = pd.array([pd.NA] * 28, dtype="Int64")
    figure = trend_chart(trends("opened", days=history(opened=unknown)), with_mean=True)
    assert labels(figure) == ["<b>Opened</b><br>not tracked"]
    assert not lines(figure, "opened")
    assert not seen(marks(figure, "opened"))
    assert np.isfinite(figure.layout.height)


def test_weekends_are_shaded_by_day_only():
    shaded = [(f"{area.x0}"[:16], f"{area.x1}"[:16]) for area in trend_chart(trends("opened")).layout.shapes]
    assert shaded[0] == ("2026-03-06 12:00", "2026-03-08 12:00") or shaded[0] == (
        "2026-03-06T12:00",
        "2026-03-08T12:00",
    )
    assert len(shaded) == 4
    assert not trend_chart(trends("opened", every=Every.WEEK)).layout.shapes


def test_a_selected_day_has_a_line_and_resets_clicks():
    one, other = (trend_chart(trends("opened"), selected=day).layout for day in (date(2026, 3, 4), None))
    assert [shape.x0 for shape in one.shapes if shape.type == "line"] == ["2026-03-04"]
    assert one.selectionrevision != other.selectionrevision


# --- cost --------------------------------------------------------------------------------------------------------


def test_cost_is_stacked_by_component():
    figure = cost_chart(trends("opened", spent=1.25))
    assert figure.layout.barmode == "stack"
    assert [trace.text[0] for trace in figure.data] == [
        "$1.25 was spent on AI generation.",
        "$1.25 was spent on lead enrichment.",
        "$1.25 was spent on email sending.",
        "$1.25 was spent without saying on what.",
    ]


def test_zero_rest_of_cost_is_not_drawn():
    result = trends("opened")
    nothing = {"cost_not_broken_down_usd": np.zeros(len(result.costs))}
    broken_down = replace(result, spent={**result.spent, **nothing})
    assert len(cost_chart(result).data) == 4
    assert len(cost_chart(broken_down).data) == 3


# --- signs -------------------------------------------------------------------------------------------------------


def test_plain_points_have_no_marks():
    assert not seen(marks(trend_chart(trends("replied")), "replied"))


@pytest.mark.parametrize(("spent", "ticks"), [(0.2, "$,.2f"), (40.0, "$,")])
def test_cents_of_the_cost_axis_have_two_digits(spent, ticks):
    assert cost_chart(trends("opened", spent=spent)).layout.yaxis.tickformat == ticks


def test_a_small_day_is_off_the_line_but_told():
    sent = [100] * 27 + [4]
    days = history(emails_sent=sent, delivered=sent, opened=[20] * 27 + [4])
    figure = trend_chart(trends("open_rate", days=days))
    drawn = marks(figure, "open_rate")
    assert drawn.y[-1] <= figure.layout.yaxis.range[1] < 0.5
    assert 27 not in seen(drawn)
    assert [len(trace.x) for trace in lines(figure, "open_rate")] == [27]
    assert "Open rate 100.0%" in drawn.text[-1]


def test_unusual_day_is_marked_and_explained():
    drawn = marks(trend_chart(trends("opened")), "opened")
    assert seen(drawn) == [10]
    assert drawn.marker.symbol[10] == "diamond"
    assert drawn.marker.line.width[10] > 0
    assert drawn.text[10] == "60 emails were opened, of 100 delivered.<br>Unusual: between 10 and 34 would be usual."


def test_each_panel_has_its_usual_range():
    figure = trend_chart(trends("opened", "replied"))
    assert [trace.yaxis for trace in figure.data if getattr(trace, "fill", None) == "toself"] == ["y", "y2"]


def test_hover_tells_metrics_in_the_order_of_panels():
    """As Plotly does, unless a trace fills up to the next one: then it tells them in reverse."""
    for is_cohort in (True, False):  # with the usual range, and without
        figure = trend_chart(trends("opened", "replied", is_cohort=is_cohort))
        told = [trace.text[0] for trace in figure.data if trace.text is not None]
        assert [text.split()[2] for text in told] == ["were", "got", "spent"]
        assert not {"tonexty", "tonextx"} & {getattr(trace, "fill", None) for trace in figure.data}


NOON = datetime.combine(LAST, datetime.min.time().replace(hour=12))


def test_a_day_that_is_not_over_is_hollow_and_told():
    plain = trends("opened", days=history(opened=20), is_cohort=False)
    figure = trend_chart(plain, unfinished=NOON)
    drawn = marks(figure, "opened")
    assert seen(drawn) == [27]
    assert drawn.marker.symbol[27] == "circle-open"
    assert [len(trace.x) for trace in lines(figure, "opened", "dot")] == [2]
    assert f"$1.00 was spent in total.<br>{NOT_OVER}" in texts_of(figure)
    weekly = trend_chart(trends("opened", every=Every.WEEK, days=history(opened=20)), unfinished=NOON)
    assert list(marks(weekly, "opened").marker.symbol) == ["circle"] * 3 + ["circle-open"]
    bars = [trace for trace in cost_chart(plain, unfinished=NOON).data if trace.type == "bar"]
    assert all(bar.text[-1].endswith(NOT_OVER) and NOT_OVER not in bar.text[-2] for bar in bars)
    assert {(bar.marker.opacity[-2], bar.marker.opacity[-1]) for bar in bars} == {(1.0, 0.35)}
    assert NOT_OVER not in "".join(texts_of(trend_chart(plain)))


def test_immature_day_marker_and_hover():
    figure = trend_chart(trends("opened", maturity=SLOW, days=history(opened=[20] * 26 + [16, 10])))
    drawn = marks(figure, "opened")
    assert list(drawn.marker.symbol) == ["circle"] * 26 + ["circle-open"] * 2
    assert seen(drawn) == [26, 27]
    assert "About 50% of its opens are in;<br>expect" not in drawn.text[-1]
    assert "About 50% of its opens are in; expect about 20 in the end, likely " in drawn.text[-1]
    assert [list(trace.y) for trace in lines(figure, "opened", "dot")] == [[20, 16, 10]]


def test_partial_week_is_marked_and_explained():
    days = history(FIRST + timedelta(days=2), 15, opened=3)
    figure = trend_chart(trends("opened", every=Every.WEEK, days=days))
    assert list(marks(figure, "opened").marker.symbol) == ["square-open", "circle", "square-open"]
    assert "$5.00 was spent in total.<br>Only 5 of the 7 days of this week are in the period." in texts_of(figure)
    assert "$3.00 was spent in total.<br>Only 3 of the 7 days of this week are in the period." in texts_of(figure)
    assert figure.layout.xaxis.hoverformat == "Week of %b %-d, %Y"


# --- mean and comparison -----------------------------------------------------------------------------------------


def test_the_mean_is_strong_and_the_days_are_faint():
    result = trends("opened", days=history(opened=range(28)))
    figure = trend_chart(result, with_mean=True)
    means = result.series[0].points["mean"].dropna()
    assert [list(trace.y) for trace in lines(figure, "opened") if trace.opacity == 1.0] == [means.tolist()]
    assert [trace.line.width for trace in lines(figure, "opened") if trace.opacity == 0.4] == [1.0]
    assert any(text.endswith("7-day average: 3.0 a day.") for text in texts_of(figure))
    assert labels(figure) == ["<b>Opened</b><br>24"]


def test_beside_the_mean_no_dots_are_loose():
    days = history(opened=[20] * 26 + [16, 10])
    figure = trend_chart(trends("opened", maturity=SLOW, days=days), with_mean=True)
    assert not seen(marks(figure, "opened"))


def test_weeks_have_no_seven_day_average():
    figure = trend_chart(trends("opened", every=Every.WEEK), with_mean=True)
    assert not any("7-day" in text for text in texts_of(figure))


def test_comparison_is_thin_dashed_and_told():
    earlier = ComparisonDays(history(FIRST - timedelta(days=28), opened=range(28)), timedelta(days=28))
    figure = trend_chart(trends("opened", compared=earlier))
    (dashed,) = lines(figure, "opened", "dash")
    assert list(dashed.y) == list(range(28))
    assert dashed.line.width < 2
    assert marks(figure, "opened").text[3].endswith("Opened compared: 3 (Thu, Feb 5, 2026).")


@pytest.mark.parametrize("every", Every)
def test_whatever_is_clicked_reports_its_bucket(every):
    """Plotly reports a click on the first mark it finds at that place, so all marks need the click data."""
    earlier = ComparisonDays(history(FIRST - timedelta(days=28), opened=range(28)), timedelta(days=28))
    figure = trend_chart(trends("opened", "replied", every=every, compared=earlier), with_mean=True)
    hovered = [trace for trace in figure.data if trace.hovertemplate]
    assert len(hovered) == 3
    for trace in hovered:
        assert [str(day)[:10] for day in trace.x] == list(trace.customdata)
        assert trace.mode == "markers"


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count", "sentence"),
    [
        ("emails_sent", 1, "1 email was sent."),
        ("emails_sent", 1_200, "1,200 emails were sent."),
        ("opened", 1, "1 email was opened, of 2,000 delivered."),
        ("replied", 0, "0 emails got a reply, of 2,000 delivered."),
        ("unsubscribed", 2, "2 emails led to an unsubscription, of 2,000 delivered."),
    ],
)
def test_a_count_has_a_sentence(name, count, sentence):
    days = history(count=1, **{"emails_sent": 2_000, "delivered": 2_000} | {name: count})
    assert marks(trend_chart(trends(name, days=days)), name).text[0] == sentence


def test_activity_rates_do_not_claim_a_cohort():
    days = history(count=1, delivered=10, replied=12)
    said_of_rate = marks(trend_chart(trends("reply_rate", days=days, is_cohort=False)), "reply_rate").text[0]
    assert said_of_rate == "Reply rate 120.0%: 12 emails got a reply while 10 were delivered."


def test_the_lag_names_only_what_is_shown_and_known():
    learned = trends("opened").maturity_curves.by_count
    assert lag_sentence(learned, ["open_rate", "opened", "emails_sent"]) == (
        "In this account, 95% of opens arrive within 2 days of sending."
    )
    assert "95% of opens arrive within 2 days and 95% of replies arrive within 2 days" in lag_sentence(
        learned, ["opened", "reply_rate"]
    )
    assert lag_sentence(learned, ["bounced"]) == ""


def test_buckets_are_named_and_old_links_work():
    monday = date(2026, 3, 16)
    assert [bucket_name(monday, every) for every in Every] == [
        "Mon, Mar 16, 2026",
        "Week of Mar 16, 2026",
        "March 2026",
    ]
    for written in ("2026-03-16", "Mon 16 Mar 2026", "Week of Mon 16 Mar 2026"):
        assert day_written(written) == monday
    assert day_written("March 2026") == date(2026, 3, 1)
    assert day_written("Tue 16 Mar 2026") is day_written("soon") is None


# --- with the sample data, and without any -----------------------------------------------------------------------


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("every", Every)
@pytest.mark.parametrize(
    "names", [COUNTS, ("delivery_rate", "open_rate", "click_rate", "reply_rate", "conversion_rate")]
)
def test_every_metric_is_drawn_with_hover_sentences(sample_store, basis, every, names):
    earlier = replace(MARCH, basis=basis, start=date(2026, 1, 31), end=date(2026, 2, 27))
    result = results.trends(sample_store, replace(MARCH, basis=basis), names, every=every, comparison=earlier)
    figure = trend_chart(result, with_mean=True)
    texts = texts_of(figure)
    assert len(texts) > len(result.costs)
    assert not [text for text in texts if not text.endswith(".") or "nan" in text]


@pytest.mark.parametrize("every", Every)
def test_a_single_point_is_seen(every):
    one = history(count=1, opened=20)
    figure = trend_chart(trends("opened", every=every, days=one))
    assert seen(marks(figure, "opened")) == [0]
    assert labels(figure) == ["<b>Opened</b><br>20"]
    axis, (start,) = figure.layout.xaxis, trends("opened", every=every, days=one).costs["date"]
    assert axis.range[0] < start < axis.range[1]
    assert list(axis.tickvals) == [start]


def test_notes_stand_at_the_bucket_they_belong_to():
    note = Annotation("1", FIRST + timedelta(days=9), "", "New subject line", None, datetime(2026, 3, 1, tzinfo=UTC))
    by_day, by_week = (trend_chart(trends("opened", every=every), [note]) for every in (Every.DAY, Every.WEEK))
    assert by_day.layout.shapes[-1].x0 == "2026-03-11"
    assert by_week.layout.shapes[-1].x0 == "2026-03-09"
    assert "Wed, Mar 11, 2026: New subject line" in by_week.layout.annotations[-1].hovertext
